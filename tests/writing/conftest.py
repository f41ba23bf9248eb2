from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.modding.cache import ModdingCaches
from tests.modding.test_job import write_noise
from tests.threads import one_thread

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["one_thread"]


@pytest.fixture(scope="session")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds."""
    return write_noise(tmp_path_factory.mktemp("song") / "song.wav")


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> ModdingCaches:
    """What was heard once is heard for all tests."""
    return ModdingCaches(tmp_path_factory.mktemp("cache"), 1 << 28)
