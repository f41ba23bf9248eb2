"""The store's tables of what was written: used on the store's own thread, like all of it.

A write is recorded before the file is touched, as an intention that is on the disk when `intend` returns.
Once the file holds it, `complete` says so; after a crash, what the file holds tells whether it did.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from daemon.writing.history import (
    History,
    Intention,
    Kind,
    NewRange,
    Range,
    Write,
    WriteState,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from daemon.writing.history import NewWrite

_WRITE: Final = "id, kind, state, at, hash_before, hash_after, before, after, reverts"
_RANGE: Final = ", ".join(field.name for field in fields(NewRange))
_INTENTION: Final = "id, write, state, path, token, hash_before, hash_after, before, after"


class Ledger:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def history(self, map_key: str) -> History:
        row = _row_of(map_key)
        writes = self._database.execute(f"SELECT {_WRITE} FROM writes WHERE map = ? ORDER BY id", (row,))  # noqa: S608  our own column names
        ranges = self._database.execute(
            f"SELECT id, write, {_RANGE} FROM ranges"  # noqa: S608  the same
            " WHERE write IN (SELECT id FROM writes WHERE map = ?) ORDER BY id",
            (row,),
        )
        return History(tuple(map(_write, writes.fetchall())), tuple(map(_range, ranges.fetchall())))

    def map_at(self, path: Path) -> str:
        """The key of the map at that path, which may be one that nobody has looked at yet, or one that was
        looked at under another spelling: through a link, or in other letters where their case means nothing.
        """
        name = os.fsencode(self._spelt(path))
        with self._database:
            self._database.execute(
                "INSERT OR IGNORE INTO maps (path, beatmap_id, metadata) VALUES (?, 0, '[]')", (name,)
            )
        (row,) = self._database.execute("SELECT id FROM maps WHERE path = ?", (name,)).fetchone()
        return f"m{row}"

    def _spelt(self, path: Path) -> Path:
        """As the map is known."""
        rows = self._database.execute("SELECT path FROM maps").fetchall()
        paths = [Path(os.fsdecode(known)) for (known,) in rows]
        alike = [known for known in paths if known.name.casefold() == path.name.casefold()]
        return path if path in alike else next((known for known in alike if _is_same(known, path)), path)

    def intend(self, map_key: str, write: NewWrite, path: Path, token: str) -> Intention:
        """A new write."""
        with self._lastingly():
            (id_,) = self._database.execute(
                "INSERT INTO writes (map, kind, state, at, hash_before, hash_after, before, after, reverts)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (
                    _row_of(map_key),
                    write.kind.value,
                    WriteState.INTENDED.value,
                    write.at,
                    write.hash_before,
                    write.hash_after,
                    write.before,
                    write.after,
                    write.reverts,
                ),
            ).fetchone()
            for each in write.ranges:
                self._insert_range(id_, each)
            return self._insert_intention(
                id_,
                WriteState.STANDING,
                path,
                token,
                (write.hash_before, write.hash_after, write.before, write.after),
            )

    def intend_again(
        self, write: Write, state: WriteState, path: Path, token: str, becomes: tuple[str, str, str, str]
    ) -> Intention:
        """An undo or a redo of a write. `becomes`: hash before and after, names of the backups of both."""
        with self._lastingly():
            return self._insert_intention(write.id, state, path, token, becomes)

    def complete(self, intention: Intention) -> None:
        """The file holds it. What had been undone until then can no longer be redone after a new write."""
        with self._lastingly():
            (was,) = self._database.execute(
                "SELECT state FROM writes WHERE id = ?", (intention.write,)
            ).fetchone()
            if was == WriteState.INTENDED:
                self._database.execute(
                    "DELETE FROM writes WHERE state IN (?, ?)"
                    " AND map = (SELECT map FROM writes WHERE id = ?)",
                    (WriteState.UNDONE.value, WriteState.OVERWRITTEN.value, intention.write),
                )
            self._database.execute(
                "UPDATE writes SET state = ? WHERE id = ?", (intention.state.value, intention.write)
            )
            if intention.state is WriteState.STANDING:
                self._database.execute(
                    "UPDATE writes SET hash_before = ?, hash_after = ?, before = ?, after = ? WHERE id = ?",
                    (
                        intention.hash_before,
                        intention.hash_after,
                        intention.before,
                        intention.after,
                        intention.write,
                    ),
                )
            self._database.execute("DELETE FROM intentions WHERE id = ?", (intention.id,))

    def abandon(self, intention: Intention) -> None:
        """The file never held it."""
        with self._lastingly():
            self._database.execute("DELETE FROM intentions WHERE id = ?", (intention.id,))
            self._database.execute(
                "DELETE FROM writes WHERE id = ? AND state = ?",
                (intention.write, WriteState.INTENDED.value),
            )

    def adopt(self, map_key: str, content_hash: str) -> None:
        """A map that holds what a model wrote as a whole, and that others have put there: out of an .osz."""
        row = self._database.execute(
            f"SELECT {_RANGE} FROM ranges WHERE hash_after = ? AND hash_before = ''"  # noqa: S608  the same
            " AND write IN (SELECT id FROM writes WHERE kind = ? AND state = ? AND map != ?)",
            (content_hash, Kind.NEW.value, WriteState.STANDING.value, _row_of(map_key)),
        ).fetchone()
        if row is None:
            return
        with self._database:
            (id_,) = self._database.execute(
                "INSERT INTO writes (map, kind, state, at, hash_before, hash_after, before, after)"
                " VALUES (?, ?, ?, ?, '', ?, '', '') RETURNING id",
                (
                    _row_of(map_key),
                    Kind.NEW.value,
                    WriteState.STANDING.value,
                    _range((0, 0, *row)).at,
                    content_hash,
                ),
            ).fetchone()
            self._insert_range(id_, _range((0, id_, *row)))

    def last_left(self) -> tuple[str, int] | None:
        """The map and the range that a model wrote last of all that still stand."""
        rows = self._database.execute(
            "SELECT ranges.id, writes.map FROM ranges JOIN writes ON writes.id = ranges.write"
            " WHERE writes.state = ? AND ranges.before != '' AND ranges.id NOT IN"
            " (SELECT reverts FROM writes WHERE state = ? AND reverts IS NOT NULL)"
            " ORDER BY ranges.id DESC LIMIT 1",
            (WriteState.STANDING.value, WriteState.STANDING.value),
        )
        row = rows.fetchone()
        return (f"m{row[1]}", row[0]) if row else None

    def intentions(self) -> tuple[Intention, ...]:
        rows = self._database.execute(f"SELECT {_INTENTION} FROM intentions ORDER BY id")  # noqa: S608  the same
        return tuple(map(_intention, rows.fetchall()))

    def set_state(self, write_id: int, state: WriteState) -> None:
        with self._database:
            self._database.execute("UPDATE writes SET state = ? WHERE id = ?", (state.value, write_id))

    def _insert_range(self, write_id: int, each: NewRange) -> None:
        named = {name: getattr(each, name) for name in _RANGE.split(", ")}
        values = (*{**named, "seed": str(each.seed)}.values(),)
        marks = ", ".join("?" * (len(values) + 1))
        self._database.execute(
            f"INSERT INTO ranges (write, {_RANGE}) VALUES ({marks})",  # noqa: S608  the same
            (write_id, *values),
        )

    def _insert_intention(
        self, write_id: int, state: WriteState, path: Path, token: str, becomes: tuple[str, str, str, str]
    ) -> Intention:
        values = (write_id, state.value, os.fsencode(path), token, *becomes)
        row = self._database.execute(
            "INSERT INTO intentions (write, state, path, token, hash_before, hash_after, before, after)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " RETURNING id, write, state, path, token, hash_before, hash_after, before, after",
            values,
        ).fetchone()
        return _intention(row)

    @contextmanager
    def _lastingly(self) -> Iterator[None]:
        """On the disk when it is over, not with the next checkpoint only."""
        self._database.execute("PRAGMA synchronous = FULL")
        try:
            with self._database:
                yield
        finally:
            self._database.execute("PRAGMA synchronous = NORMAL")


def _row_of(map_key: str) -> int:
    digits = map_key.removeprefix("m")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else -1  # noqa: PLR2004  below SQLite's largest integer


def _write(row: tuple[Any, ...]) -> Write:
    id_, kind, state, at, hash_before, hash_after, before, after, reverts = row
    return Write(
        id=id_,
        kind=Kind(kind),
        state=WriteState(state),
        at=at,
        hash_before=hash_before,
        hash_after=hash_after,
        before=before,
        after=after,
        reverts=reverts,
    )


def _range(row: tuple[Any, ...]) -> Range:
    id_, write, start_ms, end_ms, model, seed, at, objects, hash_before, hash_after, before = row
    return Range(
        id=id_,
        write=write,
        start_ms=start_ms,
        end_ms=end_ms,
        model=model,
        seed=int(seed),
        at=at,
        objects=objects,
        hash_before=hash_before,
        hash_after=hash_after,
        before=before,
    )


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return False


def _intention(row: tuple[Any, ...]) -> Intention:
    id_, write, state, path, token, hash_before, hash_after, before, after = row
    return Intention(
        id=id_,
        write=write,
        state=WriteState(state),
        path=Path(os.fsdecode(path)),
        token=token,
        hash_before=hash_before,
        hash_after=hash_after,
        before=before,
        after=after,
    )
