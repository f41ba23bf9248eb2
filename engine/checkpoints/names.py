"""Whose weight is whose: the reference's module names on the left, ours on the right.

The reference's three model families name the same parts differently and never contradict each other, so one
table serves them all. Our linear layers hold queries, keys and values in one matrix, as V32's do; a part of
an older checkpoint goes to its share of the rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """Where something belongs in our model: a module, or one of equal shares of its rows."""

    name: str
    share: int = 0
    shares: int = 1

    def rows(self, height: int) -> slice:
        size = height // self.shares
        return slice(self.share * size, (self.share + 1) * size)

    def at(self, leaf: str) -> Place:
        return Place(f"{self.name}.{leaf}", self.share, self.shares)


_IN_A_LAYER: Final = {
    "self_attn.q_proj": Place("attention.qkv", 0, 3),
    "self_attn.k_proj": Place("attention.qkv", 1, 3),
    "self_attn.v_proj": Place("attention.qkv", 2, 3),
    "self_attn.out_proj": Place("attention.out"),
    "self_attn.Wqkv": Place("attention.qkv"),
    "self_attn.Wo": Place("attention.out"),
    "self_attn_layer_norm": Place("attention_norm"),
    "encoder_attn.q_proj": Place("cross.query"),
    "encoder_attn.k_proj": Place("cross.key_value", 0, 2),
    "encoder_attn.v_proj": Place("cross.key_value", 1, 2),
    "encoder_attn.out_proj": Place("cross.out"),
    "encoder_attn_layer_norm": Place("cross_norm"),
    "cross_attn.Wq": Place("cross.query"),
    "cross_attn.Wkv": Place("cross.key_value"),
    "cross_attn.Wo": Place("cross.out"),
    "cross_attn_layer_norm": Place("cross_norm"),
    "fc1": Place("feed_forward.up"),
    "fc2": Place("feed_forward.down"),
    "final_layer_norm": Place("feed_forward_norm"),
}
_DIFFICULTY: Final = "encoder.conditioning.embeddings.difficulty"
_MAPPER: Final = "encoder.conditioning.embeddings.mapper"
_SONG_POSITION: Final = "encoder.conditioning.embeddings.song_position"
_ELSEWHERE: Final = {
    "transformer.model.encoder.conv1": "encoder.conv1",
    "transformer.model.encoder.conv2": "encoder.conv2",
    "transformer.model.encoder.embed_positions": "encoder.positions",
    "transformer.model.encoder.layer_norm": "encoder.norm",
    "transformer.model.decoder.embed_positions": "decoder.positions",
    "transformer.model.decoder.layer_norm": "decoder.norm",
    "transformer.proj_out": "head",
    "encoder_embedder": "encoder.projection",
    "decoder_embedder": "decoder.embedding",
    "difficulty_embedder": _DIFFICULTY,
    "mapper_embedder.embedding": f"{_MAPPER}.table",
    "mapper_embedder.layer_norm": f"{_MAPPER}.norm",
    "song_pos_embedder": _SONG_POSITION,
} | {
    f"{theirs}.{index}": f"{ours}.project.{index}"
    for theirs, ours in (
        ("difficulty_embedder.difficulty_proj", _DIFFICULTY),
        ("song_pos_embedder.position_proj", _SONG_POSITION),
    )
    for index in (0, 1, 4, 5)
}
_LEAVES: Final = {
    "weight": "weight",
    "bias": "bias",
    "basis_centers": "centres",
    "basis_widths": "widths",
}
_LAYER: Final = re.compile(r"transformer\.model\.((?:encoder|decoder)\.layers\.\d+)\.(.+)")
_NEVER_READ: Final = (
    "spectrogram.",  # tables that engine/audio/mel.py computes
    "loss_fn.",
    "transformer.model.decoder.embed_tokens.",  # idle: the decoder reads through decoder_embedder
)


def place_of_module(name: str) -> Place | None:
    """Where one of the reference's modules lives in ours; None if it has no place."""
    if in_a_layer := _LAYER.fullmatch(name):
        place = _IN_A_LAYER.get(in_a_layer[2])
        return place and Place(f"{in_a_layer[1]}.{place.name}", place.share, place.shares)
    ours = _ELSEWHERE.get(name)
    return Place(ours) if ours else None


def place_of_weight(name: str) -> Place | None:
    module, _, leaf = name.rpartition(".")
    place = place_of_module(module)
    return place.at(_LEAVES[leaf]) if place and leaf in _LEAVES else None


def is_never_read(name: str) -> bool:
    return name.startswith(_NEVER_READ)


def may_be_absent(place: Place) -> bool:
    """Keys have no bias before V32: one that adds the same to every key changes no softmax. Zero is exact."""
    return (place.name.endswith(".attention.qkv.bias") and (place.share, place.shares) == (1, 3)) or (
        place.name.endswith(".cross.key_value.bias") and (place.share, place.shares) == (0, 2)
    )
