"""Any section in any map that a file can say: odd orders, odd line ends, odd times, all formats."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.document import Document
from engine.beatmap.splice import spliced
from tests.beatmap.splice_claims import must_come_back, must_leave_the_rest
from tests.beatmap.splice_stub import sampled

TIMES = st.one_of(st.integers(0, 16).map(lambda n: n * 500), st.sampled_from([999.5, 2000.25, 3999.999]))
BEATS = ["500", "300.5", "-100", "-50", "-33.3333333333333", "-12345.678", "nan", "-0"]


@st.composite
def timing_lines(draw: st.DrawFn) -> str:
    time, beat = draw(TIMES), draw(st.sampled_from(BEATS))
    red = int(not beat.startswith(("-", "nan")))
    volume, effects = draw(st.sampled_from([5, 70, 100])), draw(st.sampled_from([0, 1, 8, 9]))
    return f"{time},{beat},4,{draw(st.integers(0, 3))},{draw(st.integers(0, 2))},{volume},{red},{effects}"


@st.composite
def object_lines(draw: st.DrawFn) -> str:
    head = f"{draw(st.integers(0, 512))},{draw(st.integers(0, 384))},{draw(TIMES)}"
    kind = draw(st.sampled_from([1, 2, 5, 6, 12, 21, 53]))
    rest = {2: "0,L|100:100,1,100", 6: "0,B|9:9|50:70,2,150", 12: "0,9000"}.get(kind, "0,0:0:0:0:")
    return f"{head},{kind},{rest}"


NOISE = st.sampled_from(["", "// a comment", "  // another", "nonsense", " "])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def maps(draw: st.DrawFn) -> bytes:
    mode = draw(st.integers(0, 2))
    timing = draw(st.lists(st.one_of(timing_lines(), NOISE), max_size=10))
    objects = draw(st.lists(st.one_of(object_lines(), NOISE), max_size=14))
    if draw(st.booleans()):
        timing, objects = (sorted(lines, key=_time_of) for lines in (timing, objects))
    version = draw(st.sampled_from([*range(3, 15), 128]))
    sections = [
        [f"osu file format v{version}", "[General]", f"Mode: {mode}", "SampleSet: Drum"],
        ["[Events]", "2,1500,2500", "Sprite,Foreground,Centre,a.png,1,2", " F,0,0,100,1"],
        ["[TimingPoints]", "250,400,3,2,1,60,1,0", *timing],
        ["[Colours]", "Combo1 : 1,2,3", "Combo2 : 4,5,6", "Odd: key"],
        ["[HitObjects]", *objects],
    ]
    if draw(st.booleans()):
        sections[2:] = reversed(sections[2:])
    usual = draw(ENDS)
    ends = st.sampled_from([usual, usual, "\n", "\r\n", "\r"])
    text = "".join(line + draw(ends) for section in sections for line in [*section, ""])
    return (text if draw(st.booleans()) else text.rstrip("\r\n")).encode()


def _time_of(line: str) -> float:
    fields = line.split(",")
    return float(fields[0 if len(fields) == 8 else 2]) if len(fields) > 3 else 4000.0


@given(
    data=maps(),
    start_ms=st.one_of(TIMES, st.floats(-100, 9000)),
    length_ms=st.one_of(st.integers(1, 16).map(lambda n: n * 500), st.floats(0.01, 5000)),
    seed=st.integers(0, 10_000),
    with_controls=st.booleans(),
)
def test_nothing_but_the_section_changes(
    data: bytes, start_ms: float, length_ms: float, seed: int, *, with_controls: bool
) -> None:
    before = Document.parse(data)
    section = sampled(before.beatmap, Random(seed), start_ms, start_ms + length_ms)
    controls = section.controls if with_controls else None
    result = spliced(before, start_ms, start_ms + length_ms, section.objects, controls)
    must_leave_the_rest(before, result, with_line_ends=False)
    must_come_back(before, result, exactly=False)
    now = result.document.beatmap
    inside = [obj for obj in now.objects if start_ms <= obj.time_ms < start_ms + length_ms]
    assert len(inside) <= len(section.objects)
    assert Document.parse(result.document.to_bytes()).lines == result.document.lines
