from __future__ import annotations

import json
from functools import cache
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from engine.audio.decode import load_audio
from engine.audio.waveform import Waveform
from engine.generation.windows import Window, WindowShape, cut, sound_of
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

V30 = WindowShape(4_095 * 128)
V32 = WindowShape(2_047 * 128)
SHAPES = {"v30": V30, "v31": V30, "v32": V32}


@cache
def golden_cuts() -> list[dict[str, Any]]:
    cuts: list[dict[str, Any]] = read(shared("golden", "windows", "segments.json"))
    return cuts


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def ramp(samples: int) -> Waveform:
    """1, 2, 3 ...: every sample says where it came from, and 0 is silence."""
    return Waveform(np.arange(1, samples + 1, dtype=np.int32), peak=1)


def cut_as(answer: dict[str, Any]) -> tuple[WindowShape, tuple[Window, ...]]:
    shape = WindowShape(
        answer["samples_per_sequence"],
        lookback=answer["lookback"],
        lookahead=answer["lookahead"],
        overlapping=not answer["parallel"],
    )
    return shape, cut(answer["n_samples"], shape, start_ms=answer["start_time"], end_ms=answer["end_time"])


@pytest.mark.parametrize("version", ["v28", "v29", "v30", "v31", "v32"])
def test_every_song_is_cut_where_the_reference_cuts_it(version: str) -> None:
    answers = [answer for answer in golden_cuts() if answer["version"] == version]
    assert len(answers) == 75
    for answer in answers:
        shape, windows = cut_as(answer)
        assert shape.stride_samples == answer["sequence_stride"]
        assert shape.length_ms == answer["ms_per_sequence"]
        assert [window.time_ms for window in windows] == answer["times"]
        assert len(windows) == answer["n_windows"]


@pytest.mark.parametrize("version", ["v28", "v29", "v30", "v31", "v32"])
def test_every_window_holds_the_sound_it_holds_in_the_reference(version: str) -> None:
    for answer in golden_cuts():
        if answer["version"] != version:
            continue
        song = ramp(answer["n_samples"])
        assert song.length_ms == answer["song_length"]
        shape, windows = cut_as(answer)
        ends = [sound_of(song, [window], shape)[0, [0, -1]].tolist() for window in windows]
        assert [first for first, _ in ends] == answer["first_sample"]
        assert [last for _, last in ends] == answer["last_sample"]


def test_the_windows_of_every_modded_map_start_when_the_references_did() -> None:
    song = load_audio(shared("golden", "inputs", "audio.flac"))
    answers = [read(path) for path in sorted(shared("golden", "maimod").glob("*.json"))]
    answers = [answer for answer in answers if "window_times" in answer]
    assert len(answers) == 23
    for answer in answers:
        windows = cut(song.samples, SHAPES[answer["version"]])
        assert [window.time_ms for window in windows] == answer["window_times"]
        assert song.length_ms == answer["song_length"]


def test_the_windows_of_every_generated_map_count_where_the_references_did() -> None:
    song = load_audio(shared("golden", "inputs", "audio.flac"))
    answers = [read(path) for path in sorted(shared("golden", "generate").glob("*.json"))]
    assert len(answers) == 9
    for answer in answers:
        settings = answer["settings"]
        shape = SHAPES[answer["version"]]
        windows = cut(song.samples, shape, start_ms=settings["start_time"], end_ms=settings["end_time"])
        for _, asked in groupby(answer["windows"], key=itemgetter("context")):
            for window, theirs in zip(windows, asked, strict=True):
                left_to_later_ms = window.time_ms + shape.length_ms - window.counts_to_ms
                assert window.counts_from_ms - window.time_ms == theirs["lookback_time"]
                assert left_to_later_ms == pytest.approx(theirs["lookahead_time"], abs=1e-6)
                for start, end in theirs["model_kwargs"].get("song_position", []):
                    assert np.float32(window.time_ms / song.length_ms) == start
                    assert np.float32((window.time_ms + shape.length_ms) / song.length_ms) == end


@pytest.mark.parametrize("shape", [V30, V32], ids=["v30", "v32"])
@pytest.mark.parametrize("song_s", [0.1, 30, 33, 200, 1_000])
def test_give_or_take_a_millisecond_every_moment_counts_in_one_window(
    shape: WindowShape, song_s: float
) -> None:
    windows = cut(int(song_s * 16_000), shape)
    assert windows[0].counts_from_ms == 0
    assert windows[-1].counts_to_ms >= song_s * 1_000
    for before, after in pairwise(windows):
        # Times are cut to whole milliseconds, so neighbours meet within one.
        assert before.counts_to_ms == pytest.approx(after.counts_from_ms, abs=1.0)


@pytest.mark.parametrize(("start_ms", "end_ms"), [(0, 5_000), (60_000, 70_000), (190_000, 400_000)])
def test_the_windows_for_a_section_count_all_of_it(start_ms: int, end_ms: int) -> None:
    windows = cut(200 * 16_000, V32, start_ms=start_ms, end_ms=end_ms)
    assert len(windows) < len(cut(200 * 16_000, V32))
    assert windows[0].counts_from_ms <= start_ms
    assert windows[-1].counts_to_ms >= min(end_ms, 200_000)


def test_the_part_that_counts_is_the_tenth_in_the_middle() -> None:
    window = cut(200 * 16_000, V30)[3]
    assert window == Window(157_245, 9_827, 9_827 + 16_380, 9_827 + 19_656)


def test_a_section_past_the_song_still_has_its_last_window() -> None:
    windows = cut(60 * 16_000, V32, start_ms=10_000_000)
    assert windows[0].start_sample == cut(60 * 16_000, V32)[-1].start_sample
    assert len(windows) == 1


def test_times_are_those_of_the_reference_up_to_the_seventeenth_minute() -> None:
    """Its arithmetic: single precision, cut to whole numbers."""
    for shape in (V30, V32):
        windows = cut(17 * 60 * 16_000, shape)
        stride_ms = shape.stride_samples * 1000 / 16_000
        theirs = torch.arange(0, len(windows) * stride_ms, stride_ms).to(torch.int32)
        assert [window.time_ms for window in windows] == theirs.tolist()


def test_a_batch_of_windows_is_one_tensor_of_sound_between_minus_one_and_one() -> None:
    song = Waveform(np.array([-4, 2] * 400_000, dtype=np.int16), peak=4)
    windows = cut(song.samples, V32)
    sound = sound_of(song, windows[:3], V32)
    assert sound.shape == (3, V32.samples)
    assert sound.dtype == torch.float32
    assert sound[0, :4].tolist() == [-1, 0.5, -1, 0.5]


def test_what_reaches_past_the_song_is_silence() -> None:
    windows = [Window(4, 0, 0, 0), Window(-3, 0, 0, 0), Window(50, 0, 0, 0)]
    sound = sound_of(ramp(10), windows, WindowShape(8, lookback=0, lookahead=0))
    assert sound.tolist() == [[5, 6, 7, 8, 9, 10, 0, 0], [0, 0, 0, 1, 2, 3, 4, 5], [0] * 8]


@pytest.mark.parametrize(("lookback", "lookahead"), [(0.5, 0.5), (0.9, 0.4), (-0.1, 0.2)])
def test_a_shape_in_which_nothing_counts_is_refused(lookback: float, lookahead: float) -> None:
    with pytest.raises(ValueError, match="together they must be below 1"):
        WindowShape(1_000, lookback, lookahead)
