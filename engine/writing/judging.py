"""What a model itself thinks of a section: how many bits each of its events surprises it by, on average.

The same questions as when a map is modded, of the windows that judge the section and of those right after it,
where what follows must still make sense. What was asked when the map was modded is not asked again.

All that may stand there is judged at once, window by window: what is before the section is heard and read for
one of them, and of the others only what they have of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.generation.windows import cut
from engine.modding.asking import Asker
from engine.modding.listening import Listener
from engine.modding.reading import Reading
from engine.modding.surprisal import row_scores
from engine.tokens.events import Context

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    import numpy.typing as npt

    from engine.beatmap.document import Document
    from engine.generation.windows import Window
    from engine.modding.cache import AnswerKey, ModdingCaches
    from engine.modding.listening import Mind
    from engine.modding.reading import Question
    from engine.modding.surprisal import Asked
    from engine.writing.commission import Commission

    Floats = npt.NDArray[np.float64]
    Said = dict[bytes, npt.NDArray[np.float32]]
    """By the question's key."""

REACH_WINDOWS: Final = 2
"""Beyond the section: what follows there is judged by what the section became."""
NEVER: Final = 1e-10
"""Added to each probability, as in `engine.modding.surprisal`: 33 bits are the most."""
ABOUT: Final = frozenset({Context.MAP, Context.SCROLL_SPEED})
"""What a section can change of a map."""


class Judge:
    def __init__(self, commission: Commission, caches: ModdingCaches, mind: Mind) -> None:
        """`mind`: the commission's, or that one with its layers packed."""
        work = commission
        self._work, self._answers, self._asker = work, caches.answers, Asker(mind)
        self._listener = Listener(work.mind, work.speech, work.song, work.judged_as, caches.files)

    def bits(self, documents: Sequence[Document]) -> Generator[None, None, list[float | None]]:
        """Of each document; None: there is no event that could be judged. Gives others a turn after each
        step.
        """
        stretches = [self._stretch(document) for document in documents]
        surprised: list[list[Floats]] = [[] for _ in stretches]
        for index in range(len(stretches[0].windows)):
            questions = [stretch.question(index) for stretch in stretches]
            said: Said = {}
            yield
            yield from self._ask([question for question in questions if question.asked], said)
            for stretch, question, found in zip(stretches, questions, surprised, strict=True):
                if question.asked:
                    found.append(stretch.bits(question, said[question.key()]))
        return [_mean(found) for found in surprised]

    def _ask(self, questions: Sequence[Question], said: Said) -> Iterator[None]:
        """About one window. Each is read where the one before it was left, so those that are most alike
        should be neighbours.
        """
        unknown: dict[bytes, Question] = {}
        for question in questions:
            known = self._answers.get(self._key(question))
            if known is None:
                unknown[question.key()] = question
            else:
                said[question.key()] = known
        if not unknown:
            return
        first = next(iter(unknown.values()))
        states = self._listener.states([first.window])
        yield
        heard = self._asker.hear(states)
        remembered = self._asker.unread(first, heard)
        for key, question in unknown.items():
            said[key] = self._asker.again(remembered, heard, question)
            self._answers.keep(self._key(question), said[key])
            yield

    def _key(self, question: Question) -> AnswerKey:
        return self._listener.sound, question.window.start_sample, question.key()

    def _stretch(self, document: Document) -> _Stretch:
        work = self._work
        return _Stretch(
            document.beatmap,
            work.song.waveform,
            work.judged_as,
            work.speech,
            work.start_ms - work.offset_ms,
            work.end_ms - work.offset_ms,
        )


def _mean(surprised: Sequence[Floats]) -> float | None:
    bits = np.concatenate(surprised) if surprised else np.zeros(0)
    return float(bits.mean()) if len(bits) and np.isfinite(bits).all() else None


@dataclass(frozen=True, eq=False)
class _Stretch(Reading):
    """A map, as far as it is read around a section."""

    start_ms: float
    end_ms: float

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        whole = cut(self.song.samples, self.speech.shape)
        over = [
            number
            for number, window in enumerate(whole)
            if window.counts_from_ms < self.end_ms and self.start_ms < window.counts_to_ms
        ]
        return whole[over[0] : over[-1] + 1 + REACH_WINDOWS] if over else ()

    def bits(self, question: Question, said: npt.NDArray[np.float32]) -> Floats:
        """Of each event of the map that is asked about, from the section's beginning on."""
        which = np.concatenate([self._counts(part) for part in question.asked])
        held: Floats = row_scores(said).probability[which].astype(np.float64)
        return -np.log2(held + NEVER)

    def _counts(self, part: Asked) -> npt.NDArray[np.bool_]:
        if part.context not in ABOUT:
            return np.zeros(part.count, np.bool_)
        times = self.events[part.context].times[part.first_event : part.first_event + part.count]
        late: npt.NDArray[np.bool_] = times >= self.start_ms
        return late
