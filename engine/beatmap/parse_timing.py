"""[TimingPoints], line by line, as the game's decoder reads them (ppy/osu, LegacyBeatmapDecoder)."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Final

from engine.beatmap.making import maker
from engine.beatmap.objects import Problem, SampleSet
from engine.beatmap.reading import (
    PARSE_LIMIT,
    Unreadable,
    is_silent,
    quoted,
    read_float,
    read_int,
    read_sample_set,
    without_comment,
)
from engine.beatmap.timing import TimingPoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NEEDED_FIELDS: Final = 2
KIAI_BIT: Final = 1
OMIT_BARLINE_BIT: Final = 8
DEFAULT_METER: Final = 4
SMALL_NUMBERS: Final = {b"%d" % number: number for number in range(101)}

make_timing_point: Final = maker(TimingPoint)


class TimingReader:
    """Reads timing lines of one file; lines of old formats end early and take the file's defaults."""

    __slots__ = ("_offset_ms", "_unsaid")

    def __init__(self, offset_ms: float, default_set: SampleSet, default_volume_percent: int) -> None:
        self._offset_ms = offset_ms
        self._unsaid = (b"", b"", b"4", b"%d" % default_set, b"0", b"%d" % default_volume_percent, b"1", b"0")
        """What the fields mean where a line ends before them."""

    def read(self, line: int, raw: bytes) -> TimingPoint:
        """One timing line, or `Unreadable` with the reason."""
        fields = without_comment(raw).split(b",")
        if len(fields) < NEEDED_FIELDS:
            raise Unreadable("a timing line needs a time and a beat length")
        time, beat, meter, sample_set, index, volume, red, effects, *_ = (
            *fields,
            *self._unsaid[len(fields) :],
        )
        beat_length_ms = _beat_length(beat)
        is_red = _starts_with(red, b"1", "the kind of line")
        if is_red and isnan(beat_length_ms):
            raise Unreadable("the beat length is NaN, which only an inherited line may have")
        effect_bits = _whole(effects, "the effects field")
        return make_timing_point(
            line,
            read_float(time, "the time") + self._offset_ms,
            beat_length_ms,
            _meter(meter),
            read_sample_set(sample_set),
            _whole(index, "the sample index"),
            _whole(volume, "the volume"),
            is_red,
            effect_bits & KIAI_BIT != 0,
            effect_bits & OMIT_BARLINE_BIT != 0,
        )


def _whole(field: bytes, what: str) -> int:
    number = SMALL_NUMBERS.get(field)
    return read_int(field, what) if number is None else number


def _beat_length(field: bytes) -> float:
    """NaN is allowed: some maps use it to switch slider ticks off."""
    if field.strip().lower() == b"nan":
        return float("nan")
    return read_float(field, "the beat length", PARSE_LIMIT)


def _meter(field: bytes) -> int:
    if _starts_with(field, b"0", "the meter"):
        return DEFAULT_METER
    meter = _whole(field, "the meter")
    if meter < 1:
        raise Unreadable(f"the meter is {meter}; a bar has at least one beat")
    return meter


def _starts_with(field: bytes, digit: bytes, what: str) -> bool:
    if not field:
        raise Unreadable(f"{what} is {quoted(field)}")
    return field.startswith(digit)


def read_timing_points(
    reader: TimingReader, lines: Sequence[bytes], numbers: Iterable[int], problems: list[Problem]
) -> list[TimingPoint]:
    """The timing lines in file order; what cannot be read becomes a problem."""
    points: list[TimingPoint] = []
    for number in numbers:
        try:
            points.append(reader.read(number, lines[number]))
        except Unreadable as error:
            if not is_silent(lines[number]):
                problems.append(Problem(number, f"timing line left out: {error}"))
    return points
