from __future__ import annotations

from typing import TYPE_CHECKING

from engine.jobs import JobError, Progress, Urgency
from engine.scheduler import Dropped, Event, Failed, Finished, Scheduler, Yielded

if TYPE_CHECKING:
    from engine.jobs import Job


def steps(*values: object) -> Job:
    yield from values


def events(scheduler: Scheduler) -> list[Event]:
    """All, until there is nothing left to do."""
    return list(iter(scheduler.step, None))


def said(scheduler: Scheduler) -> str:
    return "".join(str(event.value) for event in events(scheduler) if isinstance(event, Yielded))


def test_a_job_says_what_it_yields_and_that_it_has_ended() -> None:
    scheduler = Scheduler()
    half = Progress(1, 2, "counting")
    scheduler.submit(7, "map", Urgency.MOD, steps(half))
    assert events(scheduler) == [Yielded(7, half), Finished(7)]
    assert not scheduler.is_busy


def test_with_nothing_to_do_a_step_says_nothing() -> None:
    assert Scheduler().step() is None


def test_the_most_urgent_job_goes_first() -> None:
    scheduler = Scheduler()
    for id_, urgency in enumerate((Urgency.FILL, Urgency.MOD, Urgency.PERSON, Urgency.REGENERATE)):
        scheduler.submit(id_, id_, urgency, steps(urgency.name[0]))
    assert said(scheduler) == "PRMF"


def test_a_more_urgent_job_goes_ahead_at_the_next_step() -> None:
    scheduler = Scheduler()
    scheduler.submit(1, "map", Urgency.MOD, steps("a", "b", "c"))
    scheduler.step()
    scheduler.submit(2, "span", Urgency.REGENERATE, steps("X", "Y"))
    assert said(scheduler) == "XYbc"


def test_equally_urgent_jobs_take_turns() -> None:
    scheduler = Scheduler()
    scheduler.submit(1, "one", Urgency.MOD, steps(*"aaa"))
    scheduler.submit(2, "two", Urgency.MOD, steps(*"bbb"))
    scheduler.submit(3, "three", Urgency.MOD, steps(*"c"))
    assert said(scheduler) == "abcabab"


def test_a_job_that_arrives_waits_for_those_that_waited_before_it() -> None:
    scheduler = Scheduler()
    scheduler.submit(1, "one", Urgency.MOD, steps(*"aaa"))
    scheduler.submit(2, "two", Urgency.MOD, steps(*"bbb"))
    scheduler.step()
    scheduler.submit(3, "three", Urgency.MOD, steps(*"cc"))
    assert said(scheduler) == "bacbacb"


def test_a_newer_job_of_the_same_key_takes_the_older_ones_place() -> None:
    scheduler = Scheduler()
    scheduler.submit(1, "map", Urgency.MOD, steps(*"aaa"))
    scheduler.step()
    scheduler.submit(2, "map", Urgency.MOD, steps(*"bb"))
    assert events(scheduler) == [Dropped(1), Yielded(2, "b"), Yielded(2, "b"), Finished(2)]


def test_saving_faster_than_the_engine_thinks_does_not_starve_the_map_itself() -> None:
    scheduler = Scheduler()
    scheduler.submit(0, "other", Urgency.MOD, steps(*"o" * 100))
    heard = ""
    for id_ in range(1, 20):
        scheduler.submit(id_, "map", Urgency.MOD, steps(*"mm"))
        for _ in range(2):
            event = scheduler.step()
            heard += str(event.value) if isinstance(event, Yielded) else ""
    assert "m" in heard
    assert "o" in heard


def test_cancelling_closes_the_job_where_it_stands() -> None:
    closed = []

    def careful() -> Job:
        try:
            yield from "ab"
        finally:
            closed.append("tidied up")

    scheduler = Scheduler()
    scheduler.submit(1, "map", Urgency.MOD, careful())
    scheduler.step()
    scheduler.cancel(1)
    assert closed == ["tidied up"]
    assert events(scheduler) == [Dropped(1)]


def test_cancelling_what_has_ended_or_never_was_is_no_matter() -> None:
    scheduler = Scheduler()
    scheduler.submit(1, "map", Urgency.MOD, steps("a"))
    events(scheduler)
    scheduler.cancel(1)
    scheduler.cancel(99)
    assert events(scheduler) == []


def test_everything_can_be_cancelled_at_once() -> None:
    scheduler = Scheduler()
    for id_ in range(3):
        scheduler.submit(id_, id_, Urgency.MOD, steps("a"))
    scheduler.cancel_all()
    assert events(scheduler) == [Dropped(0), Dropped(1), Dropped(2)]


def test_a_job_that_raises_ends_alone() -> None:
    error = JobError("song.mp3 is missing: put it back")

    def broken() -> Job:
        yield "a"
        raise error

    scheduler = Scheduler()
    scheduler.submit(1, "one", Urgency.MOD, broken())
    scheduler.submit(2, "two", Urgency.MOD, steps(*"bb"))
    assert events(scheduler) == [
        Yielded(1, "a"),
        Yielded(2, "b"),
        Failed(1, error),
        Yielded(2, "b"),
        Finished(2),
    ]


def test_a_job_that_cannot_even_be_closed_ends_alone() -> None:
    error = OSError("the disk is full")

    def stubborn() -> Job:
        try:
            yield "a"
        finally:
            raise error

    scheduler = Scheduler()
    scheduler.submit(1, "one", Urgency.MOD, stubborn())
    scheduler.submit(2, "two", Urgency.MOD, steps("b"))
    scheduler.step()
    scheduler.cancel(1)
    assert events(scheduler) == [Failed(1, error), Yielded(2, "b"), Finished(2)]
