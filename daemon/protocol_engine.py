"""The messages about the engine, its models and what they think of a map: a part of `protocol`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.engine_state import as_sentence
from daemon.protocol import Message, encoded, number, number_or_none
from daemon.protocol_maps import finding_json, gone_json
from daemon.remarks import warmth
from engine.beatmap.objects import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.engine_state import EngineShown, ModelLine
    from daemon.remarks import Remark, ShownOpinion
    from daemon.session import Verdict
    from daemon.wire import (
        AgreedJson,
        AlternativeJson,
        EngineJson,
        HeatJson,
        ModelJson,
        ModelsJson,
        OpinionFindingJson,
        OpinionJson,
        RemarkJson,
    )
    from engine.service import Alternative, Opinion, Suggestion


def engine(shown: EngineShown) -> Message:
    message: EngineJson = {
        "type": "engine",
        "status": shown.status,
        "model": shown.model,
        "model_ready": shown.model_ready,
        "device": shown.device,
        "memory_mb": shown.memory_mb,
        "speed": shown.speed,
        "note": shown.note,
        "ai": shown.ai,
    }
    return encoded(message, "engine")


def models(chosen: str | None, lines: Iterable[ModelLine]) -> Message:
    message: ModelsJson = {"type": "models", "chosen": chosen, "models": [_model(line) for line in lines]}
    return encoded(message, "models")


def opinion(shown: ShownOpinion) -> Message:
    """Each replaces the one before of that map: a page never puts two together."""
    said = shown.opinion
    message: OpinionJson = {
        "type": "opinion",
        "key": shown.key,
        "map_version": shown.version,
        "state": shown.state.value,
        "done": said.done if said else 0,
        "total": said.total if said else 0,
        "model": said.model if said else None,
        "device": said.device if said else None,
        "rating": number_or_none(said.rating) if said else None,
        "seconds": round(number(said.seconds), 3) if said else None,
        "note": shown.note or (as_sentence(said.note) if said else ""),
        "heat": _heat(said) if said else None,
        "findings": [
            _finding(remark, verdict) for remark, verdict in zip(shown.remarks, shown.verdicts, strict=True)
        ],
        "agreed": [_agreed(finding, suggestion) for finding, suggestion in shown.agreed],
        "gone": [gone_json(anchor) for anchor in shown.gone],
    }
    return encoded(message, f"opinion {shown.key}")


def _model(line: ModelLine) -> ModelJson:
    return {
        "name": line.name,
        "title": line.title,
        "family": line.family,
        "modes": [Mode(mode).name.lower() for mode in line.modes],
        "licence": line.licence,
        "size_bytes": line.size_bytes,
        "state": line.state,
        "done_bytes": line.done_bytes,
        "total_bytes": line.total_bytes,
        "bytes_per_s": line.bytes_per_s,
        "note": line.note,
        "purposes": list(line.purposes),
    }


def _heat(said: Opinion) -> HeatJson:
    values = [None if value is None else round(value, 3) for value in map(warmth, said.heat)]
    return {"bin_ms": number(said.heat_bin_ms), "values": values}


def _finding(remark: Remark, verdict: Verdict) -> OpinionFindingJson:
    return {**finding_json(remark.located, verdict), "opinion": _remark(remark)}


def _remark(remark: Remark) -> RemarkJson:
    said = remark.suggestion
    return {
        "topic": said.topic.value,
        "real": said.real,
        "surprisal": round(number(said.surprisal), 2),
        "alternatives": [_alternative(each) for each in said.alternatives],
        "at": list(said.at) if said.at else None,
        "neighbours": [[x, y, number(time_ms)] for x, y, time_ms in said.neighbours],
        "places": [
            {"time_ms": number(spot.time_ms), "timestamp": spot.timestamp, "link": spot.link}
            for spot in remark.spots
        ],
    }


def _alternative(each: Alternative) -> AlternativeJson:
    return {
        "text": each.text,
        "probability": round(number(each.probability), 4),
        "x": each.x,
        "y": each.y,
        "time_ms": number_or_none(each.time_ms),
    }


def _agreed(finding_id: str, suggestion: Suggestion) -> AgreedJson:
    return {
        "finding": finding_id,
        "surprisal": round(number(suggestion.surprisal), 2),
        "message": suggestion.message,
    }
