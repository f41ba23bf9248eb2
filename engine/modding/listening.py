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

    from engine.generation.windows import Window
    from engine.modding.reading import Reading
    from engine.modding.states import StateFiles
    from engine.model.encdec import EncoderDecoder


@dataclass(frozen=True, slots=True, eq=False)
class Mind:
    """A loaded model, and what is derived from its weights once."""

    model: EncoderDecoder
    device: torch.device
    dtype: torch.dtype
    head: Tensor
    """In single precision: in bfloat16 a score would be known to two digits."""
    weights: str
    """A digest of what hears."""

    @classmethod
    def of(cls, model: EncoderDecoder) -> Mind:
        weight = model.head.weight
        return cls(model, weight.device, weight.dtype, weight.float(), _digest(model))


def _digest(model: EncoderDecoder) -> str:
    digest = hashlib.sha256()
    for name, parameter in model.encoder.named_parameters():
        digest.update(f"{name} {tuple(parameter.shape)} {parameter.dtype}\n".encode())
        digest.update(parameter.detach().cpu().contiguous().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def sound_key(mind: Mind, reading: Reading, song_hash: str) -> str:
    """All that the encoder's states depend on beside the window: the name of their folder, too."""
    told: list[object] = [song_hash, mind.weights, mind.dtype, mind.device.type, reading.speech.shape]
    asked = reading.speech.spec.conditions
    if Condition.DIFFICULTY in asked:
        told.append(("difficulty", reading.conditions.star_rating))
    if Condition.MAPPER in asked:
        told.append(("mapper", reading.conditions.mapper_id))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


class Listener:
    """Listens to one song, and remembers."""

    def __init__(self, mind: Mind, reading: Reading, sound: str, files: StateFiles) -> None:
        self._mind, self._reading, self.sound, self._files = mind, reading, sound, files
        self._mel = MelSpectrogram(mind.model.spec.mel)
        spec = mind.model.spec
        self._shape = (spec.encoder.positions, spec.width)

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
        reading, mind = self._reading, self._mind
        speech = reading.speech
        sound = sound_of(reading.song, windows, speech.shape).to(mind.device)
        told = model_conditions(
            speech.spec, speech.vocab, reading.conditions, windows, speech.shape, reading.song.length_ms
        )
        states = mind.model.encode(self._mel(sound), told)
        for window, heard in zip(windows, states.cpu(), strict=True):
            self._files.write(self.sound, window.start_sample, heard)
        return states
