from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from daemon import database
from daemon.matching import Anchor
from daemon.session import Baseline, Known, MapSummary
from daemon.store import Identity, Recalled, Store, open_store
from engine.checks.check import Severity
from tests.links import needs_links

MARK = Anchor("muted", "head", 1000.0, "abc", True, "can hardly be heard", "00:01:000 (1)")
OTHER = Anchor("drain-time", "short", None, "", False, "too short \udcff", "")
LAST = Baseline("hash", (Known("f1", MARK, intended=True), Known("f2", OTHER)), 3)


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    folder = tmp_path / "Songs" / "1 A - B"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


def map_at(path: Path, **changes: object) -> Identity:
    path.touch()
    known = Identity(path, 0, "artist", "title", "creator", "Insane", "osu")
    return replace(known, **changes)  # type: ignore[arg-type]  # the caller names fields


def summary(key: str, saved_at: float = 1.0) -> MapSummary:
    return MapSummary(
        key=key,
        set_name="1 A - B",
        file_name="insane.osu",
        artist="artist",
        title="title",
        version="Insane",
        creator="creator",
        mode="osu",
        saved_at=saved_at,
        counts={Severity.PROBLEM: 1, Severity.WARNING: 0, Severity.MINOR: 2},
        new=1,
    )


def marked(store: Store, identity: Identity) -> str:
    """A map with one mark; its key."""
    key = store.recognise(identity).key
    store.save_check(summary(key), LAST, [MARK])
    return key


class TestAMapIsRecognised:
    def test_by_its_path(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / "a.osu"))
        with closing(Store(file)) as again:
            remembered = again.recognise(map_at(songs / "a.osu", title="another title", difficulty="Extra"))
            assert remembered.key == key
            assert remembered.marks == (MARK,)
            assert remembered.last == LAST

    def test_by_its_beatmap_id_when_its_folder_was_renamed(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / "a.osu", beatmap_id=77))
            renamed = songs.rename(songs.with_name("77 A - B"))
            found = store.recognise(map_at(renamed / "b.osu", beatmap_id=77, title="new"))
            assert (found.key, found.marks) == (key, (MARK,))

    def test_by_its_metadata_when_an_upload_renamed_it(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / "a.osu"))
            (songs / "a.osu").unlink()
            found = store.recognise(map_at(songs / "b.osu", beatmap_id=500))
            assert (found.key, found.marks) == (key, (MARK,))

    def test_by_what_it_became_at_its_last_save(self, file: Path, songs: Path) -> None:
        """Uploaded first, renamed later: the id that it got in between finds it."""
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / "a.osu"))
            store.recognise(map_at(songs / "a.osu", beatmap_id=500, title="romanised"))
            (songs / "a.osu").unlink()
            assert store.recognise(map_at(songs / "c.osu", beatmap_id=500, title="third")).key == key

    @needs_links
    @pytest.mark.parametrize("beatmap_id", [0, 123])
    def test_by_the_same_file_when_its_path_is_spelled_differently(
        self, file: Path, songs: Path, tmp_path: Path, beatmap_id: int
    ) -> None:
        (tmp_path / "linked").symlink_to(songs, target_is_directory=True)
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / "a.osu", beatmap_id=beatmap_id))
            again = store.recognise(map_at(tmp_path / "linked" / "a.osu", beatmap_id=beatmap_id))
            assert (again.key, again.marks) == (key, (MARK,))
            assert store.path_of(key) == tmp_path / "linked" / "a.osu"
            assert len(store.recent(10)) == 1

    @pytest.mark.skipif(sys.platform != "win32", reason="elsewhere case tells two folders apart")
    def test_by_the_same_file_when_its_folder_is_spelled_in_other_case(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / "a.osu"))
            shouted = Path(str(songs).upper()) / "a.osu"
            assert store.recognise(map_at(shouted)).key == key

    @pytest.mark.parametrize("beatmap_id", [0, 77])
    def test_but_a_copy_beside_it_is_another_map(self, file: Path, songs: Path, beatmap_id: int) -> None:
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / "a.osu", beatmap_id=beatmap_id))
            copy = store.recognise(map_at(songs / "copy.osu", beatmap_id=beatmap_id))
            assert copy.key != key
            assert copy.marks == ()

    def test_and_no_id_yet_is_nobody(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / "a.osu", beatmap_id=0))
            (songs / "a.osu").unlink()
            assert store.recognise(map_at(songs / "b.osu", beatmap_id=0, title="another")).key != key

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are text")
    def test_whatever_bytes_its_name_is_made_of(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / os.fsdecode(b"caf\xe9.osu")))
            assert store.recognise(map_at(songs / os.fsdecode(b"caf\xe9.osu"))).key == key


class TestAMovedMap:
    def test_keeps_everything(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / "a.osu"))
            (songs / "a.osu").rename(songs / "b.osu")
            assert store.moved(songs / "a.osu", songs / "b.osu")
            assert store.path_of(key) == songs / "b.osu"

    def test_gives_its_marks_to_a_name_that_was_saved_first(self, file: Path, songs: Path) -> None:
        """A difficulty renamed in the editor: the new file is saved before the old one goes."""
        with closing(Store(file)) as store:
            marked(store, map_at(songs / "a [Old].osu", difficulty="Old"))
            new = map_at(songs / "a [New].osu", difficulty="New")
            store.recognise(new)
            assert store.moved(songs / "a [Old].osu", songs / "a [New].osu")
            assert store.recognise(new).marks == (MARK,)


class TestTheListOfRecentMaps:
    def test_survives_a_restart_latest_first(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            for number in range(3):
                identity = map_at(songs / f"{number}.osu", difficulty=str(number))
                store.save_check(summary(store.recognise(identity).key, saved_at=number), LAST, [])
        with closing(Store(file)) as again:
            assert [each.file_name for each in again.recent(2)] == ["2.osu", "1.osu"]
            assert again.recent(1)[0].counts[Severity.MINOR] == 2

    def test_leaves_out_what_no_longer_exists(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            marked(store, map_at(songs / "a.osu"))
            (songs / "a.osu").unlink()
            assert store.recent(10) == []


class TestAModelsOpinion:
    def test_is_kept_apart_from_what_the_rules_found(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / "a.osu"))
            store.save_opinion(key, "v32", LAST, [MARK, MARK])
        with closing(Store(file)) as again:
            assert again.recall_opinion(key) == Recalled("v32", LAST, (MARK, MARK))
            assert again.recognise(map_at(songs / "a.osu")).marks == (MARK,)
            marked(again, map_at(songs / "a.osu"))
            assert len(again.recall_opinion(key).marks) == 2

    def test_of_a_map_that_is_not_known_is_nothing(self, file: Path) -> None:
        with closing(Store(file)) as store:
            store.save_opinion("stranger-1", "v32", LAST, [MARK])
            assert store.recall_opinion("stranger-1") == Recalled()

    def test_goes_along_with_a_difficulty_that_was_renamed(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            key = marked(store, map_at(songs / "a [Old].osu", difficulty="Old"))
            store.save_opinion(key, "v32", LAST, [MARK])
            new = map_at(songs / "a [New].osu", difficulty="New")
            kept = store.recognise(new).key
            store.moved(songs / "a [Old].osu", songs / "a [New].osu")
            assert store.recall_opinion(kept).marks == (MARK,)


class TestOpening:
    def test_the_file_of_the_first_version_is_brought_up_to_date(self, file: Path, songs: Path) -> None:
        with closing(sqlite3.connect(file)) as old:
            old.executescript(f"{database._FIRST_SCHEMA} PRAGMA user_version = 1;")
            old.execute(
                "INSERT INTO maps VALUES (1, ?, 0, '', NULL, NULL, NULL, NULL, NULL)",
                (os.fsencode(Path("/a.osu")),),
            )
            old.execute("INSERT INTO marks VALUES (1, ?)", (json.dumps(astuple(MARK)),))
            old.commit()
        store, note = open_store(file)
        with closing(store):
            assert note == ""
            assert store.recognise(replace(map_at(songs / "a.osu"), path=Path("/a.osu"))).marks == (MARK,)
            store.save_opinion("m1", "v32", LAST, [])
            assert store.recall_opinion("m1").last == LAST

    def test_a_file_that_is_no_database_is_put_aside_not_lost(self, file: Path) -> None:
        file.write_bytes(b"not a database, but perhaps somebody's" * 100)
        store, note = open_store(file)
        with closing(store):
            assert "put aside" in note
        (aside,) = file.parent.glob("*unreadable*")
        assert aside.read_bytes().startswith(b"not a database")

    def test_a_file_damaged_in_the_middle_is_put_aside_at_the_start(self, file: Path, songs: Path) -> None:
        with closing(Store(file)) as store:
            for number in range(400):
                store.recognise(map_at(songs / f"{number}.osu", title=f"song {number}"))
        data = bytearray(file.read_bytes())
        data[4096:-4096] = b"\x99" * (len(data) - 8192)
        file.write_bytes(data)
        store, note = open_store(file)
        with closing(store):
            assert "put aside" in note
            assert store.recognise(map_at(songs / "1.osu")).last is None

    def test_the_file_of_a_newer_mapside_is_left_alone(self, file: Path) -> None:
        with closing(sqlite3.connect(file)) as newer:
            newer.execute("PRAGMA user_version = 99")
        before = file.read_bytes()
        store, note = open_store(file)
        with closing(store):
            assert "newer" in note
        assert file.read_bytes() == before

    def test_without_a_place_for_the_file_it_works_in_memory(self, tmp_path: Path, songs: Path) -> None:
        (tmp_path / "taken").write_bytes(b"")
        store, note = open_store(tmp_path / "taken" / "store.sqlite")
        with closing(store):
            assert "nothing is remembered" in note
            marked(store, map_at(songs / "a.osu"))
            assert store.recognise(map_at(songs / "a.osu")).marks == (MARK,)


@pytest.mark.parametrize(
    "key", ["", "m", "m0", "m-1", "m1e3", "1; DROP TABLE maps", "m99999999999999999999", "m²"]
)
def test_a_key_that_is_none_of_ours_leads_nowhere(file: Path, key: str) -> None:
    with closing(Store(file)) as store:
        assert store.path_of(key) is None
