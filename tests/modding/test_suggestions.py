"""What a surprising score becomes: a claim for each topic and mode, in a mapper's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.beatmap.builder import catch, mania, osu, taiko
from engine.modding.opinion import Topic
from engine.modding.site import Silence
from engine.tokens.events import Context
from engine.tokens.events import EventType as E
from tests.modding.scores import Reader, expect

if TYPE_CHECKING:
    from engine.beatmap.builder import MapBuilder
    from engine.modding.opinion import Suggestion

SOFT, SOFT_CLAP, SOFT_WHISTLE = 32, 36, 33
"""Hit sounds as events tell them: additions, and eight times the two sample sets."""
SONG = osu().timing(120)
"""A beat is 500 ms, a measure 2 s."""
TWO_CIRCLES = SONG.circle(at=1000).circle(at=2000, x=300, y=200)


def claim(suggestion: Suggestion) -> tuple[Topic, str]:
    return suggestion.topic, suggestion.variant


# ---- rhythm


@pytest.mark.parametrize("family", ["v29", "v30", "v31", "v32"])
def test_a_circle_off_its_beat_is_told_in_beats(family: str) -> None:
    read = Reader(SONG.circle(at=1000).circle(at=1500).circle(at=2062).circle(at=2500), family)
    found = read.only(read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 2005), at=2062, nth=-1))
    assert claim(found) == (Topic.RHYTHM, "time")
    assert found.message == "This circle is on a 1/8; the model expects it 1/8 beat earlier, on the beat."
    assert found.places[0].objects == (2,)
    assert found.alternatives[0].time_ms == 2005


def test_an_object_that_the_model_would_skip_is_unexpected() -> None:
    read = Reader(SONG.circle(at=1000).circle(at=1250).circle(at=1500))
    found = read.only(read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 1505), at=1250))
    assert claim(found) == (Topic.RHYTHM, "unexpected-object")
    assert found.message == ("The model expects no circle here: the next thing it expects is 1/2 beat later.")


def test_where_beats_stand_among_the_objects_the_next_beat_is_what_it_goes_on_with() -> None:
    read = Reader(SONG.circle(at=1000).circle(at=1250).circle(at=3000), "v30")
    found = read.only(read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 1505), at=1250))
    assert found.variant == "unexpected-object"


def test_nothing_more_is_an_unexpected_object_too() -> None:
    read = Reader(TWO_CIRCLES)
    found = read.only(read.surprised(E.TIME_SHIFT, expect(None), at=2000))
    assert claim(found) == (Topic.RHYTHM, "unexpected-object")
    assert found.alternatives[0].text == "nothing more"


def test_a_hole_in_the_rhythm_is_a_missing_object() -> None:
    read = Reader(TWO_CIRCLES)
    found = read.only(read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 1505), at=2000))
    assert claim(found) == (Topic.RHYTHM, "missing-object")
    assert found.message == "The model expects another object 1 beat before this circle."


def test_a_tick_of_another_division_is_told_as_such() -> None:
    read = Reader(SONG.circle(at=1000).circle(at=1313))
    found = read.only(read.surprised(E.SNAPPING, expect(E.SNAPPING, 4), at=1313))
    assert found.message == "This circle is on a 1/8; the model expects it on a 1/4."


def test_a_slider_that_ends_a_half_beat_early() -> None:
    read = Reader(SONG.slider(at=1000, length=140, spans=3).circle(at=4000))
    found = read.only(read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 2755), at=2500))
    assert claim(found) == (Topic.RHYTHM, "end")
    assert found.message == (
        "This slider ends on the beat, after 2 repeats; the model expects 1/2 beat later, on a 1/2."
    )
    assert (found.places[0].time_ms, found.places[0].end_ms) == (1000, 2500)


@pytest.mark.parametrize(
    ("builder", "name"),
    [
        (SONG.spinner(1000, 2000), "spinner"),
        (taiko().timing(120).spinner(1000, 2000), "spinner"),
        (taiko().timing(120).slider(1000, length=280), "drumroll"),
        (mania().timing(120).hold(1000, 2000), "long note"),
    ],
    ids=["spinner", "denden", "drumroll", "hold"],
)
def test_every_long_object_ends_in_its_own_words(builder: MapBuilder, name: str) -> None:
    read = Reader(builder)
    found = read.only(read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 1755), at=2000))
    assert found.message == f"This {name} ends on the beat; the model expects 1/2 beat earlier, on a 1/2."
    assert found.places[0].objects == (0,)


def test_a_repeat_too_many() -> None:
    read = Reader(SONG.slider(at=1000, length=140, spans=3))
    found = read.only(read.surprised(E.HITSOUND, expect(E.LAST_ANCHOR), at=1500, nth=2))
    assert claim(found) == (Topic.RHYTHM, "repeats")
    assert found.message == "This slider repeats twice; the model expects 1 repeat."


@pytest.mark.parametrize(("family", "told"), [("v32", E.LAST_ANCHOR), ("v31", E.SLIDER_END)])
def test_a_repeat_too_few(family: str, told: E) -> None:
    read = Reader(SONG.slider(at=1000, length=140), family)
    found = read.only(read.surprised(told, expect(E.HITSOUND, SOFT), at=1500))
    assert found.message == "This slider does not repeat; the model expects a repeat."


def test_a_long_spinner_that_should_have_ended() -> None:
    read = Reader(SONG.spinner(1000, 13_000))
    found = read.only(read.surprised(E.SPINNER_SUSTAIN, expect(E.SNAPPING, 1), at=9000))
    assert found.message == "This spinner goes on; the model expects it to end 8 beats earlier."


def test_a_circle_that_the_model_takes_for_a_slider() -> None:
    read = Reader(TWO_CIRCLES)
    found = read.only(read.surprised(E.HITSOUND, expect(E.SCROLL_SPEED, 100), at=2000))
    assert claim(found) == (Topic.RHYTHM, "kind")
    assert found.message == "This is a circle; the model expects a slider."


@pytest.mark.parametrize("family", ["v29", "v31", "v32"])
def test_a_slider_that_the_model_takes_for_a_circle(family: str) -> None:
    read = Reader(SONG.slider(at=1000), family)
    found = read.only(read.surprised(E.SLIDER_HEAD, expect(E.CIRCLE)))
    assert found.message == "This is a slider; the model expects a circle."


def test_a_note_where_a_long_note_was_held_in_its_column() -> None:
    held = mania().timing(120).hold(1000, 3000, 1).note(2000, 1).note(2000, 2)
    read = Reader(held)
    inside = read.surprised(E.HITSOUND, expect(E.HOLD_NOTE_END), at=2000, nth=0)
    beside = read.surprised(E.HITSOUND, expect(E.HOLD_NOTE_END), at=2000, nth=1)
    assert read.only(inside).message == "This is a note; the model expects the end of the long note before."
    assert read.suggest(beside) == ()


def test_no_slider_is_suggested_in_osu_mania() -> None:
    read = Reader(mania().timing(120).note(1000))
    assert read.suggest(read.surprised(E.CIRCLE, expect(E.SLIDER_HEAD))) == ()


# ---- timing


def test_a_beat_that_the_model_hears_late() -> None:
    read = Reader(TWO_CIRCLES)
    scored = read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 1535), at=1500, context=Context.TIMING)
    found = read.only(scored)
    assert claim(found) == (Topic.TIMING, "beat")
    assert found.message == "The timing puts a beat here; the model hears it about 40 ms later."
    assert found.places[0].objects == ()


@pytest.mark.parametrize("family", ["v29", "v31", "v32"])
def test_a_downbeat_that_the_model_takes_for_a_beat(family: str) -> None:
    read = Reader(SONG.circle(at=3000), family)
    found = read.only(read.surprised(E.MEASURE, expect(E.BEAT), at=2000, context=Context.TIMING))
    assert claim(found) == (Topic.TIMING, "measure")
    assert found.message == "The timing has a downbeat here; the model expects an ordinary beat."


def test_a_red_line_that_the_model_does_not_hear() -> None:
    read = Reader(SONG.timing(121, at=2000).circle(at=3000))
    found = read.only(read.surprised(E.TIMING_POINT, expect(E.BEAT), at=2000, context=Context.TIMING))
    assert found.message == "The timing has a red line here; the model expects an ordinary beat."


def test_an_object_where_the_model_hears_a_beat_points_at_the_timing() -> None:
    read = Reader(SONG.circle(at=1250), "v30")
    found = read.only(read.surprised(E.SNAPPING, expect(E.BEAT)))
    assert claim(found) == (Topic.TIMING, "no-beat")
    assert found.message == "The model hears a beat where this circle is; the timing has none here."


def test_beat_before_object_or_after_is_only_an_order() -> None:
    read = Reader(SONG.circle(at=1500), "v30")
    verdicts = read.judge(read.surprised(E.SNAPPING, expect(E.BEAT))).verdicts
    assert [each.silence for each in verdicts.values()] == [Silence.ORDER]


def test_what_is_expected_far_before_a_beat_is_an_object() -> None:
    read = Reader(TWO_CIRCLES, "v30")
    found = read.only(read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 1255), at=1500))
    assert claim(found) == (Topic.RHYTHM, "missing-object")
    assert found.message == "The model expects an object 1/2 beat before this beat."


# ---- compose


def test_both_axes_of_one_position_are_one_suggestion() -> None:
    read = Reader(TWO_CIRCLES, "v30")
    across = read.surprised(
        E.POSITION_X, expect(E.POSITION_X, 100, 0.6), expect(E.POSITION_X, 110, 0.3), at=2000
    )
    down = read.surprised(E.POSITION_Y, expect(E.POSITION_Y, 20, 0.8), at=2000, surprisal=150)
    found = read.only(across, down)
    assert claim(found) == (Topic.COMPOSE, "position")
    assert found.message == "This circle is at 300, 200; the model expects it near 402, 82."
    assert found.surprisal == 150
    assert [(each.x, each.y) for each in found.alternatives] == [(402, 82), (442, 82)]
    assert found.alternatives[0].probability == pytest.approx(0.48)
    assert found.at == (300, 200)


def test_a_position_comes_with_its_neighbours_for_the_playfield() -> None:
    builder = SONG
    for number in range(6):
        builder = builder.circle(at=1000 + 500 * number, x=100 + number, y=50)
    read = Reader(builder)
    found = read.only(read.surprised(E.POSITION, expect(E.POSITION, 500), at=2000))
    assert found.neighbours == (
        (100, 50, 1000.0),
        (101, 50, 1500.0),
        (103, 50, 2500.0),
        (104, 50, 3000.0),
    )


@pytest.mark.parametrize(
    ("x", "y"), [(0, 0), (37, 5), (300, 200), (511, 383), (-40, -64), (-33, 390), (-64, 20)]
)
def test_a_fine_position_is_read_back_to_the_pixel_it_was_told_for(x: int, y: int) -> None:
    read = Reader(SONG.circle(at=1000, x=x, y=y).circle(at=2000, x=x, y=y))
    value = next(event.value for event in read.texts[Context.MAP] if event.type is E.POSITION_REFINEMENT)
    row, column = divmod(value, 16)
    other = (row + 8) % 16 * 16 + (column + 8) % 16
    found = read.only(read.surprised(E.POSITION_REFINEMENT, expect(E.POSITION_REFINEMENT, other), at=2000))
    likeliest = found.alternatives[0]
    assert likeliest.x is not None
    assert likeliest.y is not None
    assert abs(abs(likeliest.x - x) - 16) <= 2
    assert abs(abs(likeliest.y - y) - 16) <= 2


def test_spacing_is_told_in_pixels() -> None:
    read = Reader(TWO_CIRCLES, "v30")
    found = read.only(read.surprised(E.DISTANCE, expect(E.DISTANCE, 180), at=2000))
    assert found.message == "This circle is 44 px from the object before; the model expects 180 px."


def test_columns_are_counted_from_one() -> None:
    read = Reader(mania().timing(120).note(1000, 0).note(1000, 2))
    found = read.only(read.surprised(E.COLUMN, expect(E.COLUMN, 3), at=1000, nth=1))
    assert claim(found) == (Topic.COMPOSE, "column")
    assert found.message == "This note is in column 3; the model expects column 4."
    assert found.places[0].objects == (1,)


def test_a_column_that_the_map_does_not_have_is_no_advice() -> None:
    read = Reader(mania().timing(120).note(1000, 0))
    assert read.suggest(read.surprised(E.COLUMN, expect(E.COLUMN, 6))) == ()


def test_don_and_kat_are_the_pattern_in_taiko() -> None:
    read = Reader(taiko().timing(120).don(1000).don(1500))
    found = read.only(read.surprised(E.HITSOUND, expect(E.HITSOUND, SOFT_CLAP), at=1500))
    assert claim(found) == (Topic.COMPOSE, "drum")
    assert found.message == "This note is a don; the model expects a kat."


def test_another_sample_set_in_taiko_is_a_sound() -> None:
    read = Reader(taiko().timing(120).don(1000))
    found = read.only(read.surprised(E.HITSOUND, expect(E.HITSOUND, 0)))
    assert claim(found) == (Topic.HIT_SOUNDS, "hit-sound")


def test_fruits_are_called_fruits() -> None:
    read = Reader(catch().timing(120).fruit(1000, 100).fruit(1500, 400))
    found = read.only(read.surprised(E.POSITION, expect(E.POSITION, 500), at=1500))
    assert found.message.startswith("This fruit is at 400, 192;")


# ---- sliders


CURVE = SONG.slider(at=1000, path="B|300:100|350:150|400:200", length=200)


def test_a_point_that_the_model_would_have_added() -> None:
    read = Reader(CURVE)
    found = read.only(read.surprised(E.LAST_ANCHOR, expect(E.BEZIER_ANCHOR), nth=0))
    assert claim(found) == (Topic.SLIDERS, "more-points")
    assert (
        found.message
        == "This slider's path ends after 3 points; the model expects another point before that."
    )


def test_where_anchors_tell_no_time_a_time_is_the_end_of_the_path() -> None:
    read = Reader(CURVE, "v30")
    fewer = read.surprised(E.DISTANCE, expect(E.TIME_SHIFT, 1505), nth=2)
    assert read.only(fewer).message == (
        "This slider's 3rd point is a curve point; the model expects the path to end there."
    )
    last_anchor = next(e.time for e in read.texts[Context.MAP] if e.type is E.LAST_ANCHOR)
    more = read.surprised(E.TIME_SHIFT, expect(E.DISTANCE, 40), at=last_anchor)
    assert read.only(more).variant == "more-points"


def test_a_red_anchor_that_the_model_expects() -> None:
    read = Reader(CURVE)
    found = read.only(read.surprised(E.BEZIER_ANCHOR, expect(E.RED_ANCHOR), nth=1))
    assert found.message == "This slider's 3rd point is a curve point; the model expects a red anchor."


def test_where_a_slider_ends_on_the_playfield_is_no_claim_of_its_own() -> None:
    read = Reader(CURVE)
    scored = read.surprised(E.POSITION, expect(E.POSITION, 500), nth=-1)
    verdict = read.judge(scored).verdicts[Context.MAP, scored.index]
    assert verdict.silence is Silence.DETERMINED


def test_slider_velocity() -> None:
    read = Reader(SONG.green(0, velocity=1.2).slider(at=1000))
    found = read.only(read.surprised(E.SCROLL_SPEED, expect(E.SCROLL_SPEED, 80)))
    assert claim(found) == (Topic.SLIDERS, "velocity")
    assert found.message == "This slider's velocity is 1.2x; the model expects 0.8x."


# ---- combos, sounds, velocity, kiai


def test_a_new_combo_that_is_missing() -> None:
    read = Reader(TWO_CIRCLES)
    found = read.only(read.surprised(E.HITSOUND, expect(E.NEW_COMBO), at=2000))
    assert claim(found) == (Topic.NEW_COMBOS, "missing")
    assert found.real == "no new combo"


def test_a_new_combo_too_many_in_words_that_fit_both_expectations() -> None:
    read = Reader(SONG.circle(at=1000).slider(at=2000, new_combo=True))
    scored = read.surprised(
        E.NEW_COMBO, expect(E.SCROLL_SPEED, 100, 0.5), expect(E.HITSOUND, SOFT, 0.4), at=2000
    )
    found = read.only(scored)
    assert claim(found) == (Topic.NEW_COMBOS, "superfluous")
    assert [(each.text, each.probability) for each in found.alternatives] == [("no new combo", 0.9)]


def test_a_strange_sound_is_no_missing_combo_because_a_combo_is_the_likeliest_single_thing() -> None:
    read = Reader(TWO_CIRCLES)
    scored = read.surprised(
        E.HITSOUND,
        expect(E.NEW_COMBO, 0, 0.4),
        expect(E.HITSOUND, SOFT_CLAP, 0.3),
        expect(E.HITSOUND, SOFT_WHISTLE, 0.3),
        at=2000,
    )
    assert claim(read.only(scored)) == (Topic.HIT_SOUNDS, "hit-sound")


def test_after_a_break_a_combo_starts_by_itself() -> None:
    read = Reader(SONG.circle(at=1000).break_(1500, 4500).circle(at=5000))
    assert read.suggest(read.surprised(E.HITSOUND, expect(E.NEW_COMBO), at=5000)) == ()


@pytest.mark.parametrize(
    ("number", "part"),
    [(0, "slider's head"), (1, "slider's body"), (2, "slider's 1st repeat"), (-1, "slider's end")],
)
def test_every_part_of_a_slider_has_a_sound_of_its_own(number: int, part: str) -> None:
    read = Reader(SONG.slider(at=1000, length=140, spans=2))
    found = read.only(read.surprised(E.HITSOUND, expect(E.HITSOUND, SOFT_CLAP), nth=number))
    assert found.message == f"This {part} sounds soft, no addition; the model expects soft clap."


def test_volume() -> None:
    read = Reader(SONG.circle(at=1000))
    found = read.only(read.surprised(E.VOLUME, expect(E.VOLUME, 40)))
    assert claim(found) == (Topic.HIT_SOUNDS, "volume")
    assert found.message == "This circle plays at 70 %; the model expects 40 %."


def test_scroll_speed_of_a_note_in_taiko() -> None:
    read = Reader(taiko().timing(120).green(0, velocity=1.5).don(1000))
    found = read.only(read.surprised(E.SCROLL_SPEED, expect(E.SCROLL_SPEED, 100)))
    assert claim(found) == (Topic.SCROLL_SPEEDS, "speed")
    assert found.message == "This note scrolls at 1.5x; the model expects 1x."


def test_nothing_scrolls_in_catch() -> None:
    read = Reader(catch().timing(120).green(0, velocity=1.5).slider(1000, "L|300:0", length=150))
    found = read.only(read.surprised(E.SCROLL_SPEED, expect(E.SCROLL_SPEED, 100)))
    assert claim(found) == (Topic.SCROLL_SPEEDS, "speed")
    assert found.message == "This slider's velocity is 1.5x; the model expects 1x."


def test_a_change_of_scroll_speed_in_mania() -> None:
    read = Reader(mania().timing(120).green(2000, velocity=0.5).note(1000).note(3000))
    scored = read.surprised(E.TIME_SHIFT, expect(None), at=2000, context=Context.SCROLL_SPEED)
    found = read.only(scored)
    assert claim(found) == (Topic.SCROLL_SPEEDS, "unexpected")
    assert found.message == "The scroll speed changes here; the model expects no change."


def test_kiai_that_starts_a_beat_late() -> None:
    read = Reader(SONG.kiai(2500, 6000).circle(at=1000).circle(at=7000), "v31")
    scored = read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 2005), at=2500, context=Context.KIAI)
    found = read.only(scored)
    assert claim(found) == (Topic.KIAI, "time")
    assert found.message == "Kiai starts on the beat; the model expects that 1 beat earlier."
