"""One map and what is said of it: new, gone, intended, over saves and partial answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from daemon.desk import News
from daemon.hearing import MOST_SUGGESTIONS, Hearing, weigh
from daemon.protocol import Message
from daemon.remarks import OpinionState, ShownOpinion
from daemon.session import Status
from engine.service import Topic
from tests.daemon.mapper import mapped
from tests.daemon.suggesting import about, opinion, shown_map

if TYPE_CHECKING:
    from pathlib import Path

    from engine.beatmap.builder import MapBuilder
    from engine.service import Opinion


def hearing_of(path: Path, built: MapBuilder, content: str = "a") -> Hearing:
    return Hearing(path, shown_map(built), content)


def save(hearing: Hearing, built: MapBuilder, content: str, version: int = 2) -> bool:
    news = News(shown_map(built, version=version), Message("", None), True, hearing.path, content)
    return hearing.turn_to(news)


def say(hearing: Hearing, said: Opinion) -> None:
    hearing.listen_to(said.model)
    assert hearing.accept(weigh(hearing.shown, said, hearing.session.memory))
    hearing.become(OpinionState.DONE if said.complete else OpinionState.SCORING)


def told(hearing: Hearing) -> ShownOpinion:
    assert hearing.told is not None
    return hearing.told


def ids(hearing: Hearing) -> list[str]:
    return [verdict.id for verdict in told(hearing).verdicts]


def statuses(hearing: Hearing) -> list[Status]:
    return [verdict.status for verdict in told(hearing).verdicts]


def test_the_first_opinion_of_a_map_calls_nothing_new(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped())
    analysis = hearing.shown.analysis
    say(hearing, opinion("a", about(analysis, 3), about(analysis, 5)))
    assert ids(hearing) == ["m1", "m2"]
    assert statuses(hearing) == [Status.STILL, Status.STILL]


def test_after_a_save_it_says_what_is_new_and_what_is_gone(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped())
    analysis = hearing.shown.analysis
    say(hearing, opinion("a", about(analysis, 3), about(analysis, 5)))
    assert save(hearing, mapped(9), "b")
    analysis = hearing.shown.analysis
    say(hearing, opinion("b", about(analysis, 3), about(analysis, 7)))
    assert ids(hearing) == ["m1", "m3"]
    assert statuses(hearing) == [Status.STILL, Status.NEW]
    assert [anchor.timestamp for anchor in told(hearing).gone] == ["00:01:665 (6)"]


def test_while_windows_are_still_scored_nothing_is_known_to_be_gone(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped())
    analysis = hearing.shown.analysis
    say(hearing, opinion("a", about(analysis, 3), about(analysis, 5)))
    save(hearing, mapped(9), "b")
    analysis = hearing.shown.analysis
    say(hearing, opinion("b", done=1))
    assert not told(hearing).gone
    say(hearing, opinion("b", about(analysis, 5), done=2))
    assert ids(hearing) == ["m2"]
    assert not told(hearing).gone
    say(hearing, opinion("b", about(analysis, 5)))
    assert [anchor.timestamp for anchor in told(hearing).gone] == ["00:00:999 (4)"]


def test_of_a_model_surprised_by_everything_only_the_strongest_is_heard(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped())
    analysis = hearing.shown.analysis
    say(hearing, opinion("a", about(analysis, 3)))
    save(hearing, mapped(9), "b")
    analysis = hearing.shown.analysis
    many = [about(analysis, index % 19, variant=str(index)) for index in range(MOST_SUGGESTIONS + 50)]
    say(hearing, opinion("b", *many))
    assert len(told(hearing).remarks) == MOST_SUGGESTIONS
    assert told(hearing).gone == (), "what was not heard of may be among the rest"


def test_a_run_broken_off_by_a_newer_save_forgets_nothing(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped())
    say(hearing, opinion("a", about(hearing.shown.analysis, 3)))
    save(hearing, mapped(9), "b")
    say(hearing, opinion("b", done=1))
    save(hearing, mapped(9, 11), "c", version=3)
    say(hearing, opinion("c", about(hearing.shown.analysis, 3)))
    assert (ids(hearing), statuses(hearing)) == (["m1"], [Status.STILL])


def test_other_content_makes_void_what_was_said(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped())
    say(hearing, opinion("a", about(hearing.shown.analysis, 3)))
    run = hearing.run
    assert save(hearing, mapped(9), "b")
    assert hearing.run != run
    assert hearing.told is None
    assert hearing.message is None


def test_another_look_at_the_same_content_keeps_it_under_its_new_version(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped())
    say(hearing, opinion("a", about(hearing.shown.analysis, 3)))
    assert not save(hearing, mapped(), "a", version=7)
    assert told(hearing).version == 7
    assert ids(hearing) == ["m1"]


def test_intended_marks_stay_with_their_suggestion(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped())
    say(hearing, opinion("a", about(hearing.shown.analysis, 3)))
    assert hearing.mark("m1", on=True)
    assert told(hearing).verdicts[0].intended
    save(hearing, mapped(9), "b")
    analysis = hearing.shown.analysis
    say(hearing, opinion("b", about(analysis, 3), about(analysis, 5)))
    assert [verdict.intended for verdict in told(hearing).verdicts] == [True, False]
    assert hearing.mark("m1", on=False)
    assert not hearing.mark("m9", on=True)


def test_a_mark_made_while_an_answer_was_weighed_is_not_lost(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped())
    said = opinion("a", about(hearing.shown.analysis, 3))
    say(hearing, said)
    weighed = weigh(hearing.shown, said, hearing.session.memory)
    hearing.mark("m1", on=True)
    assert not hearing.accept(weighed)
    say(hearing, said)
    assert told(hearing).verdicts[0].intended


def test_another_model_is_not_measured_against_the_one_before(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped())
    analysis = hearing.shown.analysis
    say(hearing, opinion("a", about(analysis, 3)))
    hearing.mark("m1", on=True)
    say(hearing, opinion("a", about(analysis, 3), about(analysis, 5), model="v30"))
    assert statuses(hearing) == [Status.STILL, Status.STILL]
    assert told(hearing).gone == ()
    assert [verdict.intended for verdict in told(hearing).verdicts] == [True, False], "marks hold for all"


def test_the_rating_is_that_of_the_first_answer(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped())
    say(hearing, opinion("a", rating=5.25, model="v30"))
    assert hearing.rating == 5.25
    save(hearing, mapped(9), "b")
    assert hearing.rating == 5.25


def test_what_the_model_says_beside_a_rule_is_told_with_the_rules_id(tmp_path: Path) -> None:
    hearing = hearing_of(tmp_path / "a.osu", mapped(3))
    shown = hearing.shown
    rule = next(
        verdict.id
        for located, verdict in zip(shown.analysis.findings, shown.outcome.verdicts, strict=True)
        if located.finding.check_id == "unsnapped-objects"
    )
    late = replace(about(shown.analysis, 3), topic=Topic.RHYTHM, variant="time")
    say(hearing, opinion("a", late))
    assert told(hearing).agreed == ((rule, late),)
