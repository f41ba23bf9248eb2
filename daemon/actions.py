"""What a page, the tray or a second start may ask for: each request is one method of `Actions`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from daemon import protocol_objects
from daemon.desktop import opening as desktop
from daemon.next_start import write_down
from daemon.requests import RefusedError
from daemon.store import MODEL
from daemon.timeline_objects import timeline_part

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from daemon.rooms import Rooms
    from daemon.server import Client
    from daemon.settings import Settings
    from daemon.wire_objects import ObjectsJson
    from daemon.writing.actions import WritingActions

FILE_IS_GONE = "That map's file is no longer there, or cannot be read now. Save it once in the editor."
OLDER_VERSION = "The map was saved meanwhile: these are the objects of an older version."
NO_MAP_YET = "No map has been saved yet: press Ctrl+S in the editor."
NO_MODEL_YET = (
    "No model is on this machine yet. Download one in the overlay, or with `mapside models pull {name}`."
)


class Actions:
    def __init__(
        self,
        settings: Settings,
        log_file: Path,
        rooms: Rooms,
        writing: WritingActions,
        *,
        on_quit: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._log_file = log_file
        self._server = rooms.server
        self._pages = rooms.pages
        self._workbench = rooms.workbench
        self._watching = rooms.watching
        self._link = rooms.link
        self._opinions = rooms.opinions
        self._tasks = rooms.tasks
        self.writing = writing
        self._on_quit = on_quit

    # Maps.

    async def select(self, client: Client, key: str) -> None:
        client.selected = key
        self._pages.show_again(client, key)
        if not await self.look(key):
            raise RefusedError(FILE_IS_GONE)

    async def objects(self, key: str, map_version: int, first: int) -> ObjectsJson:
        shown = self._workbench.shown_of(key)
        if shown is None or shown.outcome.version != map_version:
            raise RefusedError(OLDER_VERSION)
        beatmap = shown.analysis.beatmap
        return await asyncio.to_thread(
            lambda: protocol_objects.timeline_objects(timeline_part(beatmap, first), map_version)
        )

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
        write_down("ai.findings", on, f"AI findings are {'on' if on else 'off'} now")

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
        write_down("engine.model", self._link.chosen, f"{self._link.chosen} is asked from now on")

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
        write_down("songs.folder", str(folder), f"{folder} is watched now")

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
