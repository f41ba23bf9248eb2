from __future__ import annotations

import time
from dataclasses import replace

import pytest

from daemon.matching import Anchor, Placed, Shift, find_shift, match


def anchor(
    time_ms: float | None = 1000.0,
    *,
    check: str = "unsnapped-objects",
    variant: str = "head",
    content: str = "circle at 10,20",
    unique: bool = False,
    message: str = "off the beat",
) -> Anchor:
    return Anchor(check, variant, time_ms, content, unique, message, "")


class TestTheSameFinding:
    def test_at_the_same_place(self) -> None:
        assert match([anchor()], [anchor()]) == {0: 0}

    def test_whose_object_was_nudged_in_time(self) -> None:
        assert match([anchor(1000)], [anchor(1012)]) == {0: 0}

    def test_whose_object_was_moved_on_the_playfield(self) -> None:
        assert match([anchor(content="here")], [anchor(content="there")]) == {0: 0}

    def test_whose_unmistakable_object_was_dragged_far_along_the_song(self) -> None:
        assert match([anchor(1000, unique=True)], [anchor(90_000, unique=True)]) == {0: 0}

    def test_about_the_whole_map_with_another_number_in_it(self) -> None:
        before = anchor(None, message="drain time is 29.8 s")
        assert match([before], [replace(before, message="drain time is 28 s")]) == {0: 0}


class TestAnotherFinding:
    def test_on_the_next_sixteenth(self) -> None:
        assert match([anchor(1000)], [anchor(1021)]) == {}

    def test_of_another_check(self) -> None:
        assert match([anchor()], [anchor(check="muted")]) == {}

    def test_of_another_variant(self) -> None:
        assert match([anchor()], [anchor(variant="tail")]) == {}

    def test_on_an_object_like_many_others(self) -> None:
        """One note of a mania stream was fixed, another in the same column broken."""
        assert match([anchor(1000)], [anchor(2000)]) == {}

    def test_about_the_whole_map_and_another_file(self) -> None:
        before = anchor(None, message="kick.wav is missing")
        assert match([before], [replace(before, message="snare.wav is missing")]) == {}


class TestOneToOne:
    def test_two_findings_never_share_one_of_before(self) -> None:
        assert match([anchor(1000)], [anchor(1000), anchor(1005)]) == {0: 0}

    def test_the_nearest_wins_whatever_the_order(self) -> None:
        assert match([anchor(1000), anchor(1015)], [anchor(1014), anchor(1001)]) == {0: 1, 1: 0}

    def test_of_a_chord_the_same_note_is_matched(self) -> None:
        before = [anchor(content="column 1"), anchor(content="column 2")]
        after = [anchor(content="column 2"), anchor(content="column 3")]
        assert match(before, after) == {0: 1, 1: 0}


def placed(*times: float, content: str = "note") -> list[Placed]:
    return [Placed(time, f"{content} {index}") for index, time in enumerate(times)]


class TestShift:
    def test_a_measure_inserted_moves_all_behind_it(self) -> None:
        before = placed(0, 100, 200, 300)
        inserted = Placed(250, "new")
        after = [*before[:2], inserted, *(Placed(each.time_ms + 1333, each.content) for each in before[2:])]
        assert find_shift(before, after) == Shift(200, 1333)

    def test_a_new_offset_moves_everything(self) -> None:
        assert find_shift(placed(0, 100, 200), placed(12, 112, 212)) == Shift(0, 12)

    def test_rounding_to_whole_milliseconds_is_no_obstacle(self) -> None:
        assert find_shift(placed(0, 100, 200), placed(333, 434, 533)) == Shift(0, 333)

    @pytest.mark.parametrize(
        "after",
        [
            pytest.param([], id="everything was deleted"),
            pytest.param(placed(0, 100, 200, 300), id="something was added at the end"),
            pytest.param(placed(0, 150, 200), id="one object moved"),
            pytest.param(placed(0, 100, 200), id="nothing changed"),
            pytest.param(placed(50, 150, 250, content="other"), id="it is another map"),
        ],
    )
    def test_there_is_none_where(self, after: list[Placed]) -> None:
        assert find_shift(placed(0, 100, 200), after) is None

    def test_what_stands_before_it_stays(self) -> None:
        shift = Shift(2000, 500)
        assert shift.apply(anchor(1000)) == anchor(1000)
        assert shift.apply(anchor(2000)) == anchor(2500)
        assert shift.apply(anchor(None)) == anchor(None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            [anchor(index * 90.0, content=str(index)) for index in range(5000)],
            [anchor(index * 90.0 + 5, content=str(index)) for index in range(5000)],
            id="each nudged",
        ),
        pytest.param([anchor(1000.0)] * 5000, [anchor(1001.0)] * 5000, id="all at one moment"),
        pytest.param(
            [anchor(1000.0, content=str(index)) for index in range(5000)],
            [anchor(1001.0, content=str(-index)) for index in range(5000)],
            id="all at one moment and all different",
        ),
        pytest.param(
            [anchor(None, message=f"{index} is missing") for index in range(5000)],
            [anchor(None, message=f"{index + 7} is missing") for index in range(5000)],
            id="none of them anywhere",
        ),
    ],
)
def test_five_thousand_findings_take_no_noticeable_time(before: list[Anchor], after: list[Anchor]) -> None:
    started = time.process_time()
    found = match(before, after)
    taken_s = time.process_time() - started
    assert len(set(found.values())) == len(found)
    assert taken_s < 0.5, "a comparison of each with each takes ten times as long"
