"""What `mapside check` looks at: from the paths on the command line to checked difficulties.

One difficulty gives one `CheckedMap`, plain enough to travel between processes: with many sets the work is
spread over the processor's cores, a set at a time, so that the length of its song is measured once.
"""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from daemon import analysis
from daemon.songs.song import SongLengths
from daemon.watch.reading import BusyError, read_shared
from engine.checks.catalogue import CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from daemon.locating import Located
    from engine.beatmap.document import Document
    from engine.checks.check import Severity, Song

SUFFIX: Final = ".osu"
FORMAT_LINE: Final = b"osu file format v"
FORMAT_LINE_WITHIN_BYTES: Final = 200
"""A byte order mark and blank lines may come first."""
POOL_FROM_MAPS: Final = 40
"""Below this, starting processes takes longer than they save."""
BATCH_MAPS: Final = 16


class NothingToCheckError(ValueError):
    """A path that leads to no difficulty; the message says what to do."""


class MapReadError(Exception):
    """What is the matter with a file, to be read after its name: "is gone."."""


@dataclass(frozen=True, slots=True)
class ShownFinding:
    check: str
    title: str
    category: str
    severity: Severity
    strength: float
    message: str
    time_ms: float | None
    end_ms: float | None
    timestamp: str
    link: str | None


@dataclass(frozen=True, slots=True)
class CheckedMap:
    path: Path
    artist: str = ""
    title: str = ""
    version: str = ""
    creator: str = ""
    mode: str = ""
    findings: tuple[ShownFinding, ...] = ()
    """Strongest first."""
    unreadable: str | None = None
    """Why there are no findings to speak of."""

    @property
    def set_folder(self) -> str:
        return self.path.absolute().parent.name


def find_maps(paths: Iterable[Path]) -> list[Path]:
    """Every difficulty that the paths name or contain, each once, a set's together."""
    found: dict[Path, None] = {}
    for path in paths:
        for each in _maps_at(path):
            found.setdefault(each)
    return sorted(found, key=lambda path: (str(path.parent), path.name))


def _maps_at(path: Path) -> list[Path]:
    if path.is_dir():
        inside = list(_walk(path))
        if not inside:
            raise NothingToCheckError(f"{path}: no {SUFFIX} file lies in this folder or below it.")
        return inside
    if not path.exists():
        raise NothingToCheckError(f"{path}: there is no such file or folder.")
    if path.suffix.lower() != SUFFIX:
        raise NothingToCheckError(
            f"{path}: is not a difficulty. Name a {SUFFIX} file, the folder of a set, or the Songs folder."
        )
    return [path]


def _walk(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names if name.lower().endswith(SUFFIX))


def check_maps(
    maps: Sequence[Path], disabled: Collection[str], checked: Callable[[CheckedMap], None]
) -> None:
    """Calls `checked` with each result as it is done, in no particular order where there are many."""
    off = frozenset(disabled)
    if len(maps) < POOL_FROM_MAPS:
        songs = SongLengths()
        for path in maps:
            checked(check_map(path, off, songs))
        return
    with _pool() as pool:
        with _ctrl_c_held_back():
            tasks = [pool.submit(check_batch, batch, off) for batch in _batches(maps)]
        for task in as_completed(tasks):
            for each in task.result():
                checked(each)


def _batches(maps: Sequence[Path]) -> Iterator[Sequence[Path]]:
    """A set's difficulties together, because they share a song; but no folder of hundreds as one."""
    for _, members in groupby(maps, key=lambda path: path.parent):
        ordered = list(members)
        for start in range(0, len(ordered), BATCH_MAPS):
            yield ordered[start : start + BATCH_MAPS]


@contextmanager
def _pool() -> Iterator[ProcessPoolExecutor]:
    """A pool that gives up what waits when the person presses Ctrl+C."""
    pool = ProcessPoolExecutor(initializer=_leave_ctrl_c_to_the_first)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """While workers are being started: one that is half started would be left behind."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


def _leave_ctrl_c_to_the_first() -> None:
    """A terminal sends Ctrl+C to every process; a worker would answer with a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def check_batch(maps: Sequence[Path], disabled: frozenset[str]) -> list[CheckedMap]:
    """What a worker process does."""
    songs = SongLengths()
    return [check_map(path, disabled, songs) for path in maps]


def check_map(path: Path, disabled: frozenset[str], songs: SongLengths) -> CheckedMap:
    try:
        _, document = read_map(path)
    except MapReadError as error:
        return CheckedMap(path, unreadable=str(error))
    return _checked(path, document, disabled, songs)


def read_map(path: Path) -> tuple[bytes, Document]:
    try:
        data = _read(path)
    except BusyError as error:
        raise MapReadError(f"cannot be read ({error.strerror or error}).") from error
    if data is None:
        raise MapReadError("is gone.")
    reason = _not_a_map(data)
    if reason:
        raise MapReadError(reason)
    return data, analysis.parse(data)[0]


def _read(path: Path) -> bytes | None:
    reading = read_shared(path)
    return reading.data if reading else None


def _not_a_map(data: bytes) -> str | None:
    if not data.strip(b"\0 \t\r\n"):
        return "is empty or filled with zeros, as a crash leaves it. Save it again, or take it from a backup."
    if FORMAT_LINE not in data[:FORMAT_LINE_WITHIN_BYTES]:
        return 'is not a difficulty: it does not begin with "osu file format v...".'
    return None


def _checked(path: Path, document: Document, disabled: frozenset[str], songs: SongLengths) -> CheckedMap:
    checks = tuple(check for check in CHECKS if check.id not in disabled)
    result = analysis.analyse(document, _song_of(path, document, songs), checks)
    metadata = document.beatmap.metadata
    shown = (shown_finding(each, TITLES[each.finding.check_id]) for each in result.findings)
    findings = sorted(shown, key=_strongest_first)
    return CheckedMap(
        path,
        artist=metadata.artist,
        title=metadata.title,
        version=metadata.version,
        creator=metadata.creator,
        mode=document.beatmap.mode.name.lower(),
        findings=tuple(findings),
    )


def shown_finding(located: Located, title: str) -> ShownFinding:
    finding = located.finding
    return ShownFinding(
        check=finding.check_id,
        title=title,
        category=located.category,
        severity=finding.severity,
        strength=finding.strength,
        message=finding.message,
        time_ms=finding.time_ms,
        end_ms=finding.end_ms,
        timestamp=located.anchor.timestamp,
        link=located.link,
    )


TITLES: Final = {check.id: check.title for check in CHECKS}


def _strongest_first(finding: ShownFinding) -> tuple[int, float, float]:
    return -finding.severity, -finding.strength, finding.time_ms if finding.time_ms is not None else -1.0


def _song_of(path: Path, document: Document, songs: SongLengths) -> Song:
    name = document.beatmap.general.audio_filename
    return songs.known(path, name) or songs.measure(path, name)
