"""Maps that nobody makes on purpose: each is told, or refused in one sentence, and nothing else happens."""

from __future__ import annotations

import math
import re
import time
from contextlib import contextmanager
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.beatmap.builder import catch, mania, osu, taiko
from engine.beatmap.document import Document
from engine.tokens.codec import encode
from engine.tokens.condition_ids import condition_ids
from engine.tokens.conditions import conditions_of
from engine.tokens.errors import TokenError
from engine.tokens.events import Context, Events, EventType
from engine.tokens.grammar import GRAMMARS
from engine.tokens.groups import MOST_EVENTS
from engine.tokens.map_events import context_events, map_events
from engine.tokens.view import MOST_LINES, MOST_OBJECTS
from engine.tokens.vocab import Vocabulary
from tests.beatmap.havoc import broken, shortened
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap

V32 = GRAMMARS["v32"]
FAMILIES = ("v28", "v30", "v31", "v32")
SONG_MS = 60_000.0
SENTENCE = re.compile(r"[^\n]{20,400}")
LONGEST_S = 10.0
"""Of processor time for a map at the limits: a few times what it takes, far below a hang."""

BUILT = (
    osu().timing(180).green(at=500, velocity=1.5).kiai(1000, 3000).circle(at=1000, sound=2)
    .slider(at=1333, path="P|300:200|350:250", spans=3).spinner(at=2000, until=30_000)
    .slider(at=6500, path="B|300:200|300:200|350:250|10:10", length=300, edge_sounds=[2, 8]).bytes(),
    taiko().timing(180).don(at=1000).kat(at=1333, big=True).slider(at=1667)
    .spinner(at=3000, until=4000).bytes(),
    catch().timing(180).fruit(at=1000, x=0).slider(at=1333, length=400).spinner(at=3000, until=4000).bytes(),
    mania(7).timing(180).note(at=1000, column=3).hold(at=1333, until=20_000, column=6).bytes(),
)  # fmt: skip


@cache
def vocabulary(family: str) -> Vocabulary:
    return Vocabulary.load(shared("golden", "tokenizers", family, "tokenizer.json"))


def told(beatmap: Beatmap) -> list[Events]:
    """Everything, in every family's words; a refusal is a sentence."""
    said: list[Events] = []
    for family in FAMILIES:
        vocab = vocabulary(family)
        for context in Context:
            with refused_in_a_sentence():
                said.append(context_events(beatmap, GRAMMARS[family], context, SONG_MS))
                encode(said[-1], vocab, 0)
        with refused_in_a_sentence():
            condition_ids(vocab, conditions_of(beatmap, 5.0, vocab), SONG_MS)
    return said


@contextmanager
def refused_in_a_sentence() -> Iterator[None]:
    """If at all."""
    refusals = []
    try:
        yield
    except TokenError as refusal:
        refusals.append(str(refusal))
    assert all(SENTENCE.fullmatch(refusal) for refusal in refusals)


def values(events: Events, kind: EventType) -> list[int]:
    return [event.value for event in events if event.type is kind]


def beatmap_of(timing: str, objects: str, head: str = "") -> Beatmap:
    text = f"osu file format v14\n\n{head}\n[TimingPoints]\n{timing}\n\n[HitObjects]\n{objects}\n"
    return Document.parse(text.encode()).beatmap


def test_an_empty_file_says_nothing() -> None:
    assert not any(told(Document.parse(b"").beatmap))


def test_objects_before_the_song_have_their_times() -> None:
    """All but one millisecond of them, as the models learnt it: a hair is added before cutting to zero."""
    beatmap = osu().timing(120, at=-5000).circle(at=-1500).slider(at=-1000, length=70).circle(at=0).beatmap()
    assert values(map_events(beatmap, V32), EventType.TIME_SHIFT)[0] == -1499
    assert told(beatmap)


def test_a_beat_that_is_no_number_is_no_grid_and_no_length() -> None:
    """A green line before all red ones rules as a red one would."""
    beatmap = beatmap_of("0,NaN,4,2,0,50,0,0", "256,192,500,2,0,L|300:192,1,100")
    events = map_events(beatmap, V32)
    assert set(values(events, EventType.SNAPPING)) <= {0}
    assert {event.time for event in events} <= {500}
    assert told(beatmap)


def test_sliders_over_one_another_are_told_in_order_of_time() -> None:
    builder = osu().timing(120, at=0)
    for number in range(30):
        builder = builder.slider(at=1000 + number % 3, path="B|300:200|10:10", length=400, spans=2)
    beatmap = builder.circle(at=1000).circle(at=1000).beatmap()
    for family in FAMILIES:
        times = [event.time for event in map_events(beatmap, GRAMMARS[family])]
        assert times == sorted(times)
    assert told(beatmap)


@pytest.mark.parametrize(
    "line",
    [
        "256,192,500,2,0,L|300:192,1,1000000000",
        "256,192,500,2,0,L|1000000000:192,1,1000000000",
        "256,192,500,2,0,B|-1000000000:192|5:5|1000000000:1000000000,9000,1000000000",
        "256,192,500,2,0,B|NaN:192|5:nan|1e400:1|x:1,1,100",
        "256,192,500,2,0,P|1e9:1e9|-1e9:3,1,1e9",
        "1e9,-1e9,500,2,0,C|1e9:1e9|-1e9:3,1,1e9",
        "256,192,500,2,0,B|" + "|".join(f"{n % 7}:{n % 5}" for n in range(98)) + ",1,1000000000",
        "256,192,500,2,0,B|" + "|".join(f"{n % 7}:{n % 5}" for n in range(20_000)) + ",1,100",
        "256,192,500,2,0,L|300:192,1,100,0|0,0:0:0:" + "9" * 400 + "|9:9",
        "256,192,500,1,0,9:9:9:" + "9" * 400,
    ],
    ids=range(10),
)
def test_a_slider_beyond_all_measure_ends_on_the_field_of_the_model(line: str) -> None:
    beatmap = beatmap_of("0,500,4,2,0,50,1,0", f"{line}\n100,100,900,1,0")
    for events in told(beatmap):
        assert all(abs(event.time) < 4_000_000 for event in events)
        assert all(-512 <= value <= 1024 for value in values(events, EventType.POSITION_X))
    assert values(map_events(beatmap, V32), EventType.TIME_SHIFT).count(900) == 1


def test_points_that_are_none_are_left_out() -> None:
    beatmap = beatmap_of("0,500,4,2,0,50,1,0", "256,192,500,2,0,B|x:1|300:200|u:5|350:200,1,100")
    assert [event.type.label for event in map_events(beatmap, V32)].count("bezier_anchor") == 1


def test_a_million_objects_are_refused_with_their_number() -> None:
    rows = "\n".join(f"256,192,{number},1,0" for number in range(MOST_OBJECTS + 1))
    beatmap = beatmap_of("0,500,4,2,0,50,1,0", rows)
    assert beatmap.objects
    start = time.process_time()
    with pytest.raises(TokenError, match=r"has 100,001 objects, more than the 100,000"):
        map_events(beatmap, V32)
    with pytest.raises(TokenError, match="100,001 objects"):
        conditions_of(beatmap, None)
    assert time.process_time() - start < 1


def test_a_million_timing_lines_are_refused_with_their_number() -> None:
    rows = "\n".join(f"{number},-100,4,2,0,50,0,0" for number in range(MOST_LINES + 1))
    with pytest.raises(TokenError, match=r"has 100,001 timing lines, more than the 100,000"):
        context_events(beatmap_of(rows, ""), V32, Context.KIAI)


def test_a_map_at_the_limit_is_told_in_a_moment() -> None:
    rows = "\n".join(f"{number % 512},192,{number * 20},1,0" for number in range(MOST_OBJECTS))
    beatmap = beatmap_of("0,500,4,2,0,50,1,0", rows)
    assert beatmap.objects
    start = time.process_time()
    events = map_events(beatmap, V32)
    assert len(encode(events, vocabulary("v32"), 0)) == len(events) >= 6 * MOST_OBJECTS
    assert time.process_time() - start < LONGEST_S


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("256,192,500,2,0,L|300:192,9000,10", "90,000,000 crossings of sliders"),
        ("256,192,500,12,0,2147483647", f"more than {MOST_EVENTS:,} things"),
    ],
)
def test_objects_that_say_too_much_are_refused(line: str, sentence: str) -> None:
    beatmap = beatmap_of("0,500,4,2,0,50,1,0", "\n".join([line] * 10_000))
    assert beatmap.objects
    start = time.process_time()
    with pytest.raises(TokenError, match=sentence):
        map_events(beatmap, V32)
    assert time.process_time() - start < LONGEST_S


def test_beats_that_never_end_are_refused() -> None:
    rows = "\n".join(f"{number * 2_000_000},6,4,2,0,50,1,0" for number in range(1000))
    with pytest.raises(TokenError, match=f"more than {MOST_EVENTS:,} things"):
        context_events(beatmap_of(rows, ""), V32, Context.TIMING, math.inf)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BUILT), st.integers(0, 2**32))
def test_a_broken_map_is_told_or_refused(data: bytes, seed: int) -> None:
    told(Document.parse(broken(data, Random(seed))).beatmap)


@pytest.mark.corpus
@pytest.mark.parametrize("seed", range(4))
def test_a_broken_real_map_is_told_or_refused(seed: int) -> None:
    random = Random(seed)
    paths = sorted(shared("corpus").glob("*/*.osu"))
    for path in random.sample(paths, 150):
        told(Document.parse(broken(shortened(path.read_bytes()), random)).beatmap)
