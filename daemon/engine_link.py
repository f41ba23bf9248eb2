"""The engine as the companion sees it: which model is chosen, whether it can be asked, what it is doing.

Nothing here starts the child process that thinks: it starts with the first question (`ask`), and no question
is put unless the chosen model lies on this machine.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from daemon import paths
from daemon.engine_state import EngineShown, ModelLine, as_sentence
from daemon.model_shelf import ModelShelf
from daemon.requests import RefusedError
from engine.host import Engine, EngineOptions

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from daemon.settings import EngineSettings, Settings
    from daemon.tasks import Tasks
    from daemon.wire import Level
    from engine.host import EngineState
    from engine.jobs import Progress, Urgency
    from engine.service import Answer, Request

SHORT_LIVED_S = 5.0
"""How long the child that lists and downloads stays for another question."""


def engine_options(settings: EngineSettings) -> EngineOptions:
    return EngineOptions(
        device=settings.device,
        precision=settings.precision,
        threads=settings.threads,
        idle_unload_s=float(settings.idle_unload_s),
        models_folder=models_folder(settings.models_folder),
        cache_folder=paths.cache_folder() / "songs",
        cache_bytes=settings.cache_max_bytes,
    )


def models_folder(chosen: Path | None) -> Path:
    return chosen or paths.data_folder() / "models"


class EngineLink:
    def __init__(
        self,
        settings: Settings,
        tasks: Tasks,
        *,
        on_engine: Callable[[], None],
        on_models: Callable[[], None],
        on_told: Callable[[Level, str], None],
    ) -> None:
        """`on_engine`: what is shown of the engine has changed; `on_models`: the list of models has."""
        options = engine_options(settings.engine)
        self.chosen = settings.engine.model
        self.ai = settings.ai.findings
        self.listens_ahead = settings.ai.listen_ahead
        self._on_engine = on_engine
        self._on_models = on_models
        self._engine = Engine(options, self._state_changed)
        self._state: EngineState | None = None
        self.shelf = ModelShelf(
            Engine(replace(options, idle_unload_s=SHORT_LIVED_S), lambda _: None),
            tasks,
            on_change=self._models_changed,
            on_told=on_told,
        )

    # What is known.

    @property
    def ready(self) -> bool:
        """The chosen model lies on this machine, complete. `find_out` comes first."""
        return self._chosen_line().is_ready

    @property
    def missing(self) -> str:
        """What is the matter with the chosen model, where more is known than that it is not here."""
        return self._chosen_line().note

    @property
    def idle(self) -> bool:
        return self._state is None or self._state.status in ("off", "idle")

    @property
    def shown(self) -> EngineShown:
        state = self._state
        if state is None:
            return EngineShown(model=self.chosen, model_ready=self.ready, ai=self.ai)
        return EngineShown(
            status=state.status,
            model=self.chosen,
            model_ready=self.ready,
            device=state.device,
            memory_mb=state.memory_mb,
            speed=state.speed,
            note=as_sentence(state.note),
            ai=self.ai,
        )

    @property
    def lines(self) -> tuple[ModelLine, ...]:
        """The list of models, with the one that was chosen by its folder."""
        listed = self.shelf.lines
        if self.shelf.has_listed and self.chosen not in (line.name for line in listed):
            return (*listed, self._chosen_line())
        return listed

    async def find_out(self) -> bool:
        """Whether the chosen model can be asked; the first time, once the list of models is there."""
        if not _is_path(self.chosen):
            await self.shelf.list_once()
        return self.ready

    async def line_of(self, name: str) -> ModelLine:
        """What is known of a model, once the list of models is there."""
        if not _is_path(name):
            await self.shelf.list_once()
        return self.line_at_hand(name)

    def line_at_hand(self, name: str) -> ModelLine:
        line = self.shelf.line(name)
        if line is not None:
            return line
        if _is_path(name):
            return _line_of_folder(name)
        return ModelLine(name, name, "", (), "", None, "absent")

    def _chosen_line(self) -> ModelLine:
        return self.line_at_hand(self.chosen)

    # What is asked of it.

    def ask(
        self, request: Request, *, urgency: Urgency, key: str = ""
    ) -> AsyncGenerator[Progress | Answer, None]:
        return self._engine.ask(request, urgency=urgency, key=key)

    async def choose(self, name: str) -> None:
        """A name of the list, or the path of a folder."""
        if not self.shelf.has_listed:
            await self.shelf.refresh()
        name = name.strip().strip('"')
        if _is_path(name):
            line = await asyncio.to_thread(_line_of_folder, name)
            if not line.is_ready:
                raise RefusedError(
                    f"There is no folder {name}. Give the whole path of a checkpoint's folder."
                )
            name = line.name
        else:
            self._refuse_unfit(name)
        self.chosen = name
        self._models_changed()

    def _refuse_unfit(self, name: str) -> None:
        line = self.shelf.line(name)
        if line is None:
            raise RefusedError(f"There is no model {name}. Choose one of the list, or give a folder's path.")
        if not line.judges_maps:
            raise RefusedError(f"{line.title} has no opinion of a map: choose a model that judges maps.")

    def set_ai(self, on: bool) -> None:
        self.ai = on
        self._on_engine()

    async def unload(self) -> None:
        await self._engine.unload()

    async def remove(self, name: str) -> None:
        if name == self.chosen:
            await self.unload()  # Windows removes no file that is in use
        await self.shelf.remove(name)

    async def stop(self) -> None:
        await asyncio.gather(self._engine.stop(), self.shelf.stop())

    def _state_changed(self, state: EngineState) -> None:
        self._state = state
        self._on_engine()

    def _models_changed(self) -> None:
        self._on_models()
        self._on_engine()


def _is_path(name: str) -> bool:
    """Not a name of the catalogue, nor a repository ("owner/name")."""
    return name.startswith("~") or Path(name).is_absolute()


def _line_of_folder(folder: str) -> ModelLine:
    """What the daemon can tell of a checkpoint that lies somewhere else; the engine looks inside."""
    try:
        path = Path(folder).expanduser()
        is_there = path.is_dir()
    except (OSError, ValueError, RuntimeError):  # a zero byte, a home that is not known
        path, is_there = Path(folder), False
    note = "" if is_there else f"{folder} is not there. Choose another model, or bring the folder back."
    return ModelLine(str(path), path.name, "", (), "", None, "local" if is_there else "broken", note=note)
