"""[Events]: background, video and breaks; everything else in there is storyboard."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Problem
from engine.beatmap.reading import Unreadable, decoded, encoded, quoted, read_float, read_int, without_comment
from engine.beatmap.sections import Break, Events, StoryboardSample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.layout import Layout

KIND_NAMES: Final = ("Background", "Video", "Break", "Colour", "Sprite", "Sample", "Animation")
BACKGROUND, VIDEO, BREAK, COLOUR, SPRITE, SAMPLE, ANIMATION = range(7)
KIND_BY_TEXT: Final = {text: number for number, name in enumerate(KIND_NAMES) for text in (name, str(number))}
"""The game reads a kind by name or by number."""
VIDEO_EXTENSIONS: Final = frozenset({".mp4", ".mov", ".avi", ".flv", ".mpg", ".wmv", ".m4v"})
"""What a video's name must end in; another name on a video line is a background (ppy/osu)."""
DEFAULT_VOLUME_PERCENT: Final = 100


class EventReader:
    def __init__(self, offset_ms: float, problems: list[Problem]) -> None:
        self._offset_ms = offset_ms
        self._problems = problems
        self._background: str | None = None
        self._video: str | None = None
        self._breaks: list[Break] = []
        self._storyboard: list[int] = []
        self._samples: list[StoryboardSample] = []

    def read(self, lines: Sequence[bytes], layout: Layout) -> Events:
        for section in layout.named("Events"):
            for number in section.lines:
                self._line(number, lines[number])
        return Events(
            self._background,
            self._video,
            tuple(sorted(self._breaks, key=lambda span: span.start_ms)),
            tuple(self._storyboard),
            tuple(self._samples),
        )

    def _line(self, number: int, raw: bytes) -> None:
        if raw.startswith((b" ", b"_")):  # a command of the sprite above: most lines of a storyboard
            if raw.strip():
                self._storyboard.append(number)
            return
        content = decoded(without_comment(raw))
        if not content or content.startswith("//"):
            return
        fields = content.split(",")
        kind = KIND_BY_TEXT.get(fields[0].strip())
        try:
            self._event(number, kind, fields)
        except IndexError:
            self._problems.append(Problem(number, "event left out: the line ends too early"))
        except Unreadable as error:
            self._problems.append(Problem(number, f"event left out: {error}"))

    def _event(self, number: int, kind: int | None, fields: list[str]) -> None:
        if kind == BACKGROUND:
            self._background = clean_filename(fields[2])
        elif kind == VIDEO:
            self._read_video(clean_filename(fields[2]))
        elif kind == BREAK:
            self._breaks.append(self._read_break(number, fields))
        elif kind is None:
            raise Unreadable(f"the game knows no event {quoted(fields[0])}")
        else:
            self._storyboard.append(number)
            self._read_storyboard(number, kind, fields)

    def _read_video(self, filename: str) -> None:
        if PurePosixPath(filename).suffix.lower() in VIDEO_EXTENSIONS:
            self._video = filename
        else:
            self._background = filename

    def _read_break(self, number: int, fields: list[str]) -> Break:
        start_ms = read_float(encoded(fields[1]), "the start of the break") + self._offset_ms
        end_ms = read_float(encoded(fields[2]), "the end of the break") + self._offset_ms
        return Break(number, start_ms, max(start_ms, end_ms))

    def _read_storyboard(self, number: int, kind: int, fields: list[str]) -> None:
        if kind == SPRITE and not self._background:  # old maps show their background so
            self._background = clean_filename(fields[3])
        if kind == SAMPLE:
            time_ms = read_float(encoded(fields[1]), "the time of the sample")
            volume = (
                read_int(encoded(fields[4]), "the sample's volume") if fields[4:] else DEFAULT_VOLUME_PERCENT
            )
            self._samples.append(StoryboardSample(number, time_ms, clean_filename(fields[3]), volume))


def clean_filename(field: str) -> str:
    return field.strip().replace("\\\\", "\\").strip('"').replace("\\", "/")
