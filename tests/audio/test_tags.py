"""What an audio file says of its song."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from engine.audio.tags import LONGEST, Tags, tags_of

if TYPE_CHECKING:
    from pathlib import Path


def tagged(path: Path, codec: str, **tags: str) -> Path:
    """A tenth of a second."""
    with av.open(str(path), "w") as container:
        container.metadata.update(tags)
        stream = container.add_stream(codec, rate=44_100, layout="mono")
        assert isinstance(stream, AudioStream)
        frame = AudioFrame.from_ndarray(np.zeros((1, 4410), np.int16), format="s16", layout="mono")
        frame.sample_rate = 44_100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("name", "codec"), [("song.flac", "flac"), ("song.wav", "pcm_s16le")])
def test_title_and_artist_are_read(tmp_path: Path, name: str, codec: str) -> None:
    path = tagged(tmp_path / name, codec, title=" 晴れ ", artist="Somebody")
    assert tags_of(path) == Tags("晴れ", "Somebody")


def test_what_is_not_said_is_none(tmp_path: Path) -> None:
    assert tags_of(tagged(tmp_path / "song.flac", "flac", title="  ")) == Tags()


def test_nothing_is_a_name_that_is_a_book(tmp_path: Path) -> None:
    title = tags_of(tagged(tmp_path / "song.flac", "flac", title="a" * 100_000)).title
    assert title is not None
    assert len(title) == LONGEST
