"""What a map says about itself, typed: everything but timing and hit objects. Defaults are the game's."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class General:
    audio_filename: str = ""
    audio_lead_in_ms: int = 0
    preview_ms: int = -1
    """-1: the game picks 40 % of the song."""
    countdown: int = 1
    """0 none, 1 normal, 2 half, 3 double."""
    sample_set: str = "Normal"
    stack_leniency: float = 0.7
    mode: Mode = Mode.OSU
    letterbox_in_breaks: bool = False
    special_style: bool = False
    widescreen_storyboard: bool = False
    epilepsy_warning: bool = False
    samples_match_playback_rate: bool = False
    countdown_offset_beats: int = 0
    sample_volume_percent: int = 100
    """For timing lines of old formats, which have no volume of their own."""


@dataclass(frozen=True, slots=True)
class Editor:
    bookmarks_ms: tuple[float, ...] = ()
    distance_spacing: float = 1.0
    beat_divisor: int = 4
    grid_size: int = 0
    timeline_zoom: float = 1.0


@dataclass(frozen=True, slots=True)
class Metadata:
    title: str = ""
    title_unicode: str = ""
    artist: str = ""
    artist_unicode: str = ""
    creator: str = ""
    version: str = ""
    """The name of the difficulty."""
    source: str = ""
    tags: str = ""
    beatmap_id: int = -1
    beatmap_set_id: int = -1


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Clamped to what the game plays; `raw` is what the file says."""

    hp_drain: float = 5.0
    circle_size: float = 5.0
    """In osu!mania the number of columns."""
    overall_difficulty: float = 5.0
    approach_rate: float = 5.0
    """Old files have none: it then equals the overall difficulty."""
    slider_multiplier: float = 1.4
    """Hundreds of osu! pixels per beat."""
    slider_tick_rate: float = 1.0
    """Ticks per beat."""
    raw: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Break:
    line: int
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class StoryboardSample:
    line: int
    time_ms: float
    filename: str
    volume_percent: int


@dataclass(frozen=True, slots=True)
class Events:
    background: str | None = None
    video: str | None = None
    breaks: tuple[Break, ...] = ()
    storyboard_lines: tuple[int, ...] = ()
    """Lines of sprites, animations, samples and their commands."""
    storyboard_samples: tuple[StoryboardSample, ...] = ()


@dataclass(frozen=True, slots=True)
class Colour:
    index: int
    """1 to 8 for Combo1 to Combo8, 0 for the others."""
    line: int
    r: int
    g: int
    b: int


@dataclass(frozen=True, slots=True)
class Colours:
    combo: tuple[Colour, ...] = ()
    """In file order, which is the order the game plays them in."""
    slider_border: Colour | None = None
    slider_track: Colour | None = None
