"""What Mapside remembers of the mapper's maps: which there are, their last check, and what is intended.

SQLite, used from one thread. A map is known by its path; failing that by its beatmap id, then by its
metadata, if the file it was known by is gone or is this very file: so a renamed folder, an upload, an edited
title and a path spelled differently keep what was marked, and a copy of a map is a map of its own. Nothing
here is ever written into a map.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from daemon.database import StoreError, connect, without
from daemon.matching import Anchor
from daemon.paths import ensure_folder
from daemon.session import Baseline, Known, MapSummary
from daemon.writing.ledger import Ledger
from engine.checks.check import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_log = logging.getLogger(__name__)

STORE_NAME: Final = "mapside.sqlite"
RULES, MODEL = "f", "m"
"""Who found what is marked: the ids of their findings begin with it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a map is, wherever it lies."""

    path: Path
    beatmap_id: int
    """Zero or less before the upload."""
    artist: str
    title: str
    creator: str
    difficulty: str
    mode: str

    @property
    def metadata(self) -> str:
        return json.dumps([self.artist, self.title, self.creator, self.difficulty, self.mode])


@dataclass(frozen=True, slots=True)
class Remembered:
    key: str
    last: Baseline | None
    marks: tuple[Anchor, ...]


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a model said of a map before."""

    model: str = ""
    last: Baseline | None = None
    marks: tuple[Anchor, ...] = ()


class Store:
    def __init__(self, file: Path | None, *, exists: Callable[[Path], bool] = Path.exists) -> None:
        """None: in memory, for as long as the program runs."""
        self.note = ""
        """What the person should know about how the store was opened; "" if all is well."""
        self.is_lasting = file is not None
        self._exists = exists
        self._database = self._open(file)
        self.ledger = Ledger(self._database)

    def close(self) -> None:
        self._database.close()

    def recognise(self, identity: Identity) -> Remembered:
        """The map as it is remembered, its identity brought up to date; a new one if it was never seen."""
        with self._database:
            row = self._find(identity)
            row = self._insert(identity) if row is None else row
            self._database.execute(
                "UPDATE maps SET path = ?, beatmap_id = ?, metadata = ? WHERE id = ?",
                (os.fsencode(identity.path), identity.beatmap_id, identity.metadata, row),
            )
        return self._remembered(row)

    def moved(self, before: Path, after: Path) -> bool:
        """A map's file has another name now. True if something is remembered of it."""
        with self._database:
            old, new = self._id_of(before), self._id_of(after)
            if old is None:
                return False
            if new is not None:
                self._merge(old, new)
            else:
                self._database.execute("UPDATE maps SET path = ? WHERE id = ?", (os.fsencode(after), old))
        return True

    def path_of(self, key: str) -> Path | None:
        row = self._row("SELECT path FROM maps WHERE id = ?", _id(key))
        return _path(row[0]) if row else None

    def keys_at(self, path: Path) -> list[str]:
        row_id = self._id_of(path)
        return [] if row_id is None else [_key(row_id)]

    def save_check(self, summary: MapSummary, last: Baseline, marks: Sequence[Anchor]) -> None:
        """The last check, and the marks where they stand now."""
        with self._database:
            self._database.execute(
                "UPDATE maps SET summary = ?, saved_at = ?, content_hash = ?, findings = ?, next_id = ?"
                " WHERE id = ?",
                (
                    _summary_text(summary),
                    summary.saved_at,
                    last.content_hash,
                    _findings_text(last),
                    last.next_id,
                    _id(summary.key),
                ),
            )
            self._write_marks(_id(summary.key), RULES, marks)

    def save_opinion(self, key: str, model: str, last: Baseline, marks: Sequence[Anchor]) -> None:
        """What a model suggested last; nothing if the map is not known (any more)."""
        if self._row("SELECT 1 FROM maps WHERE id = ?", _id(key)) is None:
            return
        with self._database:
            self._database.execute(
                "INSERT OR REPLACE INTO opinions (map, model, content_hash, findings, next_id)"
                " VALUES (?, ?, ?, ?, ?)",
                (_id(key), model, last.content_hash, _findings_text(last), last.next_id),
            )
            self._write_marks(_id(key), MODEL, marks)

    def recall_opinion(self, key: str) -> Recalled:
        row = self._row("SELECT model, content_hash, findings, next_id FROM opinions WHERE map = ?", _id(key))
        marks = self._marks(_id(key), MODEL)
        return Recalled(str(row[0]), _baseline(row[1:]), marks) if row else Recalled(marks=marks)

    def recent(self, limit: int) -> list[MapSummary]:
        """The maps saved last that still exist, the latest first."""
        rows = self._database.execute(
            "SELECT id, path, summary, saved_at FROM maps WHERE summary IS NOT NULL ORDER BY saved_at DESC"
        )
        found: list[MapSummary] = []
        for row_id, path, summary, saved_at in rows:
            if len(found) == limit:
                break
            if self._exists(_path(path)):
                found.append(_summary(_key(row_id), _path(path), json.loads(summary), saved_at))
        return found

    # Who is who.

    def _find(self, identity: Identity) -> int | None:
        return (
            self._id_of(identity.path) or self._vacant_by_id(identity) or self._vacant_by_metadata(identity)
        )

    def _id_of(self, path: Path) -> int | None:
        row = self._row("SELECT id FROM maps WHERE path = ?", os.fsencode(path))
        return row[0] if row else None

    def _vacant_by_id(self, identity: Identity) -> int | None:
        if identity.beatmap_id <= 0:
            return None
        return self._first_vacant(
            "SELECT id, path FROM maps WHERE beatmap_id = ? ORDER BY saved_at DESC",
            identity.beatmap_id,
            identity.path,
        )

    def _vacant_by_metadata(self, identity: Identity) -> int | None:
        return self._first_vacant(
            "SELECT id, path FROM maps WHERE metadata = ? ORDER BY saved_at DESC",
            identity.metadata,
            identity.path,
        )

    def _first_vacant(self, query: str, value: object, file: Path) -> int | None:
        """A map whose file is still there is another map, however alike, unless it is this `file`."""
        rows: Iterable[tuple[int, bytes]] = self._database.execute(query, (value,)).fetchall()
        return next((row_id for row_id, path in rows if self._is_free(_path(path), file)), None)

    def _is_free(self, remembered: Path, file: Path) -> bool:
        return not self._exists(remembered) or _is_same_file(remembered, file)

    def _insert(self, identity: Identity) -> int:
        (row_id,) = self._database.execute(
            "INSERT INTO maps (path, beatmap_id, metadata) VALUES (?, ?, ?) RETURNING id",
            (os.fsencode(identity.path), identity.beatmap_id, identity.metadata),
        ).fetchone()
        return int(row_id)

    def _merge(self, old: int, new: int) -> None:
        """The new name was saved before the old one was known to be its past."""
        self._database.execute("UPDATE marks SET map = ? WHERE map = ?", (new, old))
        self._database.execute("UPDATE writes SET map = ? WHERE map = ?", (new, old))
        self._database.execute("DELETE FROM maps WHERE id = ?", (old,))

    # Rows and values.

    def _remembered(self, row_id: int) -> Remembered:
        row = self._row("SELECT content_hash, findings, next_id FROM maps WHERE id = ?", row_id)
        return Remembered(_key(row_id), _baseline(row), self._marks(row_id, RULES))

    def _marks(self, row_id: int, source: str) -> tuple[Anchor, ...]:
        rows = self._database.execute(
            "SELECT anchor FROM marks WHERE map = ? AND source = ? ORDER BY rowid", (row_id, source)
        )
        return tuple(Anchor(*json.loads(text)) for (text,) in rows)

    def _write_marks(self, row_id: int, source: str, marks: Sequence[Anchor]) -> None:
        self._database.execute("DELETE FROM marks WHERE map = ? AND source = ?", (row_id, source))
        self._database.executemany(
            "INSERT INTO marks (map, anchor, source) VALUES (?, ?, ?)",
            [(row_id, json.dumps(astuple(mark)), source) for mark in marks],
        )

    def _row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._database.execute(query, values).fetchone()
        return row

    # Opening.

    def _open(self, file: Path | None) -> sqlite3.Connection:
        if file is None:
            return connect(":memory:")
        try:
            ensure_folder(file.parent)
            return connect(str(file))
        except (OSError, sqlite3.OperationalError) as error:
            raise StoreError(without(file, str(error))) from error
        except sqlite3.DatabaseError as error:
            return self._start_afresh(file, error)

    def _start_afresh(self, file: Path, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        aside = file.with_name(f"{file.name}.unreadable-{time.strftime('%Y%m%d-%H%M%S')}")
        try:
            file.rename(aside)
            for suffix in ("-wal", "-shm"):  # of the database put aside: they would be read into the new one
                file.with_name(file.name + suffix).unlink(missing_ok=True)
            fresh = connect(str(file))
        except (OSError, sqlite3.Error) as failure:
            raise StoreError(without(file, str(failure))) from failure
        self.note = (
            f"{file.name} could not be read and was put aside as {aside.name}: intended marks start afresh, "
            "and so does the record of what was generated."
        )
        _log.warning("%s (%s)", self.note, error)
        return fresh


def open_store(file: Path) -> tuple[Store, str]:
    """The store, or one in memory where the file cannot be used, and what the person should know about it."""
    try:
        store = Store(file)
    except StoreError as error:
        _log.warning("%s", error)
        return Store(None), str(error)
    return store, store.note


def _is_same_file(one: Path, other: Path) -> bool:
    """Case, links, drive letters and Windows' short names spell one file in many ways."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _path(column: bytes) -> Path:
    return Path(os.fsdecode(column))


def _key(row_id: int) -> str:
    return f"m{row_id}"


def _id(key: str) -> int:
    """-1, which no row has, for a key that is none of ours."""
    digits = key.removeprefix("m")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else -1  # noqa: PLR2004  below SQLite's largest integer


def _findings_text(last: Baseline) -> str:
    return json.dumps([(known.id, known.intended, astuple(known.anchor)) for known in last.findings])


def _baseline(row: tuple[Any, ...] | None) -> Baseline | None:
    """Of content hash, findings and next id."""
    if row is None or row[1] is None:
        return None
    findings = tuple(Known(id_, Anchor(*anchor), intended) for id_, intended, anchor in json.loads(row[1]))
    return Baseline(row[0], findings, row[2])


def _summary_text(summary: MapSummary) -> str:
    return json.dumps(
        {
            "artist": summary.artist,
            "title": summary.title,
            "version": summary.version,
            "creator": summary.creator,
            "mode": summary.mode,
            "counts": {severity.name: number for severity, number in summary.counts.items()},
            "new": summary.new,
        }
    )


def _summary(key: str, path: Path, values: dict[str, Any], saved_at: float) -> MapSummary:
    return MapSummary(
        key=key,
        set_name=path.parent.name,
        file_name=path.name,
        artist=values["artist"],
        title=values["title"],
        version=values["version"],
        creator=values["creator"],
        mode=values["mode"],
        saved_at=saved_at,
        counts={Severity[name]: number for name, number in values["counts"].items()},
        new=values["new"],
    )
