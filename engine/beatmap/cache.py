"""A memo that outlives a save and is bounded: two generations, the older dropped when the younger is full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

Value = TypeVar("Value")


class TwoGenerations(Generic[Value]):
    """What was used since the last turnover stays; a look-up costs one dict access, and no lock is needed:
    two threads at worst compute a value twice.
    """

    __slots__ = ("_capacity", "_old", "_weight", "_young")

    def __init__(self, capacity: int) -> None:
        """`capacity` is what both generations may weigh together."""
        self._capacity = capacity
        self._young: dict[Hashable, tuple[Value, int]] = {}
        self._old: dict[Hashable, tuple[Value, int]] = {}
        self._weight = 0

    def get(self, key: Hashable) -> Value | None:
        entry = self._young.get(key)
        if entry is None:
            entry = self._old.get(key)
            if entry is None:
                return None
            self._keep(key, entry)
        return entry[0]

    def put(self, key: Hashable, value: Value, weight: int) -> None:
        """What weighs more than a generation holds is not kept."""
        if weight <= self._capacity // 2:
            self._keep(key, (value, weight))

    def clear(self) -> None:
        self._young, self._old, self._weight = {}, {}, 0

    @property
    def weight(self) -> int:
        """What is held at this moment."""
        return sum(weight for kept in (self._young, self._old) for _, weight in list(kept.values()))

    def _keep(self, key: Hashable, entry: tuple[Value, int]) -> None:
        if self._weight + entry[1] > self._capacity // 2:
            self._old, self._young, self._weight = self._young, {}, 0
        self._young[key] = entry
        self._weight += entry[1]
