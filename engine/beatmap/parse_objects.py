"""[HitObjects], line by line, as the game's decoder reads them (ppy/osu, ConvertHitObjectParser).

This is the hot loop of every save: one split per line, memos instead of enum calls, equal samples shared.
"""

from __future__ import annotations

import re
from functools import lru_cache
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
from engine.beatmap.quick_frozen import maker
from engine.beatmap.reading import (
    COORDINATE_LIMIT,
    Memo,
    Unreadable,
    decoded,
    quoted,
    read_each,
    read_float,
    read_int,
    read_sample_set,
    without_comment,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Head: TypeAlias = tuple[int, float, float, float, bool, int]
"""What all objects begin with, in the order of their fields: line, x, y, time, new combo, colours skipped."""
Edges: TypeAlias = tuple[
    HitSound, HitSample, int, tuple[HitSound, ...], tuple[tuple[SampleSet, SampleSet], ...]
]
"""What a slider says beside its shape: sound, sample, spans, and the sounds and sets of its nodes."""

COMMON_FIELDS: Final = 5
SLIDER_FIELDS: Final = 5
"""From the sound on, the last of them being all that concerns its edges."""
UNSAID: Final = (b"", b"", b"", b"0", b"")
"""What a slider's fields mean where the line ends before them; a length of 0 is the length of the path."""
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

remembered: Final = lru_cache(maxsize=256)
"""Across files: there are only so many ways to sound."""

make_circle: Final = maker(Circle)
make_slider: Final = maker(Slider)
make_spinner: Final = maker(Spinner)
make_hold: Final = maker(Hold)

USUAL_PATH: Final = re.compile(rb"[BCLP](?:\|-?\d{1,5}:-?\d{1,5})+")
"""What nearly every slider looks like; anything else is looked at point by point."""


class ObjectReader:
    """Reads lines of one file: its format decides about fractions and about the early offset.

    Maps say the same few things over and over, so all but times, paths and lengths come from memos.
    """

    __slots__ = ("_circle", "_edges", "_kind", "_offset_ms", "_x", "_y")

    def __init__(self, format_version: int, offset_ms: float) -> None:
        self._offset_ms = offset_ms
        fractions = format_version >= FIRST_LAZER_VERSION
        self._x = Memo(lambda text: _coordinate(text, "x", fractions=fractions), WHOLE_PIXELS)
        self._y = Memo(lambda text: _coordinate(text, "y", fractions=fractions), WHOLE_PIXELS)
        self._kind = Memo(_read_kind)
        self._circle = Memo(_read_circle)
        self._edges = Memo(_read_edges)

    def read(self, line: int, raw: bytes) -> HitObject:
        """One object, or `Unreadable` with the reason."""
        fields = (without_comment(raw) if b"//" in raw else raw).split(b",", COMMON_FIELDS - 1)
        if len(fields) < COMMON_FIELDS:
            raise Unreadable(f"a hit object has at least {COMMON_FIELDS} fields, this line has {len(fields)}")
        x, y, time, kind_text, rest = fields
        kind, new_combo, skip = self._kind[kind_text]
        time_ms = read_float(time, "the time") + self._offset_ms
        head = (line, self._x[x], self._y[y], time_ms, new_combo, skip)
        if kind == CIRCLE_BIT:
            return make_circle(*head, *self._circle[rest])
        if kind == SLIDER_BIT:
            return self._slider(head, rest)
        if kind == SPINNER_BIT:
            return self._spinner(head, rest)
        return self._hold(head, rest)

    def _slider(self, head: Head, rest: bytes) -> Slider:
        fields = rest.split(b",", SLIDER_FIELDS - 1)
        if len(fields) < SLIDER_FIELDS:
            fields += UNSAID[len(fields) :]
        sound_text, path, spans_text, length, edges = fields
        if not USUAL_PATH.fullmatch(path):
            _check_path(path)
        length_px = read_float(length, "the length", COORDINATE_LIMIT)
        sound, sample, spans, edge_sounds, edge_sets = self._edges[sound_text, spans_text, edges]
        return make_slider(
            *head,
            sound,
            sample,
            decoded(path),
            spans,
            length_px if length_px > 0 else None,
            edge_sounds,
            edge_sets,
        )

    def _spinner(self, head: Head, rest: bytes) -> Spinner:
        sound, *extras = rest.rstrip().split(b",")
        if not extras:
            raise Unreadable("a spinner needs an end time")
        end_ms = read_float(extras[0], "the end time") + self._offset_ms
        sample = _read_sample(extras[1]) if len(extras) > 1 else PLAIN_SAMPLE
        return make_spinner(*head, _read_sound(sound), sample, max(head[3], end_ms))

    def _hold(self, head: Head, rest: bytes) -> Hold:
        """Its end and its sample share a field: `end:sample`."""
        sound, _, extras = rest.rstrip().partition(b",")
        field = extras.partition(b",")[0]
        end, _, sample = field.partition(b":")
        time_ms = head[3]
        end_ms = read_float(end, "the end time") + self._offset_ms if field else time_ms
        return make_hold(*head, *self._circle[sound + b"," + sample], max(time_ms, end_ms))


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


@remembered
def _read_sound(text: bytes) -> HitSound:
    return HIT_SOUNDS[read_int(text, "the hit sound") & ALL_SOUND_BITS]


def _read_spans(text: bytes) -> int:
    spans = read_int(text, "the number of spans")
    if spans > MAX_SPANS:
        raise Unreadable(f"the slider has {spans} spans, more than the game allows ({MAX_SPANS})")
    return max(1, spans)


def _read_circle(text: bytes) -> tuple[HitSound, HitSample]:
    """What follows the type: `sound,sample`, the sample missing in old files."""
    sound, *extras = text.rstrip().split(b",")
    return _read_sound(sound), _read_sample(extras[0]) if extras else PLAIN_SAMPLE


def _read_edges(key: tuple[bytes, bytes, bytes]) -> Edges:
    """Sound, spans, and `edge sounds,edge sets,sample`."""
    sound_text, spans_text, edges = key
    sounds_text, sets_text, sample_text, *_ = (*edges.rstrip().split(b","), b"", b"")
    sound, sample, spans = _read_sound(sound_text), _read_sample(sample_text), _read_spans(spans_text)
    sounds = [_edge_sound(part) for part in _parts(sounds_text, spans + 1)]
    own_sets = (sample.normal_set, sample.addition_set)
    sets = [_edge_set(part) if part else own_sets for part in _parts(sets_text, spans + 1)]
    return sound, sample, spans, tuple(sounds), tuple(sets)


def _parts(text: bytes, most: int) -> list[bytes]:
    return text.split(b"|")[:most] if text else []


@remembered
def _edge_sound(text: bytes) -> HitSound:
    """The game takes what it cannot read here for silence."""
    try:
        return _read_sound(text)
    except Unreadable:
        return HitSound.NONE


@remembered
def _edge_set(text: bytes) -> tuple[SampleSet, SampleSet]:
    normal, colon, addition = text.partition(b":")
    if not colon:
        raise Unreadable(f"an edge's sample sets are {quoted(text)}, expected two as in '0:0'")
    return read_sample_set(normal), read_sample_set(addition.partition(b":")[0])


@remembered
def _read_sample(text: bytes) -> HitSample:
    if not text:
        return PLAIN_SAMPLE
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
    if not path:
        raise Unreadable("a slider needs a path and the number of its spans")
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
    return read_each(reader.read, "hit object", lines, numbers, problems)
