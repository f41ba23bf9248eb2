"""Which of our writes a save has put back to what was there before, and which it has brought back. Pure.

The editor keeps its own copy of a map: its next save may silently hold the section as it was. What was
written elsewhere in the map does not matter: a section is compared by its objects' lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daemon.writing.history import Kind, WriteState
from engine.beatmap.document import Document
from engine.beatmap.splice import EditRefused, section_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from daemon.writing.history import History, Range, Write

MOST_WRITES: Final = 16
"""Of a map, the latest: each costs the parsing of two files."""

Lines = tuple[str, ...]


def changed_states(
    history: History, current: Document, current_hash: str, read: Callable[[str], bytes | None]
) -> dict[int, WriteState]:
    """By the id of the write. `read`: a backup by its name. For a thread."""
    changed: dict[int, WriteState] = {}
    for write in history.writes[-MOST_WRITES:]:
        sections = _sections_of(history, write)
        if write.kind is Kind.NEW or write.state is WriteState.INTENDED or not sections:
            continue
        if all(history.is_reverted(each) for each in sections):
            continue  # what was there before was put back by us
        stands = _stands(write, sections, current, current_hash, read)
        if stands is True and write.state in (WriteState.UNDONE, WriteState.OVERWRITTEN):
            changed[write.id] = WriteState.STANDING
        elif stands is False and write.state is WriteState.STANDING:
            changed[write.id] = WriteState.OVERWRITTEN
    return changed


def _sections_of(history: History, write: Write) -> tuple[Range, ...]:
    if write.reverts is not None:
        reverted = history.range(write.reverts)
        return (reverted,) if reverted is not None else ()
    return history.ranges_of(write)


def _stands(
    write: Write,
    sections: tuple[Range, ...],
    current: Document,
    current_hash: str,
    read: Callable[[str], bytes | None],
) -> bool | None:
    """None: the section is neither what it was before nor what we wrote, or nobody knows any more."""
    if current_hash in (write.hash_before, write.hash_after):
        return current_hash == write.hash_after
    before, after = _document(read(write.before)), _document(read(write.after))
    if before is None or after is None:
        return None
    now, then, ours = (_lines(document, sections) for document in (current, before, after))
    if then == ours:
        return None
    return True if now == ours else False if now == then else None


def _document(data: bytes | None) -> Document | None:
    return Document.parse(data) if data is not None else None


def _lines(document: Document, sections: tuple[Range, ...]) -> tuple[Lines, ...] | None:
    try:
        return tuple(
            texts_of(document, section_of(document, each.start_ms, each.end_ms))[0] for each in sections
        )
    except EditRefused:
        return None
