"""Whatever may stand in a section is judged at once, and as if each were judged alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from engine.model.encdec import EncoderDecoder
from engine.model.packed import packed
from engine.requests import Keep
from engine.writing.commission import commission_of
from engine.writing.judging import Judge
from tests.modding import worlds
from tests.writing.worlds import BEAT_MS, END_MS, START_MS, mapped, request

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

    from engine.beatmap.document import Document
    from engine.modding.cache import ModdingCaches
    from engine.model.encdec import Heard
    from engine.writing.commission import Commission

both_families = pytest.mark.parametrize("family", ["v30", "v32"])


@cache
def loaded(family: str) -> worlds.Loaded:
    return worlds.Loaded(worlds.tiny_v30() if family == "v30" else worlds.tiny_v32())


@pytest.fixture
def work(family: str, song: Path, caches: ModdingCaches) -> Commission:
    asked = request(mapped().to_bytes(), song, keep=Keep.NOTHING)
    return commission_of(asked, loaded(family), caches)


def moved(document: Document, time_ms: float, x: int) -> Document:
    obj = next(obj for obj in document.beatmap.objects if obj.time_ms == time_ms)
    fields = document.lines[obj.line].decode().rstrip("\r\n").split(",")
    return document.replace_line(obj.line, ",".join([str(x), *fields[1:]]))


def without(document: Document, time_ms: float) -> Document:
    return document.delete_lines([obj.line for obj in document.beatmap.objects if obj.time_ms == time_ms])


def versions() -> list[Document]:
    """Of one section: shorter and longer ones, the same twice, and some that part early or late."""
    own, last = mapped(), END_MS - BEAT_MS
    early = moved(own, START_MS, 33)
    return [
        own,
        early,
        moved(early, last, 200),
        without(own, START_MS + BEAT_MS),
        early,
        moved(own, last, 90),
        own.insert_lines(own.beatmap.objects[12].line, [f"80,90,{START_MS + 210:g},1,0"]),
    ]


def judged(
    work: Commission, caches: ModdingCaches, documents: Sequence[Document], *, pack: bool = True
) -> list[float | None]:
    mind = replace(work.mind, model=packed(work.mind.model)) if pack else work.mind
    steps = Judge(work, caches, mind).bits(documents)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            said: list[float | None] = end.value
            return said


class Reading:
    """What a decoder reads, and how many windows it hears."""

    def __init__(self) -> None:
        self.heard = self.tokens = 0

    def again(self) -> Reading:
        self.heard = self.tokens = 0
        return self


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Reading:
    counted = Reading()
    hear, decode = EncoderDecoder.hear, EncoderDecoder.decode

    def hearing(model: EncoderDecoder, states: Tensor) -> Heard:
        counted.heard += 1
        return hear(model, states)

    def decoding(model: EncoderDecoder, tokens: Tensor, heard: Heard, **others: Any) -> Tensor:
        counted.tokens += tokens.numel()
        return decode(model, tokens, heard, **others)

    monkeypatch.setattr(EncoderDecoder, "hear", hearing)
    monkeypatch.setattr(EncoderDecoder, "decode", decoding)
    return counted


def fresh(caches: ModdingCaches) -> ModdingCaches:
    """What was heard is known, and nothing that was said."""
    caches.answers.forget()
    return caches


@both_families
@pytest.mark.parametrize("pack", [True, False], ids=["packed", "plain"])
def test_each_is_judged_as_if_it_were_alone(work: Commission, caches: ModdingCaches, pack: bool) -> None:
    documents = versions()
    together = judged(work, fresh(caches), documents, pack=pack)
    alone = [judged(work, fresh(caches), [document], pack=False)[0] for document in documents]
    assert together == pytest.approx(alone, rel=1e-5)
    assert together[1] == together[4]
    assert len(set(together)) == len(documents) - 1, "each change shows"


@both_families
def test_what_they_have_in_common_is_read_and_heard_once(
    work: Commission, caches: ModdingCaches, read: Reading
) -> None:
    documents = versions()
    alone = []
    for document in documents:
        read.again()
        judged(work, fresh(caches), [document])
        alone.append((read.heard, read.tokens))
    read.again()
    judged(work, fresh(caches), documents)
    assert [heard for heard, _ in alone] == [read.heard] * len(documents)
    assert read.tokens < 0.7 * sum(tokens for _, tokens in alone)


@both_families
def test_what_was_asked_before_is_not_asked_again(
    work: Commission, caches: ModdingCaches, read: Reading
) -> None:
    documents = versions()
    first = judged(work, fresh(caches), documents)
    read.again()
    assert judged(work, caches, documents[::-1]) == first[::-1]
    assert (read.heard, read.tokens) == (0, 0)
