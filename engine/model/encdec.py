"""The model: an encoder hears a window of sound, a decoder writes the map of it, token by token.

    states = model.encode(mel, conditions)        # [B, S, D], once per window
    heard = model.hear(states)                    # what every token attends to, once per window
    hidden = model.decode(tokens, heard, ...)     # [B, T, D]
    logits = model.logits(hidden[scored])         # only where somebody asks: the vocabulary is wide

V28 to V32 differ in nothing but their `ModelSpec`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.model.conditioning import Conditioning, Conditions
from engine.model.layers import FEW_QUERIES, DecoderLayer, EncoderLayer, norm
from engine.model.positions import position_scheme
from engine.model.sight import EVERYTHING, Sight, around, back_from
from engine.model.spec import CONV_STRIDE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.model.cache import DecoderCache
    from engine.model.layers import KeysValues
    from engine.model.spec import ModelSpec

Heard = tuple["KeysValues", ...]
"""Each decoder layer's keys and values of one batch of windows."""


class Encoder(nn.Module):
    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.tower = spec.encoder
        self.frames = spec.window_frames
        self.conditioning = Conditioning(spec)
        self.projection = nn.Linear(spec.input_width, spec.width) if spec.mel_is_projected else nn.Identity()
        channels = spec.width if spec.mel_is_projected else spec.input_width
        self.conv1 = nn.Conv1d(channels, spec.width, kernel_size=3, padding=1)
        self.conv2 = nn.Conv1d(spec.width, spec.width, kernel_size=3, stride=CONV_STRIDE, padding=1)
        self.positions = position_scheme(spec, spec.encoder)
        self.layers = nn.ModuleList(EncoderLayer(spec) for _ in spec.encoder.layers)
        self.norm = norm(spec)

    def forward(self, mel: Tensor, conditions: Conditions) -> Tensor:
        """[B, F, M] -> [B, F / 2, D]."""
        if mel.shape[1] > self.frames:
            raise ValueError(f"the encoder hears {self.frames} frames at once, not {mel.shape[1]}")
        x = self.projection(self.conditioning(mel.to(self.conv1.weight.dtype), conditions)).mT  # [B, C, F]
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(x)))).mT  # [B, S, D]
        positions = torch.arange(x.shape[1], device=x.device)[None]
        x = self.positions.place(x, positions)
        turns = self.positions.turns(positions, x.dtype)
        for reach, layer in zip(self.tower.layers, self.layers, strict=True):
            x = layer(x, turns.get(reach.rope_theta), around(x.shape[1], reach.window, x.device))
        states: Tensor = self.norm(x)
        return states


class Decoder(nn.Module):
    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.tower = spec.decoder
        self.embedding = nn.Embedding(spec.tokens_in, spec.width)
        self.positions = position_scheme(spec, spec.decoder)
        self.layers = nn.ModuleList(DecoderLayer(spec) for _ in spec.decoder.layers)
        self.norm = norm(spec)

    def hear(self, states: Tensor) -> Heard:
        return tuple(layer.cross.hear(states) for layer in cast("Iterable[DecoderLayer]", self.layers))

    def forward(
        self,
        tokens: Tensor,
        heard: Heard,
        *,
        real: Tensor | None = None,
        positions: Tensor | None = None,
        cache: DecoderCache | None = None,
    ) -> Tensor:
        """[B, T] -> [B, T, D]. See `EncoderDecoder.decode`."""
        length = tokens.shape[1] + (0 if cache is None else cache.longest)
        if length > self.tower.positions:
            raise ValueError(f"the decoder reads {self.tower.positions} tokens at once, not {length}")
        if cache is None:
            columns = torch.arange(tokens.shape[1], device=tokens.device)
            places = columns[None] if real is None else (real.cumsum(dim=1) - 1).clamp(min=0)
            keys, seen = tokens.shape[1], real
        else:
            known = torch.ones_like(tokens, dtype=torch.bool) if real is None else real
            columns = cache.reserve(known, has_padding=real is not None)
            places = cache.positions(columns)
            keys, seen = cache.visible, cache.known
        places = places if positions is None else positions

        x = self.positions.place(self.embedding(tokens), places)
        turns = self.positions.turns(places, x.dtype)
        are_last = cache is None or not cache.fixed_shapes
        sights = self._sights(columns, keys, seen, x.dtype, are_last=are_last)
        for index, (reach, layer) in enumerate(zip(self.tower.layers, self.layers, strict=True)):
            memory = cache.layer(index, columns) if cache is not None else None
            x = layer(x, heard[index], turns.get(reach.rope_theta), sights[reach.window], memory)
        hidden: Tensor = self.norm(x)
        return hidden

    def _sights(
        self, columns: Tensor, keys: int, real: Tensor | None, dtype: torch.dtype, *, are_last: bool
    ) -> dict[int | None, Sight]:
        """By a layer's window. Always causal, also where nothing is padded."""
        windows = {layer.window for layer in self.tower.layers}
        if real is None and windows == {None} and len(columns) in (1, keys):
            # A single token after all others sees them all.
            return {None: EVERYTHING if len(columns) == 1 else Sight(causal=True)}
        sights = {window: back_from(columns, keys, window, real, are_last=are_last) for window in windows}
        if len(columns) > FEW_QUERIES:
            return sights
        return {window: sight.added(dtype) for window, sight in sights.items()}


class EncoderDecoder(nn.Module):
    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.spec = spec
        self.encoder = Encoder(spec)
        self.decoder = Decoder(spec)
        self.head = nn.Linear(spec.width, spec.tokens_out, bias=False)

    def encode(self, mel: Tensor, conditions: Conditions | None = None) -> Tensor:
        """Mel frames [B, F, M] -> the encoder's states [B, F / 2, D]."""
        states: Tensor = self.encoder(mel, conditions or Conditions())
        return states

    def hear(self, states: Tensor) -> Heard:
        return self.decoder.hear(states)

    def decode(
        self,
        tokens: Tensor,
        heard: Heard,
        *,
        real: Tensor | None = None,
        positions: Tensor | None = None,
        cache: DecoderCache | None = None,
    ) -> Tensor:
        """Tokens [B, T] -> what stands before the head, [B, T, D].

        `real` [B, T] is False on padding, which goes to the left; padding is not seen and, unless
        `positions` [B, T] say otherwise, not counted. With a `cache` the tokens follow those it holds.
        """
        hidden: Tensor = self.decoder(tokens, heard, real=real, positions=positions, cache=cache)
        return hidden

    def logits(self, hidden: Tensor) -> Tensor:
        """[..., D] -> [..., tokens_out]."""
        scores: Tensor = self.head(hidden)
        return scores

    def forward(
        self, mel: Tensor, tokens: Tensor, conditions: Conditions | None = None, real: Tensor | None = None
    ) -> Tensor:
        """Everything at once, as training wants it: [B, F, M] and [B, T] -> [B, T, tokens_out]."""
        return self.logits(self.decode(tokens, self.hear(self.encode(mel, conditions)), real=real))
