"""The last version of each map we have seen: what makes the same content saved again no news."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.watch.settling import Version

_MOST_VERSIONS = 20_000
"""Beyond, the map not seen for longest is forgotten: its next save is reported even if nothing changed."""
_MOST_OWN_WRITES = 1_000
_EXPECTED_S = 30.0
"""What we wrote may be gone before anybody looked: later, the same content is somebody else's save."""


class Remembered:
    def __init__(self) -> None:
        self._versions: OrderedDict[Path, Version] = OrderedDict()
        self._own: OrderedDict[tuple[Path, str], float] = OrderedDict()
        """Until when, in seconds of the monotonic clock."""

    def __contains__(self, path: Path) -> bool:
        return path in self._versions

    def last(self, path: Path) -> Version | None:
        return self._versions.get(path)

    def expect_own_write(self, path: Path, content_hash: str) -> None:
        self._own[path, content_hash] = time.monotonic() + _EXPECTED_S
        if len(self._own) > _MOST_OWN_WRITES:
            self._own.popitem(last=False)

    def expect_no_own_write(self, path: Path, content_hash: str) -> None:
        """It did not come to be: who writes the same is somebody else."""
        self._own.pop((path, content_hash), None)

    def learn(self, path: Path, version: Version) -> bool:
        """Whether this is news: not what was there, and not what we wrote ourselves."""
        last = self._versions.get(path)
        self._versions[path] = version
        self._versions.move_to_end(path)
        if len(self._versions) > _MOST_VERSIONS:
            self._versions.popitem(last=False)
        own = self._own.pop((path, version.content_hash), 0.0) > time.monotonic()
        return not own and (last is None or last.content_hash != version.content_hash)

    def move(self, old: Path, new: Path) -> None:
        version = self._versions.pop(old, None)
        if version is not None:
            self._versions[new] = version

    def forget(self, path: Path) -> None:
        self._versions.pop(path, None)

    def below(self, folder: Path) -> list[Path]:
        return [path for path in self._versions if folder in path.parents]
