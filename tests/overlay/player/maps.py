"""Sections to be played: small maps of every mode, as they are and as they would become, and a song."""

from __future__ import annotations

import io
import json
import math
import wave
from array import array
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from daemon.writing.playing import played
from engine.beatmap import builder
from engine.beatmap.objects import HitSound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.builder import MapBuilder

    Stretch = dict[str, Any]

BPM = 180
BEAT_MS = 60_000 / BPM
SECTION = (3_000.0, 9_000.0)
"""Bars 3 to 7 and a half: the stretch is from 500 to 11 500 ms."""
SONG_RATE_HZ = 8_000
SONG_S = 13


def beat(number: float) -> float:
    """In whole milliseconds, as a file has it."""
    return float(math.floor(number * BEAT_MS + 0.5))


def stretch(
    made: MapBuilder,
    before: MapBuilder | None = None,
    section: tuple[float, float] = SECTION,
    song: str = "/song.wav",
) -> Stretch:
    """What the companion would send of it."""
    was = before.document() if before is not None else None
    sent = json.dumps(asdict(played(made.document(), was, section, song=song)))
    return dict(json.loads(sent))


def pair(before: MapBuilder, after: MapBuilder, **how: Any) -> dict[str, Stretch]:
    return {"before": stretch(before, **how), "after": stretch(after, before, **how)}


def plain_osu() -> MapBuilder:
    return builder.osu().timing(BPM).difficulty(cs=4, ar=8)


def osu_before() -> MapBuilder:
    made = plain_osu().difficulty(cs=4.2, ar=8.5, slider_multiplier=1.8)
    for number in range(4, 34):
        angle = number * 0.55
        made = made.circle(
            beat(number),
            round(256 + 170 * math.cos(angle)),
            round(192 + 120 * math.sin(angle)),
            new_combo=number % 8 == 0,
            sound=HitSound.CLAP if number % 2 else HitSound.NONE,
        )
    return made


def osu_after() -> MapBuilder:
    made = plain_osu().difficulty(cs=4.2, ar=8.5, slider_multiplier=1.8)
    made = made.circle(beat(4), 256, 100, new_combo=True).circle(beat(5), 330, 130).circle(beat(6), 390, 190)
    for number in range(9, 25, 4):
        side = 1 if number % 8 == 1 else -1
        x = 256 - 150 * side
        made = (
            made.slider(
                beat(number), f"P|{x + 75 * side}:40|{x + 150 * side}:120", 180, x=x, y=120, new_combo=True
            )
            .slider(beat(number + 1.5), f"L|{256 + 60 * side}:330", 90, 2, x=256 + 150 * side, y=330, sound=2)
            .circle(beat(number + 3), 256 - 60 * side, 300, sound=HitSound.CLAP)
            .circle(beat(number + 3.5), 256 - 150 * side, 250)
        )
    return (
        made.spinner(beat(25.5), beat(28))
        .circle(beat(29), 120, 100, new_combo=True)
        .circle(beat(30), 220, 100)
    )


def taiko_before() -> MapBuilder:
    made = builder.taiko().timing(BPM).difficulty(slider_multiplier=1.4)
    for number in range(4, 34):
        made = made.kat(beat(number)) if number % 3 == 2 else made.don(beat(number))
    return made


def taiko_after() -> MapBuilder:
    made = builder.taiko().timing(BPM).difficulty(slider_multiplier=1.4).green(beat(20), velocity=1.4)
    for number in range(8, 32):
        half = number / 2 + 5
        rim = number % 5 in {1, 3}
        big = number % 8 == 0
        made = made.kat(beat(half), big=big) if rim else made.don(beat(half), big=big)
    made = made.slider(beat(21.5), "L|456:192", 280, 1).slider(beat(24), "L|456:192", 140, 1, sound=4)
    return made.spinner(beat(25.5), beat(28)).don(beat(29), big=True)


def catch_before() -> MapBuilder:
    made = builder.catch().timing(BPM).difficulty(cs=4, ar=8)
    for number in range(4, 34):
        made = made.fruit(beat(number), round(256 + 180 * math.sin(number)), new_combo=number % 4 == 0)
    return made


def catch_after() -> MapBuilder:
    made = builder.catch().timing(BPM).difficulty(cs=4, ar=8, slider_multiplier=1.6)
    for number in range(8, 26, 3):
        x = 90 + (number * 67) % 300
        made = (
            made.fruit(beat(number), x, new_combo=True)
            .fruit(beat(number + 0.5), x + 60)
            .slider(beat(number + 1), f"B|{x + 90}:100|{x - 60}:260|{x + 40}:300", 160, x=x, y=120)
            .fruit(beat(number + 2.5), 500 if x < 250 else 12)
        )
    return made.spinner(beat(26), beat(28))


def mania_before(keys: int = 4) -> MapBuilder:
    made = builder.mania(keys).timing(BPM)
    for number in range(8, 68):
        made = made.note(beat(number / 2), column=number * 3 % keys)
    return made


def mania_after(keys: int = 4) -> MapBuilder:
    made = builder.mania(keys).timing(BPM)
    for number in range(16, 56):
        long = number // 8 % keys
        column = (long + 1 + number % (keys - 1)) % keys
        made = made.note(beat(number / 2), column=column, sound=HitSound.CLAP if number % 4 else 0)
        if number % 8 == 0:
            made = made.hold(beat(number / 2), beat(number / 2 + 3), column=long)
    return made


PAIRS = {
    "osu": (osu_before, osu_after),
    "taiko": (taiko_before, taiko_after),
    "catch": (catch_before, catch_after),
    "mania": (mania_before, mania_after),
}


def dense(mode: str = "osu", objects: int = 500) -> MapBuilder:
    """Ten seconds that no map has: an object every fiftieth of a second, every third of them a long one."""
    makers = {"osu": builder.osu, "taiko": builder.taiko, "catch": builder.catch, "mania": builder.mania}
    made = makers[mode]().timing(BPM)
    if mode == "mania":
        for number in range(objects):
            at = SECTION[0] + number * 20
            made = made.note(at, number % 4) if number % 3 else made.hold(at, at + 60, number % 4)
        return made
    made = made.difficulty(cs=4, ar=5, slider_multiplier=3.6)
    for number in range(objects):
        at = SECTION[0] + number * 20
        x, y = 60 + (number * 97) % 390, 50 + (number * 61) % 280
        if number % 3 == 0:
            path = f"B|{x + 60}:{y - 40}|{512 - x}:{384 - y}"
            made = made.slider(at, path, 200, 1 + number % 2, x=x, y=y)
        else:
            made = made.circle(at, x, y, new_combo=number % 7 == 0)
    return made


def song_wav(seconds: float = SONG_S, clicks_ms: Sequence[float] = ()) -> bytes:
    """A low hum with clicks where one is wanted."""
    samples = array("h", bytes(2 * int(seconds * SONG_RATE_HZ)))
    for at in range(len(samples)):
        samples[at] = int(2_000 * math.sin(2 * math.pi * 110 * at / SONG_RATE_HZ))
    for time_ms in clicks_ms:
        first = int(time_ms / 1000 * SONG_RATE_HZ)
        for at in range(first, min(len(samples), first + 200)):
            samples[at] = 12_000 if at // 4 % 2 else -12_000
    file = io.BytesIO()
    with wave.open(file, "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(2)
        song.setframerate(SONG_RATE_HZ)
        song.writeframes(samples.tobytes())
    return file.getvalue()
