"""What the engine can be asked, and what it answers: plain frozen values that cross between processes.

Standard library alone: the companion imports this. What is done about a request lies in `engine/child`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from engine.jobs import Progress
from engine.modding.agreement import CHECKS_OF, agrees
from engine.modding.opinion import Alternative, Opinion, Place, Suggestion, Topic
from engine.requests import (
    NO_WISHES,
    Describe,
    FillSong,
    Generate,
    Keep,
    ListModels,
    Mod,
    PullModel,
    Regenerate,
    RemoveModel,
    Request,
    SongFacts,
    Tokens,
    Wishes,
)
from engine.writing.answers import Candidate, Described, Pace, WrittenMap

__all__ = [
    "CHECKS_OF",
    "NO_WISHES",
    "Alternative",
    "Candidate",
    "Describe",
    "Described",
    "FillSong",
    "Generate",
    "Keep",
    "ListModels",
    "Mod",
    "Opinion",
    "Pace",
    "Place",
    "Progress",
    "PullModel",
    "Regenerate",
    "RemoveModel",
    "Request",
    "SongFacts",
    "Suggestion",
    "Tokens",
    "Topic",
    "Wishes",
    "WrittenMap",
    "agrees",
]

ModelState: TypeAlias = Literal["absent", "partial", "complete", "local", "broken"]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    name: str
    title: str
    family: str
    modes: tuple[int, ...]
    """Numbered as in a .osu file."""
    licence: str
    size_bytes: int | None
    state: ModelState
    done_bytes: int
    folder: str | None
    """Where it lies, if it does."""
    note: str
    purposes: tuple[str, ...] = ("mod", "generate", "diffusion")
    """As `configs/models.toml` words them; of a model it does not name, nobody knows."""


@dataclass(frozen=True, slots=True)
class Models:
    models: tuple[ModelInfo, ...]


class TokenWindow(NamedTuple):
    """A stretch of the song in which times are counted from its start."""

    frame_ms: int
    first_event: int
    end_event: int
    first_token: int
    end_token: int


@dataclass(frozen=True, slots=True)
class ContextTable:
    """One context of a prompt: an event in each row of `types`, `values` and `times_ms`."""

    name: str
    types: tuple[str, ...]
    values: tuple[int, ...]
    """Of a time shift: milliseconds of the song."""
    times_ms: tuple[int, ...]
    windows: tuple[TokenWindow, ...]
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TokenTable:
    contexts: tuple[ContextTable, ...]
    family: str
    """Whose grammar the map was told in: "v32"."""


Answer: TypeAlias = Models | TokenTable | Opinion | Described | Pace | Candidate | WrittenMap

CROSSING: frozenset[type] = frozenset(
    {
        *(ListModels, PullModel, RemoveModel, Tokens, Mod, FillSong),
        *(Progress, ModelInfo, Models, TokenWindow, ContextTable, TokenTable),
        *(Topic, Alternative, Place, Suggestion, Opinion),
        *(Describe, Wishes, Keep, Regenerate, Generate, SongFacts),
        *(Described, Pace, Candidate, WrittenMap),
    }
)
"""All that may come out of a pipe, beside what every pickle is made of."""
