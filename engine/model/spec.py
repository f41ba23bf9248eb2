"""Everything a forward pass needs to know about a checkpoint, and nothing else.

A checkpoint's configuration becomes one `ModelSpec` in `engine/checkpoints/upstream.py`; from there on nobody
asks which version of which model this is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.audio.mel import MelSettings

CONV_STRIDE = 2
"""Mel frames per encoder state: the second convolution halves their number."""


class Norm(Enum):
    LAYER = "layer"
    RMS = "rms"


class Positions(Enum):
    TABLE = "table"
    """One vector per position, added to the input: V28 and V29, as in Whisper."""
    ROTARY = "rotary"
    """Queries and keys turned by an angle that grows with the position: V30 and later."""


class Condition(Enum):
    """What the encoder is told about the whole map, beside the sound."""

    DIFFICULTY = "difficulty"
    MAPPER = "mapper"
    SONG_POSITION = "song_position"


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """How far one layer's self-attention reaches."""

    window: int | None = None
    """Positions to either side; None: all of them."""
    rope_theta: float = 10_000.0
    """The slowest turn's period; only read where positions are rotary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TowerSpec:
    """Half of the model: the encoder or the decoder."""

    heads: int
    feed_forward_width: int
    positions: int
    """The longest sequence it was built for."""
    layers: tuple[LayerSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    mel: MelSettings
    width: int
    encoder: TowerSpec
    decoder: TowerSpec
    norm: Norm
    positions: Positions
    attention_bias: bool
    mel_is_projected: bool
    """The encoder's input goes through a linear layer before the convolutions (V28, V29)."""
    conditions: tuple[Condition, ...]
    """In the order in which they are appended to each mel frame."""
    condition_width: int
    mappers: int
    """Mappers the model knows by index; one more row stands for an unknown one."""
    tokens_in: int
    """Ids the decoder can read. At least `tokens_out`: conditioning tokens are read, never written."""
    tokens_out: int
    pad_id: int
    start_id: int
    end_id: int

    def __post_init__(self) -> None:
        for name, tower in (("encoder", self.encoder), ("decoder", self.decoder)):
            if tower.heads < 1 or self.width % (2 * tower.heads):
                raise ValueError(
                    f"a width of {self.width} cannot be shared by the {name}'s {tower.heads} attention heads"
                )
        if self.tokens_in < self.tokens_out:
            raise ValueError(f"it writes {self.tokens_out} tokens but can read only {self.tokens_in} of them")

    @property
    def input_width(self) -> int:
        """Values per mel frame once the conditions are appended."""
        return self.mel.bands + len(self.conditions) * self.condition_width

    @property
    def window_frames(self) -> int:
        """Mel frames that the encoder hears at once."""
        return self.encoder.positions * CONV_STRIDE

    @property
    def window_samples(self) -> int:
        """Samples of audio in those frames; the first and last frame are centred on the edges."""
        return (self.window_frames - 1) * self.mel.hop_samples
