"""What a page may ask for, and the answer: each request is one method of the companion."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

from daemon import protocol
from daemon.protocol import BadRequestError
from daemon.wire_requests import (
    CheckNow,
    ChooseFolder,
    OpenLog,
    Pause,
    Quit,
    Request,
    RequestId,
    Select,
    SetIntended,
    Show,
)

if TYPE_CHECKING:
    from daemon.server import Client

_log = logging.getLogger(__name__)


class RefusedError(Exception):
    """A sentence for the page: why not, and what to do."""


class Actions(Protocol):
    """What the companion does for those who ask, page or tray."""

    async def select(self, client: Client, key: str) -> None: ...
    async def set_intended(self, key: str, finding: str, *, on: bool) -> None: ...
    async def check_now(self, key: str | None) -> None: ...
    def pause(self, on: bool) -> None: ...
    async def choose_folder(self, path: str) -> None: ...
    def open_log(self) -> None: ...
    def come_forward(self) -> None: ...
    def quit(self) -> None: ...


async def answer(actions: Actions, client: Client, text: str | bytes) -> None:
    """A request with an id gets a reply; one without gets a notice if it could not be done."""
    request_id = None
    try:
        request = protocol.read_request(text)
        request_id = request.id
        data = await _do(actions, client, request)
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


async def _do(actions: Actions, client: Client, request: Request) -> Any:
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
