"""The demo's difficulties, placed on the melody of its song, and the mistakes that its mapper makes.

A difficulty is a list of notes and a few timing lines; a mistake changes one of them. So a save is written
from the set of mistakes that are in the map at that moment, and is the same every time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final

from daemon.demo import song as demo_song
from daemon.demo.song import BAR_MS, BEAT_MS
from engine.beatmap.builder import mania, osu
from engine.beatmap.objects import HitSound

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.beatmap.builder import MapBuilder

ARTIST: Final = "Mapside"
TITLE: Final = "First Save"
CREATOR: Final = "Demo Mapper"
BACKGROUND: Final = "background.jpg"
SLIDER_BEAT_PX: Final = 140.0
"""What a slider of one beat is long: the slider multiplier of these maps is 1.4."""
EDGE_PX: Final = 60.0
"""Everything stays this far from the edge of the playfield."""
KEYS: Final = 4


class Mistake(Enum):
    """Each names the kind of thing the checks should say about it."""

    UNSNAPPED = "a circle seven milliseconds late"
    OFFSCREEN = "a circle off the playfield"
    MUTED = "a bar that cannot be heard"
    CONFLICTING = "two green lines at one time that disagree"
    TOO_FAST = "a slider velocity beyond what the game allows"
    CONCURRENT = "two objects at one time"
    SHORT_SPINNER = "a spinner too short to spin"
    STACKED_NOTES = "a note inside a hold of the same column"


@dataclass(frozen=True, slots=True)
class Placed:
    """An object before it is written: a circle, or with a length a slider."""

    at_ms: float
    x: float
    y: float
    beats: float = 0
    """Zero: a circle."""
    new_combo: bool = False
    sound: HitSound = HitSound.NONE


@dataclass(frozen=True, slots=True)
class Draft:
    """A difficulty on the way to becoming text: the objects, and what else is written."""

    placed: tuple[Placed, ...]
    builder: MapBuilder
    spinner_ms: tuple[float, float]

    def moved(self, index: int, **changes: float) -> Draft:
        placed = list(self.placed)
        placed[index] = replace(placed[index], **changes)  # type: ignore[arg-type]  # only numbers are moved
        return replace(self, placed=tuple(placed))


def _melody(step_beats: float) -> list[tuple[float, float]]:
    """The melody's notes on whole steps: an easier difficulty maps fewer of them."""
    notes = demo_song.lead_notes()
    return [note for note in notes if (note[0] - demo_song.OFFSET_MS) % (step_beats * BEAT_MS) == 0]


def _place(step_beats: float) -> tuple[Placed, ...]:
    """A path that wanders over the playfield, one turn in five bars; long notes become sliders."""
    notes = _melody(step_beats)
    placed: list[Placed] = []
    bar_before = -1.0
    for (at_ms, _), (next_ms, _) in zip(notes, [*notes[1:], (math.inf, 0.0)], strict=True):
        beat = (at_ms - demo_song.OFFSET_MS) / BEAT_MS
        angle = beat * 2 * math.pi / 20
        bar = beat // demo_song.BEATS_PER_BAR
        placed.append(
            Placed(
                at_ms,
                round(256 + (196 - EDGE_PX / 4) * math.cos(angle)),
                round(192 + (132 - EDGE_PX / 4) * math.sin(1.7 * angle)),
                beats=1 if next_ms - at_ms >= 2 * BEAT_MS else 0,
                new_combo=bar != bar_before,
                sound=_sound(beat),
            )
        )
        bar_before = bar
    return tuple(placed)


def _sound(beat: float) -> HitSound:
    """A finish where a part begins, a clap with the snare, a whistle on the bar."""
    if beat % (8 * demo_song.BEATS_PER_BAR) == 0:
        return HitSound.FINISH
    if beat % 2 == 1:
        return HitSound.CLAP
    return HitSound.WHISTLE if beat % demo_song.BEATS_PER_BAR == 0 else HitSound.NONE


def _slider_path(note: Placed) -> str:
    """Straight towards the centre of the playfield, where there is always room."""
    away_x, away_y = 256 - note.x, 192 - note.y
    reach = SLIDER_BEAT_PX / math.hypot(away_x, away_y)
    return f"L|{round(note.x + reach * away_x)}:{round(note.y + reach * away_y)}"


def _common(builder: MapBuilder, audio: str, version: str) -> MapBuilder:
    kiai = demo_song.part_span_ms("chorus")
    return (
        builder.metadata(title=TITLE, artist=ARTIST, creator=CREATOR, version=version)
        .metadata(tags="mapside demo instrumental chiptune", source="Mapside")
        .audio(audio)
        .preview(kiai[0])
        .background(BACKGROUND)
        .timing(demo_song.BPM, at=demo_song.OFFSET_MS)
        .kiai(*kiai)
        .bookmarks(*(demo_song.part_span_ms(name)[0] for name in ("verse", "chorus", "outro")))
        .combo_colour(90, 190, 255)
        .combo_colour(255, 170, 90)
        .combo_colour(160, 230, 130)
        .combo_colour(230, 130, 210)
    )


def _osu_draft(audio: str, version: str, step_beats: float, **difficulty: float) -> Draft:
    outro_ms, _ = demo_song.part_span_ms("outro")
    builder = _common(osu().difficulty(**difficulty), audio, version)
    return Draft(_place(step_beats), builder, (outro_ms + BEAT_MS, outro_ms + 2 * BAR_MS))


def _finished(draft: Draft) -> bytes:
    builder = draft.builder
    for note in draft.placed:
        if note.beats:
            builder = builder.slider(
                note.at_ms,
                _slider_path(note),
                SLIDER_BEAT_PX * note.beats,
                x=note.x,
                y=note.y,
                new_combo=note.new_combo,
                sound=note.sound,
                edge_sounds=(note.sound, HitSound.NONE),
            )
        else:
            builder = builder.circle(note.at_ms, note.x, note.y, new_combo=note.new_combo, sound=note.sound)
    return builder.spinner(*draft.spinner_ms, sound=HitSound.FINISH).bytes()


# Mistakes: each changes a draft in one place. The places are far apart, so that each can be seen by itself.


def _bar_ms(bar: int) -> float:
    return float(demo_song.OFFSET_MS + bar * BAR_MS)


def _index_at(draft: Draft, at_ms: float) -> int:
    """The first object at or after that time."""
    return next(index for index, note in enumerate(draft.placed) if note.at_ms >= at_ms)


def _unsnapped(draft: Draft) -> Draft:
    index = _index_at(draft, _bar_ms(6))
    return draft.moved(index, at_ms=draft.placed[index].at_ms + 7)


def _offscreen(draft: Draft) -> Draft:
    return draft.moved(_index_at(draft, _bar_ms(10)), x=586, y=396)


def _muted(draft: Draft) -> Draft:
    builder = draft.builder.green(_bar_ms(14), volume=5).green(_bar_ms(15), volume=70)
    return replace(draft, builder=builder)


def _conflicting(draft: Draft) -> Draft:
    builder = draft.builder.green(_bar_ms(24), velocity=0.8, volume=70).green(_bar_ms(24), velocity=1.4)
    return replace(draft, builder=builder.green(_bar_ms(25)))


def _too_fast(draft: Draft) -> Draft:
    # Two beats that hold circles only: the line is wrong, no slider is bent by it.
    return replace(draft, builder=draft.builder.green(_bar_ms(18), velocity=12).green(_bar_ms(18) + BEAT_MS))


def _concurrent(draft: Draft) -> Draft:
    index = _index_at(draft, _bar_ms(28))
    twin = replace(draft.placed[index], x=256, y=96, new_combo=False, beats=0)
    return replace(draft, placed=(*draft.placed[: index + 1], twin, *draft.placed[index + 1 :]))


def _short_spinner(draft: Draft) -> Draft:
    start_ms, _ = draft.spinner_ms
    return replace(draft, spinner_ms=(start_ms, start_ms + BEAT_MS / 2))


MISTAKES: Final[dict[Mistake, Callable[[Draft], Draft]]] = {
    Mistake.UNSNAPPED: _unsnapped,
    Mistake.OFFSCREEN: _offscreen,
    Mistake.MUTED: _muted,
    Mistake.CONFLICTING: _conflicting,
    Mistake.TOO_FAST: _too_fast,
    Mistake.CONCURRENT: _concurrent,
    Mistake.SHORT_SPINNER: _short_spinner,
}


def hard(audio: str, mistakes: frozenset[Mistake]) -> bytes:
    draft = _osu_draft(audio, "Hard", 0.5, hp=5, cs=4, od=6.5, ar=8)
    for mistake, change in MISTAKES.items():
        if mistake in mistakes:
            draft = change(draft)
    return _finished(draft)


def normal(audio: str, mistakes: frozenset[Mistake]) -> bytes:  # noqa: ARG001  as every difficulty is written
    return _finished(_osu_draft(audio, "Normal", 1, hp=4, cs=3.5, od=4, ar=5))


def four_keys(audio: str, mistakes: frozenset[Mistake]) -> bytes:
    """osu!mania: the melody walks over the columns, and its long notes are held."""
    builder = _common(mania(KEYS).difficulty(hp=6, od=6), audio, "4K Normal")
    for index, (at_ms, length_ms) in enumerate(_melody(0.5)):
        column = (index * 3 + index // 8) % KEYS
        sound = _sound((at_ms - demo_song.OFFSET_MS) / BEAT_MS)
        if length_ms >= 2 * BEAT_MS:
            builder = builder.hold(at_ms, at_ms + BEAT_MS, column, sound=sound)
            if Mistake.STACKED_NOTES in mistakes and at_ms > _bar_ms(16):
                builder = builder.note(at_ms + BEAT_MS / 2, column)
                mistakes = mistakes - {Mistake.STACKED_NOTES}
        else:
            builder = builder.note(at_ms, column, sound=sound)
    return builder.bytes()


DIFFICULTIES: Final[dict[str, Callable[[str, frozenset[Mistake]], bytes]]] = {
    "Normal": normal,
    "4K Normal": four_keys,
    "Hard": hard,
}


def file_name(version: str) -> str:
    """As the editor names it."""
    return f"{ARTIST} - {TITLE} ({CREATOR}) [{version}].osu"
