"""The smallest readings: bytes to text, text to numbers, with the game's tolerance and the game's limits.

Every failure is an `Unreadable` that says, to a person, what was found where a number was expected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from engine.beatmap.objects import Problem, SampleSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

PARSE_LIMIT: Final = 2_147_483_647.0
"""No number in a map may be larger (ppy/osu, Parsing.MAX_PARSE_VALUE)."""
COORDINATE_LIMIT: Final = 131_072.0
"""No coordinate or length may be larger (ppy/osu, Parsing.MAX_COORDINATE_VALUE)."""

SHOWN_CHARACTERS: Final = 40
BOM: Final = b"\xef\xbb\xbf"
UTF16_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")

SAMPLE_SETS: Final = tuple(SampleSet)

Key = TypeVar("Key")
Value = TypeVar("Value")


class Unreadable(ValueError):  # noqa: N818 - says what the line is
    """A line, or a part of one, that the game could not read either. The message is for the mapper."""


def decoded(raw: bytes) -> str:
    """Text whose every byte finds its way back, valid UTF-8 or not."""
    return raw.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def quoted(field: bytes | str) -> str:
    """What was found, short enough for a sentence and safe for a screen."""
    text = field.decode("utf-8", "replace") if isinstance(field, bytes) else field
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text.strip())
    if len(text) > SHOWN_CHARACTERS:
        text = text[: SHOWN_CHARACTERS - 1] + "…"
    return f"'{text}'" if text else "empty"


def read_float(field: bytes, what: str, limit: float = PARSE_LIMIT) -> float:
    try:
        value = float(field)
    except ValueError:
        raise Unreadable(f"{what} is {quoted(field)}, not a number") from None
    if -limit <= value <= limit and b"_" not in field:  # Python reads 1_000, the game does not
        return value
    raise Unreadable(f"{what} is {quoted(field)}, which the game does not accept as a number")


def read_int(field: bytes, what: str) -> int:
    try:
        value = int(field)
    except ValueError:
        raise Unreadable(f"{what} is {quoted(field)}, not a whole number") from None
    if -PARSE_LIMIT <= value <= PARSE_LIMIT and b"_" not in field:
        return value
    raise Unreadable(f"{what} is {quoted(field)}, which the game does not accept as a number")


def read_sample_set(field: bytes) -> SampleSet:
    """The game takes a set it does not know for the normal one."""
    number = read_int(field, "the sample set")
    return SAMPLE_SETS[number] if 0 <= number < len(SAMPLE_SETS) else SampleSet.NORMAL


class Memo(dict[Key, Value]):
    """A reading that is asked for again and again: at most as large as the file that asks."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[Key], Value], known: Mapping[Key, Value] | None = None) -> None:
        super().__init__(known or {})
        self._read = read

    def __missing__(self, key: Key) -> Value:
        value = self[key] = self._read(key)
        return value


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


def read_each(
    read: Callable[[int, bytes], Value],
    what: str,
    lines: Sequence[bytes],
    numbers: Iterable[int],
    problems: list[Problem],
) -> list[Value]:
    """What stands on these lines, in file order; a line that cannot be read becomes a problem."""
    found: list[Value] = []
    for number in numbers:
        try:
            found.append(read(number, lines[number]))
        except Unreadable as error:
            if not is_silent(lines[number]):
                problems.append(Problem(number, f"{what} left out: {error}"))
    return found
