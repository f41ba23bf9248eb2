"""What is certain to follow is read in one piece, and nothing is written otherwise for it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
import torch

from engine.audio.waveform import Waveform
from engine.beatmap.builder import osu
from engine.generation.filters import NEVER
from engine.generation.pipeline import Order, Pipeline, Written
from engine.generation.plan import steered_from
from engine.generation.sample import Lots, Sampling
from engine.generation.stops import NO_IDS, Stops
from engine.generation.windows import WindowShape
from engine.generation.writer import Row, Writer
from engine.requests import Keep
from engine.tokens.conditions import conditions_of
from engine.tokens.events import Context
from engine.tokens.vocab import END_ID, START_ID
from tests.generation import tiny
from tests.generation.test_rhythm import writing
from tests.model import tiny as models

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from engine.generation.layout import Layout
    from engine.model.encdec import EncoderDecoder

LAYOUT: Final = tiny.layout("v32", ("timing", "map", "sv"), most_ids=90)
ENDS: Final = Stops(frozenset({END_ID}), NO_IDS, NO_IDS, NO_IDS)
SAMPLINGS: Final = {
    "greedy": Sampling(is_greedy=True),
    "by chance": Sampling(temperature=1.0, top_p=0.95),
    "guided": Sampling(temperature=1.0, top_p=1.0, guidance=1.6),
    "guided, greedy": Sampling(is_greedy=True, guidance=1.6),
}
by_sampling = pytest.mark.parametrize("sampling", SAMPLINGS.values(), ids=SAMPLINGS)
SECTION_MS: Final = (1200.0, 2600.0)


@dataclass(frozen=True, eq=False)
class Dictated:
    """Says some ids itself, by their place among those written, and leaves the others to the model."""

    prompt_ids: int
    said: Sequence[int | None]

    def apply(self, scores: Tensor, ids: Sequence[int]) -> Tensor:
        only = self._at(len(ids))
        if only is None:
            return scores
        return torch.full_like(scores, NEVER).index_fill(0, torch.tensor([only]), 0.0)

    def foretold(self, ids: Sequence[int]) -> Sequence[int]:
        told = list(ids)
        while (only := self._at(len(told))) is not None:
            told.append(only)
        return told[len(ids) :]

    def _at(self, place: int) -> int | None:
        at = place - self.prompt_ids
        return self.said[at] if at < len(self.said) else None


@dataclass(frozen=True, eq=False)
class Overhearing:
    """What the model says where somebody asks it, by how many ids there were."""

    heard: dict[int, Tensor] = field(default_factory=dict)

    def apply(self, scores: Tensor, ids: Sequence[int]) -> Tensor:
        self.heard[len(ids)] = scores.log_softmax(dim=-1)
        return scores


def model_of(kind: str, layout: Layout) -> EncoderDecoder:
    spec = models.SPECS[kind]
    decoder = replace(spec.decoder, positions=layout.most_ids)
    vocab = layout.vocab
    return models.model(
        replace(spec, decoder=decoder, tokens_in=len(vocab), tokens_out=vocab.output_size, conditions=())
    )


def dictation(chance: random.Random) -> list[int | None]:
    """Runs of any length, between ids that are free; sometimes to the end, sometimes the end itself."""
    said: list[int | None] = []
    while len(said) < 70:
        said += [chance.randrange(3, 60) for _ in range(chance.randrange(9))]
        said += [None] * chance.randrange(1, 4)
        if chance.random() < 0.04:
            said.append(END_ID)
    return said


def rows(seed: int, sampling: Sampling) -> list[Row]:
    chance = random.Random(seed)
    made = []
    for number in range(4):
        prompt = (START_ID, *(chance.randrange(3, 60) for _ in range(chance.randrange(12))))
        unwanted = (START_ID, *(chance.randrange(3, 60) for _ in range(chance.randrange(12))))
        further = Overhearing(), Dictated(len(prompt), dictation(chance))
        made.append(
            Row(prompt, ENDS, Lots(number), unwanted if sampling.is_guided else None, further=further)
        )
    return made


def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Row, "foretold", lambda _row, _most_ids: ())


@pytest.mark.parametrize("kind", models.SPECS)
@pytest.mark.parametrize("seed", range(4))
@by_sampling
def test_rows_are_written_as_they_are_step_by_step(
    kind: str, seed: int, sampling: Sampling, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of(kind, LAYOUT)
    states = torch.randn(4 if seed % 2 else 1, 24, 16, generator=torch.Generator().manual_seed(seed))
    in_runs, alone = rows(seed, sampling), rows(seed, sampling)
    finished = [row for done in Writer(model, LAYOUT, sampling).write(states, in_runs) for row in done]
    assert sorted(map(id, finished)) == sorted(map(id, in_runs))
    step_by_step(monkeypatch)
    list(Writer(model, LAYOUT, sampling).write(states, alone))
    for one, other in zip(in_runs, alone, strict=True):
        assert one.ids == other.ids
        overheard, all_heard = (each.further[0].heard for each in (one, other))  # type: ignore[attr-defined]  # ours
        assert 0 < len(overheard) <= len(all_heard)
        for place, said in overheard.items():
            torch.testing.assert_close(said, all_heard[place], rtol=1e-5, atol=2e-5)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, ...]]]:
    """The shapes of what decoders read meanwhile."""
    shapes: list[tuple[int, ...]] = []
    monkeypatch.setattr("engine.generation.batch.LEAST_IN_COMMON", 10_000)
    hook = torch.nn.modules.module.register_module_forward_pre_hook(
        lambda module, told: shapes.append(tuple(told[0].shape)) if hasattr(module, "embedding") else None
    )
    yield shapes
    hook.remove()


def test_what_is_certain_is_read_with_what_was_chosen_before_it(read: list[tuple[int, ...]]) -> None:
    said = [5, 6, None, 7, 8, 9, None, None, 10, END_ID]
    row = Row((START_ID, 3), ENDS, Lots(1), further=(Dictated(2, said),))
    list(Writer(tiny.model(LAYOUT), LAYOUT, SAMPLINGS["greedy"]).write(torch.randn(1, 24, 16), [row]))
    assert row.is_done
    assert len(row.written) == len(said)
    assert read == [(1, 4), (1, 4), (1, 1)]


def test_rows_go_on_together_by_as_many_as_are_certain_in_each(read: list[tuple[int, ...]]) -> None:
    prompt = START_ID, 3
    said: list[list[int | None]] = [[None, 5, 6, 7, None, END_ID], [None, 5, 6, None, 9, END_ID]]
    both = [Row(prompt, ENDS, Lots(1), further=(Dictated(2, each),)) for each in said]
    list(Writer(tiny.model(LAYOUT), LAYOUT, SAMPLINGS["greedy"]).write(torch.randn(1, 24, 16), both))
    assert [len(row.written) for row in both] == [6, 6]
    # The second is done when it has chosen: what is certain then ends it.
    assert read == [(2, 2), (2, 3), (1, 1)]


def test_where_all_is_certain_the_model_is_not_asked(read: list[tuple[int, ...]]) -> None:
    dictated: list[list[int | None]] = [[4, 5, END_ID], [3, None, END_ID], [6, None, END_ID]]
    many = [Row((START_ID,), ENDS, Lots(1), further=(Dictated(1, said),)) for said in dictated]
    steps = Writer(tiny.model(LAYOUT), LAYOUT, SAMPLINGS["greedy"]).write(torch.randn(3, 24, 16), many)
    assert next(steps) == many[:1]
    assert read == []
    assert next(steps) == many[1:]
    assert [len(row.written) for row in many] == [3, 3, 3]
    assert read == [(2, 2)]


def test_what_a_later_filter_could_forbid_is_not_foretold() -> None:
    row = Row((START_ID,), ENDS, Lots(1), further=(Dictated(1, [4, 5]), Overhearing()))
    row.begin(SAMPLINGS["greedy"], LAYOUT)
    assert row.foretold(90) == ()


@pytest.mark.parametrize("keep", [Keep.RHYTHM, Keep.ALL_BUT_HITSOUNDS])
@pytest.mark.parametrize("family", ["v29", "v30", "v31", "v32"])
@by_sampling
def test_a_kept_section_is_written_as_it_is_step_by_step(
    family: str,
    keep: Keep,
    sampling: Sampling,
    monkeypatch: pytest.MonkeyPatch,
    read: list[tuple[int, ...]],
) -> None:
    """Three candidates, window after window, in all the layouts that there are."""
    in_runs = written_section(family, keep, sampling)
    forwards = len(read)
    read.clear()
    step_by_step(monkeypatch)
    assert in_runs == written_section(family, keep, sampling)
    assert forwards < 0.65 * len(read)
    assert len({tuple(ids) for ids in in_runs.values()}) == (1 if sampling.is_greedy else 3)


def written_section(family: str, keep: Keep, sampling: Sampling) -> dict[int, list[int]]:
    built = osu().timing(180)
    for at_ms in range(300, 3000, 333):
        built = built.circle(at_ms, at_ms // 8, 120) if at_ms % 2 else built.slider(at_ms, x=200, y=90)
    asked = writing(built, family)
    start_ms, end_ms = SECTION_MS
    rhythm = asked.rhythm(SECTION_MS, keep)
    conditions = conditions_of(asked.beatmap, None)
    order = Order(
        conditions=conditions,
        wanted=frozenset({Context.MAP}),
        given={context: () for context in asked.layout.written if context is not Context.MAP},
        unwanted=steered_from(replace(conditions, beatmap_id=1), None),
        settled={Context.MAP: asked.events},
        start_ms=start_ms,
        end_ms=end_ms,
        further=rhythm.further,
    )
    model, song = model_of("sound only", asked.layout), Waveform(np.zeros(16_000 * 4, np.int16), 1)
    states = torch.randn(1, 24, 16, generator=torch.Generator().manual_seed(3))
    pipeline = Pipeline(model, asked.layout, song, WindowShape(16_000), states=lambda _windows: states)
    said: dict[int, list[int]] = {}
    for each in pipeline.run_many(order, [replace(sampling, seed=seed) for seed in (4, 5, 6)]):
        if isinstance(each, Written):
            said.setdefault(each.number, []).extend(each.ids)
    return said
