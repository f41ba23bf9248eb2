"""[HitObjects], line by line, as the game's decoder reads them (ppy/osu, ConvertHitObjectParser).

This is the hot loop of every save: one split per line, memos instead of enum calls, equal samples shared.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from engine.beatmap.layout import FIRST_LAZER_VERSION
from engine.beatmap.making import maker
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
    Memo,
    Unreadable,
    decoded,
    is_silent,
    quoted,
    read_float,
    read_int,
    read_sample_set,
    without_comment,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Head: TypeAlias = tuple[int, float, float, float, bool, int, HitSound]
"""What all objects share, in the order of their fields: line, x, y, time, new combo, colours skipped and
sound."""

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
WHOLE_PIXELS: Final = {b"%d" % px: float(px) for px in range(-64, 641)}
PLAIN_SAMPLE: Final = HitSample()

make_circle: Final = maker(Circle)
make_slider: Final = maker(Slider)
make_spinner: Final = maker(Spinner)
make_hold: Final = maker(Hold)

USUAL_PATH: Final = re.compile(rb"[BCLP](?:\|-?\d{1,5}:-?\d{1,5})+")
"""What nearly every slider looks like; anything else is looked at point by point."""


class ObjectReader:
    """Reads lines of one file: its format decides about fractions and about the early offset.

    Maps say the same few things over and over, so all but time, path and length come from memos.
    """

    __slots__ = ("_edge_sets", "_edge_sounds", "_kind", "_offset_ms", "_sample", "_sound", "_x", "_y")

    def __init__(self, format_version: int, offset_ms: float) -> None:
        self._offset_ms = offset_ms
        fractions = format_version >= FIRST_LAZER_VERSION
        self._x = Memo(lambda text: _coordinate(text, "x", fractions=fractions), WHOLE_PIXELS)
        self._y = Memo(lambda text: _coordinate(text, "y", fractions=fractions), WHOLE_PIXELS)
        self._kind = Memo(_read_kind)
        self._sound = Memo(_read_sound)
        self._sample = Memo(_read_sample, {b"": PLAIN_SAMPLE})
        self._edge_sounds = Memo(_read_edge_sounds)
        self._edge_sets = Memo(_read_edge_sets)

    def read(self, line: int, raw: bytes) -> HitObject:
        """One object, or `Unreadable` with the reason."""
        content = without_comment(raw) if b"//" in raw else raw.rstrip()
        fields = content.split(b",")
        if len(fields) < COMMON_FIELDS:
            raise Unreadable(f"a hit object has at least {COMMON_FIELDS} fields, this line has {len(fields)}")
        x, y, time, kind_text, sound, *extras = fields
        kind, new_combo, skip = self._kind[kind_text]
        head = (
            line,
            self._x[x],
            self._y[y],
            read_float(time, "the time") + self._offset_ms,
            new_combo,
            skip,
            self._sound[sound],
        )
        if kind == CIRCLE_BIT:
            return make_circle(*head, self._sample[extras[0]] if extras else PLAIN_SAMPLE)
        if kind == SLIDER_BIT:
            return self._slider(head, sound, extras)
        if kind == SPINNER_BIT:
            return self._spinner(head, extras)
        return self._hold(head, extras)

    def _slider(self, head: Head, sound: bytes, extras: list[bytes]) -> Slider:
        if len(extras) < SLIDER_EXTRAS:
            raise Unreadable("a slider needs a path and the number of its spans")
        path, spans_text, length, edge_sounds, edge_sets, sample, *_ = (*extras, *UNSAID[len(extras) :])
        if not USUAL_PATH.fullmatch(path):
            _check_path(path)
        spans = 1 if spans_text == b"1" else _read_spans(spans_text)
        length_px = read_float(length, "the length", COORDINATE_LIMIT)
        return make_slider(
            *head,
            self._sample[sample],
            decoded(path),
            spans,
            length_px if length_px > 0 else None,
            self._edge_sounds[edge_sounds, sound, spans + 1],
            self._edge_sets[edge_sets, sample, spans + 1],
        )

    def _spinner(self, head: Head, extras: list[bytes]) -> Spinner:
        if not extras:
            raise Unreadable("a spinner needs an end time")
        end_ms = read_float(extras[0], "the end time") + self._offset_ms
        sample = self._sample[extras[1]] if len(extras) > 1 else PLAIN_SAMPLE
        return make_spinner(*head, sample, max(head[3], end_ms))

    def _hold(self, head: Head, extras: list[bytes]) -> Hold:
        if not extras or not extras[0]:
            return make_hold(*head, PLAIN_SAMPLE, head[3])
        end_text, _, sample = extras[0].partition(b":")
        end_ms = read_float(end_text, "the end time") + self._offset_ms
        return make_hold(*head, self._sample[sample], max(head[3], end_ms))


def _coordinate(text: bytes, what: str, *, fractions: bool) -> float:
    value = read_float(text, what, COORDINATE_LIMIT)
    return value if fractions else float(int(value))


def _read_kind(text: bytes) -> tuple[int, bool, int]:
    """The bit of the kind, whether it starts a combo, and how many colours it skips."""
    bits = read_int(text, "the type")
    for kind in (CIRCLE_BIT, SLIDER_BIT, SPINNER_BIT, HOLD_BIT):
        if bits & kind:
            return kind, bits & NEW_COMBO_BIT != 0, bits >> SKIP_SHIFT & SKIP_MASK
    raise Unreadable(f"the type is {quoted(text)}: no circle, slider, spinner or hold note")


def _read_sound(text: bytes) -> HitSound:
    return HIT_SOUNDS[read_int(text, "the hit sound") & ALL_SOUND_BITS]


def _read_spans(text: bytes) -> int:
    spans = read_int(text, "the number of spans")
    if spans > MAX_SPANS:
        raise Unreadable(f"the slider has {spans} spans, more than the game allows ({MAX_SPANS})")
    return max(1, spans)


def _read_edge_sounds(key: tuple[bytes, bytes, int]) -> tuple[HitSound, ...]:
    """One for each node; those which the line does not give sound as the object does."""
    text, own, nodes = key
    given = [_edge_sound(part) for part in text.split(b"|")[:nodes]] if text else []
    return (*given, *[_read_sound(own)] * (nodes - len(given)))


def _read_edge_sets(key: tuple[bytes, bytes, int]) -> tuple[tuple[SampleSet, SampleSet], ...]:
    text, sample_text, nodes = key
    sample = _read_sample(sample_text) if sample_text else PLAIN_SAMPLE
    own = (sample.normal_set, sample.addition_set)
    given = [_edge_set(part, own) for part in text.split(b"|")[:nodes]] if text else []
    return (*given, *[own] * (nodes - len(given)))


def _edge_sound(text: bytes) -> HitSound:
    """The game takes what it cannot read here for silence."""
    try:
        return _read_sound(text)
    except Unreadable:
        return HitSound.NONE


def _edge_set(text: bytes, own: tuple[SampleSet, SampleSet]) -> tuple[SampleSet, SampleSet]:
    if not text:
        return own
    parts = text.split(b":")
    if len(parts) == 1:
        raise Unreadable(f"an edge's sample sets are {quoted(text)}, expected two as in '0:0'")
    return read_sample_set(parts[0]), read_sample_set(parts[1])


def _read_sample(text: bytes) -> HitSample:
    normal, colon, rest = text.partition(b":")
    if not colon:
        raise Unreadable(f"the sample is {quoted(text)}, expected as many parts as in '0:0:0:0:'")
    addition, index, volume, filename, *_ = (*rest.split(b":"), b"", b"", b"")
    return HitSample(
        read_sample_set(normal),
        read_sample_set(addition),
        read_int(index, "the sample index") if index else 0,
        max(0, read_int(volume, "the sample volume")) if volume else 0,
        decoded(filename),
    )


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
