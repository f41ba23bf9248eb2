"""A section of one map being written anew: what was asked, what has come of it, how it is shown.

Pure, but for the task it holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from daemon.protocol_writing import regeneration as message_of
from daemon.writing.judging import in_section
from daemon.writing.shown import ShownCandidate, ShownPace, ShownRegeneration, State
from engine.beatmap.timestamps import format_timestamp, selection

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from daemon.desk import Shown
    from daemon.protocol import Message
    from daemon.writing.shown import ShownFinding
    from engine.beatmap.beatmap import Beatmap
    from engine.service import Candidate, Keep, Pace, Wishes

MOST_SELECTED: Final = 40
IS_RUNNING: Final = frozenset({State.WAITING, State.WRITING})
STALE: Final = (
    "The map was saved meanwhile, and these candidates were written for what it was. "
    "Begin again to write for it as it is now."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked for, of which content of which map."""

    shown: Shown
    """The look at the map that it was begun on."""
    path: Path
    content_hash: str
    start_ms: float
    end_ms: float
    seeds: tuple[int, ...]
    keep: Keep
    wishes: Wishes
    model: str

    @property
    def key(self) -> str:
        return self.shown.key

    @property
    def section(self) -> tuple[float, float]:
        return self.start_ms, self.end_ms

    @property
    def data(self) -> bytes:
        return self.shown.analysis.document.to_bytes()


@dataclass(slots=True)
class Attempt:
    order: Order
    state: State = State.WAITING
    note: str = ""
    pace: Pace | None = None
    device: str | None = None
    candidates: dict[int, Candidate] = field(default_factory=dict)
    findings: dict[int, tuple[ShownFinding, ...]] = field(default_factory=dict)
    """Of the candidates that are complete."""
    task: asyncio.Task[None] | None = None
    map_version: int = field(init=False)
    """The last look at the map that found the content which these candidates were written for."""
    _before_it_was_stale: tuple[State, str] = (State.DONE, "")
    _accepted: tuple[str, str] = ("", "")
    """The file as it is with what was accepted, and what was told of that."""

    def __post_init__(self) -> None:
        self.map_version = self.order.shown.outcome.version

    @property
    def is_running(self) -> bool:
        return self.state in IS_RUNNING

    def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            self.task = None

    def become(self, state: State, note: str = "") -> None:
        self.state, self.note = state, note
        if state not in IS_RUNNING:
            self.pace = None

    def turn_to(self, content_hash: str, version: int) -> bool:
        """What a look at the map found. True: that changes what can be done with the candidates."""
        fits = content_hash == self.order.content_hash
        is_another_look = fits and version != self.map_version
        accepted, note = self._accepted
        if content_hash == accepted and self.state is not State.ACCEPTED:  # undone, and done again
            self.become(State.ACCEPTED, note)
            return True
        if fits:
            self.map_version = version
        if fits and self.state in (State.STALE, State.ACCEPTED):
            self.become(*self._before_it_was_stale)
            return True
        if fits or self.state in (State.STALE, State.ACCEPTED):
            return is_another_look
        if self.is_running:
            self.stop()
            self.become(State.CANCELLED)
        self._before_it_was_stale = self.state, self.note
        self.become(State.STALE, STALE)
        return True

    def accept(self, note: str, content_hash: str) -> None:
        self._before_it_was_stale = self.state, ""
        self._accepted = content_hash, note
        self.become(State.ACCEPTED, note)

    def done(self, number: int) -> Candidate | None:
        """A candidate that can be accepted."""
        return self.candidates.get(number) if number in self.findings else None

    @property
    def message(self) -> Message:
        return message_of(self._shown())

    def _shown(self) -> ShownRegeneration:
        order = self.order
        before = in_section(order.shown.analysis.findings, order.section)
        return ShownRegeneration(
            key=order.key,
            map_version=self.map_version,
            state=self.state,
            start_ms=order.start_ms,
            end_ms=order.end_ms,
            timestamp=timestamp_of(order.shown.analysis.beatmap, order.section),
            note=self.note,
            model=order.model,
            device=self.device,
            pace=shown_pace(self.pace),
            findings_before=len(before),
            candidates=tuple(self._shown_candidate(number, seed) for number, seed in enumerate(order.seeds)),
        )

    def _shown_candidate(self, number: int, seed: int) -> ShownCandidate:
        candidate = self.candidates.get(number)
        if candidate is None:
            return ShownCandidate(number, seed, State.WAITING if self.is_running else self._given_up)
        is_done = number in self.findings
        return ShownCandidate(
            number=number,
            seed=seed,
            state=State.DONE if is_done else State.WRITING if self.is_running else self._given_up,
            objects=candidate.objects,
            surprise=candidate.surprise,
            surprise_before=candidate.surprise_before,
            findings=self.findings.get(number, ()),
            remarks=candidate.remarks,
        )

    @property
    def _given_up(self) -> State:
        """Of a candidate that is not done and will not be."""
        return State.FAILED if self.state is State.FAILED else State.CANCELLED


def nothing_of(key: str) -> Message:
    return message_of(
        ShownRegeneration(key=key, map_version=0, state=State.NONE, start_ms=0, end_ms=0, timestamp="")
    )


def timestamp_of(beatmap: Beatmap, section: tuple[float, float]) -> str:
    """`00:16:000 (1,2) - 00:18:000`: an editor goes to its beginning."""
    start_ms, end_ms = section
    inside = [n for n, obj in enumerate(beatmap.objects) if start_ms <= obj.time_ms < end_ms]
    selected = selection(beatmap, inside[:MOST_SELECTED])
    objects = f" ({selected})" if selected else ""
    return f"{format_timestamp(start_ms)}{objects} - {format_timestamp(end_ms)}"


def shown_pace(pace: Pace | None) -> ShownPace | None:
    if pace is None:
        return None
    return ShownPace(pace.done, pace.total, pace.doing, pace.ids, pace.ids_per_s, pace.left_s)
