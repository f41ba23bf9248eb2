"""Path 1, from a save to what pages see of it: one map at a time on one thread, the latest save of each.

    submit -> (worker) parse, check -> recognise the map -> session: what is new -> (worker) encode -> show

Runs on the event loop, which only hands on: the worker thread thinks, the store's thread remembers. A song
whose length is not known yet is measured meanwhile, and the map is then looked at once more.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from daemon import protocol_maps
from daemon.analysis import Analysis, Superseded, analyse, parse
from daemon.desk import Desk, Job, News, Shown, identity_of, in_words, summary_of
from daemon.protocol_maps import MOST_MAPS
from daemon.session import compare
from daemon.tasks import apart
from daemon.warm_up import warm_up
from daemon.watch.reading import BusyError, read_at_rest
from engine.beatmap.diff import diff
from engine.checks.check import Song

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from daemon.archive import Archive
    from daemon.protocol import Message
    from daemon.session import Comparison, Look, MapSummary
    from daemon.tasks import Tasks
    from daemon.watch.reading import Reading
    from daemon.watch.watcher import SaveEvent
    from engine.beatmap.document import Document
    from engine.checks.check import Check

_log = logging.getLogger(__name__)

MOST_DESKS = 4
"""Maps kept parsed in memory; of the others the store knows what is needed."""
NOTICED_S = 0.15
"""Work shorter than this is not worth a sign of it."""
Result = TypeVar("Result")


class Songs(Protocol):
    def known(self, map_path: Path, audio_filename: str) -> Song | None:
        """At once; None if it has to be measured."""

    def measure(self, map_path: Path, audio_filename: str) -> Song:
        """Reads the audio: may take a while."""


class Workbench:
    def __init__(
        self,
        *,
        archive: Archive,
        songs: Songs,
        checks: Sequence[Check],
        tasks: Tasks,
        on_news: Callable[[News], None],
        on_maps: Callable[[], None],
        on_busy: Callable[[], None],
        on_failure: Callable[[str], None],
    ) -> None:
        self.current: str | None = None
        """Key of the map that was saved last."""
        self.recent: OrderedDict[str, MapSummary] = OrderedDict()
        """By key, the one saved last first."""
        self._archive = archive
        self._songs = songs
        self._checks = checks
        self._tasks = tasks
        self._on_news = on_news
        self._on_maps = on_maps
        self._on_busy = on_busy
        self._on_failure = on_failure
        self.busy = False
        """A person would notice the wait."""
        self._desks: OrderedDict[Path, Desk] = OrderedDict()
        self._waiting: OrderedDict[Path, Job] = OrderedDict()
        self._at_work: Job | None = None
        self._versions = itertools.count(1)
        self._stirred = asyncio.Event()
        self._measuring = asyncio.Lock()
        """One song at a time: who saves meanwhile finds it measured."""
        self._stopping = False
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="mapside-checks")

    # What comes in.

    def submit(self, save: SaveEvent) -> None:
        """The newest save of a map takes the place of one that still waits, and makes one at work stale."""
        self._enqueue(
            Job(
                path=save.path,
                version=next(self._versions),
                saved=True,
                first_seen=save.first_seen,
                settled=save.settled,
                saved_at=time.time(),
                content_hash=save.content_hash,
                data=save.data,
            )
        )

    async def path_of(self, key: str) -> Path | None:
        desks = reversed(self._desks.items())
        at_hand = next((path for path, desk in desks if desk.session.key == key), None)
        return at_hand or await self._archive.path_of(key)

    async def look_at(self, path: Path) -> bool:
        """Read and check a map again because somebody asked; False if its file cannot be read."""
        first_seen = time.perf_counter()
        version = self._newest_version(path)
        reading = await asyncio.to_thread(_read, path)
        if reading is None:
            return False
        is_under_way = path in self._waiting or (self._at_work is not None and self._at_work.path == path)
        if is_under_way or self._newest_version(path) != version:
            return True  # its save is shown already or about to be, and what was read may be older
        self._enqueue_look(path, reading, first_seen)
        return True

    async def look_at_ours(self, path: Path) -> bool:
        """The same of what we have written: no save tells of it, so whatever is under way is older."""
        while True:
            first_seen = time.perf_counter()
            version = self._newest_version(path)
            reading = await asyncio.to_thread(_read, path)
            if reading is None:
                return False
            if self._newest_version(path) == version:
                self._enqueue_look(path, reading, first_seen)
                return True

    def _enqueue_look(self, path: Path, reading: Reading, first_seen: float) -> None:
        self._enqueue(
            Job(
                path=path,
                version=next(self._versions),
                saved=False,
                first_seen=first_seen,
                settled=time.perf_counter(),
                saved_at=reading.stamp[1] / 1e9,
                content_hash=reading.version.content_hash,
                data=reading.data,
            )
        )

    async def moved(self, before: Path, after: Path | None) -> None:
        """A map's file has another name now, or (None) is gone. What is remembered of it is kept."""
        desk = self._desks.get(before)
        known = desk.session.key if desk else None
        unseen = self._take_off(before)
        if after is None:
            for key in [known, *await self._archive.keys_at(before)]:
                self.recent.pop(key or "", None)
        else:
            if await self._archive.moved(before, after):
                unseen = self._take_off(after) or unseen
                await self.remember()
            if unseen is not None:
                self._enqueue(replace(unseen, path=after, version=next(self._versions)))
            elif known is not None and known == self.current:
                await self.look_at(after)
        self._on_maps()

    def _take_off(self, path: Path) -> Job | None:
        """Nothing more is shown of what lay at this path; what was still to be looked at there."""
        desk = self._desks.pop(path, None)
        if desk is not None:
            desk.session.begin(next(self._versions))
        at_work = self._at_work if self._at_work and self._at_work.path == path else None
        return self._waiting.pop(path, None) or at_work

    def set_intended(self, key: str, finding_id: str, *, on: bool) -> bool:
        """False if that finding is no longer there."""
        desk = self._desk_of(key)
        if desk is None or desk.shown is None or not desk.session.set_intended(finding_id, on=on):
            return False
        verdicts = tuple(
            replace(verdict, intended=on) if verdict.id == finding_id else verdict
            for verdict in desk.shown.outcome.verdicts
        )
        desk.shown = replace(desk.shown, outcome=replace(desk.shown.outcome, verdicts=verdicts))
        desk.message = None
        self._remember_check(desk, desk.shown)
        return True

    async def remember(self) -> None:
        """The list of recently saved maps, as the store has it."""
        summaries = await self._archive.recent(MOST_MAPS)
        self.recent = OrderedDict((summary.key, summary) for summary in summaries)

    def shown_of(self, key: str) -> Shown | None:
        """A map as it was looked at last, if it is still at hand."""
        desk = self._desk_of(key)
        return desk.shown if desk else None

    def message_of(self, key: str | None) -> Message | None:
        """A map as it was shown last, if it is still at hand."""
        desk = self._desk_of(key)
        if desk is None or desk.shown is None:
            return None
        if desk.message is None:
            desk.message = protocol_maps.map_shown(desk.shown, sent_at=time.time())
        return desk.message

    # The work.

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        await self._in_worker(warm_up, self._checks)
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            noticed = loop.call_later(NOTICED_S, self._set_busy, True)
            try:
                while self._waiting:
                    _, job = self._waiting.popitem(last=False)
                    self._at_work = job
                    await self._attempt(job)
            finally:
                noticed.cancel()
                self._set_busy(False)

    async def stop(self) -> None:
        """What is being thought of is given up."""
        self._stopping = True
        self._waiting.clear()
        await asyncio.to_thread(self._worker.shutdown, wait=True)

    async def _attempt(self, job: Job) -> None:
        try:
            await self._check(job)
        except Superseded as reason:
            _log.debug("%s: a newer save came %s", job.path.name, reason)
        except Exception:  # noqa: BLE001  one map must not end the checking of all others; it is logged and told
            _log.exception("%s could not be checked", job.path.name)
            self._on_failure(job.path.name)
        finally:
            self._at_work = None

    async def _check(self, job: Job) -> None:
        desk = self._desk(job.path)
        analysis, pending = await self._in_worker(self._think, job, desk)
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
        self._tell(desk, News(desk.shown, desk.message, job.saved, job.path, job.content_hash))
        _log.info("%s", in_words(desk.shown, saved=job.saved))
        if pending:
            again = replace(
                job,
                saved=False,
                data=b"",
                document=analysis.document,
                parse_ms=analysis.parse_ms,
                total_ms=total_ms,
            )
            self._tasks.start("measure a song", self._measure(again, analysis.beatmap.general.audio_filename))

    def _think(self, job: Job, desk: Desk) -> tuple[Analysis, bool]:
        """On the worker. The second value: the song is still to be measured."""
        document, parse_ms = (job.document, job.parse_ms) if job.document else parse(job.data)
        song = self._songs.known(job.path, document.beatmap.general.audio_filename)
        analysis = analyse(
            document,
            song or Song(),
            self._checks,
            parse_ms=parse_ms,
            wanted=lambda: desk.session.is_current(job.version) and not self._stopping,
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

    def _tell(self, desk: Desk, news: News) -> None:
        if news.saved or self.current is None:
            self.current = news.shown.key
        self._on_news(news)
        self._remember_check(desk, news.shown)

    def _remember_check(self, desk: Desk, shown: Shown) -> None:
        summary = summary_of(shown)
        self.recent[shown.key] = summary
        newest_first = sorted(self.recent.values(), key=lambda each: -each.saved_at)[:MOST_MAPS]
        self.recent = OrderedDict((each.key, each) for each in newest_first)
        self._on_maps()
        if (last := desk.session.current) is not None:
            self._archive.save_check(summary, last, desk.session.marks)

    async def _measure(self, again: Job, audio_filename: str) -> None:
        async with self._measuring:
            await apart(self._songs.measure, again.path, audio_filename)
        desk = self._desks.get(again.path)
        if desk and desk.session.is_current(again.version):
            self._enqueue(again)

    # Small things.

    def _set_busy(self, busy: bool) -> None:
        if busy != self.busy:
            self.busy = busy
            self._on_busy()

    def _enqueue(self, job: Job) -> None:
        self._desk(job.path).session.begin(job.version)
        self._waiting[job.path] = job
        self._stirred.set()

    def _desk(self, path: Path) -> Desk:
        desk = self._desks.setdefault(path, Desk())
        self._desks.move_to_end(path)
        for other in list(self._desks):
            if len(self._desks) <= MOST_DESKS:
                break
            at_work = self._at_work.path if self._at_work else None
            if other not in (path, at_work) and other not in self._waiting:
                del self._desks[other]
        return desk

    def _newest_version(self, path: Path) -> int:
        desk = self._desks.get(path)
        return desk.session.version if desk else 0

    def _desk_of(self, key: str | None) -> Desk | None:
        """The one used last: where a map's path is spelled anew, it lies on an older one as well."""
        return next((desk for desk in reversed(self._desks.values()) if desk.session.key == key), None)

    async def _in_worker(self, function: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, function, *arguments)


def _read(path: Path) -> Reading | None:
    try:
        return read_at_rest(path)
    except BusyError as error:
        _log.info("%s cannot be read now: %s", path.name, error.strerror)
        return None


def _edited(before: Document | None, after: Document) -> tuple[tuple[float, float], ...]:
    if before is None:
        return ()
    return tuple((span.start_ms, span.end_ms) for span in diff(before, after).spans)


def _encode(shown: Shown) -> Message:
    return protocol_maps.map_shown(shown, sent_at=time.time())
