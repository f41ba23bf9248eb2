"""Path 1, from a save to what pages see of it: one map at a time, the latest save of each.

    submit -> wait for a turn -> checking.py -> show, remember

A song whose length is not known yet is measured meanwhile, and the map is then looked at once more.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from daemon import protocol_maps
from daemon.analysis import Superseded
from daemon.checking import Checking
from daemon.desk import Desk, Job, News, in_words, summary_of
from daemon.protocol_maps import MOST_MAPS
from daemon.watch.reading import BusyError, read_at_rest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from daemon.archive import Archive
    from daemon.checking import Songs
    from daemon.desk import Shown
    from daemon.protocol import Message
    from daemon.session import MapSummary
    from daemon.tasks import Tasks
    from daemon.watch.reading import Reading
    from daemon.watch.watcher import SaveEvent
    from engine.checks.check import Check

_log = logging.getLogger(__name__)

MOST_DESKS = 4
"""Maps kept parsed in memory; of the others the store knows what is needed."""
NOTICED_S = 0.15
"""Work shorter than this is not worth a sign of it."""


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
        self._checking = Checking(archive=archive, songs=songs, checks=checks)
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
        await self._checking.warm_up()
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
        self._waiting.clear()
        await self._checking.stop()

    async def _attempt(self, job: Job) -> None:
        try:
            desk = self._desk(job.path)
            news, again = await self._checking.check(job, desk)
            self._tell(desk, news)
            if again is not None:
                self._tasks.start("measure a song", self._measure(again))
        except Superseded as reason:
            _log.debug("%s: a newer save came %s", job.path.name, reason)
        except Exception:  # noqa: BLE001  one map must not end the checking of all others; it is logged and told
            _log.exception("%s could not be checked", job.path.name)
            self._on_failure(job.path.name)
        finally:
            self._at_work = None

    def _tell(self, desk: Desk, news: News) -> None:
        if news.saved or self.current is None:
            self.current = news.shown.key
        self._on_news(news)
        self._remember_check(desk, news.shown)
        _log.info("%s", in_words(news.shown, saved=news.saved))

    def _remember_check(self, desk: Desk, shown: Shown) -> None:
        summary = summary_of(shown)
        self.recent[shown.key] = summary
        newest_first = sorted(self.recent.values(), key=lambda each: -each.saved_at)[:MOST_MAPS]
        self.recent = OrderedDict((each.key, each) for each in newest_first)
        self._on_maps()
        if (last := desk.session.current) is not None:
            self._archive.save_check(summary, last, desk.session.marks)

    async def _measure(self, again: Job) -> None:
        await self._checking.measure(again)
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


def _read(path: Path) -> Reading | None:
    try:
        return read_at_rest(path)
    except BusyError as error:
        _log.info("%s cannot be read now: %s", path.name, error.strerror)
        return None
