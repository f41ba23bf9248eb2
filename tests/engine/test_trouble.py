from __future__ import annotations

import errno
import weakref
from collections.abc import Callable

import pytest
import torch

from engine.child.trouble import OUT_OF_MEMORY, broke
from engine.jobs import JobError
from engine.pipe import Broke
from engine.scheduler import Failed

More = Callable[[], object]


def raised(cause: More) -> Exception:
    try:
        cause()
    except Exception as error:  # noqa: BLE001  any of them is the point
        return error
    raise AssertionError("it went well")


def within_another() -> None:
    try:
        bytearray(1 << 60)
    except MemoryError as error:
        raise ValueError("the cache could not grow") from error


def on_windows(code: int, words: str) -> OSError:
    error = OSError(errno.EINVAL, words, None, code)
    error.winerror = code  # type: ignore[attr-defined,unused-ignore]  # only Windows knows it
    return error


def while_torch_is_loaded() -> None:
    raise on_windows(1455, "The paging file is too small for this operation to complete")


def while_a_checkpoint_is_mapped() -> None:
    """As safetensors says it."""
    cause = OSError("The paging file is too small for this operation to complete. (os error 1455)")
    raise JobError("model.safetensors is cut short or damaged") from cause


def on_a_gpu() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


@pytest.mark.parametrize(
    "cause",
    [
        lambda: bytearray(1 << 60),
        lambda: torch.empty(1 << 50),
        within_another,
        on_a_gpu,
        while_torch_is_loaded,
        while_a_checkpoint_is_mapped,
    ],
    ids=[
        "Python's",
        "torch's on a processor",
        "one that caused another",
        "torch's on a GPU",
        "Windows', where torch is loaded",
        "Windows', where a file is mapped",
    ],
)
def test_no_memory_is_no_memory_whoever_says_so(cause: More) -> None:
    assert broke(Failed(1, raised(cause))) == Broke(1, OUT_OF_MEMORY, is_out_of_memory=True)


@pytest.mark.parametrize(
    "error",
    [
        on_windows(126, 'Error loading "fbgemm.dll" or one of its dependencies'),
        ImportError("DLL load failed while importing _core: The specified module could not be found."),
    ],
    ids=["torch's", "another's"],
)
def test_a_library_that_windows_cannot_load_is_named_with_what_it_wants(error: Exception) -> None:
    told = broke(Failed(1, error))
    assert "Visual C++ Redistributable" in told.sentence
    assert str(error) in told.sentence


def test_an_exception_holds_nothing_once_it_is_told() -> None:
    class Song:
        """Half of one, decoded."""

    songs: list[weakref.ref[Song]] = []

    def decode() -> None:
        song = Song()
        songs.append(weakref.ref(song))
        try:
            int("the rest is missing")
        except ValueError as error:
            raise JobError("song.mp3 is cut short") from error

    failed = Failed(1, raised(decode))
    assert songs[0]() is not None
    broke(failed)
    assert songs[0]() is None


def test_a_jobs_own_sentence_is_told_as_it_is() -> None:
    assert broke(Failed(1, JobError("song.mp3 is empty"))) == Broke(1, "song.mp3 is empty")


def test_what_nobody_foresaw_is_named_and_cut_short(caplog: pytest.LogCaptureFixture) -> None:
    told = broke(Failed(1, RuntimeError("x" * 10_000)))
    assert "RuntimeError: xxx" in told.sentence
    assert len(told.sentence) < 400
    assert not told.is_out_of_memory
    assert "a job broke off" in caplog.text
