"""The store's file: its tables, how an older file is brought up to date, and when it is left alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

SCHEMA_VERSION = 3
_FIRST_SCHEMA = """
CREATE TABLE maps (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,   -- as the file system has it: it need not be text
    beatmap_id INTEGER NOT NULL,
    metadata TEXT NOT NULL,      -- JSON: artist, title, creator, difficulty, mode: who a map is
    summary TEXT,                -- JSON: how the list of saved maps shows it; NULL until it was checked
    saved_at REAL,               -- seconds since the epoch
    content_hash TEXT,
    findings TEXT,               -- JSON: of the last save, with their ids
    next_id INTEGER
);
CREATE INDEX maps_by_beatmap_id ON maps (beatmap_id);
CREATE INDEX maps_by_metadata ON maps (metadata);
CREATE INDEX maps_by_saved_at ON maps (saved_at);
CREATE TABLE marks (
    map INTEGER NOT NULL REFERENCES maps (id) ON DELETE CASCADE,
    anchor TEXT NOT NULL         -- JSON: the finding that is intended
);
CREATE INDEX marks_by_map ON marks (map);
"""
_SECOND_SCHEMA = """
-- 'f': of a rule's finding; 'm': of what a model suggested.
ALTER TABLE marks ADD COLUMN source TEXT NOT NULL DEFAULT 'f';
CREATE TABLE opinions (
    map INTEGER PRIMARY KEY REFERENCES maps (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    findings TEXT NOT NULL,      -- JSON: what the model suggested last, with ids
    next_id INTEGER NOT NULL
);
"""
_THIRD_SCHEMA = """
CREATE TABLE writes (            -- what we wrote into a map, or made a new one of
    id INTEGER PRIMARY KEY,
    map INTEGER NOT NULL REFERENCES maps (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,          -- accepted, new or reverted
    state TEXT NOT NULL,         -- intended, standing, undone or overwritten
    at REAL NOT NULL,            -- seconds since the epoch
    hash_before TEXT NOT NULL,   -- SHA-256 of the file; '' of a new one
    hash_after TEXT NOT NULL,
    before TEXT NOT NULL,        -- the backup's name
    after TEXT NOT NULL,
    reverts INTEGER REFERENCES ranges (id) ON DELETE SET NULL
);
CREATE INDEX writes_by_map ON writes (map);
CREATE TABLE ranges (            -- what a model wrote
    id INTEGER PRIMARY KEY,
    write INTEGER NOT NULL REFERENCES writes (id) ON DELETE CASCADE,
    start_ms REAL NOT NULL,
    end_ms REAL NOT NULL,
    model TEXT NOT NULL,
    seed TEXT NOT NULL,          -- larger than SQLite's integers
    at REAL NOT NULL,
    objects INTEGER NOT NULL,
    hash_before TEXT NOT NULL,
    hash_after TEXT NOT NULL,
    before TEXT NOT NULL         -- the backup with the section as it was
);
CREATE INDEX ranges_by_write ON ranges (write);
CREATE TABLE intentions (        -- a write under way: what it is for has come true once the file holds it
    id INTEGER PRIMARY KEY,
    write INTEGER NOT NULL REFERENCES writes (id) ON DELETE CASCADE,
    state TEXT NOT NULL,         -- of the write, then
    path BLOB NOT NULL,
    token TEXT NOT NULL,         -- in the names of the files beside it
    hash_before TEXT NOT NULL,
    hash_after TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
);
"""
_STEPS = (_FIRST_SCHEMA, _SECOND_SCHEMA, _THIRD_SCHEMA)
"""From each version to the next."""


class StoreError(RuntimeError):
    """One sentence for the person: which file, and what happens without it."""


def connect(database: str) -> sqlite3.Connection:
    # One thread uses it, but another may have to close it.
    connection = sqlite3.connect(database, check_same_thread=False)
    try:
        _refuse_newer(connection, database)
        connection.execute("PRAGMA journal_mode = WAL")
        # The log is synced at checkpoints only: a power cut may lose the last marks, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        _migrate(connection)
        _refuse_damaged(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_newer(connection: sqlite3.Connection, database: str) -> None:
    """Before anything else: nothing of it is to be touched."""
    if _version(connection) > SCHEMA_VERSION:
        raise StoreError(without(Path(database), "a newer Mapside wrote it"))


def _refuse_damaged(connection: sqlite3.Connection) -> None:
    """Damage that shows only when a row is read would show in the middle of somebody's work."""
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection) -> None:
    for version in range(_version(connection), SCHEMA_VERSION):
        connection.executescript(f"BEGIN; {_STEPS[version]} PRAGMA user_version = {version + 1}; COMMIT;")


def without(file: Path, reason: str) -> str:
    return f"{file} cannot be used ({reason}): nothing is remembered beyond this run."
