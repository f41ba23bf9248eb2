"""The shapes of what a page may ask for about writing. pydantic checks every message against these."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from daemon.wire_words import Key, ModelName, PageRequest

Path = Annotated[str, Field(min_length=1, max_length=4096)]
Seed = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
"""In words: JavaScript cannot hold all of them."""
Descriptors = Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=64)]
WrittenContext = Literal["timing", "kiai", "map", "sv"]
GivenContext = Literal["timing", "kiai", "map", "sv", "gd", "no_hs"]
Words = Annotated[str, Field(max_length=500)]
Time = Annotated[float, Field(ge=-1e8, le=1e8, allow_inf_nan=False)]


class WishesAsked(BaseModel):
    """Fields of `engine.requests.Wishes` by their names there; what is left out or null is not wished."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    star_rating: Annotated[float, Field(ge=0, le=20)] | None = None
    mapper_id: Annotated[int, Field(ge=0)] | None = None
    year: Annotated[int, Field(ge=2007, le=2100)] | None = None
    descriptors: Descriptors | None = None
    unwanted_descriptors: Descriptors | None = None
    hitsounded: bool | None = None
    hp_drain: Annotated[float, Field(ge=0, le=10)] | None = None
    circle_size: Annotated[float, Field(ge=0, le=18)] | None = None
    overall_difficulty: Annotated[float, Field(ge=0, le=10)] | None = None
    approach_rate: Annotated[float, Field(ge=0, le=10)] | None = None
    slider_multiplier: Annotated[float, Field(ge=0.4, le=3.6)] | None = None
    slider_tick_rate: Annotated[float, Field(ge=0.5, le=8)] | None = None
    keys: Annotated[int, Field(ge=1, le=18)] | None = None
    hold_note_ratio: Annotated[float, Field(ge=0, le=1)] | None = None
    scroll_speed_ratio: Annotated[float, Field(ge=0, le=1)] | None = None
    temperature: Annotated[float, Field(gt=0, le=10)] | None = None
    timing_temperature: Annotated[float, Field(gt=0, le=10)] | None = None
    column_temperature: Annotated[float, Field(gt=0, le=10)] | None = None
    taiko_hit_temperature: Annotated[float, Field(gt=0, le=10)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=0, le=100_000)] | None = None
    time_bias: Annotated[float, Field(ge=-20, le=20)] | None = None
    timing_beams: Annotated[int, Field(ge=1, le=8)] | None = None
    guidance: Annotated[float, Field(ge=-10, le=10)] | None = None
    is_greedy: bool = False


class AcceptDisclosure(PageRequest):
    """The person has read what the ranking criteria say; writing is on from now on."""

    type: Literal["accept_disclosure"]


class SetWriting(PageRequest):
    """Refused while the disclosure has not been read."""

    type: Literal["set_writing"]
    on: bool


class DescribeModel(PageRequest):
    """Replied to with `OptionsJson`, of the chosen model where none is named."""

    type: Literal["describe_model"]
    mode: Literal["osu", "taiko", "catch", "mania"]
    name: ModelName | None = None


class Regenerate(PageRequest):
    type: Literal["regenerate"]
    key: Key
    map_version: int
    start_ms: Time
    end_ms: Time
    candidates: Annotated[int, Field(ge=1, le=8)] = 4
    seeds: Annotated[tuple[Seed, ...], Field(max_length=8)] = ()
    """The first of them; the rest are drawn."""
    keep: Literal["nothing", "rhythm", "all but hitsounds"] = "nothing"
    wishes: WishesAsked = WishesAsked()


class ReadRange(PageRequest):
    """What an editor copies, in which objects go by their numbers in the map. Replied to with `RangeJson`."""

    type: Literal["read_range"]
    key: Key
    text: Annotated[str, Field(max_length=10_000)]


class CancelRegeneration(PageRequest):
    """The candidates that are done stay; asked once more, they go as well."""

    type: Literal["cancel_regeneration"]
    key: Key


class DismissRegeneration(PageRequest):
    """Its candidates are let go."""

    type: Literal["dismiss_regeneration"]
    key: Key


class Play(PageRequest):
    """Replied to with `PlayedJson`: the map with that candidate in it, or, with null, as it is."""

    type: Literal["play"]
    key: Key
    candidate: int | None


class Accept(PageRequest):
    type: Literal["accept"]
    key: Key
    candidate: int
    to: Literal["file", "new"]
    """Over the file, or a new difficulty beside it."""
    name: Annotated[str, Field(max_length=80)] = ""
    """Of the new difficulty; "": one is made of the map's own."""


class UndoWrite(PageRequest):
    type: Literal["undo_write"]
    key: Key


class RedoWrite(PageRequest):
    type: Literal["redo_write"]
    key: Key


class RevertRange(PageRequest):
    type: Literal["revert_range"]
    key: Key
    range: Key


class GenerateMap(PageRequest):
    type: Literal["generate_map"]
    source: Path
    """An audio file, or a .osu to go by."""
    mode: Literal["osu", "taiko", "catch", "mania"] | None = None
    given: Annotated[tuple[GivenContext, ...], Field(max_length=6)] = ()
    output: Annotated[tuple[WrittenContext, ...], Field(min_length=1, max_length=4)] = ("map",)
    seed: Seed | None = None
    wishes: WishesAsked = WishesAsked()
    super_timing: bool = False
    title: Words = ""
    artist: Words = ""
    creator: Words = ""
    difficulty_name: Words = ""
    background: Annotated[str, Field(max_length=4096)] = ""
    """A picture's path."""
    form: Literal["osu", "osz"] = "osz"
    folder: Annotated[str, Field(max_length=4096)] = ""
    """Where to put it; "": one of Mapside's own, or beside the map that it goes by."""


class CancelMap(PageRequest):
    type: Literal["cancel_map"]


class OpenMapFolder(PageRequest):
    type: Literal["open_map_folder"]


AboutWriting = (
    AcceptDisclosure
    | SetWriting
    | DescribeModel
    | ReadRange
    | Regenerate
    | CancelRegeneration
    | DismissRegeneration
    | Play
    | Accept
    | UndoWrite
    | RedoWrite
    | RevertRange
    | GenerateMap
    | CancelMap
    | OpenMapFolder
)
