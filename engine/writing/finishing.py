"""From what a model wrote of a section to the map with that section in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.beatmap.edits import EditRefused
from engine.beatmap.objects import Mode
from engine.beatmap.reading import encoded
from engine.beatmap.splice import section_of, spliced, texts_of
from engine.jobs import JobError
from engine.postprocess.build import Built, MapFacts, Section, built
from engine.postprocess.positions import in_pixels
from engine.postprocess.snap import resnapped
from engine.requests import Keep
from engine.tokens.events import Context, merged
from engine.writing.hitsounds import dressed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.beatmap.document import Document
    from engine.beatmap.objects import HitObject
    from engine.tokens.events import Events
    from engine.writing.commission import Commission


@dataclass(frozen=True, slots=True)
class Finished:
    document: Document
    objects: int
    """In the section."""
    remarks: tuple[str, ...]


class Finisher:
    def __init__(self, work: Commission) -> None:
        self._work = work
        beatmap = work.beatmap
        self._facts = MapFacts(
            mode=beatmap.mode,
            circle_size=beatmap.difficulty.circle_size,
            slider_multiplier=beatmap.difficulty.slider_multiplier,
            slider_tick_rate=beatmap.difficulty.slider_tick_rate,
        )
        self._section = Section(work.start_ms - work.offset_ms, work.end_ms - work.offset_ms)

    def placed(self, written: Mapping[Context, Events]) -> Events:
        """What was written anew, its places in osu! pixels and its times on the grid."""
        work = self._work
        events = in_pixels(self._anew(written[Context.MAP]), work.speech.grammar, keys=self._facts.keys)
        if Context.SCROLL_SPEED in written:
            events = merged(events, written[Context.SCROLL_SPEED])
        return resnapped(events, work.timing)

    def finished(self, placed: Events) -> Finished:
        """Raises JobError where it cannot be put there."""
        made = self._built(placed)
        if self._work.keep is Keep.ALL_BUT_HITSOUNDS:
            return self._spliced(self._with_sounds_of(made), None, ())
        return self._spliced(made.objects, made.controls, made.remarks)

    def _built(self, placed: Events) -> Built:
        work = self._work
        return built(
            placed,
            work.timing,
            self._facts,
            types_first=work.speech.grammar.types_first,
            section=self._section,
            seed=work.request.seeds[0],
        )

    def _anew(self, events: Events) -> Events:
        """Without what was settled before; in osu!mania that may still end in the section."""
        work = self._work
        if work.beatmap.mode is Mode.MANIA:
            return events
        return events[len(work.settled) :]

    def _with_sounds_of(self, made: Built) -> tuple[str, ...]:
        """The section's own objects, with the sounds of those that were made."""
        work, document = self._work, self._work.document
        section = section_of(document, work.start_ms, work.end_ms)
        lines, _ = texts_of(document, section)
        told = self._built(self.placed({Context.MAP: work.events[Context.MAP]}))
        objects = [work.beatmap.objects[number] for number in section.objects]
        return dressed(lines, objects, self._read(told.objects), self._read(made.objects), self._column)

    def _column(self, obj: HitObject) -> int:
        return self._work.beatmap.column(obj) if self._work.beatmap.mode is Mode.MANIA else 0

    def _read(self, lines: Sequence[str]) -> list[HitObject]:
        return [self._work.beatmap.object_reader.read(0, encoded(line)) for line in lines]

    def _spliced(
        self, objects: Sequence[str], controls: Sequence[str] | None, remarks: tuple[str, ...]
    ) -> Finished:
        work = self._work
        try:
            splice = spliced(work.document, work.start_ms, work.end_ms, objects, controls)
        except EditRefused as error:
            raise JobError(f"what was written cannot be put into {work.name}: {error}") from error
        return Finished(splice.document, len(objects), (*remarks, *splice.remarks))
