"""What the companion asks of the desktop around it: a browser, and the program for a text file.

Any of them may be missing; then a sentence says so and everything else goes on.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_log = logging.getLogger(__name__)


def open_in_browser(link: str) -> None:
    """Returns at once: some browsers keep their caller waiting until they are closed."""
    _in_background("open a browser", lambda: _open_link(link))


def open_file(file: Path) -> None:
    """In whatever program the desktop has for it; returns at once."""
    _in_background("open a file", lambda: _open_file(file))


def _in_background(name: str, work: Callable[[], None]) -> None:
    # A thread that may hang in a foreign program must not keep ours from ending.
    threading.Thread(target=work, name=f"mapside-{name.replace(' ', '-')}", daemon=True).start()


def _open_link(link: str) -> None:
    try:
        opened = webbrowser.open(link)
    except (webbrowser.Error, OSError) as error:
        _log.warning("no browser could be started: %s", error)
        return
    if not opened:
        _log.warning("no browser was found: open the overlay's link by hand")


def _open_file(file: Path) -> None:
    try:
        if sys.platform == "win32":
            os.startfile(file)  # noqa: S606  our own log, in the person's editor
        else:
            opener = "open" if sys.platform == "darwin" else "xdg-open"
            subprocess.run([opener, str(file)], check=True, stderr=subprocess.DEVNULL)  # noqa: S603  the same
    except (OSError, subprocess.CalledProcessError) as error:
        _log.warning("%s could not be opened: %s", file.name, error)
