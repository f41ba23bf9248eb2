"""What to tell the person when Linux grants no more watches, and how to raise the limit."""

from __future__ import annotations

from pathlib import Path

_LIMITS = Path("/proc/sys/fs/inotify")
_ENOUGH_FOLDERS = 524_288
_ENOUGH_INSTANCES = 1024


def too_many_folders_note(granted: int, sets: int, watched: int) -> str:
    return (
        f"There are {sets} sets, and the system let Mapside watch {granted} folders "
        f"(fs.inotify.max_user_watches is {_limit('max_user_watches')}): "
        f"only the {watched} sets used last are watched. "
        f"To watch all of them: sudo sysctl fs.inotify.max_user_watches={max(_ENOUGH_FOLDERS, 4 * sets)}"
    )


def no_instance_note() -> str:
    return (
        f"Other programs use all {_limit('max_user_instances')} inotify instances this user may have "
        "(fs.inotify.max_user_instances), so no save can be seen. "
        f"Close some, or: sudo sysctl fs.inotify.max_user_instances={_ENOUGH_INSTANCES}"
    )


def _limit(name: str) -> str:
    try:
        return (_LIMITS / name).read_text().strip()
    except OSError:
        return "unknown"
