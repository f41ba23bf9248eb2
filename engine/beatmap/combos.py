"""Combo numbers and colours: what is written on a circle, and what an editor's timestamp calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Mode, Spinner
from engine.beatmap.quick_frozen import maker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.beatmap.objects import HitObject


@dataclass(frozen=True, slots=True)
class Combo:
    number: int
    """From 1: shown in game, and used in timestamps."""
    colour_index: int
    """Into the map's combo colours, from 0. The first combo has colour 1, not 0, in both clients."""
    combo_index: int
    """Which combo of the map this is, from 1; 0 for spinners before the first one."""
    starts: bool
    """Whether a combo begins here, by the mapper's flag or because the game makes one begin."""


make_combo: Final = maker(Combo)


def number_combos(
    objects: Sequence[HitObject],
    combo_colour_count: int,
    mode: Mode,
    break_ends_ms: Iterable[float] = (),
) -> tuple[Combo, ...]:
    """One for each object, in order.

    A combo begins at the first object, after each spinner and after each break, whether the file says so or
    not. A spinner never begins one: it takes the next number of the combo before it, and its colour skips
    are ignored. That is how lazer counts (ppy/osu, `UpdateComboInformation`); stable differs only in what a
    spinner itself is called, which no player sees and only a timestamp that selects a spinner would tell.
    """
    if mode in (Mode.TAIKO, Mode.MANIA):
        return tuple(Combo(1, 0, 0, starts=obj.new_combo) for obj in objects)
    colours = max(1, combo_colour_count)
    ends_ms = sorted(break_ends_ms)
    breaks_over = 0
    number = combo_index = colour = 0
    after_spinner = True
    combos: list[Combo] = []
    for obj in objects:
        starts = obj.new_combo or after_spinner
        while breaks_over < len(ends_ms) and ends_ms[breaks_over] < obj.time_ms:
            breaks_over += 1
            starts = True
        after_spinner = isinstance(obj, Spinner)
        starts = starts and not after_spinner
        number += 1
        if starts:
            number = 1
            combo_index += 1
            # Skips count only where the mapper set the new combo: the bits mean nothing without it.
            colour += 1 + (obj.colours_skipped if obj.new_combo else 0)
        combos.append(make_combo(number, colour % colours, combo_index, starts))
    return tuple(combos)
