from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from engine.model.conditioning import Conditions
from engine.model.spec import Condition
from tests.model import tiny

if TYPE_CHECKING:
    from engine.model.spec import ModelSpec

every_spec = pytest.mark.parametrize("spec", tiny.SPECS.values(), ids=list(tiny.SPECS))


@every_spec
def test_every_weight_learns(spec: ModelSpec) -> None:
    model = tiny.model(spec).train()
    logits = model(tiny.mel(spec), tiny.tokens(), tiny.conditions())
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tiny.tokens(seed=9).flatten())
    weights = dict(model.named_parameters())
    slopes = torch.autograd.grad(loss, list(weights.values()))
    assert [name for name, slope in zip(weights, slopes, strict=True) if not slope.any()] == []


@every_spec
def test_a_token_changes_nothing_before_it(spec: ModelSpec) -> None:
    model, tokens = tiny.model(spec), tiny.tokens()
    changed = tokens.clone()
    changed[:, 6] = (tokens[:, 6] + 1) % tiny.TOKENS
    with torch.no_grad():
        before, after = (model(tiny.mel(spec), ids, tiny.conditions()) for ids in (tokens, changed))
    assert torch.equal(before[:, :6], after[:, :6])
    assert not torch.allclose(before[:, 6], after[:, 6])


@every_spec
def test_what_is_padded_on_the_left_scores_as_without(spec: ModelSpec) -> None:
    model, tokens = tiny.model(spec), tiny.tokens()
    padded = torch.nn.functional.pad(tokens, (5, 0))
    real = torch.nn.functional.pad(torch.ones_like(tokens, dtype=torch.bool), (5, 0))
    with torch.no_grad():
        plain = model(tiny.mel(spec), tokens, tiny.conditions())
        with_padding = model(tiny.mel(spec), padded, tiny.conditions(), real)
    torch.testing.assert_close(with_padding[:, 5:], plain, atol=1e-5, rtol=0)


def test_padding_itself_scores_as_numbers() -> None:
    """A NaN there would spread through everything that is summed over a batch."""
    padded = torch.nn.functional.pad(tiny.tokens(), (4, 0))
    with torch.no_grad():
        assert tiny.model()(tiny.mel(), padded, real=padded != 0).isfinite().all()


def test_padding_counts_as_places_only_where_the_caller_says_so() -> None:
    spec = tiny.LIKE_WHISPER
    model, tokens = tiny.model(spec), torch.nn.functional.pad(tiny.tokens(), (5, 0))
    counted = torch.arange(tokens.shape[1])[None]
    with torch.no_grad():
        heard = model.hear(model.encode(tiny.mel(spec)))
        without = model.decode(tokens, heard, real=tokens != 0)
        with_pads = model.decode(tokens, heard, real=tokens != 0, positions=counted)
    assert not torch.allclose(without[:, 5:], with_pads[:, 5:], atol=1e-2)


def test_rows_of_a_batch_do_not_hear_each_other() -> None:
    model, tokens = tiny.model(tiny.CONDITIONED), tiny.tokens()
    mel, conditions = tiny.mel(tiny.CONDITIONED), tiny.conditions()
    first = Conditions(
        conditions.of(Condition.DIFFICULTY)[:1],
        conditions.of(Condition.MAPPER)[:1],
        conditions.of(Condition.SONG_POSITION)[:1],
    )
    with torch.no_grad():
        both, alone = model(mel, tokens, conditions), model(mel[:1], tokens[:1], first)
    torch.testing.assert_close(both[:1], alone, atol=1e-5, rtol=0)


def test_a_near_layer_hears_no_further_than_its_window() -> None:
    """One layer, so that nothing can be passed on."""
    near = replace(tiny.NEAR_AND_FAR.decoder, layers=tiny.NEAR_AND_FAR.decoder.layers[1:])
    spec = replace(tiny.SOUND_ONLY, decoder=near)
    model, tokens = tiny.model(spec), tiny.tokens()
    changed = tokens.clone()
    changed[:, 2] = (tokens[:, 2] + 1) % tiny.TOKENS
    with torch.no_grad():
        difference = (model(tiny.mel(spec), tokens) - model(tiny.mel(spec), changed)).abs().amax(dim=(0, 2))
    assert (difference > 0).nonzero().flatten().tolist() == [2, 3, 4, 5]


def test_a_near_layer_of_the_encoder_hears_to_both_sides() -> None:
    near = replace(tiny.NEAR_AND_FAR.encoder, layers=tiny.NEAR_AND_FAR.encoder.layers[1:])
    spec = replace(tiny.SOUND_ONLY, encoder=near)
    model, mel = tiny.model(spec), tiny.mel(spec)
    changed = mel.clone()
    changed[:, 24] += 1  # the convolutions carry it to the states 11, 12 and 13
    with torch.no_grad():
        difference = (model.encode(mel) - model.encode(changed)).abs().amax(dim=(0, 2))
    heard = (difference > 0).nonzero().flatten().tolist()
    assert heard == list(range(11 - 3, 13 + 3 + 1))


def test_a_model_says_which_condition_it_misses() -> None:
    with pytest.raises(ValueError, match="wants to know each window's mapper"):
        tiny.model(tiny.CONDITIONED)(
            tiny.mel(), tiny.tokens(), Conditions(difficulty=torch.tensor([5.0, 5.0]))
        )


@pytest.mark.parametrize("index", [-1, 3, 99])
def test_an_unknown_mapper_is_the_last_row(index: int) -> None:
    table = tiny.model(tiny.CONDITIONED).encoder.conditioning.embeddings["mapper"]
    assert torch.equal(table(torch.tensor([index])), table(torch.tensor([tiny.CONDITIONED.mappers])))


def test_too_much_at_once_is_refused() -> None:
    model = tiny.model()
    with pytest.raises(ValueError, match="hears 48 frames at once, not 96"):
        model.encode(tiny.mel().repeat(1, 2, 1))
    with pytest.raises(ValueError, match="reads 24 tokens at once, not 25"):
        model(tiny.mel(), tiny.tokens(length=25))


@every_spec
def test_in_bfloat16_it_says_nearly_the_same(spec: ModelSpec) -> None:
    model = tiny.model(spec)
    with torch.no_grad():
        exact = model(tiny.mel(spec), tiny.tokens(), tiny.conditions())
        rough = model.to(torch.bfloat16)(tiny.mel(spec), tiny.tokens(), tiny.conditions())
    assert rough.dtype is torch.bfloat16
    assert torch.nn.functional.cosine_similarity(exact, rough.float(), dim=-1).min() > 0.98


def test_heads_must_share_the_width_evenly() -> None:
    with pytest.raises(ValueError, match="a width of 16 cannot be shared by the encoder's 3 attention heads"):
        replace(tiny.SOUND_ONLY, encoder=replace(tiny.SOUND_ONLY.encoder, heads=3))
