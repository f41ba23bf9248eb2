"""A few rounds of what `bench/faults_of_writing.py` does a thousand times."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.daemon.writing.fault_rounds import Rounds

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = int(os.environ.get("MAPSIDE_FAULT_ROUNDS", "25"))


async def test_whatever_goes_wrong_the_map_is_what_it_was_or_what_was_accepted(tmp_path: Path) -> None:
    rounds = Rounds(tmp_path, seed=1)
    await rounds.run(ROUNDS)
    assert rounds.done == ROUNDS
