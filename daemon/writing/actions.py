"""What a page or the tray may ask for about writing: each request is one method."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from daemon import paths, protocol_writing
from daemon.desktop import opening as desktop
from daemon.engine_state import as_sentence
from daemon.next_start import write_down
from daemon.requests import RefusedError
from daemon.songs.library import audio_of
from daemon.writing.orders import map_order, section_order
from daemon.writing.playing import played
from engine.beatmap.document import Document, content_hash
from engine.beatmap.edits import EditRefused
from engine.beatmap.objects import Mode
from engine.beatmap.ranges import parse_range
from engine.host import EngineError
from engine.jobs import Urgency
from engine.service import Describe, Described

if TYPE_CHECKING:
    from collections.abc import Callable

    from daemon.engine_link import EngineLink
    from daemon.settings import WritingSettings
    from daemon.tasks import Tasks
    from daemon.wire_writing import OptionsJson, PlayedJson, RangeJson
    from daemon.wire_writing_requests import Accept, GenerateMap, Regenerate
    from daemon.writing.accepting import Accepting, Written
    from daemon.writing.at_hand import AtHand, MapAtHand
    from daemon.writing.attempt import Attempt
    from daemon.writing.permission import Permission
    from daemon.writing.regeneration import Regenerations
    from daemon.writing.served_songs import ServedSongs
    from daemon.writing.whole_map import WholeMap
    from engine.service import Candidate

NOT_AT_HAND: Final = "That map has not been looked at for a while: open it here once more, then try again."
OLDER: Final = "The map was saved meanwhile: what you see is about to change. Choose the section once more."
NO_RANGE: Final = (
    "That is no range of this map, and no objects of it: give where it starts and where it ends, such as "
    "00:10:000 - 00:20:000, or what the editor copies of selected objects."
)
NO_CANDIDATE: Final = "That candidate is not there (any more)."
EDITOR_HOLDS_ITS_COPY: Final = (
    "{what} The editor still holds its own copy: Ctrl+L, then Enter, loads this one; "
    "saving there first discards it."
)
NEW_IN_SET: Final = "{name} is written beside it. In osu!'s song select, F5 shows it."


class WritingActions:
    def __init__(
        self,
        *,
        settings: WritingSettings,
        link: EngineLink,
        tasks: Tasks,
        permission: Permission,
        at_hand: AtHand,
        regenerations: Regenerations,
        accepting: Accepting,
        whole_map: WholeMap,
        songs: ServedSongs,
        on_written: Callable[[Written, str], None],
        on_permission: Callable[[], None],
        on_alarm: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._link = link
        self._tasks = tasks
        self._permission = permission
        self._at_hand = at_hand
        self._regenerations = regenerations
        self._accepting = accepting
        self._whole_map = whole_map
        self._songs = songs
        self._on_written = on_written
        self._on_permission = on_permission
        self._on_alarm = on_alarm

    # Whether at all.

    def accept_disclosure(self) -> None:
        self._permission.disclose()
        self._on_permission()
        done = "Writing is on now"
        write_down("writing.disclosed", True, done)
        write_down("writing.on", True, done)

    def set_writing(self, on: bool) -> None:
        self._permission.switch(on)
        if not on:
            self.cancel_all()
        self._on_permission()
        write_down("writing.on", on, f"Writing is {'on' if on else 'off'} now")

    async def describe(self, mode: str, name: str | None) -> OptionsJson:
        request = Describe(name or self._permission.model, int(Mode[mode.upper()]))
        try:
            async with aclosing(self._link.ask(request, urgency=Urgency.PERSON)) as said:
                async for answer in said:
                    if isinstance(answer, Described):
                        return protocol_writing.options(answer)
        except EngineError as error:
            raise RefusedError(as_sentence(error)) from error
        raise RefusedError("The engine ended before it had answered. Try again.")

    # A section.

    def read_range(self, key: str, text: str) -> RangeJson:
        try:
            found = parse_range(self._map(key).document.beatmap, text)
        except EditRefused as error:
            raise RefusedError(str(error)) from error
        if found is None:
            raise RefusedError(NO_RANGE)
        return protocol_writing.song_range(*found)

    async def regenerate(self, asked: Regenerate) -> None:
        at_hand = self._map(asked.key)
        if not at_hand.is_current(asked.map_version):
            raise RefusedError(OLDER)
        model = await self._permission.require(at_hand.document.beatmap.mode)
        order = await asyncio.to_thread(section_order, asked, at_hand, model)
        self._regenerations.begin(order)

    def cancel(self, key: str) -> None:
        self._regenerations.cancel(key)

    def dismiss(self, key: str) -> None:
        self._regenerations.dismiss(key)

    def cancel_all(self) -> None:
        self._regenerations.cancel_all()
        if self._whole_map.can_be_cancelled:
            self._whole_map.cancel()

    async def play(self, key: str, candidate: int | None) -> PlayedJson:
        attempt = self._regenerations.of(key)
        if attempt is None:
            return await self._play_map(self._map(key))
        order = attempt.order
        before = order.shown.analysis.document
        song = self._songs.offer(key, audio_of(order.path, before.beatmap.general.audio_filename))
        if candidate is None:
            shown = await asyncio.to_thread(played, before, None, order.section, song=song)
        else:
            data = _candidate(attempt, candidate).data
            shown = await asyncio.to_thread(
                lambda: played(Document.parse(data), before, order.section, song=song)
            )
        return protocol_writing.played(shown)

    async def _play_map(self, at_hand: MapAtHand) -> PlayedJson:
        """As it is, all of it: nothing is being written there."""
        beatmap = at_hand.document.beatmap
        song = self._songs.offer(at_hand.key, audio_of(at_hand.path, beatmap.general.audio_filename))
        whole = (0.0, max(1.0, beatmap.last_end_ms))
        shown = await asyncio.to_thread(played, at_hand.document, None, whole, song=song)
        return protocol_writing.played(shown)

    # The file.

    async def accept(self, asked: Accept) -> None:
        self._permission.require_switched_on()
        attempt = self._regenerations.of(asked.key)
        if attempt is None:
            raise RefusedError(NO_CANDIDATE)
        candidate = attempt.done(asked.candidate)
        if candidate is None:
            raise RefusedError(NO_CANDIDATE)
        if asked.to == "file":
            written = await self._accepting.over_file(attempt.order, candidate)
            note, holds = EDITOR_HOLDS_ITS_COPY.format(what="Written."), content_hash(candidate.data)
        else:
            written = await self._accepting.as_new(attempt.order, candidate, asked.name)
            note, holds = NEW_IN_SET.format(name=written.path.name), ""
        self._regenerations.accepted(attempt, note, holds)
        self._on_written(written, note)

    async def undo(self, key: str) -> None:
        self._tell_of(await self._accepting.undo(key), "Undone.")

    async def redo(self, key: str) -> None:
        self._tell_of(await self._accepting.redo(key), "Done again.")

    async def revert(self, key: str, range_id: str) -> None:
        digits = range_id.removeprefix("g")
        if not (digits.isascii() and digits.isdigit()):
            raise RefusedError("There is no such range.")
        self._tell_of(await self._accepting.revert(key, int(digits)), "Reverted.")

    # A whole map.

    async def generate_map(self, asked: GenerateMap) -> None:
        self._permission.require_switched_on()
        own = self._settings.maps_folder or paths.data_folder() / "maps"
        order = await asyncio.to_thread(map_order, asked, own)
        model = await self._permission.require(Mode(order.question.mode))
        self._whole_map.begin(order.written_by(model))

    def cancel_map(self) -> None:
        self._whole_map.cancel()

    def open_map_folder(self) -> None:
        folder = self._whole_map.shown.folder
        if not folder or not Path(folder).is_dir():
            raise RefusedError("No map was written yet: there is no folder to open.")
        desktop.open_file(Path(folder))

    # The tray.

    def set_from_tray(self, on: bool) -> None:
        try:
            self.set_writing(on)
        except RefusedError as error:
            self._on_alarm(str(error))

    def revert_last(self) -> None:
        self._tasks.start("revert what was generated last", self._revert_last())

    async def _revert_last(self) -> None:
        try:
            written = await self._accepting.revert_last()
        except RefusedError as error:
            self._on_alarm(str(error))
        else:
            self._tell_of(written, f"{written.path.name}: what was generated last is reverted.")

    def _tell_of(self, written: Written, what: str) -> None:
        self._on_written(written, EDITOR_HOLDS_ITS_COPY.format(what=what))

    def _map(self, key: str) -> MapAtHand:
        at_hand = self._at_hand.get(key)
        if at_hand is None:
            raise RefusedError(NOT_AT_HAND)
        return at_hand


def _candidate(attempt: Attempt, number: int) -> Candidate:
    """Done or under way: what there is of it can be played."""
    candidate = attempt.candidates.get(number)
    if candidate is None:
        raise RefusedError(NO_CANDIDATE)
    return candidate
