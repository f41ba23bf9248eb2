"""What a page may ask for, and the answer: each request is one method of the companion."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from daemon import protocol
from daemon.protocol import BadRequestError
from daemon.wire_requests import (
    AboutWriting,
    CancelMod,
    CancelPull,
    CheckNow,
    ChooseFolder,
    ChooseModel,
    ListObjects,
    Mod,
    ModSet,
    OpenLog,
    Pause,
    PullModel,
    Quit,
    RemoveModel,
    RequestId,
    Select,
    SetAi,
    SetIntended,
    Show,
    UnloadEngine,
)
from daemon.writing.requests import do_about_writing

if TYPE_CHECKING:
    from daemon.server import Client
    from daemon.wire_objects import ObjectsJson
    from daemon.wire_requests import AboutModels, AboutTheRest
    from daemon.writing.requests import WritingActions

_log = logging.getLogger(__name__)


class RefusedError(Exception):
    """A sentence for the page: why not, and what to do."""


class Actions(Protocol):
    """What the companion does for those who ask, page or tray."""

    @property
    def writing(self) -> WritingActions: ...

    async def select(self, client: Client, key: str) -> None: ...
    async def objects(self, key: str, map_version: int, first: int) -> ObjectsJson: ...
    async def set_intended(self, key: str, finding: str, *, on: bool) -> None: ...
    async def check_now(self, key: str | None) -> None: ...
    def pause(self, on: bool) -> None: ...
    async def choose_folder(self, path: str) -> None: ...
    def open_log(self) -> None: ...
    def come_forward(self) -> None: ...
    def quit(self) -> None: ...
    async def pull_model(self, name: str) -> None: ...
    def cancel_pull(self, name: str) -> None: ...
    async def remove_model(self, name: str) -> None: ...
    async def choose_model(self, name: str) -> None: ...
    async def unload_engine(self) -> None: ...
    def set_ai(self, on: bool) -> None: ...
    async def mod(self, key: str) -> None: ...
    async def mod_set(self, key: str) -> None: ...
    def cancel_mod(self, key: str) -> None: ...


async def answer(actions: Actions, client: Client, text: str | bytes) -> None:
    """A request with an id gets a reply; one without gets a notice if it could not be done."""
    request_id: RequestId = None
    data: object = None
    try:
        request = protocol.read_request(text)
        request_id = request.id
        if isinstance(request, AboutWriting):
            data = await do_about_writing(actions.writing, request)
        elif isinstance(request, ListObjects):
            data = await actions.objects(request.key, request.map_version, request.first)
        else:
            await _do(actions, client, request)
    except BadRequestError as error:
        _refuse(client, error.id, str(error))
    except RefusedError as error:
        _refuse(client, request_id, str(error))
    except Exception:  # noqa: BLE001  whatever it was, the page that asked gets an answer; it is logged with its traceback
        _log.exception("a request failed")
        _refuse(client, request_id, "That failed inside Mapside; the log names the place.")
    else:
        if request_id is not None:
            client.send(protocol.reply(request_id, data=data))


def _refuse(client: Client, request_id: RequestId, sentence: str) -> None:
    if request_id is None:
        client.send(protocol.notice("error", sentence))
    else:
        client.send(protocol.reply(request_id, error=sentence))


async def _do(actions: Actions, client: Client, request: AboutTheRest | AboutModels) -> None:
    match request:
        case Select(key=key):
            await actions.select(client, key)
        case SetIntended(key=key, finding=finding, on=on):
            await actions.set_intended(key, finding, on=on)
        case CheckNow(key=key):
            await actions.check_now(key)
        case Pause(on=on):
            actions.pause(on)
        case ChooseFolder(path=path):
            await actions.choose_folder(path)
        case OpenLog():
            actions.open_log()
        case Show():
            actions.come_forward()
        case Quit():
            actions.quit()
        case _:
            await _do_about_models(actions, request)


async def _do_about_models(actions: Actions, request: AboutModels) -> None:
    match request:
        case PullModel(name=name):
            await actions.pull_model(name)
        case CancelPull(name=name):
            actions.cancel_pull(name)
        case RemoveModel(name=name):
            await actions.remove_model(name)
        case ChooseModel(name=name):
            await actions.choose_model(name)
        case UnloadEngine():
            await actions.unload_engine()
        case SetAi(on=on):
            actions.set_ai(on)
        case Mod(key=key):
            await actions.mod(key)
        case ModSet(key=key):
            await actions.mod_set(key)
        case CancelMod(key=key):
            actions.cancel_mod(key)
