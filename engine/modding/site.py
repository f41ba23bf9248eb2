"""One surprising statement of a map with all that is needed to say something about it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from engine.modding import wording
from engine.modding.opinion import Alternative, Place
from engine.modding.positions import cell_of
from engine.tokens.codec import HALF_STEP_MS, STEP_MS
from engine.tokens.events import EventType
from engine.tokens.parts import ANCHORS, HEADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject, Mode
    from engine.modding.places import Group, Telling
    from engine.modding.surprisal import Expected, Scored
    from engine.tokens.grammar import Grammar

LEAST_MS: Final = STEP_MS + HALF_STEP_MS
"""An expected time is the middle of a step of 10 ms: nearer than this it may mean less than 10 ms."""
LEAST_SHOWN: Final = 0.005
"""Below this an alternative, other than the first, would read as 0 %."""
UNSURE_BELOW: Final = 0.1
"""A likeliest value that is less likely than this is no advice."""


class Silence(Enum):
    """Why a surprising statement is passed over."""

    FINE_TIME = "the times are less apart than the model's own steps"
    FINE_PLACE = "the object stands within a cell of where the model expects it"
    SAME = "what the model expects comes to what the map has"
    UNSURE = "the model expects nothing in particular"
    CLOSE_CALL = "the model finds what the map has, give or take its grid, as likely as anything else"
    ORDER = "both happen at the same moment, and only the order in which they are told differs"
    DETERMINED = "it follows from what was told before, and a mapper cannot set it apart"
    IMPOSSIBLE = "what the model expects cannot stand there"
    ELSEWHERE = "the events do not belong to this map"


@dataclass(frozen=True, slots=True)
class Said:
    """A claim in words."""

    message: str
    real: str
    alternatives: tuple[Alternative, ...]
    at: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Site:
    telling: Telling
    number: int
    """Of the group."""
    scored: Scored
    after: Scored | None
    """The statement right after it, where that is surprising as well."""

    @property
    def group(self) -> Group:
        return self.telling.groups[self.number]

    @property
    def beatmap(self) -> Beatmap:
        return self.telling.beatmap

    @property
    def grammar(self) -> Grammar:
        return self.telling.grammar

    @property
    def mode(self) -> Mode:
        return self.beatmap.mode

    @property
    def kind(self) -> EventType:
        return self.scored.kind

    @property
    def value(self) -> int:
        return self.scored.value

    @property
    def expected_kind(self) -> EventType | None:
        return likeliest_kind(self.scored)

    @property
    def owner(self) -> HitObject | None:
        index = self.group.owner
        return None if index is None else self.beatmap.objects[index]

    @property
    def name(self) -> str:
        return wording.object_name(self.owner, self.mode) if self.owner else "object"

    @property
    def time_ms(self) -> float:
        """Of the moment, in the song."""
        return self.song_ms(self.group.time_ms)

    def song_ms(self, told_ms: int) -> float:
        """Old formats' files are 24 ms early; events tell the file's times."""
        return told_ms + self.beatmap.offset_ms

    @property
    def subject(self) -> str:
        """The part of the object that the group is about: `This slider's 2nd repeat`."""
        group = self.group
        if group.kind in HEADS:
            sounds = self.kind in SOUNDS and group.kind is EventType.SLIDER_HEAD
            return f"This {self.name}'s head" if sounds else f"This {self.name}"
        if group.anchor:
            return f"This {self.name}'s {wording.ordinal(group.anchor)} point"
        if group.kind is EventType.LAST_ANCHOR:
            repeat = self.said_before(self.kind) if self.kind in SOUNDS else 0
            part = f"{wording.ordinal(repeat)} repeat" if repeat else "body"
            return f"This {self.name}'s {part}"
        return f"This {self.name}'s end"

    def said_before(self, kind: EventType) -> int:
        """How many statements of a kind the group makes before this one."""
        told = self.telling.events[self.group.start : self.scored.index]
        return sum(event[0] is kind for event in told)

    def says(self, kind: EventType) -> bool:
        return any(event[0] is kind for event in self.telling.events[self.group.start : self.group.end])

    def told(self, kind: EventType) -> int | None:
        """What the group says of a kind."""
        for told, value, _ in self.telling.events[self.group.start : self.group.end]:
            if told is kind:
                return value
        return None

    @property
    def position(self) -> tuple[float, float]:
        """Of an object where the file puts it; of a slider's points the middle of the cell told."""
        if self.owner and self.group.kind in HEADS:
            return int(self.owner.x), int(self.owner.y)
        x = y = 0.0
        coarse = self.told(EventType.POSITION)
        for kind, value, _ in self.telling.events[self.group.start : self.group.end]:
            if kind in POSITIONS:
                x, y, _ = cell_of(kind, value, self.grammar, x=x, y=y, coarse=coarse)
        return x, y

    def leading(
        self, same: Callable[[Expected], bool], otherwise: Silence, kinds: Iterable[EventType] | None = None
    ) -> Expected | Silence:
        """The likeliest value that differs from the map's by more than the model's grid; silence where what
        does not differ, all together, is as likely.
        """
        wanted = (self.kind,) if kinds is None else tuple(kinds)
        expected = [each for each in self.scored.expected if each.kind in wanted]
        differing = [each for each in expected if not same(each)]
        if not differing:
            return otherwise
        if sum(each.probability for each in expected if same(each)) >= differing[0].probability:
            return Silence.CLOSE_CALL
        return differing[0] if differing[0].probability >= UNSURE_BELOW else Silence.UNSURE

    def alternatives(self, say: Callable[[Expected], Alternative | None]) -> tuple[Alternative, ...]:
        """The model's expectations in words, what reads the same taken together."""
        together: dict[str, Alternative] = {}
        for expected in self.scored.expected:
            said = say(expected)
            if said is None:
                continue
            known = together.get(said.text)
            if known is None:
                together[said.text] = said
                continue
            probability = min(1.0, known.probability + said.probability)
            together[said.text] = Alternative(said.text, probability, known.x, known.y, known.time_ms)
        likeliest = sorted(together.values(), key=lambda each: -each.probability)
        return tuple(likeliest[:1] + [each for each in likeliest[1:] if each.probability >= LEAST_SHOWN])

    def place(self) -> Place:
        """What an editor would select: the whole object, from its start, as far as the claim reaches."""
        owner, index = self.owner, self.group.owner
        if owner is None or index is None:
            return Place(self.time_ms, None, ())
        end_ms = self.time_ms if self.time_ms > owner.time_ms and self.group.kind not in ANCHORS else None
        return Place(owner.time_ms, end_ms, (index,))


SOUNDS: Final = frozenset({EventType.HITSOUND, EventType.VOLUME})


def likeliest_kind(scored: Scored) -> EventType | None:
    """What kind of statement was expected, whatever it would say: three sounds that are as likely as one new
    combo are no expectation of a new combo. None: the end of all that the model would tell.
    """
    together: dict[EventType | None, float] = defaultdict(float)
    for expected in scored.expected:
        together[expected.kind] += expected.probability
    return max(together, key=lambda kind: together[kind], default=None)


POSITIONS: Final = frozenset(
    {
        EventType.POSITION_X,
        EventType.POSITION_Y,
        EventType.POSITION,
        EventType.POSITION_REFINEMENT,
    }
)
