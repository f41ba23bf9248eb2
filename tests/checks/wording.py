"""What can be told by rule of a well-formed sentence, for every message that any test of a check sees."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ENGINE = Path(__file__).parents[2] / "engine"
MESSAGE_CHARACTERS = 200

NOT_OURS = re.compile(r"""(?<!\w)'[^']*'|"[^"]*"|\(\w+Error\)|\S*\.(?:mp3|ogg|wav|flac|osu)\b""")
"""What a message quotes: text of the map, names of files and of exceptions."""
MALFORMED = {
    "more than one space": re.compile(r"\s\s|[\n\t]"),
    "a space before a stop": re.compile(r"\s[.,:;!?]"),
    "no space after a stop": re.compile(r"[a-z)%][.,:;?][A-Za-z(]|[.,:;?][.,:;?]"),
    "no full stop at the end": re.compile(r"[^.]\Z"),
    "a small letter at the start": re.compile(r"\A[^A-Z0-9.]"),
}


@cache
def words_of_the_source() -> frozenset[str]:
    """Two words that were joined without a space between them make one that the source does not have."""
    texts = (path.read_text(encoding="utf-8") for path in ENGINE.rglob("*.py"))
    return frozenset(word.lower() for text in texts for word in re.findall(r"[A-Za-z]+", text))


def faults(text: str) -> list[str]:
    ours = NOT_OURS.sub("X", text)
    known = words_of_the_source()
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", ours.replace("'s", ""))]
    return [fault for fault, pattern in MALFORMED.items() if pattern.search(ours)] + [
        f"no word: {word}" for word in words if word not in known and word.removesuffix("s") not in known
    ]


def assert_is_a_message(text: str) -> None:
    assert faults(text) == [], text
    assert len(text) <= MESSAGE_CHARACTERS, text
