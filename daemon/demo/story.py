"""`--demo`: a Songs folder of our own, and a mapper who makes mistakes, notices them and saves.

For somebody who wants to see what Mapside does before pointing it at their own maps. Nothing outside the
given folder is touched.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daemon.demo.maps import ARTIST, BACKGROUND, DIFFICULTIES, TITLE, Mistake, file_name
from daemon.demo.picture import write_background
from daemon.demo.song import write_song

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = logging.getLogger(__name__)

SET_FOLDER: Final = f"1 {ARTIST} - {TITLE}"
HALFWAY_S: Final = 0.015
"""Between the halves of a save: long enough that a companion without patience would read half a map."""


@dataclass(frozen=True, slots=True)
class Save:
    """What the mapper has changed when Ctrl+S is pressed."""

    version: str
    fixes: frozenset[Mistake] = frozenset()
    makes: frozenset[Mistake] = frozenset()


def _save(version: str, *, fixes: tuple[Mistake, ...] = (), makes: tuple[Mistake, ...] = ()) -> Save:
    return Save(version, frozenset(fixes), frozenset(makes))


AT_FIRST: Final = frozenset(
    {Mistake.UNSNAPPED, Mistake.OFFSCREEN, Mistake.MUTED, Mistake.CONFLICTING, Mistake.TOO_FAST}
)
STORY: Final = (
    # The first save shows all there is to see: one gone, one new, the others still there.
    _save("Hard", fixes=(Mistake.UNSNAPPED,), makes=(Mistake.CONCURRENT,)),
    _save("Hard", fixes=(Mistake.OFFSCREEN, Mistake.CONFLICTING)),
    _save("4K Normal", makes=(Mistake.STACKED_NOTES,)),
    _save("4K Normal", fixes=(Mistake.STACKED_NOTES,)),
    _save("Hard", fixes=(Mistake.CONCURRENT,), makes=(Mistake.SHORT_SPINNER,)),
    _save("Hard", fixes=(Mistake.MUTED, Mistake.TOO_FAST, Mistake.SHORT_SPINNER)),
    _save("Hard", makes=(Mistake.UNSNAPPED, Mistake.OFFSCREEN)),
    _save("Hard", makes=(Mistake.MUTED, Mistake.CONFLICTING, Mistake.TOO_FAST)),
)
"""Ends as it began, so that it can be told again."""


class DemoSongs:
    """The Songs folder of the demo. `folder` is what the companion watches."""

    def __init__(self, folder: Path, audio: str) -> None:
        self.folder = folder
        self._audio = audio
        self._mistakes = {"Hard": AT_FIRST}

    @classmethod
    def create(cls, folder: Path) -> DemoSongs:
        """Takes about two seconds the first time, while the song is rendered; call it off the event loop."""
        songs = folder / SET_FOLDER
        songs.mkdir(parents=True, exist_ok=True)
        rendered = sorted(songs.glob("audio.*"))
        audio = rendered[0] if rendered else write_song(songs)
        if not (songs / BACKGROUND).exists():
            write_background(songs / BACKGROUND)
        demo = cls(folder, audio.name)
        for version in DIFFICULTIES:
            demo.path(version).write_bytes(demo.text(version))
        return demo

    @property
    def maps(self) -> tuple[Path, ...]:
        """The one saved last comes first: it is the one to be seen."""
        return tuple(self.path(version) for version in reversed(DIFFICULTIES))

    def path(self, version: str) -> Path:
        return self.folder / SET_FOLDER / file_name(version)

    def text(self, version: str) -> bytes:
        """The difficulty with the mistakes that are in it now."""
        return DIFFICULTIES[version](self._audio, self._mistakes.get(version, frozenset()))

    async def play(self, stop: asyncio.Event | None = None, pause_s: float = 4.0) -> None:
        """Tells the story once, or with `stop` again and again until it is set."""
        stop_or_never = stop or asyncio.Event()
        while not stop_or_never.is_set():
            for save in STORY:
                if await _set_within(stop_or_never, pause_s):
                    return
                await self.save(save)
            if stop is None:
                return

    async def save(self, save: Save) -> None:
        before = self._mistakes.get(save.version, frozenset())
        self._mistakes[save.version] = (before - save.fixes) | save.makes
        log.info("The demo's mapper saves [%s]: %s.", save.version, "; ".join(_told(save)))
        await asyncio.to_thread(_write_as_the_editor, self.path(save.version), self.text(save.version))


def _write_as_the_editor(path: Path, data: bytes) -> None:
    """The editor of osu! stable empties the file and writes it again; in between it holds half a map."""
    with path.open("wb") as file:
        file.write(data[: len(data) // 2])
        file.flush()
        time.sleep(HALFWAY_S)
        file.write(data[len(data) // 2 :])


def _told(save: Save) -> Iterator[str]:
    for mistake in Mistake:
        if mistake in save.fixes:
            yield f"fixed {mistake.value}"
        if mistake in save.makes:
            yield f"made {mistake.value}"


async def _set_within(stop: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True
