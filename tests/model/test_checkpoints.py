"""What a real checkpoint must hold to that the reference has no answer for: its own answers, another way."""

from __future__ import annotations

import pytest
import torch

from engine.checkpoints.upstream import load
from engine.model.cache import DecoderCache
from tests.model.golden import VERSIONS, assert_near, golden
from tests.shared_data import shared


@pytest.mark.parametrize("version", [*VERSIONS, "v30_fit", "v32_fit"])
@torch.no_grad()
def test_written_token_by_token_it_says_the_same(version: str) -> None:
    twin = golden(version.removesuffix("_fit") if version in {"v30_fit", "v32_fit"} else version)
    model = load(shared("golden", "checkpoints", version)).model
    tokens, real = twin.padded
    heard = model.hear(twin.states)
    written = DecoderCache(model.spec, rows=2, columns=64)
    hidden = [model.decode(tokens[:, :20], heard, real=real[:, :20], cache=written)]
    hidden += [
        model.decode(tokens[:, column, None], heard, real=real[:, column, None], cache=written)
        for column in range(20, tokens.shape[1])
    ]
    at_once = model.logits(model.decode(tokens, heard, real=real))
    assert_near(model.logits(torch.cat(hidden, dim=1))[real], at_once[real])


@pytest.mark.parametrize("version", VERSIONS)
@torch.no_grad()
def test_in_bfloat16_it_prefers_nearly_the_same(version: str) -> None:
    vectors = golden(version)
    rough = load(shared("golden", "checkpoints", version), dtype=torch.bfloat16).model
    states = vectors.states.to(torch.bfloat16)
    tokens = vectors.answers["decoder_input_ids"]
    logits = rough.logits(rough.decode(tokens, rough.hear(states))).float()
    likeness = torch.nn.functional.cosine_similarity(logits, vectors.logits(tokens), dim=-1)
    assert likeness.mean() > 0.99
