"""What is remembered between two saves: on disk, in memory, and for how long."""

from __future__ import annotations

import gc
import os
import weakref
from typing import TYPE_CHECKING

import pytest
import torch

from engine.modding.cache import ModdingCaches, Recent, Songs
from engine.modding.states import StateFiles
from tests.audio.encoding import write_silent_wav
from tests.modding import worlds

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = (8, 4)
WINDOW_BYTES = 8 * 4 * 4 + 4


def states(seed: int = 1, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed)).to(dtype)


def read(files: StateFiles, song: str, start: int = 0) -> torch.Tensor | None:
    return files.read(song, start, SHAPE, torch.float32)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_was_heard_is_read_back_to_the_bit(tmp_path: Path, dtype: torch.dtype) -> None:
    StateFiles(tmp_path, 10_000).write("song", 160, states(dtype=dtype))
    found = StateFiles(tmp_path, 10_000).read("song", 160, SHAPE, dtype)
    assert found is not None
    assert torch.equal(found, states(dtype=dtype))


def test_a_window_that_was_not_heard_is_not_there(tmp_path: Path) -> None:
    files = StateFiles(tmp_path, 10_000)
    files.write("song", 0, states())
    assert read(files, "song", 160) is None
    assert read(files, "other") is None


@pytest.mark.parametrize("damage", [b"", b"x", b"cut"])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    files = StateFiles(tmp_path, 10_000)
    files.write("song", 0, states())
    path = tmp_path / "song" / "0.states"
    whole = path.read_bytes()
    path.write_bytes({b"": b"", b"x": b"x" + whole[1:], b"cut": whole[:-9]}[damage])
    assert read(files, "song") is None


def test_the_song_used_least_recently_goes_first(tmp_path: Path) -> None:
    files = StateFiles(tmp_path, 3 * WINDOW_BYTES)
    for number, song in enumerate(["first", "second", "third"]):
        files.write(song, 0, states(number))
    assert read(files, "first") is not None
    files.write("fourth", 0, states(4))
    assert read(files, "second") is None
    assert read(files, "first") is not None
    assert files.total_bytes <= 3 * WINDOW_BYTES


def test_the_order_of_use_outlives_the_process(tmp_path: Path) -> None:
    for number, song in enumerate(["first", "second"]):
        StateFiles(tmp_path, 10_000).write(song, 0, states(number))
        os.utime(tmp_path / song, (1000 + number, 1000 + number))
    assert read(StateFiles(tmp_path, 10_000), "first") is not None
    files = StateFiles(tmp_path, 2 * WINDOW_BYTES)
    files.write("third", 0, states(3))
    assert read(files, "first") is not None
    assert read(files, "second") is None


def test_a_song_too_long_for_the_room_is_kept_as_far_as_it_fits(tmp_path: Path) -> None:
    files = StateFiles(tmp_path, 2 * WINDOW_BYTES)
    for start in range(5):
        files.write("song", start, states(start))
    assert [files.has("song", start) for start in range(5)] == [True, True, False, False, False]
    held = sum(path.stat().st_size for path in tmp_path.rglob("*.states"))
    assert held == files.total_bytes == 2 * WINDOW_BYTES


def test_the_same_window_heard_twice_counts_once(tmp_path: Path) -> None:
    files = StateFiles(tmp_path, 10_000)
    files.write("song", 0, states())
    files.write("song", 0, states())
    assert files.total_bytes == WINDOW_BYTES


def test_where_nothing_can_be_written_nothing_is_kept_and_nothing_breaks(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    files = StateFiles(tmp_path / "cache", 10_000)
    files.write("song", 0, states())
    assert read(files, "song") is None


def test_a_song_is_decoded_once_for_as_long_as_its_file_stays(tmp_path: Path) -> None:
    songs = Songs()
    path = write_silent_wav(tmp_path / "song.wav", seconds=3, rate=16_000)
    first = songs.open(path)
    assert songs.open(path) is first
    write_silent_wav(path, seconds=4, rate=16_000)
    second = songs.open(path)
    assert second.content_hash != first.content_hash
    assert second.waveform.samples > first.waveform.samples


def test_the_ones_used_least_recently_are_forgotten() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.keep("a", 1)
    recent.keep("b", 2)
    assert recent.get("a") == 1
    recent.keep("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]


def test_a_model_that_was_unloaded_is_not_held_in_memory(tmp_path: Path) -> None:
    caches = ModdingCaches(tmp_path, 10_000)
    model = worlds.tiny_v32().model
    mind = caches.mind(model)
    caches.answers.keep(("sound", 0, b"key"), torch.zeros(1).numpy())
    gone = weakref.ref(model)
    del model, mind
    gc.collect()
    assert gone() is None
    assert len(caches.answers) == 0


def test_another_models_answers_are_not_this_ones(tmp_path: Path) -> None:
    caches = ModdingCaches(tmp_path, 10_000)
    one, other = worlds.tiny_v32().model, worlds.tiny_v32().model
    caches.mind(one)
    caches.answers.keep(("sound", 0, b"key"), torch.zeros(1).numpy())
    assert caches.mind(one).weights == caches.mind(one).weights
    assert len(caches.answers) == 1
    caches.mind(other)
    assert len(caches.answers) == 0


def test_models_that_hear_differently_do_not_share_what_they_heard(tmp_path: Path) -> None:
    caches = ModdingCaches(tmp_path, 10_000)
    one = worlds.tiny_checkpoint(worlds.v32_tokenizer(409), hears_rating=False, seed=1).model
    same = worlds.tiny_checkpoint(worlds.v32_tokenizer(409), hears_rating=False, seed=1).model
    other = worlds.tiny_checkpoint(worlds.v32_tokenizer(409), hears_rating=False, seed=2).model
    assert caches.mind(one).weights == caches.mind(same).weights
    assert caches.mind(one).weights != caches.mind(other).weights
