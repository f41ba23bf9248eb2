"""What is done about each request: one small function each, which names its rooms only when it is called.

Listing and fetching models loads no torch; neither does telling a map in tokens.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from engine import service
from engine.jobs import JobError

# What is imported inside functions here is imported there for the reason above.
# ruff: noqa: PLC0415

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.beatmap.objects import Mode
    from engine.child.loaded import LoadedModels
    from engine.child.state import Teller
    from engine.jobs import Job
    from engine.pipe import Setup


class House:
    """What jobs find when they come: where things lie, and what is in memory."""

    def __init__(self, setup: Setup, teller: Teller) -> None:
        self.setup = setup
        self.teller = teller

    @cached_property
    def models(self) -> LoadedModels:
        """For the thinking lane alone."""
        from engine.child.loaded import LoadedModels

        return LoadedModels(self.setup, self.teller)

    def folder_of(self, model: str, _mode: Mode) -> Path:
        """Where the checkpoint for maps of this mode lies. Raises CheckpointError where there is none."""
        folder = Path(model)
        if folder.is_absolute():
            return folder
        raise JobError(f"no model is called {model}: choose one of the list, or give a folder's whole path")


def tokens(request: service.Tokens, house: House) -> Job:
    from engine.checkpoints.errors import CheckpointError
    from engine.child import token_table
    from engine.tokens.errors import TokenError

    path = Path(request.path)
    try:
        beatmap = token_table.read_map(path)
        language = token_table.read_language(house.folder_of(request.model, beatmap.mode))
        song_ms = token_table.song_ms_of(path, beatmap, request.audio)
        yield from token_table.table(beatmap, language, song_ms)
    except (CheckpointError, TokenError) as error:
        raise JobError(str(error)) from error


LaneName: TypeAlias = Literal["thinking", "files", "network"]


class Handler(NamedTuple):
    lane: LaneName
    handle: Callable[[Any, House], Job]


HANDLERS: Final[dict[type[service.Request], Handler]] = {
    service.Tokens: Handler("files", tokens),
}
"""By what a request keeps busy: the processor or GPU, the disk, the network."""
