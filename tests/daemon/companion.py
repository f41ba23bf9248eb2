"""The real companion in this process, and its songs: real files, the real watcher, real websockets."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from daemon import paths
from daemon.app import Companion
from daemon.options import Options
from daemon.settings import load_settings
from daemon.single import Instance
from tests.daemon.pages import Page, open_page, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from daemon.watch.watcher import Removed, SaveEvent
    from engine.beatmap.builder import MapBuilder

FILE_NAME = "Artist - Title (Creator) [Normal].osu"


class Running:
    """A companion and its Songs folder."""

    def __init__(self, companion: Companion, songs: Path) -> None:
        self.companion = companion
        self.songs = songs

    @property
    def port(self) -> int:
        return self.companion._server.port

    @asynccontextmanager
    async def page(self, *, is_browser: bool = True) -> AsyncIterator[Page]:
        async with open_page(
            self.port, self.companion._server.token, origin="" if is_browser else None
        ) as page:
            yield page

    def save(self, mapped: MapBuilder, name: str = FILE_NAME, folder: str = "1 Artist - Title") -> Path:
        path = self.songs / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(mapped.bytes())
        return path

    async def let_pass(self, write: Callable[[], Path]) -> None:
        """A write while saves are let pass: when this returns, the watcher has told of it."""
        watcher = self.companion._watching._watcher
        assert watcher is not None
        tell, told = watcher._on_event, set[Path]()

        def overheard(event: SaveEvent | Removed) -> None:
            tell(event)
            told.add(event.path)

        watcher._on_event = overheard
        path = write()
        await until(lambda: path in told)
        watcher._on_event = tell


@asynccontextmanager
async def running(songs: Path | None, more: Mapping[str, object] | None = None) -> AsyncIterator[Running]:
    """From a start to a clean end; whatever lies in MAPSIDE_HOME is found again by the next one.

    `more`: settings, as flags would give them.
    """
    overrides = {"songs.folder": songs, "server.port": 0, "server.open_overlay": False, **(more or {})}
    settings = load_settings(overrides)
    instance = Instance.acquire(paths.runtime_folder())
    assert instance is not None, "another companion runs in this home"
    companion = Companion(Options(tray=False), settings, paths.log_folder() / "mapside.log")
    run = asyncio.create_task(companion.run(instance), name="the companion under test")
    try:
        await until(lambda: run.done() or companion._server.port)
        await until(lambda: run.done() or not songs or companion._watching.report.mode != "nothing")
        yield Running(companion, songs or paths.data_folder())
    finally:
        companion.actions.quit()
        await run
        instance.release()
