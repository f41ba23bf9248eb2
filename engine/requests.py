"""What the engine can be asked: plain frozen values, below every room that answers one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


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
