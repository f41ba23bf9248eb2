"""The models we know by name: configs/models.toml, read and checked. No torch."""

from __future__ import annotations

import difflib
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from engine.beatmap.objects import Mode
from engine.checkpoints.errors import CheckpointError

MODELS_TOML: Final = Path(__file__).resolve().parents[2] / "configs" / "models.toml"
REPOSITORY: Final = r"^[\w.-]{1,96}/[\w.-]{1,96}$"
UNKNOWN_LICENCE: Final = "not known: see the repository's page"


class Purpose(StrEnum):
    MOD = "mod"
    GENERATE = "generate"
    DIFFUSION = "diffusion"


class Entry(BaseModel):
    """One model, whether it is on this machine or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[\w.-]{1,194}$")]
    title: str
    repository: Annotated[str, Field(pattern=REPOSITORY)]
    revision: str = "main"
    family: str
    modes: tuple[Mode, ...] = tuple(Mode)
    licence: str = UNKNOWN_LICENCE
    purpose: tuple[Purpose, ...] = tuple(Purpose)
    default: bool = False

    @field_validator("modes", mode="before")
    @classmethod
    def _by_name(cls, modes: object) -> object:
        if not isinstance(modes, list):
            return modes
        return tuple(Mode[name.upper()] if isinstance(name, str) else name for name in modes)


class Catalogue:
    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self._by_name = {entry.name: entry for entry in entries}

    @classmethod
    def read(cls, path: Path = MODELS_TOML) -> Catalogue:
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8")).get("models", {})
            entries = tuple(Entry.model_validate(table | {"name": name}) for name, table in tables.items())
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise CheckpointError(f"{path}: {place}: {first['msg']}. Correct it there.") from error
        except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
            raise CheckpointError(f"{path} cannot be read: {error}. Correct it there.") from error
        if sum(entry.default for entry in entries) != 1:
            raise CheckpointError(f"{path} must name exactly one default model. Correct it there.")
        return cls(entries)

    @property
    def default(self) -> Entry:
        return next(entry for entry in self.entries if entry.default)

    def named(self, name: str) -> Entry | None:
        """Also by its repository; None for what is neither."""
        return self._by_name.get(name.lower()) or next(
            (entry for entry in self.entries if entry.repository == name), None
        )

    def closest(self, name: str) -> str:
        """For the sentence about a name that does not exist."""
        near = difflib.get_close_matches(name.lower(), self._by_name, n=1, cutoff=0.4)
        known = ", ".join(self._by_name)
        return f"did you mean {near[0]}? There are {known}" if near else f"there are {known}"
