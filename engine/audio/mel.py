"""Mel spectrograms as the checkpoints were trained on them.

Two conventions exist among the published models. Both take the power of a Hann-windowed Fourier
transform; they differ in where the mel bands lie and in how tall their triangles are. Trained weights
know only their own: the other one is noise to them.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import conv1d, pad
from torchaudio.functional import melscale_fbanks  # type: ignore[import-untyped]  # ships no types

_WINDOWS_AT_ONCE = 4
"""A 33 s window costs 35 MB on the way; a whole song's windows together would cost gigabytes."""

_HZ_PER_MEL = 200 / 3
_KNEE_HZ = 1000.0
_KNEE_MEL = _KNEE_HZ / _HZ_PER_MEL
_LOG_STEP = math.log(6.4) / 27
"""Slaney's Auditory Toolbox: even steps up to 1 kHz, then 27 of them for each factor of 6.4."""


class MelKind(StrEnum):
    """The values are those of `spectrogram_implementation` in a checkpoint's config.json."""

    HTK = "torchaudio"
    """HTK's scale, every triangle one tall."""
    SLANEY = "nnAudio"
    """Slaney's scale, every triangle of the same area."""


@dataclass(frozen=True, slots=True)
class MelSettings:
    kind: MelKind
    bands: int
    log_scale: bool = False
    sample_rate: int = 16_000
    fft_samples: int = 1024
    hop_samples: int = 128
    low_hz: float = 0.0
    high_hz: float = 8_000.0
    padding: Literal["constant", "reflect"] = "constant"
    """What lies beyond both ends of a window while its first and last frames are measured."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", MelKind(self.kind))
        if not 0 <= self.low_hz < self.high_hz <= self.sample_rate / 2:
            raise ValueError(
                f"mel bands from {self.low_hz} to {self.high_hz} Hz do not fit into audio of "
                f"{self.sample_rate} Hz: they must lie between 0 and {self.sample_rate / 2} Hz"
            )
        if min(self.bands, self.hop_samples, self.fft_samples) < 1:
            raise ValueError("a mel spectrogram needs at least one band, one sample a hop and one a frame")

    def frames(self, samples: int) -> int:
        return samples // self.hop_samples + 1


class MelSpectrogram:
    """Always in single precision, whatever the model after it runs in: quiet bands drown in less.

    No module on purpose: it has nothing to learn and nothing to load. Checkpoints do carry its tables
    among their weights; computing them is quicker than reading them, and equal.
    """

    def __init__(self, settings: MelSettings) -> None:
        self.settings = settings
        self._bands = mel_bands(settings)
        self._waves = _waves(settings)

    def __call__(self, samples: torch.Tensor) -> torch.Tensor:
        """[B, N] -> [B, N // hop + 1, bands], on the device where the samples are."""
        self._follow(samples.device)
        # An autocast region of the model's would take the products down to half precision.
        with torch.autocast(samples.device.type, enabled=False):
            parts = torch.split(samples.float(), _WINDOWS_AT_ONCE)
            return torch.cat([self._measure(part) for part in parts])

    def _follow(self, device: torch.device) -> None:
        if self._waves.device != device:
            self._waves = self._waves.to(device)
            self._bands = self._bands.to(device)

    def _measure(self, samples: torch.Tensor) -> torch.Tensor:
        transform = self._fourier if self.settings.kind is MelKind.HTK else self._convolve
        real, imaginary = transform(samples)  # [B, F, T] each
        power = real.square() + imaginary.square()
        mel = power.mT @ self._bands  # [B, T, bands]
        return mel.log1p_() if self.settings.log_scale else mel

    def _fourier(self, samples: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        waves = torch.stft(
            samples,
            self.settings.fft_samples,
            self.settings.hop_samples,
            window=self._waves,
            pad_mode=self.settings.padding,
            return_complex=True,
        )
        return waves.real, waves.imag

    def _convolve(self, samples: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The same transform, multiplied out: the quick one rounds elsewhere, and without a logarithm
        the near-silent bands of these models would come out a thousandth off what they were trained on.
        """
        edge = self.settings.fft_samples // 2
        padded = pad(samples[:, None], (edge, edge), mode=self.settings.padding)
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):  # which would leave ten bits
            waves = conv1d(padded, self._waves, stride=self.settings.hop_samples)  # [B, 2F, T]
        real, imaginary = waves.chunk(2, dim=1)
        return real, imaginary


def _waves(settings: MelSettings) -> torch.Tensor:
    """What a frame is multiplied with: the window alone, or every cosine and then every sine in it."""
    size = settings.fft_samples
    if settings.kind is MelKind.HTK:
        return torch.hann_window(size)
    phases = torch.outer(torch.arange(size // 2 + 1.0, dtype=torch.float64), torch.arange(size))
    radians = phases * (2 * torch.pi / size)
    window = torch.hann_window(size, dtype=torch.float64).float()
    # Rounded before they are multiplied, as they were when the weights were trained.
    return torch.cat([radians.cos().float() * window, radians.sin().float() * window])[:, None]


def mel_bands(settings: MelSettings) -> torch.Tensor:
    """[frequencies, bands]: how much of each frequency's power a band hears."""
    return _htk_bands(settings) if settings.kind is MelKind.HTK else _slaney_bands(settings)


def _htk_bands(settings: MelSettings) -> torch.Tensor:
    with warnings.catch_warnings():
        # Many narrow bands leave some between two frequencies, deaf. The models were trained so.
        warnings.filterwarnings("ignore", message="At least one mel filterbank has all zero values")
        bands: torch.Tensor = melscale_fbanks(
            settings.fft_samples // 2 + 1,
            settings.low_hz,
            settings.high_hz,
            settings.bands,
            settings.sample_rate,
        )
    return bands


def _slaney_bands(settings: MelSettings) -> torch.Tensor:
    """In double precision: torchaudio's, in single, is already 1e-5 away where 388 bands crowd together."""
    low, high = _mel(settings.low_hz), _mel(settings.high_hz)
    edges_hz = _hertz(np.linspace(low, high, settings.bands + 2))
    lower, peak, upper = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    frequencies_hz = np.linspace(0.0, settings.sample_rate / 2, settings.fft_samples // 2 + 1)[:, None]
    rising = (frequencies_hz - lower) / (peak - lower)
    falling = (upper - frequencies_hz) / (upper - peak)
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return torch.from_numpy(triangles * 2 / (upper - lower)).float()


def _mel(hertz: float) -> float:
    if hertz < _KNEE_HZ:
        return hertz / _HZ_PER_MEL
    return _KNEE_MEL + math.log(hertz / _KNEE_HZ) / _LOG_STEP


def _hertz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    above = np.maximum(mel, _KNEE_MEL) - _KNEE_MEL
    return np.where(mel < _KNEE_MEL, mel * _HZ_PER_MEL, _KNEE_HZ * np.exp(above * _LOG_STEP))
