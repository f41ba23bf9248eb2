"""Hit objects and numbers as lines of a .osu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.postprocess.drafts import edge_sounds
from engine.tokens.events import EventType

if TYPE_CHECKING:
    from engine.postprocess.drafts import Circle, Lasting, Slider
    from engine.postprocess.sayings import Sound
    from engine.postprocess.sliders import Shape

CIRCLE, SLIDER, NEW_COMBO, SPINNER, HOLD = 1, 2, 4, 8, 128
CENTRE: Final = "256,192"
COLUMN_Y: Final = 192
ROLL_WIDTH_PX: Final = 512
MOST_ROLL_PX: Final = 50_000.0
"""Of one span: a hundred times across the playfield."""


def number(value: float) -> str:
    """As the editor writes numbers, but never with an exponent: to fifteen digits, whole ones without a
    point.
    """
    if value == int(value):
        return str(int(value))
    text = f"{value:.15g}"
    return text if "e" not in text else f"{value:.12f}".rstrip("0").rstrip(".")


def circle_text(circle: Circle, *, volume: int = 0) -> str:
    kind = CIRCLE + NEW_COMBO * circle.new_combo
    head = f"{round(circle.x)},{round(circle.y)},{circle.time_ms},{kind}"
    return f"{head},{circle.sound.additions},{sample_text(circle.sound, volume)}"


def lasting_text(lasting: Lasting, *, volume: int = 0) -> str:
    """Spinners, swells and hold notes."""
    sample = sample_text(lasting.sound, volume)
    if lasting.kind is EventType.HOLD_NOTE:
        head = f"{round(lasting.x)},{COLUMN_Y},{lasting.time_ms},{HOLD},{lasting.sound.additions}"
        return f"{head},{lasting.end_ms}:{sample}"
    head = f"{CENTRE},{lasting.time_ms},{SPINNER + NEW_COMBO},{lasting.sound.additions}"
    return f"{head},{lasting.end_ms},{sample}"


def roll_text(roll: Lasting, length_px: float) -> str:
    """A drum roll is a slider that nobody sees: across the playfield and back as often as it is long."""
    spans = 1 + int(length_px / MOST_ROLL_PX)
    length_px /= spans
    crossings = max(1, -int(-length_px // ROLL_WIDTH_PX))
    path = "|".join(f"{0 if index % 2 else ROLL_WIDTH_PX}:{COLUMN_Y}" for index in range(crossings))
    edges = "|".join(["0"] * (spans + 1)), "|".join(["0:0"] * (spans + 1))
    head = f"0,{COLUMN_Y},{roll.time_ms},{SLIDER},{roll.sound.additions}"
    return f"{head},L|{path},{spans},{number(length_px)},{edges[0]},{edges[1]},{sample_text(roll.sound)}"


def slider_text(slider: Slider, shape: Shape) -> str:
    kind = SLIDER + NEW_COMBO * slider.new_combo
    sounds = edge_sounds(slider, shape.spans)
    fields = (
        f"{round(shape.head[0])},{round(shape.head[1])},{slider.time_ms},{kind},{slider.body.additions}",
        shape.path_text,
        str(shape.spans),
        number(shape.length_px),
        "|".join(str(sound.additions) for sound in sounds),
        "|".join(f"{sound.normal_set}:{sound.addition_set}" for sound in sounds),
        sample_text(slider.body),
    )
    return ",".join(fields)


def sample_text(sound: Sound, volume: int = 0) -> str:
    """Sample index 0: the one of the timing line."""
    return f"{sound.normal_set}:{sound.addition_set}:0:{volume}:"
