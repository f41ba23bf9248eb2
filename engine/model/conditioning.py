"""What V30 and V31 are told about the whole map, as vectors appended to every mel frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.model.spec import Condition

if TYPE_CHECKING:
    from engine.model.spec import ModelSpec

DROPOUT = 0.1
"""While training only: a mapper with few maps must not be learned by heart."""
GREATEST_DIFFICULTY = 10.0
"""Star ratings are scaled by it; greater ones run past the end of the scale, not into a wall."""
UNKNOWN_MAPPER = -1


@dataclass(frozen=True, slots=True)
class Conditions:
    """One entry per row of the batch. What a model does not know of is not looked at."""

    difficulty: Tensor | None = None
    """Star rating, [B]."""
    mapper: Tensor | None = None
    """Index among the model's mappers, [B]; -1: unknown."""
    song_position: Tensor | None = None
    """Where a window starts and ends, as shares of the song's length, [B, 2]. The last may end past 1."""

    def of(self, condition: Condition) -> Tensor:
        value: Tensor | None = getattr(self, condition.value)
        if value is None:
            raise ValueError(f"this model wants to know each window's {condition.value}")
        return value


class SmoothEmbedding(nn.Module):
    """Numbers to a vector by way of overlapping bells, so that close numbers get close vectors."""

    def __init__(self, *, numbers: int, bells: int, hidden: int, width: int, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = scale
        self.centres = nn.Parameter(torch.tensor([bell / (bells - 1) for bell in range(bells)]))
        self.widths = nn.Parameter(torch.full((bells,), 0.1))
        self.project = nn.Sequential(
            nn.Linear(numbers * bells, hidden),
            nn.LayerNorm(hidden),
            nn.ReLU(),
            nn.Dropout(DROPOUT),
            nn.Linear(hidden, width),
            nn.LayerNorm(width),
        )

    def forward(self, numbers: Tensor) -> Tensor:
        """[B] or [B, N] -> [B, D]. The bells are drawn in float32: a star rating has no room in bfloat16."""
        distance = (numbers.float() / self.scale).unsqueeze(-1) - self.centres.float()
        bells = torch.exp(-distance.square() / (2 * self.widths.float().square()))  # [B, (N,) bells]
        vector: Tensor = self.project(bells.flatten(1).to(self.centres.dtype))
        return vector


class MapperEmbedding(nn.Module):
    def __init__(self, mappers: int, width: int) -> None:
        super().__init__()
        self.unknown = mappers
        """The last row."""
        self.table = nn.Embedding(mappers + 1, width)
        self.dropout = nn.Dropout(DROPOUT)
        self.norm = nn.LayerNorm(width)

    def forward(self, mappers: Tensor) -> Tensor:
        """[B] -> [B, D]."""
        rows = torch.where(mappers == UNKNOWN_MAPPER, self.unknown, mappers).clamp(0, self.unknown)
        vector: Tensor = self.norm(self.dropout(self.table(rows)))
        return vector


def embedding(condition: Condition, spec: ModelSpec) -> nn.Module:
    width = spec.condition_width
    match condition:
        case Condition.DIFFICULTY:
            return SmoothEmbedding(numbers=1, bells=8, hidden=width, width=width, scale=GREATEST_DIFFICULTY)
        case Condition.MAPPER:
            return MapperEmbedding(spec.mappers, width)
        case Condition.SONG_POSITION:
            return SmoothEmbedding(numbers=2, bells=10, hidden=2 * width, width=width)


class Conditioning(nn.Module):
    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.embeddings = nn.ModuleDict({kind.value: embedding(kind, spec) for kind in spec.conditions})

    def forward(self, mel: Tensor, conditions: Conditions) -> Tensor:
        """Mel frames [B, F, M] -> [B, F, M + conditions], the same vectors beside each frame."""
        vectors = [
            module(conditions.of(Condition(name)).to(mel.device))[:, None].expand(-1, mel.shape[1], -1)
            for name, module in self.embeddings.items()
        ]
        return torch.cat((mel, *vectors), dim=-1) if vectors else mel
