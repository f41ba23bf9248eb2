"""What `mapside mod` found, as text for people, as JSON for programs, and as lines for a discussion.

The JSON (`--json`) is one object with the shape of `mapside check --json`. Beside that, each map has

    model, device, rating (the star rating the model was told, or null), seconds, windows
    heat      {"bin_ms", "surprisal"}: the greatest relative surprisal in each stretch of the song, or null

and each finding

    real          what the map says there
    surprisal     relative: 1 is everyday; the reference's MaiMod shows a tenth of it
    alternatives  a list, likeliest first: text, probability; x, y, time_ms, or null
    places        a list of {"time_ms", "timestamp", "link"}: the same in parallel patterns
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text

from daemon.analysis import analyse
from daemon.commands.maps import CheckedMap, shown_finding
from daemon.commands.report import as_object, dumped, report
from daemon.remarks import remarks_on
from daemon.topics import BY_TOPIC
from engine.checks.check import Song

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from daemon.commands.maps import ShownFinding
    from daemon.remarks import Remark
    from engine.beatmap.document import Document
    from engine.service import Opinion


@dataclass(frozen=True, slots=True)
class ModdedMap:
    path: Path
    document: Document | None = None
    opinion: Opinion | None = None
    remarks: tuple[Remark, ...] = ()
    """Strongest first."""
    failure: str | None = None
    """Why the model has no opinion to speak of."""

    @classmethod
    def of(cls, path: Path, document: Document, opinion: Opinion) -> ModdedMap:
        """The model's opinion alone: no rule is run, so none can have said the same."""
        remarks, _ = remarks_on(analyse(document, Song(), ()), opinion.suggestions)
        return cls(path, document, opinion, remarks)

    @property
    def checked(self) -> CheckedMap:
        """As `mapside check` would have it."""
        if self.failure is not None or self.document is None:
            return CheckedMap(self.path, unreadable=f"could not be modded: {self.failure}")
        metadata = self.document.beatmap.metadata
        return CheckedMap(
            self.path,
            artist=metadata.artist,
            title=metadata.title,
            version=metadata.version,
            creator=metadata.creator,
            mode=self.document.beatmap.mode.name.lower(),
            findings=tuple(map(_finding, self.remarks)),
        )


def _finding(remark: Remark) -> ShownFinding:
    return shown_finding(remark.located, BY_TOPIC[remark.suggestion.topic].title)


def as_text(results: Sequence[ModdedMap], width: int | None) -> Iterator[Text]:
    yield from report([each.checked for each in results], width)
    opinion = next((each.opinion for each in results if each.opinion is not None), None)
    if opinion is not None:
        windows = sum(each.opinion.total for each in results if each.opinion is not None)
        seconds = sum(each.opinion.seconds for each in results if each.opinion is not None)
        yield Text()
        yield Text(f"{opinion.model} on {opinion.device}: {windows} windows in {seconds:.1f} s", style="dim")


def discussion(results: Sequence[ModdedMap]) -> Iterator[str]:
    """A post a line; the difficulty's name above its posts where there are several."""
    for each in results:
        if each.opinion is None:
            continue
        if len(results) > 1:
            yield f"[{each.checked.version}]"
        yield from (remark.located.discussion for remark in each.remarks)


def opinions_as_json(results: Sequence[ModdedMap]) -> str:
    told = as_object([each.checked for each in results])
    by_path = {str(each.path): each for each in results}
    for entry in told["maps"]:
        each = by_path[entry["path"]]
        entry.update(_of_map(each))
        for finding, remark in zip(entry["findings"], each.remarks, strict=True):
            finding.update(_of_finding(remark))
    return dumped(told)


def _of_map(each: ModdedMap) -> dict[str, Any]:
    opinion = each.opinion
    assert opinion is not None, "a map without an opinion is among the unreadable"  # noqa: S101  as it says
    return {
        "model": opinion.model,
        "device": opinion.device,
        "rating": opinion.rating,
        "seconds": opinion.seconds,
        "windows": opinion.total,
        "heat": {"bin_ms": opinion.heat_bin_ms, "surprisal": opinion.heat},
    }


def _of_finding(remark: Remark) -> dict[str, Any]:
    said = remark.suggestion
    return {
        "real": said.real,
        "surprisal": said.surprisal,
        "alternatives": [asdict(each) for each in said.alternatives],
        "places": [asdict(spot) for spot in remark.spots],
    }
