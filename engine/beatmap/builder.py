"""The one writer of small maps in the house: fluent, immutable, in the text that the editor itself writes.

    osu().timing(180).circle(at=1000).slider(at=1333, path="L|356:192", length=100)

Each step gives a new builder, so a common beginning can be shared and continued in two ways.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor
from typing import TYPE_CHECKING, Final, Self

from engine.beatmap.control_lines import ControlLine, number, timing_texts
from engine.beatmap.document import Document
from engine.beatmap.objects import HitSound, Mode, SampleSet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.beatmap.beatmap import Beatmap

CIRCLE, SLIDER, NEW_COMBO, SPINNER, HOLD = 1, 2, 4, 8, 128
SKIP_SHIFT: Final = 4
PLAYFIELD_WIDTH_PX: Final = 512
CENTRE_X, CENTRE_Y = 256, 192
PLAIN_SAMPLE: Final = "0:0:0:0:"

DEFAULT_GENERAL: Final[Mapping[str, str]] = {
    "AudioFilename": "audio.mp3",
    "AudioLeadIn": "0",
    "PreviewTime": "-1",
    "Countdown": "0",
    "SampleSet": "Soft",
    "StackLeniency": "0.7",
    "Mode": "0",
    "LetterboxInBreaks": "0",
    "WidescreenStoryboard": "1",
}
DEFAULT_EDITOR: Final[Mapping[str, str]] = {
    "DistanceSpacing": "1",
    "BeatDivisor": "4",
    "GridSize": "4",
    "TimelineZoom": "1",
}
DEFAULT_METADATA: Final[Mapping[str, str]] = {
    "Title": "Title",
    "TitleUnicode": "Title",
    "Artist": "Artist",
    "ArtistUnicode": "Artist",
    "Creator": "Creator",
    "Version": "Normal",
    "Source": "",
    "Tags": "",
    "BeatmapID": "0",
    "BeatmapSetID": "-1",
}
DEFAULT_DIFFICULTY: Final[Mapping[str, str]] = {
    "HPDrainRate": "5",
    "CircleSize": "4",
    "OverallDifficulty": "5",
    "ApproachRate": "5",
    "SliderMultiplier": "1.4",
    "SliderTickRate": "1",
}
DIFFICULTY_KEYS: Final = {
    "hp": "HPDrainRate",
    "cs": "CircleSize",
    "od": "OverallDifficulty",
    "ar": "ApproachRate",
    "slider_multiplier": "SliderMultiplier",
    "slider_tick_rate": "SliderTickRate",
}


@dataclass(frozen=True, slots=True)
class MapBuilder:
    general_values: Mapping[str, str]
    editor_values: Mapping[str, str]
    metadata_values: Mapping[str, str]
    difficulty_values: Mapping[str, str]
    events: tuple[str, ...] = ()
    controls: tuple[ControlLine, ...] = ()
    kiai_spans: tuple[tuple[float, float], ...] = ()
    colours: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    raw_timing: tuple[str, ...] = ()
    format_version: int = 14

    # ---- settings

    def general(self, **values: object) -> Self:
        """By the file's own keys: `general(StackLeniency=0.5)`."""
        return replace(self, general_values={**self.general_values, **_texts(values)})

    def editor(self, **values: object) -> Self:
        return replace(self, editor_values={**self.editor_values, **_texts(values)})

    def metadata(self, **values: object) -> Self:
        """By the file's keys, or by `title`, `artist`, `creator`, `version`, `source`, `tags`."""
        keys = {key: key[0].upper() + key[1:] for key in values}
        texts = {keys[key]: text for key, text in _texts(values).items()}
        for key in ("Title", "Artist"):
            if key in texts:
                texts.setdefault(f"{key}Unicode", texts[key])
        return replace(self, metadata_values={**self.metadata_values, **texts})

    def difficulty(self, **values: float) -> Self:
        """`hp`, `cs`, `od`, `ar`, `slider_multiplier`, `slider_tick_rate`."""
        texts = {DIFFICULTY_KEYS.get(key, key): number(value) for key, value in values.items()}
        return replace(self, difficulty_values={**self.difficulty_values, **texts})

    def audio(self, filename: str) -> Self:
        return self.general(AudioFilename=filename)

    def preview(self, at: float) -> Self:
        return self.general(PreviewTime=at)

    def bookmarks(self, *times: float) -> Self:
        return self.editor(Bookmarks=",".join(number(time) for time in times))

    def format(self, version: int) -> Self:
        return replace(self, format_version=version)

    # ---- events and colours

    def background(self, filename: str) -> Self:
        return self.event(f'0,0,"{filename}",0,0')

    def video(self, filename: str, at: float = 0) -> Self:
        return self.event(f'Video,{number(at)},"{filename}"')

    def break_(self, start: float, end: float) -> Self:
        return self.event(f"2,{number(start)},{number(end)}")

    def event(self, *lines: str) -> Self:
        return replace(self, events=(*self.events, *lines))

    def combo_colour(self, r: int, g: int, b: int) -> Self:
        return self.colour(f"Combo{len(self.colours) + 1}", r, g, b)

    def colour(self, key: str, r: int, g: int, b: int) -> Self:
        return replace(self, colours=(*self.colours, f"{key} : {r},{g},{b}"))

    # ---- timing

    def timing(
        self,
        bpm: float,
        at: float = 0,
        *,
        meter: int = 4,
        volume: int = 70,
        sample_set: SampleSet = SampleSet.SOFT,
        sample_index: int = 0,
        omit_barline: bool = False,
    ) -> Self:
        """A red line."""
        line = ControlLine(at, 60_000 / bpm, meter, sample_set, sample_index, volume, True, omit_barline)
        return replace(self, controls=(*self.controls, line))

    def green(
        self,
        at: float,
        *,
        velocity: float = 1.0,
        volume: int = 70,
        meter: int = 4,
        sample_set: SampleSet = SampleSet.SOFT,
        sample_index: int = 0,
    ) -> Self:
        line = ControlLine(at, -100 / velocity, meter, sample_set, sample_index, volume, False)
        return replace(self, controls=(*self.controls, line))

    def kiai(self, start: float, end: float) -> Self:
        """Green lines at both ends, unless lines stand there already, and the kiai bit on all between."""
        return replace(self, kiai_spans=(*self.kiai_spans, (start, end)))

    def timing_line(self, *lines: str) -> Self:
        """Lines as they are, for what the other steps would not write."""
        return replace(self, raw_timing=(*self.raw_timing, *lines))

    # ---- objects

    def object_line(self, *lines: str) -> Self:
        return replace(self, objects=(*self.objects, *lines))

    def circle(
        self,
        at: float,
        x: float = CENTRE_X,
        y: float = CENTRE_Y,
        *,
        new_combo: bool = False,
        skip: int = 0,
        sound: int = HitSound.NONE,
        sample: str = PLAIN_SAMPLE,
    ) -> Self:
        kind = _kind(CIRCLE, new_combo, skip)
        return self.object_line(f"{number(x)},{number(y)},{number(at)},{kind},{int(sound)},{sample}")

    def slider(
        self,
        at: float,
        path: str = "L|356:192",
        length: float = 100,
        spans: int = 1,
        x: float = CENTRE_X,
        y: float = CENTRE_Y,
        *,
        new_combo: bool = False,
        skip: int = 0,
        sound: int = HitSound.NONE,
        edge_sounds: Sequence[int] | None = None,
        edge_sets: Sequence[str] | None = None,
        sample: str | None = None,
    ) -> Self:
        """Edge sounds, edge sets and sample are written only if one of them is given, as the editor does."""
        kind = _kind(SLIDER, new_combo, skip)
        line = f"{number(x)},{number(y)},{number(at)},{kind},{int(sound)},{path},{spans},{number(length)}"
        if edge_sounds is None and edge_sets is None and sample is None:
            return self.object_line(line)
        sounds = "|".join(str(int(each)) for each in edge_sounds or [sound] * (spans + 1))
        sets = "|".join(edge_sets or ["0:0"] * (spans + 1))
        return self.object_line(f"{line},{sounds},{sets},{sample or PLAIN_SAMPLE}")

    def spinner(
        self, at: float, until: float, *, new_combo: bool = True, sound: int = 0, sample: str = PLAIN_SAMPLE
    ) -> Self:
        kind = _kind(SPINNER, new_combo, 0)
        return self.object_line(
            f"{CENTRE_X},{CENTRE_Y},{number(at)},{kind},{int(sound)},{number(until)},{sample}"
        )

    def note(self, at: float, column: int = 0, *, sound: int = 0, sample: str = PLAIN_SAMPLE) -> Self:
        """A note of osu!mania."""
        return self.circle(at, self._column_x(column), CENTRE_Y, sound=sound, sample=sample)

    def hold(
        self, at: float, until: float, column: int = 0, *, sound: int = 0, sample: str = PLAIN_SAMPLE
    ) -> Self:
        x = self._column_x(column)
        return self.object_line(f"{x},{CENTRE_Y},{number(at)},{HOLD},{int(sound)},{number(until)}:{sample}")

    def don(self, at: float, *, big: bool = False) -> Self:
        """The centre of the drum in osu!taiko."""
        return self.circle(at, sound=HitSound.FINISH if big else HitSound.NONE)

    def kat(self, at: float, *, big: bool = False) -> Self:
        """The rim of the drum."""
        return self.circle(at, sound=HitSound.CLAP | (HitSound.FINISH if big else HitSound.NONE))

    def fruit(self, at: float, x: float = CENTRE_X, *, new_combo: bool = False) -> Self:
        return self.circle(at, x, new_combo=new_combo)

    def _column_x(self, column: int) -> int:
        keys = float(self.difficulty_values["CircleSize"])
        return floor((column + 0.5) * PLAYFIELD_WIDTH_PX / keys)

    # ---- results

    def text(self, newline: str = "\r\n") -> str:
        sections = [
            (f"osu file format v{self.format_version}",),
            ("[General]", *_settings(self.general_values, ": ")),
            ("[Editor]", *_settings(self.editor_values, ": ")),
            ("[Metadata]", *_settings(self.metadata_values, ":")),
            ("[Difficulty]", *_settings(self.difficulty_values, ":")),
            ("[Events]", *self.events),
            ("[TimingPoints]", *timing_texts(self.controls, self.kiai_spans), *self.raw_timing),
            *([("[Colours]", *self.colours)] if self.colours else []),
            ("[HitObjects]", *self.objects),
        ]
        return newline.join("".join(f"{line}{newline}" for line in section) for section in sections)

    def bytes(self, newline: str = "\r\n") -> bytes:
        return self.text(newline).encode("utf-8", "surrogateescape")

    def document(self) -> Document:
        return Document.parse(self.bytes())

    def beatmap(self) -> Beatmap:
        return self.document().beatmap


def _kind(kind: int, new_combo: bool, skip: int) -> int:
    return kind | (NEW_COMBO if new_combo else 0) | (skip << SKIP_SHIFT)


def _settings(values: Mapping[str, str], separator: str) -> list[str]:
    return [f"{key}{separator}{value}" for key, value in values.items()]


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {key: _text(value) for key, value in values.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return number(value) if isinstance(value, int | float) else str(value)


def _new(mode: Mode, **difficulty: float) -> MapBuilder:
    builder = MapBuilder(DEFAULT_GENERAL, DEFAULT_EDITOR, DEFAULT_METADATA, DEFAULT_DIFFICULTY)
    return builder.general(Mode=mode.value).difficulty(**difficulty)


def osu() -> MapBuilder:
    return _new(Mode.OSU)


def taiko() -> MapBuilder:
    return _new(Mode.TAIKO)


def catch() -> MapBuilder:
    return _new(Mode.CATCH)


def mania(keys: int = 4) -> MapBuilder:
    return _new(Mode.MANIA, cs=keys)
