"""`mapside generate` with a small model: a section, a whole map, a real terminal's questions, refusals."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from daemon.cli import main
from engine.beatmap.document import Document
from engine.beatmap.splice import section_of
from tests.daemon.commands.command_line import ROOT, mapside, own_environment
from tests.daemon.synth import FILE, SONG, copy_model, make_set, synth

if TYPE_CHECKING:
    from collections.abc import Iterator

START_MS, END_MS = 10_000, 12_000
SEED = ("--seed", "5")
PATIENCE_S = 120
A_SECTION = ("--add_to_beatmap", "--beatmap_path", "{map}", "--start_time", "1", "--end_time", "2")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def a_map(tmp_path: Path) -> Path:
    file = make_set(tmp_path) / FILE
    file.write_bytes(synth())
    return file


def generate(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    return mapside(
        "generate", *arguments, home=home, MAPSIDE_ENGINE__DEVICE="cpu", MAPSIDE_ENGINE__THREADS="1"
    )


def section(a_map: Path, checkpoint: Path) -> tuple[str | Path, ...]:
    return (
        "--beatmap_path", a_map, "--model", checkpoint, "--add_to_beatmap",
        "--start_time", str(START_MS), "--end_time", str(END_MS), *SEED,
    )  # fmt: skip


def outside(data: bytes) -> list[bytes]:
    """The lines of all objects but the section's."""
    document = Document.parse(data)
    inside = {document.beatmap.objects[n].line for n in section_of(document, START_MS, END_MS).objects}
    objects = {obj.line for obj in document.beatmap.objects}
    return [document.lines[line] for line in sorted(objects - inside)]


def test_a_section_becomes_a_new_difficulty_beside_the_map(
    a_map: Path, checkpoint: Path, tmp_path: Path
) -> None:
    before = a_map.read_bytes()
    done = generate(*section(a_map, checkpoint), home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    written = Path(done.stdout.strip())
    assert a_map.read_bytes() == before
    assert written.parent == a_map.parent
    assert outside(written.read_bytes()) == outside(before)
    assert written.read_bytes() != before
    assert "ranking criteria" in done.stderr
    assert "Seed 5 writes it again" in done.stderr


def test_saved_over_the_map_a_backup_is_kept_and_the_same_seed_writes_the_same(
    a_map: Path, checkpoint: Path, tmp_path: Path
) -> None:
    home, before = tmp_path / "home", a_map.read_bytes()
    beside = generate(*section(a_map, checkpoint), home=home)
    over = generate(*section(a_map, checkpoint), "--overwrite_reference_beatmap", home=home)
    assert over.returncode == 0, over.stderr
    assert Path(over.stdout.strip()) == a_map
    kept = {file.read_bytes() for file in home.rglob("backups/*/*.osu")}
    assert before in kept
    assert a_map.read_bytes() in kept
    twice = Document.parse(a_map.read_bytes()), Document.parse(Path(beside.stdout.strip()).read_bytes())
    first, second = ([obj.time_ms for obj in each.beatmap.objects] for each in twice)
    assert first == second


def test_a_whole_map_goes_into_an_osz_with_its_song(a_map: Path, checkpoint: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (a_map.parent / "bg.jpg").write_bytes(b"a picture")
    wishes = tmp_path / "wishes.toml"
    wishes.write_text(
        'end_time = 4000\nexport_osz = true\ntitle = "Clicks"\nartist = "Nobody"\nversion = "Mine"\n'
    )
    done = generate(
        "--config", wishes, "--beatmap_path", a_map, "--model", checkpoint, "--output_path", folder, *SEED,
        home=tmp_path / "home",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(done.stdout.strip()) as archive:
        names = archive.namelist()
        (osu,) = [name for name in names if name.endswith(".osu")]
        written = Document.parse(archive.read(osu))
    assert {SONG, "bg.jpg"} <= set(names)
    assert written.beatmap.events.background == "bg.jpg"
    assert (written.beatmap.metadata.title, written.beatmap.metadata.version) == ("Clicks", "Mine")
    assert not written.problems
    assert written.beatmap.timing.red


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Say what to write"),
        (("--audio_path", "nowhere.mp3"), "there is no file nowhere.mp3"),
        (("--add_to_beatmap", "--audio_path", "{song}"), "needs a map to add to"),
        (("--add_to_beatmap", "--beatmap_path", "{map}"), "give --start_time and --end_time"),
        ((*A_SECTION, "--bpm", "9"), "leave bpm out"),
        (("--beatmap_path", "{map}", "--overwrite_reference_beatmap"), "goes with add_to_beatmap"),
        (("--audio_path", "{song}", "--bpm", "120"), "bpm and offset belong together"),
        (("--beatmap_path", "{map}", "--output_path", "nowhere"), "nowhere is no folder"),
        (("--beatmap_path", "{map}", "--background", "none.png"), "there is no file none.png"),
        (
            ("--beatmap_path", "{map}", "--add_to_beatmap", "--start_time", "5000", "--end_time", "4000"),
            "end",
        ),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    arguments: tuple[str, ...],
    sentence: str,
    a_map: Path,
    checkpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MAPSIDE_HOME", str(tmp_path / "home"))
    files = sorted(a_map.parent.iterdir())
    words = [each.format(map=a_map, song=a_map.parent / SONG) for each in arguments]
    assert main(["generate", *words, *(("--model", str(checkpoint)) if words else ())]) == 3
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ""
    assert sorted(a_map.parent.iterdir()) == files


# ---- at a terminal


class TerminalOf:
    """A real one: what is typed there is what the program is told."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.seen = ""

    def until(self, words: str) -> None:
        give_up_at = time.monotonic() + PATIENCE_S
        while words not in self.seen:
            assert time.monotonic() < give_up_at, f"{words!r} was never asked:\n{self.seen}"
            if select.select([self._descriptor], [], [], 0.5)[0]:
                more = self._read()
                assert more, f"{words!r} was never asked, and the program has ended:\n{self.seen}"
                self.seen += more

    def answer(self, question: str, answer: str) -> None:
        self.until(question)
        self.seen = ""
        os.write(self._descriptor, f"{answer}\n".encode())

    def enter_until(self, question: str) -> None:
        """Leaves everything that is asked before as it is."""
        while question not in self.seen:
            self.until(": ")
            if select.select([self._descriptor], [], [], 0.2)[0]:
                self.seen += self._read()
            elif question not in self.seen and self.seen.endswith(": "):  # else it was in what is only told
                self.seen = ""
                os.write(self._descriptor, b"\n")

    def to_the_end(self) -> str:
        while more := self._read():
            self.seen += more
        return self.seen

    def _read(self) -> str:
        try:
            return os.read(self._descriptor, 65536).decode(errors="replace")
        except OSError:  # the program has ended, and the terminal with it
            return ""


Seat: TypeAlias = "tuple[TerminalOf, subprocess.Popen[bytes]]"


@pytest.fixture
def at_a_terminal(checkpoint: Path, tmp_path: Path) -> Iterator[Seat]:
    pty = pytest.importorskip("pty", reason="Windows has no such terminals")
    outer, inner = pty.openpty()
    settings = own_environment(
        tmp_path / "home", MAPSIDE_ENGINE__MODEL=str(checkpoint), MAPSIDE_ENGINE__DEVICE="cpu", TERM="dumb"
    )
    program = subprocess.Popen(
        [sys.executable, "-m", "daemon.cli", "generate"],
        stdin=inner, stdout=inner, stderr=inner, env=settings, cwd=ROOT,
    )  # fmt: skip
    os.close(inner)
    try:
        yield TerminalOf(outer), program
    finally:
        program.kill()
        program.wait()
        os.close(outer)


def test_without_arguments_it_asks_shows_the_command_and_writes(at_a_terminal: Seat, a_map: Path) -> None:
    terminal, program = at_a_terminal
    terminal.answer("A song, or a .osu", f"'{a_map}'")
    terminal.answer("What to write", "2")
    terminal.answer("From (", "00:10:000")
    terminal.answer("To: ", "00:12:000")
    terminal.answer("Save over the map?", "")
    terminal.enter_until("Seed (drawn")
    terminal.answer("Seed (drawn", "5")
    terminal.until("--add_to_beatmap --start_time 10000 --end_time 12000")
    terminal.answer("Write it?", "y")
    terminal.answer("Have you read this", "y")
    said = terminal.to_the_end()
    assert program.wait(PATIENCE_S) == 0, said
    assert "Seed 5 writes it again" in said
    assert len(list(a_map.parent.glob("*.osu"))) == 2
