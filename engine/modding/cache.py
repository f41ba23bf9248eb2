"""What modding remembers between two saves, and how much of it."""

from __future__ import annotations

import hashlib
import weakref
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeAlias, TypeVar

from engine.audio.decode import load_audio
from engine.modding.listening import Mind, Song, digest_of
from engine.modding.nearby import Nearby
from engine.modding.states import StateFiles

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    from torch import Tensor

    from engine.modding.opinion import Opinion
    from engine.model.encdec import EncoderDecoder
    from engine.tokens.events import Context, Events

NEARBY_BYTES: Final = 384 << 20
"""Six of V32's windows in bfloat16 with all that is known of them, or sixteen with their tokens alone. So the
process stays below 2 GB in float32.
"""
KEPT_ANSWERS: Final = 4096
"""Windows: forty versions of a three-minute map with nothing in common. 5 KB each."""
KEPT_MAPS: Final = 16
KEPT_SONGS: Final = 2
"""Decoded, six megabytes for three minutes."""
LONG_SONG_BYTES: Final = 64 << 20

AnswerKey: TypeAlias = tuple[str, int, bytes]
"""The sound, where the window starts, and what it asks."""
Key = TypeVar("Key", bound="Hashable")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """The ones used least recently go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: Key, value: Value) -> None:
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)


Answers: TypeAlias = Recent[AnswerKey, "npt.NDArray[np.float32]"]


class _Version(NamedTuple):
    """Of a file, as far as it can be told without reading it."""

    path: Path
    size_bytes: int
    modified_ns: int
    inode: int


class Songs:
    def __init__(self) -> None:
        self._kept: Recent[_Version, Song] = Recent(KEPT_SONGS)

    def open(self, path: Path) -> Song:
        """Decoded once for as long as the file stays the same. Raises AudioError."""
        version = _version(path)
        song = self._kept.get(version) if version else None
        if song is None:
            # Hashed first: where it is replaced meanwhile, the hash is of neither and found by nobody else.
            content_hash = _hash_of(path)
            song = Song(content_hash, load_audio(path))
            if song.waveform.pcm.nbytes > LONG_SONG_BYTES:
                self._kept.forget()
            if version and version == _version(path):
                self._kept.keep(version, song)
        return song


def _version(path: Path) -> _Version | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return _Version(path, found.st_size, found.st_mtime_ns, found.st_ino)


def _hash_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""  # decoding says what is wrong with it


class _Derived(NamedTuple):
    """Of a model; nothing in it leads back to the model and would keep it in memory."""

    head: Tensor
    weights: str


class ModdingCaches:
    """Kept by the engine's process for as long as it lives; one thread uses it."""

    def __init__(self, folder: Path, max_bytes: int, *, nearby_bytes: int = NEARBY_BYTES) -> None:
        """`max_bytes` of disk, for what was heard: in a folder of its own, where the oldest is deleted."""
        self.files = StateFiles(folder / "heard", max_bytes)
        self.songs = Songs()
        self.nearby = Nearby(nearby_bytes)
        self.answers: Answers = Recent(KEPT_ANSWERS)
        self.opinions: Recent[tuple[str, ...], Opinion] = Recent(KEPT_MAPS)
        """Complete ones."""
        self.last_events: Recent[tuple[str, str], Mapping[Context, Events]] = Recent(KEPT_MAPS)
        """Of each map and model: what the last mod was about."""
        self.pinned: Recent[tuple[str, str], float | None] = Recent(KEPT_MAPS)
        """The star rating that each map and model began with."""
        self.told: Recent[tuple[str, str], float | None] = Recent(KEPT_MAPS)
        """The star rating last told with each song to each model."""
        self._derived: weakref.WeakKeyDictionary[EncoderDecoder, _Derived] = weakref.WeakKeyDictionary()

    def mind(self, model: EncoderDecoder) -> Mind:
        derived = self._derived.get(model)
        if derived is None:
            self._forget()  # what another one thought
            derived = self._derived[model] = _Derived(model.head.weight.float(), digest_of(model))
            weakref.finalize(model, self._forget)
        return Mind(model, derived.head, derived.weights)

    def _forget(self) -> None:
        self.nearby.forget()
        self.answers.forget()
        self.opinions.forget()
