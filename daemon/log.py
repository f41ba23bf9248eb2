"""The log: one JSON object a line, put aside when it grows. File names go in, paths and secrets do not."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final

from daemon.paths import ensure_folder

if TYPE_CHECKING:
    from daemon.settings import LogSettings

FILE_NAME: Final = "mapside.log"
_TOKEN: Final = re.compile(r"token[=.][A-Za-z0-9_-]{8,}")
_HOME: Final = str(Path.home())
_QUIET: Final = ("websockets", "daemon.server.websockets", "PIL", "watchdog", "asyncio")
"""Chatty libraries: only what goes wrong in them."""


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
    return _TOKEN.sub("token=(hidden)", text).replace(_HOME, "~")


def start_log(folder: Path, settings: LogSettings, *, verbose: bool) -> Path:
    """The log's file; `verbose` shows everything in the terminal as well."""
    file = ensure_folder(folder) / FILE_NAME
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else settings.level.upper())
    handlers: list[logging.Handler] = [_rotating(file, settings)]
    if verbose:
        handlers.append(_terminal())
    for handler in handlers:
        root.addHandler(handler)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    return file


def stop_log() -> None:
    root = logging.getLogger()
    for handler in tuple(root.handlers):
        if isinstance(handler.formatter, JsonLines | OneLine):
            root.removeHandler(handler)
            handler.close()
    logging.captureWarnings(capture=False)


def _rotating(file: Path, settings: LogSettings) -> logging.Handler:
    handler = RotatingFileHandler(
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
