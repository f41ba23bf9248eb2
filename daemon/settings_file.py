"""The person's own settings file: read, found fault with by line, and changed in one place only."""

from __future__ import annotations

import codecs
import json
import os
import re
import shutil
import tempfile
import tomllib
from typing import TYPE_CHECKING, Any

from engine.held_open import patiently

if TYPE_CHECKING:
    from pathlib import Path

_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_START_AGAIN = "delete the file to start again with the defaults"
QUOTES = r" A path with \ goes between single quotes: 'D:\osu!\Songs'."

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
        lines = text.splitlines() or [""]
        number = int(place.group(1)) if place and place.group(1) else len(lines)
        what = _TOML_PLACE.sub("", str(error))
        hint = QUOTES if "\\" in "".join(lines[number - 1 : number]) else ""
        raise SettingsError(
            f"{file}, line {number}: {what}. Correct the line, or {_START_AGAIN}.{hint}"
        ) from error


def line_of(text: str, key: str) -> int | None:
    """The line, from 1, that gives a setting its value."""
    section, _, name = key.rpartition(".")
    current = ""
    for number, line in enumerate(text.split("\n"), start=1):
        header = _HEADER.match(line)
        if header:
            current = header.group(1)
        wanted = name if current == section else key if not current else None
        if wanted and re.match(rf"\s*{re.escape(wanted)}\s*=", line):
            return number
    return None


def save_setting(file: Path, key: str, value: SettingValue) -> None:
    """Write one setting ("section.key") into the person's file and leave every other byte as it was."""
    text = read_text(file)
    mark = codecs.BOM_UTF8 if file.exists() and file.read_bytes().startswith(codecs.BOM_UTF8) else b""
    wanted = parse(text, file)
    section, _, name = key.rpartition(".")
    if not isinstance(wanted.setdefault(section, {}), dict):
        raise SettingsError(f"{file}: {section} is not a section. Write [{section}] there instead.")
    wanted[section][name] = value
    after = _with_value(text, key, json.dumps(value, ensure_ascii=False))
    if _parsed_or_none(after) != wanted:
        raise SettingsError(f"{file}: {key} is written in a way Mapside cannot change. Set it by hand.")
    _write_atomically(file, mark + after.encode())


def _with_value(text: str, key: str, value: str) -> str:
    """The text with the old value replaced, or with a line of its own below its section's header."""
    number = line_of(text, key)
    if number is not None:
        lines = text.split("\n")
        return "\n".join([*lines[: number - 1], _replaced("\n".join(lines[number - 1 :]), value)])
    newline = "\r\n" if "\r\n" in text else "\n"
    ended = text if not text or text.endswith("\n") else text + newline
    section, _, name = key.rpartition(".")
    lines = ended.split("\n")
    for index, line in enumerate(lines):
        header = _HEADER.match(line)
        if header and header.group(1) == section:
            lines.insert(index + 1, f"{name} = {value}{newline[:-1]}")
            return "\n".join(lines)
    return f"{ended}{newline if ended else ''}[{section}]{newline}{name} = {value}{newline}"


def _replaced(text: str, value: str) -> str:
    """The text, which begins with "name = old value", with the value replaced: it may span lines."""
    start = text.index("=") + 1
    start += len(text[start:]) - len(text[start:].lstrip(" \t"))
    for end in range(start + 1, len(text) + 1):
        follows = text[end:].lstrip(" \t")
        if (not follows or follows[0] in "#\r\n") and _parsed_or_none(f"value = {text[start:end]}"):
            return text[:start] + value + text[end:]
    return text


def _parsed_or_none(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _write_atomically(file: Path, data: bytes) -> None:
    """Either the old file stands or the new one, whatever fails in between."""
    file = file.resolve()  # a link among somebody's dotfiles stays a link
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = file.parent / name
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            shutil.copymode(file, temporary)
        patiently(lambda: temporary.replace(file))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
