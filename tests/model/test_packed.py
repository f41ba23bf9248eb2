from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from engine.model.lora import AdaptedLinear, LowRank, attach
from engine.model.packed import PackedLinear, can_be_packed, packed
from tests.model import tiny
from tests.model.test_encdec import every_spec

if TYPE_CHECKING:
    from engine.model.encdec import EncoderDecoder
    from engine.model.spec import ModelSpec

if not can_be_packed(torch.ones(1)):
    pytest.skip("this torch cannot pack weights", allow_module_level=True)


@torch.inference_mode()
def scores(model: EncoderDecoder, spec: ModelSpec) -> torch.Tensor:
    heard = model.hear(model.encode(tiny.mel(spec), tiny.conditions()))
    return model.logits(model.decode(tiny.tokens(), heard))


@every_spec
def test_a_packed_model_says_what_it_said(spec: ModelSpec) -> None:
    model = tiny.model(spec)
    torch.testing.assert_close(scores(packed(model), spec), scores(model, spec), atol=1e-5, rtol=0)


def test_so_does_one_in_bfloat16() -> None:
    model = tiny.model().to(torch.bfloat16)
    if not can_be_packed(model.head.weight):
        pytest.skip("this machine has no bfloat16")
    before, after = (scores(each, tiny.SOUND_ONLY) for each in (model, packed(model)))
    torch.testing.assert_close(after, before, atol=0.1, rtol=0.02)


def test_all_linear_layers_that_write_are_packed_and_nothing_else_is_copied() -> None:
    model = tiny.model()
    twin = packed(model)
    assert not any(isinstance(module, nn.Linear) for module in twin.decoder.modules())
    assert isinstance(twin.head, PackedLinear)
    ours = {id(weight) for weight in model.parameters()}
    assert all(id(weight) in ours for weight in twin.parameters())
    assert all(weight.requires_grad for weight in model.parameters())


def test_the_model_it_was_made_from_is_as_it_was() -> None:
    model = tiny.model()
    before = [type(module) for module in model.modules()]
    packed(model)
    assert [type(module) for module in model.modules()] == before


def test_what_is_packed_is_not_packed_again() -> None:
    twin = packed(tiny.model())
    assert packed(twin) is twin


def test_layers_under_an_adapter_are_packed_and_the_adapter_stays() -> None:
    model, name = tiny.model(), "decoder.layers.0.feed_forward.up"
    attach(model, {name: LowRank(torch.ones(1, 16), torch.ones(32, 1))})
    twin = packed(model)
    assert isinstance(twin.get_submodule(name), AdaptedLinear)
    torch.testing.assert_close(
        scores(twin, tiny.SOUND_ONLY), scores(model, tiny.SOUND_ONLY), atol=1e-4, rtol=0
    )


def test_weights_of_another_kind_are_left_alone() -> None:
    assert not can_be_packed(torch.ones(1, dtype=torch.float64))
    assert not can_be_packed(torch.ones(1, device="meta"))
    model = tiny.model().double()
    assert packed(model) is model
