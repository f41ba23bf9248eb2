"""Ways to break a map, from one flipped byte to a crash in the middle of a save. Seeded, so that a failure
can be had again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    Havoc = Callable[[Random, bytearray], None]

OBJECTS_KEPT: Final = 25
TIMING_KEPT: Final = 8

NASTY: Final = (
    *(b"NaN", b"inf", b"-inf", b"1e308", b"-1E+90", b"1e-320", b"0", b"-0", b"-1", b"0.0", b"1_0", b"0x10"),
    *(b"2147483647", b"2147483648", b"-2147483648", b"131072", b"131073", b"9000", b"9001", b"9" * 400),
    *(b"9" * 5000, b",", b",,,,,,,,,,", b":", b"|", b"||||", b":|:|:", b"//", b" //", b"\t", b" ", b""),
    *(
        b"\x00",
        b"\x00" * 64,
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x80",
        b"\xe3\x81",
        "千本桜".encode("shift_jis"),
    ),
    *(b"\n", b"\r", b"\r\n", b"\n\r", b"\x0b", b"\x85", b"\x1a", "\u2028".encode(), "٣".encode()),
    *(b"[HitObjects]\n", b"\n[TimingPoints]\n", b"\n[General]\n", b"[]", b"[", b"\n[X]\n", b"Mode: 3\n"),
    *(b"osu file format v128\n", b"B|", b"P|0:0|0:0", b"L|0:0", b"C|1:1|2:2", b"B|1:1|1:1|1:1"),
    *(b"\n1,1,1,2,0,B|0:0|512:384|0:384|512:0,9000,131072,0|0,0:0|0:0,0:0:0:0:\n", b"\n0,1e-300\n"),
    *(b"\n-2147483647,0.000001,1,1,0,0,1,1\n", b"\n256,192,2147483647,8,0,-2147483647\n"),
)


def shortened(data: bytes) -> bytes:
    """A map's head and its first few timing lines and objects: all of its manners, little of its length."""
    left = {b"[TimingPoints]": TIMING_KEPT, b"[HitObjects]": OBJECTS_KEPT}
    kept: list[bytes] = []
    section = b""
    for line in data.splitlines(keepends=True):
        if line.startswith(b"["):
            section = line.strip()
        elif left.get(section, 1) <= 0 or len(kept) > 150:  # storyboards go on for thousands of lines
            continue
        elif section in left:
            left[section] -= 1
        kept.append(line)
    return b"".join(kept)


def broken(data: bytes, random: Random) -> bytes:
    """One to six kinds of havoc, one after the other."""
    victim = bytearray(data)
    for _ in range(random.randint(1, 6)):
        random.choice(WAYS)(random, victim)
    return bytes(victim)


def _place(random: Random, victim: bytearray) -> int:
    return random.randrange(len(victim) + 1)


def _stretch(random: Random, victim: bytearray) -> slice:
    start = _place(random, victim)
    return slice(start, start + random.choice((1, 2, 5, 20, 100, 1000)))


def flip(random: Random, victim: bytearray) -> None:
    for _ in range(min(len(victim), random.choice((1, 3, 10, 50)))):
        victim[random.randrange(len(victim))] = random.randrange(256)


def cut(random: Random, victim: bytearray) -> None:
    del victim[_stretch(random, victim)]


def truncate(random: Random, victim: bytearray) -> None:
    del victim[_place(random, victim) :]


def zero(random: Random, victim: bytearray) -> None:
    """What a crash leaves on an NTFS disk."""
    start = _place(random, victim)
    victim[start:] = bytes(len(victim) - start)


def double(random: Random, victim: bytearray) -> None:
    stretch = _stretch(random, victim)
    victim[stretch.start : stretch.start] = victim[stretch] * random.choice((1, 2, 20))


def insert(random: Random, victim: bytearray) -> None:
    for _ in range(random.choice((1, 1, 5))):
        at = _place(random, victim)
        victim[at:at] = random.choice(NASTY)


def replace_field(random: Random, victim: bytearray) -> None:
    """The likeliest mistake of another program: one field is nonsense."""
    for _ in range(random.choice((1, 3, 10))):
        start = victim.find(b",", _place(random, victim))
        end = victim.find(b",", start + 1)
        if 0 <= start < end:
            victim[start + 1 : end] = random.choice(NASTY)


def shuffle_lines(random: Random, victim: bytearray) -> None:
    lines = bytes(victim).splitlines(keepends=True)
    start = random.randrange(len(lines) + 1)
    stretch = lines[start : start + 40]
    random.shuffle(stretch)
    lines[start : start + 40] = stretch
    victim[:] = b"".join(lines)


def change_ends(random: Random, victim: bytearray) -> None:
    ends = random.choice(((b"\n",), (b"\r",), (b"\r\n",), (b"\n", b"\r", b"\r\n")))
    lines = bytes(victim).splitlines()
    victim[:] = b"".join(line + random.choice(ends) for line in lines)


def change_version(random: Random, victim: bytearray) -> None:
    version = random.choice((b"3", b"4", b"5", b"9", b"128", b"-1", b"0", b"99999999999", b"v"))
    end = victim.find(b"\n")
    victim[: max(end, 0)] = b"osu file format v" + version


WAYS: Final[Sequence[Havoc]] = (
    flip,
    cut,
    truncate,
    zero,
    double,
    insert,
    insert,
    replace_field,
    replace_field,
    replace_field,
    shuffle_lines,
    change_ends,
    change_version,
)
