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
        variant, state = "default", "No combo colours are set, so each player sees those of their own skin"
    else:
        variant, state = "one", "All combos have the same colour"
    yield Finding(
        check_id=_COUNT,
        variant=variant,
        severity=Severity.PROBLEM,
        message=f"{state}. Set at least two different ones that stand out from the background.",
        strength=0.5,
    )


def _default_skin_forced(beatmap: Beatmap) -> bool:
    document = beatmap.document
    general = key_values(document.lines, document.layout, "General")
    return any(key == "SkinPreference" and value == "Default" for _, key, value in general)


def find_hard_to_read(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for colour in beatmap.colours.combo:
        yield from _dark(colour, f"combo-{colour.index}", f"Combo{colour.index}")
    if beatmap.colours.slider_border:
        yield from _dark(beatmap.colours.slider_border, "slider-border", "SliderBorder")
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
            f"The colour {colour.r}, {colour.g}, {colour.b} ({spoken} in the file) is too dark: luminosity "
            f"{number(brightness)}, expected at least {number(COLOUR_DARK_WARNING.value)}."
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
            f"The colour {colour.r}, {colour.g}, {colour.b} (Combo{colour.index} in the file) is nearly "
            f"white and flashes in kiai, first here: luminosity {number(brightness)}, expected at most "
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
        title="Combo colours",
        purpose="Sees that the difficulty has at least two different combo colours of its own.",
        reasoning=(
            "Without custom colours each player sees those of their own skin, and you cannot know whether "
            "they blend into your background. With only one colour, nothing but the number shows where a "
            "combo starts. The ranking criteria ask for at least two different custom colours unless the "
            "default skin is forced. If you like the default colours, turn custom colours on and keep "
            "them."
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
            "An approach circle has no colour but that of its combo, and many players dim the background "
            "to black: there a dark one cannot be seen, nor can a dark slider border. In kiai objects "
            "flash with the beat, and a colour that is nearly white becomes a glare. Luminosity is "
            "measured as the eye sees it (HSP): pure blue is 86, pure green 195. The ranking criteria "
            "advise about 50 to 220; only what is clearly beyond is listed here."
        ),
        severities=(Severity.PROBLEM, Severity.WARNING),
        find=find_hard_to_read,
        modes=_COLOURED,
    ),
)
