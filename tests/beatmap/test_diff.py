"""Two versions of a map differ in spans of the song and in settings by name, and in nothing else."""

from __future__ import annotations

import time

import pytest

from engine.beatmap.builder import MapBuilder, osu
from engine.beatmap.diff import NEAR_MS, Difference, Span, diff, merged
from engine.beatmap.document import Document

MAP = osu().timing(120).circle(at=1000).circle(at=5000).circle(at=9000)


def difference(before: MapBuilder, after: MapBuilder) -> Difference:
    return diff(before.document(), after.document())


def spans(before: MapBuilder, after: MapBuilder) -> list[tuple[float, float]]:
    return [(span.start_ms, span.end_ms) for span in difference(before, after).spans]


def test_a_map_does_not_differ_from_itself() -> None:
    assert diff(MAP.document(), MAP.document()) == Difference()
    assert not diff(MAP.document(), MAP.document())


def test_an_added_object_is_a_span_of_its_own() -> None:
    found = difference(MAP, MAP.circle(at=7000))
    assert found == Difference((Span(7000, 7000),), ())
    assert found


def test_a_removed_object_is_a_span_of_the_version_before() -> None:
    assert spans(MAP.circle(at=7000), MAP) == [(7000, 7000)]


def test_an_object_that_moved_in_time_is_two_spans() -> None:
    found = difference(MAP.circle(at=20000), MAP.circle(at=30000))
    assert found.spans == (Span(20000, 20000), Span(30000, 30000))


def test_a_slider_is_a_span_up_to_its_end() -> None:
    # 140 px at 140 px per beat of 500 ms.
    assert spans(MAP, MAP.slider(at=20000, length=140)) == [(20000, 20500)]


def test_a_spinner_that_ends_elsewhere_spans_both() -> None:
    before, after = MAP.spinner(at=20000, until=21000), MAP.spinner(at=20000, until=24000)
    assert spans(before, after) == [(20000, 24000)]


def test_near_spans_are_one() -> None:
    added = MAP.circle(at=20000).circle(at=20000 + NEAR_MS).circle(at=20001 + 2 * NEAR_MS)
    assert spans(MAP, added) == [(20000, 20000 + NEAR_MS), (20001 + 2 * NEAR_MS,) * 2]


def test_a_span_inside_another_disappears_in_it() -> None:
    assert merged([Span(0, 9000), Span(100, 200), Span(9400, 9500)]) == (Span(0, 9500),)


def test_the_order_of_lines_is_no_difference() -> None:
    text = "osu file format v14\n[HitObjects]\n{}\n{}\n"
    one, two = "1,1,1000,1,0", "2,2,2000,1,0"
    assert not diff(
        Document.parse(text.format(one, two).encode()), Document.parse(text.format(two, one).encode())
    )


def test_of_equal_lines_each_counts() -> None:
    assert spans(MAP.circle(at=20000), MAP.circle(at=20000).circle(at=20000)) == [(20000, 20000)]


def test_line_ends_comments_and_blank_lines_are_no_difference() -> None:
    before = MAP.document()
    assert not diff(before, Document.parse(MAP.bytes("\n")))
    assert not diff(before, before.insert_lines(len(before.lines), ["// a comment", "", "  "]))


def test_a_line_that_became_unreadable_is_the_span_of_what_it_was() -> None:
    before = MAP.document()
    after = Document.parse(before.to_bytes().replace(b"192,5000,", b"192,x,"))
    assert diff(before, after).spans == (Span(5000, 5000),)


# ---- timing


def test_a_green_line_reaches_to_the_next_line_of_either_kind() -> None:
    base = osu().timing(120).timing(150, at=8000).green(at=4000).circle(at=9000)
    assert spans(base, base.green(at=2000, velocity=2)) == [(2000, 4000)]
    assert spans(base, base.green(at=5000, velocity=2)) == [(5000, 8000)]


def test_a_red_line_reaches_to_the_next_red_one() -> None:
    base = osu().timing(120).timing(150, at=8000).green(at=4000).circle(at=9000)
    assert spans(base, base.timing(140, at=2000)) == [(2000, 8000)]


def test_the_last_line_reaches_to_the_end_of_the_map() -> None:
    assert spans(MAP, MAP.green(at=2000, velocity=2)) == [(2000, 9000)]


def test_a_line_behind_the_last_object_is_a_span_without_length() -> None:
    assert spans(MAP, MAP.green(at=20000, velocity=2)) == [(20000, 20000)]


def test_the_first_red_line_rules_what_lies_before_it() -> None:
    before = osu().timing(120, at=3000).circle(at=1000).circle(at=9000)
    after = osu().timing(121, at=3000).circle(at=1000).circle(at=9000)
    assert spans(before, after) == [(1000, 9000)]


def test_a_changed_line_reaches_as_far_as_it_did_before_and_does_now() -> None:
    base = osu().timing(120).circle(at=90000).green(at=30000)
    assert spans(base.green(at=2000, velocity=2), base.green(at=10000, velocity=2)) == [(2000, 30000)]


# ---- settings


@pytest.mark.parametrize(
    ("after", "setting"),
    [
        (MAP.difficulty(cs=3), "Difficulty.CircleSize"),
        (MAP.metadata(Tags="a b"), "Metadata.Tags"),
        (MAP.general(StackLeniency=0.2), "General.StackLeniency"),
        (MAP.bookmarks(1000), "Editor.Bookmarks"),
        (MAP.combo_colour(1, 2, 3), "Colours.Combo1"),
        (MAP.background("b.jpg"), "Events.Background"),
        (MAP.video("v.mp4"), "Events.Video"),
        (MAP.break_(6000, 8000), "Events.Breaks"),
        (MAP.event('Sprite,Pass,Centre,"a.png",1,2', " F,0,0,,1"), "Events.Background"),
        (MAP.background("b.jpg").event('Sprite,Pass,Centre,"a.png",1,2'), "Events.Storyboard"),
        (MAP.format(128), "FormatVersion"),
    ],
)
def test_a_changed_setting_is_named(after: MapBuilder, setting: str) -> None:
    found = difference(MAP, after)
    assert setting in found.settings
    assert found.spans == ()
    assert setting in difference(after, MAP).settings


def test_settings_come_in_the_order_of_the_file() -> None:
    after = MAP.difficulty(cs=3, ar=8).general(StackLeniency=0.2).metadata(Tags="x")
    assert difference(MAP, after).settings == (
        "General.StackLeniency",
        "Metadata.Tags",
        "Difficulty.CircleSize",
        "Difficulty.ApproachRate",
    )


def test_one_edit_in_a_thousand_objects_costs_five_milliseconds_at_most() -> None:
    long = osu().timing(120)
    for beat in range(1000):
        long = long.slider(at=beat * 500, length=140)
    before = long.document()
    assert len(before.beatmap.objects) == 1000
    assert before.beatmap.last_end_ms > 0
    data = before.replace_range(250_000, 250_000, objects=["1,1,250000,1,0"]).to_bytes()
    costs_ms = []
    for _ in range(15):
        after = Document.parse(data)
        start = time.thread_time()
        found = diff(before, after)
        costs_ms.append((time.thread_time() - start) * 1000)
        assert found == Difference((Span(250_000, 250_500),), ())
    assert min(costs_ms) <= 5
