from __future__ import annotations

import sys

import pytest
import torch
import torchaudio  # type: ignore[import-untyped]  # ships no types
from safetensors.torch import load_file

from engine.audio.mel import MelKind, MelSettings, MelSpectrogram, mel_bands
from tests.shared_data import shared

V29 = MelSettings(MelKind.SLANEY, bands=388)
V30 = MelSettings(MelKind.HTK, bands=80, log_scale=True, low_hz=20, padding="reflect")
V32 = MelSettings(MelKind.HTK, bands=128, log_scale=True, low_hz=20, padding="reflect")


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("settings", [V30, V32], ids=["v30", "v32"])
def test_the_htk_kind_is_torchaudios_to_the_last_steps(settings: MelSettings) -> None:
    theirs = torchaudio.transforms.MelSpectrogram(
        sample_rate=16_000,
        n_fft=1024,
        hop_length=128,
        n_mels=settings.bands,
        f_min=20,
        f_max=8_000,
        pad_mode="reflect",
    )
    samples = noise(2, 40_000)
    torch.testing.assert_close(
        MelSpectrogram(settings)(samples), theirs(samples).mT.log1p(), rtol=2e-6, atol=1e-7
    )


@pytest.mark.parametrize(
    ("version", "table", "settings"),
    [
        ("v29", "mel_basis", V29),
        ("v30", "mel_scale.fb", V30),
        ("v32", "mel_scale.fb", V32),
    ],
)
def test_the_bands_are_those_that_lie_in_the_checkpoints(
    version: str, table: str, settings: MelSettings
) -> None:
    """So a checkpoint's own tables need not be loaded: not even V29's 4 MB of them."""
    weights = load_file(shared("golden", "checkpoints", version, "model.safetensors"))
    (theirs,) = [value for name, value in weights.items() if name.endswith(table)]
    theirs = theirs.T if table == "mel_basis" else theirs
    # In single precision, a power that is a bit different elsewhere shows where bands crowd together.
    is_elsewhere = settings.kind is MelKind.HTK and sys.platform != "linux"
    torch.testing.assert_close(mel_bands(settings), theirs, rtol=3e-7, atol=2e-5 if is_elsewhere else 0)


def test_the_waves_of_v29_are_those_that_lie_in_its_checkpoint() -> None:
    weights = load_file(shared("golden", "checkpoints", "v29", "model.safetensors"))
    theirs = torch.cat(
        [weights["spectrogram.transform.stft.wcos"], weights["spectrogram.transform.stft.wsin"]]
    )
    torch.testing.assert_close(MelSpectrogram(V29)._waves, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("settings", [V29, V30, V32], ids=["v29", "v30", "v32"])
def test_a_window_sounds_the_same_alone_and_among_others(settings: MelSettings) -> None:
    mel = MelSpectrogram(settings)
    samples = noise(9, 4_096)
    together = mel(samples)
    assert together.shape == (9, settings.frames(4_096), settings.bands)
    rtol = 1e-5 if sys.platform == "linux" else 3e-5  # others add up in another order
    torch.testing.assert_close(together[7:8], mel(samples[7:8]), rtol=rtol, atol=1e-6)


@pytest.mark.parametrize("settings", [V29, V30], ids=["v29", "v30"])
def test_the_loudest_band_of_a_tone_is_the_one_around_it(settings: MelSettings) -> None:
    seconds = torch.arange(16_000) / 16_000
    mel = MelSpectrogram(settings)((2 * torch.pi * 2_000 * seconds).sin()[None])[0]
    frequencies_hz = torch.linspace(0, 8_000, 513)
    centres_hz = (mel_bands(settings) * frequencies_hz[:, None]).sum(0) / mel_bands(settings).sum(0)
    loudest = centres_hz[mel[60].argmax()]
    assert abs(loudest.item() - 2_000) < 60


def test_silence_is_silent() -> None:
    assert MelSpectrogram(V32)(torch.zeros(1, 16_000)).count_nonzero() == 0


@pytest.mark.parametrize("settings", [V29, V32], ids=["v29", "v32"])
def test_a_model_in_half_precision_hears_in_single(settings: MelSettings) -> None:
    samples = noise(1, 16_000)
    plain = MelSpectrogram(settings)(samples)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        under_autocast = MelSpectrogram(settings)(samples)
    assert under_autocast.dtype == torch.float32
    torch.testing.assert_close(under_autocast, plain, rtol=0, atol=0)


def test_bands_above_what_the_audio_can_hold_are_refused() -> None:
    with pytest.raises(ValueError, match=r"9000.* Hz do not fit into audio of 16000 Hz"):
        MelSettings(MelKind.HTK, bands=80, high_hz=9_000)
