"""The encoder's half of modding: what it makes of each window of a song, once, and from disk ever after."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from engine.audio.mel import MelSpectrogram
from engine.generation.prompts import model_conditions
from engine.generation.windows import sound_of
from engine.model.spec import Condition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.audio.waveform import Waveform
    from engine.generation.windows import Window
    from engine.modding.reading import Speech
    from engine.modding.states import StateFiles
    from engine.model.encdec import EncoderDecoder
    from engine.tokens.conditions import Conditions


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    content_hash: str
    """Of the file: another song under the same name is another song."""
    waveform: Waveform


@dataclass(frozen=True, slots=True, eq=False)
class Mind:
    """A loaded model, and what is derived from its weights once."""

    model: EncoderDecoder
    head: Tensor
    """In single precision: in bfloat16 a score would be known to two digits."""
    weights: str
    """A digest of those that listen."""

    @property
    def device(self) -> torch.device:
        return self._embedding.device

    @property
    def dtype(self) -> torch.dtype:
        return self._embedding.dtype

    @property
    def _embedding(self) -> Tensor:
        """What a model whose layers are packed still has: see `engine.model.packed`."""
        return self.model.decoder.embedding.weight


def digest_of(model: EncoderDecoder) -> str:
    """Of what listens: half a second for a full-size model, once when it is loaded."""
    digest = hashlib.sha256()
    for name, parameter in model.encoder.named_parameters():
        digest.update(f"{name} {tuple(parameter.shape)} {parameter.dtype}\n".encode())
        digest.update(parameter.detach().cpu().contiguous().view(torch.uint8).numpy().data)
    return digest.hexdigest()


class Listener:
    """Listens to one song, and remembers."""

    def __init__(
        self, mind: Mind, speech: Speech, song: Song, conditions: Conditions, files: StateFiles
    ) -> None:
        self._mind, self._speech, self._song, self._conditions = mind, speech, song.waveform, conditions
        self._files = files
        self.sound = _sound(mind, speech, song, conditions)
        self._mel = MelSpectrogram(speech.spec.mel)
        self._shape = (speech.spec.encoder.positions, speech.spec.width)

    def knows(self, window: Window) -> bool:
        return self._files.has(self.sound, window.start_sample)

    def states(self, windows: Sequence[Window]) -> Tensor:
        """[B, S, D], on the model's device."""
        found = [self._read(window) for window in windows]
        missing = [window for window, states in zip(windows, found, strict=True) if states is None]
        heard = iter(self._listen(missing)) if missing else iter(())
        return torch.stack([next(heard) if states is None else states for states in found])

    def _read(self, window: Window) -> Tensor | None:
        states = self._files.read(self.sound, window.start_sample, self._shape, self._mind.dtype)
        return None if states is None else states.to(self._mind.device)

    @torch.inference_mode()
    def _listen(self, windows: Sequence[Window]) -> Tensor:
        speech = self._speech
        sound = sound_of(self._song, windows, speech.shape).to(self._mind.device)
        told = model_conditions(
            speech.spec, speech.vocab, self._conditions, windows, speech.shape, self._song.length_ms
        )
        states = self._mind.model.encode(self._mel(sound), told)
        for window, heard in zip(windows, states.cpu(), strict=True):
            self._files.write(self.sound, window.start_sample, heard)
        return states


def _sound(mind: Mind, speech: Speech, song: Song, conditions: Conditions) -> str:
    """All that the encoder's states depend on beside the window: the name of their folder, too."""
    told: list[object] = [song.content_hash, mind.weights, mind.dtype, mind.device.type, speech.shape]
    if Condition.DIFFICULTY in speech.spec.conditions:
        told.append(("difficulty", conditions.star_rating))
    if Condition.MAPPER in speech.spec.conditions:
        told.append(("mapper", conditions.mapper_id))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]
