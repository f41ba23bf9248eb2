from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from daemon.writing.new_difficulty import file_name, free_name, set_name
from engine.beatmap.builder import osu

if TYPE_CHECKING:
    from engine.beatmap.sections import Metadata


def named(version: str = "Insane", title: str = "Title", creator: str = "me") -> Metadata:
    return osu().metadata(artist="Artist", title=title, creator=creator, version=version).beatmap().metadata


class TestAFilesName:
    def test_is_the_editors(self) -> None:
        assert file_name(named()) == "Artist - Title (me) [Insane].osu"
        assert file_name(named(title='a/b:c*?"<>|\\')) == "Artist - abc (me) [Insane].osu"
        assert set_name(named()) == "Artist - Title (me)"

    @pytest.mark.parametrize("artist", ["CON.", "nul.exe", "Com1 .x", "aux...", "LPT³."])
    def test_is_no_device_of_windows(self, artist: str) -> None:
        """What is written to `nul.exe - Title.osu` is nowhere."""
        metadata = replace(named(), artist=artist)
        assert file_name(metadata) == f"_{artist} - Title (me) [Insane].osu"
        assert set_name(metadata) == f"_{artist} - Title (me)"
        assert file_name(replace(metadata, artist="Conny")).startswith("Conny - ")

    def test_for_a_folder_ends_as_windows_would_end_it(self) -> None:
        metadata = replace(named(), creator="", title="x" * 105 + "..... and so on")
        assert set_name(metadata).endswith("x")

    @pytest.mark.parametrize("letter", ["x", "é", "海", "\N{GRINNING FACE}"])
    def test_is_one_that_file_systems_take_and_tells_difficulties_apart(self, letter: str) -> None:
        """Of 260 characters a folder on Windows takes about half."""
        for each in (
            named(letter * 30, letter * 300),
            named(letter * 300, letter * 300),
            named(letter * 300),
        ):
            assert len(file_name(each).encode()) < 130
            assert len(set_name(each).encode()) < 130
        assert file_name(named("one", letter * 300)) != file_name(named("two", letter * 300))


class TestAFreeName:
    def test_is_not_that_of_a_file_in_the_set_whatever_its_case(self) -> None:
        assert free_name(named(), ["Artist - Title (me) [Insane].osu"]) == "Insane (generated)"
        taken = ["artist - title (me) [insane (generated)].osu"]
        assert free_name(named(), taken) == "Insane (generated 2)"

    @pytest.mark.parametrize("version", ["[4K] Insane [x]", "a/b", "", "x" * 300])
    def test_is_found_for_any_difficulty(self, version: str) -> None:
        files: list[str] = []
        for _ in range(3):
            name = free_name(named(version), files)
            files.append(file_name(named(name)))
        assert len(set(files)) == 3
