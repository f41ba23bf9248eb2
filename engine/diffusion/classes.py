"""The style that the diffusion model is asked for: star rating, mapper, descriptors, circle size as a vector.

The vector holds a 1 for each wanted class. Its ranges lie one after another: whole maps (none in version 2),
star ratings, mappers, descriptors, circle sizes; the last class of each range means "not told".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

LARGEST_CIRCLE_SIZE: Final = 10.0


class ClassTables(BaseModel):
    """The reference's tokenizer.pkl, or its JSON twin, as it is written there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    beatmap_idx: dict[int, int]
    num_classes: int = Field(ge=0)
    num_diff_classes: int = Field(ge=0)
    max_difficulty: float
    mapper_idx: dict[int, int] = {}
    num_mapper_classes: int = Field(default=0, ge=0)
    descriptor_idx: dict[str, int] = {}
    num_descriptor_classes: int = Field(default=0, ge=0)
    num_cs_classes: int = Field(default=0, ge=0)
    # Of the training's maps; who mapped them is known by the mapper's own number here.
    beatmap_mapper: dict[int, int] = {}
    beatmap_descriptors: dict[int, list[int]] = {}


@dataclass(frozen=True, slots=True)
class Style:
    """A wish; None and empty leave it to the model."""

    difficulty: float | None = None
    """Star rating."""
    mapper_id: int | None = None
    """The mapper's user number on osu.ppy.sh."""
    circle_size: float | None = None
    descriptors: tuple[str, ...] = ()
    beatmap_id: int | None = None

    def opposite(self, descriptors: tuple[str, ...] = ()) -> Style:
        """What guidance steers away from: nobody's map, as hard, its objects as large, described so."""
        return replace(self, mapper_id=None, beatmap_id=None, descriptors=descriptors)


@dataclass(frozen=True, slots=True)
class _Range:
    """Classes `start` to `start + count - 1`, the last one for "not told"; may be empty."""

    start: int
    count: int

    def of(self, index: int | None) -> int:
        inside = index is not None and 0 <= index < self.count - 1
        return self.start + (index if inside and index is not None else self.count - 1)

    def share(self, value: float | None, largest: float) -> int:
        """Even steps from 0 to `largest`, the topmost for what is beyond."""
        if value is None or not math.isfinite(value):
            return self.of(None)
        topmost = self.count - 2
        return self.of(min(max(int(value * topmost / largest), 0), topmost))


class StyleClasses:
    def __init__(self, tables: ClassTables) -> None:
        self._tables = tables
        counts = (
            tables.num_classes,
            tables.num_diff_classes,
            tables.num_mapper_classes,
            tables.num_descriptor_classes,
            tables.num_cs_classes,
        )
        starts = [sum(counts[:index]) for index in range(len(counts))]
        ranges = [_Range(start, count) for start, count in zip(starts, counts, strict=True)]
        self._maps, self._difficulties, self._mappers, self._descriptors, self._circle_sizes = ranges
        self.count = sum(counts)

    def difficulty(self, stars: float | None) -> int:
        return self._difficulties.share(stars, self._tables.max_difficulty)

    def mapper(self, mapper_id: int | None) -> int:
        return self._mappers.of(None if mapper_id is None else self._tables.mapper_idx.get(mapper_id))

    def circle_size(self, size: float | None) -> int:
        return self._circle_sizes.share(size, LARGEST_CIRCLE_SIZE)

    def descriptors(self, names: tuple[str, ...]) -> list[int]:
        known = [self._tables.descriptor_idx[name] for name in names if name in self._tables.descriptor_idx]
        return [self._descriptors.of(index) for index in known] or [self._descriptors.of(None)]

    def beatmap(self, beatmap_id: int | None) -> int:
        return self._maps.of(None if beatmap_id is None else self._tables.beatmap_idx.get(beatmap_id))

    def vector(self, style: Style) -> Tensor:
        """[K], float32."""
        chosen = (
            (self._maps, [self.beatmap(style.beatmap_id)]),
            (self._difficulties, [self.difficulty(style.difficulty)]),
            (self._mappers, [self.mapper(style.mapper_id)]),
            (self._descriptors, self.descriptors(style.descriptors)),
            (self._circle_sizes, [self.circle_size(style.circle_size)]),
        )
        vector = torch.zeros(self.count)
        for kind, classes in chosen:
            if kind.count:
                vector[classes] = 1.0
        return vector

    def unknown(self, style: Style) -> tuple[str, ...]:
        """What of a wish the model was never shown, for the person who wished it."""
        unheard = [
            f"descriptor '{name}'" for name in style.descriptors if name not in self._tables.descriptor_idx
        ]
        if style.mapper_id is not None and self.mapper(style.mapper_id) == self.mapper(None):
            unheard.append(f"mapper {style.mapper_id}")
        if style.beatmap_id is not None and self.beatmap(style.beatmap_id) == self.beatmap(None):
            unheard.append(f"map {style.beatmap_id}")
        return tuple(unheard)
