"""What the engine can be asked: plain frozen values, below every room that answers one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ListModels:
    """Answered with `Models`."""


@dataclass(frozen=True, slots=True)
class PullModel:
    """Answered with `Progress` in bytes, at last with `Models`. Asked again, it goes on where it was."""

    name: str


@dataclass(frozen=True, slots=True)
class RemoveModel:
    """Answered with `Models`."""

    name: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """A map in a model's words; answered with a `TokenTable`."""

    path: str
    model: str
    """A name in the catalogue, a repository of the hub that was fetched, or a folder."""
    audio: str | None = None
    """None: the file that the map names, if it lies beside it. Only a map without objects needs one."""


@dataclass(frozen=True, slots=True)
class Mod:
    """What a model thinks of a map; answered with one `Opinion` after another, the last one `complete`."""

    path: str
    data: bytes
    """The file as it was when the question arose: it may have been saved again since."""
    audio: str | None
    model: str
    near_ms: float | None = None
    """Where the mapper works: said first."""
    rating: float | None = None
    """The star rating to tell the model; None: the map's own."""


@dataclass(frozen=True, slots=True)
class FillSong:
    """Listens to a song ahead of need; answered with `Progress`."""

    audio: str
    model: str
    mode: int = 0
    """Whose maps it will be about, numbered as in a .osu file: some models listen differently for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How a map is to be written. None: as the map has it, or as the model is published with."""

    star_rating: float | None = None
    mapper_id: int | None = None
    """The user's id at osu.ppy.sh."""
    year: int | None = None
    descriptors: tuple[str, ...] | None = None
    """How it should be described, in the model's own names."""
    unwanted_descriptors: tuple[str, ...] | None = None
    """What guidance goes away from; without guidance they say nothing."""
    hitsounded: bool | None = None
    hp_drain: float | None = None
    circle_size: float | None = None
    overall_difficulty: float | None = None
    approach_rate: float | None = None
    slider_multiplier: float | None = None
    slider_tick_rate: float | None = None
    keys: int | None = None
    hold_note_ratio: float | None = None
    scroll_speed_ratio: float | None = None

    temperature: float | None = None
    timing_temperature: float | None = None
    column_temperature: float | None = None
    taiko_hit_temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    time_bias: float | None = None
    """Above 0 a busier map, below 0 a sparser one."""
    timing_beams: int | None = None
    """Where beats are written, so many continuations are followed and the likeliest is taken; 1: one."""
    guidance: float | None = None
    """How far to go away from what is not wanted; 1: not at all."""
    is_greedy: bool = False


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class Describe:
    """What a model understands of `Wishes`; answered with `Described`. Loads no model."""

    model: str
    mode: int = 0


class Keep(Enum):
    """What of a section stays as the mapper made it."""

    NOTHING = "nothing"
    RHYTHM = "rhythm"
    """Each object stays what it is and when; where it stands is new."""
    ALL_BUT_HITSOUNDS = "all but hitsounds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regenerate:
    """A section of a map written anew, as often as there are seeds; answered with `Pace` and `Candidate`s."""

    path: str
    data: bytes
    """The file as it was when the question arose: it may have been saved again since."""
    audio: str | None
    model: str
    start_ms: float
    end_ms: float
    """Objects that begin from `start_ms` on and before this are written anew."""
    seeds: tuple[int, ...]
    wishes: Wishes = NO_WISHES
    keep: Keep = Keep.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Generate:
    """A whole map, or part of one; answered with `Pace` and `WrittenMap`s, the last one `complete`."""

    audio: str
    model: str
    mode: int = 0
    path: str | None = None
    """Of a map to go by: what it says of itself is taken over where nothing is wished."""
    data: bytes | None = None
    """That map's content."""
    given: tuple[str, ...] = ()
    """Contexts of that map that are read and not written: "timing", "kiai", "map", "sv", "gd", "no_hs"."""
    output: tuple[str, ...] = ("map",)
    """Contexts that are wanted: "timing", "kiai", "map", "sv"."""
    start_ms: float | None = None
    end_ms: float | None = None
    seed: int = 0
    wishes: Wishes = NO_WISHES
    super_timing: bool = False
    song: SongFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SongFacts:
    """What a new map says about its song. None: as the map to go by, or as the audio file is tagged."""

    title: str | None = None
    artist: str | None = None
    creator: str | None = None
    difficulty_name: str | None = None
    background: str | None = None
    """A file's name, in the map's folder."""
    audio_name: str | None = None
    """As it will be called in the map's folder."""
    preview_ms: float | None = None
    bpm: float | None = None
    offset_ms: float | None = None
    """With `bpm`: one red line there, and no timing is written."""


Request: TypeAlias = (
    ListModels | PullModel | RemoveModel | Tokens | Mod | FillSong | Describe | Regenerate | Generate
)
