"""Songs for the tests, made by the encoders in the wheel: short bursts of noise at known times."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt
    from av.container import OutputContainer

    Samples = npt.NDArray[np.float32]

CLICKS_S = (0.25, 1.0, 1.7, 2.6)
SONG_S = 3.0


def click_track(rate: int, *, channels: int = 2) -> Samples:
    """[C, n]: bursts of 5 ms, each falling off at once, the same on every channel."""
    song = np.zeros(int(SONG_S * rate), dtype=np.float32)
    noise = np.random.default_rng(7)
    for click_s in CLICKS_S:
        length = rate // 200
        burst = noise.uniform(-0.8, 0.8, length) * np.linspace(1, 0, length)
        start = round(click_s * rate)
        # A codec keeps little above a few kHz; what is left must still say when.
        song[start : start + length] = np.convolve(burst, np.ones(3) / 3, mode="same")
    return np.repeat(song[None], channels, axis=0)


def write_song(
    path: Path, codec: str, samples: Samples, rate: int, *, layout: str = "stereo", video: bool = False
) -> Path:
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=25) if video else None
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, AudioStream)
        if codec == "vorbis":
            stream.codec_context.options = {"strict": "experimental"}  # FFmpeg's own encoder asks for it
        stream.codec_context.open()
        if isinstance(picture, VideoStream):
            _write_pictures(container, picture)
        resampler = AudioResampler(
            format=stream.codec_context.format,
            layout=layout,
            rate=rate,
            frame_size=stream.codec_context.frame_size or 1024,
        )
        frame = AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.sample_rate = rate
        frame.pts = 0
        for part in [*resampler.resample(frame), *resampler.resample(None), None]:
            container.mux(stream.encode(part))
    return path


def _write_pictures(container: OutputContainer, picture: VideoStream) -> None:
    picture.width = picture.height = 64
    picture.pix_fmt = "yuv420p"
    black = np.zeros((64, 64, 3), np.uint8)
    for _ in range(int(SONG_S * 25)):
        container.mux(picture.encode(VideoFrame.from_ndarray(black, format="rgb24")))
    container.mux(picture.encode(None))


def write_silent_wav(path: Path, *, seconds: float, rate: int, bytes_per_sample: int = 2) -> Path:
    """As long as one likes, and no larger on the disk than its header: the silence is a hole."""
    with wave.open(str(path), "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(bytes_per_sample)
        song.setframerate(rate)
        song.setnframes(int(seconds * rate))
        song.writeframesraw(b"")
    data_bytes = int(seconds * rate) * bytes_per_sample
    with path.open("r+b") as file:
        file.seek(4)
        file.write((36 + data_bytes).to_bytes(4, "little"))
        file.seek(40)
        file.write(data_bytes.to_bytes(4, "little"))
        file.truncate(44 + data_bytes)
    return path
