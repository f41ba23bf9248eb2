"""What a model suggests, as findings of the list."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from daemon.remarks import remarks_on, warmth
from daemon.topics import BY_TOPIC, TOPIC_CHECKS
from engine.checks.catalogue import CHECKS
from engine.checks.check import Severity
from engine.service import CHECKS_OF, Place, Topic
from tests.daemon.mapper import mapped
from tests.daemon.suggesting import about, looked_at


def test_a_suggestion_is_placed_like_a_rules_finding() -> None:
    analysis = looked_at(mapped())
    ((remark,), agreed) = remarks_on(analysis, [about(analysis, 3, message="Elsewhere.")])
    assert agreed == ()
    assert remark.located.finding.check_id == "ai-compose"
    assert remark.located.category == "Compose"
    assert remark.anchor.timestamp == "00:00:999 (4)"
    assert remark.located.link == "osu://edit/00:00:999%20(4)"
    assert remark.located.discussion == "00:00:999 (4) - Elsewhere."


@pytest.mark.parametrize(
    ("surprisal", "severity"),
    [(20.0, Severity.MINOR), (99.9, Severity.MINOR), (100.0, Severity.WARNING), (1e6, Severity.WARNING)],
)
def test_no_opinion_is_worse_than_a_warning(surprisal: float, severity: Severity) -> None:
    analysis = looked_at(mapped())
    ((remark,), _) = remarks_on(analysis, [about(analysis, 3, surprisal=surprisal)])
    assert remark.located.finding.severity is severity
    assert 0 <= remark.located.finding.strength <= 1


def test_what_is_more_surprising_is_stronger() -> None:
    analysis = looked_at(mapped())
    remarks, _ = remarks_on(
        analysis, [about(analysis, 3, surprisal=each) for each in (4e4, 2e4, 2000.0, 300.0, 25.0)]
    )
    strengths = [each.located.finding.strength for each in remarks]
    assert strengths == sorted(strengths, reverse=True)
    assert len(set(strengths)) == 5


def test_every_place_of_a_suggestion_can_be_reached() -> None:
    analysis = looked_at(mapped())
    ((remark,), _) = remarks_on(analysis, [about(analysis, 3, 7, 11)])
    assert [spot.timestamp for spot in remark.spots] == ["00:00:999 (4)", "00:02:331 (8)", "00:03:663 (12)"]
    assert all(spot.link for spot in remark.spots)


def test_what_a_rule_says_of_the_same_object_is_agreed_and_not_repeated() -> None:
    analysis = looked_at(mapped(3))
    late = about(analysis, 3, topic=Topic.RHYTHM, variant="time")
    elsewhere = about(analysis, 5, topic=Topic.RHYTHM, variant="time")
    remarks, agreed = remarks_on(analysis, [late, elsewhere])
    assert [remark.suggestion for remark in remarks] == [elsewhere]
    assert [each.suggestion for each in agreed] == [late]
    assert analysis.findings[agreed[0].rule].finding.check_id == "unsnapped-objects"


def test_what_a_rule_says_of_another_matter_is_not() -> None:
    analysis = looked_at(mapped(3))
    remarks, agreed = remarks_on(analysis, [about(analysis, 3, topic=Topic.NEW_COMBOS, variant="missing")])
    assert (len(remarks), agreed) == (1, ())


def test_a_moment_without_an_object_has_a_bare_time() -> None:
    analysis = looked_at(mapped())
    kiai = replace(about(analysis, 3, topic=Topic.KIAI), places=(Place(1500.0, 2500.0, ()),))
    ((remark,), _) = remarks_on(analysis, [kiai])
    assert remark.anchor.timestamp == "00:01:500"
    assert remark.located.finding.end_ms == 2500.0


@pytest.mark.parametrize(
    ("surprisal", "warm"), [(None, None), (0.0, 0.0), (1.0, 0.0), (1000.0, 1.0), (1e9, 1.0), (math.nan, 0.0)]
)
def test_heat_goes_from_nothing_to_an_issue(surprisal: float | None, warm: float | None) -> None:
    assert warmth(surprisal) == warm


def test_heat_tells_orders_of_magnitude_apart() -> None:
    assert warmth(10.0) == pytest.approx(1 / 3)
    assert warmth(100.0) == pytest.approx(2 / 3)


def test_every_topic_has_a_check_of_its_own_name() -> None:
    assert set(BY_TOPIC) == set(Topic)
    ids = [check.id for check in TOPIC_CHECKS]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & {check.id for check in CHECKS}
    for check in TOPIC_CHECKS:
        assert check.id.startswith("ai-")
        assert check.modes
        assert len(check.reasoning) > len(check.purpose)


def test_rules_that_are_said_to_agree_exist() -> None:
    assert set().union(*CHECKS_OF.values()) <= {check.id for check in CHECKS}
