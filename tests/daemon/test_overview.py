from __future__ import annotations

import pytest

from daemon.overview import MOST_BINS, overview
from engine.beatmap.builder import osu


def test_density_counts_every_object_once() -> None:
    mapped = osu().timing(60, at=0).circle(at=0).circle(at=100).circle(at=600).beatmap()
    seen = overview(mapped, None)
    assert seen.bin_ms == 250
    assert seen.object_counts == (2, 0, 1)


def test_an_hour_is_still_drawn_in_a_few_hundred_bins() -> None:
    mapped = osu().timing(60, at=0).circle(at=0).circle(at=3_600_000).beatmap()
    seen = overview(mapped, None)
    assert sum(seen.object_counts) == 2
    assert len(seen.object_counts) <= MOST_BINS + 1


def test_it_reaches_from_the_song_s_start_to_its_end() -> None:
    mapped = osu().timing(60, at=0).circle(at=5000).beatmap()
    assert (overview(mapped, 90_000).start_ms, overview(mapped, 90_000).end_ms) == (0, 90_000)
    assert overview(mapped, None).end_ms == 5000


def test_an_object_before_the_song_is_on_it() -> None:
    mapped = osu().timing(60, at=0).circle(at=-300).circle(at=1000).beatmap()
    assert overview(mapped, None).start_ms == -300
    assert sum(overview(mapped, None).object_counts) == 2


def test_a_spinner_and_a_break_reach_beyond_the_last_object() -> None:
    assert overview(osu().timing(60, at=0).spinner(at=0, until=9000).beatmap(), None).end_ms == 9000
    assert overview(osu().timing(60, at=0).circle(at=0).break_(1000, 8000).beatmap(), None).end_ms == 8000


def test_the_main_tempo_is_the_one_played_longest() -> None:
    mapped = osu().timing(120, at=0).timing(240, at=10_000).timing(180, at=12_000).circle(at=15_000).beatmap()
    tempo = overview(mapped, None).tempo
    assert tempo is not None
    assert (tempo.lowest, tempo.highest, tempo.main) == pytest.approx((120, 240, 120))


def test_breaks_kiai_red_lines_and_the_preview_stand_where_the_map_has_them() -> None:
    mapped = (
        osu()
        .timing(120, at=40)
        .kiai(2000, 4000)
        .break_(5000, 7000)
        .bookmarks(1000)
        .preview(2040)
        .circle(at=8000)
    )
    seen = overview(mapped.beatmap(), None)
    assert seen.kiai == ((2000, 4000),)
    assert seen.breaks == ((5000, 7000),)
    assert (seen.bookmarks_ms, seen.preview_ms, seen.red_lines_ms) == ((1000,), 2040, (40,))


def test_an_empty_map_has_an_overview_too() -> None:
    seen = overview(osu().beatmap(), None)
    assert (seen.object_counts, seen.tempo, seen.preview_ms) == ((0,), None, None)
