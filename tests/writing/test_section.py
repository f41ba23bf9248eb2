"""A section of a map written anew, as the engine's process answers it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from engine.beatmap.document import Document
from engine.beatmap.objects import Mode, Slider
from engine.beatmap.splice import state_at
from engine.diffusion.load import load_diffusion
from engine.generation.errors import PromptError
from engine.jobs import JobError
from engine.requests import Keep, Wishes
from engine.service import Candidate, Pace
from engine.tokens.star_rating import star_rating
from engine.writing.placers import no_placer
from engine.writing.section import regenerate
from tests.shared_data import shared
from tests.writing.worlds import END_MS, START_MS, candidates, golden, mapped, ours, outside, request

if TYPE_CHECKING:
    from pathlib import Path

    from engine.beatmap.objects import HitObject
    from engine.modding.cache import ModdingCaches

MODES = list(Mode)


def section(data: bytes, start_ms: float = START_MS, end_ms: float = END_MS) -> list[HitObject]:
    return [obj for obj in Document.parse(data).beatmap.objects if start_ms <= obj.time_ms < end_ms]


def lines_of(data: bytes, objects: list[HitObject]) -> list[str]:
    lines = Document.parse(data).lines
    return [lines[obj.line].decode().strip() for obj in objects]


@pytest.mark.parametrize("mode", MODES)
def test_a_section_is_replaced_and_not_a_byte_beside_it(
    mode: Mode, song: Path, caches: ModdingCaches
) -> None:
    data = mapped(mode).to_bytes()
    found = candidates(request(data, song, seeds=(1, 2)), ours(), caches)
    assert [one.number for one in found] == [0, 1]
    assert [one.seed for one in found] == [1, 2]
    for one in found:
        assert one.data != data
        assert outside(one.data) == outside(data)
        assert len(section(one.data)) == one.objects
        assert (one.start_ms, one.end_ms) == (START_MS, END_MS)
        assert one.content_hash == hashlib.sha256(data).hexdigest()
        before, after = Document.parse(data).beatmap, Document.parse(one.data).beatmap
        for at_ms in (START_MS - 1, END_MS, END_MS + 1, 8001):
            assert state_at(before, at_ms) == state_at(after, at_ms)
        assert not Document.parse(one.data).problems
    assert found[0].data != found[1].data


def test_a_map_that_is_written_can_be_rated(song: Path, caches: ModdingCaches) -> None:
    (one,) = candidates(request(mapped().to_bytes(), song), ours(), caches)
    assert star_rating(one.data) is not None


def test_the_same_request_writes_the_same_bytes(song: Path, caches: ModdingCaches) -> None:
    asked = request(mapped().to_bytes(), song, seeds=(7,))
    first, second = (candidates(asked, ours(), caches) for _ in range(2))
    assert first == second


def test_candidates_are_shown_as_they_grow_and_can_be_taken_before_they_are_judged(
    song: Path, caches: ModdingCaches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.writing.section.SHOWN_EVERY_S", 0.0)
    asked = request(mapped().to_bytes(), song, seeds=(1, 2))
    said = [one for one in regenerate(asked, ours(), caches) if isinstance(one, Candidate)]
    for number in (0, 1):
        own = [one for one in said if one.number == number]
        assert len(own) > 2
        assert [one.complete for one in own] == [*[False] * (len(own) - 2), True, True]
        assert [one.surprise is None for one in own] == [*[True] * (len(own) - 1), False]
        assert own[-1].data == own[-2].data
        assert all(outside(one.data) == outside(asked.data) for one in own)


def test_it_says_how_far_it_is(song: Path, caches: ModdingCaches) -> None:
    asked = request(mapped().to_bytes(), song, seeds=(1, 2))
    paces = [one for one in regenerate(asked, ours(), caches) if isinstance(one, Pace)]
    writing = [one for one in paces if one.doing == "writing map"]
    assert [one.done for one in writing] == sorted(one.done for one in writing)
    assert writing[-1].done == writing[-1].total > 0
    assert [one.ids for one in writing] == sorted(one.ids for one in writing)
    assert writing[-1].ids > 0
    assert {one.total for one in writing} == {writing[-1].total}
    assert paces[-1].doing == "judging what was written"


def test_the_model_judges_what_it_wrote_and_what_that_takes_the_place_of(
    song: Path, caches: ModdingCaches
) -> None:
    data = mapped().to_bytes()
    first, second = candidates(request(data, song, seeds=(1, 2)), ours(), caches)
    assert first.surprise_before == second.surprise_before
    assert first.surprise is not None
    assert first.surprise_before is not None
    assert 0 < first.surprise < 34
    assert first.surprise != second.surprise
    greedy, wild = (
        candidates(request(data, song, wishes=wishes), ours(), caches)[0].surprise
        for wishes in (Wishes(is_greedy=True), Wishes(temperature=9.0, top_p=1.0))
    )
    assert greedy is not None
    assert wild is not None
    assert greedy < wild  # what it held likely surprises it less


def test_a_cancelled_section_leaves_nothing_behind(song: Path, caches: ModdingCaches) -> None:
    asked = request(mapped().to_bytes(), song)
    whole = candidates(asked, ours(), caches)
    steps = len(list(regenerate(asked, ours(), caches)))
    for count in {0, 1, 2, steps // 2, steps - 2}:
        job = regenerate(asked, ours(), caches)
        for _ in range(count):
            next(job)
        job.close()
        assert list(job) == []
    assert candidates(asked, ours(), caches) == whole


def test_what_lasts_into_the_section_stays_and_what_comes_next_begins_where_it_ends(
    song: Path, caches: ModdingCaches
) -> None:
    data = mapped().to_bytes()
    slider = next(obj for obj in Document.parse(data).beatmap.objects if isinstance(obj, Slider))
    start_ms = slider.time_ms + 1
    end_of_slider = Document.parse(data).beatmap.end_ms(slider)
    (one,) = candidates(request(data, song, start_ms=start_ms, end_ms=start_ms + 2000), ours(), caches)
    (still,) = (obj for obj in Document.parse(one.data).beatmap.objects if obj.time_ms == slider.time_ms)
    assert lines_of(one.data, [still]) == lines_of(data, [slider])
    written = section(one.data, start_ms, start_ms + 2000)
    assert all(obj.time_ms >= end_of_slider - 1 for obj in written)


def test_a_section_that_is_empty_says_so(song: Path, caches: ModdingCaches) -> None:
    (one,) = candidates(request(mapped().to_bytes(), song, end_ms=START_MS + 1.5), ours(), caches)
    assert (one.objects, one.remarks[0]) == (0, "The model wrote no object here.")


def test_a_section_that_ends_with_the_song_ends_with_it(song: Path, caches: ModdingCaches) -> None:
    data = mapped().to_bytes()
    (one,) = candidates(request(data, song, start_ms=10_000, end_ms=99_000), ours(), caches)
    assert (one.start_ms, one.end_ms) == (10_000, 12_000)
    assert outside(one.data, 10_000, 12_000) == outside(data, 10_000, 12_000)


def test_the_maps_beginning_can_be_written_anew(song: Path, caches: ModdingCaches) -> None:
    data = mapped().to_bytes()
    (one,) = candidates(request(data, song, start_ms=-500, end_ms=2000), ours(), caches)
    assert one.start_ms == 0
    assert outside(one.data, 0, 2000) == outside(data, 0, 2000)


# What is kept.


@pytest.mark.parametrize("mode", [Mode.OSU, Mode.CATCH, Mode.MANIA])
def test_the_rhythm_can_stay(mode: Mode, song: Path, caches: ModdingCaches) -> None:
    data = mapped(mode).to_bytes()
    (one,) = candidates(request(data, song, keep=Keep.RHYTHM), ours(), caches)
    before, after = section(data), section(one.data)
    assert [(type(obj), obj.time_ms, obj.hitsound, obj.sample) for obj in after] == [
        (type(obj), obj.time_ms, obj.hitsound, obj.sample) for obj in before
    ]
    assert [obj.x for obj in after] != [obj.x for obj in before]
    ends = [[Document.parse(each).beatmap.end_ms(obj) for obj in section(each)] for each in (data, one.data)]
    assert ends[0] == pytest.approx(ends[1])
    assert Document.parse(data).beatmap.timing.green == Document.parse(one.data).beatmap.timing.green


def test_where_velocities_are_not_told_they_follow_from_the_places(song: Path, caches: ModdingCaches) -> None:
    data = mapped().to_bytes()
    (one,) = candidates(request(data, song, keep=Keep.RHYTHM), ours("v30"), caches)
    assert outside(one.data) == outside(data)
    before, after = section(data), section(one.data)
    assert [(type(obj), obj.time_ms, obj.hitsound) for obj in after] == [
        (type(obj), obj.time_ms, obj.hitsound) for obj in before
    ]
    ends = [[Document.parse(each).beatmap.end_ms(obj) for obj in section(each)] for each in (data, one.data)]
    assert ends[0] == pytest.approx(ends[1], abs=1)


def test_a_drum_has_no_places_that_could_change(song: Path, caches: ModdingCaches) -> None:
    with pytest.raises(PromptError, match="taiko"):
        candidates(request(mapped(Mode.TAIKO).to_bytes(), song, keep=Keep.RHYTHM), ours(), caches)


@pytest.mark.parametrize("mode", MODES)
def test_all_but_the_hitsounds_can_stay(mode: Mode, song: Path, caches: ModdingCaches) -> None:
    data = mapped(mode).to_bytes()
    (one,) = candidates(request(data, song, keep=Keep.ALL_BUT_HITSOUNDS), ours(), caches)
    before, after = section(data), section(one.data)
    assert len(before) == len(after) == one.objects
    assert [obj.hitsound for obj in before] != [obj.hitsound for obj in after]
    silent = [[_without_sounds(line) for line in lines_of(each, section(each))] for each in (data, one.data)]
    assert silent[0] == silent[1]
    assert Document.parse(data).beatmap.timing.points == Document.parse(one.data).beatmap.timing.points


def _without_sounds(line: str) -> list[str]:
    fields = line.split(",")
    is_slider, is_long = "|" in fields[5], int(fields[3]) & 128
    kept = fields[:8] if is_slider else [*fields[:5], fields[5].split(":")[0]] if is_long else fields[:5]
    return [*kept[:4], *kept[5:]]


def test_a_section_without_objects_has_nothing_to_keep(song: Path, caches: ModdingCaches) -> None:
    asked = request(mapped().to_bytes(), song, start_ms=11_500, end_ms=11_900, keep=Keep.RHYTHM)
    with pytest.raises(PromptError, match="no object begins there"):
        candidates(asked, ours(), caches)


# What is refused.


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"end_ms": 4000.0}, "choose an end after the beginning"),
        ({"end_ms": 1000.0}, "choose an end after the beginning"),
        ({"start_ms": float("nan")}, "no beginning or no end"),
        ({"end_ms": float("inf")}, "no beginning or no end"),
        ({"start_ms": 20_000.0, "end_ms": 21_000.0}, "outside of the song"),
        ({"start_ms": -900.0, "end_ms": -100.0}, "outside of the song"),
        ({"audio": None}, "song of a map.osu was not found"),
        ({"audio": "/nowhere/song.mp3"}, "song.mp3"),
        ({"data": b""}, "is not a map"),
        ({"data": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"}, "is not a map"),
        ({"data": b"osu file format v14\n\n[General]\nMode: 0\n"}, "has no timing"),
        ({"seeds": ()}, "0 candidates cannot be written"),
        ({"seeds": tuple(range(65))}, "65 candidates cannot be written"),
        ({"seeds": (-1,)}, "a seed is"),
        ({"wishes": Wishes(temperature=0.0)}, "temperature"),
        ({"wishes": Wishes(top_p=2.0)}, "top_p"),
        ({"wishes": Wishes(year=1999)}, "knows the years 2007 to 2024"),
    ],
)
def test_what_cannot_be_written_is_refused_with_a_sentence(
    changes: dict[str, Any], why: str, song: Path, caches: ModdingCaches
) -> None:
    with pytest.raises(JobError, match=why):
        candidates(request(mapped().to_bytes(), song, **changes), ours(), caches)


@pytest.mark.parametrize("mode", [Mode.TAIKO, Mode.CATCH, Mode.MANIA])
def test_a_model_of_another_mode_is_refused(mode: Mode, song: Path, caches: ModdingCaches) -> None:
    with pytest.raises(JobError, match="v30 knows osu! maps alone"):
        candidates(request(mapped(mode).to_bytes(), song), ours("v30"), caches)


def test_what_no_section_goes_by_is_said(song: Path, caches: ModdingCaches) -> None:
    asked = request(mapped().to_bytes(), song, wishes=Wishes(circle_size=7.0, keys=4, star_rating=5.0))
    (one,) = candidates(asked, ours(), caches)
    assert one.remarks[0] == "Wished for, but nothing that a section goes by: circle size, keys."


# Maps that mean harm.


@pytest.mark.parametrize(
    "line",
    [
        "256,192,4100,2,0,B|" + "|".join(f"{x}:100" for x in range(200)) + ",1,100",
        "256,192,4100,2,0,L|256:192,9000,100",
        "256,192,4100,8,0,99999999",
        "99999,-99999,4100,1,0",
        "256,192,4100.75,1,0",
        "256,192,NaN,1,0",
        "256,192,4100,2,0,P|100:100|200:200,1,1e30",
    ],
)
def test_a_map_that_means_harm_is_written_in_or_refused(line: str, song: Path, caches: ModdingCaches) -> None:
    data = mapped().to_bytes() + line.encode() + b"\r\n256,192,5000,1,0\r\n"
    try:
        found = candidates(request(data, song), ours(), caches)
    except (JobError, PromptError) as error:
        assert str(error).strip()  # noqa: PT017  either is right
    else:
        assert [outside(one.data) == outside(data) for one in found] == [True]


def test_joke_timing_is_no_trouble(song: Path, caches: ModdingCaches) -> None:
    text = mapped().to_bytes().decode()
    for point in ("4200,NaN,4,2,0,50,0,0", "4200,-0.0001,4,2,0,50,0,0", "4300,1e-9,4,2,0,50,1,0"):
        data = text.replace("[TimingPoints]\r\n", f"[TimingPoints]\r\n{point}\r\n").encode()
        try:
            found = candidates(request(data, song), ours(), caches)
        except (JobError, PromptError) as error:
            assert str(error).strip()  # noqa: PT017  either is right
        else:
            assert len(found) == 1


# Models that were taught a little.


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("v32_fit", "synth_std"),
        ("v32_fit", "synth_taiko"),
        ("v32_fit", "synth_catch"),
        ("v32_fit", "synth_mania4k"),
        ("v32_fit", "synth_std_v8"),
        ("v32_fit", "synth_edge"),
    ],
)
def test_sections_of_golden_maps(model: str, name: str, caches: ModdingCaches) -> None:
    data = shared("golden", "inputs", "beatmaps", f"{name}.osu").read_bytes()
    asked = request(data, shared("golden", "inputs", "audio.flac"), start_ms=12_000, end_ms=20_000)
    found = candidates(asked, golden(model), caches)
    assert [outside(one.data, 12_000, 20_000) == outside(data, 12_000, 20_000) for one in found] == [True]
    assert found[0].surprise is not None


@pytest.mark.parametrize("name", ["synth_std", "synth_catch"])
def test_a_model_that_places_well_is_asked_where_a_coarse_one_meant(name: str, caches: ModdingCaches) -> None:
    data = shared("golden", "inputs", "beatmaps", f"{name}.osu").read_bytes()
    diffusion = load_diffusion(shared("golden", "checkpoints", "osu_diffusion_tiny"))
    asked = request(
        data, shared("golden", "inputs", "audio.flac"), start_ms=12_000, end_ms=20_000, keep=Keep.RHYTHM
    )
    placed, coarse = (
        candidates(asked, golden("v29"), caches, placer)[0] for placer in (lambda: diffusion, no_placer)
    )
    assert coarse.remarks[0].startswith("Positions are only as exact as this model tells them")
    assert outside(placed.data, 12_000, 20_000) == outside(data, 12_000, 20_000)
    both = [section(one.data, 12_000, 20_000) for one in (placed, coarse)]
    assert [obj.time_ms for obj in both[0]] == [obj.time_ms for obj in both[1]]
    assert [(obj.x, obj.y) for obj in both[0]] != [(obj.x, obj.y) for obj in both[1]]


def test_a_model_that_begins_with_a_silent_map_is_given_one(caches: ModdingCaches) -> None:
    data = shared("golden", "inputs", "beatmaps", "synth_std.osu").read_bytes()
    audio = shared("golden", "inputs", "audio.flac")
    asked = request(data, audio, start_ms=12_000, end_ms=20_000, keep=Keep.ALL_BUT_HITSOUNDS)
    (one,) = candidates(asked, golden("v31_fit"), caches)
    before, after = (section(each, 12_000, 20_000) for each in (data, one.data))
    assert [(obj.time_ms, obj.x, obj.y) for obj in before] == [(obj.time_ms, obj.x, obj.y) for obj in after]
    assert [obj.hitsound for obj in before] != [obj.hitsound for obj in after]
