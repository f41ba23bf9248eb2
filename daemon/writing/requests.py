"""What a page may ask for about writing: each request is one method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from daemon.wire_writing_requests import (
    Accept,
    AcceptDisclosure,
    CancelMap,
    CancelRegeneration,
    DescribeModel,
    DismissRegeneration,
    GenerateMap,
    OpenMapFolder,
    Play,
    ReadRange,
    RedoWrite,
    Regenerate,
    RevertRange,
    SetWriting,
    UndoWrite,
)

if TYPE_CHECKING:
    from daemon.wire_writing import OptionsJson, PlayedJson, RangeJson
    from daemon.wire_writing_requests import AboutWriting


class WritingActions(Protocol):
    """What the companion does for those who want something written, page or tray."""

    def accept_disclosure(self) -> None: ...
    def set_writing(self, on: bool) -> None: ...
    async def describe(self, mode: str, name: str | None) -> OptionsJson: ...
    def read_range(self, key: str, text: str) -> RangeJson: ...
    async def regenerate(self, asked: Regenerate) -> None: ...
    def cancel(self, key: str) -> None: ...
    def dismiss(self, key: str) -> None: ...
    async def play(self, key: str, candidate: int | None) -> PlayedJson: ...
    async def accept(self, asked: Accept) -> None: ...
    async def undo(self, key: str) -> None: ...
    async def redo(self, key: str) -> None: ...
    async def revert(self, key: str, range_id: str) -> None: ...
    async def generate_map(self, asked: GenerateMap) -> None: ...
    def cancel_map(self) -> None: ...
    def open_map_folder(self) -> None: ...


async def do_about_writing(
    actions: WritingActions, request: AboutWriting
) -> OptionsJson | PlayedJson | RangeJson | None:
    """What the reply carries."""
    match request:
        case DescribeModel(mode=mode, name=name):
            return await actions.describe(mode, name)
        case ReadRange(key=key, text=text):
            return actions.read_range(key, text)
        case Play(key=key, candidate=candidate):
            return await actions.play(key, candidate)
        case AcceptDisclosure():
            actions.accept_disclosure()
        case SetWriting(on=on):
            actions.set_writing(on)
        case Regenerate():
            await actions.regenerate(request)
        case CancelRegeneration(key=key):
            actions.cancel(key)
        case DismissRegeneration(key=key):
            actions.dismiss(key)
        case _:
            await _do_to_files(actions, request)
    return None


async def _do_to_files(
    actions: WritingActions,
    request: Accept | UndoWrite | RedoWrite | RevertRange | GenerateMap | CancelMap | OpenMapFolder,
) -> None:
    match request:
        case Accept():
            await actions.accept(request)
        case UndoWrite(key=key):
            await actions.undo(key)
        case RedoWrite(key=key):
            await actions.redo(key)
        case RevertRange(key=key, range=range_id):
            await actions.revert(key, range_id)
        case GenerateMap():
            await actions.generate_map(request)
        case CancelMap():
            actions.cancel_map()
        case OpenMapFolder():
            actions.open_map_folder()
