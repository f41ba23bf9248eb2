"""That the tests of messages would find a fault in one, and the few words of our own making."""

from __future__ import annotations

import pytest

from engine.checks.wording import counted, milliseconds, number, pixels, seconds
from tests.checks.wording import faults


@pytest.mark.parametrize(
    "text",
    [
        "Two green lines at the same timekeep one.",
        "Two green lines at the same timewith different velocity (1x, 2x).",
        "Two green lines at the same time.Keep one.",
        "Two green lines at the same time:keep one.",
        "Two green lines at the same time : keep one.",
        "Two green lines  at the same time.",
        "Two green lines at the same time",
        "Two green lines at the same time..",
        "two green lines at the same time.",
    ],
)
def test_a_broken_sentence_is_noticed(text: str) -> None:
    assert faults(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "2 green lines at the same time. Keep one.",
        "The song is audio.flac: only .mp3 and .ogg can be ranked.",
        "This circle is 3.25 ms late: the nearest tick (1/4) is at 00:01:000.",
        "Line 7: event left out: the game knows no event 'what,ever  ifs'.",
        "This slider's volume is 0 %: the editor of osu! stable sets 5 to 100 %.",
    ],
)
def test_a_sound_sentence_is_left_alone(text: str) -> None:
    assert faults(text) == []


def test_numbers_are_written_as_a_mapper_reads_them() -> None:
    assert (counted(1, "circle"), counted(2000, "circle")) == ("1 circle", "2,000 circles")
    assert (milliseconds(0.4), milliseconds(7.6), pixels(0.2)) == ("less than 1 ms", "8 ms", "less than 1 px")
    assert (seconds(29_990), number(2.50), number(-0.001)) == ("29.9 s", "2.5", "0")
