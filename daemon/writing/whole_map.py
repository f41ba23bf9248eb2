"""A whole map: from a song, or a map to go by, to a file in a folder. One at a time.

begin -> is there a song? -> (engine) Generate, streamed -> (thread) .osu or .osz in the folder -> show
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from daemon.engine_state import as_sentence
from daemon.pacing import TOLD_EVERY_S, known_so_far, paced
from daemon.protocol_writing import song_job as message_of
from daemon.requests import RefusedError
from daemon.songs.song import measure
from daemon.writing.attempt import IS_RUNNING, shown_pace
from daemon.writing.history import Kind, NewRange, NewWrite
from daemon.writing.new_difficulty import set_name
from daemon.writing.packing import packed, placed
from daemon.writing.safe_write import NotWrittenError
from daemon.writing.shown import ShownSongJob, State
from engine.beatmap.document import Document, content_hash
from engine.host import EngineError, EngineStoppedError
from engine.jobs import Progress, Urgency
from engine.service import Generate, Pace, WrittenMap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from daemon.engine_link import EngineLink
    from daemon.protocol import Message
    from daemon.tasks import Tasks
    from daemon.writing.writer import Writer

_log = logging.getLogger(__name__)

NOT_ALL: Final = "the engine ended before the map was written: start it again"


@dataclass(frozen=True, slots=True)
class MapOrder:
    question: Generate
    is_packed: bool
    """One .osz, instead of an .osu with its song beside it."""
    folder: Path
    """Where it goes, or where a folder of its own goes."""
    has_own_folder: bool
    beside: tuple[Path, ...]
    """The song, and the picture if there is one."""

    def written_by(self, model: str) -> MapOrder:
        return replace(self, question=replace(self.question, model=model))


@dataclass(frozen=True, slots=True)
class Heard:
    doing: str = ""
    pace: Pace | None = None
    written: WrittenMap | None = None

    def after(self, event: object) -> Heard:
        match event:
            case WrittenMap():
                return replace(self, written=event)
            case Pace():
                return replace(self, pace=event, doing=event.doing)
            case Progress():
                return replace(self, doing=event.doing)
        return self


class WholeMap:
    def __init__(
        self,
        *,
        link: EngineLink,
        tasks: Tasks,
        writer: Writer,
        on_told: Callable[[Message], None],
        on_written: Callable[[Path], None],
        on_end: Callable[[str], None],
    ) -> None:
        """`on_end` gets a sentence for whoever is there: it may take long, and nobody waits before a page."""
        self._link = link
        self._tasks = tasks
        self._writer = writer
        self._on_told = on_told
        self._on_written = on_written
        self._on_end = on_end
        self._task: asyncio.Task[None] | None = None
        self._is_putting = False
        self.shown = ShownSongJob()

    @property
    def is_running(self) -> bool:
        return self.shown.state in IS_RUNNING

    @property
    def can_be_cancelled(self) -> bool:
        return self.is_running and not self._is_putting

    @property
    def message(self) -> Message:
        return message_of(self.shown)

    def begin(self, order: MapOrder) -> None:
        if self.is_running:
            raise RefusedError("A map is being written already. Cancel it first.")
        audio = order.beside[0]
        self._is_putting = False
        self._become(
            ShownSongJob(
                state=State.WAITING,
                audio=str(audio),
                folder=str(order.folder),
                model=order.question.model,
            )
        )
        self._task = self._tasks.start(f"write a map for {audio.name}", self._run(order))

    def cancel(self) -> None:
        if not self.is_running:
            raise RefusedError("No map is being written.")
        if self._is_putting:
            raise RefusedError("The map is being put into its folder: it is too late to cancel.")
        if self._task is not None:
            self._task.cancel()
        self._become(self._ended(State.CANCELLED, "Stopped: no map was written."))

    def _ended(self, state: State, note: str) -> ShownSongJob:
        return replace(self.shown, state=state, note=note, pace=None)

    async def _run(self, order: MapOrder) -> None:
        try:
            await asyncio.to_thread(_must_be_heard, order.beside[0])
            written = await self._listen(order)
            self._is_putting = True
            path = await put_in_folder(self._writer, order, written)
        except EngineStoppedError:
            self._become(self._ended(State.CANCELLED, "The engine was unloaded: no map was written."))
        except (EngineError, NotWrittenError) as error:
            _log.warning("%s: %s", order.beside[0].name, error)
            self._become(self._ended(State.FAILED, as_sentence(error)))
            self._on_end(f"The map was not written. {as_sentence(error)}")
        else:
            done = replace(
                self._ended(State.DONE, ""),
                file=str(path),
                folder=str(path.parent),
                objects=written.objects,
                remarks=written.remarks,
            )
            self._become(done)
            self._on_written(path)
            self._on_end(f"{path.name} is written.")

    async def _listen(self, order: MapOrder) -> WrittenMap:
        asking = self._link.ask(order.question, urgency=Urgency.REGENERATE, key="a whole map")
        last: WrittenMap | None = None
        async with aclosing(paced(known_so_far(asking, Heard(), Heard.after), TOLD_EVERY_S)) as seldom:
            async for heard in seldom:
                last = heard.written
                self._become(
                    replace(
                        self.shown,
                        state=State.WRITING if heard.pace or heard.written else State.WAITING,
                        note=heard.doing,
                        device=self._link.shown.device,
                        pace=shown_pace(heard.pace),
                        objects=last.objects if last else 0,
                    )
                )
        if last is None or not last.complete:
            raise EngineError(NOT_ALL)
        return last

    def _become(self, shown: ShownSongJob) -> None:
        if shown != self.shown:
            self.shown = shown
            self._on_told(self.message)


async def put_in_folder(writer: Writer, order: MapOrder, written: WrittenMap) -> Path:
    """Recorded like whatever else a model writes; a map in an archive is known by its content."""
    folder = order.folder
    if order.has_own_folder and not order.is_packed:
        folder /= set_name(Document.parse(written.data).beatmap.metadata)
    prepare = packed if order.is_packed else placed
    path, data = await asyncio.to_thread(prepare, folder, written.data, order.beside)
    range_ = whole_range(written, order.question)

    def make(before: str, after: str) -> NewWrite:
        return NewWrite(
            kind=Kind.NEW,
            at=range_.at,
            hash_before="",
            hash_after=content_hash(data),
            before=before,
            after=after,
            ranges=(range_,),
        )

    await writer.create(path, data, None, make)
    return path


def _must_be_heard(audio: Path) -> None:
    song = measure(audio)
    if song.problem:
        raise EngineError(f"the song cannot be heard: {song.problem}")


def whole_range(written: WrittenMap, question: Generate) -> NewRange:
    beatmap = Document.parse(written.data).beatmap
    first_ms = beatmap.objects[0].time_ms if beatmap.objects else 0.0
    return NewRange(
        start_ms=min(0.0, first_ms),
        end_ms=beatmap.last_end_ms,
        model=question.model,
        seed=question.seed,
        at=time.time(),
        objects=written.objects,
        hash_before="",
        hash_after=content_hash(written.data),
        before="",
    )
