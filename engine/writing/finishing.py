"""From what a model wrote of a section to the map with that section in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.beatmap.edits import EditRefused
from engine.beatmap.objects import Hold, Mode, Spinner
from engine.beatmap.reading import encoded
from engine.beatmap.splice import section_of, spliced, texts_of
from engine.diffusion.classes import Style
from engine.diffusion.refine import around, exactly, refined
from engine.jobs import JobError
from engine.postprocess.build import Built, MapFacts, Section, built
from engine.postprocess.positions import in_pixels
from engine.postprocess.snap import resnapped
from engine.requests import Keep
from engine.tokens.events import Context, merged
from engine.tokens.map_events import map_events
from engine.tokens.told import told_objects
from engine.tokens.view import view_of
from engine.tokens.write_timing import usual_beat_ms
from engine.writing.keeping import Likes, dressed, moved

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from engine.beatmap.document import Document
    from engine.beatmap.objects import HitObject
    from engine.diffusion.load import Diffusion
    from engine.jobs import Progress
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
        """What was written, its places in osu! pixels and its times on the grid."""
        work, events = self._work, written[Context.MAP]
        if work.rhythm is not None:
            return self._in_pixels(work.rhythm.kept(events))
        if work.beatmap.mode is not Mode.MANIA:
            # There, what was settled before may still end in the section.
            events = events[work.settled.count :]
        events = self._in_pixels(events)
        if Context.SCROLL_SPEED in written:
            events = merged(events, written[Context.SCROLL_SPEED])
        return resnapped(events, work.timing)

    def refined(self, placed: Events, diffusion: Diffusion, seed: int) -> Generator[Progress, None, Events]:
        """Each object where a model that knows places well puts it, in view of those around the section."""
        work, beatmap = self._work, self._work.beatmap
        told, types_first = work.conditions, work.speech.grammar.types_first
        if work.rhythm is not None:
            objects = told_objects(placed, types_first=types_first)
            inside = [
                number for number, obj in enumerate(objects.objects) if self._section.holds(obj.start_ms)
            ]
            placed = placed.at(np.isin(objects.owners, inside))
        exact = map_events(beatmap, exactly(work.speech.grammar))
        before, after = around(exact, self._section.start_ms, self._section.end_ms, types_first=types_first)
        return (
            yield from refined(
                placed,
                work.timing,
                diffusion,
                types_first=types_first,
                slider_multiplier=self._facts.slider_multiplier,
                style=Style(
                    told.star_rating,
                    told.mapper_id,
                    beatmap.difficulty.circle_size,
                    told.descriptors or (),
                    told.beatmap_id,
                ),
                seed=seed,
                unwanted=work.request.wishes.unwanted_descriptors or (),
                before=before,
                after=after,
            )
        )

    def finished(self, placed: Events, seed: int, *, is_refined: bool = False) -> Finished:
        """`seed`: that candidate's. Raises JobError where it cannot be put there."""
        made = self._built(placed, seed, snap_overlaps=is_refined)
        match self._work.keep:
            case Keep.NOTHING:
                return self._spliced(made.objects, made.controls, made.remarks)
            case Keep.RHYTHM:
                return self._moved(made)
            case Keep.ALL_BUT_HITSOUNDS:
                return self._dressed(made, seed)

    def _in_pixels(self, events: Events) -> Events:
        return in_pixels(events, self._work.speech.grammar, keys=self._facts.keys)

    def _built(self, placed: Events, seed: int, *, snap_overlaps: bool = False) -> Built:
        work = self._work
        return built(
            placed,
            work.timing,
            self._facts,
            types_first=work.speech.grammar.types_first,
            section=self._section,
            usual_beat_ms=usual_beat_ms(view_of(work.beatmap)) or None,
            snap_overlaps=snap_overlaps,
            seed=seed,
        )

    def _moved(self, made: Built) -> Finished:
        """Where the model tells no velocities they follow from the places, and so do lengths."""
        lines, objects = self._own
        lengths = not self._work.speech.grammar.slider_velocity
        likes = Likes(self._read(made.objects), _end_ms)
        moved_lines = moved(lines, objects, likes, made.objects, lengths=lengths)
        return self._spliced(moved_lines, made.controls if lengths else None, made.remarks)

    def _dressed(self, made: Built, seed: int) -> Finished:
        lines, objects = self._own
        told = self._built(self._in_pixels(self._work.events[Context.MAP]), seed)
        before, after = (Likes(self._read(each.objects), _end_ms, self._column) for each in (told, made))
        return self._spliced(dressed(lines, objects, before, after), None, ())

    @cached_property
    def _own(self) -> tuple[tuple[str, ...], list[HitObject]]:
        """The section's objects as they are, and their lines."""
        work = self._work
        section = section_of(work.document, work.start_ms, work.end_ms)
        lines, _ = texts_of(work.document, section)
        return lines, [work.beatmap.objects[number] for number in section.objects]

    def _column(self, obj: HitObject) -> int:
        return self._work.beatmap.column(obj) if self._work.beatmap.mode is Mode.MANIA else 0

    def _read(self, lines: Sequence[str]) -> list[HitObject]:
        read = self._work.beatmap.object_reader.read
        return [read(number, encoded(line)) for number, line in enumerate(lines)]

    def _spliced(
        self, objects: Sequence[str], controls: Sequence[str] | None, remarks: tuple[str, ...]
    ) -> Finished:
        work = self._work
        try:
            splice = spliced(work.document, work.start_ms, work.end_ms, objects, controls)
        except EditRefused as error:
            raise JobError(f"what was written cannot be put into {work.name}: {error}") from error
        return Finished(splice.document, len(objects), (*remarks, *splice.remarks))


def _end_ms(obj: HitObject) -> float:
    """Sliders of one time are told apart by nothing."""
    return obj.end_ms if isinstance(obj, Hold | Spinner) else obj.time_ms
