"""Our weights under transformers' own `generate`: its loop, its caches, its processors of scores.

Written as its models are: each layer hands its keys and values to the cache, which appends them; attention is
torch's own; what was heard is computed at the first pass and kept. It is spared what a fair run would not
have: no padding, so no masks, and the vocabulary is met only by the last id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.cache_utils import DynamicCache, EncoderDecoderCache
from transformers.generation.logits_process import LogitsProcessor, LogitsProcessorList
from transformers.modeling_outputs import BaseModelOutput, Seq2SeqLMOutput

from engine.generation.filters import NEVER, time_ids
from engine.model.layers import heads_apart
from engine.model.positions import turned
from engine.tokens.vocab import END_ID, PAD_ID, START_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.generation.layout import Layout
    from engine.generation.sample import Sampling
    from engine.model.encdec import EncoderDecoder
    from engine.model.layers import DecoderLayer


class _Config(PretrainedConfig):  # type: ignore[no-untyped-call]  # half typed in transformers
    model_type = "ours_under_generate"

    def __init__(self, layers: int = 1, **others: Any) -> None:
        self.num_hidden_layers = layers
        super().__init__(is_encoder_decoder=True, **others)


class _Model(PreTrainedModel, GenerationMixin):  # type: ignore[no-untyped-call]  # the same
    config_class = _Config
    main_input_name = "inputs"
    _supports_sdpa = True

    def __init__(self, config: _Config, model: EncoderDecoder) -> None:
        super().__init__(config)
        self.ours = model

    def get_encoder(self, *_: Any, **__: Any) -> nn.Module:
        return self.ours.encoder

    def forward(
        self,
        decoder_input_ids: Tensor,
        encoder_outputs: BaseModelOutput,
        past_key_values: EncoderDecoderCache,
        **_: Any,
    ) -> Seq2SeqLMOutput:
        decoder, first = self.ours.decoder, past_key_values.get_seq_length()
        places = torch.arange(first, first + decoder_input_ids.shape[1], device=decoder_input_ids.device)[
            None
        ]
        x = decoder.positions.place(decoder.embedding(decoder_input_ids), places)
        turns = decoder.positions.turns(places, x.dtype)
        layers = cast("Sequence[DecoderLayer]", decoder.layers)
        states = cast("Tensor", encoder_outputs.last_hidden_state)
        for index, (reach, layer) in enumerate(zip(decoder.tower.layers, layers, strict=True)):
            turn = turns.get(reach.rope_theta)
            x = self._layer(layer, index, x, turn, past_key_values, states)
        logits = self.ours.logits(decoder.norm(x)[:, -1:])
        return Seq2SeqLMOutput(logits=logits, past_key_values=past_key_values)

    def _layer(
        self, layer: DecoderLayer, index: int, x: Tensor, turn: Any, past: EncoderDecoderCache, states: Tensor
    ) -> Tensor:
        heads, attention = layer.attention.heads, layer.attention
        parts = attention.qkv(layer.attention_norm(x)).chunk(3, dim=-1)
        query, keys, values = (heads_apart(part, heads) for part in parts)
        keys, values = past.self_attention_cache.update(turned(keys, turn), values, index)
        mixed = scaled_dot_product_attention(turned(query, turn), keys, values, is_causal=x.shape[1] > 1)
        x = x + attention.out(mixed.transpose(1, 2).flatten(-2))
        if past.is_updated.get(index):
            known: Any = past.cross_attention_cache.layers[index]
            keys, values = known.keys, known.values
        else:
            keys, values = past.cross_attention_cache.update(*layer.cross.hear(states), index)
            past.is_updated[index] = True
        query = heads_apart(layer.cross.query(layer.cross_norm(x)), heads)
        mixed = scaled_dot_product_attention(query, keys, values)
        x = x + layer.cross.out(mixed.transpose(1, 2).flatten(-2))
        passed: Tensor = x + layer.feed_forward(layer.feed_forward_norm(x))
        return passed


class _ForwardInTime(LogitsProcessor):
    """What `filters.ForwardInTime` does, for a batch of tensors as such processors are given."""

    def __init__(self, times: range) -> None:
        self._times = times

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        times = (input_ids >= self._times.start) & (input_ids < self._times.stop)
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        last = (times * places).argmax(dim=1, keepdim=True)
        told = input_ids.gather(1, last)
        ids = torch.arange(scores.shape[1], device=scores.device)
        is_past = (ids >= self._times.start) & (ids < torch.where(times.any(dim=1, keepdim=True), told, 0))
        return scores.masked_fill(is_past, NEVER)


class Theirs:
    def __init__(self, model: EncoderDecoder, layout: Layout, sampling: Sampling) -> None:
        config = _Config(
            layers=len(model.spec.decoder.layers),
            pad_token_id=PAD_ID,
            bos_token_id=START_ID,
            eos_token_id=END_ID,
            decoder_start_token_id=START_ID,
        )
        made: Any = _Model(config, model)
        self._model = made.eval()
        self._device = model.head.weight.device
        self._times, self._sampling = time_ids(layout.vocab), sampling

    def write(self, states: Tensor, prompt: Sequence[int], count: int) -> list[int]:
        """So many ids, by chance."""
        told = GenerationConfig(  # type: ignore[no-untyped-call]  # half typed in transformers
            do_sample=True,
            temperature=self._sampling.temperature,
            top_p=self._sampling.top_p,
            top_k=0,
            min_new_tokens=count,
            max_new_tokens=count,
            use_cache=True,
            pad_token_id=PAD_ID,
            eos_token_id=END_ID,
            decoder_start_token_id=START_ID,
        )
        ids = torch.tensor([list(prompt)], device=self._device)
        written = self._model.generate(
            generation_config=told,
            decoder_input_ids=ids,
            encoder_outputs=BaseModelOutput(last_hidden_state=states),
            past_key_values=EncoderDecoderCache(DynamicCache(), DynamicCache()),
            logits_processor=LogitsProcessorList([_ForwardInTime(self._times)]),
        )
        new: list[int] = written[0, len(prompt) :].tolist()
        return new
