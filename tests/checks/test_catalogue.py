"""What every check promises, held against all of them."""

from __future__ import annotations

import re

import pytest

from engine.checks import thresholds
from engine.checks.catalogue import CHECK_FAILED, CHECKS, by_id
from engine.checks.check import Check, Severity
from engine.checks.thresholds import Threshold
from tests.checks.wording import faults

TABLE = {name: value for name, value in vars(thresholds).items() if isinstance(value, Threshold)}
SENTENCE_END = re.compile(r"[.!?](?:\s|$)")

every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def sentences(text: str) -> int:
    """A dot inside a number or after a 4 in `4.` of a list is not an end; `osu!` is a name."""
    return len(SENTENCE_END.findall(text.replace("osu!", "osu")))


def test_no_two_checks_share_an_id() -> None:
    assert len(by_id) == len(CHECKS)


def test_no_two_checks_share_a_title() -> None:
    assert len({check.title for check in CHECKS}) == len(CHECKS)


@every_check
def test_an_id_is_kebab_case(check: Check) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", check.id)


@every_check
def test_a_title_fits_a_list(check: Check) -> None:
    assert 1 <= len(check.title.split()) <= 6
    assert len(check.title) <= 40


@every_check
def test_a_purpose_is_one_sentence(check: Check) -> None:
    assert check.purpose.endswith(".")
    assert sentences(check.purpose) == 1


@every_check
def test_a_reasoning_argues_and_does_not_preach(check: Check) -> None:
    assert 2 <= sentences(check.reasoning) <= 5
    assert len(check.reasoning) <= 600


@every_check
def test_what_a_check_says_of_itself_is_well_formed(check: Check) -> None:
    assert faults(check.title + ".") == []
    assert faults(check.purpose) == []
    assert faults(check.reasoning) == []


@every_check
def test_players_and_mappers_are_anybody(check: Check) -> None:
    said = f"{check.title} {check.purpose} {check.reasoning}"
    assert re.findall(r"\b(?:he|his|him|she|her)\b", said, re.IGNORECASE) == []


@every_check
def test_severities_are_declared_worst_first(check: Check) -> None:
    assert check.severities
    assert list(check.severities) == sorted(set(check.severities), reverse=True)


@every_check
def test_a_check_is_for_some_mode(check: Check) -> None:
    assert check.modes


def test_a_failed_check_has_a_title_to_show() -> None:
    assert by_id[CHECK_FAILED.id] is CHECK_FAILED
    assert CHECK_FAILED.severities == (Severity.MINOR,)


@pytest.mark.parametrize("name", TABLE)
def test_every_number_names_its_source(name: str) -> None:
    assert re.match(r"(ours|osu! wiki|lazer's Verify|Mapset Verifier|ppy/osu)", TABLE[name].source)


def test_a_unit_in_a_name_is_the_unit() -> None:
    for name, row in TABLE.items():
        if name.endswith("_MS"):
            assert row.unit == "ms", name
        if name.endswith("_PX"):
            assert row.unit == "px", name
