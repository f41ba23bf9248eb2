from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from daemon import protocol, protocol_engine, protocol_maps
from daemon.protocol import BadRequestError, read_reply, read_request, write_request
from daemon.remarks import OpinionState, ShownOpinion
from daemon.wire_requests import (
    CheckNow,
    ModSet,
    Pause,
    PullModel,
    Quit,
    Select,
    SetAi,
    SetIntended,
    UnloadEngine,
)
from engine.modding.opinion import Opinion
from tests.daemon.message_examples import as_json, example_shown, example_shown_opinion, examples

EXAMPLES = as_json()


class TestRequests:
    @pytest.mark.parametrize(
        ("text", "request_"),
        [
            ('{"type":"select","key":"m1","id":3}', Select(type="select", key="m1", id=3)),
            (
                '{"type":"intended","key":"m1","finding":"f2","on":true}',
                SetIntended(type="intended", key="m1", finding="f2", on=True),
            ),
            ('{"type":"check"}', CheckNow(type="check")),
            ('{"type":"pause","on":false,"id":"a"}', Pause(type="pause", on=False, id="a")),
            ('{"type":"quit"}', Quit(type="quit")),
            ('{"type":"pull_model","name":"v32"}', PullModel(type="pull_model", name="v32")),
            ('{"type":"ai","on":true}', SetAi(type="ai", on=True)),
            ('{"type":"mod_set","key":"m1","id":1}', ModSet(type="mod_set", key="m1", id=1)),
            ('{"type":"unload_engine"}', UnloadEngine(type="unload_engine")),
        ],
    )
    def test_are_understood_and_written_alike(self, text: str, request_: Any) -> None:
        assert read_request(text) == request_
        assert read_request(write_request(request_)) == request_

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "nonsense",
            "null",
            "[1]",
            b"{}",
            "{}",
            '{"type":"delete_everything"}',
            '{"type":"select"}',
            '{"type":"select","key":1}',
            '{"type":"select","key":"m1","more":1}',
            '{"type":"select","key":"' + "m" * 100 + '"}',
            '{"type":"pause","on":1}',
            '{"type":"choose_folder","path":""}',
            '{"type":"pull_model","name":""}',
            '{"type":"ai","on":"yes"}',
            '{"type":"mod"}',
            '{"type":"quit","id":[1]}',
            '{"type":"quit","id":"' + "i" * 100 + '"}',
            "{" * 100_000,
        ],
    )
    def test_of_another_shape_are_refused_with_a_sentence(self, text: str | bytes) -> None:
        with pytest.raises(BadRequestError, match=r"\.$"):
            read_request(text)

    def test_that_are_refused_keep_their_id(self) -> None:
        with pytest.raises(BadRequestError) as refused:
            read_request('{"type":"nothing","id":7}')
        assert refused.value.id == 7


class TestMessages:
    @pytest.mark.parametrize("name", EXAMPLES)
    def test_carry_their_type(self, name: str) -> None:
        kind = EXAMPLES[name]["type"]
        assert name == kind or name.startswith(f"{kind}_")

    def test_of_a_map_hold_all_a_finding_needs(self) -> None:
        findings = EXAMPLES["map"]["findings"]
        assert {each["status"] for each in findings} == {"new", "still"}
        assert {each["intended"] for each in findings} == {True, False}
        assert len({each["id"] for each in findings}) == len(findings)
        for each in findings:
            assert each["check"] in EXAMPLES["hello"]["checks"]
            assert each["category"] in EXAMPLES["hello"]["categories"]
            assert each["severity"] in ("problem", "warning", "minor")
            assert 0 <= each["strength"] <= 1
            assert each["link"] is None or each["link"].startswith("osu://edit/")
        assert EXAMPLES["map"]["gone"]
        assert EXAMPLES["map"]["edited"]

    def test_of_an_opinion_hold_all_a_finding_of_the_model_needs(self) -> None:
        message, hello = EXAMPLES["opinion"], EXAMPLES["hello"]
        assert {each["status"] for each in message["findings"]} == {"new", "still"}
        for each in message["findings"]:
            assert hello["checks"][each["check"]]["category"] == each["category"]
            assert each["category"] == each["opinion"]["topic"]
            assert each["category"] in hello["topics"]
            assert each["severity"] in ("warning", "minor")
            assert each["opinion"]["places"][0]["timestamp"] == each["timestamp"]
            chances = [one["probability"] for one in each["opinion"]["alternatives"]]
            assert chances == sorted(chances, reverse=True)
        assert any(each["opinion"]["at"] for each in message["findings"])
        assert any(len(each["opinion"]["places"]) > 1 for each in message["findings"])
        assert {each["finding"] for each in message["agreed"]} <= {
            each["id"] for each in EXAMPLES["map"]["findings"]
        }
        assert message["map_version"] == EXAMPLES["map"]["map_version"]
        assert all(heat is None or 0 <= heat <= 1 for heat in message["heat"]["values"])

    def test_of_an_opinion_put_what_the_engine_notes_as_a_sentence(self) -> None:
        opinion = Opinion(
            "", (), (), 500.0, 0, 0, "v32", "CPU", None, 0.1, complete=True, note="no timing yet"
        )
        told = protocol_engine.opinion(ShownOpinion("key", 1, OpinionState.DONE, opinion=opinion))
        assert json.loads(told.text)["note"] == "No timing yet."

    def test_of_opinions_of_different_maps_do_not_replace_each_other(self) -> None:
        shown = example_shown_opinion(example_shown())
        other = protocol_engine.opinion(replace(shown, key="m2"))
        assert other.replaces != examples()["opinion"].replaces

    def test_of_a_kind_replace_each_other_and_others_do_not(self) -> None:
        kinds = {name: message.replaces for name, message in examples().items()}
        assert kinds["status"] == kinds["status_without_folder"]
        assert kinds["reply"] is None
        assert len({kinds[name] for name in ("hello", "status", "maps", "map", "intended", "notice")}) == 6

    def test_can_be_sent_whatever_a_name_is_made_of(self) -> None:
        message = protocol_maps.status(protocol_maps.StatusLine(folder="caf\udce9"))
        assert message.text.encode("utf-8")

    def test_to_clients_of_our_own_are_told_apart(self) -> None:
        assert read_reply(protocol.notice("info", "hello").text) is None
        answer = read_reply(protocol.reply(4, error="no").text)
        assert answer is not None
        assert (answer.id, answer.ok, answer.error) == (4, False, "no")

    def test_hold_no_number_that_json_lacks(self) -> None:
        for message in examples().values():
            json.loads(message.text, parse_constant=pytest.fail)
