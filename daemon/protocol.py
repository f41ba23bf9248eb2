"""What every message between the companion and its pages has in common, version 1.

What comes in is validated (pydantic) and turned into a `Request`; what goes out is encoded once. It is built
by `protocol_maps`, `protocol_engine` and `protocol_writing` from what the other rooms know: these four alone
know the messages' shape. `tests/daemon/message_examples.py` gives one of each.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from daemon.wire_requests import Request, RequestId

if TYPE_CHECKING:
    from daemon.wire import Level, NoticeJson, Outgoing, ReplyJson

PROTOCOL = 1
SUBPROTOCOL = f"mapside.{PROTOCOL}"
TOKEN_PREFIX = "token."  # noqa: S105  the name of the field, not a secret

_TOLD_APART_BY_TYPE: Any = Annotated[Request, Field(discriminator="type")]
_REQUEST: TypeAdapter[Request] = TypeAdapter(_TOLD_APART_BY_TYPE)


class BadRequestError(ValueError):
    """Says to the page what is wrong with its message; `id` is its request's, where that could be read."""

    def __init__(self, sentence: str, request_id: RequestId = None) -> None:
        super().__init__(sentence)
        self.id = request_id


def read_request(text: str | bytes) -> Request:
    if isinstance(text, bytes):
        raise BadRequestError("A message is JSON text, not bytes.")
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"A message is one JSON object: {error}.") from error
    if not isinstance(raw, dict):
        raise BadRequestError("A message is one JSON object with a type.")
    try:
        return _REQUEST.validate_json(text)  # of JSON, so that a list may become a tuple
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "type"
        raise BadRequestError(f"{place}: {first['msg']}.", _id_of(raw)) from error


def write_request(request: Request) -> str:
    """For clients of our own: a second start, the tests."""
    return request.model_dump_json(exclude_none=True)


@dataclass(frozen=True, slots=True)
class Reply:
    id: RequestId
    ok: bool
    error: str | None


def read_reply(text: str | bytes) -> Reply | None:
    """For clients of our own; None for every other message."""
    message = json.loads(text)
    if message.get("type") != "reply":
        return None
    return Reply(message["id"], message["ok"], message["error"])


def _id_of(raw: dict[str, Any]) -> RequestId:
    request_id = raw.get("id")
    return request_id if isinstance(request_id, int | str) else None


@dataclass(frozen=True, slots=True)
class Message:
    """Encoded once, however many pages it goes to."""

    text: str
    replaces: str | None
    """A waiting message of the same kind is out of date once this one is there; None: each counts."""


def notice(level: Level, text: str) -> Message:
    message: NoticeJson = {"type": "notice", "level": level, "text": text}
    return encoded(message, f"notice {level} {text}")


def reply(request_id: RequestId, *, error: str | None = None, data: Any = None) -> Message:
    message: ReplyJson = {
        "type": "reply",
        "id": request_id,
        "ok": error is None,
        "error": error,
        "data": data,
    }
    return encoded(message, None)


def encoded(message: Outgoing, replaces: str | None) -> Message:
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A lone surrogate cannot be sent as UTF-8; a map may hold anything.
    return Message(text.encode("utf-8", "replace").decode("utf-8"), replaces)


def number(value: float) -> float:
    """JSON knows neither NaN nor infinity; a map can hold both."""
    return value if math.isfinite(value) else 0.0


def number_or_none(value: float | None) -> float | None:
    return None if value is None else number(value)
