"""`mapside check`, run as a person runs it: another process, its output, its exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from daemon.commands.maps import POOL_FROM_MAPS
from daemon.demo.maps import Mistake, four_keys, hard, normal
from daemon.demo.song import write_song
from engine.beatmap.builder import osu
from engine.checks.catalogue import CHECKS
from engine.checks.check import Severity
from tests.daemon.commands.command_line import ROOT, mapside
from tests.daemon.desktop.desktop import eventually

if TYPE_CHECKING:
    from collections.abc import Sequence

FLAWED = frozenset({Mistake.OFFSCREEN, Mistake.TOO_FAST, Mistake.CONFLICTING})


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_song(tmp_path_factory.mktemp("song"))


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory, song: Path) -> Path:
    """A Songs folder: a clean set named in three alphabets, a flawed set, a broken file."""
    folder = tmp_path_factory.mktemp("home") / "Songs"
    clean, flawed, broken = (folder / name for name in ("1 Ünïcode 歌 - Песня", "2 Flawed", "3 Broken"))
    for each in (clean, flawed, broken):
        each.mkdir(parents=True)
    for each in (clean, flawed):
        os.link(song, each / song.name)
        (each / "background.jpg").write_bytes(b"\xff\xd8\xff\xe0 a picture in name only")
    (clean / "Artist - Title [Normal].osu").write_bytes(normal(song.name, frozenset()))
    (clean / "Artist - Title [4K].osu").write_bytes(four_keys(song.name, frozenset()))
    (flawed / "Artist - Title [Hard].osu").write_bytes(hard(song.name, FLAWED))
    (broken / "zeros.osu").write_bytes(bytes(4000))
    return folder


@pytest.fixture
def flawed(songs: Path) -> Path:
    return songs / "2 Flawed" / "Artist - Title [Hard].osu"


@pytest.fixture
def clean(songs: Path) -> Path:
    return songs / "1 Ünïcode 歌 - Песня" / "Artist - Title [Normal].osu"


@cache
def as_json(*arguments: str | Path) -> dict[str, Any]:
    """The same question is asked once: the maps of this file do not change."""
    answer: dict[str, Any] = json.loads(mapside("check", "--json", *arguments).stdout)
    return answer


# What it says


def test_a_flawed_map_is_named_with_what_is_wrong_the_strongest_first(flawed: Path) -> None:
    done = mapside("check", flawed)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "Mapside - First Save (Demo Mapper)"
    assert lines[1] == "  in 2 Flawed"
    assert re.fullmatch(r"  \[Hard\] 2 problems, \d+ warnings?(, \d+ minor)?", lines[2])
    words = [line.split()[0] for line in lines[3:]]
    assert words == sorted(words, key=["problem", "warning", "minor"].index)


def test_a_finding_begins_as_the_editor_writes_it(flawed: Path) -> None:
    line = next(line for line in mapside("check", flawed).stdout.splitlines() if "screen" in line)
    assert re.match(r"    problem  00:16:800 \(\d+\) - \S", line)


def test_a_clean_map_says_so(clean: Path) -> None:
    done = mapside("check", clean)
    assert "nothing found" in done.stdout
    assert done.returncode == 0


def test_a_folder_is_searched_and_grouped_by_set(songs: Path) -> None:
    out = mapside("check", songs).stdout
    positions = [
        out.index(name) for name in ("1 Ünïcode 歌 - Песня", "[4K Normal]", "[Normal]", "2 Flawed", "[Hard]")
    ]
    assert positions == sorted(positions)
    assert "4 difficulties" in out


def test_a_map_named_twice_is_checked_once(flawed: Path) -> None:
    assert len(as_json(flawed, flawed, flawed.parent)["maps"]) == 1


def test_on_a_terminal_nothing_is_wider_than_it(flawed: Path) -> None:
    lines = mapside("check", flawed, columns=80).stdout.splitlines()
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    assert max(map(len, plain)) <= 80
    assert any(line.startswith(" " * 13 + word) for line in plain for word in "abcdefghijklmnopqrstuvwxyz"), (
        "a long finding goes on under its own beginning"
    )


def test_elsewhere_there_are_no_colours(flawed: Path) -> None:
    assert "\x1b[" not in mapside("check", flawed).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there only a console can be coloured, which we have not")
def test_colours_are_for_terminals(flawed: Path) -> None:
    assert "\x1b[" in mapside("check", flawed, columns=80).stdout
    coloured = re.compile(r"\x1b\[[\d;]*3\d")
    assert coloured.search(mapside("check", flawed, columns=80).stdout)
    assert not coloured.search(mapside("check", flawed, columns=80, NO_COLOR="1").stdout)


def test_elsewhere_a_finding_is_one_line(flawed: Path) -> None:
    found = sum(len(each["findings"]) for each in as_json(flawed)["maps"])
    lines = mapside("check", flawed).stdout.splitlines()
    assert len([line for line in lines if line.startswith("    ")]) == found


def test_a_map_made_of_nothing_but_one_circle_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "one.osu"
    path.write_bytes(osu().timing(180).circle(at=1000).bytes())
    assert mapside("check", path).returncode in {0, 1, 2}


# Exit codes


@pytest.mark.parametrize(
    ("mistakes", "code"),
    [({Mistake.OFFSCREEN, Mistake.TOO_FAST}, 2), ({Mistake.TOO_FAST}, 1), (set(), 0)],
    ids=["problem", "warning", "nothing"],
)
def test_the_exit_code_is_the_worst_severity(
    clean: Path, song: Path, mistakes: set[Mistake], code: int
) -> None:
    path = clean.parent / f"exit {code}.osu"
    path.write_bytes(hard(song.name, frozenset(mistakes)))
    try:
        assert mapside("check", path).returncode == code
    finally:
        path.unlink()


def test_what_is_not_shown_does_not_count(flawed: Path) -> None:
    assert mapside("check", flawed).returncode == 2
    assert mapside("check", flawed, "--category", "audio").returncode == 0


def test_the_help_documents_the_exit_codes() -> None:
    assert re.findall(r"^  (\d)  ", mapside("check", "--help").stdout, re.MULTILINE) == ["0", "1", "2", "3"]


# Filters


def test_severity_hides_what_is_milder(flawed: Path) -> None:
    shown = as_json(flawed, "--severity", "problem")["maps"][0]["findings"]
    assert {finding["severity"] for finding in shown} == {"problem"}


def test_categories_may_be_given_several_times(flawed: Path) -> None:
    shown = as_json(flawed, "--category", "compose", "--category", "timing")["maps"][0]["findings"]
    assert {finding["category"] for finding in shown} == {"Compose", "Timing"}


def test_checks_that_are_switched_off_stay_off(flawed: Path, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text('[checks]\ndisabled = ["offscreen-objects"]\n')
    done = mapside("check", "--json", flawed, home=tmp_path)
    ids = {finding["check"] for finding in json.loads(done.stdout)["maps"][0]["findings"]}
    assert "offscreen-objects" not in ids
    assert "conflicting-lines" in ids


# JSON


def test_the_json_has_the_shape_it_promises(songs: Path) -> None:
    answer = as_json(songs)
    assert set(answer) == {"shape", "app", "counts", "maps", "unreadable"}
    assert answer["shape"] == 1
    assert answer["app"] == metadata.version("mapside")
    assert set(answer["maps"][0]) == {
        "path", "set", "artist", "title", "version", "creator", "mode", "counts", "findings"
    }  # fmt: skip
    finding = next(finding for each in answer["maps"] for finding in each["findings"])
    assert set(finding) == {
        "check", "title", "category", "severity", "strength", "message",
        "time_ms", "end_ms", "timestamp", "link",
    }  # fmt: skip
    assert [each["reason"] for each in answer["unreadable"]]


def test_the_json_counts_what_it_lists(flawed: Path) -> None:
    (only,) = as_json(flawed)["maps"]
    for severity in Severity:
        name = severity.name.lower()
        assert only["counts"][name] == sum(finding["severity"] == name for finding in only["findings"])


def test_the_json_names_checks_of_the_catalogue_and_places_in_the_editor(flawed: Path) -> None:
    (only,) = as_json(flawed)["maps"]
    ids = {check.id for check in CHECKS}
    for finding in only["findings"]:
        assert finding["check"] in ids
        if finding["time_ms"] is not None:
            assert finding["link"].startswith("osu://edit/" + finding["timestamp"].split()[0])


def test_the_json_is_one_object_even_where_nothing_could_be_read(songs: Path) -> None:
    done = mapside("check", "--json", songs / "3 Broken")
    assert json.loads(done.stdout)["maps"] == []
    assert done.returncode == 3


# What cannot be checked


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 3
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("mapside: ")
    return line


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    path = tmp_path / "not here.osu"
    assert str(path) in sentence(mapside("check", path))


def test_a_folder_without_maps_is_named(tmp_path: Path) -> None:
    assert str(tmp_path) in sentence(mapside("check", tmp_path))


def test_something_else_than_a_map_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "audio.mp3"
    path.write_bytes(b"ID3")
    assert "Name a .osu file" in sentence(mapside("check", path))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (bytes(500), "zeros"),
        (b"PK\x03\x04 an archive by another name", "does not begin"),
    ],
    ids=["empty", "zeros", "archive"],
)
def test_a_broken_file_is_reported_and_the_others_are_checked(
    tmp_path: Path, flawed: Path, data: bytes, reason: str
) -> None:
    path = tmp_path / "broken.osu"
    path.write_bytes(data)
    done = mapside("check", path, flawed)
    assert done.returncode == 3
    assert re.search(rf"broken\.osu is .*{reason}|broken\.osu .*{reason}", done.stdout)
    assert "[Hard]" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights there")
def test_files_that_cannot_be_opened_are_reported(tmp_path: Path) -> None:
    (tmp_path / "round.osu").symlink_to("round.osu")
    (tmp_path / "nowhere.osu").symlink_to("gone")
    done = mapside("check", tmp_path)
    assert done.returncode == 3
    assert "round.osu cannot be read (Too many levels of symbolic links)." in done.stdout
    assert "nowhere.osu is gone." in done.stdout


def test_a_file_name_that_is_no_text_is_shown_somehow(tmp_path: Path) -> None:
    """Linux allows any bytes; a name in an old encoding must not end the run."""
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/latin-\xe9.osu")).write_bytes(osu().bytes())
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    done = mapside("check", tmp_path)
    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 1, 2}


def test_a_wrong_setting_is_a_sentence(flawed: Path, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text("[checks]\ndisable = []\n")
    assert "settings.toml" in sentence(mapside("check", flawed, home=tmp_path))


@pytest.mark.parametrize("arguments", [[], ["check"], ["chekc"], ["check", "--severity", "awful", "x.osu"]])
def test_a_wrong_command_is_a_sentence(arguments: Sequence[str]) -> None:
    assert "--help" in sentence(mapside(*arguments))


def test_a_reader_who_has_seen_enough_ends_it_quietly(songs: Path) -> None:
    """`mapside check Songs | head -1`"""
    with subprocess.Popen(
        [sys.executable, "-m", "daemon.cli", "check", str(songs)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        process.wait(60)
    assert said == b""


# The rest of the command


def test_the_version_is_the_packages() -> None:
    assert mapside("--version").stdout == f"mapside {metadata.version('mapside')}\n"


def test_run_is_the_companion() -> None:
    """Its own help answers, so its own options are understood."""
    done = mapside("run", "--help")
    assert done.returncode == 0
    assert "--demo" in done.stdout


def test_many_sets_are_checked_by_several_processes_with_the_same_result(songs: Path, tmp_path: Path) -> None:
    data = (songs / "2 Flawed" / "Artist - Title [Hard].osu").read_bytes()
    for number in range(POOL_FROM_MAPS + 5):
        folder = tmp_path / f"{number:03} set"
        folder.mkdir()
        (folder / "map.osu").write_bytes(data)
    answer = as_json(tmp_path)
    assert len(answer["maps"]) == POOL_FROM_MAPS + 5
    assert [each["set"] for each in answer["maps"]] == sorted(each["set"] for each in answer["maps"])
    assert len({json.dumps(each["findings"]) for each in answer["maps"]}) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the workers in /proc")
def test_ctrl_c_ends_it_with_a_sentence_whatever_the_workers_do(songs: Path, tmp_path: Path) -> None:
    """As a terminal does it: the signal goes to the command and to its workers."""
    data = (songs / "2 Flawed" / "Artist - Title [Hard].osu").read_bytes()
    for number in range(1000):
        (tmp_path / f"{number}.osu").write_bytes(data)
    with subprocess.Popen(
        [sys.executable, "-m", "daemon.cli", "check", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        eventually(partial(workers_of, process.pid), "workers have been started")
        os.killpg(process.pid, signal.SIGINT)
        out, said = process.communicate(timeout=60)
    assert (out, said.decode()) == (b"", "mapside: stopped.\n")
    assert process.returncode == 130


def workers_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


def test_checking_loads_nothing_of_the_engine_s_heavy_libraries(flawed: Path) -> None:
    script = (
        "import sys\n"
        "from daemon.cli import main\n"
        f"main(['check', {str(flawed)!r}])\n"
        "print(sorted({'torch', 'numpy', 'transformers'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"
