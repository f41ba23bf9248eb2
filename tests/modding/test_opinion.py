"""What crosses from the engine to the companion, and when the two of them mean the same thing."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from engine.checks.catalogue import CHECKS
from engine.checks.check import Finding, Severity
from engine.modding.agreement import CHECKS_OF, agrees
from engine.modding.claims import TABLE
from engine.modding.opinion import Alternative, Opinion, Place, Suggestion, Topic

LATE = Suggestion(
    topic=Topic.RHYTHM,
    variant="time",
    message="This circle is off the ticks; the model expects it 10 ms earlier.",
    real="off the ticks",
    places=(Place(2017, None, (1,)), Place(4017, None, (3,))),
    surprisal=450.0,
    alternatives=(Alternative("10 ms earlier", 0.9, time_ms=2005.0),),
)
BEAT = Suggestion(
    Topic.TIMING, "beat", "The timing puts a beat here.", "a beat", (Place(2000, 4000, ()),), surprisal=30.0
)


def rule(check_id: str, time_ms: float | None, *objects: int, end_ms: float | None = None) -> Finding:
    return Finding(check_id, "x", Severity.WARNING, "Says so.", time_ms, end_ms, objects)


def test_an_opinion_survives_the_way_between_processes() -> None:
    opinion = Opinion("ab", (LATE, BEAT), (1.0, None), 500.0, 1, 2, "v32", "CPU", None, 0.5, complete=False)
    assert pickle.loads(pickle.dumps(opinion)) == opinion  # noqa: S301  our own bytes


def test_the_figure_is_shown_as_mappers_know_it() -> None:
    assert LATE.shown == 45.0


def test_reading_an_opinion_takes_the_standard_library_alone() -> None:
    heavy = {"torch", "numpy", "transformers"}
    script = f"import engine.modding.agreement, sys; print(*({heavy} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


@pytest.mark.parametrize("finding", [rule("unsnapped-objects", 2017, 1), rule("unsnapped-objects", 4017, 3)])
def test_a_rule_about_the_same_object_at_any_place_agrees(finding: Finding) -> None:
    assert agrees(LATE, finding)


def test_another_object_or_another_matter_does_not_agree() -> None:
    assert not agrees(LATE, rule("unsnapped-objects", 2017, 2))
    assert not agrees(LATE, rule("long-combo", 2017, 1))
    assert not agrees(LATE, rule("unsnapped-objects", None))


@pytest.mark.parametrize(
    ("finding", "same"),
    [
        (rule("conflicting-lines", 2000), True),
        (rule("conflicting-lines", 3000), True),
        (rule("conflicting-lines", 4011), False),
        (rule("conflicting-lines", 1000, end_ms=1990), True),
        (rule("conflicting-lines", 1000, end_ms=1989), False),
    ],
)
def test_what_is_about_no_object_agrees_by_time(finding: Finding, same: bool) -> None:
    assert agrees(BEAT, finding) is same


def test_the_table_of_agreement_names_claims_and_checks_that_exist() -> None:
    assert set(CHECKS_OF) <= {(row.topic, row.variant) for row in TABLE}
    assert set().union(*CHECKS_OF.values()) <= {check.id for check in CHECKS}
