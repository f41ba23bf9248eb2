from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, mania, osu
from engine.checks.check import Severity
from tests.checks.helpers import found, only

TIMED = mania(4).timing(120)
FULL = TIMED.note(at=0, column=0).note(at=0, column=1).note(at=0, column=2).note(at=0, column=3)


def same_column(builder: MapBuilder) -> list[tuple[str, Severity]]:
    return [(f.variant, f.severity) for f in found("mania-same-column", builder.beatmap())]


def test_a_chord_uses_a_finger_for_each_note() -> None:
    assert same_column(FULL) == []


def test_two_notes_in_a_column_at_the_same_time_are_a_problem() -> None:
    finding = only("mania-same-column", TIMED.note(at=1000, column=2).note(at=1000, column=2).beatmap())
    assert (finding.variant, finding.severity, finding.objects) == ("same-time", Severity.PROBLEM, (0, 1))
    assert "in column 3 at the same time" in finding.message


def test_a_note_inside_a_long_note_is_a_problem() -> None:
    finding = only("mania-same-column", TIMED.hold(at=1000, until=2000).note(at=1500).beatmap())
    assert (finding.variant, finding.severity, finding.objects) == ("inside-hold", Severity.PROBLEM, (0, 1))
    assert "for another 500 ms" in finding.message


def test_every_note_inside_a_long_note_is_found() -> None:
    builder = TIMED.hold(at=1000, until=2000).note(at=1250).note(at=1500).note(at=1750)
    assert same_column(builder) == [("inside-hold", Severity.PROBLEM)] * 3


def test_a_note_beside_a_long_note_is_fine() -> None:
    assert same_column(TIMED.hold(at=1000, until=2000, column=0).note(at=1500, column=1)) == []


def test_a_press_at_the_release_of_the_same_column_is_a_problem() -> None:
    assert same_column(TIMED.hold(at=1000, until=1500).note(at=1500)) == [
        ("almost-same-time", Severity.PROBLEM)
    ]


def test_twenty_ms_after_a_release_is_tight() -> None:
    assert same_column(TIMED.hold(at=1000, until=1480).note(at=1500)) == [("tight", Severity.WARNING)]


@pytest.mark.parametrize(
    ("gap_ms", "variant"),
    [(2, "same-time"), (3, "almost-same-time"), (9, "almost-same-time"), (10, "tight"), (29, "tight")],
)
def test_how_near_two_notes_of_a_column_are_has_names(gap_ms: int, variant: str) -> None:
    finding = only("mania-same-column", TIMED.note(at=1000).note(at=1000 + gap_ms).beatmap())
    assert finding.variant == variant


def test_thirty_ms_after_a_release_is_playable() -> None:
    assert same_column(TIMED.hold(at=1000, until=1470).note(at=1500)) == []


def test_a_long_note_of_25_ms_is_a_warning() -> None:
    finding = only("mania-short-hold", TIMED.hold(at=1000, until=1025).beatmap())
    assert (finding.severity, finding.time_ms, finding.objects) == (Severity.WARNING, 1000, (0,))
    assert "held for 25 ms" in finding.message


@pytest.mark.parametrize("length_ms", [0, 19])
def test_a_long_note_below_20_ms_is_a_problem(length_ms: int) -> None:
    finding = only("mania-short-hold", TIMED.hold(at=1000, until=1000 + length_ms).beatmap())
    assert finding.severity is Severity.PROBLEM


def test_a_long_note_of_30_ms_can_be_held() -> None:
    assert found("mania-short-hold", TIMED.hold(at=1000, until=1030).beatmap()) == ()


@pytest.mark.parametrize(
    ("keys", "variant"), [(3, "few"), (11, "unrankable"), (19, "unrankable"), (4.5, "broken")]
)
def test_key_counts_that_cannot_be_ranked(keys: float, variant: str) -> None:
    finding = only("mania-key-count", mania(4).difficulty(cs=keys).beatmap())
    assert (finding.variant, finding.severity) == (variant, Severity.PROBLEM)


@pytest.mark.parametrize("keys", [4, 7, 10, 12, 14, 16, 18])
def test_key_counts_that_can_be_ranked(keys: int) -> None:
    assert found("mania-key-count", mania(keys).beatmap()) == ()


def test_circle_size_counts_keys_in_mania_only() -> None:
    assert found("mania-key-count", osu().difficulty(cs=3).beatmap()) == ()


def test_a_note_outside_of_the_field_has_no_column() -> None:
    finding = only("mania-columns", FULL.object_line("600,192,1000,1,0,0:0:0:0:").beatmap())
    assert (finding.variant, finding.severity, finding.objects) == ("outside", Severity.PROBLEM, (4,))


def two_columns(count: int) -> MapBuilder:
    builder = TIMED
    for number in range(count):
        builder = builder.note(at=500 * number, column=number % 2 * 2)
    return builder


def test_a_column_without_notes_is_one_finding_for_the_map() -> None:
    finding = only("mania-columns", two_columns(16).beatmap())
    assert (finding.variant, finding.severity, finding.time_ms) == ("empty", Severity.PROBLEM, None)
    assert "(2, 4, from the left)" in finding.message


def test_a_map_just_begun_need_not_use_all_columns() -> None:
    assert found("mania-columns", two_columns(15).beatmap()) == ()


def test_all_columns_used_is_fine() -> None:
    assert found("mania-columns", FULL.beatmap()) == ()
