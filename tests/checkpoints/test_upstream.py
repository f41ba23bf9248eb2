from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from engine.audio.mel import MelKind
from engine.checkpoints import weights
from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.upstream import load, read_spec
from engine.model.conditioning import Conditions
from engine.model.spec import Condition, LayerSpec, Norm, Positions
from tests.checkpoints.folders import Folder, ids, v29, v30, v32

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.model.encdec import EncoderDecoder

every_family = pytest.mark.parametrize("make", [v29, v30, v32], ids=lambda make: make.__name__)
CONDITIONS = Conditions(torch.tensor([5.0]), torch.tensor([1]), torch.tensor([[0.0, 0.5]]))


def scores(model: EncoderDecoder) -> torch.Tensor:
    mel = torch.rand(
        1, model.spec.window_frames, model.spec.mel.bands, generator=torch.Generator().manual_seed(5)
    )
    with torch.no_grad():
        logits: torch.Tensor = model(mel, torch.tensor([[1, 9, 17, 41]]), CONDITIONS)
    return logits


@every_family
def test_a_checkpoint_of_each_family_can_be_asked(make: Callable[[], Folder], tmp_path: Path) -> None:
    model = load(make().write(tmp_path)).model
    assert scores(model).shape == (1, 4, 40)
    assert scores(model).isfinite().all()
    assert not model.training
    assert not any(weight.requires_grad for weight in model.parameters())


@every_family
def test_one_that_is_loaded_holds_no_file_open(make: Callable[[], Folder], tmp_path: Path) -> None:
    """So it can be removed or brought anew meanwhile, on Windows too, where no open file can be."""
    loaded = load(make().write(tmp_path / "model"))
    if sys.platform == "linux":
        assert str(tmp_path) not in Path("/proc/self/maps").read_text(encoding="utf-8")
    shutil.rmtree(tmp_path / "model")
    assert scores(loaded.model).isfinite().all()


def test_what_the_config_says_becomes_the_spec(tmp_path: Path) -> None:
    old, conditioned, new = (read_spec(make().write(tmp_path / make.__name__)) for make in (v29, v30, v32))
    assert (old.norm, old.positions, old.mel.kind) == (Norm.LAYER, Positions.TABLE, MelKind.SLANEY)
    assert (new.norm, new.positions, new.mel.kind) == (Norm.RMS, Positions.ROTARY, MelKind.HTK)
    assert old.mel_is_projected
    assert conditioned.conditions == tuple(Condition)
    assert (conditioned.input_width, new.input_width) == (8 + 3 * 4, 8)
    assert (new.window_frames, new.window_samples) == (64, 63 * 128)
    assert (new.encoder.positions, new.decoder.positions, new.tokens_in, new.tokens_out) == (32, 24, 45, 40)


def test_layers_between_global_ones_reach_half_of_the_local_window(tmp_path: Path) -> None:
    folder = v32()
    folder.config["backbone_config"] |= {
        "encoder_layers": 4,
        "global_attn_every_n_layers": 3,
        "local_attention": 20,
        "local_rope_theta": 500,
    }
    far, near = LayerSpec(None, 10_000), LayerSpec(10, 500)
    assert read_spec(folder.write(tmp_path)).encoder.layers == (far, near, near, far)


def test_an_old_config_that_names_no_later_setting_gets_the_defaults_of_its_time(tmp_path: Path) -> None:
    folder = v29()
    for late in (
        "project_encoder_input",
        "spectrogram_implementation",
        "spectrogram_log_scale",
        "f_min",
        "pad_mode",
    ):
        del folder.config[late]
    spec = read_spec(folder.write(tmp_path))
    assert (spec.mel.kind, spec.mel.log_scale, spec.mel.padding) == (MelKind.SLANEY, False, "constant")
    assert spec.mel_is_projected


def test_keys_without_a_bias_get_none(tmp_path: Path) -> None:
    bias = load(v30().write(tmp_path)).model.get_parameter("decoder.layers.0.attention.qkv.bias")
    queries, keys, values = bias.chunk(3)
    assert not keys.any()
    assert queries.all()
    assert values.all()


@every_family
def test_in_bfloat16_every_weight_is(make: Callable[[], Folder], tmp_path: Path) -> None:
    folder = make().write(tmp_path)
    model = load(folder, dtype=torch.bfloat16).model
    assert {weight.dtype for weight in model.parameters()} == {torch.bfloat16}
    likeness = torch.nn.functional.cosine_similarity(
        scores(load(folder).model), scores(model).float(), dim=-1
    )
    assert likeness.min() > 0.98


def test_loading_does_not_wake_the_compiler(tmp_path: Path) -> None:
    """torch imports it, with sympy, for some operations on the meta device: five seconds of nothing."""
    script = (
        "import sys; from pathlib import Path; from engine.checkpoints.upstream import load; "
        f"load(Path({str(v30().write(tmp_path))!r})); print('sympy' in sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "False"


def test_weights_that_change_while_they_are_read_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    v30().write(tmp_path)
    planned = weights._batches

    def replaced(moves: list[weights._Move]) -> Iterator[list[weights._Move]]:
        v32().write(tmp_path)
        yield from planned(moves)

    monkeypatch.setattr(weights, "_batches", replaced)
    with pytest.raises(
        CheckpointError, match=r"model\.safetensors changed while it was read .*load it again"
    ):
        load(tmp_path)


def without(name: str) -> Callable[[Folder], object]:
    return lambda folder: folder.weights.pop(name)


def with_weight(name: str, *shape: int) -> Callable[[Folder], object]:
    return lambda folder: folder.weights.update({name: torch.zeros(shape)})


def quantised(name: str) -> Callable[[Folder], object]:
    return lambda folder: folder.weights.update({name: folder.weights[name].to(torch.int8)})


def with_config(**settings: object) -> Callable[[Folder], object]:
    return lambda folder: folder.config.update(settings)


def with_backbone(**settings: object) -> Callable[[Folder], object]:
    return lambda folder: folder.config["backbone_config"].update(settings)


def with_tokenizer(**settings: object) -> Callable[[Folder], object]:
    return lambda folder: folder.tokenizer.update(settings)


CONV = "transformer.model.encoder.conv1.weight"


@pytest.mark.parametrize(
    ("bend", "file", "complaint"),
    [
        (
            without(CONV),
            "model.safetensors",
            "lacks 1 of the weights that config.json promises, encoder.conv1.weight",
        ),
        (
            with_weight(CONV, 16, 7, 3),
            "model.safetensors",
            "has the shape 16 x 7 x 3, but config.json makes it 16 x 20 x 3",
        ),
        (
            with_weight("lm_head.weight", 3, 3),
            "model.safetensors",
            "holds the weight lm_head.weight, which its config",
        ),
        (with_backbone(decoder_layers=1), "model.safetensors", "which its config.json does not ask for"),
        (with_backbone(decoder_layers=3), "model.safetensors", "lacks 17 of the weights"),
        (
            without("transformer.model.decoder.layers.1.self_attn.v_proj.bias"),
            "model.safetensors",
            "lacks 1 of the",
        ),
        (
            with_config(do_style_embed=True),
            "config.json",
            "says do_style_embed = True, which this engine does not know",
        ),
        (
            with_config(backbone_model_name="google/t5-v1_1-small"),
            "config.json",
            "builds on 'google/t5-v1_1-small'",
        ),
        (with_config(model_type="whisper"), "config.json", "says model_type = whisper"),
        (
            with_config(vocab_size_in=4),
            "config.json",
            "contradicts itself: it writes 40 tokens but can read only 4",
        ),
        (with_backbone(d_model=17), "config.json", "contradicts itself: a width of 17 cannot be shared"),
        (with_backbone(d_model="wide"), "config.json", "says backbone_config.d_model = wide"),
        (with_backbone(rope_type="yarn"), "config.json", "says backbone_config.rope_type = yarn"),
        (with_config(f_max=20_000), "config.json", "contradicts itself: mel bands from 20.0 to 20000.0 Hz"),
        (
            with_tokenizer(event_ranges=[ids("t", 38)]),
            "tokenizer.json",
            "it has 46 ids and a model writes 41 of them, this model has 45 and 40",
        ),
        (with_tokenizer(event_ranges=[ids("zzz", 37)]), "tokenizer.json", "has events named 'zzz'"),
        (quantised(CONV), "model.safetensors", "conv1.weight is stored as I8, a quantised format"),
        (with_backbone(global_rope_theta=0), "config.json", "says backbone_config.global_rope_theta = 0"),
        (with_tokenizer(num_mapper_classes=9), "tokenizer.json", "it knows 9 mappers, config.json 3"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    bend: Callable[[Folder], object], file: str, complaint: str, tmp_path: Path
) -> None:
    folder = v30()
    bend(folder)
    with pytest.raises(CheckpointError) as refused:
        load(folder.write(tmp_path))
    said = str(refused.value)
    assert said.startswith(str(tmp_path / file))
    assert complaint in said
    assert any(
        advice in said for advice in ("fetch the checkpoint again", "choose", "put the tokenizer.json")
    )
    assert "\n" not in said


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_file_that_is_missing_is_named(file: str, tmp_path: Path) -> None:
    (v32().write(tmp_path) / file).unlink()
    with pytest.raises(CheckpointError, match=f"{file} (is missing|cannot be read).* again"):
        load(tmp_path)


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_file_that_is_cut_short_is_named(file: str, share: float, tmp_path: Path) -> None:
    path = v32().write(tmp_path) / file
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(CheckpointError, match=f"{file} is (cut short or damaged|not JSON) .* again"):
        load(tmp_path)


@pytest.mark.parametrize("text", ["[]", "null", "3", '"config"', "{}", '{"model_type": "mapperatorinator"}'])
def test_a_config_that_is_none_is_named(text: str, tmp_path: Path) -> None:
    (v32().write(tmp_path) / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"config\.json (is cut short or damaged|does not say \w+)"):
        load(tmp_path)


def test_a_folder_in_the_place_of_the_weights_is_refused(tmp_path: Path) -> None:
    path = v32().write(tmp_path) / "model.safetensors"
    path.unlink()
    path.mkdir()
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        load(tmp_path)


def test_what_lies_between_the_weights_cannot_be_run(tmp_path: Path) -> None:
    """A pickle under the name of the weights stays a heap of bytes."""
    torch.save({"weights": torch.zeros(3)}, v32().write(tmp_path) / "model.safetensors")
    with pytest.raises(CheckpointError, match="cut short or damaged"):
        load(tmp_path)
