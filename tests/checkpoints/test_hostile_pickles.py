"""Files made to run something, or to eat the machine: refused, with a sentence that says by what."""

from __future__ import annotations

import builtins
import os
import pickle
import struct
import time
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import torch

from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.pickle_program import MOST_PROGRAM_BYTES
from engine.checkpoints.unpickle import read_pickled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MIB = 2**20


class Runs:
    """Pickles to a call."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """What must not come to be."""
    return tmp_path / "written by the pickle"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stranger.pkl"


def refusal(file: Path) -> str:
    with pytest.raises(CheckpointError) as refused:
        read_pickled(file)
    sentence = str(refused.value)
    assert str(file) in sentence
    assert "\n" not in sentence
    assert len(sentence) < len(str(file)) + 300
    return sentence


def hostile(written: Path) -> dict[str, tuple[Runs, str]]:
    return {
        "a shell": (Runs(os.system, f"touch '{written}'"), f"{os.system.__module__}.system"),
        "eval": (Runs(builtins.eval, f"open({str(written)!r}, 'w')"), "builtins.eval"),
        "exec": (Runs(builtins.exec, f"open({str(written)!r}, 'w')"), "builtins.exec"),
        "a file opened": (Runs(open, str(written), "w"), "io.open"),
        "an attribute": (Runs(getattr, "", "join"), "builtins.getattr"),
        "torch's own loader": (Runs(torch.load, str(written)), "torch.serialization.load"),
    }


CASES = ("a shell", "eval", "exec", "a file opened", "an attribute", "torch's own loader")


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("case", CASES)
def test_a_call_is_refused_by_name(file: Path, written: Path, case: str, protocol: int) -> None:
    call, name = hostile(written)[case]
    file.write_bytes(pickle.dumps(call, protocol))
    said = refusal(file)
    # Python 2's names are written in the old protocols.
    assert f"asks for {name}" in said or f"asks for {name.replace('builtins', '__builtin__')}" in said
    assert not written.exists()


@pytest.mark.parametrize("zipped", [True, False], ids=["since 1.6", "before 1.6"])
def test_a_call_among_weights_is_refused(file: Path, written: Path, zipped: bool) -> None:
    call, name = hostile(written)["a shell"]
    torch.save(
        {"weights": torch.ones(3), "deep": [{"in": (1, call)}]}, file, _use_new_zipfile_serialization=zipped
    )
    assert f"asks for {name}" in refusal(file)
    assert not written.exists()


def archive(file: Path, program: bytes, **members: bytes) -> None:
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("stranger/data.pkl", program)
        for name, content in members.items():
            made.writestr(f"stranger/data/{name.removeprefix('n')}", content)


TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n"
FLOATS = b"ctorch\nFloatStorage\n"


def storage(kind: bytes = FLOATS, key: bytes = b"0", count: bytes = b"K\x04") -> bytes:
    """The reference to a run of numbers, as torch writes it."""
    text = b"X" + struct.pack("<I", len(key)) + key
    return b"(X\x07\x00\x00\x00storage" + kind + text + b"X\x03\x00\x00\x00cpu" + count + b"tQ"


def tensor(
    reference: bytes, offset: bytes = b"K\x00", shape: bytes = b"K\x04", stride: bytes = b"K\x01"
) -> bytes:
    hooks = b"ccollections\nOrderedDict\n)R"
    return (
        b"\x80\x02"
        + TENSOR
        + b"("
        + reference
        + offset
        + shape
        + b"\x85"
        + stride
        + b"\x85\x89"
        + hooks
        + b"tR."
    )


FOUR = struct.pack("<4f", 1, 2, 3, 4)


def test_the_tensors_of_these_tests_are_right_when_nothing_is_wrong(file: Path) -> None:
    archive(file, tensor(storage()), n0=FOUR)
    assert read_pickled(file).tolist() == [1, 2, 3, 4]


def test_a_call_in_a_reference_to_numbers_is_refused(file: Path) -> None:
    """The kind of a storage is a class that torch would look up."""
    archive(file, tensor(storage(kind=b"cposix\nsystem\n")), n0=FOUR)
    assert "asks for posix.system" in refusal(file)


def test_a_kind_of_storage_is_only_a_label(file: Path) -> None:
    archive(file, b"\x80\x02ctorch\nFloatStorage\nK\x04\x85R.")
    assert "calls torch.FloatStorage, which may only be mentioned" in refusal(file)


def test_only_names_are_called(file: Path) -> None:
    file.write_bytes(b"\x80\x02X\x04\x00\x00\x00eval)R.")
    assert "calls a str" in refusal(file)


@pytest.mark.parametrize(
    "reference",
    [b"(X\x06\x00\x00\x00module" + FLOATS + b"NNtQ", b"K\x07Q", b"NQ", b"(tQ"],
    ids=["torch's source check", "a number", "nothing", "an empty one"],
)
def test_references_to_anything_but_numbers_are_refused(file: Path, reference: bytes) -> None:
    archive(file, b"\x80\x02" + reference + b".")
    assert "no run of numbers" in refusal(file)


@pytest.mark.parametrize(
    ("program", "instruction"),
    [
        (b"(S'ls'\nios\nsystem\n.", "STRING"),
        (b"(ios\nsystem\n.", "INST"),
        (b"(cos\nsystem\n", "os.system"),
        (b"\x80\x02ccollections\nOrderedDict\n)\x81.", "NEWOBJ"),
        (b"\x80\x04ccollections\nOrderedDict\n)}\x92.", "NEWOBJ_EX"),
        (b"\x80\x02(ccollections\nOrderedDict\no.", "OBJ"),
        (b"\x80\x02\x82\x01.", "EXT1"),
        (b"Pos.system\n.", "PERSID"),
    ],
)
def test_older_ways_to_call_do_not_exist(file: Path, program: bytes, instruction: str) -> None:
    archive(file, program)
    assert instruction in refusal(file)


def test_state_is_not_laid_over_objects(file: Path) -> None:
    archive(file, b"\x80\x02ccollections\nOrderedDict\n)R}X\x05\x00\x00\x00clearK\x01sb.")
    assert "lays a state of its own" in refusal(file)


def test_a_name_of_any_length_makes_a_short_sentence(file: Path) -> None:
    file.write_bytes(b"\x80\x04\x8c\xff" + b"m" * 255 + b"\x8c\xff" + b"n" * 255 + b"\x93.")
    assert "asks for mmm" in refusal(file)


# Bombs. Each is stopped before it is paid for.

BOMBS: dict[str, bytes] = {
    "text of four gigabytes": b"\x80\x02X\xff\xff\xff\xff.",
    "bytes of a terabyte": b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b".",
    "a frame without end": b"\x80\x04\x95" + struct.pack("<Q", 2**62) + b"X\xff\xff\xff\xff.",
    "a memo of four billion": b"\x80\x02Nr\xff\xff\xff\xff0.",
    "a list in itself": b"\x80\x02]q\x00h\x00a.",
    "a dict in itself": b"\x80\x02}q\x00K\x01h\x00s.",
    "tuples in tuples": b"\x80\x02)" + b"\x85" * 200_000 + b".",
    "lists in lists": b"\x80\x02" + b"]" * 60_000 + b"a" * 59_999 + b".",
    "a pile": b"\x80\x02" + b"(" * MIB + b".",
    "a million empty lists": b"\x80\x02]" + b"]a" * MIB + b".",
    "keys that all hash to 0": b"\x80\x02}("
    + b"".join(b"\x8a\x0a" + (n * (2**61 - 1)).to_bytes(10, "little") + b"N" for n in range(1, 40_000))
    + b"u.",
    "tuples as keys": b"\x80\x02})" + b"\x85" * 200_000 + b"K\x01s.",
    # Each list holds the one before it ten times: 10 ** 25 leaves out of 25 lines.
    "a thousand laughs": b"\x80\x02]q\x00"
    + b"".join(b"](" + (b"h" + bytes([n])) * 10 + b"eq" + bytes([n + 1]) for n in range(25))
    + b".",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_bounded_time_and_space(file: Path, name: str) -> None:
    file.write_bytes(BOMBS[name])
    tracemalloc.start()
    started = time.process_time()
    refusal(file)
    seconds = time.process_time() - started
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 30
    assert most_bytes < 60 * MIB


def test_a_program_too_long_to_be_one_is_refused(file: Path) -> None:
    archive(file, b"\x80\x02" + b"N0" * (MOST_PROGRAM_BYTES // 2) + b"N.")
    assert "no usable data.pkl" in refusal(file)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (tensor(storage(count=b"\x8a\x05\x00\x00\x00\x00\x10")), "more numbers than the file can hold"),
        (tensor(storage(count=b"J\xff\xff\xff\xff")), "no run of numbers"),
        (tensor(storage(), shape=b"K\x05"), "beyond its numbers"),
        (tensor(storage(), offset=b"K\x01"), "beyond its numbers"),
        (tensor(storage(), offset=b"J\xff\xff\xff\xff"), "beyond its numbers"),
        (tensor(storage(), stride=b"K\x02"), "beyond its numbers"),
        (tensor(storage(), stride=b"J\xff\xff\xff\xff"), "damaged"),
        (tensor(storage(), shape=b"\x8a\x05\x00\x00\x00\x00\x10", stride=b"K\x00"), "beyond its numbers"),
        (tensor(storage(key=b"../0")), "no usable data/../0"),
        (tensor(storage(count=b"K\x05")), "cut short"),
        (tensor(storage(count=b"K\x03")), "no usable data/0"),
        (tensor(storage(kind=b"ctorch._utils\n_rebuild_tensor_v2\n")), "no run of numbers"),
    ],
    ids=range(12),
)
def test_tensors_stay_within_what_the_file_holds(file: Path, program: bytes, said: str) -> None:
    archive(file, program, n0=FOUR)
    assert said in refusal(file)


def test_a_stream_announces_no_more_than_it_holds(file: Path) -> None:
    """Before torch 1.6 the numbers come after the description: memory is promised before it is seen."""
    torch.save(torch.ones(4), file, _use_new_zipfile_serialization=False)
    whole = file.read_bytes()
    assert whole.count(b"cpuq\x04K\x04") == 1
    file.write_bytes(whole.replace(b"cpuq\x04K\x04", b"cpuq\x04\x8a\x05\x00\x00\x00\x00\x10"))
    assert "more numbers than the file can hold" in refusal(file)


def test_compressed_members_are_refused(file: Path) -> None:
    """A megabyte of zeros would be a kilobyte here, and a kilobyte could be a gigabyte."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("stranger/data.pkl", tensor(storage()))
        made.writestr("stranger/data/0", FOUR)
    assert "no usable data.pkl" in refusal(file)


def test_members_that_share_their_bytes_are_paid_for_each(file: Path) -> None:
    """A thousand names for the same bytes of the file: together they may not be more than the file."""
    count = 64
    program = b"\x80\x02("
    for key in range(count):
        program += tensor(storage(key=str(key).encode(), count=b"M\x00\x04"), shape=b"M\x00\x04")[2:-1]
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("stranger/data.pkl", program + b"t.")
        made.writestr("stranger/data/0", bytes(4096))
        first = made.getinfo("stranger/data/0")
        for key in range(1, count):
            alias = zipfile.ZipInfo(f"stranger/data/{key}")
            alias.header_offset, alias.CRC = first.header_offset, first.CRC
            alias.compress_size = alias.file_size = first.file_size
            made.filelist.append(alias)
    said = refusal(file)
    assert "more numbers than the file can hold" in said or "damaged archive" in said


def test_an_archive_of_something_else_is_refused(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("readme.txt", "hello")
    assert "not one that torch.save wrote" in refusal(file)


def test_the_other_byte_order_is_refused(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("stranger/data.pkl", tensor(storage()))
        made.writestr("stranger/byteorder", b"big")
    assert "other byte order" in refusal(file)
