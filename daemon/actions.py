"""What a page, the tray or a second start may ask for: each request is one method of `Actions`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from daemon import paths
from daemon.desktop import opening as desktop
from daemon.requests import RefusedError
from daemon.settings import SettingsError, save_setting
from daemon.store import MODEL

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from daemon.engine_link import EngineLink
    from daemon.opinions import Opinions
    from daemon.pages import Pages
    from daemon.server import Client, Server
    from daemon.settings import Settings
    from daemon.settings_file import SettingValue
    from daemon.tasks import Tasks
    from daemon.watch.watching import Watching
    from daemon.workbench import Workbench

FILE_IS_GONE = "That map's file is no longer there, or cannot be read now. Save it once in the editor."
NO_MAP_YET = "No map has been saved yet: press Ctrl+S in the editor."
NO_MODEL_YET = (
    "No model is on this machine yet. Download one in the overlay, or with `mapside models pull {name}`."
)


class Actions:
    def __init__(
        self,
        *,
        settings: Settings,
        log_file: Path,
        server: Server,
        pages: Pages,
        workbench: Workbench,
        watching: Watching,
        link: EngineLink,
        opinions: Opinions,
        tasks: Tasks,
        on_quit: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._log_file = log_file
        self._server = server
        self._pages = pages
        self._workbench = workbench
        self._watching = watching
        self._link = link
        self._opinions = opinions
        self._tasks = tasks
        self._on_quit = on_quit

    # Maps.

    async def select(self, client: Client, key: str) -> None:
        client.selected = key
        for shown in (self._workbench.message_of(key), self._opinions.message_of(key)):
            if shown is not None:
                client.send(shown)
        if not await self.look(key):
            raise RefusedError(FILE_IS_GONE)

    async def set_intended(self, key: str, finding: str, *, on: bool) -> None:
        room = self._opinions if finding.startswith(MODEL) else self._workbench
        if not room.set_intended(key, finding, on=on):
            raise RefusedError("That finding is no longer there: the map was saved meanwhile.")
        self._pages.show_intended(key, finding, on=on)

    async def check_now(self, key: str | None) -> None:
        wanted = key or self._workbench.current
        if wanted is None:
            raise RefusedError(NO_MAP_YET)
        if not await self.look(wanted):
            raise RefusedError(FILE_IS_GONE)

    def check_last_map(self) -> None:
        self._tasks.start("check the last map", self._check_if_any())

    async def _check_if_any(self) -> None:
        if self._workbench.current is not None:
            await self.look(self._workbench.current)

    async def look(self, key: str) -> bool:
        """Somebody works on this map; False if its file cannot be read."""
        path = await self._workbench.path_of(key)
        if path is None or not await self._workbench.look_at(path):
            return False
        self._watching.use(path)
        return True

    # What the model thinks of them.

    async def mod(self, key: str) -> None:
        path = await self._workbench.path_of(key)
        await self._mod([path] if path is not None else [])

    async def mod_set(self, key: str) -> None:
        """Every difficulty in that map's folder."""
        path = await self._workbench.path_of(key)
        await self._mod(await asyncio.to_thread(_difficulties_beside, path) if path is not None else [])

    def mod_last_map(self) -> None:
        self._tasks.start("mod the last map", self._mod_last(self.mod))

    def mod_last_set(self) -> None:
        self._tasks.start("mod the last set", self._mod_last(self.mod_set))

    def cancel_mod(self, key: str) -> None:
        self._opinions.cancel(key)

    def set_ai(self, on: bool) -> None:
        self._link.set_ai(on)
        self._opinions.ai_switched(self._workbench.current)
        self._write_down("ai.findings", on, f"AI findings are {'on' if on else 'off'} now")

    async def _mod(self, maps: list[Path]) -> None:
        if not await self._link.find_out():
            raise RefusedError(NO_MODEL_YET.format(name=self._link.chosen))
        for path in maps:
            self._opinions.expect(path)
        seen = [path for path in maps if await self._workbench.look_at(path)]
        for path in set(maps) - set(seen):
            self._opinions.give_up(path)
        if not seen:
            raise RefusedError(FILE_IS_GONE)

    async def _mod_last(self, mod: Callable[[str], Coroutine[None, None, None]]) -> None:
        try:
            if self._workbench.current is None:
                raise RefusedError(NO_MAP_YET)  # noqa: TRY301  told like every other refusal
            await mod(self._workbench.current)
        except RefusedError as error:
            self._pages.alarm(str(error))

    # The engine and its models.

    async def pull_model(self, name: str) -> None:
        await self._link.shelf.pull(name)

    def cancel_pull(self, name: str) -> None:
        self._link.shelf.cancel(name)

    async def remove_model(self, name: str) -> None:
        if name == self._link.chosen:
            self._opinions.cancel_all()
        await self._link.remove(name)

    async def choose_model(self, name: str) -> None:
        await self._link.choose(name)
        self._opinions.cancel_all()
        self._opinions.reconsider(self._workbench.current)
        self._write_down("engine.model", self._link.chosen, f"{self._link.chosen} is asked from now on")

    async def unload_engine(self) -> None:
        self._opinions.cancel_all()
        await self._link.unload()

    def unload_from_tray(self) -> None:
        self._tasks.start("unload the engine", self.unload_engine())

    # The program.

    def pause(self, on: bool) -> None:
        self._watching.pause(on)

    async def choose_folder(self, path: str) -> None:
        folder = await asyncio.to_thread(_existing_folder, path)
        if folder is None:
            raise RefusedError(f"There is no folder {path}. Give the whole path of osu!'s Songs folder.")
        await self._watching.watch(folder)
        self._write_down("songs.folder", str(folder), f"{folder} is watched now")

    def open_log(self) -> None:
        desktop.open_file(self._log_file)

    def open_overlay(self) -> None:
        desktop.open_in_browser(self._server.link)

    def come_forward(self) -> None:
        if self._settings.server.open_overlay:
            self.open_overlay()
        self._pages.tell("info", "Mapside runs already: this is its page.")

    def quit(self) -> None:
        self._on_quit()

    def _write_down(self, key: str, value: SettingValue, done: str) -> None:
        """For the next start."""
        file = paths.settings_file()
        try:
            save_setting(file, key, value)
        except OSError as error:
            raise RefusedError(
                f"{done}, but that could not be written down for the next start: {file} ({error.strerror})."
            ) from error
        except SettingsError as error:
            raise RefusedError(
                f"{done}, but that could not be written down for the next start. {error}"
            ) from error


def _existing_folder(path: str) -> Path | None:
    """A path as people paste it."""
    try:
        folder = Path(path.strip().strip('"')).expanduser()
        return folder if folder.is_absolute() and folder.is_dir() else None
    except (OSError, ValueError, RuntimeError):  # a zero byte, a home that is not known
        return None


def _difficulties_beside(path: Path) -> list[Path]:
    try:
        return sorted(each for each in path.parent.iterdir() if each.suffix.lower() == ".osu")
    except OSError:
        return [path]
