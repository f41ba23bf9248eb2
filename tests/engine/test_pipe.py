from __future__ import annotations

import io
import os
import pickle
import struct
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING

import pytest

from engine import pipe
from engine.child.handlers import HANDLERS
from engine.jobs import Progress, Urgency
from engine.modding.opinion import Alternative, Opinion, Place, Suggestion, Topic
from engine.pipe import Ask, PipeError, receive, send
from engine.scheduler import Yielded
from engine.service import CROSSING, Mod, Tokens

if TYPE_CHECKING:
    from typing import Any

OPINION = Opinion(
    content_hash="00",
    suggestions=(
        Suggestion(
            Topic.COMPOSE,
            "far",
            "far from where it was expected",
            "here",
            (Place(1000.0, None, (3,)),),
            250.0,
            (Alternative("there", 0.5, 1, 2, 3.0),),
            (4, 5),
            ((6, 7, 8.0),),
        ),
    ),
    heat=(1.0, None),
    heat_bin_ms=500,
    done=1,
    total=2,
    model="v32",
    device="CPU",
    rating=5.25,
    seconds=0.5,
    complete=False,
)


def through(message: object) -> Any:
    pipe_ = io.BytesIO()
    send(pipe_, message)
    pipe_.seek(0)
    return receive(pipe_)


@pytest.mark.parametrize(
    "message",
    [
        Ask(1, Mod("a.osu", b"\0bytes", None, "v32", 5.0), Urgency.MOD, "a.osu"),
        Yielded(1, Progress(1, 2, "counting")),
        Yielded(2, OPINION),
    ],
    ids=["a request", "progress", "an opinion"],
)
def test_a_message_comes_out_as_it_went_in(message: object) -> None:
    assert through(message) == message


def test_messages_come_out_one_by_one_and_then_nothing() -> None:
    pipe_ = io.BytesIO()
    for id_ in range(3):
        send(pipe_, Yielded(id_, None))
    pipe_.seek(0)
    assert [receive(pipe_) for _ in range(4)] == [Yielded(0, None), Yielded(1, None), Yielded(2, None), None]


@pytest.mark.parametrize("cut", [1, 7, 8, 20])
def test_a_message_cut_short_is_the_end(cut: int) -> None:
    pipe_ = io.BytesIO()
    send(pipe_, Yielded(1, "something of some length"))
    assert receive(io.BytesIO(pipe_.getvalue()[:cut])) is None


class Runs:
    """What a hostile pickle looks like: it names a function to call."""

    def __init__(self, what: object, *arguments: object) -> None:
        self._reduced = what, arguments

    def __reduce__(self) -> Any:
        return self._reduced


@pytest.mark.parametrize(
    "hostile",
    [
        Runs(os.system, "true"),
        Runs(eval, "1"),
        Runs(getattr, "", "join"),
        Runs(bytearray, 1 << 40),
        os.getcwd,
        Ellipsis,
    ],
    ids=["os.system", "eval", "getattr", "bytearray", "a function", "Ellipsis"],
)
def test_nothing_but_our_own_values_is_ever_looked_up(hostile: object) -> None:
    with pytest.raises(PipeError, match="which is no answer"):
        through(Yielded(1, hostile))


def test_a_damaged_message_is_no_message() -> None:
    with pytest.raises(PipeError, match="damaged"):
        pipe.loads(pickle.dumps(OPINION)[:-10])


def test_a_length_that_none_can_have_is_not_waited_for() -> None:
    with pytest.raises(PipeError, match="announced"):
        receive(io.BytesIO(struct.pack("<Q", 1 << 60)))


def test_all_that_crosses_is_a_plain_frozen_value() -> None:
    for kind in CROSSING:
        if issubclass(kind, (Enum, tuple)):
            continue
        assert is_dataclass(kind), kind
        assert kind.__dataclass_params__.frozen, kind  # type: ignore[attr-defined]  # what @dataclass leaves
        assert not hasattr(kind(**dict.fromkeys(field.name for field in fields(kind))), "__dict__"), kind


def test_every_request_has_somebody_who_handles_it() -> None:
    assert Tokens in HANDLERS
    assert set(HANDLERS) <= CROSSING
