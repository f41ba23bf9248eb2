"""The combo colours that a player sees: the map's own, or the game's where it names none."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from engine.beatmap.combos import number_combos

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.combos import Combo

GAME_COLOURS: Final = ("#ffc000", "#00ca00", "#127cff", "#f21839")
"""Of a map that names none (ppy/osu, the default skin)."""


def colours_of(beatmap: Beatmap) -> tuple[str, ...]:
    """As a page writes them, "#rrggbb"."""
    named = beatmap.colours.combo
    return tuple(f"#{each.r:02x}{each.g:02x}{each.b:02x}" for each in named) or GAME_COLOURS


def combos_of(beatmap: Beatmap) -> Sequence[Combo]:
    """One for each object, counted in those colours."""
    return beatmap.combos if beatmap.colours.combo else _combos_of_the_game(beatmap)


@lru_cache(maxsize=1)  # a page asks for a long map part by part
def _combos_of_the_game(beatmap: Beatmap) -> Sequence[Combo]:
    ends_ms = [each.end_ms for each in beatmap.events.breaks]
    return number_combos(beatmap.objects, len(GAME_COLOURS), beatmap.mode, ends_ms)
