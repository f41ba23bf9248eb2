from __future__ import annotations

import os
import subprocess
import sys
import time
import wave
from typing import TYPE_CHECKING

import av
import pytest

from daemon.songs.song import SongLengths, measure
from engine.checks.check import Song
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

RATE_HZ = 44_100


@pytest.fixture
def map_path(tmp_path: Path) -> Path:
    return tmp_path / "a.osu"


def wav(path: Path, length_ms: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(bytes(4 * (RATE_HZ * length_ms // 1000)))
    return path


def encoded(path: Path, length_ms: int, codec: str) -> Path:
    source = wav(path.with_suffix(".source.wav"), length_ms)
    with av.open(str(source)) as sound, av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE_HZ, options={"strict": "experimental"})
        assert isinstance(stream, av.AudioStream)
        for frame in sound.decode(audio=0):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_the_length_of_a_wave_is_exact(map_path: Path) -> None:
    wav(map_path.with_name("audio.wav"), 1234)
    length_ms = SongLengths().measure(map_path, "audio.wav").length_ms
    assert length_ms == pytest.approx(1234, abs=0.1)


@pytest.mark.parametrize(("name", "codec"), [("audio.mp3", "libmp3lame"), ("audio.ogg", "vorbis")])
def test_compressed_audio_is_right_to_within_two_of_its_frames(map_path: Path, name: str, codec: str) -> None:
    encoded(map_path.with_name(name), 3000, codec)
    length_ms = SongLengths().measure(map_path, name).length_ms
    assert length_ms == pytest.approx(3000, abs=2 * 1152 / RATE_HZ * 1000)


def test_a_header_that_promises_more_is_not_believed(map_path: Path) -> None:
    audio = encoded(map_path.with_name("audio.mp3"), 8000, "libmp3lame")
    data = audio.read_bytes()
    audio.write_bytes(data[: len(data) // 2])
    with av.open(str(audio)) as container:
        assert container.duration is not None
        assert container.duration / 1000 > 7900
    length_ms = SongLengths().measure(map_path, "audio.mp3").length_ms
    assert length_ms == pytest.approx(4000, abs=200)


def test_a_real_song_is_as_long_as_its_packets() -> None:
    audio = shared("audio", "circle-the-halls", "audio.mp3")
    length_ms = SongLengths().measure(audio.with_name("a.osu"), "audio.mp3").length_ms
    assert length_ms == pytest.approx(109_218, abs=1)


def test_a_missing_file_is_said_and_found_once_it_comes(map_path: Path) -> None:
    songs = SongLengths()
    assert songs.known(map_path, "audio.wav") == Song(problem="audio.wav is missing")
    wav(map_path.with_name("Audio.WAV"), 100)
    assert songs.known(map_path, "audio.wav") is None
    assert songs.measure(map_path, "audio.wav").length_ms == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "audio.mp3 is empty"),
        (b"this is text, and not a song" * 100, "audio.mp3 is not audio"),
        (bytes(5000), "audio.mp3 is not audio"),
    ],
)
def test_what_is_no_audio_is_said_in_words(map_path: Path, content: bytes, problem: str) -> None:
    map_path.with_name("audio.mp3").write_bytes(content)
    assert SongLengths().measure(map_path, "audio.mp3") == Song(problem=problem)


def test_a_picture_is_not_audio(map_path: Path) -> None:
    with av.open(str(map_path.with_name("audio.png")), "w") as container:
        stream = container.add_stream("png", rate=1, options={})
        stream.width = stream.height = 16
        stream.pix_fmt = "rgb24"
        container.mux(stream.encode(av.VideoFrame(16, 16, "rgb24")))
        container.mux(stream.encode(None))
    assert SongLengths().measure(map_path, "audio.png") == Song(problem="audio.png is not audio")


def test_a_map_that_names_no_audio_says_so(map_path: Path) -> None:
    assert SongLengths().known(map_path, " ") == Song(problem="the map names no audio file")


def test_a_song_is_measured_once_and_again_when_it_changes(map_path: Path) -> None:
    songs = SongLengths()
    audio = wav(map_path.with_name("audio.wav"), 500)
    assert songs.known(map_path, "audio.wav") is None
    first = songs.measure(map_path, "audio.wav")
    assert songs.known(map_path, "audio.wav") is first
    assert songs.measure(map_path.with_name("other.osu"), "audio.wav") is first
    wav(audio, 700)
    os.utime(audio, (1, 1))
    assert songs.known(map_path, "audio.wav") is None
    assert songs.measure(map_path, "audio.wav").length_ms == pytest.approx(700, abs=0.1)


def test_ffmpeg_is_not_loaded_before_the_first_song() -> None:
    code = "import sys, daemon.songs.song; sys.exit('av' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_huge_file_that_is_no_song_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.songs.song.MOST_S", 0.3)
    audio = tmp_path / "audio.mp3"
    with audio.open("wb") as file:
        file.truncate(3_000_000_000)
    started = time.monotonic()
    assert measure(audio).problem == "audio.mp3 is not audio"
    assert time.monotonic() - started < 10
