"""What of each map is generated, as pages show it: brought up to date with every look at a map."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from daemon.archive import UnrecordedError
from daemon.protocol_writing import generated as message_of
from daemon.writing.disclosure import disclosure_sentence
from daemon.writing.history import History, WriteState
from daemon.writing.overwriting import changed_states
from daemon.writing.safe_write import NotWrittenError, hash_of
from daemon.writing.shown import ShownGenerated, ShownRange
from engine.beatmap.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from daemon.archive import Archive
    from daemon.desk import News
    from daemon.protocol import Message
    from daemon.writing.backups import Backups
    from daemon.writing.history import Range
    from daemon.writing.ledger import Ledger
    from daemon.writing.writer import Writer

MOST_MAPS: Final = 64
OVERWRITTEN: Final = (
    "The editor has saved its own copy over what was written here. Put it back, "
    "then load it in the editor (Ctrl+L, Enter) before you save there."
)


class Generated:
    def __init__(
        self,
        *,
        archive: Archive,
        ledger: Ledger,
        backups: Backups,
        writer: Writer,
        on_told: Callable[[Message], None],
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._backups = backups
        self._writer = writer
        self._on_told = on_told
        self._in_turn = asyncio.Lock()
        """What is worked out of an older look is told before what is worked out of a newer one."""
        self._shown: OrderedDict[str, ShownGenerated] = OrderedDict()
        """By the map's key."""

    async def refresh(self, news: News) -> None:
        """After a look at a map: what did its last save do to what was written?"""
        async with self._in_turn:
            shown = await self._work_out(news)
        if self._shown.get(shown.key) != shown:
            self._keep(shown)
            self._on_told(message_of(shown))

    async def _work_out(self, news: News) -> ShownGenerated:
        key, content_hash = news.shown.key, news.content_hash
        history = await self._history(key, content_hash)
        if not history.writes:
            return ShownGenerated(key=key)
        changed, refs = await asyncio.to_thread(self._compare, history, news)
        if changed:
            async with self._writer.at_rest():
                history = await self._put_right(news)
        return shown_generated(key, history, content_hash, refs)

    async def _put_right(self, news: News) -> History:
        """While nothing is written, and of what the file still holds: a look may be older than an undo."""
        key = news.shown.key
        history = await self._archive.asked(History(), self._ledger.history, key)
        if await asyncio.to_thread(hash_of, news.path) != news.content_hash:
            return history
        changed, _ = await asyncio.to_thread(self._compare, history, news)
        for write_id, state in changed.items():
            await self._archive.asked(None, self._ledger.set_state, write_id, state)
        return await self._archive.asked(history, self._ledger.history, key)

    async def _history(self, key: str, content_hash: str) -> History:
        history = await self._archive.asked(History(), self._ledger.history, key)
        if any(each.state is WriteState.INTENDED for each in history.writes):
            with suppress(UnrecordedError, NotWrittenError):  # the next look tries again
                await self._writer.settle()
            history = await self._archive.asked(history, self._ledger.history, key)
        if history.writes:
            return history
        await self._archive.asked(None, self._ledger.adopt, key, content_hash)
        return await self._archive.asked(history, self._ledger.history, key)

    def message_of(self, key: str) -> Message:
        return message_of(self._shown.get(key) or ShownGenerated(key=key))

    def _compare(self, history: History, news: News) -> tuple[dict[int, WriteState], frozenset[str]]:
        """On a thread: it reads backups, and parses them."""
        document = news.shown.analysis.document
        changed = changed_states(history, document, news.content_hash, self._backups.read)
        named = {ref for each in history.writes for ref in (each.before, each.after)}
        named |= {each.before for each in history.ranges}
        return changed, frozenset(ref for ref in named if self._backups.holds(ref))

    def _keep(self, shown: ShownGenerated) -> None:
        self._shown[shown.key] = shown
        self._shown.move_to_end(shown.key)
        if len(self._shown) > MOST_MAPS:
            self._shown.popitem(last=False)


def shown_generated(key: str, history: History, content_hash: str, refs: frozenset[str]) -> ShownGenerated:
    """`refs`: the backups that there are."""
    ranges = tuple(_shown_range(each, history, refs) for each in history.written)
    redoable = history.redoable(content_hash, refs.__contains__)
    is_overwritten = redoable is not None and redoable.state is WriteState.OVERWRITTEN
    return ShownGenerated(
        key=key,
        ranges=ranges,
        sentence=disclosure_sentence(ranges),
        can_undo=history.undoable(content_hash, refs.__contains__) is not None,
        can_redo=redoable is not None,
        overwritten=OVERWRITTEN if is_overwritten else "",
    )


def _shown_range(each: Range, history: History, refs: frozenset[str]) -> ShownRange:
    is_reverted = history.is_reverted(each)
    return ShownRange(
        id=f"g{each.id}",
        start_ms=each.start_ms,
        end_ms=each.end_ms,
        timestamp=f"{format_timestamp(each.start_ms)} - {format_timestamp(each.end_ms)}",
        model=_called(each.model),
        seed=each.seed,
        at=each.at,
        objects=each.objects,
        can_revert=not is_reverted and each.before in refs,
        is_reverted=is_reverted,
    )


def _called(model: str) -> str:
    """A folder goes by its name: nobody's home belongs into a map's description."""
    return PurePath(model).name if PurePath(model).is_absolute() else model
