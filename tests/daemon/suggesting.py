"""Suggestions and opinions about a map, as an engine would give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.analysis import Analysis, analyse, parse
from daemon.desk import Shown
from daemon.session import Session, compare
from engine.checks.catalogue import CHECKS
from engine.checks.check import Song
from engine.service import Opinion, Place, Suggestion, Topic

if TYPE_CHECKING:
    from engine.beatmap.builder import MapBuilder


def looked_at(mapped: MapBuilder) -> Analysis:
    document, _ = parse(mapped.bytes())
    return analyse(document, Song(), CHECKS)


def shown_map(mapped: MapBuilder, *, version: int = 1, key: str = "m1") -> Shown:
    analysis = looked_at(mapped)
    session = Session()
    session.begin(version)
    outcome = session.accept(version, compare(session.memory, analysis.look("any")))
    assert outcome is not None
    return Shown(
        key=key,
        set_name="a set",
        file_name="a.osu",
        analysis=analysis,
        outcome=outcome,
        edited=(),
        settle_ms=0.0,
        total_ms=0.0,
        saved_at=0.0,
    )


def about(
    analysis: Analysis,
    *indices: int,
    topic: Topic = Topic.COMPOSE,
    variant: str = "position",
    surprisal: float = 200.0,
    message: str = "",
) -> Suggestion:
    """One suggestion whose places are these objects."""
    objects = analysis.beatmap.objects
    places = tuple(Place(objects[index].time_ms, None, (index,)) for index in indices)
    return Suggestion(
        topic=topic,
        variant=variant,
        message=message or f"{topic.value} of object {indices[0]}.",
        real="here",
        places=places,
        surprisal=surprisal,
    )


def opinion(
    content_hash: str,
    *suggestions: Suggestion,
    done: int = 4,
    total: int = 4,
    model: str = "v32",
    rating: float | None = None,
) -> Opinion:
    return Opinion(
        content_hash=content_hash,
        suggestions=suggestions,
        heat=(None, 1.0, 50.0),
        heat_bin_ms=1000.0,
        done=done,
        total=total,
        model=model,
        device="CPU, 1 of 2 threads, float32",
        rating=rating,
        seconds=0.5,
        complete=done == total,
    )
