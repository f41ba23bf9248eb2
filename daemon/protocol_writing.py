"""The messages about writing, a section or a whole map: a part of `protocol`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.protocol import Message, encoded, number, number_or_none
from daemon.writing.disclosure import DISCLOSURE
from engine.beatmap.objects import Mode

if TYPE_CHECKING:
    from daemon.wire_writing import (
        CandidateFindingJson,
        CandidateJson,
        GeneratedJson,
        GeneratedRangeJson,
        OptionsJson,
        PaceJson,
        PlayedJson,
        PlayedObjectJson,
        RangeJson,
        RegenerationJson,
        SongJobJson,
        WritingJson,
    )
    from daemon.writing.shown import (
        Played,
        PlayedObject,
        ShownCandidate,
        ShownFinding,
        ShownGenerated,
        ShownPace,
        ShownRange,
        ShownRegeneration,
        ShownSongJob,
        ShownWriting,
    )
    from engine.service import Described


def writing(shown: ShownWriting) -> Message:
    message: WritingJson = {
        "type": "writing",
        "on": shown.on,
        "disclosed": shown.disclosed,
        "disclosure": DISCLOSURE,
        "model": shown.model,
        "note": shown.note,
        "candidates": shown.candidates,
    }
    return encoded(message, "writing")


def regeneration(shown: ShownRegeneration) -> Message:
    """Each replaces the one before of that map: a page never puts two together."""
    message: RegenerationJson = {
        "type": "regeneration",
        "key": shown.key,
        "map_version": shown.map_version,
        "state": shown.state.value,
        "start_ms": number(shown.start_ms),
        "end_ms": number(shown.end_ms),
        "timestamp": shown.timestamp,
        "note": shown.note,
        "model": shown.model,
        "device": shown.device,
        "pace": _pace(shown.pace),
        "findings_before": shown.findings_before,
        "candidates": [_candidate(each) for each in shown.candidates],
    }
    return encoded(message, f"regeneration {shown.key}")


def generated(shown: ShownGenerated) -> Message:
    message: GeneratedJson = {
        "type": "generated",
        "key": shown.key,
        "ranges": [_range(each) for each in shown.ranges],
        "sentence": shown.sentence,
        "can_undo": shown.can_undo,
        "can_redo": shown.can_redo,
        "overwritten": shown.overwritten,
    }
    return encoded(message, f"generated {shown.key}")


def song_job(shown: ShownSongJob) -> Message:
    message: SongJobJson = {
        "type": "song_job",
        "state": shown.state.value,
        "audio": shown.audio,
        "file": shown.file,
        "folder": shown.folder,
        "note": shown.note,
        "model": shown.model,
        "device": shown.device,
        "pace": _pace(shown.pace),
        "objects": shown.objects,
        "remarks": list(shown.remarks),
    }
    return encoded(message, "song_job")


def options(described: Described) -> OptionsJson:
    """A reply's data."""
    return {
        "model": described.model,
        "family": described.family,
        "modes": [Mode(mode).name.lower() for mode in described.modes],
        "wishes": list(described.wishes),
        "settings": list(described.settings),
        "descriptors": list(described.descriptors),
        "years": list(described.years) if described.years else None,
        "most_star_rating": number_or_none(described.most_star_rating),
        "written": list(described.written),
        "given": list(described.given),
        "keeps": list(described.keeps),
        "mappers": described.mappers,
    }


def song_range(start_ms: float, end_ms: float) -> RangeJson:
    """A reply's data."""
    return {"start_ms": number(start_ms), "end_ms": number(end_ms)}


def played(shown: Played) -> PlayedJson:
    """A reply's data."""
    return {
        "mode": shown.mode,
        "start_ms": number(shown.start_ms),
        "end_ms": number(shown.end_ms),
        "section_start_ms": number(shown.section_start_ms),
        "section_end_ms": number(shown.section_end_ms),
        "cs": number(shown.cs),
        "ar": number(shown.ar),
        "keys": shown.keys,
        "colours": list(shown.colours),
        "song": shown.song,
        "beats": [[number(value) for value in beat] for beat in shown.beats],
        "scroll": [[number(time_ms), round(number(speed), 4)] for time_ms, speed in shown.scroll],
        "objects": [_played_object(each) for each in shown.objects],
    }


def _pace(pace: ShownPace | None) -> PaceJson | None:
    if pace is None:
        return None
    return {
        "done": number(pace.done),
        "total": number(pace.total),
        "doing": pace.doing,
        "tokens": pace.ids,
        "tokens_per_s": round(number(pace.ids_per_s), 1),
        "left_s": number_or_none(pace.left_s),
    }


def _candidate(each: ShownCandidate) -> CandidateJson:
    return {
        "number": each.number,
        "seed": str(each.seed),
        "state": each.state.value,
        "objects": each.objects,
        "surprise": number_or_none(each.surprise),
        "surprise_before": number_or_none(each.surprise_before),
        "findings": [_finding(finding) for finding in each.findings],
        "remarks": list(each.remarks),
    }


def _finding(finding: ShownFinding) -> CandidateFindingJson:
    return {
        "severity": finding.severity,
        "message": finding.message,
        "time_ms": number_or_none(finding.time_ms),
        "timestamp": finding.timestamp,
        "is_new": finding.is_new,
    }


def _range(each: ShownRange) -> GeneratedRangeJson:
    return {
        "id": each.id,
        "start_ms": number(each.start_ms),
        "end_ms": number(each.end_ms),
        "timestamp": each.timestamp,
        "model": each.model,
        "seed": str(each.seed),
        "at": each.at,
        "objects": each.objects,
        "can_revert": each.can_revert,
        "is_reverted": each.is_reverted,
    }


def _played_object(each: PlayedObject) -> PlayedObjectJson:
    return {
        "kind": each.kind,
        "time_ms": number(each.time_ms),
        "end_ms": number(each.end_ms),
        "x": round(number(each.x), 2),
        "y": round(number(each.y), 2),
        "path": [[round(number(x), 2), round(number(y), 2)] for x, y in each.path],
        "spans": each.spans,
        "combo": each.combo,
        "colour": each.colour,
        "column": each.column,
        "hitsound": each.hitsound,
        "sample_set": each.sample_set,
        "addition_set": each.addition_set,
        "edges": [list(edge) for edge in each.edges],
        "ticks": [number(time_ms) for time_ms in each.ticks_ms],
        "volume": each.volume,
        "velocity": round(number(each.velocity), 4),
        "is_new": each.is_new,
    }
