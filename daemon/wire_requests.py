"""The shapes of what a page may ask for. pydantic checks every message that comes in against these."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from daemon.wire_words import Key, ModelName, PageRequest, RequestId
from daemon.wire_writing_requests import AboutWriting

__all__ = [
    "AboutModels",
    "AboutTheRest",
    "AboutWriting",
    "Key",
    "ModelName",
    "PageRequest",
    "Request",
    "RequestId",
]


class Select(PageRequest):
    """Show that map; it is read and checked again."""

    type: Literal["select"]
    key: Key


class SetIntended(PageRequest):
    """Of a rule's finding ("f3") or a model's ("m3")."""

    type: Literal["intended"]
    key: Key
    finding: Key
    on: bool


class CheckNow(PageRequest):
    type: Literal["check"]
    key: Key | None = None


class ListObjects(PageRequest):
    """Some of the objects of the version that the page shows. Replied to with `ObjectsJson`."""

    type: Literal["objects"]
    key: Key
    map_version: int
    first: Annotated[int, Field(ge=0)] = 0


class Pause(PageRequest):
    type: Literal["pause"]
    on: bool


class ChooseFolder(PageRequest):
    type: Literal["choose_folder"]
    path: Annotated[str, Field(min_length=1, max_length=4096)]


class OpenLog(PageRequest):
    type: Literal["open_log"]


class Show(PageRequest):
    """A second start asks the first to come forward."""

    type: Literal["show"]


class Quit(PageRequest):
    type: Literal["quit"]


class PullModel(PageRequest):
    """Download a model, or go on with a download that was broken off."""

    type: Literal["pull_model"]
    name: ModelName


class CancelPull(PageRequest):
    """What has come so far is kept."""

    type: Literal["cancel_pull"]
    name: ModelName


class RemoveModel(PageRequest):
    type: Literal["remove_model"]
    name: ModelName


class ChooseModel(PageRequest):
    type: Literal["choose_model"]
    name: ModelName


class UnloadEngine(PageRequest):
    """Give its memory back; the next save starts it again."""

    type: Literal["unload_engine"]


class SetAi(PageRequest):
    type: Literal["ai"]
    on: bool


class Mod(PageRequest):
    """Ask the model about a map, saved just now or not."""

    type: Literal["mod"]
    key: Key


class ModSet(PageRequest):
    """Ask it about every difficulty beside that one."""

    type: Literal["mod_set"]
    key: Key


class CancelMod(PageRequest):
    type: Literal["cancel_mod"]
    key: Key


AboutModels = (
    PullModel | CancelPull | RemoveModel | ChooseModel | UnloadEngine | SetAi | Mod | ModSet | CancelMod
)
AboutTheRest = Select | SetIntended | CheckNow | Pause | ChooseFolder | OpenLog | Show | Quit
Request = ListObjects | AboutTheRest | AboutModels | AboutWriting
