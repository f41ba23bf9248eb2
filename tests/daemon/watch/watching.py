"""What the watcher's tests have in common: a real folder, a real observer, and writers as they really are."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from daemon.settings import load_settings
from daemon.watch.folder_watch import folder_watch
from daemon.watch.watcher import Removed, SaveEvent, Watcher, WatchReport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from daemon.settings import WatchSettings
    from daemon.watch.watcher import MakeFolderWatch

PATIENCE_S = 10
"""For what must come: never reached unless it does not come."""
QUIET_S = 0.3
"""For what must not come: several times the longest wait in these tests' settings."""


def watch_settings(**changes: int) -> WatchSettings:
    """The defaults, with the long waits shortened so that the tests are quick."""
    short = {"doubtful_ms": 60, "open_writer_ms": 400, "give_up_ms": 150, "removal_grace_ms": 100}
    return load_settings(user_file=Path("absent.toml"), environment={}).watch.model_copy(
        update={**short, **changes}
    )


def osu(note: int = 0, *, notes: int = 20) -> bytes:
    """A small map; `note` makes it another one of the same length."""
    objects = "".join(f"{64 + i},{100 + note},{1000 + 300 * i},1,0\r\n" for i in range(notes))
    head = "osu file format v14\r\n\r\n[General]\r\nAudioFilename: a.mp3\r\n\r\n[TimingPoints]\r\n"
    return f"{head}0,300,4,2,1,60,1,0\r\n\r\n[HitObjects]\r\n{objects}".encode()


class Heard:
    """A listener, and the watcher it listens to."""

    def __init__(self, folder: Path, settings: WatchSettings, make: MakeFolderWatch) -> None:
        self.events: asyncio.Queue[SaveEvent | Removed] = asyncio.Queue()
        self.reports: asyncio.Queue[WatchReport] = asyncio.Queue()
        self.hollow: list[tuple[Path, str]] = []
        self.fails_with = ""
        self.watcher = Watcher(
            folder,
            settings,
            self._hear,
            on_report=self.reports.put_nowait,
            on_hollow=lambda path, what: self.hollow.append((path, what)),
            make_folder_watch=make,
        )

    def _hear(self, event: SaveEvent | Removed) -> None:
        if self.fails_with:
            raise RuntimeError(self.fails_with)
        self.events.put_nowait(event)

    async def save(self) -> SaveEvent:
        event = await asyncio.wait_for(self.events.get(), PATIENCE_S)
        assert isinstance(event, SaveEvent), event
        assert event.content_hash == hashlib.sha256(event.data).hexdigest()
        assert event.first_seen <= event.settled <= time.perf_counter()
        return event

    async def removal(self) -> Removed:
        event = await asyncio.wait_for(self.events.get(), PATIENCE_S)
        assert isinstance(event, Removed), event
        return event

    async def nothing(self, for_s: float = QUIET_S) -> None:
        await asyncio.sleep(for_s)
        assert self.events.empty(), self.events.get_nowait()

    async def saved(self, path: Path, data: bytes) -> None:
        """This save comes, and nothing after it."""
        event = await self.save()
        assert (event.path, event.data) == (path, data)
        await self.nothing()


@asynccontextmanager
async def watching(
    folder: Path, make: MakeFolderWatch = folder_watch, settings: WatchSettings | None = None
) -> AsyncIterator[Heard]:
    heard = Heard(folder, settings or watch_settings(), make)
    await heard.watcher.start()
    try:
        yield heard
    finally:
        await heard.watcher.stop()


def new_set(folder: Path, name: str = "1 Artist - Title", *maps: str) -> Path:
    set_folder = folder / name
    set_folder.mkdir(parents=True)
    for number, title in enumerate(maps):
        (set_folder / title).write_bytes(osu(number))
    return set_folder


async def write_in_chunks(path: Path, data: bytes, *, pause_s: float, chunks: int = 4) -> None:
    """Truncate, then write bit by bit, as a program with a small buffer does on a slow disk."""
    size = -(-len(data) // chunks)
    with path.open("wb") as file:
        for start in range(0, len(data), size):
            file.write(data[start : start + size])
            file.flush()
            await asyncio.sleep(pause_s)


@contextmanager
def kept_from_being_read(path: Path) -> Iterator[None]:
    """It is there and cannot be read, for root as well."""
    if sys.platform == "win32":
        import _winapi  # noqa: PLC0415  Windows alone has it, and Python's own open() shares

        path.write_bytes(osu())
        share_with_nobody = 0
        handle = _winapi.CreateFile(
            str(path), _winapi.GENERIC_READ, share_with_nobody, 0, _winapi.OPEN_EXISTING, 0, 0
        )
        yield
        _winapi.CloseHandle(handle)
    else:
        path.symlink_to(path)
        yield
        path.unlink()


def replace(path: Path, data: bytes, temporary: str = "save.tmp") -> None:
    """A temporary file moved over the old one, as lazer and careful editors do."""
    other = path.with_name(temporary)
    with other.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    other.replace(path)
