"""Symbolic links, which Windows lets only those make who have switched its developer mode on."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import pytest


def _work() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        link, file = Path(folder, "link"), Path(folder, "file")
        file.touch()
        try:
            link.symlink_to(file)
            return link.samefile(file)
        except OSError:
            return False


LINKS_WORK: Final = _work()
needs_links = pytest.mark.skipif(
    not LINKS_WORK, reason="there are no symbolic links here: Windows wants its developer mode for them"
)
