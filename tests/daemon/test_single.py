from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from daemon.single import (
    ADDRESS_NAME,
    Address,
    Instance,
    bring_forward,
    load_token,
    read_address,
    write_private,
)

if TYPE_CHECKING:
    from pathlib import Path

on_posix = pytest.mark.skipif(os.name != "posix", reason="Windows keeps a user's folders to that user")


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


class TestTheLock:
    def test_is_held_by_one_only(self, tmp_path: Path) -> None:
        first = Instance.acquire(tmp_path)
        assert first is not None
        assert Instance.acquire(tmp_path) is None
        first.release()
        second = Instance.acquire(tmp_path)
        assert second is not None
        second.release()

    def test_ends_with_a_process_that_was_killed(self, tmp_path: Path) -> None:
        script = (
            "import sys, time; from pathlib import Path; from daemon.single import *\n"
            f"one = Instance.acquire(Path({str(tmp_path)!r})); one.announce(Address(1, 'old'))\n"
            "print('held', flush=True); time.sleep(60)"
        )
        holder = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        assert holder.stdout is not None
        with holder.stdout:
            assert holder.stdout.readline().strip() == b"held"
            assert Instance.acquire(tmp_path) is None
            holder.kill()
            holder.wait(10)
        after = Instance.acquire(tmp_path)
        assert after is not None, "a stale file must not keep a start from happening"
        assert read_address(tmp_path) is None, "nor lead a second start astray"
        after.release()


class TestTheAddress:
    def test_is_told_to_a_second_start_and_taken_back_at_the_end(self, tmp_path: Path) -> None:
        instance = Instance.acquire(tmp_path)
        assert instance is not None
        instance.announce(Address(4242, "token"))
        assert read_address(tmp_path) == Address(4242, "token")
        instance.release()
        assert read_address(tmp_path) is None

    @on_posix
    def test_is_for_this_user_alone(self, tmp_path: Path) -> None:
        instance = Instance.acquire(tmp_path)
        assert instance is not None
        instance.announce(Address(4242, "token"))
        assert mode(tmp_path / ADDRESS_NAME) == "0o600"
        instance.release()

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"port":"x","token":1}', "null", "\0"])
    def test_that_makes_no_sense_is_none(self, tmp_path: Path, text: str) -> None:
        (tmp_path / ADDRESS_NAME).write_text(text, encoding="utf-8")
        assert read_address(tmp_path) is None

    async def test_where_nobody_answers_is_given_up_in_time(self, tmp_path: Path) -> None:
        (tmp_path / ADDRESS_NAME).write_text(json.dumps({"port": 9, "token": "t"}), encoding="utf-8")
        async with asyncio.timeout(5):
            assert await bring_forward(tmp_path, timeout_s=0.3) is None


class TestTheToken:
    def test_stays_the_same(self, tmp_path: Path) -> None:
        token = load_token(tmp_path)
        assert load_token(tmp_path) == token
        assert len(token) >= 43, "256 bits"

    @on_posix
    def test_is_for_this_user_alone_even_if_it_was_not(self, tmp_path: Path) -> None:
        load_token(tmp_path)
        (tmp_path / "token").chmod(0o644)
        load_token(tmp_path)
        assert mode(tmp_path / "token") == "0o600"

    @pytest.mark.parametrize("damage", [b"", b"short", b"\xff\xfe" * 40, b"a b" * 20, b"<script>" * 8])
    def test_is_made_anew_if_its_file_is_damaged(self, tmp_path: Path, damage: bytes) -> None:
        (tmp_path / "token").write_bytes(damage)
        token = load_token(tmp_path)
        assert token.encode() != damage
        assert load_token(tmp_path) == token


@on_posix
def test_a_private_file_is_never_readable_to_others_not_even_for_a_moment(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o644)
    write_private(file, "new")
    assert (file.read_text(encoding="utf-8"), mode(file)) == ("new", "0o600")
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


def test_where_nothing_can_be_written_it_runs_all_the_same(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_bytes(b"")
    instance = Instance.acquire(taken / "runtime")
    assert instance is not None
    instance.announce(Address(1, "token"))
    instance.release()
    assert len(load_token(taken / "data")) >= 32


def test_a_private_file_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file" / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match="file"):
        write_private(tmp_path / "file", "secret")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
