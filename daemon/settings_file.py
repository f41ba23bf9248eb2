"""The person's own settings file: read, found fault with by line, and changed in one place only."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_BYTE_ORDER_MARK = "\ufeff"
_START_AGAIN = "delete the file to start again with the defaults"

SettingValue = str | bool | int | list[str]


class SettingsError(ValueError):
    """One sentence for the person: which file, which line, and how to go on."""


def read_text(file: Path) -> str:
    """The file's text without the mark some Windows editors put in front; "" if there is no such file."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} is not UTF-8 text. Save it as UTF-8, or {_START_AGAIN}.") from error
    except OSError as error:
        raise SettingsError(
            f"{file} cannot be read ({error.strerror}). Make it readable, or {_START_AGAIN}."
        ) from error


def parse(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        line = place.group(1) if place and place.group(1) else str(len(text.splitlines()) or 1)
        what = _TOML_PLACE.sub("", str(error))
        raise SettingsError(f"{file}, line {line}: {what}. Correct the line, or {_START_AGAIN}.") from error


def line_of(text: str, key: str) -> int | None:
    """The line, from 1, that gives a setting its value."""
    section, _, name = key.rpartition(".")
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        if header:
            current = header.group(1)
        wanted = name if current == section else key if not current else None
        if wanted and re.match(rf"\s*{re.escape(wanted)}\s*=", line):
            return number
    return None
