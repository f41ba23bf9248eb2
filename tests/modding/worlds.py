"""Vocabularies like V30's and V32's, and all else that it takes to mod with a small model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine.audio.waveform import SAMPLE_RATE, Waveform
from engine.checkpoints.upstream import Checkpoint
from engine.model.spec import Condition
from engine.tokens.vocab import Vocabulary
from tests.model import tiny

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.spec import ModelSpec

SINGLE: Final = (0, 0)
_OBJECTS: Final[Mapping[str, tuple[int, int]]] = {
    "new_combo": SINGLE,
    "hitsound": (0, 72),
    "volume": (0, 100),
    **dict.fromkeys(("circle", "spinner", "spinner_end", "slider_head", "bezier_anchor"), SINGLE),
    **dict.fromkeys(("perfect_anchor", "catmull_anchor", "red_anchor", "last_anchor", "slider_end"), SINGLE),
    **dict.fromkeys(("beat", "measure"), SINGLE),
}
_SUSTAINS: Final = ("slider_sustain", "slider_repeat_sustain", "spinner_sustain")
_ROLLS: Final = ("drumroll", "drumroll_end", "denden", "denden_end")
_ROLLING: Final = ("drumroll_sustain", "denden_sustain")
_HOLDS: Final = ("hold_note", "hold_note_end", "scroll_speed_change", "hold_note_sustain")


def v30_tokenizer(most_steps: int = 3276) -> dict[str, Any]:
    """`most_steps`: of 10 ms, a window's length."""
    ranges = {
        "t": (0, most_steps),
        "snap": (0, 16),
        "dist": (0, 640),
        "pos_x": (-64, 192),
        "pos_y": (-64, 160),
        **_OBJECTS,
    }
    return {"event_ranges": _entries(ranges), "num_mapper_classes": tiny.SOUND_ONLY.mappers}


def v32_tokenizer(most_steps: int = 1637) -> dict[str, Any]:
    written = {
        "t": (0, most_steps),
        "snap": (0, 16),
        "pos": (0, 956),
        "pos_refine": (0, 255),
        "column": (0, 17),
        "scroll_speed": (0, 1000),
        **_OBJECTS,
        "timing_point": SINGLE,
        **dict.fromkeys((*_SUSTAINS, *_HOLDS, *_ROLLS, *_ROLLING), SINGLE),
    }
    told = {
        "gamemode": (0, 3),
        "difficulty": (0, 24),
        "mapper": (0, 37),
        "cs": (0, 21),
        "year": (2007, 2077),
        "hitsounded": (0, 1),
        "song_length": (0, 60),
        "song_position": (-1, 101),
        "descriptor": (0, 146),
        "keycount": (1, 18),
        "hold_note_ratio": (-1, 12),
        "scroll_speed_ratio": (-1, 12),
        "global_sv": (40, 360),
    }
    return {
        "offset": 9,
        "event_ranges": _entries(written),
        "input_event_ranges": _entries(told),
        "context_sos": {"timing": 3, "map": 5, "sv": 7},
        "context_eos": {"timing": 4, "map": 6, "sv": 8},
        "num_diff_classes": 24,
        "max_difficulty": 12,
        "num_mapper_classes": 37,
        "num_descriptor_classes": 146,
        "num_cs_classes": 21,
    }


def _entries(ranges: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
    return [{"type": label, "min_value": least, "max_value": most} for label, (least, most) in ranges.items()]


FRAMES: Final = 512
"""Windows of four seconds: a song of twelve has twenty of them."""


def tiny_checkpoint(tokenizer: Mapping[str, Any], *, hears_rating: bool, seed: int = 1) -> Checkpoint:
    """Random weights, large enough for a mistake anywhere to show in the scores."""
    vocab = Vocabulary.of(tokenizer)
    base = replace(tiny.SOUND_ONLY, conditions=tuple(Condition) if hears_rating else ())
    spec: ModelSpec = replace(
        base,
        encoder=replace(base.encoder, positions=FRAMES // 2),
        decoder=replace(base.decoder, positions=900),
        tokens_in=len(vocab),
        tokens_out=vocab.output_size,
    )
    return Checkpoint(tiny.model(spec, seed=seed).requires_grad_(requires_grad=False), vocab)


def tiny_v30() -> Checkpoint:
    return tiny_checkpoint(v30_tokenizer(FRAMES * 128 * 100 // SAMPLE_RATE), hears_rating=True)


def tiny_v32() -> Checkpoint:
    return tiny_checkpoint(v32_tokenizer(FRAMES * 128 * 100 // SAMPLE_RATE), hears_rating=False)


def noise(seconds: float = 12.0, *, seed: int = 4) -> Waveform:
    samples = np.random.default_rng(seed).integers(-9000, 9000, int(seconds * SAMPLE_RATE), dtype=np.int16)
    return Waveform(samples, int(np.abs(samples).max()))


@dataclass(frozen=True)
class Loaded:
    """As the engine's process holds it."""

    checkpoint: Checkpoint
    name: str = "tiny"
    device_words: str = "CPU, 1 thread, float32"
