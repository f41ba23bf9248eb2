"""What a model is told about the map as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import HitSound, Hold, Mode
from engine.tokens.view import number, view_of
from engine.tokens.write_timing import SAME_SPEED, scroll_speeds

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.tokens.view import MapView
    from engine.tokens.vocab import Vocabulary

DEFAULT_KEYS: Final = 4
NO_ID: Final = -1


@dataclass(frozen=True, slots=True)
class Conditions:
    """None: not known, or not asked for."""

    mode: Mode = Mode.OSU
    beatmap_id: int | None = None
    star_rating: float | None = None
    mapper_id: int | None = None
    """The user's id at osu.ppy.sh."""
    year: int | None = None
    hitsounded: bool = True
    hp_drain: float | None = None
    circle_size: float | None = None
    overall_difficulty: float | None = None
    approach_rate: float | None = None
    slider_multiplier: float = 1.4
    slider_tick_rate: float | None = None
    keys: int = DEFAULT_KEYS
    hold_note_ratio: float | None = None
    scroll_speed_ratio: float | None = None
    descriptors: tuple[str, ...] | None = None


def conditions_of(beatmap: Beatmap, star_rating: float | None, vocab: Vocabulary | None = None) -> Conditions:
    """What is true of a map. With a vocabulary also who mapped it and how it was described, if it knows."""
    view = view_of(beatmap)
    difficulty, raw = beatmap.difficulty, beatmap.difficulty.raw
    overall = number(raw.get("OverallDifficulty"), difficulty.overall_difficulty)
    beatmap_id = beatmap.metadata.beatmap_id
    mania = view.mode == Mode.MANIA
    scrolls = view.mode in (Mode.TAIKO, Mode.MANIA)
    return Conditions(
        mode=beatmap.mode,
        beatmap_id=None if beatmap_id == NO_ID else beatmap_id,
        star_rating=star_rating,
        mapper_id=vocab.labels.mapper_of_map.get(beatmap_id) if vocab else None,
        hitsounded=any(obj.hitsound != HitSound.NONE for obj in view.objects),
        hp_drain=number(raw.get("HPDrainRate"), difficulty.hp_drain),
        circle_size=view.circle_size,
        overall_difficulty=overall,
        approach_rate=number(raw.get("ApproachRate"), overall),
        slider_multiplier=view.slider_multiplier,
        slider_tick_rate=number(raw.get("SliderTickRate"), difficulty.slider_tick_rate),
        keys=int(view.circle_size) if mania else DEFAULT_KEYS,
        hold_note_ratio=hold_note_ratio(view) if mania else None,
        scroll_speed_ratio=scroll_speed_ratio(view) if scrolls else None,
        descriptors=_descriptors(beatmap_id, vocab) if vocab else None,
    )


def hold_note_ratio(view: MapView) -> float | None:
    if not view.objects:
        return None
    return sum(isinstance(obj, Hold) for obj in view.objects) / len(view.objects)


def scroll_speed_ratio(view: MapView) -> float | None:
    """Changes of scroll speed for each moment at which something is hit."""
    if not view.objects:
        return None
    moments, before_us = 0, None
    for obj in view.objects:
        time_us = view.time_us(obj.time_ms)
        moments += time_us != before_us
        before_us = time_us
    changes, last = 0, 1.0
    for _, speed in scroll_speeds(view, relative=view.mode == Mode.MANIA):
        changes += abs(speed - last) > SAME_SPEED
        last = speed
    return changes / moments


def _descriptors(beatmap_id: int, vocab: Vocabulary) -> tuple[str, ...] | None:
    """Their names; one that the vocabulary does not name is "unknown"."""
    classes = vocab.labels.descriptors_of_map.get(beatmap_id)
    if classes is None:
        return None
    names = {numbered: name for name, numbered in reversed(list(vocab.labels.descriptor_class.items()))}
    return tuple(names.get(numbered, "unknown") for numbered in classes)
