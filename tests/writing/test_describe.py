"""What a model is said to understand, from the files beside its weights."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine.beatmap.objects import Mode
from engine.jobs import JobError
from engine.requests import Describe
from engine.tokens.errors import TokenError
from engine.writing.describe import describe
from tests.modding.worlds import v30_tokenizer, v32_tokenizer
from tests.shared_data import shared

if TYPE_CHECKING:
    from engine.writing.answers import Described

ROOT = Path(__file__).resolve().parents[2]


def folder_of(tmp_path: Path, tokenizer: dict[str, Any]) -> Path:
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    return tmp_path


def of_v32(tmp_path: Path, mode: Mode = Mode.OSU, **changes: Any) -> Described:
    folder = folder_of(tmp_path, v32_tokenizer() | changes)
    return describe(Describe("ours", int(mode)), folder)


def test_a_model_is_offered_what_its_prompts_have_words_for(tmp_path: Path) -> None:
    found = of_v32(tmp_path, mapper_idx={"727": 0}, descriptor_idx={"tech": 0, "clean": 1, "beyond": 999})
    assert (found.model, found.family, found.modes) == ("ours", "v32", (0, 1, 2, 3))
    assert {"star_rating", "mapper_id", "year", "hitsounded", "descriptors", "guidance"} <= set(found.wishes)
    assert found.descriptors == ("clean", "tech")
    assert found.years == (2007, 2024)
    assert found.most_star_rating == 12
    assert found.mappers == 1


def test_what_it_has_no_names_for_is_not_offered(tmp_path: Path) -> None:
    found = of_v32(tmp_path)
    assert not {"descriptors", "unwanted_descriptors", "mapper_id"} & set(found.wishes)
    assert found.descriptors == ()


@pytest.mark.parametrize(
    ("mode", "offered"),
    [
        (Mode.OSU, set()),
        (Mode.TAIKO, {"scroll_speed_ratio"}),
        (Mode.CATCH, set()),
        (Mode.MANIA, {"scroll_speed_ratio", "hold_note_ratio"}),
    ],
)
def test_each_mode_is_offered_its_own(tmp_path: Path, mode: Mode, offered: set[str]) -> None:
    found = of_v32(tmp_path, mode)
    assert {"scroll_speed_ratio", "hold_note_ratio"} & set(found.wishes) == offered
    assert ("keys" in found.settings) == (mode is Mode.MANIA)
    assert ("circle_size" in found.settings) == (mode in (Mode.OSU, Mode.CATCH))
    assert ("sv" in found.written) == (mode is Mode.MANIA)


def test_a_model_that_cannot_tell_what_it_is_about_to_say_has_one_temperature(tmp_path: Path) -> None:
    """Only those that tell first what a group is can be told otherwise."""
    found = of_v32(tmp_path, Mode.MANIA)
    assert not {name for name in (*found.wishes, *found.settings) if name.endswith("_temperature")}


def test_a_model_without_words_for_anything_takes_chance_alone(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, v30_tokenizer())
    found = describe(Describe("ours"), folder)
    assert found.wishes == ("temperature", "top_p", "top_k", "time_bias", "is_greedy")
    assert (found.years, found.most_star_rating, found.given) == (None, None, ())
    assert found.modes == (0,)
    with pytest.raises(JobError, match="osu! maps alone"):
        describe(Describe("ours", int(Mode.TAIKO)), folder)


def test_where_nothing_has_a_place_no_rhythm_can_be_kept_with_new_ones(tmp_path: Path) -> None:
    assert of_v32(tmp_path, Mode.TAIKO).keeps == ("nothing", "all but hitsounds")


def test_hitsounds_are_kept_apart_only_where_they_are_words(tmp_path: Path) -> None:
    assert of_v32(tmp_path).keeps == ("nothing", "rhythm", "all but hitsounds")
    mute = v32_tokenizer()
    mute["event_ranges"] = [one for one in mute["event_ranges"] if one["type"] != "hitsound"]
    assert describe(Describe("ours"), folder_of(tmp_path, mute)).keeps == ("nothing", "rhythm")


def test_a_folder_without_a_tokenizer_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TokenError, match=r"tokenizer\.json"):
        describe(Describe("ours"), tmp_path)


def test_published_families_are_told_apart() -> None:
    found = {
        name: describe(Describe(name), shared("golden", "checkpoints", name))
        for name in ("v29", "v30_fit", "v31_fit", "v32_fit")
    }
    assert {name: one.family for name, one in found.items()} == {
        "v29": "v29",
        "v30_fit": "v30",
        "v31_fit": "v31",
        "v32_fit": "v32",
    }
    assert [name for name, one in found.items() if "gd" in one.given] == ["v29", "v31_fit"]
    assert [name for name, one in found.items() if "timing_beams" in one.settings] == [
        name for name, one in found.items() if "timing" in one.written
    ]
    assert "timing_beams" in found["v32_fit"].settings
    assert "star_rating" in found["v30_fit"].wishes  # told while it listens
    assert "guidance" not in found["v30_fit"].wishes  # its prompts have nothing to go away from


def test_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, v32_tokenizer())
    script = (
        "import sys; from pathlib import Path; from engine.requests import Describe; "
        f"from engine.writing.describe import describe; describe(Describe('ours'), Path({str(folder)!r})); "
        "print('torch' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "False"
