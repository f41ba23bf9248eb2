"""Parity with the models' own program, all of it on one page: which of its answers there are in
../shared/golden, and what of ours is held against each.

How a comparison is made stands in `tests/<room>/golden.py`, and each vector is compared only here. The
tolerances are the rooms': 1e-4 of each band of a spectrogram, 1e-4 for encoder states and logits, none for
tokens, windows and prompts.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from tests.audio import golden as audio
from tests.diffusion import golden as diffusion
from tests.generation import golden as generation
from tests.generation import golden_windows as windows
from tests.modding import golden as modding
from tests.model import golden as model
from tests.postprocess import golden as postprocess
from tests.postprocess import golden_finished as finished
from tests.shared_data import SHARED, shared
from tests.threads import one_thread
from tests.timing import golden as timing
from tests.tokens import golden as tokens

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["one_thread"]

FOLDER: Final = SHARED / "golden"

FAMILIES: Final = {
    "names of events": "event_types.json",
    "vocabularies": "tokenizers/*/*.json",
    "tokens of maps": "tokens/*/*.npz",
    "conditions of maps": "tokens/index.json",
    "spectrograms": "spectrogram/*",
    "star ratings": "tokens/index.json",
    "songs": "inputs/audio*",
    "windows": "windows/segments.json",
    "forward passes": "checkpoints/v*/golden/forward.*",
    "diffusion": "checkpoints/osu_diffusion_tiny/golden/*",
    "mods": "maimod/*.npz",
    "prompts of written maps": "generate/*.npz",
    "times of written events": "generate/*.json",
    "events heard again": "postprocess/*/*_quant.npz",
    "red lines of beats": "postprocess/*/*.npz",
    "times on the grid": "postprocess/*/*.npz",
    "written maps": "generate/*",
    "finished maps": "postprocess/**/*",
}
"""What of the other program's answers is compared, and where it lies. A file may be in several."""

NOT_COMPARED: Final = {
    "README.md": "says what the rest is",
    "inputs/beatmaps/*.osu": "the maps that everything was asked of",
    "checkpoints/*/*.*": "the models that were asked, in the form that is opened for nearly every comparison",
    "maimod/*.json": "what the arrays beside them were asked of, and the report of them that its user reads: "
    "tests/modding/test_suggestions_golden.py says where ours says something else",
    "maimod/*.upstream_error.json": "how its V31 and V32 fail at judging; ours do not",
    "perf/*.json": "how long it took: a matter of the machine",
}
"""Files that hold no answer to be held to."""

HELD_IN_PART: Final = {
    "v32_full_std": [(630, 2547)],
    "v32_mania": [(85, 2084)],
    "v32_taiko": [(94, 2479), (2053, 2370)],
}
"""Windows of written maps in which two ids were so close that rounding chose: up to there, of how many ids.
The other 83 are held to their ends.
"""

ELSEWHERE: Final = {"star ratings": "test_star_rating.py"}
"""Compared, but not on this page: among what else is asked of the library that counts stars."""

COMPARED: Final[set[str]] = set()
"""Families that a test on this page asks about."""


def every(family: str, names: Callable[[Path], str | None]) -> pytest.MarkDecorator:
    """A parameter for each vector of a family; None stands for "not by itself"."""
    COMPARED.add(family)
    found = {names(path.relative_to(FOLDER)) for path in FOLDER.glob(FAMILIES[family])} - {None}
    return pytest.mark.parametrize("vector", sorted(map(str, found)) or ["without the data"])


def each(*comparisons: Callable[..., None]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("compare", comparisons, ids=lambda compare: compare.__name__)


def by_stem(path: Path) -> str:
    return path.stem


def by_folder(path: Path) -> str:
    return path.parent.name


def by_pair(path: Path) -> str:
    return f"{path.parent.name}/{path.stem.removesuffix('_quant')}"


def by_name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.fixture(autouse=True)
def _asked() -> None:
    """Skipped without the data, but not in CI."""
    shared("golden")


# Tokens: equal, event for event and id for id.


@every("names of events", by_stem)
def test_events(vector: str) -> None:
    assert vector == "event_types"
    tokens.assert_events_have_the_names_and_numbers_of_the_models()


@each(*tokens.OF_A_VOCABULARY)
@every("vocabularies", by_folder)
def test_vocabularies(compare: Callable[[str], None], vector: str) -> None:
    compare(vector)


@each(*tokens.OF_A_MAP)
@every("tokens of maps", by_pair)
def test_maps(compare: Callable[[str], None], vector: str) -> None:
    compare(vector)


@every("conditions of maps", by_stem)
def test_conditions(vector: str) -> None:
    """Each entry's answers are compared with its map's tokens."""
    maps = {by_pair(path.relative_to(FOLDER)) for path in FOLDER.glob(FAMILIES["tokens of maps"])}
    assert set(tokens.answers("tokens", f"{vector}.json")["entries"]) == maps


@every("events heard again", by_pair)
def test_events_heard_again(vector: str) -> None:
    tokens.assert_times_come_back_from_ids_as_the_models_take_them(vector)


@every("times of written events", by_stem)
def test_times_of_written_events(vector: str) -> None:
    tokens.assert_what_was_written_has_the_same_times(vector)


# Sound: samples and windows equal, spectrograms within 1e-4 of each band.


@every("songs", lambda path: path.stem if path.suffix == ".flac" else None)
def test_songs(vector: str) -> None:
    assert vector == "audio"
    audio.assert_the_references_song_is_loaded_sample_for_sample()


@pytest.mark.parametrize("version", audio.VERSIONS)
@every("spectrograms", lambda path: path.stem.split("_")[0] if "_mels" in path.stem else None)
def test_spectrograms(version: str, vector: str) -> None:
    audio.assert_the_spectrograms_are_the_references(version, vector)


@each(*windows.OF_A_VERSION)
@pytest.mark.parametrize("version", windows.VERSIONS)
@every("windows", by_stem)
def test_windows(compare: Callable[[str], None], version: str, vector: str) -> None:
    assert vector == "segments"
    compare(version)


# Checkpoints: encoder states and logits within 1e-4, in float32.


@each(*model.OF_A_CHECKPOINT)
@every("forward passes", lambda path: path.parent.parent.name)
def test_forward_passes(compare: Callable[[str], None], vector: str) -> None:
    compare(vector)


@each(*diffusion.OF_THE_MODEL)
def test_diffusion(compare: Callable[[], None]) -> None:
    compare()


@each(*diffusion.OF_A_RUN)
@every("diffusion", lambda path: path.stem[len("pipeline_") :] if "pipeline" in path.stem else None)
def test_diffusion_runs(compare: Callable[[str], None], vector: str) -> None:
    compare(vector)


# Judging and writing maps: prompts equal; scores to 1e-4, or to what float32 leaves of them.


@every("mods", by_stem)
def test_prompts_of_mods(vector: str) -> None:
    generation.assert_judged_alike(FOLDER / "maimod" / f"{vector}.npz")


@every("mods", lambda path: path.stem if path.stem in modding.EXACT else None)
def test_scores_of_mods(vector: str, tmp_path: Path) -> None:
    differences = modding.compare(vector, tmp_path)
    assert differences
    assert [one for one in differences if not one.is_within_rounding] == []
    assert [one for one in differences if not one.expects_the_same] == []


@every("mods", lambda path: path.stem if path.stem in modding.HALF_PRECISION else None)
def test_scores_of_mods_in_half_precision(vector: str, tmp_path: Path) -> None:
    """It rounds to three digits on the way, so that only the bulk can be compared."""
    differences = modding.compare(vector, tmp_path)
    assert np.median([one.relative for one in differences]) < 0.02
    assert np.mean([one.expects_the_same for one in differences]) > 0.98


@every("prompts of written maps", by_stem)
def test_prompts_of_written_maps(vector: str) -> None:
    generation.assert_written_alike(FOLDER / "generate" / f"{vector}.npz")


# Finishing maps: red lines equal; times equal, or a millisecond nearer to the grid.


@every("red lines of beats", by_name)
def test_red_lines_of_beats(vector: str) -> None:
    timing.assert_the_same_lines(vector)


@every("times on the grid", by_name)
def test_times_on_the_grid(vector: str) -> None:
    postprocess.assert_the_same_times_on_the_grid(vector)


@every("finished maps", lambda path: by_name(path) if path.suffix == ".npz" else None)
def test_finished_maps(vector: str) -> None:
    """Objects and timing lines, but where theirs are wrong: see `finished.Departure`."""
    finished.assert_the_same_map(vector)


def test_velocities_that_were_not_said() -> None:
    finished.assert_velocities_are_nearer_to_the_maps("v30")


@every("written maps", by_stem)
def test_written_maps(vector: str) -> None:
    held = generation.assert_songs_written_alike(FOLDER / "generate" / f"{vector}.npz")
    assert [lengths for lengths in held if lengths[0] < lengths[1]] == HELD_IN_PART.get(vector, [])


# The page itself.


def test_every_answer_has_its_place_on_this_page() -> None:
    placed = {path for pattern in (*FAMILIES.values(), *NOT_COMPARED) for path in FOLDER.glob(pattern)}
    files = {path for path in FOLDER.rglob("*") if path.is_file()}
    assert [pattern for pattern in (*FAMILIES.values(), *NOT_COMPARED) if not any(FOLDER.glob(pattern))] == []
    assert sorted(path.relative_to(FOLDER).as_posix() for path in files - placed) == []


def test_every_family_is_compared() -> None:
    assert COMPARED | ELSEWHERE.keys() == FAMILIES.keys()
    assert not COMPARED & ELSEWHERE.keys()
    assert all(any(Path(__file__).parent.rglob(file)) for file in ELSEWHERE.values())
