"""A checkpoint's vocabulary: which events it knows, and under which ids.

Read from the tokenizer.json beside the weights. Ids 0 to 2 pad, start and end a sequence; then come a start
and an end for each context, then every value of every event that the model writes, then those that it is
only told.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

import numpy as np

from engine.tokens.errors import TokenError
from engine.tokens.events import BY_LABEL, EVENT_TYPES, Context, EventType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.tokens.events import Event, Ints
    from engine.tokens.groups import Statement

PAD_ID, START_ID, END_ID = 0, 1, 2
OLD_OFFSET: Final = 3
"""The first event's id in files that do not say: they have no contexts."""
MOST_IDS: Final = 1_000_000
"""A hundred times what any checkpoint has: a file that claims more is broken."""
FRESH_FILE: Final = "download the checkpoint's tokenizer.json again"


class Range(NamedTuple):
    type: EventType
    least: int
    most: int
    start: int
    """The id of `least`."""

    @property
    def end(self) -> int:
        """One past the id of `most`."""
        return self.start + self.most - self.least + 1


@dataclass(frozen=True)
class Labels:
    """What conditioning classes stand for, and how many of each there are."""

    difficulty_classes: int
    most_difficulty: float
    circle_size_classes: int
    style_classes: int
    mapper_classes: int
    descriptor_classes: int
    mapper_of_map: Mapping[int, int]
    """Beatmap id -> user id."""
    mapper_class: Mapping[int, int]
    """User id -> class."""
    descriptors_of_map: Mapping[int, tuple[int, ...]]
    """Beatmap id -> classes."""
    descriptor_class: Mapping[str, int]
    """Name -> class."""


# Without slots: the tables below are derived once and kept beside the fields.
@dataclass(frozen=True)
class Vocabulary:
    source: str
    """The file, for sentences about it."""
    ranges: tuple[Range, ...]
    """In order of id."""
    output_size: int
    """How many ids the model can write; those it is only told come after."""
    context_start: Mapping[Context, int]
    context_end: Mapping[Context, int]
    labels: Labels
    _range_of: Mapping[EventType, Range] = field(init=False, repr=False, compare=False)
    _meanings: tuple[Statement | None, ...] = field(init=False, repr=False, compare=False)
    """By id; None for ids that are no event."""
    _bounds: Ints = field(init=False, repr=False, compare=False)
    """By type, [3, 54]: least value, most, and what makes an id of a value; none for what is not known."""

    def __post_init__(self) -> None:
        meanings: list[Statement | None] = [None] * self.ranges[0].start
        for kind, least, most, _ in self.ranges:
            meanings += [(kind, value) for value in range(least, most + 1)]
        bounds = np.array([[1, 0, 0]] * len(EVENT_TYPES))
        for kind, least, most, start in self.ranges:
            bounds[kind] = least, most, start - least
        object.__setattr__(self, "_bounds", bounds.T)
        object.__setattr__(self, "_range_of", {known.type: known for known in self.ranges})
        object.__setattr__(self, "_meanings", tuple(meanings))

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Raises TokenError, which names the file, where it is missing, broken or not a tokenizer."""
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            reason = error.strerror or "it cannot be opened"
            raise TokenError(f"{path} cannot be read ({reason}); {FRESH_FILE}") from error
        except ValueError as error:
            raise TokenError(f"{path} is not JSON ({error}); {FRESH_FILE}") from error
        if not isinstance(state, dict):
            raise TokenError(f"{path} is not a tokenizer (no table of events in it); {FRESH_FILE}")
        return cls.of(state, str(path))

    @classmethod
    def of(cls, state: Mapping[str, Any], source: str = "the tokenizer") -> Vocabulary:
        """From what a tokenizer.json holds."""
        try:
            return _read(state, source)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            if isinstance(error, TokenError):
                raise
            what = f"no {error} in it" if isinstance(error, KeyError) else str(error)
            raise TokenError(
                f"{source} is not a tokenizer that is understood ({what}); {FRESH_FILE}"
            ) from error

    def __len__(self) -> int:
        """How many ids there are in all."""
        return len(self._meanings)

    def has(self, kind: EventType) -> bool:
        return kind in self._range_of

    def range(self, kind: EventType) -> Range:
        """Raises TokenError where the checkpoint does not know the event."""
        return self._range_of.get(kind) or self._unknown(kind)

    def encode(self, event: Event) -> int:
        return self.id_of(event.type, event.value)

    def id_of(self, kind: EventType, value: int = 0) -> int:
        known = self._range_of.get(kind) or self._unknown(kind)
        if not known.least <= value <= known.most:
            raise TokenError(
                f"{self.source} has '{kind}' from {known.least} to {known.most}, not {value}; "
                "give a value in that range"
            )
        return known.start + value - known.least

    def ids_of(self, types: NDArray[np.uint8], values: Ints) -> list[int]:
        """As `id_of`, of columns of events."""
        least, most, offset = self._bounds[:, types]
        refused = np.flatnonzero((values < least) | (values > most))
        if len(refused):
            self.id_of(EVENT_TYPES[types[refused[0]]], int(values[refused[0]]))
        ids: list[int] = (values + offset).tolist()
        return ids

    def decode(self, token: int) -> Statement:
        """The event and its value; a time is still a number of steps."""
        meaning = self._meanings[token] if 0 <= token < len(self._meanings) else None
        if meaning is None:
            raise TokenError(
                f"{self.source} has no event with id {token}; "
                f"choose one from {self.ranges[0].start} to {len(self) - 1}"
            )
        return meaning

    def is_event(self, token: int) -> bool:
        return self.ranges[0].start <= token < len(self._meanings)

    def check_sizes(self, input_size: int, output_size: int, checkpoint: str) -> None:
        """Raises TokenError where a model has other numbers of ids than this table."""
        if (input_size, output_size) != (len(self), self.output_size):
            raise TokenError(
                f"{self.source} does not belong to {checkpoint}: it has {len(self)} ids and a model "
                f"writes {self.output_size} of them, this model has {input_size} and {output_size}; "
                "put the tokenizer.json of that very checkpoint beside its weights"
            )

    def _unknown(self, kind: EventType) -> NoReturn:
        raise TokenError(
            f"{self.source} knows no '{kind}' events: its model was trained without them, and cannot be told "
            "this map; choose another model"
        )


def _read(state: Mapping[str, Any], source: str) -> Vocabulary:
    offset = int(state.get("offset", OLD_OFFSET))
    written = _ranges(state["event_ranges"], offset, source)
    if not written:
        raise TokenError(f"{source} lists no events; {FRESH_FILE}")
    told = _ranges(state.get("input_event_ranges", ()), written[-1].end, source)
    ranges = (*written, *told)
    _check(state, ranges, written[-1].end, source)
    return Vocabulary(
        source=source,
        ranges=ranges,
        output_size=written[-1].end,
        context_start=_contexts(state.get("context_sos", {})),
        context_end=_contexts(state.get("context_eos", {})),
        labels=_labels(state),
    )


def _ranges(entries: Any, start: int, source: str) -> list[Range]:
    ranges: list[Range] = []
    for entry in entries:
        label, least, most = entry["type"], int(entry["min_value"]), int(entry["max_value"])
        if label not in BY_LABEL:
            raise TokenError(
                f"{source} has events named '{label}', which this version does not know; update mapside, "
                "or choose another checkpoint"
            )
        if not 0 <= most - least < MOST_IDS:
            raise TokenError(f"{source} gives '{label}' the range {least} to {most}; {FRESH_FILE}")
        ranges.append(Range(BY_LABEL[label], least, most, start))
        start = ranges[-1].end
    return ranges


def _check(state: Mapping[str, Any], ranges: tuple[Range, ...], output_size: int, source: str) -> None:
    """What the file says twice must be the same both times."""
    starts, ends = state.get("event_start", {}), state.get("event_end", {})
    for known in ranges:
        said = starts.get(known.type.label, known.start), ends.get(known.type.label, known.end)
        if said != (known.start, known.end):
            raise TokenError(
                f"{source} contradicts itself: '{known.type}' has the ids {said[0]} to {said[1] - 1} "
                f"in one place and {known.start} to {known.end - 1} in another; {FRESH_FILE}"
            )
    sizes = state.get("vocab_size_out", output_size), state.get("vocab_size_in", ranges[-1].end)
    if sizes != (output_size, ranges[-1].end):
        raise TokenError(
            f"{source} contradicts itself: it speaks of {sizes[0]} and {sizes[1]} ids but lists "
            f"{output_size} and {ranges[-1].end}; {FRESH_FILE}"
        )


def _contexts(ids: Mapping[str, int]) -> dict[Context, int]:
    return {Context(name): int(token) for name, token in ids.items()}


def _labels(state: Mapping[str, Any]) -> Labels:
    return Labels(
        difficulty_classes=int(state.get("num_diff_classes", 0)),
        most_difficulty=float(state.get("max_difficulty", 0)),
        circle_size_classes=int(state.get("num_cs_classes", 0)),
        style_classes=int(state.get("num_classes", 0)),
        mapper_classes=int(state.get("num_mapper_classes", 0)),
        descriptor_classes=int(state.get("num_descriptor_classes", 0)),
        mapper_of_map={int(key): int(user) for key, user in state.get("beatmap_mapper", {}).items()},
        mapper_class={int(user): int(number) for user, number in state.get("mapper_idx", {}).items()},
        descriptors_of_map={
            int(key): tuple(numbers) for key, numbers in state.get("beatmap_descriptors", {}).items()
        },
        descriptor_class=dict(state.get("descriptor_idx", {})),
    )
