"""From one map's content to what pages are told of it: the part of path 1 that thinks.

    (worker) parse, find -> recognise the map -> session: what is new -> (worker) encode

The event loop only hands on: one worker thread thinks, the store's thread remembers.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from daemon import protocol_maps
from daemon.analysis import Superseded, analyse, parse
from daemon.desk import News, Shown, identity_of
from daemon.session import compare
from daemon.tasks import apart
from daemon.warm_up import warm_up
from engine.beatmap.diff import diff
from engine.checks.check import Song

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from daemon.analysis import Analysis
    from daemon.archive import Archive
    from daemon.desk import Desk, Job
    from daemon.protocol import Message
    from daemon.session import Comparison, Look
    from engine.beatmap.document import Document
    from engine.checks.check import Check

Result = TypeVar("Result")


class Songs(Protocol):
    def known(self, map_path: Path, audio_filename: str) -> Song | None:
        """At once; None if it has to be measured."""

    def measure(self, map_path: Path, audio_filename: str) -> Song:
        """Reads the audio: may take a while."""


class Checking:
    def __init__(self, *, archive: Archive, songs: Songs, checks: Sequence[Check]) -> None:
        self._archive = archive
        self._songs = songs
        self._checks = checks
        self._measuring = asyncio.Lock()
        """One song at a time: who saves meanwhile finds it measured."""
        self._is_stopping = False
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="mapside-checks")

    async def warm_up(self) -> None:
        await self._in_worker(warm_up, self._checks)

    async def stop(self) -> None:
        """What is being thought of is given up."""
        self._is_stopping = True
        await asyncio.to_thread(self._worker.shutdown, wait=True)

    async def check(self, job: Job, desk: Desk) -> tuple[News, Job | None]:
        """What came of it, and the look to take once the map's song is measured. Raises Superseded."""
        analysis, is_song_unknown = await self._in_worker(self._think, job, desk)
        await self._recognise(desk, job.path, analysis)
        before = desk.shown.analysis.document if desk.shown else None
        is_other = desk.session.current_hash != job.content_hash
        comparison = await self._compared(desk, analysis.look(job.content_hash))
        outcome = desk.session.accept(job.version, comparison)
        if outcome is None:
            raise Superseded("while it was recognised")
        if is_other:
            desk.edited = await self._in_worker(_edited, before, analysis.document)
        total_ms = (time.perf_counter() - job.first_seen) * 1000 if job.total_ms is None else job.total_ms
        desk.shown = Shown(
            key=desk.session.key,
            set_name=job.path.parent.name,
            file_name=job.path.name,
            analysis=analysis,
            outcome=outcome,
            edited=desk.edited,
            settle_ms=(job.settled - job.first_seen) * 1000,
            total_ms=total_ms,
            saved_at=job.saved_at,
        )
        desk.message = await self._in_worker(_encode, desk.shown)
        news = News(desk.shown, desk.message, job.saved, job.path, job.content_hash)
        return news, _again(job, analysis, total_ms) if is_song_unknown else None

    async def measure(self, again: Job) -> None:
        """The song of a map that was parsed before."""
        assert again.document is not None  # noqa: S101  it is the second look
        async with self._measuring:
            await apart(self._songs.measure, again.path, again.document.beatmap.general.audio_filename)

    def _think(self, job: Job, desk: Desk) -> tuple[Analysis, bool]:
        """On the worker. The second value: the song is still to be measured."""
        document, parse_ms = (job.document, job.parse_ms) if job.document else parse(job.data)
        song = self._songs.known(job.path, document.beatmap.general.audio_filename)
        analysis = analyse(
            document,
            song or Song(),
            self._checks,
            parse_ms=parse_ms,
            wanted=lambda: desk.session.is_current(job.version) and not self._is_stopping,
        )
        return analysis, song is None

    async def _recognise(self, desk: Desk, path: Path, analysis: Analysis) -> None:
        identity = identity_of(path, analysis)
        if identity == desk.identity:
            return
        remembered = await self._archive.recognise(identity)
        if desk.identity is None:
            desk.session.recall(remembered.key, remembered.last, remembered.marks)
        desk.identity = identity

    async def _compared(self, desk: Desk, look: Look) -> Comparison:
        while True:
            comparison = await self._in_worker(compare, desk.session.memory, look)
            if comparison.since is desk.session.memory:
                return comparison  # else something was marked as intended meanwhile

    async def _in_worker(self, function: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, function, *arguments)


def _again(job: Job, analysis: Analysis, total_ms: float) -> Job:
    return replace(
        job,
        saved=False,
        data=b"",
        document=analysis.document,
        parse_ms=analysis.parse_ms,
        total_ms=total_ms,
    )


def _edited(before: Document | None, after: Document) -> tuple[tuple[float, float], ...]:
    if before is None:
        return ()
    return tuple((span.start_ms, span.end_ms) for span in diff(before, after).spans)


def _encode(shown: Shown) -> Message:
    return protocol_maps.map_shown(shown, sent_at=time.time())
