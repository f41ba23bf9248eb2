"""Small models with random weights, one for each way in which checkpoints differ."""

from __future__ import annotations

from dataclasses import replace

import torch

from engine.audio.mel import MelKind, MelSettings
from engine.model.conditioning import Conditions
from engine.model.encdec import EncoderDecoder
from engine.model.spec import Condition, LayerSpec, ModelSpec, Norm, Positions, TowerSpec

TOKENS = 40

_TOWER = TowerSpec(heads=2, feed_forward_width=32, positions=24, layers=(LayerSpec(), LayerSpec()))
SOUND_ONLY = ModelSpec(
    mel=MelSettings(MelKind.HTK, 8),
    width=16,
    encoder=_TOWER,
    decoder=_TOWER,
    norm=Norm.RMS,
    positions=Positions.ROTARY,
    attention_bias=True,
    mel_is_projected=False,
    conditions=(),
    condition_width=4,
    mappers=3,
    tokens_in=TOKENS + 5,
    tokens_out=TOKENS,
    pad_id=0,
    start_id=1,
    end_id=2,
)
LIKE_WHISPER = replace(SOUND_ONLY, norm=Norm.LAYER, positions=Positions.TABLE, mel_is_projected=True)
CONDITIONED = replace(SOUND_ONLY, conditions=tuple(Condition))
_NEAR = replace(_TOWER, layers=(LayerSpec(), LayerSpec(window=3, rope_theta=100.0)))
NEAR_AND_FAR = replace(SOUND_ONLY, encoder=_NEAR, decoder=_NEAR)

SPECS = {
    "sound only": SOUND_ONLY,
    "like whisper": LIKE_WHISPER,
    "conditioned": CONDITIONED,
    "near and far": NEAR_AND_FAR,
}


def model(spec: ModelSpec = SOUND_ONLY, *, seed: int = 1) -> EncoderDecoder:
    """Weights larger than usual, so that a mistake anywhere shows in the logits."""
    torch.manual_seed(seed)
    built = EncoderDecoder(spec).eval()
    with torch.no_grad():
        for parameter in built.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=0.3)
    return built


def mel(spec: ModelSpec = SOUND_ONLY, rows: int = 2, *, seed: int = 2) -> torch.Tensor:
    return torch.rand(rows, spec.window_frames, spec.mel.bands, generator=torch.Generator().manual_seed(seed))


def tokens(rows: int = 2, length: int = 10, *, seed: int = 3) -> torch.Tensor:
    return torch.randint(3, TOKENS, (rows, length), generator=torch.Generator().manual_seed(seed))


def conditions(rows: int = 2) -> Conditions:
    return Conditions(
        difficulty=torch.linspace(2.0, 7.0, rows),
        mapper=torch.arange(rows) - 1,
        song_position=torch.tensor([[0.1, 0.2]]).repeat(rows, 1),
    )
