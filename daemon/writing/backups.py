"""What maps held before and after each write of ours: a folder of our own, never larger than it may be.

A folder for each map; a file's name says when it was kept and what is in it. The oldest goes when room is
needed, and of each map the newest only when nothing else is left to go.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from daemon.paths import ensure_folder
from daemon.writing.safe_write import NotWrittenError
from engine.beatmap.document import content_hash
from engine.held_open import patiently

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

BACKUPS: Final = "backups"
"""The folder, among our own."""
_NAME: Final = re.compile(r"(\d{8}-\d{6}-\d{6})-([0-9a-f]{64})\.osu")
_UNFINISHED: Final = ".unfinished"
_UNFIT: Final = re.compile(r"[^\w \-\[\]().!]+")
"""For the name of a folder, on every system."""
LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True, order=True)
class _Kept:
    stamp: str
    file: Path
    size_bytes: int

    @property
    def ref(self) -> str:
        found = _NAME.fullmatch(self.file.name)
        return f"{self.file.parent.name}/{found[2] if found else ''}"


class Backups:
    """Blocks: for a thread, and one at a time."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self._most_bytes = most_bytes

    def keep(self, map_path: Path, data: bytes, *, spare: Collection[str] = (), soon_bytes: int = 0) -> str:
        """Its name from now on. `spare`: names of what must not go for it; `soon_bytes`: what is to be kept
        beside it in a moment. Raises NotWrittenError, and then no other backup had to go.
        """
        ref = f"{folder_name(map_path)}/{content_hash(data)}"
        try:
            known = self._find(ref)
            if known is not None and self.read(ref) is not None:
                fresh = known.with_name(_file_name(content_hash(data)))
                patiently(lambda: known.replace(fresh))
                return ref
            self._make_room(len(data), {ref, *spare}, soon_bytes)
            self._write(ref, data)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise NotWrittenError(
                f"No backup of {map_path.name} could be kept in {self.folder} ({reason}): "
                "nothing was written."
            ) from error
        return ref

    def read(self, ref: str) -> bytes | None:
        """None: it has gone to make room, or is not what was kept any more."""
        file = self._find(ref)
        try:
            data = file.read_bytes() if file is not None else None
        except OSError:
            return None
        return data if data is not None and content_hash(data) == ref.rpartition("/")[2] else None

    def holds(self, ref: str) -> bool:
        return self._find(ref) is not None

    @property
    def size_bytes(self) -> int:
        return sum(each.size_bytes for each in self._all())

    def tidy(self) -> None:
        """What a crash has left half-written goes, and what a smaller limit has no room for."""
        with suppress(OSError):
            for file in self.folder.glob(f"*/*{_UNFINISHED}"):
                file.unlink(missing_ok=True)
        with suppress(OSError, NotWrittenError):
            self._make_room(0, ())

    def _write(self, ref: str, data: bytes) -> None:
        folder_of_map, _, content = ref.rpartition("/")
        folder = ensure_folder(self.folder / folder_of_map)
        file = folder / _file_name(content)
        unfinished = file.with_suffix(_UNFINISHED)
        try:
            with unfinished.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            patiently(lambda: unfinished.replace(file))
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise

    def _make_room(self, wanted_bytes: int, spared: Collection[str], soon_bytes: int = 0) -> None:
        kept = sorted(self._all())
        least_bytes = wanted_bytes + soon_bytes + sum(each.size_bytes for each in kept if each.ref in spared)
        if least_bytes > self._most_bytes:
            raise NotWrittenError(
                f"The backups may take {self._most_bytes} bytes, which is too little for this map: nothing "
                "was written. Set writing.backups_max_bytes higher."
            )
        too_much = sum(each.size_bytes for each in kept) + wanted_bytes - self._most_bytes
        newest = {each.file.parent: each.file for each in kept}
        by_need = sorted(kept, key=lambda each: newest[each.file.parent] == each.file)
        for each in by_need:
            if too_much <= 0:
                return
            if each.ref not in spared:
                each.file.unlink(missing_ok=True)
                too_much -= each.size_bytes
                with suppress(OSError):
                    each.file.parent.rmdir()  # where it was the last

    def _find(self, ref: str) -> Path | None:
        folder_of_map, _, content = ref.rpartition("/")
        found = sorted(self._below(self.folder / folder_of_map)) if folder_of_map and content else []
        return next((each.file for each in reversed(found) if each.ref == ref), None)

    def _all(self) -> Iterator[_Kept]:
        with suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from self._below(self.folder / entry.name)

    def _below(self, folder: Path) -> Iterator[_Kept]:
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                found = _NAME.fullmatch(entry.name)
                if found is not None:
                    yield _Kept(found[1], folder / entry.name, entry.stat().st_size)


def folder_name(map_path: Path) -> str:
    """One a person finds their map by, and no two maps share."""
    words = _UNFIT.sub("_", map_path.stem)[:LONGEST_NAME].strip(" .") or "map"
    digest = hashlib.sha256(os.fsencode(map_path)).hexdigest()[:10]
    return f"{words}-{digest}"


def _file_name(content: str) -> str:
    return f"{datetime.now(tz=UTC):%Y%m%d-%H%M%S-%f}-{content}.osu"
