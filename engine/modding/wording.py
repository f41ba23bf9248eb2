"""A model's values in a mapper's words: fractions of a beat, ticks, sounds, velocities."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from engine.beatmap.objects import Circle, HitSound, Hold, Mode, Slider, Spinner
from engine.beatmap.snap import snap
from engine.tokens.codec import STEP_MS
from engine.tokens.events import EventType
from engine.tokens.write_objects import SETS, SOUNDS_OF_A_SET

if TYPE_CHECKING:
    from engine.beatmap.objects import HitObject
    from engine.beatmap.timing import Timing

DIVISORS: Final = (1, 2, 3, 4, 6, 8, 12, 16)
"""Which a mapper names, simplest first."""
TOLD_WITHIN_MS: Final = 6.0
"""A time of the model's may lie this far from the tick it means: half a step, and the cut of the window's
start to whole milliseconds.
"""
ON_TICK_MS: Final = 2.0
"""Nearer than this an object is snapped, for the models' training as for the rules."""
SET_NAMES: Final = ("normal", "soft", "drum")
ADDITIONS: Final = ((1, "whistle"), (2, "finish"), (4, "clap"))
"""As events tell them: the file's bits, halved."""
RIM: Final = (HitSound.WHISTLE | HitSound.CLAP) >> 1
BIG: Final = HitSound.FINISH >> 1
MS_PER_SECOND: Final = 1000
FINE_BEATS: Final = 8
"""How far away a division is still named, in beats times division: 1/8 within a beat, 1/2 within four."""
NEITHER_TH: Final = range(11, 14)


class Tick(NamedTuple):
    divisor: int
    time_ms: float


def object_name(obj: HitObject, mode: Mode) -> str:
    """As the editor of that mode calls it."""
    match obj, mode:
        case Circle(), Mode.OSU:
            return "circle"
        case Circle(), Mode.CATCH:
            return "fruit"
        case Circle(), _:
            return "note"
        case Slider(), Mode.TAIKO:
            return "drumroll"
        case Slider(), _:
            return "slider"
        case Spinner(), Mode.TAIKO:
            return "spinner"
        case Hold(), _:
            return "long note"
        case _:
            return "spinner"


def kind_name(kind: EventType, mode: Mode) -> str:
    """What an object would be, told of a group's type."""
    names = {
        EventType.CIRCLE: {Mode.OSU: "circle", Mode.CATCH: "fruit"}.get(mode, "note"),
        EventType.SLIDER_HEAD: "slider",
        EventType.SPINNER: "spinner",
        EventType.HOLD_NOTE: "long note",
        EventType.DRUMROLL: "drumroll",
        EventType.DENDEN: "spinner",
    }
    return names[kind]


ANCHOR_NAMES: Final = {
    EventType.BEZIER_ANCHOR: "a curve point",
    EventType.PERFECT_ANCHOR: "an arc's point",
    EventType.CATMULL_ANCHOR: "a Catmull point",
    EventType.RED_ANCHOR: "a red anchor",
}


def ordinal(number: int) -> str:
    if number % 100 in NEITHER_TH:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def beats(amount: Fraction) -> str:
    """`1/2 beat`, `1 beat`, `1 1/2 beats`."""
    whole, part = divmod(amount, 1)
    text = " ".join(str(each) for each in (whole, part) if each)
    return f"{text} {'beat' if amount <= 1 else 'beats'}"


def shift(timing: Timing, from_ms: float, to_ms: float) -> str:
    """How much later or earlier a time of the model's is: in beats where it lies on a tick of the beat."""
    direction = "later" if to_ms > from_ms else "earlier"
    beat_ms = timing.beat_length_at(from_ms)
    meant = tick_near(timing, to_ms)
    off_ms = abs((meant.time_ms if meant else to_ms) - from_ms)
    for divisor in DIVISORS:
        parts = round(off_ms / beat_ms * divisor)
        if divisor * off_ms > FINE_BEATS * beat_ms and divisor > 1:
            break
        if parts and abs(parts / divisor * beat_ms - off_ms) <= ON_TICK_MS:
            return f"{beats(Fraction(parts, divisor))} {direction}"
    return f"{clock(off_ms)} {direction}"


def clock(amount_ms: float) -> str:
    """As fine as the model's steps: `30 ms`, `7.2 s`."""
    if amount_ms >= MS_PER_SECOND:
        return f"{amount_ms / MS_PER_SECOND:.1f} s"
    return f"{round(amount_ms / STEP_MS) * STEP_MS} ms"


def tick_near(timing: Timing, time_ms: float) -> Tick | None:
    """The simplest tick that a time of the model's may mean."""
    tempo = timing.tempo_at(time_ms)
    if tempo is None:
        return None
    passed = (time_ms - tempo.start_ms) / tempo.beat_ms
    for divisor in DIVISORS:
        line_ms = tempo.start_ms + round(passed * divisor) / divisor * tempo.beat_ms
        if abs(line_ms - time_ms) <= TOLD_WITHIN_MS:
            return Tick(divisor, line_ms)
    return None


def tick_of(timing: Timing, time_ms: float) -> str:
    """Where an object stands: `on the beat`, `on a 1/4`, `off the ticks`."""
    found = snap(timing, time_ms)
    if found is None or abs(found.unsnap_ms) >= ON_TICK_MS:
        return "off the ticks"
    return on_tick(found.divisor)


def on_tick(divisor: int) -> str:
    if divisor == 0:
        return "off the ticks"
    return "on the beat" if divisor == 1 else f"on a 1/{divisor}"


def tick_distance_ms(timing: Timing, time_ms: float, divisor: int) -> float:
    """To the nearest tick of a division; infinite without timing."""
    tempo = timing.tempo_at(time_ms)
    if tempo is None:
        return float("inf")
    step_ms = tempo.beat_ms / max(1, divisor)
    past_ms = (time_ms - tempo.start_ms) % step_ms
    return min(past_ms, step_ms - past_ms)


def sound(value: int) -> str:
    """`soft clap`, `soft, no addition`, `normal with drum whistle + clap`."""
    additions = value % SOUNDS_OF_A_SET
    addition_set, normal_set = divmod(value // SOUNDS_OF_A_SET, SETS)
    names = " + ".join(name for bit, name in ADDITIONS if additions & bit)
    if not names:
        return f"{SET_NAMES[normal_set]}, no addition"
    if normal_set == addition_set:
        return f"{SET_NAMES[normal_set]} {names}"
    return f"{SET_NAMES[normal_set]} with {SET_NAMES[addition_set]} {names}"


def drum(value: int) -> str:
    """What a note of osu!taiko is, by its additions."""
    additions = value % SOUNDS_OF_A_SET
    name = "kat" if additions & RIM else "don"
    return f"big {name}" if additions & BIG else name


def speed(value: int) -> str:
    """`1.2x`, from hundredths."""
    return f"{value / 100:g}x"


def pixels(value_px: float) -> str:
    return f"{value_px:.0f} px"
