"""Checkpoints in the reference's format with random weights: tiny for tests, full-size for the benchmark.

What the reference's files are called inside is stated here a second time, from its side.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save_file

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]


@dataclass(frozen=True)
class Size:
    width: int = 16
    feed_forward: int = 32
    layers: int = 2
    heads: int = 2
    source: int = 32
    target: int = 24
    tokens_in: int = 45
    tokens_out: int = 40
    mels: int = 8


FULL = Size(768, 3072, 12, 12, 1024, 2560, 4937, 4097, 128)
"""V32's: 219 million numbers."""


@dataclass
class Folder:
    """The parts of one checkpoint, to be bent by a test before they are written."""

    config: Json
    tokenizer: Json
    weights: dict[str, torch.Tensor] = field(repr=False)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(self.config))
        (folder / "tokenizer.json").write_text(json.dumps(self.tokenizer))
        save_file(self.weights, folder / "model.safetensors", metadata={"format": "pt"})
        return folder


def v29(size: Size = Size()) -> Folder:  # noqa: B008 — frozen
    config = _config("openai/whisper-small", size) | {"project_encoder_input": True}
    config["spectrogram_implementation"] = "nnAudio"
    made = _Made(size)
    made.linear("encoder_embedder", size.width, size.mels)
    made.tensor("transformer.model.encoder.embed_positions.weight", size.source, size.width)
    made.tensor("transformer.model.decoder.embed_positions.weight", size.target, size.width)
    made.towers(channels=size.width, split=True, norm_bias=True)
    return Folder(config, _tokenizer(size), made.weights)


def v30(size: Size = Size()) -> Folder:  # noqa: B008 — frozen
    config = _config("Tiger14n/ropewhisper-small", size)
    config |= {"do_difficulty_embed": True, "do_mapper_embed": True, "do_song_position_embed": True}
    config |= {"cond_dim": 4, "cond_size": 12, "num_mappers": 3}
    config["backbone_config"] |= {"rope_type": "dynamic", "rope_encoder_scaling_factor": 1.0}
    made = _Made(size)
    made.smooth("difficulty_embedder", "difficulty_proj", bells=8, hidden=4)
    made.tensor("mapper_embedder.embedding.weight", 4, 4)
    made.norm("mapper_embedder.layer_norm", 4, bias=True)
    made.smooth("song_pos_embedder", "position_proj", bells=10, hidden=8, numbers=2)
    made.towers(channels=size.mels + 12, split=True)
    return Folder(config, _tokenizer(size), made.weights)


def v32(size: Size = Size()) -> Folder:  # noqa: B008 — frozen
    config = _config("OliBomby/varwhisper-small", size)
    config["backbone_config"] |= {
        "attention_bias": True,
        "global_attn_every_n_layers": 1,
        "local_attention": 128,
        "local_rope_theta": 10000,
        "global_rope_theta": 10000,
        "rope_scaling": {"factor": 1.0, "rope_type": "default"},
    }
    made = _Made(size)
    made.towers(channels=size.mels, split=False)
    return Folder(config, _tokenizer(size), made.weights)


def _config(backbone: str, size: Size) -> Json:
    return {
        "model_type": "mapperatorinator",
        "backbone_model_name": backbone,
        "backbone_config": {
            "d_model": size.width,
            **{f"{half}_layers": size.layers for half in ("encoder", "decoder")},
            **{f"{half}_attention_heads": size.heads for half in ("encoder", "decoder")},
            **{f"{half}_ffn_dim": size.feed_forward for half in ("encoder", "decoder")},
            "max_source_positions": size.source,
            "max_target_positions": size.target,
            "activation_function": "gelu",
            "tie_word_embeddings": False,
            "num_hidden_layers": 12,
        },
        "vocab_size_in": size.tokens_in,
        "vocab_size": size.tokens_out,
        "project_encoder_input": False,
        "spectrogram_implementation": "torchaudio",
        "spectrogram_log_scale": True,
        "n_mels": size.mels,
        "f_min": 20,
        "pad_mode": "reflect",
        "max_length": None,
    }


def _tokenizer(size: Size) -> Json:
    """Times that are written, star ratings that are only told."""
    return {
        "offset": 3,
        "event_ranges": [ids("t", size.tokens_out - 3)],
        "input_event_ranges": [ids("difficulty", size.tokens_in - size.tokens_out)],
        "num_mapper_classes": 3,
    }


def ids(label: str, count: int) -> Json:
    return {"type": label, "min_value": 0, "max_value": count - 1}


class _Made:
    """Weights under the reference's names."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.weights: dict[str, torch.Tensor] = {}
        self.random = torch.Generator().manual_seed(4)
        self.tensor("spectrogram.transform.spectrogram.window", 1024)
        self.tensor("loss_fn.weight", size.tokens_out)
        self.tensor("transformer.model.decoder.embed_tokens.weight", size.tokens_out, size.width)
        self.tensor("decoder_embedder.weight", size.tokens_in, size.width)
        self.tensor("transformer.proj_out.weight", size.tokens_out, size.width)

    def tensor(self, name: str, *shape: int) -> None:
        self.weights[name] = torch.randn(shape, generator=self.random) / shape[-1] ** 0.5

    def linear(self, name: str, height: int, width: int, *, bias: bool = True) -> None:
        self.tensor(f"{name}.weight", height, width)
        if bias:
            self.tensor(f"{name}.bias", height)

    def norm(self, name: str, width: int, *, bias: bool) -> None:
        self.weights[f"{name}.weight"] = torch.ones(width)
        if bias:
            self.weights[f"{name}.bias"] = torch.zeros(width)

    def smooth(self, name: str, project: str, *, bells: int, hidden: int, numbers: int = 1) -> None:
        self.weights[f"{name}.basis_centers"] = torch.linspace(0, 1, bells)
        self.weights[f"{name}.basis_widths"] = torch.full((bells,), 0.1)
        self.linear(f"{name}.{project}.0", hidden, numbers * bells)
        self.norm(f"{name}.{project}.1", hidden, bias=True)
        self.linear(f"{name}.{project}.4", 4, hidden)
        self.norm(f"{name}.{project}.5", 4, bias=True)

    def towers(self, *, channels: int, split: bool, norm_bias: bool = False) -> None:
        encoder, decoder = "transformer.model.encoder", "transformer.model.decoder"
        width = self.size.width
        self.tensor(f"{encoder}.conv1.weight", width, channels, 3)
        self.tensor(f"{encoder}.conv1.bias", width)
        self.tensor(f"{encoder}.conv2.weight", width, width, 3)
        self.tensor(f"{encoder}.conv2.bias", width)
        for tower in (encoder, decoder):
            self.norm(f"{tower}.layer_norm", width, bias=norm_bias)
            for layer in (f"{tower}.layers.{index}" for index in range(self.size.layers)):
                self.norm(f"{layer}.self_attn_layer_norm", width, bias=norm_bias)
                self.norm(f"{layer}.final_layer_norm", width, bias=norm_bias)
                self.linear(f"{layer}.fc1", self.size.feed_forward, width)
                self.linear(f"{layer}.fc2", width, self.size.feed_forward)
                self.attention(f"{layer}.self_attn", split=split)
                if tower == decoder:
                    cross = f"{layer}.{'encoder_attn' if split else 'cross_attn'}"
                    self.norm(f"{cross}_layer_norm", width, bias=norm_bias)
                    self.attention(cross, split=split)

    def attention(self, name: str, *, split: bool) -> None:
        width = self.size.width
        if split:
            for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
                self.linear(f"{name}.{part}", width, width, bias=part != "k_proj")
            return
        self.linear(f"{name}.Wo", width, width)
        if name.endswith("self_attn"):
            self.linear(f"{name}.Wqkv", 3 * width, width)
        else:
            self.linear(f"{name}.Wq", width, width)
            self.linear(f"{name}.Wkv", 2 * width, width)
