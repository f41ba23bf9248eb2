"""Small songs and small vocabularies, laid out as the published ones are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from engine.audio.mel import MelKind, MelSettings
from engine.audio.waveform import Waveform
from engine.generation.layout import layout_of
from engine.generation.windows import Window, WindowShape
from engine.model.encdec import EncoderDecoder
from engine.model.spec import LayerSpec, ModelSpec, Norm, Positions, TowerSpec
from engine.tokens.events import Context, Event, EventType
from engine.tokens.vocab import END_ID, PAD_ID, START_ID, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.generation.layout import Layout

ALL_CONTEXTS: Final = ("none", "timing", "kiai", "map", "sv", "no_hs", "gd")
SHAPE: Final = WindowShape(16_000)
"""A second, of which 500 to 600 ms count."""
MOST_MS: Final = 1000
WRITTEN: Final = {"t": (0, 100), "snap": (0, 16), "kiai": (0, 1), "scroll_speed": (0, 1000)}
BARE: Final = (
    "new_combo circle slider_head bezier_anchor red_anchor last_anchor slider_end slider_sustain beat "
    "measure timing_point scroll_speed_change hitsound volume"
)
TOLD: Final = {"gamemode": (0, 3), "difficulty": (0, 24), "mapper": (0, 3), "year": (2007, 2077)}
SONG_POSITION: Final = {"song_position": (-1, 101)}
MAPPERS: Final = {727: 0, 1001: 1}


def ramp(samples: int) -> Waveform:
    """1, 2, 3 ...: every sample says where it came from, and 0 is silence."""
    return Waveform(np.arange(1, samples + 1, dtype=np.int32), peak=1)


def vocabulary(contexts: Sequence[str] = ALL_CONTEXTS, *, song_position: bool = True) -> Vocabulary:
    written = WRITTEN | dict.fromkeys(BARE.split(), (0, 0))
    told = (TOLD if contexts else {}) | (SONG_POSITION if contexts and song_position else {})
    return Vocabulary.of(
        {
            "offset": 3 + 2 * len(contexts),
            "context_sos": {name: 3 + 2 * at for at, name in enumerate(contexts)},
            "context_eos": {name: 4 + 2 * at for at, name in enumerate(contexts)},
            "event_ranges": _ranges(written),
            "input_event_ranges": _ranges(told),
            "num_diff_classes": 24,
            "max_difficulty": 12,
            "num_mapper_classes": len(MAPPERS),
            "mapper_idx": MAPPERS,
        },
        "tokenizer.json",
    )


def _ranges(known: dict[str, tuple[int, int]]) -> list[dict[str, object]]:
    return [{"type": name, "min_value": least, "max_value": most} for name, (least, most) in known.items()]


def layout(
    family: str = "v31",
    contexts: Sequence[str] = ALL_CONTEXTS,
    *,
    song_position: bool = True,
    most_ids: int = 2000,
) -> Layout:
    return layout_of(vocabulary(contexts, song_position=song_position), family, most_ids)


def v28() -> Layout:
    return layout("v28")


def v29() -> Layout:
    return layout("v29")


def v30() -> Layout:
    return layout("v30", ())


def v31() -> Layout:
    return layout("v31", song_position=False)


def v32() -> Layout:
    return layout("v32", ("timing", "map", "sv"))


def window(time_ms: int = 0, *, first: bool = False, last: bool = False) -> Window:
    return Window(
        time_ms * 16,
        time_ms,
        time_ms if first else time_ms + SHAPE.lookback_ms,
        time_ms + (SHAPE.length_ms if last else SHAPE.lookahead_ms),
    )


def circles(times_ms: Iterable[int]) -> list[Event]:
    """What a circle is, then when."""
    return [
        event
        for time_ms in times_ms
        for event in (
            Event(EventType.CIRCLE, 0, time_ms),
            Event(EventType.TIME_SHIFT, time_ms, time_ms),
        )
    ]


def speeds(*changes: tuple[int, int]) -> list[Event]:
    """At which time the speed becomes how many percent."""
    return [Event(EventType.SCROLL_SPEED, percent, time_ms) for time_ms, percent in changes]


def kiai(*changes: tuple[int, int]) -> list[Event]:
    return [Event(EventType.KIAI, on, time_ms) for time_ms, on in changes]


def start(layout: Layout, context: Context) -> int:
    return layout.vocab.context_start[context]


def end(layout: Layout, context: Context) -> int:
    return layout.vocab.context_end[context]


def model(layout: Layout) -> EncoderDecoder:
    """Knows nothing, and always the same nothing. A window is 376 ms."""
    tower = TowerSpec(heads=2, feed_forward_width=32, positions=24, layers=(LayerSpec(),))
    spec = ModelSpec(
        mel=MelSettings(MelKind.HTK, 8),
        width=16,
        encoder=tower,
        decoder=replace(tower, positions=layout.most_ids),
        norm=Norm.RMS,
        positions=Positions.ROTARY,
        attention_bias=True,
        mel_is_projected=False,
        conditions=(),
        condition_width=4,
        mappers=3,
        tokens_in=len(layout.vocab),
        tokens_out=layout.vocab.output_size,
        pad_id=PAD_ID,
        start_id=START_ID,
        end_id=END_ID,
    )
    with torch.random.fork_rng():
        torch.manual_seed(727)
        return EncoderDecoder(spec).eval()
