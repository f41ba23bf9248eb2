"""The reference's own spectrograms, and what its loader makes of a song. Plain functions that assert;
`tests/test_golden.py` asks them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from engine.audio.decode import load_audio
from engine.audio.mel import MelKind, MelSettings, MelSpectrogram
from tests.shared_data import shared

if TYPE_CHECKING:
    import numpy.typing as npt

VERSIONS = ("v28", "v29", "v30", "v31", "v32")
HALF_A_STEP = 2.0**-24
"""Of a number in single precision: nothing computed in it is closer to anything."""


def golden(version: str, kind: str) -> tuple[MelSettings, npt.NDArray[np.float64]]:
    index = json.loads(shared("golden", "spectrogram", "index.json").read_text("utf-8"))
    entry: dict[str, Any] = index[version][kind]
    config = entry["config"]
    settings = MelSettings(
        MelKind(config["implementation"]),
        bands=config["n_mels"],
        log_scale=config["log_scale"],
        sample_rate=config["sample_rate"],
        fft_samples=config["n_ftt"],
        hop_samples=config["hop_length"],
        low_hz=config["f_min"],
        high_hz=config["f_max"],
        padding=config["pad_mode"],
    )
    with np.load(shared("golden", "spectrogram", entry["file"])) as answer:
        return settings, answer["mel"].astype(np.float64)


def amplitude_error(settings: MelSettings, ours: Any, theirs: Any) -> npt.NDArray[np.float64]:
    """[T, bands]: how far apart two spectrograms are, as part of the loudest band of each frame."""
    if settings.log_scale:
        ours, theirs = np.expm1(ours), np.expm1(theirs)
    apart: npt.NDArray[np.float64] = np.abs(np.sqrt(ours) - np.sqrt(theirs))
    apart /= np.sqrt(theirs.max(axis=1, keepdims=True))
    return apart


def assert_the_spectrograms_are_the_references(version: str, kind: str) -> None:
    """Within 1e-4 of each band. The reference's own machine rounded its Fourier transform in its own way:
    where a band is so quiet that this alone moves it further, it may be off by that rounding."""
    settings, theirs = golden(version, kind)
    with np.load(shared("golden", "spectrogram", "input.npz")) as given:
        samples = torch.from_numpy(given["samples"])
    ours = MelSpectrogram(settings)(samples)[0].double().numpy()
    far = np.abs(ours - theirs) > 1e-4 * theirs
    assert ours.shape == theirs.shape
    assert (far & (amplitude_error(settings, ours, theirs) > HALF_A_STEP)).sum() == 0
    assert far.mean() < 1e-3
    if settings.kind is MelKind.SLANEY:
        assert not far.any()


def assert_the_references_song_is_loaded_sample_for_sample() -> None:
    waveform = load_audio(shared("golden", "inputs", "audio.flac"))
    with np.load(shared("golden", "inputs", "audio_loaded_16k.npz")) as answer:
        assert waveform.pcm.dtype == np.int16
        assert np.array_equal(waveform.pcm, answer["samples_int16"])
        assert waveform.peak == answer["peak"]
        theirs = answer["samples_int16"].astype(np.float32) / answer["peak"]
    row = np.empty(waveform.samples, dtype=np.float32)
    waveform.fill(row, 0)
    assert np.array_equal(row, theirs)
    assert waveform.length_ms == 48_300
