"""Combo colours: enough of them, and such that an approach circle can be read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode, Spinner
from engine.beatmap.parse_sections import key_values
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.thresholds import (
    COLOUR_BRIGHT_IN_KIAI,
    COLOUR_DARK_PROBLEM,
    COLOUR_DARK_WARNING,
    COMBO_COLOURS_MIN,
)
from engine.checks.wording import number, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.sections import Colour

_COUNT = "combo-colour-count"
_BRIGHTNESS = "colour-brightness"
_COLOURED = frozenset({Mode.OSU, Mode.CATCH})
# HSP luminosity (Darel Rex Finley): how bright a colour looks, black 0, white 255.
_RED_SHARE, _GREEN_SHARE, _BLUE_SHARE = 0.299, 0.587, 0.114
_WHITE = 255.0


def luminosity(colour: Colour) -> float:
    return math.sqrt(
        _RED_SHARE * colour.r**2 + _GREEN_SHARE * colour.g**2 + _BLUE_SHARE * colour.b**2,
    )


def find_too_few(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    combo = beatmap.colours.combo
    different = len({(colour.r, colour.g, colour.b) for colour in combo})
    if different >= COMBO_COLOURS_MIN.value or _default_skin_forced(beatmap):
        return
    if not combo:
        variant, state = "default", "No combo colours are set: every player sees those of his own skin"
    else:
        variant, state = "one", "All combos have the same colour"
    yield Finding(
        check_id=_COUNT,
        variant=variant,
        severity=Severity.PROBLEM,
        message=f"{state}. Set two different ones at least, such as stand out from the background.",
        strength=0.5,
    )


def _default_skin_forced(beatmap: Beatmap) -> bool:
    document = beatmap.document
    general = key_values(document.lines, document.layout, "General")
    return any(key == "SkinPreference" and value == "Default" for _, key, value in general)


def find_hard_to_read(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for colour in beatmap.colours.combo:
        yield from _dark(colour, f"combo-{colour.index}", f"Combo colour {colour.index}")
    if beatmap.colours.slider_border:
        yield from _dark(beatmap.colours.slider_border, "slider-border", "The slider border")
    yield from _bright_in_kiai(beatmap)


def _dark(colour: Colour, what: str, spoken: str) -> Iterator[Finding]:
    brightness = luminosity(colour)
    if brightness >= COLOUR_DARK_WARNING.value:
        return
    unrankable = brightness < COLOUR_DARK_PROBLEM.value
    yield Finding(
        check_id=_BRIGHTNESS,
        variant=f"dark-{what}",
        severity=Severity.PROBLEM if unrankable else Severity.WARNING,
        message=(
            f"{spoken} ({colour.r}, {colour.g}, {colour.b}) is too dark: its luminosity is "
            f"{number(brightness)}; stay above {number(COLOUR_DARK_WARNING.value)}."
        ),
        strength=strength(brightness, harmless=COLOUR_DARK_WARNING.value, worst=0.0),
    )


def _bright_in_kiai(beatmap: Beatmap) -> Iterator[Finding]:
    combo = beatmap.colours.combo
    bright = {place for place, colour in enumerate(combo) if luminosity(colour) > COLOUR_BRIGHT_IN_KIAI.value}
    if not bright:
        return
    for index, (obj, shown) in enumerate(zip(beatmap.objects, beatmap.combos, strict=True)):
        place = shown.colour_index
        if place in bright and not isinstance(obj, Spinner) and beatmap.timing.kiai_at(obj.time_ms):
            bright.discard(place)
            yield _flashes(combo[place], index, obj.time_ms)


def _flashes(colour: Colour, index: int, time_ms: float) -> Finding:
    brightness = luminosity(colour)
    return Finding(
        check_id=_BRIGHTNESS,
        variant=f"bright-combo-{colour.index}",
        severity=Severity.WARNING,
        message=(
            f"Combo colour {colour.index} ({colour.r}, {colour.g}, {colour.b}) is nearly white and first "
            f"used in kiai here, where it flashes: its luminosity is {number(brightness)}; stay below "
            f"{number(COLOUR_BRIGHT_IN_KIAI.value)}."
        ),
        time_ms=time_ms,
        objects=(index,),
        strength=strength(brightness, harmless=COLOUR_BRIGHT_IN_KIAI.value, worst=_WHITE),
    )


CHECKS = (
    Check(
        id=_COUNT,
        category=Category.SETTINGS,
        title="Combo colours set",
        purpose="Sees that the difficulty has two different combo colours of its own.",
        reasoning=(
            "Without custom colours the player's skin decides, and you cannot know whether its colours drown "
            "in your background. With one colour only, a new combo shows in nothing but the number. The "
            "ranking criteria ask for two different ones unless the default skin is forced. If you like the "
            "default colours, tick custom colours and leave them as they are."
        ),
        severities=(Severity.PROBLEM,),
        find=find_too_few,
        modes=_COLOURED,
    ),
    Check(
        id=_BRIGHTNESS,
        category=Category.SETTINGS,
        title="Colours hard to read",
        purpose=(
            "Finds combo colours and slider borders that are very dark, and combo colours that glare in kiai."
        ),
        reasoning=(
            "Approach circles carry the combo colour alone: most play with the background dimmed, and a dark "
            "one vanishes on black, as does a dark slider border, which is there to show the path. In kiai "
            "the game lightens objects with every beat, and what is nearly white already becomes a pulsing "
            "glare. Brightness is measured as the eye weighs it (HSP): full blue is 86, full green 195."
        ),
        severities=(Severity.PROBLEM, Severity.WARNING),
        find=find_hard_to_read,
        modes=_COLOURED,
    ),
)
