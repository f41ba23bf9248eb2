"""Notifications: sent for real over a message bus of our own, and harmless where there is none."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from daemon.desktop import notify as notify_module
from daemon.desktop.fitting import shortened
from daemon.desktop.notify import TEXT_LIMIT, TITLE_LIMIT, Notifier, missing_service
from tests.daemon.desktop.desktop import eventually, need, running
from tests.daemon.desktop.notification_server import NotificationServer

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="a message bus is how Linux shows notifications"
)

windows_only = pytest.mark.skipif(sys.platform != "win32", reason="balloons are how Windows shows them")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NotificationServer]:
    """A desktop's notification service on a private session bus, which this process is told to use."""
    need("dbus-daemon", "notify-send")
    with running("dbus-daemon", "--session", "--nofork", "--print-address=1") as bus:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        server = NotificationServer(address)
        try:
            yield server
        finally:
            server.close()


@linux_only
def test_a_notification_reaches_the_desktop(server: NotificationServer, tmp_path: Path) -> None:
    notifier = Notifier(icon=tmp_path / "mapside.ico")
    notifier.notify("2 new problems", "Mapside - First Save [Hard]: two objects at one time")
    shown = server.shown.get(timeout=10)
    notifier.stop()
    assert shown.summary == "2 new problems"
    assert shown.body == "Mapside - First Save [Hard]: two objects at one time"


@linux_only
def test_a_song_title_is_not_markup(server: NotificationServer) -> None:
    notifier = Notifier()
    notifier.notify("1 new problem", "I <3 you & me [Hard]")
    assert server.shown.get(timeout=10).body == "I &lt;3 you &amp; me [Hard]"
    notifier.stop()


@linux_only
def test_switched_off_says_nothing(server: NotificationServer) -> None:
    notifier = Notifier(enabled=False)
    notifier.notify("one", "while off")
    notifier.enabled = True
    notifier.notify("two", "while on")
    assert server.shown.get(timeout=10).summary == "two"
    notifier.stop()
    assert server.shown.empty()


class Desktop:
    """Takes the place of plyer where the claim is about our own thread."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.texts: list[str] = []
        self.go_on = threading.Event()

    def show(self, message: notify_module.Message) -> None:
        self.titles.append(message.title)
        self.texts.append(message.text)
        assert self.go_on.wait(60)


def test_a_slow_desktop_holds_up_nobody() -> None:
    desktop = Desktop()
    notifier = Notifier(send=desktop.show)
    started = time.monotonic()
    for number in range(100):
        notifier.notify(f"save {number}", "")
    assert time.monotonic() - started < 30, "the first one alone takes twice as long"
    desktop.go_on.set()
    eventually(notifier._waiting.empty, "what waited is sent")
    notifier.stop(10)
    assert 1 <= len(desktop.titles) <= 1 + notify_module.QUEUE_LIMIT, "news of the past is dropped"


def test_text_is_cut_to_what_windows_holds() -> None:
    desktop = Desktop()
    desktop.go_on.set()
    notifier = Notifier(send=desktop.show)
    notifier.notify("t" * 500, "x" * 5000)
    eventually(lambda: desktop.texts, "the notification is sent")
    notifier.stop()
    assert len(desktop.titles[0]) == TITLE_LIMIT
    assert len(desktop.texts[0]) == TEXT_LIMIT


@pytest.mark.parametrize("text", ["x" * 500, "\U0001f3b5" * 500, "a" + "\U0001f3b5" * 500])
def test_what_windows_holds_is_counted_as_windows_counts(text: str) -> None:
    units = len(shortened(text, TITLE_LIMIT).encode("utf-16-le")) // 2
    assert TITLE_LIMIT - 1 <= units <= TITLE_LIMIT
    assert shortened(text[: TITLE_LIMIT // 2], TITLE_LIMIT) == text[: TITLE_LIMIT // 2]


@windows_only
def test_a_balloon_is_taken_away_again_and_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plyer.platforms.win.libs.balloontip import WindowsBalloonTip  # noqa: PLC0415  Windows alone has it

    taken_away: list[str] = []
    take_away = WindowsBalloonTip.__del__

    def noted(balloon: WindowsBalloonTip) -> None:
        taken_away.append("gone")
        take_away(balloon)

    monkeypatch.setattr(WindowsBalloonTip, "__del__", noted)
    monkeypatch.setattr(notify_module, "SHOWN_FOR_S", 0.2)
    threads = threading.active_count()
    notifier = Notifier(icon=tmp_path / "mapside.ico")
    notifier.notify("1 new problem", "\U0001f3b5 I <3 you & me [Hard]" * 20)
    eventually(lambda: taken_away, "the balloon is gone")
    notifier.stop()
    assert threading.active_count() == threads
    assert not notifier._given_up.is_set()


@windows_only
def test_a_balloon_does_not_keep_the_program_from_ending() -> None:
    script = (
        "import time\n"
        "from daemon.desktop.notify import Notifier\n"
        "notifier = Notifier()\n"
        "notifier.notify('one', 'text')\n"
        "time.sleep(0.5)\n"
        "print(time.time(), flush=True)\n"
        "notifier.stop(0.1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""
    assert time.time() - float(done.stdout) < notify_module.SHOWN_FOR_S / 2


def test_a_desktop_without_notifications_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    asked: list[str] = []

    def refuse(message: notify_module.Message) -> None:
        asked.append(message.title)
        raise OSError("no service")

    caplog.set_level(logging.INFO)
    notifier = Notifier(send=refuse)
    notifier.notify("one", "")
    eventually(lambda: caplog.records, "the refusal is logged")
    for _ in range(5):
        notifier.notify("again", "")
    notifier.stop()
    assert asked == ["one"]
    assert [record.message for record in caplog.records] == [
        "No desktop notifications from here on: no service"
    ]


def test_stopping_what_never_started_is_fine() -> None:
    Notifier().stop()


@linux_only
def test_without_a_message_bus_the_reason_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert "DBUS_SESSION_BUS_ADDRESS" in (missing_service() or "")


@linux_only
def test_without_notify_send_the_reason_names_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "libnotify" in (missing_service() or "")


@linux_only
def test_plyer_prints_nothing_where_there_is_no_desktop() -> None:
    """Its warnings and tracebacks would stand in the terminal of whoever started Mapside."""
    script = (
        "from daemon.desktop.notify import Notifier\n"
        "notifier = Notifier()\n"
        "notifier.notify('one', 'text')\n"
        "notifier.stop(10)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"PATH": "/nonexistent", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout + done.stderr == ""


@linux_only
def test_a_bus_without_a_service_is_logged_and_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    need("dbus-daemon", "notify-send")
    caplog.set_level(logging.INFO)
    with running("dbus-daemon", "--session", "--nofork", "--print-address=1") as bus:
        assert bus.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.stdout.readline().strip())
        notifier = Notifier()
        notifier.notify("one", "text")
        eventually(lambda: caplog.records, "the failure is logged")
        notifier.stop()
    assert "notify-send failed" in caplog.records[0].message
    assert capfd.readouterr().err == ""


def test_windows_gets_its_icon_as_a_file(tmp_path: Path) -> None:
    made = Path(notify_module.icon_file(tmp_path / "data" / "mapside.ico"))
    assert made.read_bytes()[:4] == b"\0\0\1\0"
    before = made.stat().st_mtime_ns
    assert notify_module.icon_file(made) == str(made)
    assert made.stat().st_mtime_ns == before, "it is drawn once"


def test_an_icon_that_cannot_be_written_is_left_to_the_system(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    assert notify_module.icon_file(tmp_path / "taken" / "mapside.ico") == ""
