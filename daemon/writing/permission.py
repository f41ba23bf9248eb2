"""Whether a model may write, which model that is, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daemon.protocol_writing import writing as message_of
from daemon.requests import RefusedError
from daemon.writing.shown import ShownWriting
from engine.beatmap.objects import Mode

if TYPE_CHECKING:
    from daemon.engine_link import EngineLink
    from daemon.engine_state import ModelLine
    from daemon.protocol import Message
    from daemon.settings import WritingSettings

READ_FIRST: Final = "Read first what the ranking criteria say of generated objects: the overlay shows it."
OFF: Final = "Writing is switched off."
NOT_HERE: Final = "{title} is not on this machine yet: download it among the models."
CANNOT_WRITE: Final = "{title} judges maps and writes none: choose a model that generates."
NOT_REMEMBERED: Final = (
    "What is generated could not be recorded: Mapside's own database cannot be used, and nothing is written "
    "without a record. The log says why."
)


class Permission:
    def __init__(self, settings: WritingSettings, link: EngineLink, *, can_record: bool) -> None:
        self.disclosed = settings.disclosed
        self._on = settings.on
        self._settings = settings
        self._link = link
        self._can_record = can_record

    @property
    def on(self) -> bool:
        return self._on and self.disclosed

    @property
    def model(self) -> str:
        return self._settings.model or self._link.chosen

    @property
    def message(self) -> Message:
        obstacle = self._obstacle(self._link.line_at_hand(self.model))
        can_write = not obstacle
        return message_of(
            ShownWriting(
                on=self.on,
                disclosed=self.disclosed,
                model=self.model if can_write else None,
                note=self._why_not() or obstacle,
                candidates=self._settings.candidates,
            )
        )

    def disclose(self) -> None:
        self.disclosed = True
        self._on = True

    def switch(self, on: bool) -> None:
        if on and not self.disclosed:
            raise RefusedError(READ_FIRST)
        self._on = on

    def require_switched_on(self) -> None:
        if why_not := self._why_not():
            raise RefusedError(why_not)

    async def require(self, mode: Mode) -> str:
        """The model that writes a map of that mode. Raises RefusedError."""
        self.require_switched_on()
        line = await self._link.line_of(self.model)
        obstacle = self._obstacle(line)
        if not obstacle and line.modes and mode not in line.modes:
            known = ", ".join(Mode(each).name.lower() for each in line.modes)
            obstacle = f"{line.title} writes maps of {known} only: choose another model."
        if obstacle:
            raise RefusedError(obstacle)
        return line.name

    def _why_not(self) -> str:
        if not self._can_record:
            return NOT_REMEMBERED
        if not self.disclosed:
            return READ_FIRST
        return "" if self._on else OFF

    def _obstacle(self, line: ModelLine) -> str:
        if not line.writes_maps:
            return CANNOT_WRITE.format(title=line.title)
        if not line.is_ready:
            return line.note or NOT_HERE.format(title=line.title)
        return ""
