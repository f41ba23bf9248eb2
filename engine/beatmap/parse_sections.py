"""The `Key: value` sections, as the game's decoder reads them (ppy/osu, LegacyBeatmapDecoder).

A key may stand in a section twice; the last value that can be read counts. Keys are written exactly so:
the game does not know `mode`, only `Mode`, and a near miss is worth telling.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from engine.beatmap.layout import content_lines
from engine.beatmap.objects import Mode, Problem
from engine.beatmap.reading import (
    PARSE_LIMIT,
    Unreadable,
    decoded,
    encoded,
    is_silent,
    quoted,
    read_float,
    read_int,
)
from engine.beatmap.sections import Colour, Colours, Difficulty, Editor, General, Metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from engine.beatmap.layout import Layout

T = TypeVar("T")

COUNTDOWNS: Final = ("None", "Normal", "HalfSpeed", "DoubleSpeed")
SAMPLE_SET_NAMES: Final = ("None", "Normal", "Soft", "Drum")
COMBO_KEYS: Final = {f"Combo{index}": index for index in range(1, 9)}
MAX_COLUMNS: Final = 18
MAX_BEAT_DIVISOR: Final = 64
CHANNELS: Final = 3
CHANNELS_WITH_ALPHA: Final = 4
MAX_CHANNEL: Final = 255

KNOWN_KEYS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "General": frozenset(
            {
                "AudioFilename",
                "AudioLeadIn",
                "PreviewTime",
                "Countdown",
                "SampleSet",
                "StackLeniency",
                "Mode",
                "LetterboxInBreaks",
                "SpecialStyle",
                "WidescreenStoryboard",
                "EpilepsyWarning",
                "SamplesMatchPlaybackRate",
                "CountdownOffset",
                "SampleVolume",
            }
        ),
        "Editor": frozenset({"Bookmarks", "DistanceSpacing", "BeatDivisor", "GridSize", "TimelineZoom"}),
        "Metadata": frozenset(
            {
                "Title",
                "TitleUnicode",
                "Artist",
                "ArtistUnicode",
                "Creator",
                "Version",
                "Source",
                "Tags",
                "BeatmapID",
                "BeatmapSetID",
            }
        ),
        "Difficulty": frozenset(
            {
                "HPDrainRate",
                "CircleSize",
                "OverallDifficulty",
                "ApproachRate",
                "SliderMultiplier",
                "SliderTickRate",
            }
        ),
    }
)
"""The keys that are read below: the game's, where they mean something outside of its own windows."""


class Values:
    """One section's keys and values; reading one by its type reports what cannot be read."""

    def __init__(self, lines: Sequence[bytes], layout: Layout, section: str, problems: list[Problem]) -> None:
        self.section = section
        self._problems = problems
        self._entries: dict[str, list[tuple[int, str]]] = {}
        for number, key, value in key_values(lines, layout, section):
            self._entries.setdefault(key, []).append((number, value))
        self._report_near_misses()

    @property
    def last(self) -> Mapping[str, str]:
        return MappingProxyType({key: entries[-1][1] for key, entries in self._entries.items()})

    def text(self, key: str, default: str = "") -> str:
        return self.read(key, str, default)

    def whole(self, key: str, default: int) -> int:
        return self.read(key, lambda text: read_int(encoded(text), key), default)

    def number(self, key: str, default: float, low: float = -PARSE_LIMIT, high: float = PARSE_LIMIT) -> float:
        return min(high, max(low, self.read(key, lambda text: read_float(encoded(text), key), default)))

    def flag(self, key: str) -> bool:
        return self.whole(key, 0) == 1

    def choice(self, key: str, names: Sequence[str], default: int) -> int:
        """An enumeration, which the game reads by name or by number."""
        return self.read(key, lambda text: _choice(text, key, names), default)

    def read(self, key: str, reader: Callable[[str], T], default: T) -> T:
        value = default
        for line, text in self._entries.get(key, ()):
            try:
                value = reader(text)
            except Unreadable as error:
                self._problems.append(Problem(line, f"[{self.section}] setting left out: {error}"))
        return value

    def _report_near_misses(self) -> None:
        spelled = {key.lower(): key for key in KNOWN_KEYS[self.section]}
        for key, entries in self._entries.items():
            meant = spelled.get(key.lower())
            if meant is not None and meant != key:
                sentence = f"[{self.section}] the game does not know {quoted(key)}, only '{meant}'"
                self._problems.append(Problem(entries[-1][0], sentence))


def key_values(lines: Sequence[bytes], layout: Layout, section: str) -> Iterator[tuple[int, str, str]]:
    """Line number, key and value, both trimmed, in file order."""
    sections = layout.named(section)
    if section == "Metadata":  # a title may contain "//"
        numbers = (n for s in sections for n in s.lines if not is_silent(lines[n]))
        entries = [(n, lines[n]) for n in numbers]
    else:
        entries = content_lines(lines, sections)
    for number, content in entries:
        key, colon, value = decoded(content).partition(":")
        if colon:
            yield number, key.strip(), value.strip()


def _choice(text: str, key: str, names: Sequence[str]) -> int:
    if text in names:
        return names.index(text)
    number = read_int(encoded(text), key)
    if not 0 <= number < len(names):
        raise Unreadable(f"{key} is {quoted(text)}, expected one of {', '.join(names)}")
    return number


def _mode(text: str) -> Mode:
    number = read_int(encoded(text), "Mode")
    if number not in Mode.__members__.values():
        raise Unreadable(f"Mode is {quoted(text)}, expected 0 to {max(Mode).value}")
    return Mode(number)


def standard_path(text: str) -> str:
    return text.replace("\\", "/")


def read_general(values: Values, offset_ms: float) -> General:
    preview_ms = values.whole("PreviewTime", -1)
    return General(
        audio_filename=standard_path(values.text("AudioFilename")),
        audio_lead_in_ms=values.whole("AudioLeadIn", 0),
        preview_ms=preview_ms if preview_ms == -1 else preview_ms + int(offset_ms),
        countdown=values.choice("Countdown", COUNTDOWNS, 1),
        sample_set=SAMPLE_SET_NAMES[values.choice("SampleSet", SAMPLE_SET_NAMES, 1)],
        stack_leniency=values.number("StackLeniency", 0.7),
        mode=values.read("Mode", _mode, Mode.OSU),
        letterbox_in_breaks=values.flag("LetterboxInBreaks"),
        special_style=values.flag("SpecialStyle"),
        widescreen_storyboard=values.flag("WidescreenStoryboard"),
        epilepsy_warning=values.flag("EpilepsyWarning"),
        samples_match_playback_rate=values.flag("SamplesMatchPlaybackRate"),
        countdown_offset_beats=values.whole("CountdownOffset", 0),
        sample_volume_percent=values.whole("SampleVolume", 100),
    )


def read_editor(values: Values) -> Editor:
    return Editor(
        bookmarks_ms=values.read("Bookmarks", _bookmarks, ()),
        distance_spacing=values.number("DistanceSpacing", 1.0, low=0),
        beat_divisor=max(1, min(MAX_BEAT_DIVISOR, values.whole("BeatDivisor", 4))),
        grid_size=values.whole("GridSize", 0),
        timeline_zoom=values.number("TimelineZoom", 1.0, low=0),
    )


def _bookmarks(text: str) -> tuple[float, ...]:
    """The game passes over what it cannot read here."""
    times: list[float] = []
    for part in text.split(","):
        try:
            times.append(float(read_int(encoded(part), "a bookmark")))
        except Unreadable:
            continue
    return tuple(times)


def read_metadata(values: Values) -> Metadata:
    return Metadata(
        title=values.text("Title"),
        title_unicode=values.text("TitleUnicode"),
        artist=values.text("Artist"),
        artist_unicode=values.text("ArtistUnicode"),
        creator=values.text("Creator"),
        version=values.text("Version"),
        source=values.text("Source"),
        tags=values.text("Tags"),
        beatmap_id=values.whole("BeatmapID", -1),
        beatmap_set_id=values.whole("BeatmapSetID", -1),
    )


def read_difficulty(values: Values, mode: Mode) -> Difficulty:
    """Clamped as the game clamps (ppy/osu, applyDifficultyRestrictions)."""
    overall_difficulty = values.number("OverallDifficulty", 5.0, 0, 10)
    smallest, largest = (1, MAX_COLUMNS) if mode is Mode.MANIA else (0, 10)
    return Difficulty(
        hp_drain=values.number("HPDrainRate", 5.0, 0, 10),
        circle_size=values.number("CircleSize", 5.0, smallest, largest),
        overall_difficulty=overall_difficulty,
        approach_rate=values.number("ApproachRate", overall_difficulty, 0, 10),
        slider_multiplier=values.number("SliderMultiplier", 1.4, 0.4, 3.6),
        slider_tick_rate=values.number("SliderTickRate", 1.0, 0.5, 8),
        raw=values.last,
    )


def read_colours(lines: Sequence[bytes], layout: Layout, problems: list[Problem]) -> Colours:
    combo: list[Colour] = []
    others: dict[str, Colour] = {}
    for number, key, value in key_values(lines, layout, "Colours"):
        try:
            colour = _colour(number, key, value)
        except Unreadable as error:
            problems.append(Problem(number, f"[Colours] colour left out: {error}"))
            continue
        if colour.index:
            combo.append(colour)
        else:
            others[key] = colour
    return Colours(tuple(combo), others.get("SliderBorder"), others.get("SliderTrackOverride"))


def _colour(line: int, key: str, value: str) -> Colour:
    channels = [read_int(encoded(part), "a channel of the colour") for part in value.split(",")]
    if len(channels) not in {CHANNELS, CHANNELS_WITH_ALPHA}:
        raise Unreadable(f"{quoted(key)} is {quoted(value)}, expected red,green,blue")
    if not all(0 <= channel <= MAX_CHANNEL for channel in channels):
        raise Unreadable(f"{quoted(key)} is {quoted(value)}; each channel lies between 0 and {MAX_CHANNEL}")
    return Colour(COMBO_KEYS.get(key, 0), line, *channels[:CHANNELS])
