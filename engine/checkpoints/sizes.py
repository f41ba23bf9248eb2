"""How much a checkpoint takes at once, of a song and of words, and what it is told while it listens: from
config.json alone, no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, Field

from engine.checkpoints.reading import read_json
from engine.model.spec import CONV_STRIDE, Condition

if TYPE_CHECKING:
    from pathlib import Path

Size = Annotated[int, Field(ge=1, le=1 << 24)]

_USUAL_FRAMES: Final = {"v28": 1024, "v29": 1024, "v30": 4096, "v31": 4096, "v32": 2048}
_USUAL_HOP_SAMPLES: Final = 128
_USUAL_RATE_HZ: Final = 16_000


class _Backbone(BaseModel):
    max_source_positions: Size


class _Config(BaseModel):
    backbone_config: _Backbone
    vocab_size_in: Size
    vocab_size: Size
    hop_length: Size = _USUAL_HOP_SAMPLES
    sample_rate: Size = _USUAL_RATE_HZ
    do_difficulty_embed: bool = False
    do_mapper_embed: bool = False
    do_song_position_embed: bool = False

    @property
    def conditions(self) -> frozenset[Condition]:
        asked = {
            Condition.DIFFICULTY: self.do_difficulty_embed,
            Condition.MAPPER: self.do_mapper_embed,
            Condition.SONG_POSITION: self.do_song_position_embed,
        }
        return frozenset(condition for condition, is_asked in asked.items() if is_asked)


@dataclass(frozen=True, slots=True)
class Sizes:
    window_ms: float
    tokens: tuple[int, int] | None
    """How many ids the model reads and writes; None where only a tokenizer is there."""
    conditions: frozenset[Condition] = frozenset()
    """What it wants to know of each window beside the sound."""


def read_sizes(folder: Path, family: str) -> Sizes:
    """A folder without a config.json, with a tokenizer alone, is as large as its family was published."""
    path = folder / "config.json"
    if not path.exists():
        return Sizes(_window_ms(_USUAL_FRAMES[family], _USUAL_HOP_SAMPLES, _USUAL_RATE_HZ), None)
    config = read_json(path, _Config, "fetch the checkpoint again, or choose one of V28 to V32")
    frames = config.backbone_config.max_source_positions * CONV_STRIDE
    return Sizes(
        _window_ms(frames, config.hop_length, config.sample_rate),
        (config.vocab_size_in, config.vocab_size),
        config.conditions,
    )


def _window_ms(frames: int, hop_samples: int, rate_hz: int) -> float:
    """The first and the last frame are centred on the edges, hence one hop less than there are frames."""
    return (frames - 1) * hop_samples * 1000 / rate_hz
