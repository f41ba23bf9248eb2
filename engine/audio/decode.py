"""Any audio a map may name, decoded to where FFmpeg puts each sample.

An encoder begins with some silence of its own (an mp3's is 25 ms); FFmpeg knows from the file how much and
drops it, and so does everything that counts from the song's beginning. What a video container holds before
its sound is not waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import av
import numpy as np
from av.audio.stream import AudioStream

from engine.audio.resample import LinearResampler, mixed_to_mono
from engine.audio.waveform import SAMPLE_RATE, Waveform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt
    from av.audio.frame import AudioFrame
    from av.container import InputContainer

    Int32 = npt.NDArray[np.int32]

SHORTEST_SONG_S: Final = 2
"""Less is a hit sound, or what is left of a download."""
LONGEST_SONG_HOURS: Final = 2
"""Some 230 MB once decoded (460 MB from Vorbis or Opus); a song for one map is minutes long."""

_LONGEST_SAMPLES = LONGEST_SONG_HOURS * 3600 * SAMPLE_RATE
_LOWEST_RATE_HZ: Final = 4_000
"""Below speech; a broken header that says 1 Hz would make hours of a moment."""
_BLOCK_SAMPLES = 16_384
"""Decoded at a time: small beside a song, large beside the cost of a call."""
_FIRST_GUESS_SAMPLES = 4 * 60 * SAMPLE_RATE
_CUT_TO_16_BITS = frozenset({"mp3", "aac"})
"""These decode to fractions, yet the models' songs were cut to 16 bits; those of Vorbis and Opus to 32."""
_KEPT_AS: Final[dict[str, type[np.signedinteger]]] = {"u8": np.int8, "s16": np.int16}


class AudioError(ValueError):
    """One sentence for the mapper: which file, what is wrong with it, and what to do."""


def load_audio(path: Path) -> Waveform:
    _make_sure_there_is_a_file(path)
    try:
        # A playlist may call itself song.mp3: nothing it names is fetched from anywhere else.
        options = {"protocol_whitelist": "file"}
        with av.open(f"file:{path}", metadata_errors="replace", options=options) as container:
            waveform = _decoded(container, path)
    except AudioError:
        raise  # it is a ValueError, and says more than the one below
    except (av.FFmpegError, OSError, ValueError) as error:
        raise _not_audio(path) from error
    if waveform.samples < SHORTEST_SONG_S * SAMPLE_RATE:
        raise AudioError(
            f"{path.name} holds only {waveform.length_ms / 1000:.1f} seconds of sound: if it should be a "
            "song, download the map again; if it is a hit sound, choose the song in the editor's song setup"
        )
    return waveform


def _make_sure_there_is_a_file(path: Path) -> None:
    missing = AudioError(
        f"{path.name} is missing: put it back into the map's folder, or choose another song in the editor's "
        "song setup"
    )
    try:
        if not path.is_file():
            raise missing
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise AudioError(
            f"{path.name} cannot be opened ({error.strerror}): give it a plain name, and see that no other "
            "program holds it and that you may read it"
        ) from error
    if empty:
        raise AudioError(f"{path.name} is empty, not one byte: download the map again")


def _not_audio(path: Path) -> AudioError:
    return AudioError(
        f"{path.name} is not audio that FFmpeg can read: save it again as mp3 or ogg, or choose another song "
        "in the editor's song setup"
    )


def _decoded(container: InputContainer, path: Path) -> Waveform:
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream):
        raise _not_audio(path)
    track: _Track | None = None
    for frames in _alike(_frames(container, stream)):
        if frames[0].sample_rate < _LOWEST_RATE_HZ:
            raise AudioError(
                f"{path.name} says it holds {frames[0].sample_rate} samples a second, which no song does: "
                "download the map again, or save the song again as mp3 or ogg"
            )
        if track is None:
            track = _Track(_kept_as(stream, frames[0]), _expected_samples(container))
        track.hear(frames)
        if track.samples > _LONGEST_SAMPLES:
            raise AudioError(
                f"{path.name} is longer than {LONGEST_SONG_HOURS} hours, more than the models can hold: "
                "cut the song to the part that is mapped"
            )
    if track is None:
        raise _not_audio(path)
    return track.finished()


def _expected_samples(container: InputContainer) -> int:
    """What the file says, which may be a guess and may be nothing; never more than we would keep."""
    if not container.duration or container.duration < 0:
        return _FIRST_GUESS_SAMPLES
    return min(container.duration * SAMPLE_RATE // av.time_base, _LONGEST_SAMPLES) + SAMPLE_RATE


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """A packet that cannot be decoded is left out, and what comes after it moves up, as in FFmpeg."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            frames = packet.decode()
        except av.FFmpegError:
            continue  # where the file itself cannot be read on, there is no next packet
        yield from frames


def _alike(frames: Iterator[AudioFrame]) -> Iterator[list[AudioFrame]]:
    """Groups of about a block, each of one rate and one layout: both may change in the middle of a file."""
    group: list[AudioFrame] = []
    samples = 0
    for frame in frames:
        if group and (samples >= _BLOCK_SAMPLES or _shape(frame) != _shape(group[0])):
            yield group
            group, samples = [], 0
        group.append(frame)
        samples += frame.samples
    if group:
        yield group


def _shape(frame: AudioFrame) -> tuple[int, int, str]:
    return frame.sample_rate, frame.layout.nb_channels, frame.format.name


def _kept_as(stream: AudioStream, frame: AudioFrame) -> type[np.signedinteger]:
    if stream.codec_context.codec.canonical_name in _CUT_TO_16_BITS:
        return np.int16
    return _KEPT_AS.get(frame.format.packed.name, np.int32)


class _Track:
    """What has been heard of a song so far, on one stretch of memory that is seldom moved."""

    def __init__(self, kept_as: type[np.signedinteger], expected_samples: int) -> None:
        self._pcm = np.empty(expected_samples, dtype=kept_as)
        self._bits = 8 * self._pcm.itemsize
        self._peak = 0
        self._shape: tuple[int, int, str] | None = None
        self._resampler = LinearResampler(SAMPLE_RATE, SAMPLE_RATE)
        self.samples = 0

    def hear(self, frames: list[AudioFrame]) -> None:
        if self._shape != _shape(frames[0]):
            self._shape = _shape(frames[0])
            self._resampler = LinearResampler(frames[0].sample_rate, SAMPLE_RATE)
        block = np.concatenate([_by_channel(frame) for frame in frames], axis=1)
        full_scale = self._resampler.feed(_full_scale(block, self._bits))
        self._append(mixed_to_mono(full_scale >> (32 - self._bits)))

    def _append(self, mono: Int32) -> None:
        if mono.size == 0:
            return
        end = self.samples + mono.size
        if end > self._pcm.size:
            # Nothing else looks at it yet, and large arrays grow where they are.
            self._pcm.resize(end + end // 8, refcheck=False)
        self._pcm[self.samples : end] = mono
        self._peak = max(self._peak, int(mono.max()), -int(mono.min()))
        self.samples = end

    def finished(self) -> Waveform:
        self._pcm.resize(self.samples, refcheck=False)
        return Waveform(self._pcm, self._peak)


def _by_channel(frame: AudioFrame) -> npt.NDArray[np.generic]:
    """[C, n], in whatever numbers the decoder speaks."""
    samples = frame.to_ndarray()
    return samples if frame.format.is_planar else samples.reshape(-1, frame.layout.nb_channels).T


def _full_scale(block: npt.NDArray[np.generic], bits: int) -> Int32:
    """As 32-bit whole numbers; fractions are first rounded to what `bits` can say."""
    if isinstance(block.dtype, np.dtypes.UInt8DType):
        return (block.astype(np.int32) - 128) << 24
    if isinstance(block.dtype, np.dtypes.Int16DType):
        return block.astype(np.int32) << 16
    if isinstance(block.dtype, np.dtypes.Int32DType):
        return block.astype(np.int32)
    steps = 2.0 ** (bits - 1)
    fractions = np.nan_to_num(block, posinf=1, neginf=-1).astype(np.float64)
    whole: Int32 = np.rint(fractions * steps).clip(-steps, steps - 1).astype(np.int32)
    return whole << (32 - bits)
