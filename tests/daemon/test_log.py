from __future__ import annotations

import json
import logging
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from daemon.log import start_log, stop_log, without_secrets
from daemon.settings import LogSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger("daemon.test")


@pytest.fixture(autouse=True)
def clean_root() -> Iterator[None]:
    root = logging.getLogger()
    level = root.level
    yield
    stop_log()
    root.setLevel(level)


def settings(**changes: Any) -> LogSettings:
    return LogSettings(**{"level": "info", "max_file_bytes": 1_000_000, "kept_files": 3, **changes})


def entries(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def fail(text: str) -> None:
    try:
        int(text)
    except ValueError:
        log.exception("failed")


def test_each_line_is_one_object(tmp_path: Path) -> None:
    file = start_log(tmp_path, settings(), verbose=False)
    log.info("saved %s\nand more", "a.osu")
    (entry,) = entries(file)
    assert (entry["level"], entry["room"], entry["text"]) == ("info", "daemon.test", "saved a.osu\nand more")


def test_an_exception_comes_with_its_trace(tmp_path: Path) -> None:
    file = start_log(tmp_path, settings(), verbose=False)
    fail("broken")
    assert "ValueError: invalid literal" in entries(file)[0]["trace"]


@pytest.mark.parametrize(
    "text", ["http://127.0.0.1:27272/#token=abcdefgh12345678", "offers: mapside.1, token.abcdefgh12345678"]
)
def test_no_token_is_ever_written(tmp_path: Path, text: str) -> None:
    file = start_log(tmp_path, settings(), verbose=False)
    log.info("opened %s", text)
    fail(text)
    assert "abcdefgh" not in file.read_text(encoding="utf-8")


def test_the_name_of_the_person_stays_out(tmp_path: Path) -> None:
    file = start_log(tmp_path, settings(), verbose=False)
    log.info("watching %s", Path.home() / "Songs")
    assert entries(file)[0]["text"] == f"watching {Path('~') / 'Songs'}"


def test_it_is_put_aside_when_it_grows_and_the_oldest_goes(tmp_path: Path) -> None:
    start_log(tmp_path, settings(max_file_bytes=10_000, kept_files=2), verbose=False)
    for _ in range(400):
        log.info("x" * 100)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "mapside.log",
        "mapside.log.1",
        "mapside.log.2",
    ]
    assert all(each.stat().st_size <= 10_000 for each in tmp_path.iterdir())


def test_only_what_matters_enough_is_written(tmp_path: Path) -> None:
    file = start_log(tmp_path, settings(level="warning"), verbose=False)
    log.info("little")
    log.warning("much")
    assert [each["text"] for each in entries(file)] == ["much"]


def test_verbose_shows_everything_in_the_terminal_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = start_log(tmp_path, settings(level="error"), verbose=True)
    log.debug("a detail")
    assert "a detail" in capsys.readouterr().err
    assert entries(file)[0]["text"] == "a detail"


def test_a_warning_of_a_library_lands_in_the_log(tmp_path: Path) -> None:
    file = start_log(tmp_path, settings(), verbose=False)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("deprecated", UserWarning, stacklevel=1)
    assert "deprecated" in entries(file)[0]["text"]


def test_a_name_that_is_not_text_can_be_logged(tmp_path: Path) -> None:
    file = start_log(tmp_path, settings(), verbose=False)
    log.info("saved %s", "caf\udce9.osu")
    assert len(entries(file)) == 1


def test_a_log_that_cannot_be_written_costs_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mapside.log").mkdir()
    start_log(tmp_path, settings(), verbose=False)
    log.error("nowhere to go")
    stop_log()
    (tmp_path / "taken").write_bytes(b"")
    start_log(tmp_path / "taken", settings(), verbose=False)
    log.error("nowhere to go")
    assert capsys.readouterr().err == ""


def test_it_goes_on_while_another_program_keeps_the_file_from_being_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held_open(*_: object) -> None:
        raise PermissionError(13, "used by another program")  # as Windows has it

    file = start_log(tmp_path, settings(max_file_bytes=10_000), verbose=False)
    monkeypatch.setattr("os.rename", held_open)
    for number in range(200):
        log.info("line %d, and some words that fill it", number)
    assert len(entries(file)) == 200


def test_a_thread_that_breaks_off_is_in_the_log(tmp_path: Path) -> None:
    file = start_log(tmp_path, settings(), verbose=False)
    thread = threading.Thread(target=lambda: int("broken"), name="unlucky")
    thread.start()
    thread.join()
    (entry,) = entries(file)
    assert "unlucky" in entry["text"]
    assert "ValueError" in entry["trace"]


def test_the_persons_name_is_hidden_in_paths_as_windows_errors_quote_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("daemon.log._HOME", r"C:\Users\somebody")
    error = str(PermissionError(13, "Permission denied", r"C:\Users\somebody\osu!\a.osu"))
    assert "somebody" not in without_secrets(error + r" C:\Users\somebody\b.osu")
