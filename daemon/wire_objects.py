"""How a page is told a map's objects: in columns, as names would weigh more than what they name."""

from __future__ import annotations

from typing import TypedDict


class ObjectsJson(TypedDict):
    """A reply's data: some of a map's objects, in order. From `kinds` on there is one value for each of them,
    or none at all where the mode has no such thing.
    """

    map_version: int
    mode: str
    keys: int
    """Of osu!mania, else 0."""
    colours: list[str]
    """The combo colours, "#rrggbb"."""
    beats: list[list[float]]
    """Time, beat length and meter of each red line; with the first part alone."""
    count: int
    """Of all objects of the map: the page asks on until it has them."""
    first: int
    """Number of the first of these, from 0."""
    kinds: str
    """A letter for each: c circle, s slider, w spinner, h hold."""
    times: list[float]
    lengths: list[float]
    """In milliseconds, 0 for what only is hit."""
    spans: list[int]
    combos: list[int]
    """Numbers in their combos, from 1: of osu! and osu!catch."""
    combo_colours: list[int]
    """Into `colours`: of osu! and osu!catch."""
    columns: list[int]
    """From 0: of osu!mania."""
    hitsounds: list[int]
    """As in the file, 2 whistle, 4 finish, 8 clap: of osu!taiko, where they say what is to be hit."""
