"""Sentences about where things are: positions, distances, columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.modding.opinion import Alternative
from engine.modding.positions import Cell, cell_of
from engine.modding.site import LEAST_SHOWN, Said, Silence, Site, likeliest_kind
from engine.modding.wording import pixels
from engine.tokens.events import EventType
from engine.tokens.parts import HEADS

if TYPE_CHECKING:
    from engine.modding.surprisal import Expected, Scored

SHOWN: Final = 5


def determined(_site: Site) -> Silence:
    """Where a slider ends follows from its path and repeats; a long note stays in its column."""
    return Silence.DETERMINED


def spacing(site: Site) -> Said | Silence:
    least_px = site.grammar.position_px
    likeliest = site.leading(lambda each: abs(each.value - site.value) < least_px, Silence.FINE_PLACE)
    if isinstance(likeliest, Silence):
        return likeliest
    before = "the object before" if site.group.kind in HEADS else "the point before"

    def say(expected: Expected) -> Alternative | None:
        if expected.kind is not EventType.DISTANCE:
            return None
        return Alternative(pixels(expected.value), expected.probability)

    return Said(
        f"{site.subject} is {pixels(site.value)} from {before}; the model expects {pixels(likeliest.value)}.",
        pixels(site.value),
        site.alternatives(say),
        _at(site),
    )


def position(site: Site) -> Said | Silence | None:
    x, y = site.position
    if site.expected_kind is not site.kind:
        return Silence.IMPOSSIBLE
    likeliest = site.leading(lambda each: _cell(site, site.scored, each).holds(x, y), Silence.FINE_PLACE)
    if isinstance(likeliest, Silence):
        return likeliest
    alternatives = _positions(site)
    best = next((each for each in alternatives if not _is_at(each, x, y, site)), alternatives[0])
    return Said(
        f"{site.subject} is at {_text(x, y)}; the model expects it near {best.text}.",
        _text(x, y),
        alternatives,
        _at(site),
    )


def column(site: Site) -> Said | Silence:
    keys = max(1, round(site.beatmap.difficulty.circle_size))
    likeliest = site.leading(lambda each: each.value == site.value, Silence.SAME)
    if isinstance(likeliest, Silence):
        return likeliest
    if likeliest.value >= keys:
        return Silence.IMPOSSIBLE

    def say(expected: Expected) -> Alternative | None:
        if expected.kind is not EventType.COLUMN or expected.value >= keys:
            return None
        return Alternative(f"column {expected.value + 1}", expected.probability)

    return Said(
        f"This {site.name} is in column {site.value + 1}; the model expects column {likeliest.value + 1}.",
        f"column {site.value + 1}",
        site.alternatives(say),
    )


def _positions(site: Site) -> tuple[Alternative, ...]:
    """Of both axes together where both surprise: y was expected at the real x, the nearest there is to
    knowing what would have been expected at another.
    """
    cells = _cells(site, site.scored)
    partner = site.after
    if site.kind is EventType.POSITION_X and partner and _tells_y(partner):
        both = [
            (Cell(across.x, down.y, across.size_px), p * q)
            for across, p in cells
            for down, q in _cells(site, partner)
        ]
        cells = sorted(both, key=lambda each: -each[1])[:SHOWN] or cells
    return tuple(
        Alternative(_text(cell.x, cell.y), min(1.0, probability), round(cell.x), round(cell.y))
        for number, (cell, probability) in enumerate(cells)
        if probability >= LEAST_SHOWN or number == 0
    )


def _tells_y(scored: Scored) -> bool:
    """It may be surprising for not having been expected to be told at all."""
    return scored.kind is EventType.POSITION_Y and likeliest_kind(scored) is scored.kind


def _cells(site: Site, scored: Scored) -> list[tuple[Cell, float]]:
    return [
        (_cell(site, scored, each), each.probability) for each in scored.expected if each.kind is scored.kind
    ]


def _cell(site: Site, scored: Scored, expected: Expected) -> Cell:
    x, y = site.position
    coarse = site.told(EventType.POSITION)
    return cell_of(scored.kind, expected.value, site.grammar, x=x, y=y, coarse=coarse)


def _is_at(alternative: Alternative, x: float, y: float, site: Site) -> bool:
    size_px = site.grammar.refinement_px if site.kind is EventType.POSITION_REFINEMENT else None
    size_px = size_px or site.grammar.position_px
    return abs((alternative.x or 0) - x) < size_px and abs((alternative.y or 0) - y) < size_px


def _text(x: float, y: float) -> str:
    return f"{round(x)}, {round(y)}"


def _at(site: Site) -> tuple[int, int]:
    x, y = site.position
    return round(x), round(y)
