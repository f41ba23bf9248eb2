"""A desktop notification for a problem nobody is looking at.

Sent from a thread of its own: plyer waits for the desktop to answer, and on Windows for the balloon's end.
A desktop without notifications costs one line in the log.
"""

from __future__ import annotations

import atexit
import importlib.util
import logging
import os
import queue
import shutil
import subprocess
import sys
import threading
import warnings
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from daemon.desktop.fitting import shortened

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

APP_NAME: Final = "Mapside"
SHOWN_FOR_S: Final = 8
TITLE_LIMIT: Final = 63
TEXT_LIMIT: Final = 255
"""Windows' balloon holds 64 and 256 characters with the terminating zero; plyer raises beyond them."""
ANSWER_TIMEOUT_S: Final = 10.0
_ON_LINUX: Final[bool] = sys.platform.startswith("linux")
_ON_WINDOWS: Final[bool] = sys.platform.startswith("win")
QUEUE_LIMIT: Final = 3
"""Notifications that wait while one is being sent. More than these would be news of the past."""


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    text: str


class Notifier:
    """`notify` never raises and never waits."""

    def __init__(
        self,
        *,
        enabled: bool = True,
        icon: Path | None = None,
        send: Callable[[Message], None] | None = None,
    ) -> None:
        self.enabled = enabled
        """The person's setting; may change while running."""
        self._send = send or (lambda message: _send(message, icon))
        self._waiting: queue.Queue[Message | None] = queue.Queue(QUEUE_LIMIT)
        self._thread: threading.Thread | None = None
        self._given_up = threading.Event()

    def notify(self, title: str, text: str) -> None:
        if not self.enabled or self._given_up.is_set():
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="mapside-notify", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(Message(shortened(title, TITLE_LIMIT), shortened(text, TEXT_LIMIT)))
        except queue.Full:
            log.debug("A notification was dropped: the desktop is slow to show the ones before it.")

    def stop(self, timeout_s: float = 1.0) -> None:
        if self._thread is None:
            return
        self.enabled = False
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            return  # the thread is a daemon: it ends with the process
        self._thread.join(timeout_s)

    def _work(self) -> None:
        while (message := self._waiting.get()) is not None:
            if self._given_up.is_set():
                continue
            try:
                self._send(message)
            except Exception as error:  # noqa: BLE001  each desktop's plyer raises its own kind
                self._given_up.set()
                log.info("No desktop notifications from here on: %s", str(error) or type(error).__name__)


class NotificationsUnavailableError(RuntimeError):
    """The desktop shows no notifications."""


def missing_service() -> str | None:
    """Why a Linux desktop would not show a notification, as far as that can be known without sending one."""
    if not _ON_LINUX:
        return None
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not (os.environ.get("DBUS_SESSION_BUS_ADDRESS") or (runtime and Path(runtime, "bus").exists())):
        return "this session has no message bus (DBUS_SESSION_BUS_ADDRESS is not set)"
    if shutil.which("notify-send") is None and importlib.util.find_spec("dbus") is None:
        return "notify-send is not installed (Debian: libnotify-bin, Fedora and Arch: libnotify)"
    return None


def _send(message: Message, icon: Path | None) -> None:
    reason = missing_service()
    if reason:
        raise NotificationsUnavailableError(reason)
    if _ON_WINDOWS:
        _send_as_balloon(message, icon_file(icon) if icon else "")
    elif tool := shutil.which("notify-send"):
        _send_with_tool(tool, message)
    else:
        _send_with_plyer(message)


def _send_as_balloon(message: Message, icon: str) -> None:
    """Waits until it is gone. Plyer's own way to it is a thread that keeps the program from ending, tells
    nobody of its failures, and leaves every balloon's icon in the notification area until the end.
    """
    from plyer.platforms.win.libs.balloontip import WindowsBalloonTip  # noqa: PLC0415  Windows alone has it

    balloon = WindowsBalloonTip(
        title=message.title, message=message.text, app_name=APP_NAME, app_icon=icon, timeout=SHOWN_FOR_S
    )
    atexit.unregister(balloon.__del__)  # which takes the icon away, and was to run at the program's end only


def _send_with_tool(tool: str, message: Message) -> None:
    """As plyer would, but it lets the tool's complaints through to the terminal unread."""
    command = [tool, f"--app-name={APP_NAME}", f"--expire-time={SHOWN_FOR_S * 1000}", "--", message.title]
    # Linux desktops read the body as markup, and "<3" in a song's title is none.
    command.append(escape(message.text, quote=False))
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=ANSWER_TIMEOUT_S)  # noqa: S603  the desktop's own tool, by its full path
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.split()) or f"exit code {error.returncode}"
        raise NotificationsUnavailableError(f"notify-send failed: {said}") from error


def _send_with_plyer(message: Message) -> None:
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        # Imported late: it looks for the desktop's service, and warns where it finds none.
        from plyer import notification  # noqa: PLC0415

        try:
            notification.notify(
                title=message.title,
                message=escape(message.text, quote=False) if _ON_LINUX else message.text,
                app_name=APP_NAME,
                timeout=SHOWN_FOR_S,
            )
        except NotImplementedError as error:
            said = "; ".join(" ".join(str(complaint.message).split()) for complaint in complaints)
            raise NotificationsUnavailableError(said or str(error)) from error


def icon_file(icon: Path) -> str:
    """The icon as a file, drawn at its first use; "" (the system's own icon) where it cannot be written."""
    from daemon.desktop.icons import write_ico  # noqa: PLC0415  it draws with Pillow, which is loaded late

    try:
        if not icon.exists():
            icon.parent.mkdir(parents=True, exist_ok=True)
            write_ico(icon)
    except OSError as error:
        log.info("Notifications have no icon of ours: %s", error)
        return ""
    return str(icon)
