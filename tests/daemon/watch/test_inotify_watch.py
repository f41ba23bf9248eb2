# ruff: noqa: ASYNC240  # the test plays the program that writes; its writes are meant to happen right there
from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from daemon.watch.watcher import Removed, SaveEvent
from tests.daemon.watch.watching import new_set, osu, watch_settings, watching

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")

REPOSITORY = Path(__file__).resolve().parents[3]


def library_of(folder: Path, sets: int) -> list[Path]:
    """Sets whose maps were saved one after another, the last one last."""
    maps = [new_set(folder, f"{number:03} set", "a.osu") / "a.osu" for number in range(sets)]
    for age, path in enumerate(maps):
        os.utime(path, (1_000_000 + age, 1_000_000 + age))
        os.utime(path.parent, (1, 1))
    return maps


async def test_all_sets_are_counted(tmp_path: Path) -> None:
    library_of(tmp_path, 12)
    async with watching(tmp_path) as heard:
        assert heard.watcher.report.mode == "all"
        assert heard.watcher.report.sets == 12
        assert heard.watcher.report.note == ""


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    async with watching(tmp_path / "absent") as heard:
        assert heard.watcher.report.mode == "nothing"
        assert str(tmp_path / "absent") in heard.watcher.report.note


async def test_where_not_all_can_be_watched_the_sets_used_last_are(tmp_path: Path) -> None:
    maps = library_of(tmp_path, 40)
    async with watching(tmp_path, settings=watch_settings(max_folders=20)) as heard:
        report = heard.watcher.report
        assert (report.mode, report.sets) == ("recent", 10)
        assert "40 sets" in report.note
        assert "watch 20 folders" in report.note
        assert "sudo sysctl fs.inotify.max_user_watches=" in report.note
        maps[0].write_bytes(osu(7))  # used long ago, so nobody looks
        maps[-1].write_bytes(osu(8))
        await heard.saved(maps[-1], osu(8))


async def test_a_set_that_comes_into_use_takes_the_place_of_the_one_not_used_for_longest(
    tmp_path: Path,
) -> None:
    maps = library_of(tmp_path, 10)
    async with watching(tmp_path, settings=watch_settings(max_folders=8)) as heard:
        assert heard.watcher.report.sets == 4
        heard.watcher.use(maps[0])
        maps[6].write_bytes(osu(7))  # the oldest of the four, now given up
        maps[0].write_bytes(osu(8))
        await heard.saved(maps[0], osu(8))


async def test_a_new_set_is_watched_even_then(tmp_path: Path) -> None:
    library_of(tmp_path, 10)
    async with watching(tmp_path, settings=watch_settings(max_folders=8)) as heard:
        path = new_set(tmp_path, "new", "a.osu") / "a.osu"
        await heard.saved(path, osu(0))
        path.write_bytes(osu(9))
        await heard.saved(path, osu(9))


async def test_the_limit_may_be_reached_while_watching(tmp_path: Path) -> None:
    maps = library_of(tmp_path, 8)
    async with watching(tmp_path, settings=watch_settings(max_folders=9)) as heard:
        assert heard.watcher.report.mode == "all"
        path = new_set(tmp_path, "one too many") / "a.osu"
        report = await asyncio.wait_for(heard.reports.get(), 10)
        assert report.mode == "recent"
        path.write_bytes(osu(1))
        await heard.saved(path, osu(1))
        maps[-1].write_bytes(osu(2))
        await heard.saved(maps[-1], osu(2))


async def test_a_songs_folder_that_goes_away_is_said(tmp_path: Path) -> None:
    songs = tmp_path / "Songs"
    library_of(songs, 2)
    async with watching(songs) as heard:
        shutil.rmtree(songs)
        report = await asyncio.wait_for(heard.reports.get(), 10)
        assert report.mode == "nothing"
        assert f"{songs} is gone" in report.note


async def test_a_circle_of_links_is_walked_once(tmp_path: Path) -> None:
    (path,) = library_of(tmp_path, 1)
    (path.parent / "again").symlink_to(tmp_path)
    async with watching(tmp_path) as heard:
        path.write_bytes(osu(1))
        await heard.saved(path, osu(1))


async def test_a_linked_set_is_watched(tmp_path: Path) -> None:
    elsewhere = new_set(tmp_path / "disk", "set", "a.osu")
    (tmp_path / "Songs").mkdir()
    (tmp_path / "Songs" / "link").symlink_to(elsewhere)
    async with watching(tmp_path / "Songs") as heard:
        (elsewhere / "a.osu").write_bytes(osu(1))
        await heard.saved(tmp_path / "Songs" / "link" / "a.osu", osu(1))


async def test_a_name_that_is_no_text_is_a_name(tmp_path: Path) -> None:
    name = os.fsdecode(b"a\xff\xe9.osu")
    folder = new_set(tmp_path)
    async with watching(tmp_path) as heard:
        (folder / name).write_bytes(osu(1))
        await heard.saved(folder / name, osu(1))


async def test_saves_lost_in_a_flood_are_found_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """More events than the kernel's queue holds, while nobody is there to take them out."""
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    (path,) = library_of(tmp_path, 1)
    async with watching(tmp_path) as heard:
        table = heard.watcher._watch._table  # type: ignore[attr-defined]  # the one place to hold the reader at
        with table._lock:
            for _ in range(limit // 2 + 3000):  # two events each, no two alike in a row
                (tmp_path / "x.osu").touch()
                (tmp_path / "x.osu").unlink()
            fresh = new_set(tmp_path, "made in the flood") / "b.osu"
            fresh.write_bytes(osu(3))
            path.write_bytes(osu(2))
        lost = {(path, osu(2)), (fresh, osu(3))}
        while lost:
            event = await asyncio.wait_for(heard.events.get(), 20)
            if isinstance(event, SaveEvent):
                lost.remove((event.path, event.data))
        assert "more changes at once than it can hold" in caplog.text
        fresh.write_bytes(osu(4))
        event = await asyncio.wait_for(heard.events.get(), 20)
        while isinstance(event, Removed):  # the map of the flood, which stayed away
            event = await asyncio.wait_for(heard.events.get(), 20)
        assert (event.path, event.data) == (fresh, osu(4))


def run_with_limit(name: str, limit: int, folder: Path) -> str:
    """A process of its own in a user namespace, where the kernel itself grants no more than so many."""
    code = f"""
        import asyncio
        from pathlib import Path
        Path("/proc/sys/user/{name}").write_text("{limit}")
        from daemon.watch.watcher import Watcher
        from tests.daemon.watch.watching import watch_settings

        async def main():
            events = asyncio.Queue()
            watcher = Watcher(Path({str(folder)!r}), watch_settings(), events.put_nowait)
            report = await watcher.start()
            print(report.mode, report.sets, report.note)
            if report.mode != "nothing":
                newest = sorted(Path({str(folder)!r}).iterdir())[-1] / "a.osu"
                newest.write_bytes(newest.read_bytes() + b"// saved\\n")
                event = await asyncio.wait_for(events.get(), 10)
                print("saved", event.path.parent.name)
            await watcher.stop()

        asyncio.run(main())
    """
    command = ["unshare", "--user", "--map-root-user", sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    if "unshare" in done.stderr or "Permission denied: '/proc/sys/user" in done.stderr:
        pytest.skip(f"this system grants no user namespace: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return done.stdout


needs_unshare = pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare from util-linux")


@needs_unshare
def test_the_kernels_own_limit_leaves_the_recent_sets_watched(tmp_path: Path) -> None:
    library_of(tmp_path, 60)
    said = run_with_limit("max_inotify_watches", 30, tmp_path)
    assert said.startswith("recent 15 There are 60 sets, and the system let Mapside watch 30 folders")
    assert "saved 059 set" in said


@needs_unshare
def test_a_system_without_an_inotify_instance_to_spare_is_said(tmp_path: Path) -> None:
    library_of(tmp_path, 2)
    said = run_with_limit("max_inotify_instances", 0, tmp_path)
    assert said.startswith("nothing 0 Other programs use all")
    assert "sudo sysctl fs.inotify.max_user_instances=" in said
