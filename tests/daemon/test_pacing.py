"""News at a pace, against the real clock of the loop."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from daemon.pacing import paced

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


async def counting(count: int, every_s: float) -> AsyncGenerator[int, None]:
    for number in range(count):
        yield number
        await asyncio.sleep(every_s)


async def told(events: AsyncGenerator[int, None], every_s: float) -> list[int]:
    return [each async for each in paced(events, every_s)]


async def test_the_first_is_told_at_once_and_the_last_for_certain() -> None:
    assert await told(counting(50, 0.001), 10.0) == [0, 49]


async def test_in_between_the_latest_is_told_each_time() -> None:
    began = time.monotonic()
    numbers = await told(counting(20, 0.02), 0.05)  # a busy loop on Windows waits no less than 16 ms
    times = (time.monotonic() - began) / 0.05
    assert numbers == sorted(set(numbers))
    assert 3 <= len(numbers) <= times + 2, "and the first and the last"


async def test_what_waits_is_told_even_if_nothing_follows() -> None:
    async def two_and_silence() -> AsyncGenerator[int, None]:
        yield 1
        yield 2
        await asyncio.sleep(60)

    async with asyncio.timeout(30), aclosing(paced(two_and_silence(), 0.02)) as numbers:
        assert [await anext(numbers), await anext(numbers)] == [1, 2]


async def test_slow_news_is_told_as_it_comes() -> None:
    assert await told(counting(4, 0.02), 0.0) == [0, 1, 2, 3]


async def test_nothing_comes_of_nothing() -> None:
    assert await told(counting(0, 0), 1.0) == []


async def test_what_the_source_raises_is_raised() -> None:
    async def breaks_off() -> AsyncGenerator[int, None]:
        yield 1
        raise ValueError("no more")

    numbers = paced(breaks_off(), 0.0)
    assert await anext(numbers) == 1
    with pytest.raises(ValueError, match="no more"):
        await anext(numbers)


async def test_what_waits_is_told_before_what_the_source_raises() -> None:
    async def breaks_off() -> AsyncGenerator[int, None]:
        yield 1
        yield 2
        raise ValueError("no more")

    numbers = paced(breaks_off(), 10.0)
    assert [await anext(numbers), await anext(numbers)] == [1, 2]
    with pytest.raises(ValueError, match="no more"):
        await anext(numbers)


async def test_to_stop_listening_is_to_stop_the_source() -> None:
    ended = asyncio.Event()

    async def endless() -> AsyncGenerator[int, None]:
        try:
            while True:
                yield 1
                await asyncio.sleep(3600)
        finally:
            ended.set()

    async with aclosing(paced(endless(), 0.0)) as numbers:
        await anext(numbers)
    assert ended.is_set()
