"""[HitObjects], line by line, as the game's decoder reads them (ppy/osu, ConvertHitObjectParser).

This is the hot loop of every save: one split per line, memos instead of enum calls, equal samples shared.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from engine.beatmap.layout import FIRST_LAZER_VERSION
from engine.beatmap.objects import (
    Circle,
    HitObject,
    HitSample,
    HitSound,
    Hold,
    Problem,
    SampleSet,
    Slider,
    Spinner,
)
from engine.beatmap.reading import (
    COORDINATE_LIMIT,
    Unreadable,
    decoded,
    is_silent,
    quoted,
    read_float,
    read_int,
    without_comment,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Head: TypeAlias = tuple[int, float, float, float, bool, int, HitSound]
"""What all objects share, in the order of their fields: line, x, y, time, new combo, colours skipped and
sound."""
EdgeSets: TypeAlias = tuple[tuple[SampleSet, SampleSet], ...]

COMMON_FIELDS: Final = 5
SLIDER_EXTRAS: Final = 2
"""Path and spans: what a slider cannot do without."""
UNSAID: Final = (b"", b"", b"0", b"", b"", b"")
"""What a slider's fields after the common ones mean where the line ends before them; a length of 0 is the
length of the path.
"""
NON_ASCII: Final = 0x80
ALL_SOUND_BITS: Final = 15

CIRCLE_BIT: Final = 1
SLIDER_BIT: Final = 2
NEW_COMBO_BIT: Final = 4
SPINNER_BIT: Final = 8
SKIP_SHIFT: Final = 4
SKIP_MASK: Final = 7
HOLD_BIT: Final = 128

MAX_SPANS: Final = 9000
"""The game refuses sliders that repeat more often."""

HIT_SOUNDS: Final = tuple(HitSound(bits) for bits in range(16))
SOUND_BY_TEXT: Final = {b"%d" % bits: HIT_SOUNDS[bits] for bits in range(16)}
KIND_BY_TEXT: Final = {b"%d" % bits: bits for bits in range(256)}
WHOLE_PIXELS: Final = {b"%d" % px: float(px) for px in range(-64, 1025)}
SAMPLE_SETS: Final = tuple(SampleSet)
PLAIN_SAMPLE: Final = HitSample()

USUAL_PATH: Final = re.compile(rb"[BCLP](?:\|-?\d{1,5}:-?\d{1,5})+")
"""What nearly every slider looks like; anything else is looked at point by point."""


class ObjectReader:
    """Reads lines of one file: its format decides about fractions and about the early offset."""

    __slots__ = ("_fractions", "_offset_ms", "_samples", "_sets_of_edges", "_sounds_of_edges")

    def __init__(self, format_version: int, offset_ms: float) -> None:
        self._fractions = format_version >= FIRST_LAZER_VERSION
        self._offset_ms = offset_ms
        self._samples: dict[bytes, HitSample] = {b"": PLAIN_SAMPLE, b"0:0:0:0:": PLAIN_SAMPLE}
        self._sounds_of_edges: dict[tuple[bytes, HitSound, int], tuple[HitSound, ...]] = {}
        self._sets_of_edges: dict[tuple[bytes, SampleSet, SampleSet, int], EdgeSets] = {}

    def read(self, line: int, raw: bytes) -> HitObject:
        """One object, or `Unreadable` with the reason."""
        content = without_comment(raw) if b"//" in raw else raw.rstrip()
        fields = content.split(b",")
        if len(fields) < COMMON_FIELDS:
            raise Unreadable(f"a hit object has at least {COMMON_FIELDS} fields, this line has {len(fields)}")
        x_text, y_text, time_text, kind_text, sound_text, *extras = fields
        x = WHOLE_PIXELS.get(x_text)
        if x is None:
            x = self._coordinate(x_text, "x")
        y = WHOLE_PIXELS.get(y_text)
        if y is None:
            y = self._coordinate(y_text, "y")
        time_ms = read_float(time_text, "the time") + self._offset_ms
        kind = KIND_BY_TEXT.get(kind_text)
        if kind is None:
            kind = read_int(kind_text, "the type")
        sound = SOUND_BY_TEXT.get(sound_text)
        if sound is None:
            sound = HIT_SOUNDS[read_int(sound_text, "the hit sound") & ALL_SOUND_BITS]
        head = (line, x, y, time_ms, kind & NEW_COMBO_BIT != 0, kind >> SKIP_SHIFT & SKIP_MASK, sound)
        if kind & CIRCLE_BIT:
            return Circle(*head, self._sample(extras[0]) if extras else PLAIN_SAMPLE)
        if kind & SLIDER_BIT:
            return self._slider(head, extras)
        if kind & SPINNER_BIT:
            return self._spinner(head, extras)
        if kind & HOLD_BIT:
            return self._hold(head, extras)
        raise Unreadable(f"the type is {quoted(kind_text)}: no circle, slider, spinner or hold note")

    def _slider(self, head: Head, extras: list[bytes]) -> Slider:
        if len(extras) < SLIDER_EXTRAS:
            raise Unreadable("a slider needs a path and the number of its spans")
        path, spans_text, length_text, sounds, sets, sample_text, *_ = (*extras, *UNSAID[len(extras) :])
        if not USUAL_PATH.fullmatch(path):
            _check_path(path)
        spans = 1 if spans_text == b"1" else read_int(spans_text, "the number of spans")
        if spans > MAX_SPANS:
            raise Unreadable(f"the slider repeats {spans} times, more than the game allows ({MAX_SPANS})")
        spans = max(1, spans)
        length_px = read_float(length_text, "the length", COORDINATE_LIMIT)
        sample = self._sample(sample_text)
        return Slider(
            *head,
            sample,
            decoded(path),
            spans,
            length_px if length_px > 0 else None,
            self._edge_sounds(sounds, head[-1], spans + 1),
            self._edge_sets(sets, sample, spans + 1),
        )

    def _spinner(self, head: Head, extras: list[bytes]) -> Spinner:
        if not extras:
            raise Unreadable("a spinner needs an end time")
        end_ms = read_float(extras[0], "the end time") + self._offset_ms
        sample = self._sample(extras[1]) if len(extras) > 1 else PLAIN_SAMPLE
        return Spinner(*head, sample, max(head[3], end_ms))

    def _hold(self, head: Head, extras: list[bytes]) -> Hold:
        if not extras or not extras[0]:
            return Hold(*head, PLAIN_SAMPLE, head[3])
        end_text, _, sample_text = extras[0].partition(b":")
        end_ms = read_float(end_text, "the end time") + self._offset_ms
        return Hold(*head, self._sample(sample_text), max(head[3], end_ms))

    def _coordinate(self, text: bytes, what: str) -> float:
        value = read_float(text, what, COORDINATE_LIMIT)
        return value if self._fractions else float(int(value))

    def _sample(self, text: bytes) -> HitSample:
        sample = self._samples.get(text)
        if sample is None:
            sample = self._samples[text] = _read_sample(text)
        return sample

    def _edge_sounds(self, text: bytes, default: HitSound, nodes: int) -> tuple[HitSound, ...]:
        key = (text, default, nodes)
        sounds = self._sounds_of_edges.get(key)
        if sounds is None:
            given = [_edge_sound(part) for part in text.split(b"|")[:nodes]] if text else []
            sounds = self._sounds_of_edges[key] = (*given, *[default] * (nodes - len(given)))
        return sounds

    def _edge_sets(self, text: bytes, default: HitSample, nodes: int) -> EdgeSets:
        key = (text, default.normal_set, default.addition_set, nodes)
        sets = self._sets_of_edges.get(key)
        if sets is None:
            own = (default.normal_set, default.addition_set)
            given = [_edge_set(part, own) for part in text.split(b"|")[:nodes]] if text else []
            sets = self._sets_of_edges[key] = (*given, *[own] * (nodes - len(given)))
        return sets


def _edge_sound(text: bytes) -> HitSound:
    """The game takes what it cannot read here for silence."""
    sound = SOUND_BY_TEXT.get(text)
    if sound is not None:
        return sound
    try:
        return HIT_SOUNDS[read_int(text, "an edge's sound") & ALL_SOUND_BITS]
    except Unreadable:
        return HitSound.NONE


def _edge_set(text: bytes, own: tuple[SampleSet, SampleSet]) -> tuple[SampleSet, SampleSet]:
    if not text:
        return own
    parts = text.split(b":")
    if len(parts) == 1:
        raise Unreadable(f"an edge's sample sets are {quoted(text)}, expected two as in '0:0'")
    return _sample_set(parts[0]), _sample_set(parts[1])


def _read_sample(text: bytes) -> HitSample:
    normal, colon, rest = text.partition(b":")
    if not colon:
        raise Unreadable(f"the sample is {quoted(text)}, expected as many parts as in '0:0:0:0:'")
    addition, index, volume, filename, *_ = (*rest.split(b":"), b"", b"", b"")
    return HitSample(
        _sample_set(normal),
        _sample_set(addition),
        read_int(index, "the sample index") if index else 0,
        max(0, read_int(volume, "the sample volume")) if volume else 0,
        decoded(filename),
    )


def _sample_set(text: bytes) -> SampleSet:
    number = read_int(text, "the sample set")
    return SAMPLE_SETS[number] if 0 <= number < len(SAMPLE_SETS) else SampleSet.NORMAL


def _check_path(path: bytes) -> None:
    for part in path.split(b"|"):
        if not part:
            raise Unreadable(f"the slider's path {quoted(path)} has an empty point")
        if part[:1].isalpha() or part[0] >= NON_ASCII:
            continue
        x, colon, y = part.partition(b":")
        if not colon:
            raise Unreadable(f"the slider's path has a point {quoted(part)}, expected x:y")
        read_float(x, "a slider point's x", COORDINATE_LIMIT)
        read_float(y.partition(b":")[0], "a slider point's y", COORDINATE_LIMIT)


def read_objects(
    reader: ObjectReader, lines: Sequence[bytes], numbers: Iterable[int], problems: list[Problem]
) -> list[HitObject]:
    """The objects on these lines in file order; what cannot be read becomes a problem."""
    objects: list[HitObject] = []
    for number in numbers:
        try:
            objects.append(reader.read(number, lines[number]))
        except Unreadable as error:
            if not is_silent(lines[number]):
                problems.append(Problem(number, f"hit object left out: {error}"))
    return objects
