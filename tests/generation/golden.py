"""The prompts of the models' own program, asked of ours. Plain functions: each takes a vector and asserts.

Judging a map (`maimod`) everything in a window is in its prompt. Writing one (`generate`) a window's prompt
holds what was settled before: there the other program's outputs are taken as what our model had written.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine.audio.waveform import Waveform
from engine.beatmap.document import Document
from engine.checkpoints.upstream import load, read_spec, read_vocabulary
from engine.generation.draft import Draft
from engine.generation.layout import layout_of
from engine.generation.pipeline import Order, Pipeline, Written
from engine.generation.plan import plan, steered_from
from engine.generation.prompts import Text, model_conditions, prompt_for, teacher_forced, with_conditions
from engine.generation.sample import Sampling
from engine.generation.stops import Stops
from engine.generation.windows import WindowShape, cut
from engine.generation.writer import Writer
from engine.tokens.events import Context
from engine.tokens.grammar import grammar_of
from engine.tokens.map_events import context_events
from engine.tokens.retiming import timed
from engine.tokens.vocab import PAD_ID
from tests.shared_data import SHARED, shared
from tests.tokens.golden import as_conditions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

    from engine.beatmap.beatmap import Beatmap
    from engine.generation.layout import Layout
    from engine.generation.windows import Window
    from engine.generation.writer import Row
    from engine.model.encdec import EncoderDecoder
    from engine.model.spec import ModelSpec
    from engine.tokens.conditions import Conditions

SAMPLES_PER_MS = 16
CLOSE: Final = 1e-3
"""Between two scores: what rounds where decides which is greater."""
PLACES = frozenset({"pos", "pos_x", "pos_y", "pos_refine", "column"})


def vectors(kind: str) -> list[Path]:
    """All of `maimod` or `generate`; none without the data."""
    return sorted((SHARED / "golden" / kind).glob("*.npz"))


@dataclass(frozen=True)
class Asked:
    """What a vector's answers were asked of."""

    said: dict[str, Any]
    spec: ModelSpec
    layout: Layout
    conditions: Conditions
    negative_descriptors: tuple[str, ...] | None

    @classmethod
    def read(cls, vector: Path) -> Asked:
        said = json.loads(vector.with_suffix(".json").read_text(encoding="utf-8"))
        spec, layout = _model(said["checkpoint"], said["version"])
        config = said["generation_config"]
        negative = config["negative_descriptors"]
        return cls(said, spec, layout, as_conditions(config), None if negative is None else tuple(negative))

    @property
    def shape(self) -> WindowShape:
        return WindowShape(self.spec.window_samples)

    @property
    def source(self) -> str:
        """The map that was given, by name."""
        return str(self.said["overrides"]["beatmap_path"]).removesuffix(".osu")

    def windows(self, song_ms: float, **limits: float | None) -> tuple[Window, ...]:
        return cut(round(song_ms * SAMPLES_PER_MS), self.shape, **limits)

    def events(self, read: Beatmap, context: Context, song_ms: float) -> Sequence[Any]:
        return context_events(read, grammar_of(self.said["version"]), context, song_ms)

    def assert_told_to_the_encoder(
        self, windows: Sequence[Window], song_ms: float, answers: Sequence[Mapping[str, Any]]
    ) -> None:
        ours = model_conditions(self.spec, self.layout.vocab, self.conditions, windows, self.shape, song_ms)
        told = {
            "difficulty": ours.difficulty,
            "mapper_idx": ours.mapper,
            "song_position": ours.song_position,
        }
        for row, answer in enumerate(answers):
            assert {name: [rows[row].tolist()] for name, rows in told.items() if rows is not None} == answer


@cache
def _model(checkpoint: str, family: str) -> tuple[ModelSpec, Layout]:
    folder = shared("golden", "checkpoints", checkpoint)
    spec = read_spec(folder)
    return spec, layout_of(read_vocabulary(folder, spec), family, spec.decoder.positions)


@cache
def beatmap(name: str) -> Beatmap:
    return Document.parse(shared("golden", "inputs", "beatmaps", f"{name}.osu").read_bytes()).beatmap


def assert_judged_alike(vector: Path) -> None:
    """Every window's prompt, what the encoder is told, and which ids are which events."""
    asked = Asked.read(vector)
    said, song_ms = asked.said, asked.said["song_length"]
    windows = asked.windows(song_ms)
    assert [window.time_ms for window in windows] == said["window_times"]
    told = {
        context: asked.events(beatmap(said["beatmap"]), context, song_ms) for context in asked.layout.written
    }
    texts = {context: Text(events, asked.layout.vocab) for context, events in told.items()}
    with np.load(vector) as found:
        answers = np.split(found["prompt_tokens"], found["prompt_offsets"][1:-1])
    for window, answer in zip(windows, answers, strict=True):
        prompt = teacher_forced(asked.layout, asked.conditions, texts, window, asked.shape, song_ms)
        assert list(prompt.ids) == answer.tolist(), window.time_ms
        for span in prompt.spans:
            events = texts[span.context].ids(span.first_event, span.end_event, window.time_ms)
            assert list(prompt.ids[span.start : span.end]) == events
    asked.assert_told_to_the_encoder(windows, song_ms, said["model_kwargs"])


def assert_written_alike(vector: Path) -> None:
    """Every window's prompts, wanted and not, and where it is stopped; then what came of them all. What the
    windows say is the other program's.
    """
    asked = Asked.read(vector)
    writer = _Writer(asked, _answers(vector))
    for call in asked.said["processor_generate"]:
        writer.follow(call)
    assert writer.at == len(asked.said["windows"])


def _answers(vector: Path) -> dict[str, list[Any]]:
    with np.load(vector) as found:
        return {name: found[name].tolist() for name in found.files}


def assert_songs_written_alike(vector: Path) -> list[tuple[int, int]]:
    """Heard, prompted, written and stopped, window after window, each id the other program's.

    Answers how many ids of how many each window was held to. Where two ids were as good as each other there,
    chance decides what follows: from there on that window goes on as the other program's.
    """
    asked = Asked.read(vector)
    answers = _answers(vector)
    saved = load(shared("golden", "checkpoints", asked.said["checkpoint"]))
    with np.load(shared("golden", "inputs", "audio_loaded_16k.npz")) as file:
        song = Waveform(file["samples_int16"], int(file["peak"]))
    held = _Held(saved.model, asked, answers)
    pipeline = _HeldPipeline(held, saved.model, asked.layout, song)
    for call in asked.said["processor_generate"]:
        order = _order(asked, call, is_first=held.at == 0)
        windows = [step for step in pipeline.run(order, held.sampling) if isinstance(step, Written)]
        assert windows[-1].done == windows[-1].total == len(windows)
    assert held.at == len(asked.said["windows"])
    return held.bound


def _order(asked: Asked, call: Mapping[str, Any], *, is_first: bool) -> Order:
    settings = asked.said["settings"]
    wanted = frozenset(Context(name) for name in call["out_context"])
    settled = {}
    if settings["add_to_beatmap"]:
        read = beatmap(asked.source)
        settled = {context: asked.events(read, context, call["song_length"]) for context in wanted}
    return Order(
        conditions=asked.conditions,
        wanted=wanted,
        given=_given(asked, call, is_first=is_first),
        unwanted=steered_from(asked.conditions, asked.negative_descriptors),
        start_ms=settings["start_time"],
        end_ms=settings["end_time"],
        settled=settled,
    )


class _Held(Writer):
    """Ours, held to the other program's answer for each window."""

    def __init__(self, model: EncoderDecoder, asked: Asked, answers: Mapping[str, list[Any]]) -> None:
        settings = asked.said["settings"]
        sampling = Sampling(
            is_greedy=True, temperature=settings["temperature"], guidance=_guidance(settings["cfg_scale"])
        )
        super().__init__(model, asked.layout, sampling)
        self._answers = answers
        self.at = 0
        self.bound: list[tuple[int, int]] = []

    def write(self, states: Tensor, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
        number, (row,) = f"w{self.at}", rows
        assert list(row.prompt) == self._answers[f"{number}.prompt"], number
        answer = self._answers[f"{number}.output"]
        margins = self._answers[f"{number}.margins"]
        bound = next((at for at, margin in enumerate(margins) if margin < CLOSE), len(answer))
        deque(islice(super().write(states, rows), _up_to(bound, answer)), maxlen=0)
        assert row.written == answer[:bound], number
        assert row.is_done == (bound == len(answer)), number
        self.at += 1
        self.bound.append((bound, len(answer)))
        row.ids, row.is_done = [*row.prompt, *answer], True
        yield [row]


class _HeldPipeline(Pipeline):
    def __init__(self, held: _Held, model: EncoderDecoder, layout: Layout, song: Waveform) -> None:
        super().__init__(model, layout, song)
        self._held = held

    def _writer(self, sampling: Sampling) -> Writer:
        assert sampling == self._held.sampling
        return self._held


def _up_to(bound: int, answer: Sequence[int]) -> int | None:
    """Of a window that is held to all it has, one id too many would be a mistake, too."""
    return bound if bound < len(answer) else None


def _guidance(scale: float) -> float:
    """The other program takes its two prompts for each other: it goes towards what is not wanted. Going from
    one to the other is going back by as much.
    """
    return 1 - scale if scale > 1 else 1.0


def _given(asked: Asked, call: Mapping[str, Any], *, is_first: bool) -> dict[Context, Sequence[Any]]:
    """What the call names, and the timing that the round before it made."""
    song_ms = call["song_length"]
    given = {
        Context(name): asked.events(beatmap(asked.source), Context(name), song_ms)
        for name in call["in_context"]
        if name != "none"
    }
    lines = asked.said.get("generate_timing", [])
    if lines and not is_first:
        text = "\n".join(("osu file format v14", "", "[TimingPoints]", *lines[0], ""))
        made = Document.parse(text.encode()).beatmap
        given[Context.TIMING] = asked.events(made, Context.TIMING, song_ms)
    return given


def _final(draft: Draft, layout: Layout, song_ms: float, **limits: float | None) -> dict[str, list[Any]]:
    """The other program hands its events on with their times counted anew over the whole song, cut to what
    was asked for with 10 ms to spare.
    """
    said = [(event.type, event.value) for event in draft.events]
    events = list(timed(said, until_ms=song_ms, types_first=layout.types_first))
    start_ms, end_ms = limits["start_ms"], limits["end_ms"]
    if start_ms is not None:
        events = [event for event in events if event.time >= start_ms - 10]
    while end_ms is not None and events and events[-1].time > end_ms + 10:
        events.pop()
    return {
        "events": [[event.type.label, event.value] for event in events],
        "times": [event.time for event in events],
    }


def _unplaced(answer: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Without positions, which were turned into another form there."""
    return [
        (label, value, time)
        for (label, value), time in zip(answer["events"], answer["times"], strict=True)
        if label not in PLACES
    ]


class _Writer:
    def __init__(self, asked: Asked, answers: Mapping[str, list[Any]]) -> None:
        self._asked, self._layout = asked, asked.layout
        self._answers = answers
        self.at = 0
        """How many windows have been written."""

    def follow(self, call: Mapping[str, Any]) -> None:
        """One round of writing: timing first, say, and then, with that given, the map."""
        settings, song_ms = self._asked.said["settings"], call["song_length"]
        limits = {"start_ms": settings["start_time"], "end_ms": settings["end_time"]}
        windows = self._asked.windows(song_ms, **limits)
        assert [window.time_ms for window in windows] == call["window_times"]
        wanted = [Context(name) for name in call["out_context"]]
        given = _given(self._asked, call, is_first=self.at == 0)
        planned = plan(self._layout, self._asked.conditions.mode, wanted, given)
        texts = {context: Text(events, self._layout.vocab) for context, events in given.items()}
        results = []
        for context in planned.to_write:
            draft = self._draft(context, song_ms)
            for window in windows:
                texts[context] = draft.text()
                self._write(draft, texts, window, song_ms)
            texts[context] = draft.text()
            if context in wanted:
                results.append(draft)
        for draft, answer in zip(results, call["results"], strict=True):
            if not settings["add_to_beatmap"]:
                assert _unplaced(_final(draft, self._layout, song_ms, **limits)) == _unplaced(answer)

    def _draft(self, context: Context, song_ms: float) -> Draft:
        settings = self._asked.said["settings"]
        if not settings["add_to_beatmap"] or settings["start_time"] is None:
            return Draft(self._layout, context)
        events = self._asked.events(beatmap(self._asked.source), context, song_ms)
        return Draft.before(self._layout, context, events, settings["start_time"])

    def _write(self, draft: Draft, texts: Mapping[Context, Text], window: Window, song_ms: float) -> None:
        asked, number = self._asked, self.at
        told = asked.said["windows"][number]
        prompt = prompt_for(
            self._layout, asked.conditions, texts, draft.context, window, asked.shape, song_ms
        )
        assert told["context"] == draft.context.value
        assert list(prompt.ids) == self._answers[f"w{number}.prompt"], number
        unwanted = self._answers.get(f"w{number}.negative_prompt")
        if unwanted is not None:
            steered = steered_from(asked.conditions, asked.negative_descriptors)
            ours = with_conditions(prompt, self._layout, steered, song_ms)
            assert list(ours) == [token for token in unwanted if token != PAD_ID]
        self._assert_stopped_alike(Stops.of(self._layout, draft.context, window, asked.shape), told)
        asked.assert_told_to_the_encoder([window], song_ms, [told["model_kwargs"]])
        draft.add(self._answers[f"w{number}.output"], window, asked.shape)
        self.at += 1

    def _assert_stopped_alike(self, stops: Stops, told: Mapping[str, Any]) -> None:
        shape = self._asked.shape
        assert told["lookback_time"] == (shape.lookback_ms if stops.settled else 0)
        assert told["lookahead_time"] == (shape.lookahead * shape.length_ms if stops.left else 0)
        _, count = told["eos_set"]
        # Where no context is marked the other program counts an end of its own once more.
        ends = sum(token in stops for token in range(self._layout.vocab.output_size))
        assert count == ends
