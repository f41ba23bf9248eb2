"""Models that the hub's own tools, the reference among them, have already brought: used where they lie."""

from __future__ import annotations

import os
from pathlib import Path

from engine.checkpoints.folders import files_of_model


def cache_folder() -> Path:
    """As the hub's library documents its environment variables."""
    if chosen := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(chosen).expanduser()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    home = os.environ.get("HF_HOME") or cache / "huggingface"
    return Path(home).expanduser() / "hub"


def snapshot_in_cache(repository: str, revision: str) -> Path | None:
    """The newest state of it that was fetched, if all that makes a model is there."""
    place = cache_folder() / f"models--{repository.replace('/', '--')}"
    try:
        snapshot = place / "snapshots" / _commit(place, revision)
        there = [path.relative_to(snapshot).as_posix() for path in snapshot.rglob("*") if path.is_file()]
    except (OSError, ValueError):
        return None
    return snapshot if files_of_model(there) else None


def _commit(place: Path, revision: str) -> str:
    """A branch's or tag's; a commit is its own."""
    try:
        return (place / "refs" / revision).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return revision
