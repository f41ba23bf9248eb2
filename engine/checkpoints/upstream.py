"""A folder in Mapperatorinator's format: config.json, model.safetensors and tokenizer.json.

This is where its flags die. What config.json says becomes one `ModelSpec`; what it asks for that we do not
have is refused here, by name. generation_config.json has nothing that a forward pass needs: how to sample is
chosen per job.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

import torch
from pydantic import BaseModel, Field

from engine.audio.mel import MelKind, MelSettings
from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.reading import check_is_small, read_json
from engine.checkpoints.weights import NothingDrawn, load_weights
from engine.model.encdec import EncoderDecoder
from engine.model.spec import Condition, LayerSpec, ModelSpec, Norm, Positions, TowerSpec
from engine.tokens.errors import TokenError
from engine.tokens.vocab import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

Size = Annotated[int, Field(ge=1, le=1 << 20)]
Theta = Annotated[float, Field(gt=0, allow_inf_nan=False)]
One = Annotated[float, Field(ge=1, le=1)]
Layers = Annotated[int, Field(ge=1, le=1024)]

_FAMILIES: Final = {
    "openai/whisper": (Norm.LAYER, Positions.TABLE),
    "Tiger14n/ropewhisper": (Norm.RMS, Positions.ROTARY),
    "OliBomby/varwhisper": (Norm.RMS, Positions.ROTARY),
}
"""By how `backbone_model_name` begins: V28 and V29, V30 and V31, V32."""


class _RopeScaling(BaseModel):
    rope_type: Literal["default", "dynamic"] = "default"
    factor: One = 1.0


class _Backbone(BaseModel):
    """`backbone_config`. A `Literal` is all that we can do, and all that was ever published."""

    d_model: Size
    encoder_layers: Layers
    encoder_attention_heads: Size
    encoder_ffn_dim: Size
    decoder_layers: Layers
    decoder_attention_heads: Size
    decoder_ffn_dim: Size
    max_source_positions: Size
    max_target_positions: Size
    activation_function: Literal["gelu"] = "gelu"
    scale_embedding: Literal[False] = False
    tie_word_embeddings: Literal[False] = False

    rope_type: Literal["default", "dynamic"] = "dynamic"
    """The dynamic kind slows down only beyond the longest sequence, which we refuse anyway."""
    rope_encoder_scaling_factor: One = 1.0
    rope_decoder_scaling_factor: One = 1.0
    rope_scaling: _RopeScaling | None = None

    attention_bias: bool = True
    global_attn_every_n_layers: Size = 1
    local_attention: Size = 128
    local_rope_theta: Theta | None = 10_000.0
    global_rope_theta: Theta = 10_000.0

    def layers(self, count: int) -> tuple[LayerSpec, ...]:
        """The first and each n-th after it reach everywhere, others half of `local_attention` each way."""
        near = LayerSpec(self.local_attention // 2, self.local_rope_theta or self.global_rope_theta)
        far = LayerSpec(None, self.global_rope_theta)
        return tuple(near if index % self.global_attn_every_n_layers else far for index in range(count))


class _Config(BaseModel):
    """config.json. The defaults are the reference's: older checkpoints do not name what came later."""

    model_type: Literal["mapperatorinator"]
    backbone_model_name: str
    backbone_config: _Backbone
    vocab_size_in: Size
    vocab_size: Size
    input_features: Literal[True] = True
    input_raw_wave: Literal[False] = False
    embed_decoder_input: Literal[True] = True
    do_style_embed: Literal[False] = False
    project_encoder_input: bool = True
    do_difficulty_embed: bool = False
    do_mapper_embed: bool = False
    do_song_position_embed: bool = False
    cond_dim: Size = 128
    num_mappers: int = Field(default=3731, ge=0)
    spectrogram_implementation: MelKind = MelKind.SLANEY
    spectrogram_log_scale: bool = False
    sample_rate: Size = 16_000
    n_fft: Size = 1024
    n_mels: Size = 388
    hop_length: Size = 128
    f_min: float = 0
    f_max: float = 8_000
    pad_mode: Literal["constant", "reflect"] = "constant"
    pad_token_id: int = 0
    bos_token_id: int = 1
    eos_token_id: int = 2

    @property
    def mel(self) -> MelSettings:
        return MelSettings(
            self.spectrogram_implementation,
            self.n_mels,
            log_scale=self.spectrogram_log_scale,
            sample_rate=self.sample_rate,
            fft_samples=self.n_fft,
            hop_samples=self.hop_length,
            low_hz=self.f_min,
            high_hz=self.f_max,
            padding=self.pad_mode,
        )

    @property
    def conditions(self) -> tuple[Condition, ...]:
        asked = {
            Condition.DIFFICULTY: self.do_difficulty_embed,
            Condition.MAPPER: self.do_mapper_embed,
            Condition.SONG_POSITION: self.do_song_position_embed,
        }
        return tuple(condition for condition, is_asked in asked.items() if is_asked)

    def spec(self, norm: Norm, positions: Positions) -> ModelSpec:
        backbone = self.backbone_config
        return ModelSpec(
            mel=self.mel,
            width=backbone.d_model,
            encoder=TowerSpec(
                heads=backbone.encoder_attention_heads,
                feed_forward_width=backbone.encoder_ffn_dim,
                positions=backbone.max_source_positions,
                layers=backbone.layers(backbone.encoder_layers),
            ),
            decoder=TowerSpec(
                heads=backbone.decoder_attention_heads,
                feed_forward_width=backbone.decoder_ffn_dim,
                positions=backbone.max_target_positions,
                layers=backbone.layers(backbone.decoder_layers),
            ),
            norm=norm,
            positions=positions,
            attention_bias=backbone.attention_bias,
            mel_is_projected=self.project_encoder_input,
            conditions=self.conditions,
            condition_width=self.cond_dim,
            mappers=self.num_mappers,
            tokens_in=self.vocab_size_in,
            tokens_out=self.vocab_size,
            pad_id=self.pad_token_id,
            start_id=self.bos_token_id,
            end_id=self.eos_token_id,
        )


def read_spec(folder: Path) -> ModelSpec:
    path = folder / "config.json"
    config = read_json(path, _Config, "fetch the checkpoint again, or choose one of V28 to V32")
    families = [
        family for prefix, family in _FAMILIES.items() if config.backbone_model_name.startswith(prefix)
    ]
    if not families:
        raise CheckpointError(
            f"{path} builds on {config.backbone_model_name[:80]!r}, which this engine does not run; "
            "choose a checkpoint of V28 to V32"
        )
    try:
        return config.spec(*families[0])
    except ValueError as error:
        raise CheckpointError(f"{path} contradicts itself: {error}; fetch the checkpoint again") from error


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A model and the only vocabulary that its tokens mean anything in."""

    model: EncoderDecoder
    vocabulary: Vocabulary

    @property
    def spec(self) -> ModelSpec:
        return self.model.spec


def load(
    folder: Path, *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
) -> Checkpoint:
    """What lies in `folder`, ready to be asked. Raises `CheckpointError` before anything is allocated."""
    spec = read_spec(folder)
    vocabulary = read_vocabulary(folder, spec)
    with torch.device("meta"), NothingDrawn():
        model = EncoderDecoder(spec)
    load_weights(folder / "model.safetensors", model, dtype=dtype, device=device)
    return Checkpoint(model.eval().requires_grad_(requires_grad=False), vocabulary)


def read_vocabulary(folder: Path, spec: ModelSpec) -> Vocabulary:
    """Another checkpoint's would give every token a meaning that the model never learned."""
    path = folder / "tokenizer.json"
    check_is_small(path, "fetch the checkpoint again")
    try:
        vocabulary = Vocabulary.load(path)
        vocabulary.check_sizes(spec.tokens_in, spec.tokens_out, str(folder / "config.json"))
    except TokenError as error:
        raise CheckpointError(str(error)) from error
    except RecursionError as error:
        raise CheckpointError(
            f"{path} is no tokenizer: brackets without end; fetch the checkpoint again"
        ) from error
    known = vocabulary.labels.mapper_classes
    if Condition.MAPPER in spec.conditions and known != spec.mappers:
        raise CheckpointError(
            f"{path} does not belong to this model: it knows {known} mappers, config.json {spec.mappers}; "
            "fetch the checkpoint again"
        )
    return vocabulary
