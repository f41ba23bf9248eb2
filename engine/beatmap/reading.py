"""The smallest readings: bytes to text, text to numbers, with the game's tolerance and the game's limits.

Every failure is an `Unreadable` that says, to a person, what was found where a number was expected.
"""

from __future__ import annotations

from typing import Final, TypeAlias

PARSE_LIMIT: Final = 2_147_483_647
"""No number in a map may be larger (ppy/osu, Parsing.MAX_PARSE_VALUE)."""
COORDINATE_LIMIT: Final = 131_072
"""No coordinate or length may be larger (ppy/osu, Parsing.MAX_COORDINATE_VALUE)."""

SHOWN_CHARACTERS: Final = 40
BOM: Final = b"\xef\xbb\xbf"
UTF16_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")

Field: TypeAlias = bytes | str


class Unreadable(ValueError):  # noqa: N818 - says what the line is
    """A line, or a part of one, that the game could not read either. The message is for the mapper."""


def decoded(raw: bytes) -> str:
    """Text whose every byte finds its way back, valid UTF-8 or not."""
    return raw.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def quoted(field: Field) -> str:
    """What was found, short enough for a sentence and safe for a screen."""
    text = field.decode("utf-8", "replace") if isinstance(field, bytes) else field
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text.strip())
    if len(text) > SHOWN_CHARACTERS:
        text = text[: SHOWN_CHARACTERS - 1] + "…"
    return f"'{text}'" if text else "empty"


def read_float(field: Field, what: str, limit: float = PARSE_LIMIT) -> float:
    try:
        value = float(field)
    except ValueError:
        raise Unreadable(f"{what} is {quoted(field)}, not a number") from None
    if not -limit <= value <= limit or _has_underscore(field):
        raise Unreadable(f"{what} is {quoted(field)}, which the game does not accept as a number")
    return value


def read_int(field: Field, what: str) -> int:
    try:
        value = int(field)
    except ValueError:
        raise Unreadable(f"{what} is {quoted(field)}, not a whole number") from None
    if not -PARSE_LIMIT <= value <= PARSE_LIMIT or _has_underscore(field):
        raise Unreadable(f"{what} is {quoted(field)}, which the game does not accept as a number")
    return value


def _has_underscore(field: Field) -> bool:
    """Python reads 1_000 as a number; the game does not."""
    return (b"_" in field) if isinstance(field, bytes) else ("_" in field)


def without_comment(line: bytes) -> bytes:
    """What the game reads of a line outside [Metadata]: up to `//`, unless the line starts with it."""
    at = line.find(b"//")
    return line[:at].rstrip() if at > 0 else line.rstrip()


def is_silent(line: bytes) -> bool:
    """Blank lines and comment lines say nothing."""
    content = line.lstrip()
    return not content or content.startswith(b"//")


def terminator_of(raw: bytes) -> bytes:
    if raw.endswith(b"\r\n"):
        return b"\r\n"
    return raw[-1:] if raw.endswith((b"\n", b"\r")) else b""
