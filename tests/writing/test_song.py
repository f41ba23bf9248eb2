"""A whole map of a song, as the engine's process answers a request to generate one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine.audio.tags import Tags, tags_of
from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.generation.errors import PromptError
from engine.jobs import JobError
from engine.requests import Generate, SongFacts, Wishes
from engine.service import Pace, WrittenMap
from engine.writing.song import generate
from tests.shared_data import shared
from tests.writing.worlds import golden, mapped, ours

if TYPE_CHECKING:
    from pathlib import Path

    from engine.beatmap.beatmap import Beatmap
    from engine.modding.cache import ModdingCaches
    from tests.modding.worlds import Loaded

STEADY = SongFacts(bpm=150.0, offset_ms=20.0)


def request(song: Path, /, **changes: Any) -> Generate:
    how: dict[str, Any] = {"audio": str(song), "model": "ours", "song": STEADY, "end_ms": 4000.0}
    return Generate(**how | changes)


def by_map(mode: Mode = Mode.OSU) -> dict[str, Any]:
    return {"path": "/songs/a map.osu", "data": mapped(mode).to_bytes(), "song": None}


def written(asked: Generate, caches: ModdingCaches, loaded: Loaded | None = None) -> WrittenMap:
    *_, last = generate(asked, loaded or ours(), caches)
    assert isinstance(last, WrittenMap)
    assert last.complete
    assert not Document.parse(last.data).problems
    return last


def beatmap_of(made: WrittenMap) -> Beatmap:
    return Document.parse(made.data).beatmap


@pytest.mark.parametrize("mode", list(Mode))
def test_a_song_alone_becomes_a_map(mode: Mode, song: Path, caches: ModdingCaches) -> None:
    made = written(request(song, mode=int(mode)), caches)
    beatmap = beatmap_of(made)
    assert beatmap.mode is mode
    assert len(beatmap.objects) == made.objects > 3
    assert all(0 <= obj.time_ms < 4000 for obj in beatmap.objects)
    (red,) = beatmap.timing.red
    # Where something is before it, it stands whole measures earlier.
    assert (red.bpm, (20 - red.time_ms) % 1600) == (150, 0)
    assert made.ids > 0
    assert made.seconds > 0


def test_it_grows(song: Path, caches: ModdingCaches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.writing.song.SHOWN_EVERY_S", 0.0)
    steps = list(generate(request(song), ours(), caches))
    maps = [step for step in steps if isinstance(step, WrittenMap)]
    assert [one.complete for one in maps] == [*[False] * (len(maps) - 1), True]
    assert len(maps) > 2
    assert len({one.objects for one in maps}) > 1
    paces = [step for step in steps if isinstance(step, Pace) and step.doing == "writing map"]
    assert paces[-1].done == paces[-1].total > 0


def test_the_same_seed_writes_the_same_map(song: Path, caches: ModdingCaches) -> None:
    first, second = (written(request(song, seed=3), caches).data for _ in range(2))
    assert first == second
    assert written(request(song, seed=4), caches).data != first


def test_a_cancelled_map_leaves_nothing_behind(song: Path, caches: ModdingCaches) -> None:
    whole = written(request(song), caches).data
    for count in (0, 1, 3, 8):
        job = generate(request(song), ours(), caches)
        for _ in range(count):
            next(job)
        job.close()
        assert list(job) == []
    assert written(request(song), caches).data == whole


def test_what_is_wished_stands_in_its_settings(song: Path, caches: ModdingCaches) -> None:
    wishes = Wishes(hp_drain=3.5, circle_size=5.0, overall_difficulty=6.0, approach_rate=7.0)
    said = beatmap_of(written(request(song, wishes=wishes), caches)).difficulty
    assert (said.hp_drain, said.circle_size, said.overall_difficulty, said.approach_rate) == (3.5, 5, 6, 7)
    keys = written(request(song, mode=int(Mode.MANIA), wishes=Wishes(keys=7)), caches)
    assert beatmap_of(keys).difficulty.circle_size == 7


def test_what_it_says_of_its_song(song: Path, caches: ModdingCaches) -> None:
    facts = SongFacts(
        title="晴れ", artist="Somebody", creator="me", difficulty_name="Hard", audio_name="a.mp3", bpm=150.0
    )
    beatmap = beatmap_of(written(request(song, song=facts), caches))
    metadata = beatmap.metadata
    assert (metadata.title_unicode, metadata.artist) == ("晴れ", "Somebody")
    assert (metadata.creator, metadata.version) == ("me", "Hard")
    assert beatmap.general.audio_filename == "a.mp3"


def test_a_song_without_tags_is_called_as_its_file(song: Path, caches: ModdingCaches) -> None:
    beatmap = beatmap_of(written(request(song), caches))
    assert (beatmap.metadata.title, beatmap.general.audio_filename) == ("song", "song.wav")


def test_tags_of_what_is_no_audio_are_none(tmp_path: Path) -> None:
    (tmp_path / "not a song.mp3").write_bytes(b"\0" * 50)
    assert tags_of(tmp_path / "not a song.mp3") == Tags()
    assert tags_of(tmp_path / "nothing.mp3") == Tags()


def test_beats_can_be_heard_again_and_again(
    song: Path, caches: ModdingCaches, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This model hears none."""
    monkeypatch.setattr("engine.writing.beats.HEARINGS", 2)
    asked = request(song, song=None, output=("timing",), super_timing=True)
    steps = list(generate(asked, ours(), caches))
    assert isinstance(steps[-1], WrittenMap)
    assert steps[-1].ids > 0
    assert steps[-1].remarks[0].startswith("No beat was heard, so the map is timed at 120 BPM")
    hearing = [step for step in steps if isinstance(step, Pace) and step.doing == "hearing the beats"]
    assert hearing[-1].done == hearing[-1].total == 2


# Another map to go by.


def test_its_timing_is_taken_over_exactly(song: Path, caches: ModdingCaches) -> None:
    made = beatmap_of(written(request(song, **by_map(), given=("timing",)), caches))
    own = mapped().beatmap
    assert [(red.time_ms, red.beat_length_ms, red.meter) for red in made.timing.red] == [
        (red.time_ms, red.beat_length_ms, red.meter) for red in own.timing.red
    ]
    assert made.difficulty.circle_size == own.difficulty.circle_size
    assert made.metadata.title == own.metadata.title
    assert made.metadata.version == f"{own.metadata.version} (generated)"


def test_its_kiai_is_taken_over(song: Path, caches: ModdingCaches) -> None:
    asked = request(song, **by_map(), given=("timing", "kiai"), end_ms=9000.0)
    made = beatmap_of(written(asked, caches))
    assert [made.timing.kiai_at(at_ms) for at_ms in (5000, 5300, 7900, 8100)] == [False, True, True, False]


def test_its_objects_can_be_given_and_speeds_be_written(song: Path, caches: ModdingCaches) -> None:
    """This model has nothing to say of speeds."""
    asked = request(song, **by_map(Mode.MANIA), mode=3, given=("timing", "map"), output=("sv",))
    made = beatmap_of(written(asked, caches))
    own = mapped(Mode.MANIA).beatmap
    assert [(type(obj), obj.time_ms, made.column(obj)) for obj in made.objects] == [
        (type(obj), obj.time_ms, own.column(obj)) for obj in own.objects
    ]


def test_timing_alone_makes_a_map_without_objects(song: Path, caches: ModdingCaches) -> None:
    made = written(request(song, output=("timing",)), caches)
    assert made.objects == 0
    assert beatmap_of(made).timing.red


# What is refused.


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"audio": "/nowhere/song.mp3"}, "song.mp3"),
        ({"mode": 7}, "there is no mode 7"),
        ({"given": ("timing",)}, "name a .osu to go by"),
        ({"given": ("nonsense",), **by_map()}, "there is no 'nonsense' that could be given"),
        ({"output": ("nonsense",)}, "there is no 'nonsense' that could be written"),
        ({"data": b"nothing", "path": "/songs/a map.osu"}, "a map.osu is not a map"),
        ({**by_map(Mode.TAIKO), "given": ("map",)}, "of another mode"),
        ({"song": SongFacts(bpm=0.0)}, "no tempo"),
        ({"song": SongFacts(bpm=float("nan"))}, "no tempo"),
        ({"song": SongFacts(bpm=120.0, offset_ms=float("inf"))}, "no tempo"),
        ({"start_ms": 5000.0, "end_ms": 4000.0}, "choose an end after the beginning"),
        ({"start_ms": 50_000.0, "end_ms": 60_000.0}, "outside of the song"),
        ({"seed": -1}, "a seed is"),
        ({"wishes": Wishes(top_k=-1)}, "top_k"),
    ],
)
def test_what_cannot_be_written_is_refused_with_a_sentence(
    changes: dict[str, Any], why: str, song: Path, caches: ModdingCaches
) -> None:
    with pytest.raises(JobError, match=why):
        written(request(song, **changes), caches)


def test_a_map_to_go_by_must_have_what_is_to_be_given(song: Path, caches: ModdingCaches) -> None:
    empty = b"osu file format v14\n\n[General]\nMode: 0\n\n[TimingPoints]\n0,400,4,2,0,70,1,0\n"
    untimed = b"osu file format v14\n\n[General]\nMode: 0\n"
    for data, given, why in ((empty, "map", "has no objects"), (untimed, "timing", "has no timing")):
        asked = request(song, path="/songs/a.osu", data=data, given=(given,), song=None)
        with pytest.raises(JobError, match=why):
            written(asked, caches)


def test_what_the_model_does_not_write_is_refused(song: Path, caches: ModdingCaches) -> None:
    with pytest.raises(PromptError, match="kiai"):
        written(request(song, output=("kiai",)), caches)
    with pytest.raises(JobError, match="v30 knows osu! maps alone"):
        written(request(song, mode=1, model="v30"), caches, ours("v30"))
    with pytest.raises(JobError, match="BPM and offset"):
        written(request(song, song=None, super_timing=True, model="v30"), caches, ours("v30"))


# Models that were taught a little.


def test_a_golden_song_hears_its_own_beats(caches: ModdingCaches) -> None:
    audio = shared("golden", "inputs", "audio.flac")
    made = written(Generate(audio=str(audio), model="v32_fit", end_ms=6000.0), caches, golden("v32_fit"))
    reds = beatmap_of(made).timing.red
    assert reds
    assert reds[0].bpm == pytest.approx(150, rel=0.02)


def test_another_difficulty_can_be_given(caches: ModdingCaches) -> None:
    path, audio = (
        shared("golden", "inputs", "beatmaps", "synth_std.osu"),
        shared("golden", "inputs", "audio.flac"),
    )
    asked = Generate(
        audio=str(audio),
        model="v31_fit",
        path=str(path),
        data=path.read_bytes(),
        given=("gd", "kiai"),
        start_ms=40_000.0,
        end_ms=41_000.0,
        wishes=Wishes(star_rating=1.5),
    )
    made = beatmap_of(written(asked, caches, golden("v31_fit")))
    own = Document.parse(path.read_bytes()).beatmap
    assert [red.time_ms for red in made.timing.red][1:] == [red.time_ms for red in own.timing.red][1:]
