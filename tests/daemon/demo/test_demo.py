"""The demo: a song on its grid, maps with the mistakes that were planted, and saves as stable makes them."""

from __future__ import annotations

import asyncio
import math
import statistics
from array import array
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import pytest
from PIL import Image

from daemon.demo import maps as demo_maps
from daemon.demo import song as demo_song
from daemon.demo import story as demo_module
from daemon.demo.maps import DIFFICULTIES, Mistake
from daemon.demo.song import BEAT_MS, OFFSET_MS, SAMPLE_RATE_HZ
from daemon.demo.story import AT_FIRST, STORY, DemoSongs, Save
from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.checks.check import Severity, Song
from engine.checks.run import run_checks

if TYPE_CHECKING:
    from pathlib import Path

SONG = Song(length_ms=float(demo_song.LENGTH_MS))


@pytest.fixture(scope="module")
def song() -> array[int]:
    return demo_song.render()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rendered once; tests that write make their own difficulties over it."""
    return DemoSongs.create(tmp_path_factory.mktemp("demo") / "Songs with a space, ünïcode").folder


def decoded(path: Path) -> array[float]:
    samples: array[float] = array("f")
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            samples.frombytes(bytes(frame.planes[0])[: 4 * frame.samples])
    return samples


# The song


def test_the_song_is_as_long_as_it_says(song: array[int]) -> None:
    assert len(song) * 1000 == demo_song.LENGTH_MS * SAMPLE_RATE_HZ
    assert 60_000 <= demo_song.LENGTH_MS <= 90_000


def test_the_song_is_loud_enough_and_never_clips(song: array[int]) -> None:
    peak = max(map(abs, song)) / 32768
    middle = song[len(song) // 3 : 2 * len(song) // 3]
    rms_dbfs = 20 * math.log10(statistics.fmean(x * x for x in middle) ** 0.5 / 32768)
    assert peak == pytest.approx(demo_song.PEAK, abs=0.001)
    assert -24 < rms_dbfs < -12


def test_the_song_does_not_drift_from_zero(song: array[int]) -> None:
    assert abs(statistics.fmean(song)) < 0.002 * 32768


def test_the_song_is_the_same_every_time(song: array[int]) -> None:
    assert demo_song.render() == song


def onset_ms(samples: array[int] | array[float], at_ms: float, reach_ms: int = 40) -> float:
    """Where, near that time, a sound begins: the steepest rise of treble energy between milliseconds."""

    def treble(ms: float) -> float:
        start = round(ms * SAMPLE_RATE_HZ / 1000)
        window = samples[start : start + SAMPLE_RATE_HZ // 1000]
        return sum((b - a) ** 2 for a, b in pairwise(window)) + 1e-9

    times = [at_ms + offset for offset in range(-reach_ms, reach_ms)]
    energies = [treble(ms) for ms in times]
    return times[1 + max(range(len(times) - 1), key=lambda i: energies[i + 1] / energies[i])]


def test_an_onset_is_measured_where_it_is(song: array[int]) -> None:
    """The ruler first: silence of 7 ms put before the song moves each onset by 7 ms."""
    start_ms, _ = demo_song.part_span_ms("chorus")
    later = array("h", [0] * (7 * SAMPLE_RATE_HZ // 1000)) + song
    assert onset_ms(later, start_ms) == pytest.approx(start_ms + 7, abs=1)


def test_every_beat_of_the_chorus_is_heard_on_its_millisecond(song: array[int]) -> None:
    start_ms, end_ms = demo_song.part_span_ms("chorus")
    beats = range(start_ms, end_ms, BEAT_MS)
    errors = [onset_ms(song, beat) - beat for beat in beats]
    assert max(map(abs, errors)) <= 1


def test_the_first_sound_is_on_the_first_beat(song: array[int]) -> None:
    first = next(index for index, sample in enumerate(song) if sample)
    assert first * 1000 / SAMPLE_RATE_HZ == pytest.approx(OFFSET_MS, abs=1)


def test_what_is_written_is_what_was_rendered(folder: Path, song: array[int]) -> None:
    """The file, decoded: as long, as loud, its beats where they were."""
    (path,) = folder.glob("*/audio.*")
    samples = decoded(path)
    assert len(samples) == pytest.approx(len(song), abs=0.05 * SAMPLE_RATE_HZ)
    assert 0.7 < max(map(abs, samples)) < 1.0, "an encoder's overshoot must not clip"
    start_ms, end_ms = demo_song.part_span_ms("chorus")
    errors = [onset_ms(samples, beat) - beat for beat in range(start_ms, end_ms, 4 * BEAT_MS)]
    assert max(map(abs, errors)) <= 3


def test_without_an_mp3_encoder_there_is_a_wav(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_encoder(*_: object) -> Path:
        raise av.FFmpegError(0, "Encoder not found")

    monkeypatch.setattr(demo_song, "_write_mp3", no_encoder)
    path = demo_song.write_song(tmp_path)
    assert path.suffix == ".wav"
    with av.open(str(path)) as container:
        assert container.duration == pytest.approx(demo_song.LENGTH_MS * 1000, rel=0.001)


# The maps


def said(data: bytes, least: Severity = Severity.MINOR) -> list[str]:
    findings = run_checks(Document.parse(data).beatmap, SONG)
    return [finding.check_id for finding in findings if finding.severity >= least]


@pytest.mark.parametrize("version", DIFFICULTIES)
def test_a_difficulty_without_mistakes_is_clean(version: str) -> None:
    assert said(DIFFICULTIES[version]("audio.mp3", frozenset())) == []


@pytest.mark.parametrize(
    ("mistake", "check_id"),
    [
        (Mistake.UNSNAPPED, "unsnapped-objects"),
        (Mistake.OFFSCREEN, "offscreen-objects"),
        (Mistake.MUTED, "muted-objects"),
        (Mistake.CONFLICTING, "conflicting-lines"),
        (Mistake.TOO_FAST, "timing-line-values"),
        (Mistake.CONCURRENT, "concurrent-objects"),
        (Mistake.SHORT_SPINNER, "short-spinners"),
        (Mistake.STACKED_NOTES, "mania-same-column"),
    ],
)
def test_a_planted_mistake_is_found(mistake: Mistake, check_id: str) -> None:
    version = "4K Normal" if mistake is Mistake.STACKED_NOTES else "Hard"
    assert check_id in said(DIFFICULTIES[version]("audio.mp3", frozenset({mistake})), Severity.WARNING)


def test_there_are_two_modes_to_switch_between() -> None:
    modes = {Document.parse(write("audio.mp3", frozenset())).beatmap.mode for write in DIFFICULTIES.values()}
    assert modes == {Mode.OSU, Mode.MANIA}


@pytest.mark.parametrize("version", DIFFICULTIES)
def test_the_map_follows_the_melody(version: str) -> None:
    notes = {at_ms for at_ms, _ in demo_song.lead_notes()}
    beatmap = Document.parse(DIFFICULTIES[version]("audio.mp3", frozenset())).beatmap
    times = {obj.time_ms for obj in beatmap.objects}
    assert len(times - notes) <= 1, "only the spinner has no note of the melody"


def test_every_difficulty_is_read_without_complaint() -> None:
    for write in DIFFICULTIES.values():
        assert Document.parse(write("audio.mp3", frozenset())).problems == ()


# The folder


def test_the_folder_is_a_set_as_osu_makes_it(folder: Path) -> None:
    (songs,) = folder.iterdir()
    names = {path.name for path in songs.iterdir()}
    assert {demo_maps.file_name(version) for version in DIFFICULTIES} < names
    beatmap = Document.parse((songs / demo_maps.file_name("Hard")).read_bytes()).beatmap
    assert beatmap.general.audio_filename in names
    assert beatmap.events.background in names


def test_the_background_is_a_picture_the_game_takes(folder: Path) -> None:
    (path,) = folder.glob("*/background.jpg")
    with Image.open(path) as picture:
        assert (picture.width, picture.height) == (1280, 720)
    assert path.stat().st_size < 2_500_000


def test_the_map_of_the_story_is_the_one_saved_last(folder: Path) -> None:
    maps = DemoSongs.create(folder).maps
    assert len(maps) == len(DIFFICULTIES)
    assert maps[0].name == demo_maps.file_name(STORY[0].version)
    assert maps[0].stat().st_mtime_ns == max(path.stat().st_mtime_ns for path in maps)


def test_creating_it_again_starts_the_story_anew(folder: Path) -> None:
    demo = DemoSongs(folder, "audio.mp3")
    demo.path("Hard").write_bytes(b"left over from the last time")
    again = DemoSongs.create(folder)
    assert again.path("Hard").read_bytes() == again.text("Hard")


# The story


def test_the_story_ends_as_it_began() -> None:
    mistakes: dict[str, frozenset[Mistake]] = {"Hard": AT_FIRST, "4K Normal": frozenset()}
    for save in STORY:
        assert save.fixes <= mistakes[save.version], "only what is there can be fixed"
        assert not save.makes & mistakes[save.version]
        mistakes[save.version] = (mistakes[save.version] - save.fixes) | save.makes
    assert mistakes == {"Hard": AT_FIRST, "4K Normal": frozenset()}


def test_the_first_save_shows_new_gone_and_still() -> None:
    first = STORY[0]
    assert first.fixes
    assert first.makes
    assert AT_FIRST - first.fixes


def test_every_mistake_is_told() -> None:
    assert {mistake for save in STORY for mistake in save.fixes} == set(Mistake)


async def test_played_once_every_save_changes_its_map(folder: Path) -> None:
    demo = DemoSongs.create(folder)
    seen: list[bytes] = [demo.path("Hard").read_bytes()]
    real_save = demo.save

    async def watched(save: Save) -> None:
        before = demo.path(save.version).read_bytes()
        await real_save(save)
        after = demo.path(save.version).read_bytes()
        assert after == demo.text(save.version)
        assert after != before
        seen.append(after)

    demo.save = watched  # type: ignore[method-assign]  # looks over the shoulder of the real one
    await demo.play(pause_s=0)
    assert len(seen) == 1 + len(STORY)
    assert demo.path("Hard").read_bytes() == seen[0]


async def test_a_save_is_torn_for_a_moment_as_stables_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_module, "HALFWAY_S", 0.5)  # so that a busy machine cannot miss it
    demo = DemoSongs.create(folder)
    whole = len(demo.text("Hard"))
    saving = asyncio.create_task(demo.save(STORY[0]))
    sizes = set()
    while not saving.done():
        sizes.add(demo.path("Hard").stat().st_size)
        await asyncio.sleep(0.001)
    assert min(sizes) < 0.6 * whole


async def test_it_stops_when_told_even_in_a_pause(folder: Path) -> None:
    demo = DemoSongs.create(folder)
    stop = asyncio.Event()
    playing = asyncio.create_task(demo.play(stop, pause_s=60))
    await asyncio.sleep(0.01)
    stop.set()
    await asyncio.wait_for(playing, 5)
