"""The same objects and timing lines out of the same events as the models' own program, and where they are not
the same, why ours are better: each such place has one of the names below, and how many there are of each is
counted in `DEPARTURES`. `tests/test_golden.py` asks.

Everywhere ours differ in two ways that change nothing: objects stand in order of time, where theirs stand in
the order in which they were complete; and lines that change nothing are not written.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine.beatmap.control_path import PathKind, parse_path
from engine.beatmap.document import Document
from engine.beatmap.objects import Circle, HitObject, Hold, Mode, SampleSet, Slider, Spinner
from engine.beatmap.timing import LEAST_VELOCITY, Timing, TimingPoint
from engine.postprocess.build import MapFacts, Section, built
from engine.postprocess.places import Box
from engine.postprocess.sayings import Saying, sayings
from engine.tokens.events import Events, EventType
from engine.tokens.grammar import grammar_of
from tests.postprocess.golden import timing_of_lines
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.postprocess.build import Built

GENERATED, ORIGINAL, NONE = "osu_generated_timing", "osu_original_timing", "osu_no_timing"
FLIPPED: Final = "osu_generated_timing_flipped_overlap_snap"
MERGED: Final = "add_to_beatmap_"
SNAPS_OVERLAPS: Final = frozenset({"v29"})
"""Families whose own program puts near overlaps on each other unless told otherwise."""


class Departure(Enum):
    """What the other program does wrong."""

    MOVED = "an object that is partly off the screen"
    HELD = "long notes in several columns at once: it knows only one, and loses or cuts short the others"
    LOST = "an object that was begun and lost"
    NO_EXTENT = "a slider of length 0, which ends when it begins"
    TOO_SLOW = "a slider slower than the game plays, which ends too early"
    TOO_SHORT = "a slider longer than its path, of which the last two points are one: nothing prolongs it"
    HOW_FAR = "a slider's velocity where none was said: how far along the path it ends is looked for in steps"
    IN_A_LINE = "an arc through three points of one line: the game goes straight from one to the next"
    HALF_A_PIXEL = "a point that should stand on the half of a pixel, and does not by 1e-10"
    FORGOTTEN = "a scroll speed that a kiai line within a swell takes back"


DEPARTURES: Final = {
    "v29/kimi_no_bouken_quant": {"MOVED": 22, "TOO_SHORT": 2, "IN_A_LINE": 1},
    "v29/mania4k_1638954_quant": {"HELD": 32},
    "v29/miiro_beginner_quant": {"MOVED": 1},
    "v29/synth_catch_quant": {"MOVED": 6},
    "v29/synth_edge_exact": {"MOVED": 8, "NO_EXTENT": 8, "LOST": 4},
    "v29/synth_edge_quant": {"MOVED": 8, "NO_EXTENT": 8, "LOST": 4},
    "v29/synth_mania4k_quant": {"HELD": 118},
    "v29/synth_std_exact": {"MOVED": 5},
    "v29/synth_std_quant": {"MOVED": 5},
    "v29/synth_std_v8_quant": {"NO_EXTENT": 10, "MOVED": 5},
    "v29/synth_taiko_exact": {"FORGOTTEN": 5},
    "v29/synth_taiko_quant": {"FORGOTTEN": 5},
    "v30/completed_100374_v9_quant": {"HOW_FAR": 7},
    "v30/completed_20544_v5_quant": {"HOW_FAR": 10},
    "v30/kimi_no_bouken_quant": {"HALF_A_PIXEL": 2},
    "v30/miiro_beginner_quant": {"HOW_FAR": 3},
    "v30/synth_edge_exact": {"MOVED": 8, "LOST": 13, "HOW_FAR": 4, "TOO_SLOW": 4},
    "v30/synth_edge_quant": {"MOVED": 8, "LOST": 13, "HOW_FAR": 4, "TOO_SLOW": 4},
    "v30/synth_std_exact": {"HOW_FAR": 60, "MOVED": 10},
    "v30/synth_std_quant": {"HOW_FAR": 59, "MOVED": 10},
    "v30/synth_std_v8_quant": {"HOW_FAR": 42, "MOVED": 16},
    "v31/mania4k_1638954_quant": {"HELD": 32},
    "v31/synth_catch_quant": {"MOVED": 6},
    "v31/synth_edge_exact": {"MOVED": 8, "NO_EXTENT": 8, "LOST": 4},
    "v31/synth_edge_quant": {"MOVED": 8, "NO_EXTENT": 8, "LOST": 4},
    "v31/synth_mania4k_quant": {"HELD": 118},
    "v31/synth_std_exact": {"MOVED": 10},
    "v31/synth_std_quant": {"MOVED": 10},
    "v31/synth_std_v8_quant": {"MOVED": 11},
    "v31/synth_taiko_exact": {"FORGOTTEN": 5},
    "v31/synth_taiko_quant": {"FORGOTTEN": 5},
    "v32/mania4k_1638954_quant": {"HELD": 32},
    "v32/synth_catch_quant": {"MOVED": 6},
    "v32/synth_edge_exact": {"MOVED": 8, "NO_EXTENT": 4, "LOST": 8},
    "v32/synth_edge_quant": {"MOVED": 8, "NO_EXTENT": 4, "LOST": 8},
    "v32/synth_mania4k_quant": {"HELD": 117},
    "v32/synth_std_exact": {"MOVED": 5},
    "v32/synth_std_quant": {"MOVED": 5},
    "v32/synth_std_v8_quant": {"MOVED": 5},
}
"""How many there are over all answers to a vector; of a vector that is not here none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One text of theirs, and what it was asked of."""

    name: str
    family: str
    theirs: Beatmap
    events: Events
    timing: Timing
    facts: MapFacts
    section: Section | None
    """Of which their text is an answer to ours: the rest is the map's that it was merged into."""

    @property
    def snaps_overlaps(self) -> bool:
        return (self.family in SNAPS_OVERLAPS) != (self.name == FLIPPED)

    @property
    def types_first(self) -> bool:
        return grammar_of(self.family).types_first

    def ours(self) -> Built:
        return built(
            self.events,
            self.timing,
            self.facts,
            types_first=self.types_first,
            snap_overlaps=self.snaps_overlaps,
        )


def assert_the_same_map(vector: str) -> None:
    """`vector`: family/map_kind."""
    found = Counter[Departure]()
    for answer in answers_of(vector):
        found += Comparison(answer).departures()
    assert {reason.name: count for reason, count in found.items()} == DEPARTURES.get(vector, {})


def assert_velocities_are_nearer_to_the_maps(family: str) -> None:
    """Of sliders of which no velocity was said and ours is another: on the whole, ours is nearer to that of
    the map which the events were made of.
    """
    off: list[tuple[float, float]] = []
    for path in sorted(shared("golden", "postprocess", family).glob("*.npz")):
        name = path.stem.rpartition("_")[0]
        data = shared("golden", "inputs", "beatmaps", f"{name}.osu").read_bytes()
        original = Document.parse(data).beatmap
        for answer in answers_of(f"{family}/{path.stem}"):
            if answer.name in (GENERATED, ORIGINAL):
                off += Comparison(answer).velocities_off(original)
    theirs, ours = (sum(each) for each in zip(*off, strict=True))
    assert ours < theirs


def answers_of(vector: str) -> Iterator[Answer]:
    said = json.loads(shared("golden", "postprocess", f"{vector}.json").read_text(encoding="utf-8"))
    with np.load(shared("golden", "postprocess", f"{vector}.npz")) as found:
        arrays = {name: found[name].astype(np.int64) for name in found.files}
    for name, text in said.items():
        if name in (GENERATED, ORIGINAL, NONE, FLIPPED) or (
            name.startswith(MERGED) and not name.endswith("_error")
        ):
            yield _answer(name, vector, text, said, arrays)


def _answer(name: str, vector: str, text: str, said: dict[str, Any], arrays: dict[str, Any]) -> Answer:
    values = {ORIGINAL: "resnapped_orig_timing", NONE: "events_in"}.get(name, "resnapped")
    theirs = Document.parse(text.encode()).beatmap
    lines = said["original_redlines" if name == ORIGINAL else "generate_timing_leniency20"]
    timing = theirs_red(theirs) if name == NONE else _with_sounds(timing_of_lines(lines), lines)
    config = said["beatmap_config"]
    facts = MapFacts(
        mode=Mode(config["mode"]),
        circle_size=config["circle_size"],
        slider_multiplier=config["slider_multiplier"],
    )
    events = Events(
        arrays["events_in.type"].astype(np.uint8), arrays[f"{values}.value"], arrays["events_in.time"]
    )
    return Answer(name, vector.partition("/")[0], theirs, events, timing, facts, _section(name))


def _section(name: str) -> Section | None:
    """Theirs holds both its ends."""
    if not name.startswith(MERGED):
        return None
    start, end = name.removeprefix(MERGED).split("_")
    return Section(
        -math.inf if start == "None" else float(start),
        math.inf if end == "None" else math.nextafter(float(end), math.inf),
    )


def theirs_red(theirs: Beatmap) -> Timing:
    """Asked without timing they take the map's first tempo; only where that begins is not in the answer."""
    red = theirs.timing.red[0]
    return Timing((replace(red, volume_percent=100, kiai=False, sample_index=-1),))


def _with_sounds(timing: Timing, lines: Sequence[dict[str, Any]]) -> Timing:
    packed = [line["packed"].split(",") for line in lines]
    return Timing(
        tuple(
            replace(point, sample_set=SampleSet(int(fields[3])), sample_index=int(fields[4]))
            for point, fields in zip(timing.points, packed, strict=True)
        )
    )


class Comparison:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._made = answer.ours()
        self._ours = _as_map(self._made, answer)
        self._screen = Box.of_screen(answer.facts.circle_size)
        self._departed: list[tuple[float, Departure]] = []

    def departures(self) -> Counter[Departure]:
        assert not self._ours.document.problems
        self._compare_objects()
        self._compare_lines()
        return Counter(reason for _, reason in self._departed)

    def velocities_off(self, original: Beatmap) -> Iterator[tuple[float, float]]:
        """Theirs and ours, as logarithms of how many times too fast or too slow."""
        self._compare_objects()
        sliders = [
            obj for obj in original.objects if isinstance(obj, Slider) and original.slider(obj).span_ms
        ]
        for time_ms in [at_ms for at_ms, reason in self._departed if reason is Departure.HOW_FAR]:
            nearest = min(sliders, key=lambda slider: abs(slider.time_ms - time_ms))
            meant, *made = (
                _px_per_ms(beatmap, next(obj for obj in beatmap.objects if obj.time_ms == at_ms))
                for beatmap, at_ms in (
                    (original, nearest.time_ms),
                    (self._answer.theirs, time_ms),
                    (self._ours, time_ms),
                )
            )
            their, our = (abs(math.log(px_per_ms / meant)) for px_per_ms in made)
            yield their, our

    # ---- objects

    def _compare_objects(self) -> None:
        theirs, ours = self._by_place(self._answer.theirs), self._by_place(self._ours)
        for place in sorted(theirs.keys() | ours.keys()):
            for their, our in zip_longest(theirs.get(place, ()), ours.get(place, ())):
                if their is None or our is None or not _same(_plain(their), _plain(our)):
                    self._departed.append((place[0], self._why(their, our)))

    def _by_place(self, beatmap: Beatmap) -> dict[tuple[float, float], list[HitObject]]:
        found: dict[tuple[float, float], list[HitObject]] = {}
        section = self._answer.section
        for obj in beatmap.objects:
            if section is None or section.holds(obj.time_ms):
                column = obj.x if beatmap.mode is Mode.MANIA else 0.0
                found.setdefault((obj.time_ms, column), []).append(obj)
        return found

    def _why(self, their: HitObject | None, our: HitObject | None) -> Departure:
        assert our is not None, f"{self._answer.name}: ours lack {their}"
        if self._answer.facts.mode is Mode.MANIA:
            return self._why_held(our)
        if their is None:
            return self._why_lost(our)
        if isinstance(their, Slider) and isinstance(our, Slider):
            return self._why_slider(their, our)
        assert not self._on_screen(self._answer.theirs, their), (their, our)
        assert self._on_screen(self._ours, our)
        assert _same(_plain(their), replace(_plain(our), x=their.x, y=their.y))
        return Departure.MOVED

    def _why_held(self, our: HitObject) -> Departure:
        """Others are begun before it ends, or are not ended when it begins."""
        starts = [said.time_ms for said in self._said if said.kind is EventType.HOLD_NOTE]
        ends = [said.time_ms for said in self._said if said.kind is EventType.HOLD_NOTE_END]
        assert our.time_ms in starts
        assert isinstance(our, Circle) or (isinstance(our, Hold) and our.end_ms in ends)
        going_on = sum(time_ms <= our.time_ms for time_ms in starts) - sum(
            time_ms <= our.time_ms for time_ms in ends
        )
        next_end_ms = min(time_ms for time_ms in ends if time_ms > our.time_ms)
        begun = sum(our.time_ms <= time_ms < next_end_ms for time_ms in starts)
        assert going_on > 1 or begun > 1
        return Departure.HELD

    def _why_lost(self, our: HitObject) -> Departure:
        heads = [said.time_ms for said in self._said if said.kind is EventType.SLIDER_HEAD]
        assert our.time_ms in heads
        assert isinstance(our, Circle | Slider)
        return Departure.LOST

    def _why_slider(self, their: Slider, our: Slider) -> Departure:
        self._assert_ends_in_time(our)
        if their.length_px is None:
            return Departure.NO_EXTENT
        assert (our.new_combo, our.span_count) == (their.new_combo, their.span_count)
        assert (our.edge_sounds, our.edge_sets) == (their.edge_sounds, their.edge_sets)
        if not self._on_screen(self._answer.theirs, their):
            assert self._on_screen(self._ours, our)
            assert our.length_px
            assert our.length_px <= their.length_px * (1 + 1e-9)
            return Departure.MOVED
        beat_ms = self._answer.timing.beat_length_at(their.time_ms)
        px_per_beat = their.length_px * their.span_count / self._duration_ms(their) * beat_ms
        if px_per_beat < LEAST_VELOCITY * 100 * self._answer.facts.slider_multiplier * (1 - 1e-9):
            return Departure.TOO_SLOW
        if our.length_px and math.isclose(their.length_px, our.length_px, rel_tol=1e-9):
            if self._answer.theirs.slider(their).length_px < our.length_px * (1 - 1e-9):
                points = their.path_text.split("|")[1:]
                assert points[-1] == points[-2]
                assert our.path_text == "|".join(["B", *points[:-1]])
                return Departure.TOO_SHORT
            assert _apart_px(their, our) == 1
            return Departure.HALF_A_PIXEL
        heads = [said for said in self._said if said.kind is EventType.SLIDER_HEAD]
        told = next(said.velocity for said in heads if said.time_ms == our.time_ms)
        if told is None:
            return Departure.HOW_FAR
        segments = parse_path(their.path_text, their.x, their.y).segments
        assert their.path_text.startswith("P")
        assert [segment.kind for segment in segments] == [PathKind.LINEAR]
        return Departure.IN_A_LINE

    def _assert_ends_in_time(self, our: Slider) -> None:
        ends = [said.time_ms for said in self._said if said.kind is EventType.SLIDER_END]
        assert min(abs(self._ours.end_ms(our) - time_ms) for time_ms in ends) < 1e-3

    def _duration_ms(self, their: Slider) -> float:
        ends = [said.time_ms for said in self._said if said.kind is EventType.SLIDER_END]
        return min(time_ms for time_ms in ends if time_ms > their.time_ms) - their.time_ms

    def _on_screen(self, beatmap: Beatmap, obj: HitObject) -> bool:
        if not self._screen.on_playfield().holds(obj.x, obj.y):
            return False
        points = beatmap.slider(obj).path.points if isinstance(obj, Slider) else ()
        return all(self._screen.holds(*point) for point in points)

    # ---- timing lines

    def _compare_lines(self) -> None:
        theirs, ours = (
            {(line.time_ms, line.uninherited): line for line in self._lines(beatmap.timing.points)}
            for beatmap in (self._answer.theirs, self._ours)
        )
        for place in sorted(theirs.keys() | ours.keys()):
            their, our = theirs.get(place), ours.get(place)
            if their is None or our is None or not _same_line(their, our):
                self._explain_line(place[0], their, our)

    def _lines(self, points: Iterable[TimingPoint]) -> Iterator[TimingPoint]:
        """Those that change anything."""
        section, last = self._answer.section, None
        for point in points:
            changes = last is None or point.uninherited or not _says_the_same(point, last)
            last = point
            if changes and (section is None or section.holds(point.time_ms)):
                yield point

    def _explain_line(self, time_ms: float, their: TimingPoint | None, our: TimingPoint | None) -> None:
        """The last slider before it departs, and so does what it says of itself."""
        swells = [obj for obj in self._ours.objects if isinstance(obj, Spinner)]
        swell = next((obj for obj in swells if obj.time_ms < time_ms <= obj.end_ms), None)
        if self._answer.facts.mode is Mode.TAIKO and swell:
            assert our
            assert our.velocity == self._ours.timing.velocity_at(swell.time_ms)
            self._departed.append((time_ms, Departure.FORGOTTEN))
            return
        theirs, ours = (beatmap.timing.point_at(time_ms) for beatmap in (self._answer.theirs, self._ours))
        if theirs and ours and _says_the_same(theirs, ours):
            return  # what departed before is over, and only one of the two needs a line to say so
        heads = [said.time_ms for said in self._said if said.kind is EventType.SLIDER_HEAD]
        last_ms = max(head_ms for head_ms in heads if head_ms <= time_ms)
        assert any(last_ms == at_ms for at_ms, _ in self._departed), (self._answer.name, their, our)

    @cached_property
    def _said(self) -> list[Saying]:
        return sayings(self._answer.events, types_first=self._answer.types_first)


def _px_per_ms(beatmap: Beatmap, slider: HitObject) -> float:
    assert isinstance(slider, Slider)
    shape = beatmap.slider(slider)
    return shape.length_px / shape.span_ms


def _apart_px(one: Slider, other: Slider) -> float:
    """The farthest that one point of a path stands from the same point of another, along an axis."""
    points = (
        [float(at) for point in slider.path_text.split("|")[1:] for at in point.split(":")]
        for slider in (one, other)
    )
    apart: float = max(abs(at - there) for at, there in zip(*points, strict=True))
    return apart


def _as_map(made: Built, answer: Answer) -> Beatmap:
    """In a file that says of itself what matters to its lines."""
    lines = sorted((*made.reds, *made.controls), key=lambda line: float(line.split(",")[0]))
    texts = (
        "osu file format v14",
        "[General]",
        f"Mode: {answer.facts.mode.value}",
        "[Difficulty]",
        f"SliderMultiplier:{answer.facts.slider_multiplier}",
        f"CircleSize:{answer.facts.circle_size}",
        "[TimingPoints]",
        *lines,
        "[HitObjects]",
        *made.objects,
    )
    return Document.parse("\n".join(texts).encode()).beatmap


def _plain(obj: HitObject) -> HitObject:
    """Without the line it stands on, and with the sample index of the timing line, never called -1."""
    sample = replace(obj.sample, index=max(0, obj.sample.index))
    return replace(obj, line=0, sample=sample)


def _same(one: HitObject, other: HitObject) -> bool:
    if isinstance(one, Slider) and isinstance(other, Slider) and one.length_px and other.length_px:
        return math.isclose(one.length_px, other.length_px, rel_tol=1e-9) and one == replace(
            other, length_px=one.length_px
        )
    return one == other


def _same_line(one: TimingPoint, other: TimingPoint) -> bool:
    if one.uninherited != other.uninherited or one.meter != other.meter:
        return False
    if one.uninherited and not math.isclose(one.beat_length_ms, other.beat_length_ms, rel_tol=1e-12):
        return False
    return _says_the_same(one, other)


def _says_the_same(one: TimingPoint, other: TimingPoint) -> bool:
    return math.isclose(one.velocity, other.velocity, rel_tol=1e-6) and (
        one.volume_percent,
        one.kiai,
        one.sample_set,
    ) == (other.volume_percent, other.kiai, other.sample_set)
