"""One realistic message of every kind, made by the companion's own serialisers, for the tests of the page.

`python -m tests.daemon.message_examples` prints them as one JSON object by name.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

from daemon import protocol
from daemon.analysis import Analysis, analyse, parse
from daemon.pages import greeting
from daemon.protocol import Message, Shown
from daemon.session import MapSummary, Session, Status, compare, counts
from engine.beatmap.builder import MapBuilder, osu
from engine.beatmap.diff import diff
from engine.checks.catalogue import CHECKS
from engine.checks.check import Song

BEAT_MS = 60_000 / 180
SAVED_AT = 1_795_250_000.0
SONG = Song(length_ms=95_000.0)


def example_map(*, late_ms: int = 3, muted: bool = True) -> MapBuilder:
    """A minute and a half at 180 BPM with a break, kiai and a few mistakes."""
    mapped = (
        osu()
        .metadata(Title="An example", Artist="Mapside", Creator="nobody", Version="Insane")
        .timing(180, at=0)
        .green(12_000, velocity=1.2, volume=3 if muted else 60)
        .kiai(32_000, 53_333)
        .break_(60_200, 66_000)
    )
    for index in range(230):
        at = round(index * BEAT_MS)
        if 59_000 < at < 67_000:
            continue
        x, y = 64 + index * 37 % 384, 64 + index * 53 % 256
        if index % 5 == 4:
            mapped = mapped.slider(at=at, x=x, y=y, path=f"B|{x + 40}:{y + 30}|{x + 70}:{y - 20}", length=70)
        else:
            mapped = mapped.circle(
                at=at + (late_ms if index % 40 == 7 else 0), x=x, y=y, new_combo=index % 4 == 0
            )
    return mapped


def looked_at(mapped: MapBuilder, song: Song = SONG) -> Analysis:
    document, parse_ms = parse(mapped.bytes())
    return analyse(document, song, CHECKS, parse_ms=parse_ms)


def example_shown() -> Shown:
    """The second save of a map: something new, something gone, something intended."""
    before = looked_at(example_map(late_ms=3))
    after = looked_at(example_map(late_ms=0, muted=False).circle(at=76_690, x=20, y=380))
    session = Session()
    session.recall("m1", None, ())
    session.begin(1)
    session.accept(1, compare(session.memory, before.look("before")))
    session.begin(2)
    outcome = session.accept(2, compare(session.memory, after.look("after")))
    assert outcome is not None
    verdicts = list(outcome.verdicts)
    at = next(i for i, verdict in enumerate(verdicts) if verdict.status is Status.STILL)
    verdicts[at] = replace(verdicts[at], intended=True)
    return Shown(
        key="m1",
        set_name="1 Mapside - An example",
        file_name="Mapside - An example (nobody) [Insane].osu",
        analysis=after,
        outcome=replace(outcome, verdicts=tuple(verdicts)),
        edited=tuple((span.start_ms, span.end_ms) for span in diff(before.document, after.document).spans),
        settle_ms=12.0,
        total_ms=31.5,
        saved_at=SAVED_AT,
    )


def example_summary(key: str = "m1", version: str = "Insane", saved_at: float = SAVED_AT) -> MapSummary:
    shown = example_shown()
    metadata = shown.analysis.metadata
    return MapSummary(
        key=key,
        set_name=shown.set_name,
        file_name=shown.file_name.replace("Insane", version),
        artist=metadata.artist,
        title=metadata.title,
        version=version,
        creator=metadata.creator,
        mode="osu",
        saved_at=saved_at,
        counts=counts(located.finding.severity for located in shown.analysis.findings),
        new=sum(verdict.status is Status.NEW for verdict in shown.outcome.verdicts),
    )


def examples() -> dict[str, Message]:
    shown = example_shown()
    finding_id = shown.outcome.verdicts[0].id
    return {
        "hello": greeting("0.1.0", CHECKS),
        "status": protocol.status(
            protocol.Companion(folder="C:\\osu!\\Songs", sets=1200, watching="all", tray=True)
        ),
        "status_without_folder": protocol.status(protocol.Companion()),
        "maps": protocol.maps("m1", [example_summary(), example_summary("m2", "Hard", SAVED_AT - 3600)]),
        "maps_empty": protocol.maps(None, []),
        "map": protocol.map_shown(shown, sent_at=SAVED_AT + 0.03),
        "intended": protocol.intended("m1", finding_id, on=True),
        "notice": protocol.notice("warning", "mapside.sqlite could not be read and was put aside."),
        "reply": protocol.reply(1),
        "reply_refused": protocol.reply(
            2, error="That finding is no longer there: the map was saved meanwhile."
        ),
    }


def as_json() -> dict[str, Any]:
    return {name: json.loads(message.text) for name, message in examples().items()}


if __name__ == "__main__":
    json.dump(as_json(), sys.stdout, indent=1, ensure_ascii=False)
