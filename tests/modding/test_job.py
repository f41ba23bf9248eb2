"""A request to mod a map, answered as the engine's process answers it."""

from __future__ import annotations

import math
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from engine.beatmap.builder import mania, osu
from engine.beatmap.document import Document
from engine.jobs import JobError, Progress
from engine.modding.cache import ModdingCaches
from engine.modding.job import fill_song, mod
from engine.modding.opinion import Opinion
from engine.service import FillSong, Mod
from tests.modding import worlds
from tests.modding.test_incremental import mapped, refuse, world

if TYPE_CHECKING:
    from pathlib import Path

    from tests.modding.worlds import Loaded


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return write_noise(tmp_path / "song.wav")


def write_noise(path: Path, *, seed: int = 4) -> Path:
    waveform = worlds.noise(seed=seed)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(waveform.pcm.astype(np.int16).tobytes())
    return path


@pytest.fixture
def caches(tmp_path: Path) -> ModdingCaches:
    return ModdingCaches(tmp_path / "cache", 1 << 28, nearby_bytes=1 << 24)


def loaded(name: str = "tiny v32") -> Loaded:
    return worlds.Loaded(world(name).checkpoint)


def request(data: bytes, song: Path | None, **told: float | None) -> Mod:
    return Mod("a map.osu", data, str(song) if song else None, "tiny", **told)


def said(asked: Mod, model: Loaded, caches: ModdingCaches) -> list[Opinion]:
    return [one for one in mod(asked, model, caches) if isinstance(one, Opinion)]


def opinion(data: bytes, song: Path | None, caches: ModdingCaches, name: str = "tiny v32") -> Opinion:
    return said(request(data, song), loaded(name), caches)[-1]


def test_an_opinion_grows_until_it_is_complete(
    song: Path, caches: ModdingCaches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.modding.job.AT_MOST_EVERY_S", 0.0)
    opinions = said(request(mapped().to_bytes(), song), loaded(), caches)
    assert [one.complete for one in opinions] == [*[False] * (len(opinions) - 1), True]
    assert [one.done for one in opinions] == sorted(one.done for one in opinions)
    last = opinions[-1]
    assert last.done == last.total == 21
    assert None not in last.heat
    assert None in opinions[0].heat
    assert len(last.heat) == 24
    assert max(one for one in last.heat if one is not None) > 0


def test_nobody_is_told_more_often_than_five_times_a_second(song: Path, caches: ModdingCaches) -> None:
    steps = list(mod(request(mapped().to_bytes(), song), loaded(), caches))
    opinions = [one for one in steps if isinstance(one, Opinion)]
    assert len(opinions) <= opinions[-1].seconds / 0.2 + 2
    assert len(steps) > opinions[-1].total  # others got their turn after every window


def test_the_same_bytes_again_ask_no_model(song: Path, caches: ModdingCaches) -> None:
    model = loaded()
    before = opinion(mapped().to_bytes(), song, caches)
    hooks = [
        half.register_forward_pre_hook(refuse)
        for half in (model.checkpoint.model.encoder, model.checkpoint.model.decoder)
    ]
    try:
        steps = list(mod(request(mapped().to_bytes(), song), model, caches))
    finally:
        for hook in hooks:
            hook.remove()
    (again,) = steps
    assert isinstance(again, Opinion)
    assert (again.complete, again.suggestions, again.heat) == (True, before.suggestions, before.heat)


def test_an_opinion_does_not_depend_on_what_was_modded_before(song: Path, tmp_path: Path) -> None:
    one, other = (ModdingCaches(tmp_path / name, 1 << 28) for name in ("one", "other"))
    edited = mapped().delete_lines([mapped().beatmap.objects[12].line])
    opinion(mapped().to_bytes(), song, one)
    after, afresh = opinion(edited.to_bytes(), song, one), opinion(edited.to_bytes(), song, other)
    assert after.suggestions == afresh.suggestions
    assert after.heat == pytest.approx(afresh.heat, abs=0.011)


def test_another_song_under_the_same_name_is_heard_as_another_song(song: Path, caches: ModdingCaches) -> None:
    before = opinion(mapped().to_bytes(), song, caches)
    write_noise(song, seed=9)
    assert opinion(mapped().to_bytes(), song, caches).heat != before.heat


class TestWhatCannotBeModded:
    def test_no_song(self, caches: ModdingCaches) -> None:
        with pytest.raises(JobError, match=r"the song of a map\.osu was not found \(no 'audio.mp3' lies in"):
            list(mod(request(mapped().to_bytes(), None), loaded(), caches))

    def test_a_map_that_names_no_song(self, caches: ModdingCaches) -> None:
        data = mapped().set_value("General", "AudioFilename", "").to_bytes()
        with pytest.raises(JobError, match=r"a map\.osu was not found \(the map names none\): choose one in"):
            list(mod(request(data, None), loaded(), caches))

    @pytest.mark.parametrize("name", ["tiny v30", "tiny v32"])
    def test_a_model_whose_weights_are_no_numbers(self, name: str, song: Path, caches: ModdingCaches) -> None:
        damaged = worlds.Loaded(worlds.tiny_v30() if name == "tiny v30" else worlds.tiny_v32())
        with torch.no_grad():
            for weight in damaged.checkpoint.model.parameters():
                weight.fill_(math.nan)
        for _ in range(2):  # the second time, from what was kept of the first
            with pytest.raises(JobError, match=r"tiny answers with what is no number.*fetch it again"):
                list(mod(request(mapped().to_bytes(), song), damaged, caches))

    def test_a_song_that_is_missing(self, caches: ModdingCaches, tmp_path: Path) -> None:
        with pytest.raises(JobError, match=r"gone\.mp3 is missing"):
            list(mod(request(mapped().to_bytes(), tmp_path / "gone.mp3"), loaded(), caches))

    def test_a_song_that_is_none(self, caches: ModdingCaches, tmp_path: Path) -> None:
        text = tmp_path / "song.mp3"
        text.write_text("not a song at all" * 100)
        with pytest.raises(JobError, match=r"song\.mp3 is not audio"):
            list(mod(request(mapped().to_bytes(), text), loaded(), caches))

    @pytest.mark.parametrize(
        ("data", "note"),
        [
            (osu().timing(180).bytes(), "no objects"),
            (osu().circle(at=1000).bytes(), "no timing"),
            (b"", "no objects"),
            (bytes(4000), "no objects"),
        ],
    )
    def test_a_map_with_nothing_to_read(
        self, data: bytes, note: str, song: Path, caches: ModdingCaches
    ) -> None:
        (only,) = said(request(data, song), loaded(), caches)
        assert only.complete
        assert note in only.note

    def test_a_map_behind_the_end_of_its_song(self, song: Path, caches: ModdingCaches) -> None:
        behind = osu().timing(180).circle(at=600_000).bytes()
        assert "after the end of its song" in opinion(behind, song, caches).note
        assert opinion(behind, song, caches).note, "and from what was kept of the first"
        partly = osu().timing(180).circle(at=1000).circle(at=600_000).bytes()
        assert opinion(partly, song, caches).note == ""

    def test_a_mode_that_the_model_does_not_know(self, song: Path, caches: ModdingCaches) -> None:
        data = mania(keys=4).timing(180).note(at=1000, column=1).bytes()
        assert "osu! maps alone" in opinion(data, song, caches, "tiny v30").note
        assert opinion(data, song, caches, "tiny v32").note == ""


class TestStarRating:
    harder = staticmethod(lambda: mapped().set_value("Difficulty", "CircleSize", "7"))

    def test_where_the_model_hears_it_it_stays_as_it_was(self, song: Path, caches: ModdingCaches) -> None:
        first = opinion(mapped().to_bytes(), song, caches, "tiny v30")
        assert first.rating is not None
        listening = world("tiny v30").checkpoint.model.encoder.register_forward_pre_hook(refuse)
        try:
            after = opinion(self.harder().to_bytes(), song, caches, "tiny v30")
        finally:
            listening.remove()
        assert after.rating == first.rating

    def test_it_can_be_told(self, song: Path, caches: ModdingCaches) -> None:
        asked = request(mapped().to_bytes(), song, rating=6.5)
        assert said(asked, loaded("tiny v30"), caches)[-1].rating == 6.5

    def test_where_it_is_a_word_among_others_nothing_is_pinned(
        self, song: Path, caches: ModdingCaches
    ) -> None:
        assert opinion(mapped().to_bytes(), song, caches).rating is None


class TestListeningAhead:
    def test_a_mod_after_it_listens_to_nothing(self, song: Path, caches: ModdingCaches) -> None:
        steps = list(fill_song(FillSong(str(song), "tiny"), loaded(), caches))
        assert steps[-1] == Progress(21, 21, "listening to the song")
        assert len(steps) == 21
        listening = world("tiny v32").checkpoint.model.encoder.register_forward_pre_hook(refuse)
        try:
            assert opinion(mapped().to_bytes(), song, caches).complete
            assert len(list(fill_song(FillSong(str(song), "tiny"), loaded(), caches))) == 21
        finally:
            listening.remove()

    def test_what_depends_on_the_rating_waits_for_one(self, song: Path, caches: ModdingCaches) -> None:
        model = loaded("tiny v30")
        (waiting,) = fill_song(FillSong(str(song), "tiny"), model, caches)
        assert isinstance(waiting, Progress)
        assert waiting.done == 0
        asked = request(mapped().to_bytes(), song)
        next(step for step in mod(asked, model, caches) if isinstance(step, Opinion))  # and then cancelled
        list(fill_song(FillSong(str(song), "tiny"), model, caches))
        listening = model.checkpoint.model.encoder.register_forward_pre_hook(refuse)
        try:
            assert opinion(mapped().to_bytes(), song, caches, "tiny v30").complete
        finally:
            listening.remove()

    def test_a_folder_with_no_room_ends_it(self, song: Path, tmp_path: Path) -> None:
        full = ModdingCaches(tmp_path / "full", max_bytes=40_000)
        *_, last = fill_song(FillSong(str(song), "tiny"), loaded(), full)
        assert isinstance(last, Progress)
        assert "does not fit" in last.doing
        assert opinion(mapped().to_bytes(), song, full).complete


def test_saves_in_quick_succession_leave_one_right_answer(song: Path, tmp_path: Path) -> None:
    """Each one given up for the next, at whatever step it was."""
    caches = ModdingCaches(tmp_path / "desk", 1 << 28)
    document = mapped()
    for turn in range(50):
        line = document.beatmap.objects[turn % 30].line
        fields = document.lines[line].decode().rstrip().split(",")
        fields[0] = str(10 + turn * 7)
        document = Document.parse(document.replace_line(line, ",".join(fields)).to_bytes())
        steps = mod(request(document.to_bytes(), song), loaded(), caches)
        for _ in range(turn % 7):
            next(steps, None)
        steps.close()
    afresh = ModdingCaches(tmp_path / "afresh", 1 << 28)
    last, never_seen = (opinion(document.to_bytes(), song, one) for one in (caches, afresh))
    assert last.suggestions == never_seen.suggestions
    assert last.heat == pytest.approx(never_seen.heat, abs=0.011)
