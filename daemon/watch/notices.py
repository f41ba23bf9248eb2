"""What the operating system says about the folders we watch, in one language for all systems."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal, Protocol

MAP_SUFFIX = ".osu"


class Kind(Enum):
    CHANGED = "changed"
    """Created or written to; where the system tells of closing, its writer still has it open."""
    CLOSED = "closed"
    """A writer closed it."""
    FOUND = "found"
    """It was there when we first looked into a new folder: somebody may be writing it, or may have been."""
    ARRIVED = "arrived"
    """It was moved here, whole."""
    GONE = "gone"
    """It was deleted or moved away."""
    FOLDER_ARRIVED = "folder arrived"
    FOLDER_GONE = "folder gone"
    LOST = "lost"
    """The system dropped notices of its own: anything may have happened below this folder."""
    ENDED = "ended"
    """The root itself is gone, or no longer watched."""
    LIMITED = "limited"
    """From now on not all folders can be watched: `FolderWatch.report` says why."""


@dataclass(frozen=True, slots=True)
class Notice:
    kind: Kind
    path: str
    at: float
    """Seconds of time.perf_counter."""
    move: int = 0
    """The same number on a GONE and an ARRIVED: one move seen from both ends. 0: none."""


@dataclass(frozen=True, slots=True)
class WatchReport:
    mode: Literal["all", "recent", "nothing"]
    sets: int
    """How many set folders are watched."""
    note: str = ""
    """Why not all of them are, and what to do about it."""


class FolderWatch(Protocol):
    """Watches a folder and all below it, and calls `sink` from a thread of its own."""

    tells_closing: bool
    """Whether it says when a writer closes a file."""
    report: WatchReport

    def start(self) -> WatchReport: ...  # blocks; may take a second where there are many folders
    def stop(self) -> None: ...
    def use(self, folder: str) -> None: ...  # makes sure that this one is watched where not all can be
    def forget(self, folder: str) -> None: ...  # it has left the tree


def is_map(name: str) -> bool:
    return name[-len(MAP_SUFFIX) :].lower() == MAP_SUFFIX
