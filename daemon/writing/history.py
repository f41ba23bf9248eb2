"""What was written into one map, in order, and what follows: what stands, what can be undone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Kind(StrEnum):
    ACCEPTED = "accepted"
    NEW = "new"
    """A new difficulty, or a whole map."""
    REVERTED = "reverted"


class WriteState(StrEnum):
    INTENDED = "intended"
    """Under way, or cut short and not looked into yet."""
    STANDING = "standing"
    UNDONE = "undone"
    OVERWRITTEN = "overwritten"
    """The editor has saved its own copy over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRange:
    """A stretch that a model wrote, as it is recorded."""

    start_ms: float
    end_ms: float
    model: str
    seed: int
    at: float
    objects: int
    hash_before: str
    hash_after: str
    before: str
    """Name of the backup with the section as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(NewRange):
    id: int
    write: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWrite:
    kind: Kind
    at: float
    hash_before: str
    """"" of a new file."""
    hash_after: str
    before: str
    after: str
    """Names of backups."""
    reverts: int | None = None
    """Id of the range that it takes back."""
    ranges: tuple[NewRange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    id: int
    kind: Kind
    state: WriteState
    at: float
    hash_before: str
    hash_after: str
    before: str
    after: str
    reverts: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intention:
    """A write under way, recorded before the file is touched."""

    id: int
    write: int
    state: WriteState
    """What the write becomes once the file holds it."""
    path: Path
    token: str
    hash_before: str
    hash_after: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class History:
    """Of one map; both in the order in which they were recorded."""

    writes: tuple[Write, ...] = ()
    ranges: tuple[Range, ...] = ()

    def write(self, write_id: int) -> Write | None:
        return next((each for each in self.writes if each.id == write_id), None)

    def range(self, range_id: int) -> Range | None:
        return next((each for each in self.ranges if each.id == range_id), None)

    def ranges_of(self, write: Write) -> tuple[Range, ...]:
        return tuple(each for each in self.ranges if each.write == write.id)

    @property
    def standing(self) -> tuple[Write, ...]:
        return tuple(each for each in self.writes if each.state is WriteState.STANDING)

    @property
    def written(self) -> tuple[Range, ...]:
        """Those of writes that stand, reverted or not."""
        standing = {write.id for write in self.standing}
        return tuple(each for each in self.ranges if each.write in standing)

    @property
    def left(self) -> tuple[Range, ...]:
        """What of the map is generated."""
        return tuple(each for each in self.written if not self.is_reverted(each))

    def is_reverted(self, range_: Range) -> bool:
        return any(write.reverts == range_.id for write in self.standing)

    def written_over(self, range_: Range) -> Range | None:
        """What was generated over it last: taken back later, it would bring this back."""
        later = [
            each
            for each in self.left
            if each.id > range_.id and each.start_ms < range_.end_ms and range_.start_ms < each.end_ms
        ]
        return later[-1] if later else None

    def undoable(self, current_hash: str, has_backup: Callable[[str], bool]) -> Write | None:
        """The last write, if the map is what it left."""
        last = self.standing[-1] if self.standing else None
        if last is None or last.kind is Kind.NEW or last.hash_after != current_hash:
            return None
        return last if has_backup(last.before) else None

    def redoable(self, current_hash: str, has_backup: Callable[[str], bool]) -> Write | None:
        """What was undone last, if the map is what that left; or what the editor wrote over last."""
        gone = [
            each
            for each in self.writes
            if each.state in (WriteState.UNDONE, WriteState.OVERWRITTEN) and has_backup(each.after)
        ]
        fits = [each for each in gone if each.hash_before == current_hash]
        overwritten = [each for each in gone if each.state is WriteState.OVERWRITTEN]
        return next(iter((*fits, *overwritten)), None)  # what was undone last was written first
