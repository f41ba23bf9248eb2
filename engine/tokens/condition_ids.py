"""Conditions as ids: the head of every prompt.

Each function takes None for "unknown", which has a class of its own. All raise TokenError where the
checkpoint's vocabulary lacks the event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from engine.beatmap.objects import Mode
from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.tokens.conditions import Conditions
    from engine.tokens.vocab import Vocabulary

UNKNOWN_YEAR: Final = 2077
RATIO_STEPS: Final = 10
UNKNOWN_RATIO: Final = 12
POSITION_STEPS: Final = 100
SONG_STEP_MS: Final = 10_000
MOST_SONG_STEPS: Final = 60
LARGEST_CIRCLE_SIZE: Final = 10
LEAST_VELOCITY, MOST_VELOCITY = 0.4, 3.6
PERCENT: Final = 100
ALL_MODES: Final = frozenset(Mode)
ON_FIELD: Final = frozenset({Mode.OSU, Mode.CATCH})
MANIA: Final = frozenset({Mode.MANIA})
SCROLLING: Final = frozenset({Mode.TAIKO, Mode.MANIA})


def gamemode_id(vocab: Vocabulary, mode: int) -> int:
    return vocab.id_of(EventType.GAMEMODE, mode)


def style_id(vocab: Vocabulary) -> int:
    """Always the unknown style: the styles in a tokenizer.json are those of single maps of its training,
    and the models' own program never finds one either.
    """
    return vocab.id_of(EventType.STYLE, vocab.labels.style_classes)


def difficulty_id(vocab: Vocabulary, star_rating: float | None) -> int:
    most, classes = vocab.range(EventType.DIFFICULTY).most, vocab.labels.difficulty_classes
    if star_rating is None:
        return vocab.id_of(EventType.DIFFICULTY, most)
    step = int(star_rating * classes / vocab.labels.most_difficulty)
    return vocab.id_of(EventType.DIFFICULTY, _within(step, 0, classes - 1))


def mapper_id(vocab: Vocabulary, user_id: int | None) -> int:
    return vocab.id_of(EventType.MAPPER, mapper_class(vocab, user_id))


def mapper_class(vocab: Vocabulary, user_id: int | None) -> int:
    """For an embedding; one past the last mapper's where he is not known."""
    unknown = vocab.labels.mapper_classes
    return unknown if user_id is None else vocab.labels.mapper_class.get(user_id, unknown)


def year_id(vocab: Vocabulary, year: int | None) -> int:
    return vocab.id_of(EventType.YEAR, UNKNOWN_YEAR if year is None else year)


def hitsounded_id(vocab: Vocabulary, *, hitsounded: bool) -> int:
    return vocab.id_of(EventType.HITSOUNDED, int(hitsounded))


def song_length_id(vocab: Vocabulary, song_ms: float) -> int:
    return vocab.id_of(EventType.SONG_LENGTH, _within(int(song_ms // SONG_STEP_MS), 0, MOST_SONG_STEPS))


def song_position_id(vocab: Vocabulary, position_ms: float, song_ms: float) -> int:
    return vocab.id_of(EventType.SONG_POSITION, _ratio(position_ms / song_ms, POSITION_STEPS))


def velocity_id(vocab: Vocabulary, slider_multiplier: float) -> int:
    bounded = min(max(slider_multiplier, LEAST_VELOCITY), MOST_VELOCITY)
    return vocab.id_of(EventType.GLOBAL_VELOCITY, round(bounded * PERCENT))


def circle_size_id(vocab: Vocabulary, circle_size: float | None) -> int:
    known = vocab.labels.circle_size_classes
    if circle_size is None:
        return vocab.id_of(EventType.CIRCLE_SIZE, known)
    step = int(circle_size * (known - 1) / LARGEST_CIRCLE_SIZE)
    return vocab.id_of(EventType.CIRCLE_SIZE, _within(step, 0, known - 1))


def key_count_id(vocab: Vocabulary, keys: int) -> int:
    return vocab.id_of(EventType.KEY_COUNT, keys)


def hold_note_ratio_id(vocab: Vocabulary, ratio: float | None) -> int:
    return vocab.id_of(EventType.HOLD_NOTE_RATIO, _ratio_or_unknown(ratio))


def scroll_speed_ratio_id(vocab: Vocabulary, ratio: float | None) -> int:
    return vocab.id_of(EventType.SCROLL_SPEED_RATIO, _ratio_or_unknown(ratio))


def descriptor_id(vocab: Vocabulary, name: str | None) -> int:
    unknown = vocab.labels.descriptor_classes
    numbered = unknown if name is None else vocab.labels.descriptor_class.get(name, unknown)
    return vocab.id_of(EventType.DESCRIPTOR, numbered)


def descriptor_ids(vocab: Vocabulary, names: Iterable[str]) -> list[int]:
    """Of those that the checkpoint knows; where there are none, the unknown one."""
    known = [descriptor_id(vocab, name) for name in names if name in vocab.labels.descriptor_class]
    return known or [descriptor_id(vocab, None)]


def map_descriptor_ids(vocab: Vocabulary, beatmap_id: int) -> list[int]:
    """Of a map from the training; of any other the unknown one."""
    classes = vocab.labels.descriptors_of_map.get(beatmap_id, (vocab.labels.descriptor_classes,))
    return [vocab.id_of(EventType.DESCRIPTOR, numbered) for numbered in classes]


class Told(NamedTuple):
    kind: EventType
    modes: frozenset[Mode]
    ids: Callable[[Vocabulary, Conditions, float], list[int]]


HEAD: Final = (
    Told(EventType.GAMEMODE, ALL_MODES, lambda vocab, told, _: [gamemode_id(vocab, told.mode)]),
    Told(EventType.STYLE, ALL_MODES, lambda vocab, _, __: [style_id(vocab)]),
    Told(EventType.DIFFICULTY, ALL_MODES, lambda vocab, told, _: [difficulty_id(vocab, told.star_rating)]),
    Told(EventType.MAPPER, ALL_MODES, lambda vocab, told, _: [mapper_id(vocab, told.mapper_id)]),
    Told(EventType.YEAR, ALL_MODES, lambda vocab, told, _: [year_id(vocab, told.year)]),
    Told(
        EventType.HITSOUNDED,
        ALL_MODES,
        lambda vocab, told, _: [hitsounded_id(vocab, hitsounded=told.hitsounded)],
    ),
    Told(EventType.SONG_LENGTH, ALL_MODES, lambda vocab, _, song_ms: [song_length_id(vocab, song_ms)]),
    Told(
        EventType.GLOBAL_VELOCITY,
        ON_FIELD,
        lambda vocab, told, _: [velocity_id(vocab, told.slider_multiplier)],
    ),
    Told(EventType.CIRCLE_SIZE, ON_FIELD, lambda vocab, told, _: [circle_size_id(vocab, told.circle_size)]),
    Told(EventType.KEY_COUNT, MANIA, lambda vocab, told, _: [key_count_id(vocab, told.keys)]),
    Told(
        EventType.HOLD_NOTE_RATIO,
        MANIA,
        lambda vocab, told, _: [hold_note_ratio_id(vocab, told.hold_note_ratio)],
    ),
    Told(
        EventType.SCROLL_SPEED_RATIO,
        SCROLLING,
        lambda vocab, told, _: [scroll_speed_ratio_id(vocab, told.scroll_speed_ratio)],
    ),
    Told(
        EventType.DESCRIPTOR, ALL_MODES, lambda vocab, told, _: descriptor_ids(vocab, told.descriptors or ())
    ),
)
"""In the order in which the models learnt it."""


def condition_ids(vocab: Vocabulary, conditions: Conditions, song_ms: float) -> list[int]:
    """A model is told what its vocabulary has words for; what is not known, it is told to be unknown."""
    return [
        token
        for told in HEAD
        if conditions.mode in told.modes and vocab.has(told.kind)
        for token in told.ids(vocab, conditions, song_ms)
    ]


def _within(value: int, least: int, most: int) -> int:
    return min(max(value, least), most)


def _ratio_or_unknown(ratio: float | None) -> int:
    return UNKNOWN_RATIO if ratio is None else _ratio(ratio, RATIO_STEPS)


def _ratio(ratio: float, steps: int) -> int:
    """Nothing at all and everything have classes of their own, outside of 0 to `steps`."""
    if ratio <= 0:
        return -1
    return steps + 1 if ratio >= 1 else round(ratio * steps)
