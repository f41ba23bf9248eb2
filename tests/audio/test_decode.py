from __future__ import annotations

import errno
import io
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import decode
from engine.audio.decode import AudioError, load_audio
from engine.audio.resample import LinearResampler
from engine.beatmap.document import Document
from tests.audio.encoding import SONG_S, click_track, write_silent_wav, write_song
from tests.shared_data import shared

if TYPE_CHECKING:
    import numpy.typing as npt

    from engine.audio.waveform import Waveform

ROOT = Path(__file__).resolve().parents[2]
MP3_DELAY_SAMPLES = 576 + 529
"""What LAME puts before a song, and what the decoder adds: 25 ms at 44.1 kHz."""

LOSSY = [
    ("song.mp3", "libmp3lame", 44_100),
    ("song48.mp3", "libmp3lame", 48_000),
    ("song22.mp3", "libmp3lame", 22_050),
    ("song.ogg", "vorbis", 44_100),
    ("song.opus", "libopus", 48_000),
    ("opus.ogg", "libopus", 48_000),
    ("song.m4a", "aac", 44_100),
]
LOSSLESS = [
    ("song.wav", "pcm_s16le", 44_100),
    ("song24.wav", "pcm_s24le", 48_000),
    ("float.wav", "pcm_f32le", 44_100),
    ("song.flac", "flac", 44_100),
    ("lossless.m4a", "alac", 44_100),
]
IN_VIDEO = [
    ("video.mp4", "aac", 44_100),
    ("video.mkv", "libopus", 48_000),
    ("vorbis.mkv", "vorbis", 44_100),
]


def heard(waveform: Waveform) -> npt.NDArray[np.float32]:
    row = np.empty(waveform.samples, dtype=np.float32)
    waveform.fill(row, 0)
    return row


def expected(rate: int) -> npt.NDArray[np.float64]:
    whole = (click_track(rate, channels=1).astype(np.float64) * 2**30).astype(np.int32)
    mono: npt.NDArray[np.float64] = LinearResampler(rate, 16_000).feed(whole)[0] / 2.0**30
    return mono


def lag_samples(ours: npt.NDArray[np.float32], theirs: npt.NDArray[np.float64]) -> int:
    """By how much ours comes later: where the two are most alike."""
    size = 2 ** (len(ours) + len(theirs)).bit_length()
    alike = np.fft.irfft(np.fft.rfft(ours, size) * np.fft.rfft(theirs, size).conj(), size)
    best = int(alike.argmax())
    return best if best < size // 2 else best - size


@pytest.mark.parametrize(("name", "codec", "rate"), LOSSY + LOSSLESS)
def test_every_click_is_heard_when_it_was_played(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    waveform = load_audio(write_song(tmp_path / name, codec, click_track(rate), rate))
    assert lag_samples(heard(waveform), expected(rate)) == 0
    assert waveform.length_ms == pytest.approx(SONG_S * 1000, abs=20)


@pytest.mark.parametrize(("name", "codec", "rate"), IN_VIDEO)
def test_so_it_is_inside_a_video(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    path = write_song(tmp_path / name, codec, click_track(rate), rate, video=True)
    assert lag_samples(heard(load_audio(path)), expected(rate)) == 0


@pytest.mark.parametrize(("name", "codec", "rate"), LOSSLESS[:4])
def test_what_loses_nothing_loses_nothing(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    ours = heard(load_audio(write_song(tmp_path / name, codec, click_track(rate), rate)))
    loudest = np.abs(expected(rate)).max()
    # Sixteen bits are rounded to in the file, and cut to when resampled and when mixed.
    steps = 2 * 2.0**-15 / loudest
    assert ours.tolist() == pytest.approx(expected(rate) / loudest, abs=steps)


def test_an_mp3_whose_delay_is_left_in_is_25_ms_late(tmp_path: Path) -> None:
    """So the tests above could tell."""
    path = write_song(tmp_path / "song.mp3", "libmp3lame", click_track(44_100), 44_100)
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        stream.codec_context.flags2 |= av.codec.context.Flags2.skip_manual
        left = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(stream)])
    assert lag_samples(left, click_track(44_100)[0].astype(np.float64)) == MP3_DELAY_SAMPLES


def test_a_real_mp3_has_as_many_samples_as_its_encoder_was_given() -> None:
    """LAME writes into the first frame how many frames follow, and what to drop at both ends."""
    path = shared("audio", "circle-the-halls", "audio.mp3")
    data = path.read_bytes()
    tag = data.index(b"Xing")
    frames = int.from_bytes(data[tag + 8 : tag + 12], "big")
    lame = data.index(b"LAME", tag)
    ends = int.from_bytes(data[lame + 21 : lame + 24], "big")
    given = frames * 1152 - (ends >> 12) - (ends & 0xFFF)
    assert load_audio(path).samples == (given - 1) * 16_000 // 44_100 + 1


def test_a_real_song_starts_its_sounds_where_its_mapper_put_the_objects() -> None:
    folder = shared("audio", "circle-the-halls")
    song = heard(load_audio(folder / "audio.mp3")).astype(np.float64)
    (map_path,) = folder.glob("*.osu")
    times_ms = np.array([obj.time_ms for obj in Document.parse(map_path.read_bytes()).beatmap.objects])
    loudness = np.log1p(1e3 * np.add.reduceat(np.diff(song, prepend=0) ** 2, np.arange(0, len(song), 16)))
    onsets = np.maximum(0, np.diff(loudness, n=1, prepend=0))  # one a millisecond
    lags_ms = np.arange(-60, 61)
    agreement = [onsets[(times_ms + lag_ms).astype(int)].mean() for lag_ms in lags_ms]
    # With an mp3's delay left in, this would be 25 ms later.
    assert abs(lags_ms[int(np.argmax(agreement))]) <= 10


@pytest.mark.parametrize(
    ("name", "codec", "rate", "kept_as"),
    [
        ("song.mp3", "libmp3lame", 44_100, np.int16),
        ("song.m4a", "aac", 44_100, np.int16),
        ("song.ogg", "vorbis", 44_100, np.int32),
        ("song.opus", "libopus", 48_000, np.int32),
        ("song.flac", "flac", 44_100, np.int16),
        ("song.wav", "pcm_u8", 22_050, np.int8),
        ("song24.wav", "pcm_s24le", 44_100, np.int32),
    ],
)
def test_a_song_is_kept_as_finely_as_the_reference_keeps_it(
    tmp_path: Path, name: str, codec: str, rate: int, kept_as: type[np.signedinteger]
) -> None:
    path = write_song(tmp_path / name, codec, click_track(rate), rate)
    assert load_audio(path).pcm.dtype == kept_as


@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("5.1", 6)])
def test_any_number_of_channels_becomes_one(tmp_path: Path, layout: str, channels: int) -> None:
    samples = click_track(44_100, channels=channels)
    path = write_song(tmp_path / "song.flac", "flac", samples, 44_100, layout=layout)
    assert lag_samples(heard(load_audio(path)), expected(44_100)) == 0


def test_the_name_says_nothing_about_the_sound(tmp_path: Path) -> None:
    path = write_song(tmp_path / "song.ogg", "vorbis", click_track(44_100), 44_100)
    renamed = path.rename(tmp_path / "%20日本 song.mp3")
    assert lag_samples(heard(load_audio(renamed)), expected(44_100)) == 0


def test_a_song_may_change_its_rate_on_the_way(tmp_path: Path) -> None:
    rates = (44_100, 48_000)
    parts = [
        write_song(tmp_path / f"{rate}.mp3", "libmp3lame", click_track(rate), rate).read_bytes()
        for rate in rates
    ]
    (tmp_path / "song.mp3").write_bytes(b"".join(parts))
    ours = heard(load_audio(tmp_path / "song.mp3"))
    assert len(ours) / 16_000 == pytest.approx(2 * SONG_S, abs=0.15)
    assert lag_samples(ours[:48_000], expected(44_100)) == 0
    # The second part's own delay is not dropped: FFmpeg believes the first header alone.
    assert 0 <= lag_samples(ours[48_000:], expected(48_000)) < 0.15 * 16_000


def test_fractions_that_are_no_numbers_are_heard_as_something(tmp_path: Path) -> None:
    samples = click_track(44_100)
    samples[:, 100:110] = np.inf
    samples[:, 120] = np.nan
    waveform = load_audio(write_song(tmp_path / "song.wav", "pcm_f32le", samples, 44_100))
    assert np.isfinite(heard(waveform)).all()
    assert waveform.peak == 2**31 - 1


@given(seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_no_file_however_broken_gets_more_than_a_sentence(seed: int, broken_songs: BrokenSongs) -> None:
    path = broken_songs.broken(seed)
    try:
        sentence, samples = "", heard(load_audio(path))
    except AudioError as error:
        sentence, samples = str(error), np.zeros(0, np.float32)
    assert np.isfinite(samples).all()
    assert len(samples) or sentence.startswith(path.name)


class BrokenSongs:
    """Good songs with some bytes changed, taken out or put in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._songs = [
            write_song(folder / name, codec, click_track(rate), rate)
            for name, codec, rate in LOSSY + LOSSLESS
        ]

    def broken(self, seed: int) -> Path:
        chance = np.random.default_rng(seed)
        song = self._songs[chance.integers(len(self._songs))]
        data = bytearray(song.read_bytes())
        for _ in range(chance.integers(1, 20)):
            start = int(chance.integers(len(data)) * chance.random())
            data[start : start + chance.integers(50)] = chance.bytes(int(chance.integers(50)))
        path = self._folder / f"broken{song.suffix}"
        path.write_bytes(data)
        return path


@pytest.fixture(scope="module")
def broken_songs(tmp_path_factory: pytest.TempPathFactory) -> BrokenSongs:
    return BrokenSongs(tmp_path_factory.mktemp("songs"))


def test_a_silent_song_stays_silent(tmp_path: Path) -> None:
    waveform = load_audio(write_silent_wav(tmp_path / "silence.wav", seconds=3, rate=44_100))
    assert waveform.peak == 0
    assert not heard(waveform).any()


def test_a_damaged_song_is_heard_around_the_damage(tmp_path: Path) -> None:
    path = write_song(tmp_path / "song.mp3", "libmp3lame", click_track(44_100), 44_100)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 300] = b"\xff" * 300
    path.write_bytes(data)
    assert load_audio(path).length_ms == pytest.approx(SONG_S * 1000, abs=300)


def test_a_song_cut_short_by_a_download_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, (2, 3 * 44_100)).astype(np.float32)
    path = write_song(tmp_path / "song.flac", "flac", noise, 44_100)
    whole = load_audio(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 9 // 10])
    part = load_audio(path)
    assert 2_000 < part.length_ms < 3_000
    assert np.array_equal(part.pcm, whole.pcm[: part.samples])


def test_a_song_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"^gone\.mp3 is missing: put it back into the map's folder"):
        load_audio(tmp_path / "gone.mp3")


def test_a_name_no_disk_can_hold_is_no_song(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"^a{300}\.mp3 (cannot be opened|is missing)"):
        load_audio(tmp_path / f"{'a' * 300}.mp3")


def test_a_folder_is_no_song(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="is missing"):
        load_audio(tmp_path)


def test_an_empty_song_is_named(tmp_path: Path) -> None:
    (tmp_path / "song.mp3").touch()
    with pytest.raises(AudioError, match=r"^song\.mp3 is empty, not one byte: download the map again$"):
        load_audio(tmp_path / "song.mp3")


def test_a_song_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_silent_wav(tmp_path / "song.wav", seconds=3, rate=44_100)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    # The tests may run as root, who may read everything.
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AudioError, match=r"^song\.wav cannot be opened \(Permission denied\): give it"):
        load_audio(path)


@pytest.mark.parametrize(
    "data",
    [
        b"osu file format v14\n\n[General]\nAudioFilename: audio.mp3\n" * 20,
        bytes(range(256)) * 40,
        b"\x00" * 5_000,
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"ID3\x04\x00\x00\x00\x00\x00\x00",
    ],
    ids=["text", "bytes", "zeros", "half a header", "only a tag"],
)
def test_what_is_not_audio_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "audio.mp3"
    path.write_bytes(data)
    with pytest.raises(AudioError, match=r"^audio\.mp3 (is not audio|holds only)"):
        load_audio(path)


def test_a_video_without_sound_is_not_audio(tmp_path: Path) -> None:
    with io.BytesIO() as memory:
        with av.open(memory, "w", format="mp4") as container:
            picture = container.add_stream("mpeg4", rate=25)
            picture.width = picture.height = 64
            picture.pix_fmt = "yuv420p"
            black = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux([*picture.encode(black), *picture.encode(None)])
        (tmp_path / "video.mp4").write_bytes(memory.getvalue())
    with pytest.raises(AudioError, match=r"^video\.mp4 is not audio that FFmpeg can read"):
        load_audio(tmp_path / "video.mp4")


def test_a_playlist_fetches_nothing_from_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/song.ts\n", "utf-8")
    with pytest.raises(AudioError, match="is not audio"):
        load_audio(path)


def test_a_header_with_an_absurd_rate_is_named(tmp_path: Path) -> None:
    path = write_silent_wav(tmp_path / "song.wav", seconds=100_000, rate=1)
    with pytest.raises(AudioError, match=r"^song\.wav says it holds 1 samples a second, which no song does"):
        load_audio(path)


def test_one_second_is_not_a_song(tmp_path: Path) -> None:
    path = write_silent_wav(tmp_path / "hit.wav", seconds=1, rate=44_100)
    with pytest.raises(AudioError, match=r"^hit\.wav holds only 1\.0 seconds of sound: .*song setup$"):
        load_audio(path)


def test_a_song_as_long_as_is_allowed_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "_LONGEST_SAMPLES", 16_000 * 5)
    assert load_audio(write_silent_wav(tmp_path / "5.wav", seconds=5, rate=16_000)).length_ms == 5_000
    with pytest.raises(AudioError, match=r"^6\.wav is longer than 2 hours"):
        load_audio(write_silent_wav(tmp_path / "6.wav", seconds=6, rate=16_000))


def test_a_song_is_held_once(tmp_path: Path) -> None:
    path = write_silent_wav(tmp_path / "song.wav", seconds=600, rate=22_050)
    tracemalloc.start()
    waveform = load_audio(path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert waveform.pcm.nbytes == 600 * 16_000 * 2
    assert peak_bytes < 1.15 * waveform.pcm.nbytes


def test_a_song_whose_length_nobody_knows_is_held_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "_expected_samples", lambda _: 1_000)
    path = write_silent_wav(tmp_path / "song.wav", seconds=600, rate=22_050)
    tracemalloc.start()
    waveform = load_audio(path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert waveform.samples == 600 * 16_000
    assert peak_bytes < 1.3 * waveform.pcm.nbytes


def grown_bytes(path: Path, small: Path) -> tuple[int, str]:
    """In a process of its own: what loading takes of real memory at its highest, FFmpeg's share included."""
    script = """
import sys
from pathlib import Path
from engine.audio.decode import AudioError, load_audio
def highest():
    (line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024
load_audio(Path(sys.argv[2]))
before = highest()
try:
    said = str(load_audio(Path(sys.argv[1])).pcm.nbytes)
except AudioError as error:
    said = str(error)
print(highest() - before, said, sep="|")
"""
    command = [sys.executable, "-c", script, str(path), str(small)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    grown, said = done.stdout.strip().split("|")
    return int(grown), said


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel how much memory was used")
def test_a_song_takes_little_more_real_memory_than_its_samples(tmp_path: Path) -> None:
    small = write_silent_wav(tmp_path / "small.wav", seconds=3, rate=22_050)
    grown, kept = grown_bytes(write_silent_wav(tmp_path / "long.wav", seconds=1_800, rate=22_050), small)
    assert int(kept) == 1_800 * 16_000 * 2
    assert grown < 1.3 * int(kept)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel how much memory was used")
def test_ten_hours_are_refused_in_bounded_memory(tmp_path: Path) -> None:
    small = write_silent_wav(tmp_path / "small.wav", seconds=3, rate=22_050)
    path = write_silent_wav(tmp_path / "night.wav", seconds=36_000, rate=8_000)
    grown, said = grown_bytes(path, small)
    assert said == (
        "night.wav is longer than 2 hours, more than the models can hold: cut the song to the part that is "
        "mapped"
    )
    assert grown < 1.3 * 2 * 3600 * 16_000 * 2
