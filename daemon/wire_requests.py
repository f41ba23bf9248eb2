"""The shapes of what a page may ask for. pydantic checks every message that comes in against these."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

RequestId = int | str | None


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    id: int | Annotated[str, Field(max_length=64)] | None = None


Key = Annotated[str, Field(max_length=64)]
ModelName = Annotated[str, Field(min_length=1, max_length=4096)]
"""A name of the catalogue, or the path of a folder with a checkpoint in it."""


class Select(_Request):
    """Show that map; it is read and checked again."""

    type: Literal["select"]
    key: Key


class SetIntended(_Request):
    """Of a rule's finding ("f3") or a model's ("m3")."""

    type: Literal["intended"]
    key: Key
    finding: Key
    on: bool


class CheckNow(_Request):
    type: Literal["check"]
    key: Key | None = None


class Pause(_Request):
    type: Literal["pause"]
    on: bool


class ChooseFolder(_Request):
    type: Literal["choose_folder"]
    path: Annotated[str, Field(min_length=1, max_length=4096)]


class OpenLog(_Request):
    type: Literal["open_log"]


class Show(_Request):
    """A second start asks the first to come forward."""

    type: Literal["show"]


class Quit(_Request):
    type: Literal["quit"]


class PullModel(_Request):
    """Download a model, or go on with a download that was broken off."""

    type: Literal["pull_model"]
    name: ModelName


class CancelPull(_Request):
    """What has come so far is kept."""

    type: Literal["cancel_pull"]
    name: ModelName


class RemoveModel(_Request):
    type: Literal["remove_model"]
    name: ModelName


class ChooseModel(_Request):
    type: Literal["choose_model"]
    name: ModelName


class UnloadEngine(_Request):
    """Give its memory back; the next save starts it again."""

    type: Literal["unload_engine"]


class SetAi(_Request):
    type: Literal["ai"]
    on: bool


class Mod(_Request):
    """Ask the model about a map, saved just now or not."""

    type: Literal["mod"]
    key: Key


class ModSet(_Request):
    """Ask it about every difficulty beside that one."""

    type: Literal["mod_set"]
    key: Key


class CancelMod(_Request):
    type: Literal["cancel_mod"]
    key: Key


AboutModels = (
    PullModel | CancelPull | RemoveModel | ChooseModel | UnloadEngine | SetAi | Mod | ModSet | CancelMod
)
Request = Select | SetIntended | CheckNow | Pause | ChooseFolder | OpenLog | Show | Quit | AboutModels
