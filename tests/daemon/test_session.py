from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daemon.matching import Anchor, Placed
from daemon.session import Baseline, Known, Look, Outcome, Session, Status, compare

if TYPE_CHECKING:
    from collections.abc import Sequence


def anchor(time_ms: float | None = 1000.0, *, check: str = "unsnapped-objects", content: str = "") -> Anchor:
    return Anchor(check, "head", time_ms, content, False, f"off the beat at {time_ms}", "")


def finish(session: Session, version: int, content: str, anchors: Sequence[Anchor]) -> Outcome | None:
    return session.accept(version, compare(session.memory, Look(content, anchors)))


class Saves:
    """A session and its saves, one line each."""

    def __init__(self, *, last: Baseline | None = None, marks: tuple[Anchor, ...] = ()) -> None:
        self.session = Session()
        self.session.recall("m1", last, marks)
        self._version = 0

    def save(
        self,
        *anchors: Anchor,
        content: str | None = None,
        objects: tuple[Placed, ...] = (),
        silent: tuple[str, ...] = (),
    ) -> Outcome:
        self._version += 1
        self.session.begin(self._version)
        look = Look(content or str(self._version), anchors, objects, lambda missed: missed.check_id in silent)
        outcome = self.session.accept(self._version, compare(self.session.memory, look))
        assert outcome is not None
        return outcome


def statuses(outcome: Outcome) -> list[Status]:
    return [verdict.status for verdict in outcome.verdicts]


def ids(outcome: Outcome) -> list[str]:
    return [verdict.id for verdict in outcome.verdicts]


class TestWhatIsNew:
    def test_at_first_sight_nothing_is(self) -> None:
        assert statuses(Saves().save(anchor(1000))) == [Status.STILL]

    def test_is_what_the_save_before_did_not_have(self) -> None:
        saves = Saves()
        saves.save(anchor(1000))
        assert statuses(saves.save(anchor(1000), anchor(2000))) == [Status.STILL, Status.NEW]

    def test_is_new_for_one_save_only(self) -> None:
        saves = Saves()
        saves.save()
        saves.save(anchor(1000))
        assert statuses(saves.save(anchor(1000))) == [Status.STILL]

    def test_what_is_gone_is_told_once(self) -> None:
        saves = Saves()
        saves.save(anchor(1000), anchor(2000))
        assert saves.save(anchor(2000)).gone == (anchor(1000),)
        assert saves.save(anchor(2000)).gone == ()

    def test_after_a_restart_it_is_still_known(self) -> None:
        last = Baseline("before", (Known("f7", anchor(1000)), Known("f8", anchor(2000))), 9)
        outcome = Saves(last=last).save(anchor(1000), anchor(3000))
        assert ids(outcome) == ["f7", "f9"]
        assert statuses(outcome) == [Status.STILL, Status.NEW]
        assert outcome.gone == (anchor(2000),)

    def test_a_second_look_at_the_same_save_is_compared_with_the_save_before(self) -> None:
        """The song's length has arrived, and with it one more finding."""
        saves = Saves()
        saves.save(anchor(1000), anchor(None, check="song"))
        first = saves.save(anchor(1000), anchor(2000), content="second")
        again = saves.save(anchor(1000), anchor(2000), anchor(None, check="song"), content="second")
        assert first.gone == (anchor(None, check="song"),)
        assert statuses(again) == [Status.STILL, Status.NEW, Status.STILL]
        assert again.gone == ()
        assert ids(again)[:2] == ids(first)

    def test_a_measure_inserted_before_makes_nothing_new(self) -> None:
        objects = tuple(Placed(time, f"note {time}") for time in (1000.0, 2000.0, 3000.0))
        moved = (objects[0], *(Placed(each.time_ms + 1333, each.content) for each in objects[1:]))
        saves = Saves()
        before = saves.save(anchor(1000), anchor(2000), anchor(3000), objects=objects)
        after = saves.save(anchor(1000), anchor(3333), anchor(4333), objects=moved)
        assert statuses(after) == [Status.STILL] * 3
        assert ids(after) == ids(before)
        assert after.gone == ()


class TestAChecksSilence:
    def test_makes_nothing_gone(self) -> None:
        saves = Saves(last=Baseline("before", (Known("f1", anchor(None, check="song")),), 2))
        first = saves.save(anchor(1000), content="a", silent=("song",))
        assert first.gone == ()
        measured = saves.save(anchor(1000), anchor(None, check="song"), content="a")
        assert statuses(measured) == [Status.NEW, Status.STILL]
        assert ids(measured)[1] == "f1"

    def test_over_several_saves_is_still_no_news(self) -> None:
        saves = Saves()
        before = saves.save(anchor(None, check="song"))
        for _ in range(3):
            assert saves.save(silent=("song",)).gone == ()
        after = saves.save(anchor(None, check="song"))
        assert (statuses(after), ids(after)) == ([Status.STILL], ids(before))

    def test_once_broken_can_make_it_gone(self) -> None:
        saves = Saves()
        saves.save(anchor(None, check="song"))
        saves.save(silent=("song",), content="b")
        assert saves.save(content="b").gone == (anchor(None, check="song"),)

    def test_lets_what_it_had_said_move_along_with_the_map(self) -> None:
        objects = tuple(Placed(time, f"note {time}") for time in (1000.0, 2000.0, 3000.0))
        moved = (objects[0], *(Placed(each.time_ms + 1333, each.content) for each in objects[1:]))
        saves = Saves()
        before = saves.save(anchor(3000, check="song"), objects=objects)
        saves.save(objects=moved, silent=("song",), content="b")
        after = saves.save(anchor(4333, check="song"), objects=moved, content="b")
        assert (statuses(after), ids(after)) == ([Status.STILL], ids(before))

    def test_of_a_check_that_is_no_more_raises_nothing(self) -> None:
        last = Baseline("before", (Known("f1", anchor(1000, check="given-up-long-ago")),), 2)
        assert Saves(last=last).save(silent=("given-up-long-ago",)).gone == ()


def test_what_was_marked_meanwhile_is_never_overwritten() -> None:
    saves = Saves()
    (finding_id,) = ids(saves.save(anchor(1000)))
    session = saves.session
    session.begin(7)
    comparison = compare(session.memory, Look("next", [anchor(1000)]))
    session.set_intended(finding_id, on=True)
    with pytest.raises(ValueError, match="compared with something else"):
        session.accept(7, comparison)


class TestIds:
    def test_stay_while_it_is_the_same_finding(self) -> None:
        saves = Saves()
        first = saves.save(anchor(1000), anchor(5000))
        nudged = saves.save(anchor(1010), anchor(5000))
        assert ids(nudged) == ids(first)

    def test_are_never_given_twice(self) -> None:
        saves = Saves()
        first = saves.save(anchor(1000))
        saves.save()
        back = saves.save(anchor(1000))
        assert ids(back) != ids(first)


class TestStaleResults:
    def test_of_an_older_version_are_dropped(self) -> None:
        session = Session()
        session.begin(1)
        session.begin(2)
        assert finish(session, 1, "old", [anchor()]) is None
        assert finish(session, 2, "new", [anchor()]) is not None

    def test_leave_no_trace(self) -> None:
        session = Session()
        session.begin(1)
        finish(session, 1, "a", [anchor(1000)])
        session.begin(2)
        session.begin(3)
        finish(session, 2, "b", [anchor(1000), anchor(2000)])
        outcome = finish(session, 3, "c", [anchor(1000), anchor(2000)])
        assert outcome is not None
        assert statuses(outcome) == [Status.STILL, Status.NEW]


class TestIntended:
    def test_stays_hidden_at_the_next_save(self) -> None:
        saves = Saves()
        (finding_id,) = ids(saves.save(anchor(1000)))
        assert saves.session.set_intended(finding_id, on=True)
        assert [verdict.intended for verdict in saves.save(anchor(1010)).verdicts] == [True]

    def test_goes_along_with_many_small_moves(self) -> None:
        saves = Saves()
        (finding_id,) = ids(saves.save(anchor(1000)))
        saves.session.set_intended(finding_id, on=True)
        for time_ms in range(1015, 1200, 15):
            assert saves.save(anchor(time_ms)).verdicts[0].intended

    def test_hides_one_finding_and_no_other(self) -> None:
        saves = Saves()
        first, _ = ids(saves.save(anchor(1000), anchor(2000)))
        saves.session.set_intended(first, on=True)
        assert [verdict.intended for verdict in saves.save(anchor(1000), anchor(2000)).verdicts] == [
            True,
            False,
        ]

    def test_holds_after_the_finding_was_away(self) -> None:
        saves = Saves()
        (finding_id,) = ids(saves.save(anchor(1000)))
        saves.session.set_intended(finding_id, on=True)
        saves.save()
        assert saves.save(anchor(1000)).verdicts[0].intended

    def test_can_be_taken_back(self) -> None:
        saves = Saves()
        (finding_id,) = ids(saves.save(anchor(1000)))
        saves.session.set_intended(finding_id, on=True)
        saves.session.set_intended(finding_id, on=False)
        assert saves.session.marks == ()
        assert not saves.save(anchor(1000)).verdicts[0].intended

    def test_is_not_missed_when_it_is_gone(self) -> None:
        saves = Saves()
        (finding_id,) = ids(saves.save(anchor(1000)))
        saves.session.set_intended(finding_id, on=True)
        assert saves.save().gone == ()

    def test_of_a_finding_that_is_not_there_is_refused(self) -> None:
        saves = Saves()
        saves.save(anchor(1000))
        assert not saves.session.set_intended("f99", on=True)

    def test_survives_a_restart(self) -> None:
        assert Saves(marks=(anchor(1000),)).save(anchor(1005)).verdicts[0].intended
