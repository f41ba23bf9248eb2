"""The engine's child, except that asking it for tokens makes it do odd things: what can go wrong, for real.

The path of the request says what: "count 3", "refuse", "memory".
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from engine.child import handlers
from engine.child.__main__ import main
from engine.jobs import JobError, Progress
from engine.service import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.child.handlers import House
    from engine.jobs import Job

held: list[bytearray] = []


def count(house: House, most: str, pause_s: str = "0") -> Job:
    house.teller.say(note=f"counting to {most}")
    for number in range(int(most)):
        time.sleep(float(pause_s))
        yield Progress(number + 1, int(most), "counting")


def refuse(_: House) -> Job:
    yield Progress(0, 1, "trying")
    raise JobError("song.mp3 is missing: put it back")


def stumble(_: House) -> Job:
    yield Progress(0, 1, "trying")
    raise ZeroDivisionError("one by nothing")


def memory(_: House) -> Job:
    yield Progress(0, 1, "trying")
    held.append(bytearray(1 << 50))


def hold(_: House, megabytes: str) -> Job:
    held.append(bytearray(os.urandom(1 << 20)) * int(megabytes))
    yield Progress(1, 1, "holding")


def chat(_: House) -> Job:
    print("a library says hello")  # noqa: T201  that libraries print is the point
    os.write(1, b"and another one, past Python\n")
    yield Progress(1, 1, sys.stdin.read() or "nothing to read")


def leave(_: House, code: str) -> Job:
    yield Progress(0, 1, "leaving")
    print("that was it", file=sys.stderr, flush=True)  # noqa: T201  the last words of a crash
    os._exit(int(code))


DOES: dict[str, Callable[..., Job]] = {
    function.__name__: function for function in (count, refuse, stumble, memory, hold, chat, leave)
}


def odd(request: Tokens, house: House) -> Job:
    name, *arguments = request.path.split()
    yield from DOES[name](house, *arguments)


if __name__ == "__main__":
    handlers.HANDLERS[Tokens] = handlers.Handler("thinking", odd)
    main()
