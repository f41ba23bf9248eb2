from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.beatmap.document import Document
from engine.beatmap.timestamps import format_timestamp, selection
from tests.daemon.companion import running
from tests.daemon.synth import synth
from tests.daemon.writing.sections import save, writing_with

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("own_home", "a_set")


async def test_objects_that_the_editor_copies_are_a_range(songs: Path, stub_model: Path) -> None:
    beatmap = Document.parse(synth()).beatmap
    first, behind = beatmap.objects[3], beatmap.objects[6]
    copied = f"{format_timestamp(first.time_ms)} ({selection(beatmap, [3, 4, 5])}) - "
    async with running(songs, writing_with(stub_model)) as app, app.page() as page:
        shown = await save(app, page, synth())
        told = await page.ask("read_range", key=shown["key"], text=copied)
        assert told["data"]["start_ms"] == first.time_ms
        assert beatmap.objects[5].time_ms < told["data"]["end_ms"] <= behind.time_ms


async def test_what_names_none_is_refused_with_a_sentence(songs: Path, stub_model: Path) -> None:
    async with running(songs, writing_with(stub_model)) as app, app.page() as page:
        shown = await save(app, page, synth())
        told = await page.ask("read_range", key=shown["key"], text="00:01:000 (77,78) - ")
        assert "no objects of it" in told["error"]
