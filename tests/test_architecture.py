"""The house's invariants, as far as an import statement can break them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]

# Highest first. A room imports from its own rung and from those below it.
LADDER = (
    {"host"},
    {"process"},
    {"child"},
    {"pipe"},
    {"service"},
    {"writing"},
    {"training", "modding", "checks"},
    {"generation", "diffusion", "postprocess"},
    {"timing"},
    {"checkpoints"},
    {"model"},
    {"audio", "tokens"},
    {"beatmap"},
    {"scheduler"},
    {"jobs", "requests"},
    {"held_open"},
)
DAEMON_MAY_USE = {"service", "host", "jobs", "beatmap", "checks", "held_open"}
HEAVY = {"torch", "torchaudio", "transformers", "numpy", "osrparse"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str | None:
    """`engine.beatmap.curve` lies in the room `beatmap`."""
    parts = module.split(".")
    return parts[1] if parts[0] == "engine" and len(parts) > 1 else None


def rung(name: str) -> int:
    found = [index for index, names in enumerate(LADDER) if name in names]
    assert found, f"engine/{name} has no place on the ladder: give it one in ARCHITECTURE.md and here"
    return found[0]


@pytest.mark.parametrize("path", modules("engine"), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_engine_imports_downward_only(path: Path) -> None:
    here = path.relative_to(ROOT / "engine").parts[0].removesuffix(".py")
    if here == "__init__":
        return
    for module in imported(path):
        other = room(module)
        if other and other != here:
            assert rung(other) > rung(here), f"{path.name} reaches up or across to {module}"


@pytest.mark.parametrize("path", modules("engine"), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_engine_knows_nothing_of_the_daemon(path: Path) -> None:
    assert not [module for module in imported(path) if module.split(".")[0] == "daemon"]


@pytest.mark.parametrize("path", modules("daemon"), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_daemon_uses_only_the_engines_doors(path: Path) -> None:
    rooms = {room(module) for module in imported(path)} - {None}
    assert rooms <= DAEMON_MAY_USE, f"{path.name} reaches into engine/{rooms - DAEMON_MAY_USE}"


@pytest.mark.parametrize(
    "path",
    [*modules("daemon"), *modules("engine/beatmap"), *modules("engine/checks")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_what_runs_in_the_companion_names_nothing_heavy(path: Path) -> None:
    assert not {module.split(".")[0] for module in imported(path)} & HEAVY


def test_importing_the_companion_loads_nothing_heavy() -> None:
    """An import of an import counts as well: ask the interpreter."""
    script = f"import daemon.app, sys; print(*sorted({HEAVY} & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []


@pytest.mark.parametrize(
    "path",
    [*modules("daemon"), *modules("engine")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_only_the_protocol_and_the_command_line_know_json(path: Path) -> None:
    """A wire format known in two places is two wire formats. A TOML string is written as a JSON one, and a
    checkpoint's files are what others wrote them as.
    """
    our_own_files = {"log.py", "store.py", "single.py", "settings_file.py"}
    checkpoint_files = {"vocab.py"}
    allowed = {"protocol.py", "report.py"} | our_own_files | checkpoint_files
    if path.name not in allowed:
        assert "json" not in {module.split(".")[0] for module in imported(path)}


def named_rooms() -> set[Path]:
    """In the table: a file without a folder lies in the folder of the one before it."""
    found: set[Path] = set()
    for row in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines():
        folder = ROOT
        for name in re.findall(r"`([^`]+)`", row.split("|")[1]) if row.startswith("| `") else ():
            path = folder / name if "/" not in name else ROOT / name
            folder = path.parent
            found.add(path)
    return found


def test_every_room_of_the_table_stands() -> None:
    assert [path for path in named_rooms() if not path.exists()] == []


@pytest.mark.parametrize("package", ["daemon", "engine"])
def test_every_room_is_in_the_table(package: str) -> None:
    rooms = {
        path for path in (ROOT / package).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert {path.name for path in rooms - named_rooms()} <= {"__init__.py"}
