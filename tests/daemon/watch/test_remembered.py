from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from daemon.watch.remembered import Remembered
from daemon.watch.settling import Version
from tests.daemon.watch.watching import osu

if TYPE_CHECKING:
    import pytest

MAP = Path("set/a.osu")


def version(note: int) -> Version:
    return Version.of(osu(note))


def test_a_first_version_and_a_changed_one_are_news_and_the_same_is_not() -> None:
    remembered = Remembered()
    assert [remembered.learn(MAP, version(note)) for note in (1, 1, 2, 1)] == [True, False, True, True]


def test_an_own_write_is_expected_once_and_for_its_file_alone() -> None:
    remembered = Remembered()
    remembered.expect_own_write(MAP, version(1).content_hash)
    assert remembered.learn(Path("set/b.osu"), version(1))
    assert not remembered.learn(MAP, version(1))
    assert remembered.learn(MAP, version(2))
    assert remembered.learn(MAP, version(1))


def test_an_own_write_that_did_not_come_to_be_is_somebody_elses() -> None:
    remembered = Remembered()
    remembered.expect_own_write(MAP, version(1).content_hash)
    remembered.expect_no_own_write(MAP, version(1).content_hash)
    assert remembered.learn(MAP, version(1))


def test_an_own_write_that_nobody_saw_in_time_is_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered = Remembered()
    remembered.expect_own_write(MAP, version(1).content_hash)
    later = time.monotonic() + 60
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert remembered.learn(MAP, version(1))


def test_what_moved_is_known_under_its_new_name_only() -> None:
    remembered = Remembered()
    remembered.learn(MAP, version(1))
    remembered.move(MAP, Path("other/a.osu"))
    assert MAP not in remembered
    assert remembered.below(Path("other")) == [Path("other/a.osu")]
    assert not remembered.learn(Path("other/a.osu"), version(1))


def test_a_flood_of_maps_does_not_fill_the_memory() -> None:
    remembered = Remembered()
    same = version(1)
    for number in range(25_000):
        remembered.learn(Path(f"{number}.osu"), same)
    assert Path("0.osu") not in remembered
    assert Path("24999.osu") in remembered
    assert sum(Path(f"{number}.osu") in remembered for number in range(25_000)) == 20_000
