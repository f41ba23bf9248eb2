from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.daemon.companion import running
from tests.daemon.synth import FILE, synth
from tests.daemon.writing.sections import END_MS, START_MS, regenerate, regeneration, save, writing_with
from tests.daemon.writing.writing_child import written

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("own_home", "a_set")


async def test_what_was_generated_over_goes_first_so_that_nothing_returns_unrecorded(
    songs: Path, a_set: Path, stub_model: Path
) -> None:
    async with running(songs, writing_with(stub_model)) as app, app.page() as page:
        shown = await save(app, page, synth())
        key, data = shown["key"], synth()
        for seed, at_ms in ((3, START_MS), (4, START_MS + 1000.0)):
            await regenerate(page, shown, seeds=[str(seed)], start_ms=at_ms, end_ms=END_MS)
            await regeneration(page, "done")
            assert (await page.ask("accept", key=key, candidate=0, to="file"))["ok"]
            shown = await page.next("map", lambda each: each["map_version"] > shown["map_version"])  # noqa: B023  asked at once
            data = written(data, seed, at_ms, END_MS)
            assert (a_set / FILE).read_bytes() == data
        told = await page.next("generated", lambda each: len(each["ranges"]) == 2)
        first, second = (each["id"] for each in told["ranges"])
        refused = await page.ask("revert_range", key=key, range=first)
        assert "From 00:07:000 on something else was generated there since" in refused["error"]
        assert (a_set / FILE).read_bytes() == data
        assert (await page.ask("revert_range", key=key, range=second))["ok"]
        assert (a_set / FILE).read_bytes() == written(synth(), 3, START_MS, END_MS)
        assert (await page.ask("revert_range", key=key, range=first))["ok"]
        assert (a_set / FILE).read_bytes() == synth()
