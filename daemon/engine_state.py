"""What pages and the tray are told of the engine and its models: plain values, made by `engine_link`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineShown:
    status: str = "off"
    """off, starting, loading, idle, working or failed."""
    model: str | None = None
    """The one that is chosen."""
    model_ready: bool = False
    """It lies on this machine, complete."""
    device: str | None = None
    memory_mb: int | None = None
    speed: str | None = None
    note: str = ""
    ai: bool = True
    """Whether saves are modded."""


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model of the list."""

    name: str
    title: str
    family: str
    modes: tuple[int, ...]
    licence: str
    size_bytes: int | None
    state: str
    """absent, partial, complete, local, broken or pulling."""
    done_bytes: int = 0
    total_bytes: int | None = None
    bytes_per_s: int | None = None
    note: str = ""
    purposes: tuple[str, ...] = ("mod", "generate", "diffusion")
    """What it is good for; of a folder's model nobody knows, so it may be all of these."""

    @property
    def is_ready(self) -> bool:
        return self.state in ("complete", "local")

    @property
    def judges_maps(self) -> bool:
        """False: it is not to be asked about a save."""
        return "mod" in self.purposes

    @property
    def writes_maps(self) -> bool:
        return "generate" in self.purposes


def as_sentence(error: Exception | str) -> str:
    """The engine words its errors for a command line: "the engine broke off (...): ask again"."""
    text = str(error).strip()
    first = text.partition(" ")[0]
    if "." not in first:  # a file keeps its name: audio.mp3 is not Audio.mp3
        text = text[:1].upper() + text[1:]
    return text + ("" if not text or text.endswith((".", "!", "?")) else ".")
