"""What the engine can be asked, and what it answers: plain frozen values that cross between processes.

Standard library alone: the companion imports this. What is done about a request lies in `engine/child`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from engine.jobs import Progress
from engine.modding.agreement import CHECKS_OF, agrees
from engine.modding.opinion import Alternative, Opinion, Place, Suggestion, Topic

__all__ = ["CHECKS_OF", "Alternative", "Opinion", "Place", "Progress", "Suggestion", "Topic", "agrees"]

ModelState: TypeAlias = Literal["absent", "partial", "complete", "local", "broken"]


@dataclass(frozen=True, slots=True)
class ListModels:
    """Answered with `Models`."""


@dataclass(frozen=True, slots=True)
class PullModel:
    """Answered with `Progress` in bytes, at last with `Models`. Asked again, it goes on where it was."""

    name: str


@dataclass(frozen=True, slots=True)
class RemoveModel:
    """Answered with `Models`."""

    name: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """A map in a model's words; answered with a `TokenTable`."""

    path: str
    model: str
    """A name in the catalogue, a repository of the hub that was fetched, or a folder."""
    audio: str | None = None
    """None: the file that the map names, if it lies beside it. Only a map without objects needs one."""


@dataclass(frozen=True, slots=True)
class Mod:
    """What a model thinks of a map; answered with one `Opinion` after another, the last one `complete`."""

    path: str
    data: bytes
    """The file as it was when the question arose: it may have been saved again since."""
    audio: str | None
    model: str
    near_ms: float | None = None
    """Where the mapper works: said first."""
    rating: float | None = None
    """The star rating to tell the model; None: the map's own."""


@dataclass(frozen=True, slots=True)
class FillSong:
    """Listens to a song ahead of need; answered with `Progress`."""

    audio: str
    model: str
    mode: int = 0
    """Whose maps it will be about, numbered as in a .osu file: some models listen differently for each."""


Request: TypeAlias = ListModels | PullModel | RemoveModel | Tokens | Mod | FillSong


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


Answer: TypeAlias = Models | TokenTable | Opinion

CROSSING: frozenset[type] = frozenset(
    {
        *(ListModels, PullModel, RemoveModel, Tokens, Mod, FillSong),
        *(Progress, ModelInfo, Models, TokenWindow, ContextTable, TokenTable),
        *(Topic, Alternative, Place, Suggestion, Opinion),
    }
)
"""All that may come out of a pipe, beside what every pickle is made of."""
