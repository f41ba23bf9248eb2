"""The reference's own mods, judged by us: nothing that it found is passed over without a reason.

Its models here are tiny and crude, so much of what they expect is no map at all: the reference files that
under "Misc", or as if it could be mapped. Every such statement is counted below, by the reason for silence.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.modding.claims import NEVER, TABLE
from engine.modding.opinion import Place, Topic
from engine.modding.site import Silence
from engine.modding.suggestions import THRESHOLD, Judge
from engine.modding.surprisal import Expected, Scored
from engine.tokens.events import EVENT_TYPES, EventType
from engine.tokens.grammar import GRAMMARS, grammar_of
from engine.tokens.vocab import Vocabulary
from tests.checks.wording import assert_is_a_message
from tests.modding.golden import VECTORS, vector
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.modding.suggestions import Judgement, Verdict

FINDING: Final = re.compile(
    r"\((?P<shown>\d+)\)\S* \[link=\S+?\]\[green\](?P<minutes>\d+):(?P<seconds>\d+):(?P<ms>\d+)\S* "
    r"\((?P<group>.*?)\) - (?P<said>.*)$"
)
FILED_ELSEWHERE: Final = {
    ("Hit Sounds", "Expected hitsound", Topic.COMPOSE): "in osu!taiko additions are the pattern",
    (
        "Timing",
        "Expected end",
        Topic.RHYTHM,
    ): "an object that it would not have placed is no matter of timing",
    ("Timing", "Expected end", Topic.SCROLL_SPEEDS): "the same, of a change of scroll speed",
    ("Timing", "Expected object", Topic.RHYTHM): "half a beat before a beat, an object is meant and no beat",
    ("Misc", "Expected Pos Refine", Topic.COMPOSE): "it has no sentence for the fine part of a position",
    ("Misc", "Expected Hitsound", Topic.RHYTHM): "a velocity is told of sliders alone: a circle was expected",
}
"""What it prints under another heading than we do: heading, beginning of the sentence, our topic; and why."""
PASSED_OVER: Final = {
    "v30": {
        Silence.IMPOSSIBLE: 591,
        Silence.DETERMINED: 118,
        Silence.ORDER: 90,
        Silence.FINE_PLACE: 3,
    },
    "v31": {Silence.IMPOSSIBLE: 1091},
    "v32": {
        Silence.IMPOSSIBLE: 375,
        Silence.DETERMINED: 33,
        Silence.FINE_TIME: 9,
        Silence.FINE_PLACE: 1,
    },
}


class Judged(NamedTuple):
    beatmap: Beatmap
    scored: tuple[Scored, ...]
    judgement: Judgement


class Printed(NamedTuple):
    """A line of the reference's report; it prints ten of each heading, the earliest."""

    heading: str
    said: str
    time_ms: int
    shown: int


@cache
def judged(name: str) -> Judged:
    found = vector(name)
    content = shared("golden", "inputs", "beatmaps", f"{found.facts['beatmap']}.osu").read_bytes()
    beatmap = Document.parse(content).beatmap
    texts = {context: found.events(context) for context in found.contexts}
    scored = tuple(_scored(name))
    return Judged(beatmap, scored, Judge(beatmap, texts, grammar_of(found.facts["version"])).judge(scored))


def _scored(name: str) -> Iterator[Scored]:
    """The reference keeps the likeliest alone, and not how likely that was."""
    found = vector(name)
    for context in found.contexts:
        columns = ("evaluated", "surprisals", "expected_type", "expected_value")
        rows = zip(*(found.arrays[f"{context.value}.{column}"].tolist() for column in columns), strict=True)
        for index, (event, (evaluated, surprisal, kind, value)) in enumerate(
            zip(found.events(context), rows, strict=True)
        ):
            if evaluated:
                told = EVENT_TYPES[kind]
                expected = Expected(None if told is EventType.CONTROL else told, value, 1.0)
                yield Scored(context, index, *event, surprisal, 0.0, (expected,))


def printed(name: str) -> Iterator[Printed]:
    heading = ""
    for line in vector(name).facts["raw_output"].splitlines():
        match = FINDING.search(line)
        if match:
            time_ms = (int(match["minutes"]) * 60 + int(match["seconds"])) * 1000 + int(match["ms"])
            yield Printed(heading, match["said"], time_ms, int(match["shown"]))
        elif line.endswith(":") and not line.startswith(" "):
            heading = line.removesuffix(":")


def meant(name: str, finding: Printed) -> list[Verdict]:
    """What became of it; several where several statements at one time surprise as much."""
    _, scored, judgement = judged(name)
    verdicts = [
        judgement.verdicts[each.context, each.index]
        for each in scored
        if each.surprisal >= THRESHOLD
        and each.time_ms == finding.time_ms
        and round(each.surprisal / 10) == finding.shown
    ]
    assert verdicts, finding
    return verdicts


@pytest.mark.parametrize("name", VECTORS)
def test_every_surprise_of_the_reference_is_told_of_or_has_its_reason(name: str) -> None:
    _, scored, judgement = judged(name)
    surprising = {(each.context, each.index) for each in scored if each.surprisal >= THRESHOLD}
    assert set(judgement.verdicts) == surprising
    for verdict in judgement.verdicts.values():
        if verdict.claim is None:
            assert verdict.silence is not None
        else:
            assert verdict.suggestion in range(len(judgement.suggestions))


@pytest.mark.parametrize("family", sorted(PASSED_OVER))
def test_what_is_passed_over_is_counted_by_reason(family: str) -> None:
    reasons: Counter[Silence] = Counter()
    for name in (name for name in VECTORS if name.startswith(family)):
        verdicts = judged(name).judgement.verdicts.values()
        reasons.update(verdict.silence for verdict in verdicts if verdict.silence)
    assert dict(reasons) == PASSED_OVER[family]


@pytest.mark.parametrize("name", VECTORS)
def test_what_the_reference_prints_is_under_the_same_heading_here(name: str) -> None:
    for finding in printed(name):
        verdicts = meant(name, finding)
        topics = {verdict.claim.topic for verdict in verdicts if verdict.claim}
        elsewhere = {
            topic
            for heading, beginning, topic in FILED_ELSEWHERE
            if heading == finding.heading and finding.said.startswith(beginning)
        }
        silent = any(verdict.silence for verdict in verdicts)
        assert silent or finding.heading in {topic.value for topic in topics} or topics & elsewhere, finding


def test_each_departure_from_its_headings_happens() -> None:
    """A line of the table that nothing needs would hide the next real difference."""
    seen = set()
    for name in VECTORS:
        for finding in printed(name):
            topics = {verdict.claim.topic for verdict in meant(name, finding) if verdict.claim}
            if finding.heading not in {topic.value for topic in topics}:
                seen |= {(finding.heading, " ".join(finding.said.split()[:2]), topic) for topic in topics}
    beginnings = {(heading, " ".join(said.split()[:2]), topic) for heading, said, topic in FILED_ELSEWHERE}
    assert beginnings <= seen


@pytest.mark.parametrize("name", VECTORS)
def test_suggestions_of_real_scores_read_well_and_point_into_the_map(name: str) -> None:
    beatmap, _, judgement = judged(name)
    for suggestion in judgement.suggestions:
        assert_is_a_message(suggestion.message)
        for place in suggestion.places:
            assert all(index in range(len(beatmap.objects)) for index in place.objects)
            assert place.end_ms is None or place.end_ms > place.time_ms
            if place.objects:
                assert beatmap.objects[place.objects[0]].time_ms == place.time_ms
    strengths = [suggestion.surprisal for suggestion in judgement.suggestions]
    assert strengths == sorted(strengths, reverse=True)


def test_no_object_is_told_of_twice_for_one_thing() -> None:
    """Topic, variant and place are what a suggestion is known by after the next save. A slider's body and its
    repeats are told at one time: their sounds alone may share a name.
    """
    told: Counter[tuple[str, Topic, str, Place]] = Counter()
    for name in VECTORS:
        for suggestion in judged(name).judgement.suggestions:
            told[name, suggestion.topic, suggestion.variant, suggestion.places[0]] += 1
    twice = {variant for (_, _, variant, _), times in told.items() if times > 1}
    assert twice <= {"hit-sound-of-body"}


@pytest.mark.parametrize("family", sorted(GRAMMARS))
def test_the_table_knows_every_event_that_a_model_writes(family: str) -> None:
    vocab = Vocabulary.load(shared("golden", "tokenizers", family, "tokenizer.json"))
    written = {known.type for known in vocab.ranges if known.start < vocab.output_size}
    claimed = {kind for row in TABLE for kind in row.told}
    assert written <= claimed | set(NEVER)
    assert not claimed & set(NEVER)


def test_modes_that_the_reference_cannot_mod_are_judged_as_well() -> None:
    modes = {judged(name).beatmap.mode for name in VECTORS if judged(name).judgement.suggestions}
    assert modes == set(Mode)
