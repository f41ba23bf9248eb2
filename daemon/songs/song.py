"""How long a map's audio is: counted packet by packet, since the length in a header is often a guess."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from daemon.songs.library import audio_of
from engine.checks.check import Song

if TYPE_CHECKING:
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

    Stamp = tuple[Path, int, int]
    """Path, time of the last change in nanoseconds, size in bytes."""

_MOST_SONGS = 1_000
MOST_S = 20.0
"""An ordinary song takes some hundredths of a second; what takes this long is no song."""
_PACKETS_TRIED = 50
"""Something must be heard within a second or two of packets, or it is no audio."""


class SongLengths:
    """Remembers what was measured for as long as the file stays the same. Safe to use from any thread."""

    def __init__(self) -> None:
        self._songs: OrderedDict[Stamp, Song] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, map_path: Path, audio_filename: str) -> Song | None:
        """What is known without opening the audio; None: it is still to be measured."""
        found = _stamp(map_path, audio_filename)
        if isinstance(found, Song):
            return found
        with self._lock:
            return self._songs.get(found)

    def measure(self, map_path: Path, audio_filename: str) -> Song:
        """Reads the whole audio file once: some hundredths of a second for an ordinary song."""
        found = _stamp(map_path, audio_filename)
        if isinstance(found, Song):
            return found
        with self._lock:
            if found in self._songs:
                return self._songs[found]
        song = measure(found[0])
        with self._lock:
            self._songs[found] = song
            if len(self._songs) > _MOST_SONGS:
                self._songs.popitem(last=False)
        return song


def _stamp(map_path: Path, audio_filename: str) -> Stamp | Song:
    """Which file, and which version of it; or why there is none."""
    if not audio_filename.strip():
        return Song(problem="the map names no audio file")
    audio = audio_of(map_path, audio_filename)
    try:
        status = audio.stat() if audio is not None else None
    except OSError:
        status = None
    if audio is None or status is None:
        return Song(problem=f"{audio_filename} is missing")
    if status.st_size == 0:
        return Song(problem=f"{audio_filename} is empty")
    return audio, status.st_mtime_ns, status.st_size


def measure(audio: Path) -> Song:
    # FFmpeg costs some 25 MB of memory: not before the first map with a song.
    import av  # noqa: PLC0415  # see above

    try:
        with av.open(str(audio), metadata_errors="replace", timeout=MOST_S) as container:
            if not container.streams.audio:
                return Song(problem=f"{audio.name} is not audio")
            length_ms = _length_ms(container, container.streams.audio[0])
    except (av.FFmpegError, OSError, ValueError):
        return Song(problem=f"{audio.name} is not audio")
    return Song(length_ms=length_ms) if length_ms else Song(problem=f"{audio.name} is not audio")


def _length_ms(container: InputContainer, stream: AudioStream) -> float:
    """From the first packet to the end of the last; 0 if nothing can be heard."""
    first: int | None = None
    end = tried = 0
    heard = False
    deadline = time.monotonic() + MOST_S
    for packet in container.demux(stream):
        if time.monotonic() > deadline:
            return 0.0
        if packet.pts is None:
            continue  # what flushes the demuxer at the end
        if not heard and tried < _PACKETS_TRIED:
            heard = _is_heard(packet)
            tried += 1
        first = packet.pts if first is None else min(first, packet.pts)
        end = max(end, packet.pts + (packet.duration or 0))
    if first is None or not heard or stream.time_base is None:
        return 0.0
    return float((end - first) * stream.time_base * 1000)


def _is_heard(packet: Packet[AudioStream]) -> bool:
    import av  # noqa: PLC0415  # loaded by the caller

    try:
        return bool(packet.decode())
    except av.FFmpegError:
        return False
