"""Path 2: from a section that somebody wants written anew to candidates that pages show.

    begin -> (engine) Regenerate, streamed -> (thread) what the rules say of each candidate -> show

The candidates fit the content that they were written for: once the map is saved, none can be accepted.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from daemon.engine_state import as_sentence
from daemon.pacing import TOLD_EVERY_S, known_so_far, paced
from daemon.requests import RefusedError
from daemon.songs.library import audio_of
from daemon.writing.attempt import Attempt, nothing_of
from daemon.writing.judging import judged
from daemon.writing.shown import State
from engine.host import EngineError, EngineStoppedError
from engine.jobs import Progress, Urgency
from engine.service import Candidate, Pace, Regenerate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from daemon.engine_link import EngineLink
    from daemon.protocol import Message
    from daemon.tasks import Tasks
    from daemon.writing.at_hand import MapAtHand
    from daemon.writing.attempt import Order
    from engine.checks.check import Check

_log = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 8
"""Maps whose candidates are kept; those under way are."""
CANCELLED: Final = "Stopped. The candidates that are done can still be accepted."
NOT_ALL: Final = "the engine ended before all candidates were written: begin again"


@dataclass(frozen=True, slots=True)
class Heard:
    """How far a run has come: the latest of each."""

    doing: str = ""
    pace: Pace | None = None
    candidates: Mapping[int, Candidate] = field(default_factory=dict)

    def after(self, event: object) -> Heard:
        match event:
            case Candidate():
                return replace(self, candidates={**self.candidates, event.number: event})
            case Pace():
                return replace(self, pace=event, doing=event.doing)
            case Progress():
                return replace(self, doing=event.doing)
        return self


class Regenerations:
    def __init__(
        self,
        *,
        link: EngineLink,
        tasks: Tasks,
        checks: Sequence[Check],
        on_told: Callable[[Message], None],
    ) -> None:
        self._link = link
        self._tasks = tasks
        self._checks = checks
        self._on_told = on_told
        self._attempts: OrderedDict[str, Attempt] = OrderedDict()
        """By the map's key."""

    @property
    def is_running(self) -> bool:
        return any(each.is_running for each in self._attempts.values())

    def of(self, key: str | None) -> Attempt | None:
        return self._attempts.get(key or "")

    def message_of(self, key: str) -> Message:
        attempt = self.of(key)
        return attempt.message if attempt is not None else nothing_of(key)

    # What comes in.

    def begin(self, order: Order) -> None:
        """In the place of what was begun on that map before."""
        self._let_go(order.key)
        attempt = self._attempts[order.key] = Attempt(order)
        name = f"write a section of {order.path.name}"
        attempt.task = self._tasks.start(name, self._run(attempt))
        for key in [key for key, each in self._attempts.items() if not each.is_running]:
            if len(self._attempts) > MOST_ATTEMPTS and key != order.key:
                self._let_go(key)
        self._tell(attempt)

    def cancel(self, key: str) -> None:
        attempt = self.of(key)
        if attempt is None:
            raise RefusedError("Nothing is being written for that map.")
        if not attempt.is_running:
            self.dismiss(key)
            return
        attempt.stop()
        attempt.become(State.CANCELLED, CANCELLED if attempt.findings else "")
        self._tell(attempt)

    def cancel_all(self) -> None:
        for key, attempt in list(self._attempts.items()):
            if attempt.is_running:
                self.cancel(key)

    def dismiss(self, key: str) -> None:
        self._let_go(key)
        self._on_told(nothing_of(key))

    def accepted(self, attempt: Attempt, note: str, content_hash: str) -> None:
        """`content_hash`: what the map's own file holds with it; "" where that was left as it is."""
        if attempt.is_running:
            attempt.stop()
            attempt.become(State.CANCELLED, CANCELLED)
        attempt.accept(note, content_hash)
        if self.of(attempt.order.key) is attempt:  # or another was begun while it was written
            self._tell(attempt)

    def turn_to(self, at_hand: MapAtHand) -> None:
        """Another look at a map."""
        attempt = self.of(at_hand.key)
        if attempt is not None and attempt.turn_to(at_hand.content_hash, at_hand.version):
            self._tell(attempt)

    def forget(self, path: Path) -> None:
        """The map is gone, or has another name now."""
        for key in [key for key, each in self._attempts.items() if each.order.path == path]:
            self.dismiss(key)

    # A run.

    async def _run(self, attempt: Attempt) -> None:
        try:
            await self._listen(attempt)
        except EngineStoppedError:
            self._become(attempt, State.CANCELLED, CANCELLED if attempt.findings else "")
        except EngineError as error:
            _log.warning("%s: %s", attempt.order.path.name, error)
            # What is done by then can still be accepted.
            state = State.CANCELLED if attempt.findings else State.FAILED
            self._become(attempt, state, as_sentence(error))

    async def _listen(self, attempt: Attempt) -> None:
        order = attempt.order
        request = await asyncio.to_thread(_question, order)
        asking = self._link.ask(request, urgency=Urgency.REGENERATE, key=str(order.path))
        async with aclosing(paced(known_so_far(asking, Heard(), Heard.after), TOLD_EVERY_S)) as seldom:
            async for heard in seldom:
                await self._take(attempt, heard)
        if len(attempt.findings) < len(order.seeds):
            raise EngineError(NOT_ALL)
        self._become(attempt, State.DONE)

    async def _take(self, attempt: Attempt, heard: Heard) -> None:
        """What is not about the content that it was begun on is dropped."""
        attempt.pace = heard.pace
        attempt.device = self._link.shown.device
        for number, candidate in heard.candidates.items():
            is_known = 0 <= number < len(attempt.order.seeds)
            if is_known and candidate.content_hash == attempt.order.content_hash:
                attempt.candidates[number] = candidate
        begun = heard.pace is not None or attempt.candidates
        self._become(attempt, State.WRITING if begun else State.WAITING, heard.doing)
        for number, candidate in list(attempt.candidates.items()):
            if candidate.complete and number not in attempt.findings:
                await self._judge(attempt, number, candidate)

    async def _judge(self, attempt: Attempt, number: int, candidate: Candidate) -> None:
        order = attempt.order
        analysis = order.shown.analysis
        findings = await asyncio.to_thread(
            judged, candidate.data, analysis, order.section, analysis.song, self._checks
        )
        if self._is_current(attempt):
            attempt.findings[number] = findings
            self._tell(attempt)

    # Small things.

    def _is_current(self, attempt: Attempt) -> bool:
        return attempt.is_running and self._attempts.get(attempt.order.key) is attempt

    def _become(self, attempt: Attempt, state: State, note: str = "") -> None:
        if self._is_current(attempt):
            attempt.become(state, note)
            self._tell(attempt)

    def _let_go(self, key: str) -> None:
        attempt = self._attempts.pop(key, None)
        if attempt is not None:
            attempt.stop()

    def _tell(self, attempt: Attempt) -> None:
        self._on_told(attempt.message)


def _question(order: Order) -> Regenerate:
    """On a thread: it looks for the song."""
    audio = audio_of(order.path, order.shown.analysis.beatmap.general.audio_filename)
    return Regenerate(
        path=str(order.path),
        data=order.data,
        audio=str(audio) if audio is not None else None,
        model=order.model,
        start_ms=order.start_ms,
        end_ms=order.end_ms,
        seeds=order.seeds,
        wishes=order.wishes,
        keep=order.keep,
    )
