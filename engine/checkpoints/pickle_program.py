"""Runs a pickle as what it is, a small program for a stack machine, without Python's own machine for it.

Python's unpickler imports what a pickle names and calls it, so a stranger's file can run anything. Here
nothing is ever imported: a name is looked up in a table of constructors of ours, and what is not in it is
refused. Only the instructions that today's pickler writes for plain data and tensors exist, so objects made
by running their own classes cannot be spelled. What a program may cost is bounded before it is spent.
"""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Never

MOST_PROGRAM_BYTES: Final = 16 * 2**20
"""Weights lie outside the program; the table of who mapped every ranked map needs about two million."""
MOST_STACKED: Final = 100_000
"""Python's pickler hands over at most a thousand items at once."""
MOST_CONTAINERS: Final = 500_000
"""An empty list costs a program one byte, and us seventy."""
LARGEST_KEY: Final = 2**60
DEEPEST: Final = 32
"""Levels of containers in containers. A state dict has one, the tokenizer's tables have three."""

Constructor = Callable[..., object]


class UnsafePickleError(ValueError):
    """The pickle wants what is not on the list, or is no program at all. A sentence, the file its subject."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a pickle calls module.name: here only a label, until the table has a constructor for it."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """The whole of what a program may reach outside itself."""

    constructors: Mapping[str, Constructor] = field(default_factory=dict)
    """Dotted name to what stands in for it when the program calls it."""
    labels: frozenset[str] = frozenset()
    """Names that may be mentioned, as the kind of a storage, and never called."""
    persistent: Callable[[object], object] | None = None
    """Answers the program's references to data outside of it."""

    def knows(self, name: Name) -> bool:
        return str(name) in self.constructors or str(name) in self.labels


PLAIN: Final = Allowed()


def run_program(data: bytes, allowed: Allowed = PLAIN) -> tuple[Any, int]:
    """The value of the program that `data` begins with, and how many bytes that program has."""
    machine = _Machine(data[:MOST_PROGRAM_BYTES], allowed)
    try:
        value = machine.run()
    except UnsafePickleError:
        raise
    except (IndexError, KeyError, TypeError, ValueError, struct.error) as broken:
        # Whatever a malformed program trips over in here, it is the program that is wrong.
        why = "is cut short or damaged" if len(data) <= MOST_PROGRAM_BYTES else "describes too much"
        raise UnsafePickleError(f"{why}: its description breaks off at byte {machine.at:,}") from broken
    _refuse_unbounded(value, machine.executed)
    return value, machine.at


def _refuse_unbounded(value: object, executed: int) -> None:
    """A value no deeper than a reader's recursion stands, and no larger than the program that made it.

    A program can put one list into itself, or nest references so that walking them never ends: whoever reads
    the value afterwards need not think of that.
    """
    pending: list[tuple[object, int]] = [(value, 1)]
    seen = 0
    while pending:
        item, depth = pending.pop()
        inside: list[object] = []
        if isinstance(item, dict):
            inside = list(item.values())
        elif isinstance(item, list | tuple):
            inside = list(item)
        seen += 1 + len(inside)
        if depth > DEEPEST or seen > 2 * executed:
            raise UnsafePickleError("holds data within data without end")
        pending += [(each, depth + 1) for each in inside if isinstance(each, dict | list | tuple)]


class _Mark:
    """Where a run of items begins on the stack."""


_MARK: Final = _Mark()


class _Machine:
    def __init__(self, data: bytes, allowed: Allowed) -> None:
        self._data = data
        self.at = 0
        self._allowed = allowed
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self.executed = 0
        self._containers = 0

    def run(self) -> object:
        while True:
            code = self._data[self.at]
            self.at += 1
            self.executed += 1
            if code == _STOP:
                return self._stack.pop()
            instruction = _INSTRUCTIONS.get(code)
            if instruction is None:
                self._refuse_instruction(code)
            instruction(self)
            if len(self._stack) > MOST_STACKED:
                raise UnsafePickleError(f"piles up more than {MOST_STACKED:,} values")

    def _refuse_instruction(self, code: int) -> Never:
        for known in pickletools.opcodes:
            if ord(known.code) == code:
                raise UnsafePickleError(f"uses the instruction {known.name}, which weights never need")
        raise UnsafePickleError("is neither weights nor a pickle, or it is damaged")

    def push(self, value: object) -> None:
        self._stack.append(value)

    # What the instructions read after themselves.

    def _take(self, count: int) -> bytes:
        taken = self._data[self.at : self.at + count]
        if len(taken) < count:
            raise IndexError
        self.at += count
        return taken

    def _unsigned(self, size: int) -> int:
        return int.from_bytes(self._take(size), "little")

    def _line(self) -> str:
        end = self._data.index(b"\n", self.at, self.at + 512)
        line = self._data[self.at : end].decode("utf-8")
        self.at = end + 1
        return line

    def _since_mark(self) -> list[Any]:
        stack = self._stack
        index = len(stack) - 1
        while stack[index] is not _MARK:
            index -= 1
            if index < 0:
                raise IndexError
        items = stack[index + 1 :]
        del stack[index:]
        return items

    # Numbers and text.

    def protocol(self) -> None:
        self._take(1)

    def frame(self) -> None:
        """A hint for readers of streams; what it announces is read as it comes."""
        self._take(8)

    def integer(self) -> None:
        self._stack.append(struct.unpack("<i", self._take(4))[0])

    def byte(self) -> None:
        self._stack.append(self._unsigned(1))

    def short(self) -> None:
        self._stack.append(self._unsigned(2))

    def long(self) -> None:
        self._stack.append(int.from_bytes(self._take(self._unsigned(1)), "little", signed=True))

    def real(self) -> None:
        self._stack.append(struct.unpack(">d", self._take(8))[0])

    def text(self) -> None:
        self._stack.append(self._take(self._unsigned(4)).decode("utf-8", "surrogatepass"))

    def short_text(self) -> None:
        self._stack.append(self._take(self._unsigned(1)).decode("utf-8", "surrogatepass"))

    # Containers.

    def new(self, container: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> None:
        self._containers += 1
        if self._containers > MOST_CONTAINERS:
            raise UnsafePickleError(f"makes more than {MOST_CONTAINERS:,} lists and tables")
        self._stack.append(container)

    def mark(self) -> None:
        self._stack.append(_MARK)

    def append(self) -> None:
        item = self._stack.pop()
        self._list().append(item)

    def appends(self) -> None:
        items = self._since_mark()
        self._list().extend(items)

    def _list(self) -> list[Any]:
        target = self._stack[-1]
        if not isinstance(target, list):
            raise TypeError
        return target

    def set_item(self) -> None:
        item = self._stack.pop()
        key = self._stack.pop()
        self._put([key, item])

    def set_items(self) -> None:
        self._put(self._since_mark())

    def _put(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if not isinstance(target, dict) or not all(map(_is_key, items[::2])):
            raise TypeError
        target.update(zip(items[::2], items[1::2], strict=True))

    def tuple_since_mark(self) -> None:
        self.new(tuple(self._since_mark()))

    def tuple_of(self, count: int) -> None:
        items = tuple(self._stack[-count:])
        if len(items) < count:
            raise IndexError
        del self._stack[-count:]
        self.new(items)

    # The memo.

    def put(self, size: int) -> None:
        self._memo[self._unsigned(size)] = self._stack[-1]

    def memoize(self) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def get(self, size: int) -> None:
        self._stack.append(self._memo[self._unsigned(size)])

    # What reaches outside.

    def name(self) -> None:
        module = self._line()
        self._mention(Name(module, self._line()))

    def name_from_stack(self) -> None:
        name = self._stack.pop()
        self._mention(Name(str(self._stack.pop()), str(name)))

    def _mention(self, name: Name) -> None:
        if not self._allowed.knows(name):
            raise UnsafePickleError(f"asks for {_shown(name)}, which is not among what weights are made of")
        self._stack.append(name)

    def call(self) -> None:
        arguments = self._stack.pop()
        name = self._stack.pop()
        if not isinstance(name, Name) or str(name) not in self._allowed.constructors:
            raise UnsafePickleError(f"calls {_shown(name)}, which may only be mentioned")
        if not isinstance(arguments, tuple):
            raise TypeError
        self._stack.append(self._allowed.constructors[str(name)](*arguments))

    def build(self) -> None:
        """State laid over an object: torch's notes on a state dict, which nobody needs."""
        state = self._stack.pop()
        if type(self._stack[-1]) is not dict or not isinstance(state, dict) or set(state) - {"_metadata"}:
            raise UnsafePickleError("lays a state of its own over an object")

    def persistent(self) -> None:
        reference = self._stack.pop()
        if self._allowed.persistent is None:
            raise UnsafePickleError("refers to data outside of it, and there is none")
        self._stack.append(self._allowed.persistent(reference))


def _is_key(value: object) -> bool:
    """Nothing whose hash costs or collides: tuples in tuples are hashed to the bottom, on the C stack, and
    multiples of 2 ** 61 - 1 all hash to 0.
    """
    return isinstance(value, str) or (isinstance(value, int) and abs(value) < LARGEST_KEY)


def _shown(value: object) -> str:
    """A name out of a stranger's file, short enough for one sentence."""
    text = str(value) if isinstance(value, Name) else f"a {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:80]}..."  # noqa: PLR2004  # a line of a sentence


_STOP: Final = ord(".")
_INSTRUCTIONS: Final[dict[int, Callable[[_Machine], object]]] = {
    0x80: _Machine.protocol,
    0x95: _Machine.frame,
    ord("N"): lambda machine: machine.push(None),
    0x88: lambda machine: machine.push(True),
    0x89: lambda machine: machine.push(False),
    ord("J"): _Machine.integer,
    ord("K"): _Machine.byte,
    ord("M"): _Machine.short,
    0x8A: _Machine.long,
    ord("G"): _Machine.real,
    ord("X"): _Machine.text,
    0x8C: _Machine.short_text,
    ord("("): _Machine.mark,
    ord("}"): lambda machine: machine.new({}),
    ord("]"): lambda machine: machine.new([]),
    ord(")"): lambda machine: machine.new(()),
    ord("a"): _Machine.append,
    ord("e"): _Machine.appends,
    ord("s"): _Machine.set_item,
    ord("u"): _Machine.set_items,
    ord("t"): _Machine.tuple_since_mark,
    0x85: lambda machine: machine.tuple_of(1),
    0x86: lambda machine: machine.tuple_of(2),
    0x87: lambda machine: machine.tuple_of(3),
    ord("q"): lambda machine: machine.put(1),
    ord("r"): lambda machine: machine.put(4),
    0x94: _Machine.memoize,
    ord("h"): lambda machine: machine.get(1),
    ord("j"): lambda machine: machine.get(4),
    ord("c"): _Machine.name,
    0x93: _Machine.name_from_stack,
    ord("R"): _Machine.call,
    ord("b"): _Machine.build,
    ord("Q"): _Machine.persistent,
}
