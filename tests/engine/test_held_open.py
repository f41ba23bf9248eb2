"""Windows says that a file is held open as an access that is denied; other systems, that it is busy."""

from __future__ import annotations

import errno
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from engine import held_open
from engine.held_open import patiently

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def failing(error: OSError, times: float) -> Callable[[], int]:
    tries = [0]

    def step() -> int:
        tries[0] += 1
        if tries[0] <= times:
            raise error
        return tries[0]

    return step


def of_windows(code: int) -> OSError:
    error = PermissionError(errno.EACCES, "as Windows says it")
    error.winerror = code  # type: ignore[attr-defined,unused-ignore]  # only Windows knows it
    return error


@pytest.mark.parametrize("error", [of_windows(5), of_windows(32), OSError(errno.EBUSY, "busy")], ids=str)
def test_what_is_held_for_a_moment_is_waited_for(error: OSError) -> None:
    assert patiently(failing(error, 2)) == 3


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_open, "PATIENCE_S", 0.1)
    with pytest.raises(OSError, match="busy"):
        patiently(failing(OSError(errno.EBUSY, "busy"), float("inf")))


def test_what_waiting_does_not_mend_is_said_at_once() -> None:
    with pytest.raises(OSError, match="full"):
        patiently(failing(OSError(errno.ENOSPC, "full"), 1))


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere an open file is removed like any other")
def test_a_file_that_is_open_goes_once_it_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    with file.open("rb") as held:
        threading.Timer(0.2, held.close).start()
        patiently(file.unlink)
    assert not file.exists()
