"""What a model hears of a song, worked out ahead of need: while the engine has nothing else to do."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING

from daemon.songs.library import audio_of
from engine.host import EngineError
from engine.jobs import Urgency
from engine.service import FillSong

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.engine_link import EngineLink
    from engine.beatmap.beatmap import Beatmap

_log = logging.getLogger(__name__)


class Ahead:
    def __init__(self, link: EngineLink) -> None:
        self._link = link
        self._heard: set[FillSong] = set()

    async def listen(self, path: Path, beatmap: Beatmap) -> None:
        """To the song of that map, once each; a failure is told when somebody asks about the map."""
        audio = await asyncio.to_thread(audio_of, path, beatmap.general.audio_filename)
        if audio is None or not (self._link.listens_ahead and self._link.idle):
            return
        request = FillSong(str(audio), self._link.chosen, int(beatmap.mode))
        if request in self._heard:
            return
        self._heard.add(request)
        try:
            async with aclosing(self._link.ask(request, urgency=Urgency.FILL, key=request.audio)) as progress:
                async for _ in progress:
                    pass
        except EngineError as error:
            self._heard.discard(request)
            _log.info("%s could not be listened to ahead of time: %s", audio.name, error)
