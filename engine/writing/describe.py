"""What a model understands of `Wishes`, from the files beside its weights alone: no torch, no weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Mode
from engine.checkpoints.sizes import read_sizes
from engine.generation.layout import layout_of
from engine.jobs import JobError
from engine.model.spec import Condition
from engine.requests import Keep
from engine.tokens.events import Context, EventType
from engine.tokens.families import family_of
from engine.tokens.vocab import Vocabulary
from engine.writing.answers import Described
from engine.writing.wishes import descriptors_of, understood, years_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from engine.generation.layout import Layout
    from engine.requests import Describe

HARDEST_HEARD: Final = 10.0
"""Of star ratings that are told while a model listens: what the scale of its embedding ends with."""
ANY_LENGTH: Final = 1 << 30
"""How long prompts may be is nothing that is described."""


def describe(request: Describe, folder: Path) -> Described:
    """Raises JobError, or TokenError or CheckpointError, which name the file."""
    vocab, mode = Vocabulary.load(folder / "tokenizer.json"), Mode(request.mode)
    family = family_of(vocab)
    conditions = read_sizes(folder, family).conditions
    layout = layout_of(vocab, family, ANY_LENGTH)
    check_mode(vocab, mode)
    meant = understood(layout, mode, conditions)
    return Described(
        model=request.model,
        family=family,
        modes=tuple(int(known) for known in modes_of(vocab)),
        wishes=meant.section,
        descriptors=descriptors_of(vocab),
        years=years_of(vocab),
        most_star_rating=_most_star_rating(vocab, conditions),
        written=tuple(context.value for context in written_in(layout, mode)),
        given=tuple(context.value for context in given_in(layout, mode)),
        keeps=tuple(keep.value for keep in keeps_of(vocab, mode)),
        mappers=len(vocab.labels.mapper_class),
        settings=meant.whole_map,
    )


def check_mode(vocab: Vocabulary, mode: Mode) -> None:
    if mode not in modes_of(vocab):
        raise JobError("this model knows osu! maps alone: choose another one for taiko, catch and mania")


def modes_of(vocab: Vocabulary) -> tuple[Mode, ...]:
    """Without a word for it a model was taught osu! alone."""
    if not vocab.has(EventType.GAMEMODE):
        return (Mode.OSU,)
    _, least, most, _ = vocab.range(EventType.GAMEMODE)
    return tuple(mode for mode in Mode if least <= mode <= most)


def written_in(layout: Layout, mode: Mode) -> tuple[Context, ...]:
    """Only osu!mania has scroll speeds of their own."""
    return tuple(
        context for context in layout.written if context is not Context.SCROLL_SPEED or mode == Mode.MANIA
    )


def given_in(layout: Layout, mode: Mode) -> tuple[Context, ...]:
    """What comes before something else that is written, or before all of it."""
    before = written_in(layout, mode)[:-1]
    return (*before, *(context for context in layout.fronts if context is not Context.NONE))


def keeps_of(vocab: Vocabulary, mode: Mode) -> tuple[Keep, ...]:
    """What of osu!taiko is not its rhythm is how it sounds: nothing of it has a place."""
    rhythm = () if mode is Mode.TAIKO else (Keep.RHYTHM,)
    hitsounds = (Keep.ALL_BUT_HITSOUNDS,) if vocab.has(EventType.HITSOUND) else ()
    return (Keep.NOTHING, *rhythm, *hitsounds)


def _most_star_rating(vocab: Vocabulary, conditions: Collection[Condition]) -> float | None:
    if vocab.has(EventType.DIFFICULTY):
        return vocab.labels.most_difficulty
    return HARDEST_HEARD if Condition.DIFFICULTY in conditions else None
