from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from engine.model.lora import LowRank, attach, detach, merge
from tests.model import tiny

if TYPE_CHECKING:
    from engine.model.encdec import EncoderDecoder

NAMES = (
    "encoder.layers.0.attention.qkv",
    "decoder.layers.1.cross.key_value",
    "decoder.layers.0.feed_forward.up",
)


def adapters(model: EncoderDecoder) -> dict[str, LowRank]:
    torch.manual_seed(8)
    shapes = {name: model.get_parameter(f"{name}.weight").shape for name in NAMES}
    return {
        name: LowRank(torch.randn(3, width), torch.randn(height, 3))
        for name, (height, width) in shapes.items()
    }


@torch.no_grad()
def scores(model: EncoderDecoder) -> torch.Tensor:
    logits: torch.Tensor = model(tiny.mel(), tiny.tokens())
    return logits


def test_live_and_merged_say_the_same() -> None:
    live, merged, plain = tiny.model(), tiny.model(), scores(tiny.model())
    attach(live, adapters(live))
    merge(merged, adapters(merged))
    torch.testing.assert_close(scores(live), scores(merged), atol=1e-4, rtol=0)
    assert not torch.allclose(scores(live), plain, atol=0.1)


def test_what_is_taken_off_leaves_no_trace() -> None:
    model = tiny.model()
    plain = scores(model)
    attach(model, adapters(model))
    detach(model)
    assert torch.equal(scores(model), plain)


def test_only_a_live_adapter_learns_where_it_lies() -> None:
    model = tiny.model()
    attach(model, adapters(model))
    model(tiny.mel(), tiny.tokens()).sum().backward()
    adapted = model.get_submodule(NAMES[0])
    learning = {name for name, weight in adapted.named_parameters() if weight.grad is not None}
    assert learning == {"down", "up"}


def test_a_second_adapter_does_not_go_over_a_live_one() -> None:
    model = tiny.model()
    attach(model, adapters(model))
    with pytest.raises(TypeError, match="detach or merge"):
        merge(model, adapters(tiny.model()))
