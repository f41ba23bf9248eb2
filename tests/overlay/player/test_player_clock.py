"""The player's time: it is the song's where there is one, and goes on where there is none."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.overlay.player import maps

if TYPE_CHECKING:
    from tests.overlay.player.page import PlayerCompanion, PlayerPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

IN_STEP_MS = 60
"""Between the player and the song, on a machine that does other things too."""
# Every frame for a while: the player's time, the song's, and the browser's own clock.
WATCHED = """async (length_ms) => {
    const player = document.querySelector("map-player");
    const [seen, begun] = [[], performance.now()];
    while (performance.now() - begun < length_ms) {
        await new Promise(requestAnimationFrame);
        const song = window.songs.at(-1);
        const song_ms = song && !song.paused && !song.seeking ? song.currentTime * 1000 : null;
        seen.push({ at_ms: player.time_ms, song_ms, now_ms: performance.now() });
    }
    return seen;
}"""


async def watched(player: PlayerPage, length_ms: int) -> list[dict[str, Any]]:
    return list(await player.page.evaluate(WATCHED, length_ms))


def gone(seen: list[dict[str, Any]], clock: str) -> float:
    return float(seen[-1][clock] - seen[0][clock])


@pytest.mark.parametrize("speed", [0.25, 1, 1.5])
async def test_the_field_keeps_in_step_with_the_song_at_every_speed(player: PlayerPage, speed: float) -> None:
    await player.show_pair()
    await player.seek(3_000)
    await player.page.get_by_label("Speed").select_option(str(speed))
    await player.play.click()
    await player.until(3_000 + 400 * speed)
    seen = await watched(player, 1_200)
    off = [abs(each["at_ms"] - each["song_ms"]) for each in seen if each["song_ms"] is not None]
    assert len(off) > len(seen) / 2
    assert sorted(off)[len(off) // 2] < IN_STEP_MS
    assert gone(seen, "at_ms") == pytest.approx(gone(seen, "now_ms") * speed, rel=0.15)
    song = "window.songs.at(-1)"
    assert await player.page.evaluate(f"[{song}.playbackRate, {song}.preservesPitch]") == [speed, True]
    await expect(player.page.locator("map-player .trouble")).to_be_empty()


async def test_time_never_runs_backwards_while_it_plays(player: PlayerPage) -> None:
    await player.show_pair()
    await player.seek(3_000)
    await player.play.click()
    await player.until(3_300)
    times = [each["at_ms"] for each in await watched(player, 1_000)]
    assert all(after >= before - 5 for before, after in pairwise(times))


@pytest.mark.parametrize(
    ("song", "why"),
    [
        ("", "No song can be heard"),
        ("/no-such-song.wav", "could not be played"),
        ("/broken.wav", "could not be played"),
    ],
)
async def test_without_a_song_it_says_so_and_keeps_time_itself(
    player: PlayerPage, companion: PlayerCompanion, song: str, why: str
) -> None:
    companion.songs["/broken.wav"] = b"RIFF of something else"
    await player.show_pair(song=song)
    await player.play.click()
    await player.until(600)
    trouble = player.page.get_by_role("status").filter(has_text="keeps time by a clock of its own")
    await expect(trouble).to_contain_text(why)
    seen = await watched(player, 600)
    assert gone(seen, "at_ms") == pytest.approx(gone(seen, "now_ms"), rel=0.1)


async def test_a_server_that_cannot_wind_costs_the_song_and_not_the_time(
    player: PlayerPage, companion: PlayerCompanion
) -> None:
    companion.winds = False
    companion.songs["/long.wav"] = maps.song_wav(120)
    await player.show_pair(song="/long.wav", section=(80_000.0, 84_000.0))
    await player.play.click()
    await player.until(77_700)
    assert await player.time_ms() < 79_500
    trouble = player.page.locator("map-player .trouble")
    song_ms = await player.page.evaluate("window.songs.at(-1).currentTime * 1000")
    if song_ms < 70_000:  # some browsers keep enough of it to wind all the same
        await expect(trouble).to_contain_text("cannot be wound")


async def test_before_the_songs_beginning_there_is_time_too(player: PlayerPage) -> None:
    await player.show_pair(section=(1_500.0, 4_000.0))
    await player.seek(-2_000)
    assert await player.time_ms() == -1_000
    await player.play.click()
    await player.until(500)
    assert await player.page.evaluate("!window.songs.at(-1).paused")
    await expect(player.page.locator("map-player .trouble")).to_be_empty()


async def test_after_the_songs_end_time_goes_on(player: PlayerPage, companion: PlayerCompanion) -> None:
    companion.songs["/short.wav"] = maps.song_wav(4)
    await player.show_pair(song="/short.wav")
    await player.seek(3_600)
    await player.play.click()
    await player.until(4_600)
    await expect(player.page.locator("map-player .trouble")).to_be_empty()


async def test_the_section_is_looped_and_nothing_else(player: PlayerPage) -> None:
    await player.show_pair(section=(3_000.0, 3_700.0))
    await player.wish("Loop section", on=True)
    await player.seek(3_500)
    await player.play.click()
    times = [each["at_ms"] for each in await watched(player, 2_500)]
    assert max(times) < 3_700 + 60
    rounds = sum(after < before - 300 for before, after in pairwise(times))
    assert rounds >= 2
    assert min(times) >= 3_000 - 20


async def test_it_rests_at_the_end_and_begins_anew_from_there(player: PlayerPage) -> None:
    await player.show_pair(song="")
    end_ms = maps.SECTION[1] + 2_500
    await player.seek(end_ms - 200)
    await player.play.click()
    await expect(player.play).to_have_text("Play")
    assert await player.time_ms() == end_ms
    await player.play.click()
    assert await player.time_ms() < maps.SECTION[0]


async def test_another_candidate_of_the_same_section_plays_on(player: PlayerPage) -> None:
    await player.show_pair()
    await player.seek(5_000)
    await player.play.click()
    await player.until(5_300)
    before = maps.stretch(maps.osu_before())
    await player.show(before, maps.stretch(maps.osu_after().circle(8_900, 1, 1), maps.osu_before()))
    assert await player.playing()
    assert await player.time_ms() > 5_300
    assert await player.page.evaluate("window.songs.length") == 1


async def test_another_section_rests_at_its_beginning_and_is_played_with_what_leads_up_to_it(
    player: PlayerPage,
) -> None:
    await player.show_pair()
    await player.seek(5_000)
    await player.play.click()
    await player.show_pair(section=(4_000.0, 6_000.0))
    assert not await player.playing()
    assert await player.time_ms() == 4_000
    await player.play.click()
    assert 1_500 <= await player.time_ms() < 4_000


async def test_from_where_somebody_went_it_is_played_from_there(player: PlayerPage) -> None:
    await player.show_pair()
    await player.seek(maps.SECTION[0])
    await player.play.click()
    assert await player.time_ms() >= maps.SECTION[0]


async def test_stopped_it_holds_neither_song_nor_sound_card(player: PlayerPage) -> None:
    await player.show_pair()
    await player.play.click()
    await player.until(900)
    await player.page.evaluate("document.querySelector('map-player').stop()")
    await player.page.wait_for_function("window.contexts.every((each) => each.state === 'closed')")
    assert await player.page.evaluate("window.songs.map((each) => [each.paused, each.src])") == [[True, ""]]
    await expect(player.element).to_be_hidden()
    frames = await player.page.evaluate("window.frames")
    await player.page.wait_for_timeout(150)
    assert await player.page.evaluate("window.frames") - frames <= 1
    await player.show_pair()
    await expect(player.element).to_be_visible()
    await player.play.click()
    await player.until(900)


async def test_taken_off_the_page_it_falls_silent(player: PlayerPage) -> None:
    await player.show_pair()
    await player.play.click()
    await player.until(900)
    paused = """() => {
        const player = document.querySelector("map-player");
        player.remove();
        const silent = !player.playing && window.songs.every((song) => song.paused);
        document.querySelector("main").append(player);
        return silent;
    }"""
    assert await player.page.evaluate(paused)


async def test_a_song_that_was_lost_is_tried_again_with_the_next_candidate(
    player: PlayerPage, companion: PlayerCompanion
) -> None:
    await player.show_pair(song="/later.wav")
    trouble = player.page.locator("map-player .trouble")
    await expect(trouble).to_contain_text("could not be played")
    companion.songs["/later.wav"] = maps.song_wav(13)
    await player.show_pair(song="/later.wav")
    await player.play.click()
    await player.until(900)
    await expect(trouble).to_be_empty()
    assert await player.page.evaluate("!window.songs.at(-1).paused")


async def test_a_browser_that_forbids_sound_is_asked_once_more(player: PlayerPage) -> None:
    await player.show_pair()
    forbid = """() => {
        window.allowed = HTMLMediaElement.prototype.play;
        HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException("", "NotAllowedError"));
    }"""
    await player.page.evaluate(forbid)
    await player.play.click()
    trouble = player.page.locator("map-player .trouble")
    await expect(trouble).to_contain_text("Press play once more")
    assert not await player.playing()
    await player.page.evaluate("() => { HTMLMediaElement.prototype.play = window.allowed; }")
    await player.play.click()
    await player.until(900)
    await expect(trouble).to_be_empty()


async def test_it_pauses_where_nobody_sees_it(player: PlayerPage) -> None:
    await player.show_pair(song="")
    await player.play.click()
    await player.until(700)
    hide = """() => {
        Object.defineProperty(document, "hidden", { value: true, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
        delete document.hidden;
    }"""
    await player.page.evaluate(hide)
    assert not await player.playing()
