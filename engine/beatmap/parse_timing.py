"""[TimingPoints], line by line, as the game's decoder reads them (ppy/osu, LegacyBeatmapDecoder)."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Final, TypeAlias

from engine.beatmap.objects import Problem, SampleSet
from engine.beatmap.quick_frozen import maker
from engine.beatmap.reading import (
    PARSE_LIMIT,
    Memo,
    Unreadable,
    quoted,
    read_each,
    read_float,
    read_int,
    read_sample_set,
    without_comment,
)
from engine.beatmap.timing import TimingPoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KIAI_BIT: Final = 1
OMIT_BARLINE_BIT: Final = 8
DEFAULT_METER: Final = 4
RED_FIELD: Final = 4
make_timing_point: Final = maker(TimingPoint)


Rest: TypeAlias = tuple[int, SampleSet, int, int, bool, bool, bool]
"""What follows the beat, in the order of a point's fields: from the meter to the barline."""


class TimingReader:
    """Reads timing lines of one file; lines of old formats end early and take the file's defaults.

    Maps say the same few things over and over, so all but the times come from memos.
    """

    __slots__ = ("_beat", "_offset_ms", "_rest", "_unsaid")

    def __init__(self, offset_ms: float, default_set: SampleSet, default_volume_percent: int) -> None:
        self._offset_ms = offset_ms
        self._unsaid = (b"4", b"%d" % default_set, b"0", b"%d" % default_volume_percent, b"1", b"0")
        """What the fields after the beat mean where a line ends before them."""
        self._beat = Memo(_read_beat)
        self._rest = Memo(self._read_rest)

    def read(self, line: int, raw: bytes) -> TimingPoint:
        """One timing line, or `Unreadable` with the reason."""
        time, comma, rest = (without_comment(raw) if b"//" in raw else raw).partition(b",")
        if not comma:
            raise Unreadable("a timing line needs a time and a beat length")
        time_ms = read_float(time, "the time") + self._offset_ms
        beat, _, rest = rest.partition(b",")
        beat_length_ms = self._beat[beat]
        fields = self._rest[rest]
        if fields[RED_FIELD] and isnan(beat_length_ms):
            raise Unreadable("the beat length is NaN, which only an inherited line may have")
        return make_timing_point(line, time_ms, beat_length_ms, *fields)

    def _read_rest(self, text: bytes) -> Rest:
        given = text.rstrip().split(b",") if text else []
        meter, sample_set, index, volume, red, effects, *_ = (*given, *self._unsaid[len(given) :])
        effect_bits = read_int(effects, "the effects field")
        return (
            _meter(meter),
            read_sample_set(sample_set),
            read_int(index, "the sample index"),
            read_int(volume, "the volume"),
            _starts_with(red, b"1", "the kind of line"),
            effect_bits & KIAI_BIT != 0,
            effect_bits & OMIT_BARLINE_BIT != 0,
        )


def _read_beat(field: bytes) -> float:
    """NaN is allowed: some maps use it to switch slider ticks off."""
    if field.strip().lower() == b"nan":
        return float("nan")
    return read_float(field, "the beat length", PARSE_LIMIT)


def _meter(field: bytes) -> int:
    if _starts_with(field, b"0", "the meter"):
        return DEFAULT_METER
    meter = read_int(field, "the meter")
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
    return read_each(reader.read, "timing line", lines, numbers, problems)
