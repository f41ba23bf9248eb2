"""How an object sounds, as its line says it: all in one number, as a map has thousands of sounds and few ways
to sound, and they are told all at once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.objects import HitSample, HitSound
    from engine.tokens.events import Ints

DRUM: Final = 3
FULL_VOLUME: Final = 100
Sound: TypeAlias = int
"""All of a sound in one number, see `sound`: a map has thousands of sounds, and they are told all at once."""
SILENT: Final[Sound] = 0


def sound(additions: int, normal_set: int, addition_set: int, volume_percent: int) -> Sound:
    """Additions: whistle 1, finish 2, clap 4. Of the rest, zero means "as the timing line says"."""
    return additions + (normal_set << 3) + (addition_set << 5) + (volume_percent << 7)


def parts_of_sounds(sounds: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """What `sound` put together."""
    return sounds & 7, sounds >> 3 & 3, sounds >> 5 & 3, sounds >> 7


def sound_of(hitsound: HitSound, sample: HitSample) -> Sound:
    return sound(hitsound >> 1, sample.normal_set, sample.addition_set, sample.volume_percent)


def node_sound(sounds: Sequence[int], sets: Sequence[Sound], node: int) -> Sound:
    additions = sounds[node] >> 1 & 7 if node < len(sounds) else 0
    return additions + (sets[node] if node < len(sets) else SILENT)


@lru_cache(maxsize=1024)
def edge_sounds(text: bytes) -> tuple[int, ...]:
    return tuple(whole(part) for part in text.split(b"|")) if text.strip() else ()


@lru_cache(maxsize=1024)
def edge_sets(text: bytes) -> tuple[Sound, ...]:
    """Their fourth part, where there is one, is a volume."""
    if not text:
        return ()
    parts = ((*map(whole, one.split(b":")), 0, 0, 0, 0) for one in text.split(b"|"))
    return tuple(sound(0, _known_set(part[0]), _known_set(part[1]), _percent(part[3])) for part in parts)


def _percent(volume: int) -> int:
    return min(max(0, volume), FULL_VOLUME)


def _known_set(number: int) -> int:
    return number if 0 <= number <= DRUM else 1


def whole(text: bytes) -> int:
    try:
        return int(text)
    except ValueError:
        return 0
