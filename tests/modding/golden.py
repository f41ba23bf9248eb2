"""The reference's own mods: every vector, and how ours compare. Plain functions, for tests and for tables.

Golden's V31 and V32 answers were made with one repair (the reference itself breaks off there); all of its
batches held padding, so all of them are causal, as ours always are.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine.audio.waveform import Waveform
from engine.beatmap.document import Document
from engine.checkpoints.upstream import Checkpoint, load
from engine.modding.cache import Recent
from engine.modding.listening import Listener, Mind, Song, digest_of
from engine.modding.modder import Answer, Modder
from engine.modding.nearby import Nearby
from engine.modding.reading import Speech
from engine.modding.states import StateFiles
from engine.modding.surprisal import Scored, scored
from engine.tokens.events import EVENT_TYPES, Context, Event, EventType
from tests.shared_data import SHARED, shared

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from engine.modding.reading import Reading

FOLDER: Final = SHARED / "golden" / "maimod"
VECTORS: Final = tuple(sorted(path.stem for path in FOLDER.glob("*.npz"))) or ("v32_lastctxfix_synth_std",)
HALF_PRECISION: Final = tuple(name for name in VECTORS if "_amp_" in name)
"""Under bfloat16 autocast: what rounds where is the matter of one torch on one processor."""
EXACT: Final = tuple(name for name in VECTORS if name not in HALF_PRECISION)


WITHIN: Final = 1e-4
ROUNDING_BITS: Final = 4 * 2.0**-24 / math.log(2)
"""Four steps of a probability next to 1: the softmax has two roundings, on either side."""


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    facts: dict[str, Any]
    arrays: dict[str, npt.NDArray[Any]]

    @property
    def contexts(self) -> tuple[Context, ...]:
        return tuple(Context(name.split(".")[0]) for name in self.arrays if name.endswith(".surprisals"))

    def events(self, context: Context) -> list[Event]:
        columns = (self.arrays[f"{context.value}.{name}"].tolist() for name in ("type", "value", "time"))
        return [Event(EVENT_TYPES[kind], value, time) for kind, value, time in zip(*columns, strict=True)]


@cache
def vector(name: str) -> Vector:
    facts = json.loads(shared("golden", "maimod", f"{name}.json").read_text(encoding="utf-8"))
    with np.load(shared("golden", "maimod", f"{name}.npz")) as file:
        return Vector(facts, {key: file[key] for key in file.files})


@cache
def checkpoint(name: str) -> Checkpoint:
    return load(shared("golden", "checkpoints", name))


@cache
def song() -> Waveform:
    with np.load(shared("golden", "inputs", "audio_loaded_16k.npz")) as file:
        return Waveform(file["samples_int16"], int(file["peak"]))


def reading_of(name: str) -> Reading:
    """The star rating is another library's figure: it is taken from the answer."""
    facts = vector(name).facts
    data = shared("golden", "inputs", "beatmaps", f"{facts['beatmap']}.osu").read_bytes()
    speech = Speech(checkpoint(facts["checkpoint"]))
    return speech.read(Document.parse(data).beatmap, song(), facts["generation_config"]["difficulty"])


def mod(name: str, folder: Path) -> list[Answer]:
    """The whole way, in the order of the windows."""
    reading = reading_of(name)
    model = checkpoint(vector(name).facts["checkpoint"]).model
    mind = Mind(model, model.head.weight, digest_of(model))
    listener = Listener(
        mind, reading.speech, Song("golden", song()), reading.conditions, StateFiles(folder, 1 << 30)
    )
    modder = Modder(mind, reading, listener, answers=Recent(64), nearby=Nearby(0), map_=name)
    answers = [step for step in modder.mod(0) if isinstance(step, Answer)]
    return sorted(answers, key=lambda answer: answer.question.index)


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one event's score."""

    context: Context
    index: int
    ours: Scored
    theirs: float
    their_expected: tuple[EventType | None, int]

    @property
    def relative(self) -> float:
        return abs(self.ours.surprisal - self.theirs) / max(abs(self.theirs), 1e-6)

    @property
    def is_within_rounding(self) -> bool:
        """1e-4 of the figure, or what float32 leaves of it: it knows a probability next to 1 to 6e-8, and a
        surprise of 0.0002 bits is made of nothing but the last few of those steps.
        """
        bits = -math.log2(self.ours.probability + 1e-10)
        return self.relative * bits <= WITHIN * bits + ROUNDING_BITS

    @property
    def expects_the_same(self) -> bool:
        first = self.ours.expected[0]
        return (first.kind, first.value) == self.their_expected


_COMPARED: Final[dict[str, list[Difference]]] = {}


def compare(name: str, folder: Path) -> list[Difference]:
    """Every event that the reference evaluated, against ours; the two must have judged the same ones.

    Compared once for all who ask. `folder`: an empty one, for what is kept on disk meanwhile.
    """
    if name not in _COMPARED:
        _COMPARED[name] = _compared(name, folder)
    return _COMPARED[name]


def _compared(name: str, folder: Path) -> list[Difference]:
    reading, found = reading_of(name), vector(name)
    ours: dict[tuple[Context, int], Scored] = {}
    for answer in mod(name, folder):
        question = answer.question
        ours |= {
            (one.context, one.index): one
            for one in scored(
                question.asked, answer.scores, reading.events, reading.vocab, question.window.time_ms
            )
        }
    theirs: dict[tuple[Context, int], Difference] = {}
    for context in found.contexts:
        assert reading.events[context] == found.events(context), context
        columns = (
            found.arrays[f"{context.value}.{part}"].tolist()
            for part in ("evaluated", "surprisals", "expected_type", "expected_value")
        )
        for index, (evaluated, surprisal, kind, value) in enumerate(zip(*columns, strict=True)):
            if evaluated:
                expected = EVENT_TYPES[kind]
                theirs[context, index] = Difference(
                    context,
                    index,
                    ours[context, index],
                    surprisal,
                    (None if expected is EventType.CONTROL else expected, value),
                )
    assert ours.keys() == theirs.keys()
    return list(theirs.values())
