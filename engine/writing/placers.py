"""The model that puts objects where a coarse one meant them, where it is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from engine.checkpoints.errors import CheckpointError
from engine.writing.wishes import keeps_coarse_places

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.beatmap.objects import Mode
    from engine.diffusion.load import Diffusion

Placer: TypeAlias = "Callable[[], Diffusion]"
"""Raises CheckpointError where there is none."""


def no_placer() -> Diffusion:
    raise CheckpointError("no model that places objects is at hand")


def placing_model(placer: Placer, family: str, mode: Mode) -> tuple[Diffusion | None, tuple[str, ...]]:
    """None where it is not needed, or, with a remark that says so, not there."""
    if not keeps_coarse_places(family, mode):
        return None, ()
    try:
        return placer(), ()
    except CheckpointError as error:
        return None, (f"Positions are only as exact as this model tells them, to 32 pixels: {error}.",)
