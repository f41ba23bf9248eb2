"""A section of a map written anew: what the engine's child does about a request to regenerate one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.generation.pipeline import Pipeline, Underway
from engine.jobs import JobError
from engine.modding.listening import Listener
from engine.model.packed import packed
from engine.requests import Keep
from engine.tokens.events import Context
from engine.writing.answers import Candidate
from engine.writing.commission import commission_of
from engine.writing.finishing import Finisher
from engine.writing.judging import Judge
from engine.writing.pacing import Meter, Seldom
from engine.writing.placers import no_placer, placing_model

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from engine.beatmap.document import Document
    from engine.diffusion.load import Diffusion
    from engine.jobs import Job
    from engine.modding.cache import ModdingCaches
    from engine.modding.job import Loaded
    from engine.requests import Regenerate
    from engine.tokens.events import Events
    from engine.writing.commission import Commission
    from engine.writing.finishing import Finished
    from engine.writing.placers import Placer

SHOWN_EVERY_S: Final = 0.5
"""Of each candidate, while it is being written."""
NOTHING_WRITTEN: Final = "The model wrote no object here."


def regenerate(request: Regenerate, loaded: Loaded, caches: ModdingCaches, placer: Placer = no_placer) -> Job:
    """Yields `Pace`, and ever more of each `Candidate`; the last of each is complete. Raises JobError, and
    PromptError, TokenError or CheckpointError where the model cannot do what is asked.
    """
    meter = Meter()
    yield meter.pace(0, 0, "reading the map")
    work = commission_of(request, loaded, caches)
    yield from _Section(work, caches, meter, placer).job()


class _Section:
    def __init__(self, work: Commission, caches: ModdingCaches, meter: Meter, placer: Placer) -> None:
        self._work, self._caches, self._meter = work, caches, meter
        self._placer, self._remarks = placer, work.remarks
        # Once for all that is asked of it; given back with the section.
        self._mind = replace(work.mind, model=packed(work.mind.model))
        self._finisher, self._judge = Finisher(work), Judge(work, caches, self._mind)
        self._written: list[dict[Context, Events]] = [{} for _ in work.request.seeds]
        self._shown = Seldom(SHOWN_EVERY_S)
        self._windows = 0

    def job(self) -> Job:
        """A candidate can be taken as soon as it is put in; what the model thinks of it comes after."""
        yield from self._write()
        diffusion, trouble = self._diffusion(), list[JobError]()
        made: list[tuple[Candidate, Document]] = []
        for number in range(len(self._written)):
            try:
                finished = yield from self._finish(number, diffusion)
            except JobError as error:
                # The others may fit.
                trouble.append(error)
                continue
            candidate = replace(self._candidate(number, finished), complete=True)
            yield candidate
            made.append((candidate, finished.document))
        if made:
            yield from self._judgements(made)
        if trouble:
            raise _of_all(trouble, len(self._written))

    def _judgements(self, made: Sequence[tuple[Candidate, Document]]) -> Job:
        """With the section as it is: of all of them much is the same, and read once."""
        judging = self._judge.bits([self._work.document, *(document for _, document in made)])
        before, *after = yield from self._meter.until(judging, self._windows, "judging what was written")
        for (candidate, _), surprise in zip(made, after, strict=True):
            yield replace(candidate, surprise=surprise, surprise_before=before)

    def _diffusion(self) -> Diffusion | None:
        work = self._work
        if work.keep is Keep.ALL_BUT_HITSOUNDS:
            return None
        diffusion, remarks = placing_model(self._placer, work.family, work.beatmap.mode)
        self._remarks += remarks
        return diffusion

    def _finish(self, number: int, diffusion: Diffusion | None) -> Generator[object, None, Finished]:
        finisher, seed = self._finisher, self._work.request.seeds[number]
        placed = finisher.placed(self._written[number])
        if diffusion is not None:
            steps = finisher.refined(placed, diffusion, seed)
            placed = yield from self._meter.until(steps, self._windows, "placing objects")
        return finisher.finished(placed, seed, is_refined=diffusion is not None)

    def _write(self) -> Job:
        work, meter, ids = self._work, self._meter, 0
        for said in self._pipeline().run_many(work.order(), work.samplings):
            if isinstance(said, Underway):
                yield meter.writing(said.done, said.total, said.doing, said.ids)
                continue
            ids += len(said.ids)
            self._windows = said.total
            self._written[said.number][said.context] = said.events
            yield meter.writing(said.done, said.total, f"writing {said.context.value}", max(ids, meter.ids))
            if said.context is Context.MAP and self._shown.is_time(said.number):
                yield from self._so_far(said.number)

    def _pipeline(self) -> Pipeline:
        work, speech = self._work, self._work.speech
        listener = Listener(work.mind, speech, work.song, work.conditions, self._caches.files)
        return Pipeline(
            self._mind.model, speech.layout, work.song.waveform, speech.shape, states=listener.states
        )

    def _so_far(self, number: int) -> Iterator[Candidate]:
        finisher, seed = self._finisher, self._work.request.seeds[number]
        with suppress(JobError):  # what is half written may not fit yet; what is whole says why it does not
            yield self._candidate(number, finisher.finished(finisher.placed(self._written[number]), seed))

    def _candidate(self, number: int, finished: Finished) -> Candidate:
        work = self._work
        return Candidate(
            number=number,
            seed=work.request.seeds[number],
            content_hash=work.content_hash,
            data=finished.document.to_bytes(),
            start_ms=work.start_ms,
            end_ms=work.end_ms,
            objects=finished.objects,
            remarks=(*self._remarks, *(() if finished.objects else (NOTHING_WRITTEN,)), *finished.remarks),
            complete=False,
        )


def _of_all(trouble: Sequence[JobError], count: int) -> JobError:
    if len(trouble) == count:
        return trouble[0]
    return JobError(f"{len(trouble)} of {count} candidates are missing: {trouble[0]}")
