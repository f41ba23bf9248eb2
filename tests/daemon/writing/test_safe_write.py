from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from daemon.watch.reading import _open_shared
from daemon.writing import safe_write
from daemon.writing.safe_write import (
    ChangedError,
    NotWrittenError,
    beside,
    create_map,
    replace_map,
    rescued,
    sweep,
)
from engine import held_open
from engine.beatmap.document import content_hash
from tests.links import needs_links

OLD, NEW = b"osu file format v14\r\nold\r\n", b"osu file format v14\r\nnew\r\n" * 1000
ROOT = Path(__file__).resolve().parents[3]
TOKEN = "0123456789ab"  # noqa: S105  a file's name, not a secret


@pytest.fixture
def a_map(tmp_path: Path) -> Path:
    path = tmp_path / "Artist - Title (Creator) [Hard].osu"
    path.write_bytes(OLD)
    return path


def write(path: Path, data: bytes = NEW, *, expected: bytes = OLD) -> None:
    replace_map(path, content_hash(expected), data, TOKEN)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestReplacing:
    def test_puts_the_new_content_there_and_leaves_nothing_beside_it(self, a_map: Path) -> None:
        write(a_map)
        assert a_map.read_bytes() == NEW
        assert names(a_map.parent) == [a_map.name]

    def test_refuses_where_somebody_has_saved_meanwhile(self, a_map: Path) -> None:
        a_map.write_bytes(b"saved by the editor")
        with pytest.raises(ChangedError, match="was saved meanwhile: nothing was written"):
            write(a_map)
        assert a_map.read_bytes() == b"saved by the editor"
        assert names(a_map.parent) == [a_map.name]

    def test_gives_back_what_was_saved_between_the_look_and_the_step(
        self, a_map: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        replace = Path.replace

        def save_first(source: Path, target: Path) -> Path:
            if source.suffix == ".new":
                with a_map.open("r+b") as editor:  # in place, as stable saves
                    editor.truncate()
                    editor.write(b"saved in the last moment")
            return replace(source, target)

        monkeypatch.setattr(Path, "replace", save_first)
        with pytest.raises(ChangedError, match="saved meanwhile"):
            write(a_map)
        assert a_map.read_bytes() == b"saved in the last moment"
        assert names(a_map.parent) == [a_map.name]

    def test_refuses_where_another_file_was_put_there_after_the_look(
        self, a_map: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        look = safe_write._hash

        def save_after(file: Path) -> str:
            seen = look(file)
            other = a_map.with_name("other")
            other.write_bytes(b"saved by a text editor")
            other.replace(a_map)
            return seen

        monkeypatch.setattr(safe_write, "_hash", save_after)
        with pytest.raises(ChangedError, match="saved meanwhile"):
            write(a_map)
        assert a_map.read_bytes() == b"saved by a text editor"
        assert names(a_map.parent) == [a_map.name]

    def test_says_so_where_the_map_is_gone(self, a_map: Path) -> None:
        a_map.unlink()
        with pytest.raises(ChangedError, match="is no longer there"):
            write(a_map)
        assert names(a_map.parent) == []

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows files have no mode bits")
    def test_keeps_the_permissions(self, a_map: Path) -> None:
        a_map.chmod(0o640)
        write(a_map)
        assert a_map.stat().st_mode & 0o777 == 0o640

    @needs_links
    def test_follows_a_link_and_leaves_it_one(self, a_map: Path, tmp_path: Path) -> None:
        link = tmp_path / "set" / "link.osu"
        link.parent.mkdir()
        link.symlink_to(a_map)
        write(link)
        assert link.is_symlink()
        assert a_map.read_bytes() == NEW
        assert names(link.parent) == ["link.osu"]

    def test_refuses_a_read_only_map(self, a_map: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        a_map.chmod(0o440)
        if sys.platform != "win32" and os.geteuid() == 0:  # whom no permission stops
            monkeypatch.setattr(os, "access", lambda _path, _mode: False)
        with pytest.raises(NotWrittenError, match="is read-only"):
            write(a_map)
        assert a_map.read_bytes() == OLD


class TestAMapThatIsHeldOpen:
    """As Windows says it: no other system holds a file so."""

    @staticmethod
    def hold(monkeypatch: pytest.MonkeyPatch, tries: float) -> None:
        replace, left = Path.replace, [tries]

        def held(source: Path, target: Path) -> Path:
            left[0] -= 1
            if left[0] >= 0:
                error = PermissionError(errno.EACCES, "used by another process")
                error.winerror = 32  # type: ignore[attr-defined]  # only Windows sets it
                raise error
            return replace(source, target)

        monkeypatch.setattr(Path, "replace", held)

    def test_is_written_once_it_is_let_go(self, a_map: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hold(monkeypatch, 3)
        write(a_map)
        assert a_map.read_bytes() == NEW

    def test_is_named_where_it_is_not(self, a_map: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(held_open, "PATIENCE_S", 0.1)
        self.hold(monkeypatch, float("inf"))
        with pytest.raises(NotWrittenError, match="held open by another program"):
            write(a_map)
        assert a_map.read_bytes() == OLD
        assert names(a_map.parent) == [a_map.name]


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere an open file is replaced like any other")
class TestAMapThatIsHeldOpenOnWindows:
    def test_is_what_it_was_and_nothing_is_left_beside_it(
        self, a_map: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(held_open, "PATIENCE_S", 0.2)
        with a_map.open("rb"), pytest.raises(NotWrittenError, match="held open by another program"):
            write(a_map)
        assert a_map.read_bytes() == OLD
        assert names(a_map.parent) == [a_map.name]

    def test_is_written_once_it_is_let_go(self, a_map: Path) -> None:
        with a_map.open("rb") as held:
            threading.Timer(0.3, held.close).start()
            write(a_map)
        assert a_map.read_bytes() == NEW
        assert names(a_map.parent) == [a_map.name]

    def test_by_somebody_who_lets_others_remove_it_is_the_old_or_the_new_one(
        self, a_map: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(held_open, "PATIENCE_S", 0.2)
        """Which of them depends on the version of Windows."""
        held = _open_shared(a_map)
        with suppress(NotWrittenError):
            write(a_map)
        os.close(held)
        assert a_map.read_bytes() in (OLD, NEW)
        assert names(a_map.parent) == [a_map.name]

    def test_may_be_held_from_the_moment_of_the_step_on(
        self, a_map: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A second name of a file that is open can neither be removed nor made anew: we have it already."""
        monkeypatch.setattr(safe_write, "_must_be_let_go", lambda _: None)
        with a_map.open("rb") as held:
            threading.Timer(0.3, held.close).start()
            write(a_map)
        assert a_map.read_bytes() == NEW
        assert names(a_map.parent) == [a_map.name]


class TestAFullDisk:
    SCRIPT = """
import resource, sys
from pathlib import Path
from daemon.writing.safe_write import NotWrittenError, create_map, replace_map
from engine.beatmap.document import content_hash
path, new = Path(sys.argv[1]), b"x" * 100_000
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    replace_map(path, content_hash(path.read_bytes()), new, "0123456789ab")
except NotWrittenError as error:
    print(error)
try:
    create_map(path.with_name("other.osu"), new, "0123456789ab")
except NotWrittenError as error:
    print(error)
"""

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no process's files in their size")
    def test_leaves_the_old_file_and_nothing_beside_it(self, a_map: Path) -> None:
        """A limit of the system on the size of a file cuts the write short as a full disk does."""
        said = subprocess.run(
            [sys.executable, "-c", self.SCRIPT, str(a_map)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            preexec_fn=_ignore_the_signal,
        ).stdout.splitlines()
        assert len(said) == 2
        assert all("is full: nothing was written" in line for line in said)
        assert a_map.read_bytes() == OLD
        assert names(a_map.parent) == [a_map.name]


def _ignore_the_signal() -> None:
    assert sys.platform != "win32"
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


class TestCreating:
    def test_makes_a_whole_file(self, tmp_path: Path) -> None:
        create_map(tmp_path / "new.osu", NEW, TOKEN)
        assert (tmp_path / "new.osu").read_bytes() == NEW
        assert names(tmp_path) == ["new.osu"]

    def test_says_what_is_wrong_where_windows_takes_no_path_so_long(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It says of one that it is not found, as here of one whose folder is not there."""
        monkeypatch.setattr(sys, "platform", "win32")
        with pytest.raises(NotWrittenError, match="characters long, and Windows takes 259: nothing was wr"):
            create_map(tmp_path / ("x" * 150) / ("y" * 150), NEW, TOKEN)
        with pytest.raises(NotWrittenError, match="could not be written"):
            create_map(tmp_path / "x" / "y", NEW, TOKEN)

    @pytest.mark.parametrize("knows_second_names", [True, False])
    def test_never_takes_the_place_of_another(
        self, a_map: Path, knows_second_names: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not knows_second_names:
            monkeypatch.setattr(Path, "hardlink_to", _refused)
        with pytest.raises(NotWrittenError, match="is there already"):
            create_map(a_map, NEW, TOKEN)
        assert a_map.read_bytes() == OLD
        assert names(a_map.parent) == [a_map.name]

    def test_works_where_a_file_has_one_name_only(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Path, "hardlink_to", _refused)
        create_map(tmp_path / "new.osu", NEW, TOKEN)
        assert names(tmp_path) == ["new.osu"]


def _refused(*_: object) -> None:
    raise OSError(errno.EPERM, "no second names here")


class TestACrash:
    @pytest.mark.parametrize("at", range(12))
    def test_at_any_step_leaves_the_old_or_the_new_file_whole(self, a_map: Path, at: int) -> None:
        """Killed at the nth call into the system: what is left beside the map goes at the next start."""
        script = f"""
import os, sys
from pathlib import Path
from daemon.watch.reading import _open_shared
from daemon.writing import safe_write
from engine.beatmap.document import content_hash
calls = 0
def count(event, arguments):
    global calls
    if event in ("open", "os.rename", "os.link", "os.remove", "os.chmod"):
        if any(str(each).startswith({str(a_map.parent)!r}) for each in arguments):
            calls += 1
            if calls > {at}:
                os._exit(9)
data = Path({str(a_map)!r}).read_bytes()
sys.addaudithook(count)
safe_write.replace_map(Path({str(a_map)!r}), content_hash(data), {NEW[:100]!r}, {TOKEN!r})
"""
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
        assert a_map.read_bytes() in (OLD, NEW[:100])
        sweep(a_map, TOKEN)
        assert names(a_map.parent) == [a_map.name]

    def test_between_a_save_in_the_last_moment_and_its_return_loses_nothing(self, a_map: Path) -> None:
        _, guard = beside(a_map, TOKEN)
        guard.write_bytes(b"saved in the last moment")
        assert rescued(a_map, TOKEN) == b"saved in the last moment"
        assert guard.exists(), "it is nowhere else"
        sweep(a_map, TOKEN)
        assert rescued(a_map, TOKEN) is None
        assert names(a_map.parent) == [a_map.name]
