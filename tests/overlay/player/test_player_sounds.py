"""Hit sounds: when they are set on the sound card, which side's they are, and that they can be silenced."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.overlay.player import maps

if TYPE_CHECKING:
    from engine.beatmap.builder import MapBuilder
    from tests.overlay.player.page import PlayerPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PRECISE_MS = 25
"""Of a machine that runs other tests beside; mostly it is below 5."""


def every_beat(offset_ms: float = 0) -> MapBuilder:
    made = maps.plain_osu()
    for number in range(9, 27):
        made = made.circle(maps.beat(number) + offset_ms, 100, 100)
    return made


async def heard(player: PlayerPage, until_ms: float, from_ms: float = 3_900) -> list[float]:
    await player.seek(from_ms)
    await player.play.click()
    await player.until(until_ms)
    await player.play.click()
    return [sound["at_ms"] for sound in await player.sounds()]


def off_beat_ms(times: list[float]) -> list[float]:
    return sorted(abs(time - round(time / maps.BEAT_MS) * maps.BEAT_MS) for time in times)


@pytest.mark.parametrize("speed", [0.5, 1, 1.5])
@pytest.mark.parametrize("song", ["", "/song.wav"])
async def test_sounds_are_set_for_the_very_time_of_their_objects(
    player: PlayerPage, song: str, speed: float
) -> None:
    await player.show(None, maps.stretch(every_beat(), song=song))
    await player.page.get_by_label("Speed").select_option(str(speed))
    off = off_beat_ms(await heard(player, 5_400))
    assert len(off) >= 4
    assert off[len(off) // 2] < PRECISE_MS


async def test_each_sound_is_set_once(player: PlayerPage) -> None:
    await player.show(None, maps.stretch(every_beat(), song=""))
    times = await heard(player, 6_000)
    assert len(times) >= 6
    assert all(after - before > maps.BEAT_MS / 2 for before, after in pairwise(sorted(times)))


async def test_the_chosen_side_is_heard_and_the_other_is_not(player: PlayerPage) -> None:
    before, after = every_beat(offset_ms=round(maps.BEAT_MS / 2)), every_beat()
    await player.show(**maps.pair(before, after, song=""))
    on_beat = off_beat_ms(await heard(player, 5_000))
    assert on_beat[-1] < maps.BEAT_MS / 4
    await player.page.get_by_role("radio", name="Before").check()
    await player.page.evaluate("window.set = []")
    between = off_beat_ms(await heard(player, 5_000))
    assert between[0] > maps.BEAT_MS / 4


async def test_switched_off_nothing_is_heard(player: PlayerPage) -> None:
    await player.show(None, maps.stretch(every_beat(), song=""))
    await player.wish("Hit sounds", on=False)
    assert await heard(player, 5_000) == []


async def test_the_metronome_is_heard_without_hit_sounds(player: PlayerPage) -> None:
    await player.show(None, maps.stretch(maps.plain_osu(), song=""))
    await player.wish("Metronome", on=True)
    off = off_beat_ms(await heard(player, 5_000))
    assert len(off) >= 3
    assert off[len(off) // 2] < PRECISE_MS


async def test_a_loops_end_is_not_played_over(player: PlayerPage) -> None:
    made = maps.plain_osu().circle(3_000, 1, 1).circle(3_650, 1, 1).circle(3_720, 1, 1).circle(3_800, 1, 1)
    await player.show(None, maps.stretch(made, song="", section=(3_000.0, 3_700.0)))
    await player.wish("Loop section", on=True)
    await player.page.get_by_label("Speed").select_option("1")
    await player.seek(3_300)
    await player.play.click()
    await player.page.wait_for_function(
        "() => window.set.length >= 4 && window.set.some((each) => each.at_ms < 3_100)"
    )
    times = [sound["at_ms"] for sound in await player.sounds()]
    assert len(times) >= 4
    assert max(times) < 3_700
    assert min(times) < 3_100  # the object on the loop's first moment is heard again


async def test_levels_are_the_songs_and_the_hit_sounds_own(player: PlayerPage) -> None:
    await player.show_pair()
    await player.page.get_by_label("Song", exact=True).fill("30")
    await player.page.get_by_label("Hit sounds' volume").fill("0")
    await player.play.click()
    await player.until(700)
    assert await player.page.evaluate("window.songs.at(-1).volume") == pytest.approx(0.3)
