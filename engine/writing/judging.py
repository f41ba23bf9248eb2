"""What a model itself thinks of a section: how many bits each of its events surprises it by, on average.

The same questions as when a map is modded, of the windows that judge the section and of those right after it,
where what follows must still make sense. What was asked when the map was modded is not asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.generation.windows import cut
from engine.modding.listening import Listener
from engine.modding.modder import Answer, Modder
from engine.modding.nearby import Nearby
from engine.modding.reading import Reading
from engine.tokens.events import Context

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from engine.beatmap.document import Document
    from engine.generation.windows import Window
    from engine.modding.cache import ModdingCaches
    from engine.modding.surprisal import Asked
    from engine.writing.commission import Commission

    Floats = NDArray[np.float64]

REACH_WINDOWS: Final = 2
"""Beyond the section: what follows there is judged by what the section became."""
NEVER: Final = 1e-10
"""Added to each probability, as in `engine.modding.surprisal`: 33 bits are the most."""
ABOUT: Final = frozenset({Context.MAP, Context.SCROLL_SPEED})
"""What a section can change of a map."""


class Judge:
    def __init__(self, commission: Commission, caches: ModdingCaches) -> None:
        self._commission, self._caches = commission, caches

    def bits(self, document: Document) -> Generator[None, None, float | None]:
        """Gives others a turn after each step. None: there is no event that could be judged."""
        work, caches = self._commission, self._caches
        stretch = _Stretch(
            document.beatmap,
            work.song.waveform,
            work.judged_as,
            work.speech,
            work.start_ms - work.offset_ms,
            work.end_ms - work.offset_ms,
        )
        modder = Modder(
            work.mind,
            stretch,
            Listener(work.mind, work.speech, work.song, work.judged_as, caches.files),
            answers=caches.answers,
            # What lies around the mapper's own edits stays remembered for the next save.
            nearby=Nearby(0),
            map_=str(work.request.path),
        )
        surprised: list[Floats] = []
        for step in modder.mod(work.start_ms):
            if isinstance(step, Answer):
                surprised.append(stretch.bits(step))
            yield
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

    def bits(self, answer: Answer) -> Floats:
        """Of each event of the map that is asked about, from the section's beginning on."""
        parts = answer.question.asked
        counts = [self._counts(part) for part in parts]
        which = np.concatenate(counts) if counts else np.zeros(0, np.bool_)
        held: Floats = answer.scores.probability[which].astype(np.float64)
        return -np.log2(held + NEVER)

    def _counts(self, part: Asked) -> NDArray[np.bool_]:
        if part.context not in ABOUT:
            return np.zeros(part.count, np.bool_)
        times = self.events[part.context].times[part.first_event : part.first_event + part.count]
        late: NDArray[np.bool_] = times >= self.start_ms
        return late
