"""What an audio file says of its song."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import av
from av.error import FFmpegError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LONGEST: Final = 500
"""Characters; what is longer is no name."""


class Tags(NamedTuple):
    """None: nothing is said, or nothing that can be read."""

    title: str | None = None
    artist: str | None = None


def tags_of(path: Path) -> Tags:
    """Never raises: that a file is no song is said when it is decoded."""
    try:
        with av.open(path, metadata_errors="replace") as container:
            said = dict(container.metadata)
            for stream in container.streams.audio:  # Ogg's are the stream's
                said = {**stream.metadata, **said}
    except (FFmpegError, OSError, ValueError):
        return Tags()
    return Tags(_told(said, "title"), _told(said, "artist"))


def _told(said: Mapping[str, str], name: str) -> str | None:
    """FFmpeg gives names as the format writes them, in whatever case."""
    found = next((value.strip() for key, value in said.items() if key.lower() == name), "")
    return found[:LONGEST] or None
