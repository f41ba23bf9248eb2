"""`mapside doctor`: what would keep Mapside from working here, and what to do about each.

Looks without touching: no settings are written, no icon is shown, and the engine's heavy libraries are loaded
in a process of their own, which ends again.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import webbrowser
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
from rich.console import Console
from rich.text import Text

from daemon import paths
from daemon.chosen_checks import unknown_checks_note
from daemon.commands.doctor_engine import engine_lines
from daemon.commands.doctor_lines import Line, State
from daemon.commands.report import broken
from daemon.desktop import notify, tray
from daemon.settings import Settings, SettingsError, load_settings
from daemon.songs.library import find_songs

if TYPE_CHECKING:
    from collections.abc import Iterator

NVIDIA_SMI_TIMEOUT_S: Final = 10
ON_LINUX: Final[bool] = sys.platform == "linux"
INOTIFY_WATCHES: Final = Path("/proc/sys/fs/inotify/max_user_watches")
AUDIO_CODECS: Final = ("mp3", "vorbis")
"""What the songs of ranked maps come in."""


STYLES: Final = {State.FINE: "green", State.NOTE: "yellow", State.TO_DO: "bold red"}


def examine() -> Iterator[Line]:
    yield _program()
    settings: Settings | None = None
    try:
        settings = load_settings()
        yield _settings_file(settings)
    except SettingsError as error:
        yield Line("Settings", State.TO_DO, str(error), f"Correct {paths.settings_file()}, or delete it.")
    folder, line = _songs_folder(settings)
    yield line
    yield from _watch_limit(folder)
    yield _audio()
    yield _browser()
    yield _tray()
    yield _notifications(settings)
    yield _gpu()
    yield from engine_lines(settings)


def _program() -> Line:
    system = f"{platform.system()} {platform.release()}"
    versions = f"Mapside {metadata.version('mapside')}, Python {platform.python_version()}, {system}"
    return Line("Program", State.FINE, versions)


def _settings_file(settings: Settings) -> Line:
    file = paths.settings_file()
    if note := unknown_checks_note(settings.checks.disabled):
        return Line("Settings", State.NOTE, f"{file}: {note}", "Correct the id, or remove it.")
    if file.exists():
        return Line("Settings", State.FINE, str(file))
    return Line("Settings", State.FINE, f"the defaults hold; your own would stand in {file}")


def _songs_folder(settings: Settings | None) -> tuple[Path | None, Line]:
    search = find_songs(settings.songs.folder if settings else None)
    if search.folder is None:
        looked = f" Looked at {', '.join(map(str, search.looked_at))}." if search.looked_at else ""
        return None, Line(
            "Songs folder",
            State.TO_DO,
            search.how + looked,
            f"Choose it in the overlay, or write it into {paths.settings_file()}, as folder under [songs].",
        )
    try:
        with os.scandir(search.folder) as entries:
            sets = sum(entry.is_dir() for entry in entries)
    except OSError as error:
        return None, Line(
            "Songs folder",
            State.TO_DO,
            f"{search.folder} cannot be read ({error.strerror})",
            "Make it readable.",
        )
    found = f"{search.folder}: {sets} sets ({search.how})"
    others = f"; there is also {', '.join(map(str, search.others))}" if search.others else ""
    return search.folder, Line("Songs folder", State.FINE, found + others)


def _watch_limit(folder: Path | None) -> Iterator[Line]:
    """Linux grants each user a number of watches, and each set's folder takes one."""
    if not ON_LINUX or folder is None:
        return
    folders = 1 + sum(len(names) for _, names, _ in os.walk(folder))
    try:
        limit = int(INOTIFY_WATCHES.read_text())
    except (OSError, ValueError):
        yield Line("Watching", State.NOTE, "the system does not say how many folders it lets a user watch")
        return
    found = f"{folders} folders to watch, {limit} allowed"
    if folders < limit:
        yield Line("Watching", State.FINE, found)
    else:
        yield Line(
            "Watching",
            State.NOTE,
            f"{found}: only the sets used last will be watched",
            f"sudo sysctl fs.inotify.max_user_watches={4 * folders}",
        )


def _audio() -> Line:
    missing = [codec for codec in AUDIO_CODECS if codec not in av.codecs_available]
    found = f"PyAV {metadata.version('av')}"
    if missing:
        return Line(
            "Audio",
            State.NOTE,
            f"{found} cannot read {' and '.join(missing)}: the length of such songs stays unknown",
            "Install PyAV from its own wheel (uv sync --reinstall-package av).",
        )
    return Line("Audio", State.FINE, f"{found} reads {' and '.join(AUDIO_CODECS)}")


def _browser() -> Line:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return Line(
            "Browser",
            State.NOTE,
            "none was found, so the overlay cannot be opened by itself",
            "Open the address that Mapside prints when it starts, or set the variable BROWSER.",
        )
    return Line("Browser", State.FINE, getattr(browser, "name", None) or type(browser).__name__)


def _tray() -> Line:
    reason = tray.why_no_tray()
    return Line("Tray", State.NOTE, reason) if reason else Line("Tray", State.FINE, "an icon can be shown")


def _notifications(settings: Settings | None) -> Line:
    if settings is not None and not settings.notify.enabled:
        return Line("Notifications", State.FINE, "switched off in the settings")
    reason = notify.missing_service()
    if reason:
        return Line(
            "Notifications", State.NOTE, f"none: {reason}", "The overlay shows everything they would."
        )
    return Line("Notifications", State.FINE, "the desktop takes them")


def _gpu() -> Line:
    found = _nvidia_gpus()
    if found:
        return Line("GPU", State.FINE, "; ".join(found))
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return Line("GPU", State.FINE, "Apple silicon")
    return Line("GPU", State.FINE, "none that NVIDIA's driver reports; the engine runs without one")


def _nvidia_gpus() -> list[str]:
    """Name, memory and driver of each card, from the driver's own tool."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    command = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(  # noqa: S603  the driver's own tool, by its full path
            command, capture_output=True, text=True, timeout=NVIDIA_SMI_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def main() -> int:
    """0: everything that is needed is there; 1: something is left to do."""
    console = Console(highlight=False, markup=False, emoji=False)
    lines = list(examine())
    widest = max(len(line.about) for line in lines)
    for line in lines:
        _print(console, line, widest)
    return int(any(line.state is State.TO_DO for line in lines))


def _print(console: Console, line: Line, widest: int) -> None:
    margin = " " * (widest + len(State.TO_DO.value) + 4)
    width = console.width - len(margin) if console.is_terminal else None
    first, *rest = broken(line.found, width)
    rest += [f"-> {part}" for part in broken(line.do, width and width - 3)] if line.do else []
    head = Text.assemble((f"{line.about:<{widest}}  ", "bold"), (line.state.value, STYLES[line.state]))
    head.pad_right(len(margin) - len(head))
    console.print(head + Text(first), soft_wrap=True)
    for part in rest:
        console.print(margin + part, soft_wrap=True)
