"""One companion at a time: an operating system's lock decides, and a second start brings the first forward.

The lock ends with its process, however that ends, so nothing stale can keep a start from happening. Where the
first one can be reached stands in a file beside the lock, for this user alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from websockets.exceptions import WebSocketException

from daemon.paths import ensure_folder
from daemon.protocol import SUBPROTOCOL, TOKEN_PREFIX, read_reply, write_request
from daemon.server import HOST, WEBSOCKET_PATH, page_link
from daemon.wire_requests import Show
from engine.held_open import patiently

if TYPE_CHECKING:
    from pathlib import Path

    from websockets.typing import Subprotocol

_log = logging.getLogger(__name__)

LOCK_NAME: Final = "mapside.lock"
ADDRESS_NAME: Final = "address.json"
TOKEN_NAME: Final = "token"  # noqa: S105  a file's name
TOKEN_BYTES: Final = 32
ANSWER_TIMEOUT_S: Final = 5.0
"""How long a second start tries: the first may be starting itself."""
RETRY_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Address:
    port: int
    token: str

    @property
    def link(self) -> str:
        return page_link(self.port, self.token)


class Instance:
    """The right to be the one companion, held until `release`."""

    def __init__(self, folder: Path, lock: int | None) -> None:
        self._folder = folder
        self._lock = lock
        """None: the folder takes no file, and nobody can be kept from starting twice."""

    @classmethod
    def acquire(cls, folder: Path) -> Instance | None:
        """None if another companion runs."""
        try:
            ensure_folder(folder)
            lock = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | _NO_INHERIT, 0o600)
        except OSError as error:
            _log.warning("no lock: a second start will not find this one (%s)", error)
            return cls(folder, None)
        if not _try_lock(lock):
            os.close(lock)
            return None
        with suppress(OSError):
            (folder / ADDRESS_NAME).unlink()  # of a companion that ended without a goodbye
        return cls(folder, lock)

    def announce(self, address: Address) -> None:
        text = json.dumps({"port": address.port, "token": address.token})
        try:
            write_private(self._folder / ADDRESS_NAME, text)
        except OSError as error:
            _log.warning("no address: a second start will not reach this one (%s)", error)

    def release(self) -> None:
        with suppress(OSError):
            (self._folder / ADDRESS_NAME).unlink()
        if self._lock is not None:
            os.close(self._lock)


async def bring_forward(folder: Path, *, timeout_s: float = ANSWER_TIMEOUT_S) -> Address | None:
    """Asks the companion that runs to show itself; None if it does not answer."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        address = read_address(folder)
        if address and await _ask_to_show(address):
            return address
        await asyncio.sleep(RETRY_S)
    return None


def read_address(folder: Path) -> Address | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        values = json.loads((folder / ADDRESS_NAME).read_text(encoding="utf-8"))
        return Address(int(values["port"]), str(values["token"]))
    return None


async def _ask_to_show(address: Address) -> bool:
    from websockets.asyncio.client import connect  # noqa: PLC0415  only a second start calls somebody

    offers: list[Subprotocol] = [SUBPROTOCOL, f"{TOKEN_PREFIX}{address.token}"]  # type: ignore[list-item]  # a NewType of str
    try:
        async with (
            asyncio.timeout(ANSWER_TIMEOUT_S),
            connect(
                f"ws://{HOST}:{address.port}{WEBSOCKET_PATH}",
                subprotocols=offers,
                proxy=None,
                compression=None,
                max_size=None,
            ) as first,
        ):
            await first.send(write_request(Show(type="show", id=1)))
            async for message in first:
                if (reply := read_reply(message)) is not None:
                    return reply.ok
    except (OSError, TimeoutError, WebSocketException) as error:
        _log.info("the running companion did not answer: %s", type(error).__name__)
    return False


def load_token(folder: Path) -> str:
    """The secret of the page's link: kept, so that a page left open comes back after a restart."""
    file = folder / TOKEN_NAME
    with suppress(OSError, UnicodeDecodeError):
        token = file.read_text(encoding="ascii").strip()
        if len(token) >= TOKEN_BYTES and token.replace("-", "").replace("_", "").isalnum():
            with suppress(OSError):
                file.chmod(0o600)
            return token
    token = secrets.token_urlsafe(TOKEN_BYTES)
    try:
        ensure_folder(folder)
        write_private(file, token)
    except OSError as error:
        _log.warning("the token holds for this run only (%s)", error)
    return token


def write_private(file: Path, text: str) -> None:
    """Whole or not at all, and readable to this user alone from its first moment."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
        patiently(lambda: temporary.replace(file))  # a second start may be reading it just now
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise


if sys.platform == "win32":
    import msvcrt

    _NO_INHERIT = os.O_NOINHERIT

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    _NO_INHERIT = os.O_CLOEXEC

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
