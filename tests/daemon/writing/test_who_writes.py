"""Which files of the companion touch the disk at all: whoever is not named here cannot write a map."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WRITING_CALLS = {
    *("write_bytes", "write_text", "hardlink_to", "symlink_to", "rename", "copyfile", "copymode"),
    *("copy", "copytree", "rmtree", "mkstemp", "touch", "truncate", "unlink", "chmod", "writestr"),
}
WRITERS = {
    "writing/safe_write.py": "maps",
    "writing/backups.py": "backups of maps, in a folder of our own",
    "writing/packing.py": "songs and pictures beside a new map, where there are none of that name",
    "settings_file.py": "the person's settings",
    "single.py": "the port and the token of this run",
    "store.py": "a database that cannot be read, put aside",
    "log.py": "the log",
    "desktop/notify.py": "our icon, for notifications",
    "demo/story.py": "the demo's own maps",
    "demo/maps.py": "the same",
    "demo/song.py": "the same",
    "demo/picture.py": "the same",
}


def calls(path: Path) -> set[str]:
    """By the name of the method or function; a file that is opened for writing counts as "open"."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        modes = [each.value for each in node.args if isinstance(each, ast.Constant)]
        if name in WRITING_CALLS or (name == "open" and any(set(str(each)) & set("wax+") for each in modes)):
            found.add(name)
    return found


def test_only_the_safe_write_writes_maps() -> None:
    rooms = {
        path.relative_to(ROOT / "daemon").as_posix(): calls(path)
        for path in (ROOT / "daemon").rglob("*.py")
        if "commands" not in path.parts
    }
    writers = {name for name, what in rooms.items() if what}
    assert writers <= WRITERS.keys()
    assert {"writing/safe_write.py", "writing/backups.py"} <= writers


def test_a_map_is_put_in_its_place_by_nobody_else() -> None:
    """Who calls it: the writer, which has kept a backup and recorded the intention before."""
    callers = {
        path.name
        for path in (ROOT / "daemon").rglob("*.py")
        if {"replace_map", "create_map"} & _names(path) and path.name != "safe_write.py"
    }
    assert callers == {"writer.py"}


def _names(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
    }
