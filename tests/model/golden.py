"""The reference's own answers, from its checkpoints: encoder states and logits, in float32, within 1e-4.

Two kinds of its answers are not asked for here. Its V32 looks ahead wherever nothing in a batch is padded;
ours never does, so there its causal answers count for every row, padded or not. And what it says *on* padding
means nothing.

Plain functions: each takes a version and asserts. `tests/test_golden.py` asks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from engine.audio.mel import MelSpectrogram
from engine.checkpoints.upstream import load
from engine.model.conditioning import Conditions
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.encdec import EncoderDecoder, Heard

VERSIONS = ("v29", "v30", "v31_fit", "v32")
LOOKS_AHEAD = "v32"
PADS = 11
"""On the left of the second row, where anything is padded."""
WITHIN = 1e-4


@dataclass(frozen=True)
class Golden:
    model: EncoderDecoder
    answers: dict[str, Tensor]
    states: Tensor
    heard: Heard

    @torch.no_grad()
    def logits(
        self, tokens: Tensor, *, row: int | None = None, real: Tensor | None = None, counted: bool = False
    ) -> Tensor:
        """`counted`: padding takes up positions, as in the reference's plain forward."""
        heard = self.heard if row is None else tuple((k[row, None], v[row, None]) for k, v in self.heard)
        positions = torch.arange(tokens.shape[1])[None] if counted else None
        return self.model.logits(self.model.decode(tokens, heard, real=real, positions=positions))

    @property
    def padded(self) -> tuple[Tensor, Tensor]:
        return self.answers["decoder_input_ids_padded"], self.answers["mask_padded"]

    @property
    def one_pad(self) -> tuple[Tensor, Tensor]:
        """The second row alone, with all but one of its pads taken off."""
        tokens, real = self.padded
        return tokens[1:, PADS - 1 :], real[1:, PADS - 1 :]


@cache
def golden(version: str) -> Golden:
    folder = shared("golden", "checkpoints", version)
    with np.load(folder / "golden" / "forward.npz") as file:
        answers = {name: torch.from_numpy(file[name]) for name in file.files}
    model = load(folder).model
    conditions = Conditions(
        answers.get("cond_difficulty"), answers.get("cond_mapper_idx"), answers.get("cond_song_position")
    )
    with torch.no_grad():
        mel = MelSpectrogram(model.spec.mel)(windows(answers["frame_starts"], model.spec.window_samples))
        states = model.encode(mel, conditions)
        return Golden(model, answers, states, model.hear(states))


def windows(starts: Tensor, samples: int) -> Tensor:
    """[B, N] of the song, with silence after its end."""
    with np.load(shared("golden", "inputs", "audio_loaded_16k.npz")) as file:
        song = torch.from_numpy(file["samples_int16"].astype(np.float32) / np.float32(file["peak"]))
    song = torch.nn.functional.pad(song, (0, samples))
    return torch.stack([song[start : start + samples] for start in starts.tolist()])


def assert_near(ours: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(ours, theirs, atol=WITHIN, rtol=0)


def assert_it_hears_the_same(version: str) -> None:
    vectors = golden(version)
    assert_near(vectors.states[:, ::8], vectors.answers["encoder_sdpa_every8"])
    assert_near(vectors.states[0, :64], vectors.answers["encoder_sdpa_row0_first64"])
    if "encoder_eager_row0_first64" in vectors.answers:
        assert_near(vectors.states[0, :64], vectors.answers["encoder_eager_row0_first64"])


def assert_it_says_the_same_where_nothing_is_padded(version: str) -> None:
    vectors = golden(version)
    answers, positions = vectors.answers, vectors.answers["positions"]
    logits = vectors.logits(answers["decoder_input_ids"])
    assert_near(logits[0, positions], answers["logits_sdpa_paddedbatch_row0"])
    if version == LOOKS_AHEAD:
        return
    for row in (0, 1):
        assert_near(logits[row, positions], answers[f"logits_sdpa_nomask_row{row}"])
    assert_near(logits[:, -2:], answers["logits_eager_nomask_last2"])


def assert_it_says_the_same_beside_padding_that_takes_up_positions(version: str) -> None:
    vectors = golden(version)
    answers, positions = vectors.answers, vectors.answers["positions"]
    tokens, real = vectors.padded
    logits = vectors.logits(tokens, real=real, counted=True)
    assert_near(logits[0, positions], answers["logits_sdpa_paddedbatch_row0"])
    after = positions >= PADS
    assert_near(logits[1, positions[after]], answers["logits_sdpa_padded_row1"][after])


def assert_it_says_the_same_beside_padding_that_takes_up_none(version: str) -> None:
    vectors = golden(version)
    tokens, real = vectors.padded
    positions = vectors.answers["positions"]
    after = positions >= PADS
    logits = vectors.logits(tokens, real=real)
    assert_near(logits[1, positions[after]], vectors.answers["logits_sdpa_prepare_row1"][after])


def assert_it_says_the_same_after_one_pad(version: str) -> None:
    vectors = golden(version)
    tokens, real = vectors.one_pad
    logits = vectors.logits(tokens, row=1, real=real, counted=True)[0, 1:]
    assert_near(logits[vectors.answers["positions_single"]], vectors.answers["logits_sdpa_onepad_row1"])


def assert_it_says_the_same_of_a_row_alone(version: str) -> None:
    """V32's own answer looks ahead; its causal one is the row after a pad that takes up no position."""
    vectors = golden(version)
    tokens, _ = vectors.padded
    theirs = "logits_sdpa_onepad_row1" if version == LOOKS_AHEAD else "logits_sdpa_single_row1"
    logits = vectors.logits(tokens[1:, PADS:], row=1)[0]
    assert_near(logits[vectors.answers["positions_single"]], vectors.answers[theirs])


def assert_every_answer_of_the_reference_is_asked_for(version: str) -> None:
    asked = {
        "encoder_sdpa_every8",
        "encoder_sdpa_row0_first64",
        "encoder_eager_row0_first64",
        "logits_sdpa_nomask_row0",
        "logits_sdpa_nomask_row1",
        "logits_sdpa_padded_row1",
        "logits_sdpa_paddedbatch_row0",
        "logits_sdpa_onepad_row1",
        "logits_sdpa_prepare_row1",
        "logits_sdpa_single_row1",
        "logits_eager_nomask_last2",
    }
    answers = {name for name in golden(version).answers if name.startswith(("encoder_", "logits_"))}
    assert answers <= asked


OF_A_CHECKPOINT: tuple[Callable[[str], None], ...] = (
    assert_it_hears_the_same,
    assert_it_says_the_same_where_nothing_is_padded,
    assert_it_says_the_same_beside_padding_that_takes_up_positions,
    assert_it_says_the_same_beside_padding_that_takes_up_none,
    assert_it_says_the_same_after_one_pad,
    assert_it_says_the_same_of_a_row_alone,
    assert_every_answer_of_the_reference_is_asked_for,
)
