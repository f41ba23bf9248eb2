"""Red lines as exact as many hearings of one song can make them.

A model hears a beat to a step of 10 ms, and hears best in the middle of a window. So the song is heard again
and again, each time a little later against the windows and the steps, and what is heard each time is put
together: moments that many passes speak of (`pooled`), the chain of those that are the song's beats
(`chain`), measures of one length (`measures`), how well all that was heard (`hearing`), as few steady
stretches as tell it so well (`stretches`), and their red lines (`lined`).

    timing = yield from super_timing(write_pass, window_samples=..., types_first=...)

`write_pass(offset)` is a job that hears `shifted(song, offset)` and returns its events, times and all as the
model told them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from engine.audio.waveform import SAMPLE_RATE, Waveform
from engine.beatmap.timing import Timing
from engine.jobs import Progress
from engine.timing.beats import heard_beats
from engine.timing.chain import chained
from engine.timing.hearing import hearing_of
from engine.timing.lined import lined
from engine.timing.measures import measures_of
from engine.timing.pooled import Pass, pooled
from engine.timing.stretches import stretches
from engine.tokens.codec import STEP_MS
from engine.tokens.events import Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.timing.chain import Chain
    from engine.timing.pooled import Moments
    from engine.timing.tempo import Floats

PassWriter: TypeAlias = Callable[[int], Generator[Progress, None, Sequence[Event]]]
PASSES: Final = 20
"""As many as the models' own program takes."""
GOLDEN: Final = (5**0.5 - 1) / 2
"""Its multiples fall ever into the widest gap."""
STEP_SAMPLES: Final = STEP_MS * SAMPLE_RATE // 1000


def super_timing(
    write_pass: PassWriter,
    *,
    window_samples: int,
    types_first: bool,
    passes: int = PASSES,
) -> Generator[Progress, None, Timing]:
    """Without a beat in any pass there is no line."""
    heard: list[Pass] = []
    for number, offset in enumerate(offsets(passes, window_samples)):
        steps = write_pass(offset)
        while True:
            try:
                step = next(steps)
            except StopIteration as done:
                events: Sequence[Event] = done.value
                break
            share = step.done / step.total if step.total else 0.0
            yield Progress(number + share, passes, "hearing the beats")
        beats = heard_beats(((kind, value) for kind, value, _ in events), types_first=types_first)
        heard.append(Pass(beats, offset * 1000 / SAMPLE_RATE))
        yield Progress(number + 1, passes, "hearing the beats")
    return averaged(heard)


def offsets(passes: int, window_samples: int) -> tuple[int, ...]:
    """By how many samples the song is late in each pass: spread over a window, and evenly over a step, so
    that what is cut off of times is the same on average wherever a beat lies.
    """
    late = (int(number * GOLDEN % 1 * window_samples) for number in range(passes))
    return tuple(
        samples // STEP_SAMPLES * STEP_SAMPLES + number * STEP_SAMPLES // passes
        for number, samples in enumerate(late)
    )


def shifted(song: Waveform, offset: int) -> Waveform:
    """The song after so many samples of silence: nothing of it is lost, and its first beats are heard as
    often as all others.
    """
    return Waveform(np.concatenate((np.zeros(offset, song.pcm.dtype), song.pcm)), song.peak)


def averaged(passes: Sequence[Pass]) -> Timing:
    """One timing of what was heard in all of them."""
    moments = pooled(passes)
    song = _filled(moments, chained(moments))
    if not len(song.times_ms):
        return Timing(())
    measures = measures_of(song.heard, song.measures, song.begins)
    # A song begins with a measure; the line of its first one rules what is before it.
    first = int(np.argmax(measures))
    song, measures = song.since(first), measures[first:]
    hearing = hearing_of(song.times_ms[song.heard > 0], np.flatnonzero(song.heard > 0))
    weights = song.heard.copy()
    weights[np.flatnonzero(song.heard > 0)[hearing.is_wrong]] = 0
    weights /= np.median(weights[weights > 0])
    found = stretches(song.times_ms, weights, hearing.noise_ms, measures, song.begins)
    return lined(found, measures)


@dataclass(frozen=True, slots=True, eq=False)
class _Song:
    """Beats, in order; with those in between that were missed, which `heard` tells by 0."""

    times_ms: Floats
    heard: Floats
    measures: Floats
    begins: NDArray[np.bool_]
    """Whether it cannot be said how many beats lie before it: the first, and what no tempo leads to."""

    def since(self, first: int) -> _Song:
        return _Song(self.times_ms[first:], self.heard[first:], self.measures[first:], self.begins[first:])


def _filled(moments: Moments, chain: Chain) -> _Song:
    of, begins = chain.moments, chain.beats == 0
    if not len(of):
        return _Song(np.zeros(0), np.zeros(0), np.zeros(0), begins)
    at = np.cumsum(np.where(begins, 1, chain.beats)) - 1
    every = np.arange(at[-1] + 1)
    columns = [np.zeros(len(every)) for _ in range(3)]
    for column, told in zip(columns, (moments.heard[of], moments.measures[of], begins), strict=True):
        column[at] = told
    heard, measures, starts = columns
    return _Song(np.interp(every, at, moments.times_ms[of]), heard, measures, starts > 0)
