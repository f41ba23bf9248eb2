# ruff: noqa: ASYNC240  # the test plays the program that writes; its writes are meant to happen right there
from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from daemon.watch.folder_watch import folder_watch
from daemon.watch.portable_watch import PortableFolders
from daemon.watch.watcher import Removed
from tests.daemon.watch.watching import (
    Heard,
    kept_from_being_read,
    new_set,
    osu,
    replace,
    watch_settings,
    watching,
    write_in_chunks,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from daemon.settings import WatchSettings
    from daemon.watch.notices import Notice
    from daemon.watch.watcher import MakeFolderWatch


def portable(root: Path, _settings: WatchSettings, sink: Callable[[Notice], None]) -> PortableFolders:
    return PortableFolders(root, sink)


tells_closing = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when a writer closes")


@pytest.fixture(params=["native"] if sys.platform == "win32" else ["native", "portable"])
def make(request: pytest.FixtureRequest) -> MakeFolderWatch:
    """What this system does best, and what the systems do that we know least of."""
    return folder_watch if request.param == "native" else portable


@pytest.fixture
def map_path(tmp_path: Path) -> Path:
    return new_set(tmp_path, "1 Artist - Title", "a.osu", "b.osu") / "a.osu"


async def seen(heard: Heard, path: Path, data: bytes) -> None:
    """The watcher knows this version, and has said so."""
    path.write_bytes(data)
    event = await heard.save()
    assert (event.path, event.data) == (path, data)


async def test_a_save_is_one_event_with_what_was_saved(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        map_path.write_bytes(osu(1))
        await heard.saved(map_path, osu(1))


async def test_nothing_is_said_of_what_lay_there_before(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        assert map_path.read_bytes() == osu(0)
        await heard.nothing()


async def test_a_save_in_chunks_is_one_event_with_the_whole(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        await write_in_chunks(map_path, osu(2), pause_s=0.06)
        await heard.saved(map_path, osu(2))


@tells_closing
async def test_a_writer_that_pauses_at_a_line_end_is_waited_for(map_path: Path) -> None:
    half = osu(2, notes=40)
    half = half[: half.index(b"\r\n", len(osu())) + 2]
    async with watching(map_path.parents[1]) as heard:
        with map_path.open("wb") as file:
            file.write(half)
            file.flush()
            await heard.nothing(0.3)
            file.write(osu(2, notes=40)[len(half) :])
        await heard.saved(map_path, osu(2, notes=40))


async def test_a_temporary_file_moved_into_place_is_one_save(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        replace(map_path, osu(1))
        await heard.saved(map_path, osu(1))
        replace(map_path, osu(2), "other.tmp")
        await heard.saved(map_path, osu(2))


async def test_a_temporary_file_may_itself_be_called_a_map(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        replace(map_path, osu(1), "temporary.osu")
        await heard.saved(map_path, osu(1))


async def test_a_temporary_file_may_come_from_another_folder(map_path: Path, make: MakeFolderWatch) -> None:
    elsewhere = map_path.parents[1] / "temporary"
    elsewhere.mkdir()
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        (elsewhere / "a.osu").write_bytes(osu(2))
        (elsewhere / "a.osu").replace(map_path)
        await heard.saved(map_path, osu(2))


async def test_the_old_file_may_be_deleted_first(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        map_path.unlink()
        await asyncio.sleep(0.03)
        map_path.write_bytes(osu(2))
        await heard.saved(map_path, osu(2))


async def test_the_old_file_may_be_kept_as_a_backup(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        map_path.rename(map_path.with_suffix(".osu.bak"))
        map_path.write_bytes(osu(2))
        await heard.saved(map_path, osu(2))


async def test_the_same_content_saved_again_is_no_news(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        map_path.write_bytes(osu(1))
        await heard.nothing()
        replace(map_path, osu(1))
        await heard.nothing()


async def test_a_save_taken_back_before_it_settled_is_no_news(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        map_path.write_bytes(osu(2))
        map_path.write_bytes(osu(1))
        await heard.nothing()


async def test_appending_is_a_save(map_path: Path, make: MakeFolderWatch) -> None:
    line = b"256,192,9000,1,0\r\n"
    async with watching(map_path.parents[1], make) as heard:
        with map_path.open("ab") as file:
            file.write(line)
        await heard.saved(map_path, osu(0) + line)


async def test_zeros_after_a_crash_are_never_shown_and_the_repair_is(
    map_path: Path, make: MakeFolderWatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        map_path.write_bytes(bytes(len(osu(2))))
        await heard.nothing(0.8)
        assert "filled with zeros" in caplog.text
        assert heard.hollow == [(map_path, "filled with zeros")]
        map_path.write_bytes(osu(2))
        await heard.saved(map_path, osu(2))


async def test_zeros_written_over_at_once_are_never_seen(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        map_path.write_bytes(bytes(3000))
        await asyncio.sleep(0.05)
        map_path.write_bytes(osu(2))
        await heard.saved(map_path, osu(2))
        assert heard.hollow == []


async def test_an_empty_file_waits_for_its_writer(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        map_path.write_bytes(b"")
        await asyncio.sleep(0.1)
        map_path.write_bytes(osu(2))
        await heard.saved(map_path, osu(2))


async def test_half_a_file_left_for_good_is_reported_in_the_end(
    map_path: Path, make: MakeFolderWatch
) -> None:
    half = osu(1)[:-5]
    async with watching(map_path.parents[1], make) as heard:
        map_path.write_bytes(half)
        event = await heard.save()
        assert event.data == half
        assert event.settled - event.first_seen >= 0.06


async def test_half_a_file_closed_and_finished_later_is_one_save(
    map_path: Path, make: MakeFolderWatch
) -> None:
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        whole = osu(2)
        map_path.write_bytes(whole[: len(whole) // 2])
        await asyncio.sleep(0.06)
        with map_path.open("ab") as file:
            file.write(whole[len(whole) // 2 :])
        await heard.saved(map_path, whole)


@tells_closing
async def test_a_save_that_looks_whole_settles_at_once_after_closing(map_path: Path) -> None:
    async with watching(map_path.parents[1]) as heard:
        waits_ms = []
        for note in range(1, 10):
            map_path.write_bytes(osu(note))
            event = await heard.save()
            waits_ms.append((event.settled - event.first_seen) * 1000)
        assert sorted(waits_ms)[len(waits_ms) // 2] < 40


async def test_fifty_saves_awaited_one_by_one_are_fifty_events(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        for note in range(1, 51):
            await seen(heard, map_path, osu(note))
        await heard.nothing()


async def test_fifty_saves_in_five_seconds_lose_none_that_lasted(
    map_path: Path, make: MakeFolderWatch
) -> None:
    """A busy machine may merge two saves into the later one; it may not invent, repeat or reorder any."""
    contents = [osu(note) for note in range(1, 51)]
    async with watching(map_path.parents[1], make) as heard:
        for content in contents:
            map_path.write_bytes(content)
            await asyncio.sleep(0.1)
        got: list[int] = []
        while not got or got[-1] != 49:
            got.append(contents.index((await heard.save()).data))
        await heard.nothing()
        assert got == sorted(set(got))
        assert len(got) > 25


async def test_several_maps_saved_together_are_one_event_each(map_path: Path, make: MakeFolderWatch) -> None:
    other = map_path.with_name("b.osu")
    async with watching(map_path.parents[1], make) as heard:
        map_path.write_bytes(osu(1))
        other.write_bytes(osu(2))
        got = {event.path: event.data for event in (await heard.save(), await heard.save())}
        assert got == {map_path: osu(1), other: osu(2)}
        await heard.nothing()


async def test_other_files_of_the_set_are_not_maps(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        for name in ("a.mp3", "a.osu.bak", "a.osb", ".osu~", "thumbs.db"):
            map_path.with_name(name).write_bytes(osu(1))
        await heard.nothing()


async def test_the_suffix_has_no_case(map_path: Path, make: MakeFolderWatch) -> None:
    path = map_path.with_name("C.OSU")
    async with watching(map_path.parents[1], make) as heard:
        path.write_bytes(osu(1))
        await heard.saved(path, osu(1))


async def test_reading_touching_and_closing_unwritten_are_no_saves(
    map_path: Path, make: MakeFolderWatch
) -> None:
    os.utime(map_path, (1, 1))
    async with watching(map_path.parents[1], make) as heard:
        map_path.read_bytes()
        with map_path.open("r+b"):
            pass
        await heard.nothing()


async def test_our_own_write_is_learned_and_not_reported(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        heard.watcher.expect_own_write(map_path, hashlib.sha256(osu(1)).hexdigest())
        replace(map_path, osu(1))
        await heard.nothing()
        map_path.write_bytes(osu(1))  # the editor saves what we wrote
        await heard.nothing()
        map_path.write_bytes(osu(2))
        await heard.saved(map_path, osu(2))


async def test_an_own_write_the_editor_overwrote_is_the_editors_save(
    map_path: Path, make: MakeFolderWatch
) -> None:
    async with watching(map_path.parents[1], make) as heard:
        heard.watcher.expect_own_write(map_path, hashlib.sha256(osu(1)).hexdigest())
        replace(map_path, osu(1))
        map_path.write_bytes(osu(2))
        await heard.saved(map_path, osu(2))


async def test_a_deleted_map_is_removed_once_it_stayed_away(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        map_path.unlink()
        assert await heard.removal() == Removed(map_path)
        await heard.nothing()
        await seen(heard, map_path, osu(1))


async def test_a_renamed_map_is_a_save_under_its_new_name_and_a_removal_of_the_old(
    map_path: Path, make: MakeFolderWatch
) -> None:
    new = map_path.with_name("renamed.osu")
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        map_path.rename(new)
        event = await heard.save()
        assert (event.path, event.data) == (new, osu(1))
        assert await heard.removal() == Removed(map_path, moved_to=new)
        await heard.nothing()


async def test_a_difficulty_renamed_in_the_editor_is_a_new_file_and_a_deleted_one(
    map_path: Path, make: MakeFolderWatch
) -> None:
    new = map_path.with_name("renamed.osu")
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        new.write_bytes(osu(2))
        map_path.unlink()
        assert (await heard.save()).path == new
        assert await heard.removal() == Removed(map_path)
        await heard.nothing()


async def test_a_renamed_set_is_no_save_and_is_watched_under_its_new_name(
    map_path: Path, make: MakeFolderWatch
) -> None:
    folder = map_path.parents[1]
    async with watching(folder, make) as heard:
        await seen(heard, map_path, osu(1))
        map_path.parent.rename(folder / "12345 Artist - Title")
        new = folder / "12345 Artist - Title" / "a.osu"
        assert await heard.removal() == Removed(map_path, moved_to=new)
        await heard.nothing()
        new.write_bytes(osu(1))
        await heard.nothing()
        new.write_bytes(osu(2))
        await heard.saved(new, osu(2))


async def test_a_save_just_before_its_set_is_renamed_is_not_lost(
    map_path: Path, make: MakeFolderWatch
) -> None:
    folder = map_path.parents[1]
    async with watching(folder, make) as heard:
        map_path.write_bytes(osu(1))
        map_path.parent.rename(folder / "renamed")
        await heard.saved(folder / "renamed" / "a.osu", osu(1))


async def test_a_deleted_set_removes_the_maps_in_it(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        await seen(heard, map_path, osu(1))
        shutil.rmtree(map_path.parent)
        gone = {(await heard.removal()).path, (await heard.removal()).path}
        assert gone == {map_path, map_path.with_name("b.osu")}
        await heard.nothing()


@tells_closing
async def test_a_set_moved_out_of_songs_removes_what_was_seen_in_it(map_path: Path, tmp_path: Path) -> None:
    songs = tmp_path / "Songs"
    songs.mkdir()
    map_path.parent.rename(songs / "set")
    path = songs / "set" / "a.osu"
    async with watching(songs) as heard:
        await seen(heard, path, osu(1))
        path.parent.rename(tmp_path / "trash")
        assert await heard.removal() == Removed(path)
        (tmp_path / "trash" / "a.osu").write_bytes(osu(2))
        await heard.nothing()


async def test_a_set_moved_in_is_no_save_but_its_next_save_is(
    map_path: Path, tmp_path: Path, make: MakeFolderWatch
) -> None:
    songs = tmp_path / "Songs"
    songs.mkdir()
    for path in map_path.parent.iterdir():
        os.utime(path, (1, 1))
    async with watching(songs, make) as heard:
        map_path.parent.rename(songs / "set")
        if make is folder_watch:
            await heard.nothing()
            (songs / "set" / "a.osu").write_bytes(osu(5))
            await heard.saved(songs / "set" / "a.osu", osu(5))


async def test_a_map_in_a_brand_new_set_is_not_missed(tmp_path: Path, make: MakeFolderWatch) -> None:
    async with watching(tmp_path, make) as heard:
        for number in range(10):
            path = tmp_path / f"{number}" / "deep" / "a.osu"
            path.parent.mkdir(parents=True)
            path.write_bytes(osu(number))
            event = await heard.save()
            assert (event.path, event.data) == (path, osu(number))
        await heard.nothing()


async def test_many_new_sets_at_once_are_all_seen(tmp_path: Path, make: MakeFolderWatch) -> None:
    async with watching(tmp_path, make) as heard:
        expected = {new_set(tmp_path, f"set {number}", "a.osu") / "a.osu" for number in range(100)}
        got = [(await heard.save()).path for _ in expected]
        assert set(got) == expected
        await heard.nothing()


async def test_a_file_that_cannot_be_read_yet_is_tried_again(map_path: Path, make: MakeFolderWatch) -> None:
    locked = map_path.with_name("locked.osu")
    async with watching(map_path.parents[1], make, watch_settings(give_up_ms=5000)) as heard:
        with kept_from_being_read(locked):
            await heard.nothing()
        replace(locked, osu(1))
        await heard.saved(locked, osu(1))


async def test_a_file_that_can_never_be_read_is_passed_over_and_said(
    map_path: Path, make: MakeFolderWatch, caplog: pytest.LogCaptureFixture
) -> None:
    locked = map_path.with_name("locked.osu")
    async with watching(map_path.parents[1], make) as heard:
        with kept_from_being_read(locked):
            await heard.nothing(1)
        assert f"{locked} cannot be read and is passed over" in caplog.text


async def test_a_listener_that_fails_does_not_end_the_watching(map_path: Path, make: MakeFolderWatch) -> None:
    failures: asyncio.Queue[str] = asyncio.Queue()
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: failures.put_nowait(str(context["exception"]))
    )
    async with watching(map_path.parents[1], make) as heard:
        heard.fails_with = "the page is gone"
        map_path.write_bytes(osu(1))
        assert await asyncio.wait_for(failures.get(), 10) == "the page is gone"
        heard.fails_with = ""
        await seen(heard, map_path, osu(2))


async def test_nothing_is_said_after_stopping(map_path: Path, make: MakeFolderWatch) -> None:
    async with watching(map_path.parents[1], make) as heard:
        map_path.write_bytes(osu(1))
    await heard.nothing()
