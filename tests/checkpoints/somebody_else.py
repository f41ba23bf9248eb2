"""Root may read and write everything, so what a person may not do is tried as somebody else."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NOBODY: Final = 65534
_ABOVE: Final = 4
"""Folders that pytest makes for its own user alone."""


@contextmanager
def as_nobody(place: Path) -> Iterator[None]:
    """For a moment, and only where we are root; `place` can be reached then."""
    assert sys.platform != "win32", "where there is no root"
    was = os.geteuid()
    if was == 0:
        for above in [place, *place.parents][:_ABOVE]:
            above.chmod(0o755)
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)
