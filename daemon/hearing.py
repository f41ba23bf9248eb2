"""One map and what a model says of it: the run under way, what was said, what is new since the last save.

Pure, but for the task it holds. A run has a number; what a run says counts for as long as it is the latest.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from daemon.protocol_engine import opinion as opinion_message
from daemon.remarks import OpinionState, ShownOpinion, remarks_on
from daemon.session import Look, Memory, Session, compare
from daemon.store import MODEL

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from daemon.desk import News, Shown
    from daemon.protocol import Message
    from daemon.remarks import Remark
    from daemon.session import Comparison
    from engine.service import Opinion, Suggestion


MOST_SUGGESTIONS = 500
"""The strongest. Nobody reads more, and a model that is surprised by everything must not stall the page."""
NOBODY_SPEAKS = frozenset({OpinionState.OFF, OpinionState.NO_MODEL})


@dataclass(frozen=True, slots=True)
class Weighed:
    """An opinion, worked into findings and compared with the save before."""

    opinion: Opinion
    remarks: tuple[Remark, ...]
    agreed: tuple[tuple[str, Suggestion], ...]
    """Id of the rule's finding, and what the model says of it."""
    comparison: Comparison


def weigh(shown: Shown, opinion: Opinion, memory: Memory) -> Weighed:
    """Takes some milliseconds: for a thread."""
    remarks, agreements = remarks_on(shown.analysis, opinion.suggestions[:MOST_SUGGESTIONS])
    heard_out = opinion.complete and len(opinion.suggestions) <= MOST_SUGGESTIONS
    rules = shown.outcome.verdicts
    look = Look(
        opinion.content_hash,
        [remark.anchor for remark in remarks],
        shown.analysis.objects,
        # Until the last window is scored, nothing that was suggested before is known to be gone.
        silent=lambda _: not heard_out,
    )
    agreed = tuple((rules[each.rule].id, each.suggestion) for each in agreements)
    return Weighed(opinion, remarks, agreed, compare(memory, look))


@dataclass(slots=True)
class Hearing:
    path: Path
    shown: Shown
    """The look at the map that pages show, and that all below is about."""
    content_hash: str
    state: OpinionState | None = None
    """None: nobody has asked about this content, and there is nothing to tell."""
    note: str = ""
    weighed: Weighed | None = None
    session: Session = field(default_factory=lambda: Session(prefix=MODEL))
    recalled: bool = False
    """The session has been told what the store remembers."""
    rating: float | None = None
    """The star rating that the model was told first, and is told from then on."""
    model: str = ""
    """The one that spoke last."""
    run: int = 0
    task: asyncio.Task[None] | None = None
    _told: ShownOpinion | None = None
    _message: Message | None = None

    @property
    def is_running(self) -> bool:
        return self.task is not None and not self.task.done()

    @property
    def is_settled(self) -> bool:
        """There is nothing to ask about this content: it was answered, or is about to be."""
        return self.is_running or self.state is OpinionState.DONE

    def turn_to(self, news: News) -> bool:
        """Another look at the map. True: it holds something else than before, and what was said is void."""
        is_other = news.content_hash != self.content_hash
        self.path, self.shown, self.content_hash = news.path, news.shown, news.content_hash
        self._told = None
        if is_other:
            self.stop()
            self.weighed = None
            self.state, self.note = None, ""
        return is_other

    def stop(self) -> None:
        """Whatever is still on its way counts no more."""
        self.run += 1
        if self.task is not None:
            self.task.cancel()
            self.task = None

    def become(self, state: OpinionState, note: str = "") -> None:
        self.state, self.note = state, note
        self._told = None

    def listen_to(self, model: str) -> None:
        """Another model's suggestions are no measure for what this one finds new; marks hold for all."""
        if self.model and self.model != model:
            self.session.memory = Memory(marks=self.session.marks, prefix=MODEL)
        self.model = model

    def accept(self, weighed: Weighed) -> bool:
        """False: something was marked as intended meanwhile, and it has to be compared once more."""
        if weighed.comparison.since is not self.session.memory:
            return False
        self.session.accept(self.session.version, weighed.comparison)
        self.weighed = weighed
        self.rating = weighed.opinion.rating
        self._told = None
        return True

    def mark(self, finding_id: str, *, on: bool) -> bool:
        """False if there is no such finding (any more)."""
        if self.weighed is None or not self.session.set_intended(finding_id, on):
            return False
        verdicts = tuple(
            replace(verdict, intended=on) if verdict.id == finding_id else verdict
            for verdict in self.weighed.comparison.verdicts
        )
        comparison = replace(self.weighed.comparison, verdicts=verdicts)
        self.weighed = replace(self.weighed, comparison=comparison)
        self._told = None
        return True

    @property
    def told(self) -> ShownOpinion | None:
        """What pages are to show."""
        if self._told is None and self.state is not None:
            self._told = self._shown_opinion(self.state)
            self._message = None
        return self._told

    @property
    def message(self) -> Message | None:
        told = self.told
        if told is None:
            return None
        if self._message is None:
            self._message = opinion_message(told)
        return self._message

    def _shown_opinion(self, state: OpinionState) -> ShownOpinion:
        key, version = self.shown.key, self.shown.outcome.version
        weighed = self.weighed
        if weighed is None or state in NOBODY_SPEAKS:
            return ShownOpinion(key, version, state, self.note)
        return ShownOpinion(
            key,
            version,
            state,
            self.note,
            opinion=weighed.opinion,
            remarks=weighed.remarks,
            verdicts=weighed.comparison.verdicts,
            gone=weighed.comparison.gone,
            agreed=weighed.agreed,
        )
