"""The log: one JSON object a line, put aside when it grows. File names go in, paths and secrets do not."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final

from daemon.paths import ensure_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from daemon.settings import LogSettings

_log = logging.getLogger(__name__)

FILE_NAME: Final = "mapside.log"
_TOKEN: Final = re.compile(r"token[=.][A-Za-z0-9_-]{8,}")
_HOME: Final = str(Path.home())
_QUIET: Final = ("websockets", "daemon.server.websockets", "PIL", "watchdog", "asyncio")
"""Chatty libraries: only what goes wrong in them."""
_hooks: list[Callable[[threading.ExceptHookArgs], object]] = []
"""What threads told of their failure before we did."""


class JsonLines(logging.Formatter):
    """{"at": local time, "level": ..., "room": logger, "thread": ..., "text": ..., "trace": only if any}"""

    def format(self, record: logging.LogRecord) -> str:
        milliseconds = int(record.msecs)
        entry = {
            "at": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.localtime(record.created))}.{milliseconds:03}",
            "level": record.levelname.lower(),
            "room": record.name,
            "thread": record.threadName,
            "text": without_secrets(record.getMessage()),
        }
        if record.exc_info:
            entry["trace"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


class OneLine(logging.Formatter):
    """For the terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def without_secrets(text: str) -> str:
    """No token, and no name of the person in a path of theirs."""
    for home in (_HOME, _HOME.replace("\\", "\\\\")):  # the second as Windows' errors quote it
        text = text.replace(home, "~")
    return _TOKEN.sub("token=(hidden)", text)


class _QuietRotation(RotatingFileHandler):
    """A full disk, or a file that another program keeps from being put aside, costs lines of the log only."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        """Otherwise logging would print a traceback for each line."""

    def doRollover(self) -> None:  # noqa: N802  the same
        with suppress(OSError):
            super().doRollover()

    def close(self) -> None:
        with suppress(OSError):
            super().close()


def start_log(folder: Path, settings: LogSettings, *, verbose: bool) -> Path:
    """The log's file; `verbose` shows everything in the terminal as well."""
    file = folder / FILE_NAME
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else settings.level.upper())
    handlers: list[logging.Handler] = [_nowhere()]
    with suppress(OSError):  # the store, which lies beside it, tells of the same trouble
        ensure_folder(folder)
        handlers.append(_rotating(file, settings))
    if verbose:
        handlers.append(_terminal())
    for handler in handlers:
        root.addHandler(handler)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    _hooks.append(threading.excepthook)
    threading.excepthook = _log_thread
    return file


def stop_log() -> None:
    root = logging.getLogger()
    for handler in tuple(root.handlers):
        if isinstance(handler.formatter, JsonLines | OneLine):
            root.removeHandler(handler)
            handler.close()
    logging.captureWarnings(capture=False)
    while _hooks:
        threading.excepthook = _hooks.pop()


def _log_thread(broken: threading.ExceptHookArgs) -> None:
    name = broken.thread.name if broken.thread else "unknown"
    _log.error("the thread %s failed", name, exc_info=broken.exc_value)


def _nowhere() -> logging.Handler:
    """Without any handler logging would write to the terminal by itself."""
    handler = logging.NullHandler()
    handler.setFormatter(OneLine())
    return handler


def _rotating(file: Path, settings: LogSettings) -> logging.Handler:
    handler = _QuietRotation(
        file,
        maxBytes=settings.max_file_bytes,
        backupCount=settings.kept_files,
        encoding="utf-8",
        errors="backslashreplace",
        delay=True,
    )
    handler.setFormatter(JsonLines())
    return handler


def _terminal() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    return handler
