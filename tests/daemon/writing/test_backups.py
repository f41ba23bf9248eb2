from __future__ import annotations

import random
from pathlib import Path

import pytest

from daemon.writing.backups import Backups, folder_name
from daemon.writing.safe_write import NotWrittenError

MAP = Path("/Songs/1 Artist - Title/Artist - Title (Creator) [Hard].osu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def content(number: int, size: int = 1000) -> bytes:
    return random.Random(number).randbytes(size)


class TestABackup:
    def test_is_found_by_its_name(self, folder: Path) -> None:
        backups = Backups(folder, 1_000_000)
        ref = backups.keep(MAP, content(1))
        assert backups.holds(ref)
        assert backups.read(ref) == content(1)
        assert Backups(folder, 1_000_000).read(ref) == content(1)

    def test_lies_in_a_folder_called_like_the_map(self, folder: Path) -> None:
        Backups(folder, 1_000_000).keep(MAP, content(1))
        (of_map,) = folder.iterdir()
        assert of_map.name.startswith("Artist - Title (Creator) [Hard]-")
        assert folder_name(MAP) != folder_name(MAP.parent / "other" / MAP.name)

    def test_of_the_same_content_is_kept_once_and_counts_as_new(self, folder: Path) -> None:
        backups = Backups(folder, 2500)
        first = backups.keep(MAP, content(1))
        backups.keep(MAP, content(2))
        assert backups.keep(MAP, content(1)) == first
        backups.keep(MAP, content(3))
        assert backups.holds(first)
        assert backups.size_bytes == 2000

    def test_that_was_changed_on_the_disk_is_none(self, folder: Path) -> None:
        backups = Backups(folder, 1_000_000)
        ref = backups.keep(MAP, content(1))
        (file,) = folder.glob("*/*.osu")
        file.write_bytes(b"something else")
        assert backups.read(ref) is None
        assert backups.keep(MAP, content(1)) == ref
        assert backups.read(ref) == content(1)

    @pytest.mark.parametrize("ref", ["", "x", "/", "../../etc/passwd", "map/"])
    def test_that_never_was_is_none(self, folder: Path, ref: str) -> None:
        assert Backups(folder, 1_000_000).read(ref) is None


class TestRoom:
    def test_is_never_exceeded_and_the_oldest_goes_first(self, folder: Path) -> None:
        backups = Backups(folder, 3500)
        refs = []
        for number in range(10):
            refs.append(backups.keep(MAP, content(number)))
            assert backups.size_bytes <= 3500
        assert [backups.holds(ref) for ref in refs] == [False] * 7 + [True] * 3

    def test_is_not_made_of_another_maps_last_one_while_there_are_others(self, folder: Path) -> None:
        backups = Backups(folder, 3500)
        only = backups.keep(MAP.with_name("other.osu"), content(100))
        for number in range(10):
            backups.keep(MAP, content(number))
        assert backups.holds(only)

    def test_is_not_made_of_what_is_spared(self, folder: Path) -> None:
        backups = Backups(folder, 2000)
        before = backups.keep(MAP, content(1))
        after = backups.keep(MAP, content(2), spare=(before,))
        assert backups.holds(before)
        assert backups.holds(after)

    def test_that_is_too_little_is_named_and_nothing_is_kept(self, folder: Path) -> None:
        backups = Backups(folder, 1500)
        before = backups.keep(MAP, content(1))
        with pytest.raises(NotWrittenError, match=r"writing\.backups_max_bytes higher"):
            backups.keep(MAP, content(2), spare=(before,))
        assert backups.size_bytes == 1000

    def test_that_is_too_little_costs_no_other_map_its_backup(self, folder: Path) -> None:
        backups = Backups(folder, 2500)
        others = [backups.keep(MAP.with_name(f"{number}.osu"), content(number)) for number in range(2)]
        with pytest.raises(NotWrittenError, match="too little"):
            backups.keep(MAP, content(3, 3000))
        with pytest.raises(NotWrittenError, match="too little"):
            backups.keep(MAP, content(4), soon_bytes=2000)
        assert [backups.holds(ref) for ref in others] == [True, True]

    def test_that_has_shrunk_is_kept_to_at_the_next_start(self, folder: Path) -> None:
        backups = Backups(folder, 10_000)
        refs = [backups.keep(MAP, content(number)) for number in range(5)]
        (folder / folder_name(MAP) / "half.unfinished").write_bytes(b"a crash")
        smaller = Backups(folder, 2500)
        smaller.tidy()
        assert smaller.size_bytes == 2000
        assert smaller.holds(refs[-1])
        assert not list(folder.glob("*/*.unfinished"))


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "backups").write_bytes(b"a file")
    with pytest.raises(NotWrittenError, match=r"No backup of .* nothing was written"):
        Backups(tmp_path / "backups", 10_000).keep(MAP, b"x")
