"""The words that several checks share: what a mapper calls an object, and numbers as a mapper reads them."""

from __future__ import annotations

from engine.beatmap.objects import Circle, HitObject, Hold, Mode, Slider, Spinner

_NAMES: dict[type[HitObject], str] = {
    Circle: "circle",
    Slider: "slider",
    Spinner: "spinner",
    Hold: "long note",
}
_CIRCLES = {Mode.OSU: "circle", Mode.TAIKO: "note", Mode.CATCH: "fruit", Mode.MANIA: "note"}


def name(obj: HitObject, mode: Mode) -> str:
    return _CIRCLES[mode] if isinstance(obj, Circle) else _NAMES[type(obj)]


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """`3 circles`, `1 circle`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def milliseconds(value_ms: float) -> str:
    """Whole, but never a `0 ms` that is none."""
    return "less than 1 ms" if 0 < value_ms < 1 else f"{value_ms:.0f} ms"


def pixels(value_px: float) -> str:
    return "less than 1 px" if 0 < value_px < 1 else f"{value_px:.0f} px"


def seconds(value_ms: float) -> str:
    """Rounded down: what is just short of 30 s must not read as 30."""
    return f"{value_ms // 100 / 10:.1f} s"


def strength(value: float, *, harmless: float, worst: float) -> float:
    """How far from `harmless` (0) towards `worst` (1) a value lies, whichever of the two is greater."""
    return min(1.0, max(0.0, (value - harmless) / (worst - harmless)))


def number(value: float) -> str:
    """At most two decimals, and none that say nothing: 3, 2.5, 0.25."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
