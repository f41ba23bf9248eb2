"""One realistic message of every kind, made by the companion's own serialisers, for the tests of the page.

`python -m tests.daemon.message_examples` prints them as one JSON object by name.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from daemon import protocol, protocol_engine, protocol_maps, protocol_writing
from daemon.analysis import Analysis, analyse, parse
from daemon.desk import Shown
from daemon.engine_state import EngineShown, ModelLine
from daemon.pages import greeting
from daemon.remarks import OpinionState, ShownOpinion, remarks_on
from daemon.session import Look, MapSummary, Session, Status, compare, counts
from daemon.timeline_objects import timeline_part
from daemon.writing.disclosure import disclosure_sentence
from daemon.writing.shown import (
    Played,
    PlayedObject,
    ShownCandidate,
    ShownFinding,
    ShownGenerated,
    ShownPace,
    ShownRange,
    ShownRegeneration,
    ShownSongJob,
    ShownWriting,
    State,
)
from engine.beatmap.builder import MapBuilder, osu
from engine.beatmap.diff import diff
from engine.checks.catalogue import CHECKS
from engine.checks.check import Song
from engine.service import CHECKS_OF, Alternative, Described, Opinion, Place, Suggestion, Topic

if TYPE_CHECKING:
    from daemon.protocol import Message
from daemon.protocol_objects import timeline_objects

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


def example_suggestion(shown: Shown, index: int, **changes: Any) -> Suggestion:
    """About a circle that stands too far to the right."""
    objects = shown.analysis.beatmap.objects
    obj = objects[index]
    known = Suggestion(
        topic=Topic.COMPOSE,
        variant="position",
        message="The model expected this circle near (200, 160), not at (64, 192).",
        real="(64, 192)",
        places=(Place(obj.time_ms, None, (index,)),),
        surprisal=412.5,
        alternatives=(
            Alternative("(200, 160)", 0.61, x=200, y=160),
            Alternative("(216, 160)", 0.2, x=216, y=160),
            Alternative("(200, 176)", 0.07, x=200, y=176),
        ),
        at=(round(obj.x), round(obj.y)),
        neighbours=tuple(
            (round(near.x), round(near.y), near.time_ms) for near in objects[max(0, index - 2) : index + 3]
        ),
    )
    return replace(known, **changes)


def example_opinion(shown: Shown) -> Opinion:
    """A position, a hit sound that is missing in parallel places, a rhythm, and what a rule says as well."""
    objects = shown.analysis.beatmap.objects
    said_by_rule = next(
        located.finding
        for located in shown.analysis.findings
        if located.finding.objects and located.finding.check_id == "unsnapped-objects"
    )
    topic, variant = next(claim for claim, checks in CHECKS_OF.items() if said_by_rule.check_id in checks)
    suggestions = (
        example_suggestion(shown, 23),
        example_suggestion(
            shown,
            40,
            topic=Topic.HIT_SOUNDS,
            variant="addition",
            message="A clap was expected here.",
            real="no addition",
            surprisal=180.0,
            places=tuple(Place(objects[index].time_ms, None, (index,)) for index in (40, 80, 120)),
            alternatives=(Alternative("clap", 0.93), Alternative("whistle", 0.02)),
            at=None,
            neighbours=(),
        ),
        example_suggestion(shown, said_by_rule.objects[0], topic=topic, variant=variant, surprisal=150.0),
        example_suggestion(
            shown,
            60,
            topic=Topic.RHYTHM,
            variant="time",
            message="The model expected the next object half a beat later.",
            real="1/2 after the one before",
            surprisal=31.0,
            alternatives=(Alternative("1/1 later", 0.4, time_ms=objects[60].time_ms + BEAT_MS / 2),),
            at=None,
            neighbours=(),
        ),
    )
    return Opinion(
        content_hash="after",
        suggestions=suggestions,
        heat=tuple(None if number % 9 == 0 else 1.5 + number % 7 * 60.0 for number in range(95)),
        heat_bin_ms=1000.0,
        done=58,
        total=58,
        model="v32",
        device="CPU, 2 of 4 threads, bfloat16",
        rating=None,
        seconds=1.84,
        complete=True,
    )


def example_shown_opinion(shown: Shown) -> ShownOpinion:
    """After the second save: one remark was there before, one is gone."""
    said = example_opinion(shown)
    remarks, agreements = remarks_on(shown.analysis, said.suggestions)
    before, _ = remarks_on(
        shown.analysis,
        (said.suggestions[0], example_suggestion(shown, 90, variant="spacing", message="Too far apart.")),
    )
    objects = shown.analysis.objects
    session = Session(prefix="m")
    session.recall("m1", None, ())
    session.begin(1)
    session.accept(1, compare(session.memory, Look("before", [each.anchor for each in before], objects)))
    session.begin(2)
    outcome = session.accept(
        2, compare(session.memory, Look("after", [each.anchor for each in remarks], objects))
    )
    assert outcome is not None
    return ShownOpinion(
        key=shown.key,
        version=shown.outcome.version,
        state=OpinionState.DONE,
        opinion=said,
        remarks=remarks,
        verdicts=outcome.verdicts,
        gone=outcome.gone,
        agreed=tuple((shown.outcome.verdicts[each.rule].id, each.suggestion) for each in agreements),
    )


def example_scoring(shown: Shown) -> ShownOpinion:
    """Some of the windows are scored, and one suggestion has come of them."""
    done = example_shown_opinion(shown)
    assert done.opinion is not None
    heat = tuple(value if 20 < number < 40 else None for number, value in enumerate(done.opinion.heat))
    said = replace(done.opinion, heat=heat, done=14, complete=False, seconds=0.4)
    return replace(
        done,
        state=OpinionState.SCORING,
        opinion=said,
        remarks=done.remarks[:1],
        verdicts=done.verdicts[:1],
        gone=(),
        agreed=(),
    )


EXAMPLE_MODELS = (
    ModelLine(
        "v32",
        "Mapperatorinator V32",
        "v32",
        (0, 1, 2, 3),
        "MIT",
        876_000_000,
        "complete",
        done_bytes=876_000_000,
        total_bytes=876_000_000,
    ),
    ModelLine("v30", "Mapperatorinator V30", "v30", (0,), "MIT", 876_000_000, "absent"),
    ModelLine(
        "v31",
        "Mapperatorinator V31",
        "v31",
        (0, 1, 2, 3),
        "MIT",
        876_000_000,
        "pulling",
        done_bytes=311_000_000,
        total_bytes=876_000_000,
        bytes_per_s=9_400_000,
    ),
    ModelLine(
        "v29",
        "Mapperatorinator V29",
        "v29",
        (0, 1, 2, 3),
        "MIT",
        880_000_000,
        "partial",
        120_000_000,
        purposes=("generate",),
    ),
    ModelLine(
        "osu-diffusion",
        "osu! diffusion v2",
        "diffusion",
        (0, 2),
        "MIT",
        None,
        "absent",
        purposes=("diffusion",),
    ),
    ModelLine(
        "/home/me/my model",
        "my model",
        "",
        (),
        "",
        None,
        "broken",
        note="/home/me/my model: config.json is missing. Choose a folder that holds a whole checkpoint.",
    ),
)


def engine_examples(shown: Shown) -> dict[str, Message]:
    nothing = ShownOpinion(shown.key, shown.outcome.version, OpinionState.WAITING)
    failed = "The engine ran out of memory. Close other programs, or choose a smaller model."
    return {
        "engine": protocol_engine.engine(
            EngineShown(
                "working",
                "v32",
                model_ready=True,
                device="CPU, 2 of 4 threads, bfloat16",
                memory_mb=1240,
                speed="8.2 windows/s",
            )
        ),
        "engine_off": protocol_engine.engine(EngineShown("off", "v32")),
        "engine_failed": protocol_engine.engine(EngineShown("failed", "v32", model_ready=True, note=failed)),
        "models": protocol_engine.models("v32", EXAMPLE_MODELS),
        "models_none": protocol_engine.models(None, ()),
        "opinion": protocol_engine.opinion(example_shown_opinion(shown)),
        "opinion_scoring": protocol_engine.opinion(example_scoring(shown)),
        "opinion_waiting": protocol_engine.opinion(nothing),
        "opinion_off": protocol_engine.opinion(replace(nothing, state=OpinionState.OFF)),
        "opinion_no_model": protocol_engine.opinion(replace(nothing, state=OpinionState.NO_MODEL)),
        "opinion_cancelled": protocol_engine.opinion(
            replace(example_scoring(shown), state=OpinionState.CANCELLED)
        ),
        "opinion_failed": protocol_engine.opinion(replace(nothing, state=OpinionState.FAILED, note=failed)),
    }


EDITOR_HOLDS_ITS_COPY = (
    "Written to the file. The editor still holds its own copy: Ctrl+L, then Enter, loads this one; "
    "saving there first discards it."
)
SECTION = (16_000.0, 21_333.0)
PACE = ShownPace(done=6, total=16, doing="writing", ids=1480, ids_per_s=212.4, left_s=11.5)


def example_regeneration() -> ShownRegeneration:
    """Four candidates: one done, two under way, one that waits."""
    findings = (
        ShownFinding("warning", "This circle is 4 ms late.", 17_333.0, "00:17:333 (2)", is_new=True),
        ShownFinding("minor", "Nearly silent hit sound.", 18_000.0, "00:18:000 (4)", is_new=False),
    )
    return ShownRegeneration(
        key="m1",
        map_version=2,
        state=State.WRITING,
        start_ms=SECTION[0],
        end_ms=SECTION[1],
        timestamp="00:16:000 (1,2,3,4) - 00:21:333",
        model="v32",
        device="CPU, 2 of 4 threads, bfloat16",
        pace=PACE,
        findings_before=1,
        candidates=(
            ShownCandidate(
                0,
                2**64 - 1,
                State.DONE,
                objects=17,
                surprise=3.42,
                surprise_before=4.07,
                findings=findings,
                remarks=("The slider at 00:15:666 (3) reaches into the section and stays.",),
            ),
            ShownCandidate(1, 41, State.WRITING, objects=9),
            ShownCandidate(2, 42, State.WRITING, objects=8),
            ShownCandidate(3, 43, State.WAITING),
        ),
    )


def regeneration_examples() -> dict[str, Message]:
    writing = example_regeneration()
    candidates = tuple(
        replace(each, state=State.DONE, objects=15 + each.number, surprise=3.4, surprise_before=4.07)
        for each in writing.candidates
    )
    done = replace(writing, state=State.DONE, pace=None, candidates=candidates)
    half = replace(done, candidates=(candidates[0], replace(writing.candidates[1], state=State.FAILED)))
    shown = {
        "regeneration": writing,
        "regeneration_waiting": replace(
            writing,
            state=State.WAITING,
            note="loading the model",
            pace=None,
            model=None,
            device=None,
            findings_before=0,
            candidates=tuple(ShownCandidate(number, 40 + number, State.WAITING) for number in range(4)),
        ),
        "regeneration_done": done,
        "regeneration_failed": replace(
            half,
            state=State.FAILED,
            note="The engine ran out of memory. Close other programs, or ask for fewer candidates.",
        ),
        "regeneration_cancelled": replace(half, state=State.CANCELLED, note="Stopped; what is done stays."),
        "regeneration_stale": replace(
            done,
            state=State.STALE,
            note="The map was saved meanwhile, and these candidates were written for what it was. "
            "Begin again to write for it as it is now.",
        ),
        "regeneration_accepted": replace(done, state=State.ACCEPTED, note=EDITOR_HOLDS_ITS_COPY),
        "regeneration_none": replace(
            writing, state=State.NONE, start_ms=0, end_ms=0, timestamp="", pace=None, candidates=()
        ),
    }
    return {name: protocol_writing.regeneration(each) for name, each in shown.items()}


def example_generated() -> ShownGenerated:
    standing = ShownRange(
        id="g1",
        start_ms=SECTION[0],
        end_ms=SECTION[1],
        timestamp="00:16:000 - 00:21:333",
        model="v32",
        seed=2**64 - 1,
        at=SAVED_AT - 60,
        objects=17,
        can_revert=True,
        is_reverted=False,
    )
    reverted = replace(
        standing,
        id="g2",
        start_ms=40_000.0,
        end_ms=44_000.0,
        timestamp="00:40:000 - 00:44:000",
        seed=7,
        can_revert=False,
        is_reverted=True,
    )
    ranges = (standing, reverted)
    return ShownGenerated(
        key="m1", ranges=ranges, sentence=disclosure_sentence(ranges), can_undo=True, can_redo=False
    )


def example_played() -> Played:
    """A circle, a slider that goes there and back, and a spinner; the section holds the last two."""
    return Played(
        mode="osu",
        start_ms=14_000.0,
        end_ms=23_333.0,
        section_start_ms=SECTION[0],
        section_end_ms=SECTION[1],
        cs=4.0,
        ar=9.0,
        keys=0,
        colours=("#ffc000", "#00ca00", "#127cff", "#f21839"),
        song="/song/3f0b6d1c9a7e4f52",
        beats=((0.0, BEAT_MS, 4.0),),
        scroll=((14_000.0, 1.0), (16_333.0, 1.2)),
        objects=(
            PlayedObject(kind="circle", time_ms=15_000.0, end_ms=15_000.0, x=100, y=120, hitsound=8),
            PlayedObject(
                kind="slider",
                time_ms=16_333.0,
                end_ms=17_000.0,
                x=200,
                y=150,
                path=((200, 150), (230, 170), (270, 160)),
                spans=2,
                combo=1,
                colour=1,
                edges=((8, "soft", "drum"), (0, "normal", "normal"), (2, "soft", "soft")),
                ticks_ms=(16_500.0, 16_833.0),
                velocity=1.2,
                is_new=True,
            ),
            PlayedObject(
                kind="spinner", time_ms=18_000.0, end_ms=20_000.0, x=256, y=192, hitsound=4, is_new=True
            ),
        ),
    )


EXAMPLE_OPTIONS = Described(
    model="v32",
    family="v32",
    modes=(0, 1, 2, 3),
    wishes=("star_rating", "year", "mapper_id", "descriptors", "hitsounded", "temperature", "top_p"),
    descriptors=("jump aim", "streams", "technical", "slider tech"),
    years=(2007, 2025),
    most_star_rating=14.0,
    written=("timing", "kiai", "map", "sv"),
    given=("timing", "kiai", "map", "sv"),
    keeps=("nothing", "rhythm", "all but hitsounds"),
    mappers=3700,
    settings=("hp_drain", "circle_size"),
)


def writing_examples() -> dict[str, Message]:
    ready = ShownWriting(on=True, disclosed=True, model="v32")
    job = ShownSongJob(
        state=State.WRITING,
        audio="C:\\Music\\song.mp3",
        folder="C:\\Users\\me\\Mapside",
        model="v32",
        device="CPU, 2 of 4 threads, bfloat16",
        pace=PACE,
        objects=211,
    )
    overwritten = replace(
        example_generated(),
        ranges=example_generated().ranges[1:],
        sentence="",
        can_undo=False,
        can_redo=True,
        overwritten="The editor has saved its own copy over what you accepted. Put it back.",
    )
    return {
        "writing": protocol_writing.writing(ready),
        "writing_undisclosed": protocol_writing.writing(
            replace(ready, on=False, disclosed=False, note="Read first what the ranking criteria say.")
        ),
        "writing_no_model": protocol_writing.writing(
            replace(ready, model=None, note="No model that can write is on this machine yet.")
        ),
        **regeneration_examples(),
        "generated": protocol_writing.generated(example_generated()),
        "generated_nothing": protocol_writing.generated(ShownGenerated(key="m1")),
        "generated_overwritten": protocol_writing.generated(overwritten),
        "song_job": protocol_writing.song_job(job),
        "song_job_none": protocol_writing.song_job(ShownSongJob()),
        "song_job_done": protocol_writing.song_job(
            replace(
                job,
                state=State.DONE,
                pace=None,
                file="C:\\Users\\me\\Mapside\\Artist - Song (me).osz",
                remarks=("The song is not tagged: the title is the file's name.",),
            )
        ),
        "song_job_failed": protocol_writing.song_job(
            replace(job, state=State.FAILED, pace=None, note="song.mp3 is not audio. Choose another file.")
        ),
        "reply_options": protocol.reply(3, data=protocol_writing.options(EXAMPLE_OPTIONS)),
        "reply_range": protocol.reply(5, data=protocol_writing.song_range(60_000, 61_600)),
        "reply_played": protocol.reply(4, data=protocol_writing.played(example_played())),
    }


def examples() -> dict[str, Message]:
    shown = example_shown()
    finding_id = shown.outcome.verdicts[0].id
    return {
        "hello": greeting("0.1.0", CHECKS),
        "status": protocol_maps.status(
            protocol_maps.StatusLine(folder="C:\\osu!\\Songs", sets=1200, watching="all", tray=True)
        ),
        "status_without_folder": protocol_maps.status(protocol_maps.StatusLine()),
        "maps": protocol_maps.maps("m1", [example_summary(), example_summary("m2", "Hard", SAVED_AT - 3600)]),
        "maps_empty": protocol_maps.maps(None, []),
        "map": protocol_maps.map_shown(shown, sent_at=SAVED_AT + 0.03),
        "intended": protocol_maps.intended("m1", finding_id, on=True),
        "notice": protocol.notice("warning", "mapside.sqlite could not be read and was put aside."),
        "reply": protocol.reply(1),
        "reply_objects": protocol.reply(
            6, data=timeline_objects(timeline_part(shown.analysis.beatmap, 0), shown.outcome.version)
        ),
        "reply_refused": protocol.reply(
            2, error="That finding is no longer there: the map was saved meanwhile."
        ),
        **engine_examples(shown),
        **writing_examples(),
    }


def as_json() -> dict[str, Any]:
    return {name: json.loads(message.text) for name, message in examples().items()}


if __name__ == "__main__":
    json.dump(as_json(), sys.stdout, indent=1, ensure_ascii=False)
