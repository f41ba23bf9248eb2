from __future__ import annotations

import errno
import itertools
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest
from huggingface_hub import constants, file_download, hf_api

from engine.beatmap.objects import Mode
from engine.checkpoints import fetching, store
from engine.checkpoints.catalogue import MODELS_TOML, Catalogue, Entry
from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.hub import look_up
from engine.checkpoints.store import State, Store
from tests.checkpoints.hub_server import Hub, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.checkpoints.hub import RemoteFile

REPOSITORY = "somebody/mapper"
WEIGHTS = bytes(range(256)) * 4096 * 3  # three chunks
MODEL = {
    "config.json": b'{"model_type": "mapperatorinator"}',
    "generation_config.json": b"{}",
    "tokenizer.json": b'{"offset": 3}',
    "model.safetensors": WEIGHTS,
    "README.md": b"not needed",
    "optimizer.bin": b"not needed either",
}
TOTAL = sum(len(MODEL[name]) for name in MODEL if name not in ("README.md", "optimizer.bin"))


class Place(NamedTuple):
    store: Store
    hub: Hub
    folder: Path


def catalogue(*entries: Entry) -> Catalogue:
    mine = Entry(name="mine", title="Mine", repository=REPOSITORY, family="v32", default=True)
    return Catalogue((mine, *entries))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A store in an empty folder, and the only hub it can reach."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "RETRY_AFTER_S", (0.01, 0.01))
    with running(Hub(files={REPOSITORY: dict(MODEL)})) as hub:
        reach(hub, monkeypatch)
        folder = tmp_path / "models"
        yield Place(Store(folder, catalogue()), hub, folder / "somebody--mapper")


def reach(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library reads its address once, when it is imported."""
    template = hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
    monkeypatch.setattr(file_download, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(hf_api, "ENDPOINT", hub.endpoint, raising=False)
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")


def pull(place: Place, model: str = "mine") -> list[tuple[float, float]]:
    return [(progress.done, progress.total) for progress in place.store.pull(model)]


def state(place: Place) -> State:
    return place.store.holdings()[0].state


def test_what_makes_the_model_is_brought_and_nothing_else(place: Place) -> None:
    told = pull(place)
    assert told[-1] == (TOTAL, TOTAL)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    brought = {path.name for path in place.folder.iterdir()} - {"mapside-download.json"}
    assert brought == {"config.json", "generation_config.json", "tokenizer.json", "model.safetensors"}
    assert (place.folder / "model.safetensors").read_bytes() == WEIGHTS
    held = place.store.holdings()[0]
    assert (held.state, held.size_bytes, held.licence) == (State.COMPLETE, TOTAL, "cc-by-nc-4.0")


def test_what_is_complete_needs_no_network(place: Place) -> None:
    pull(place)
    place.hub.requests.clear()
    place.hub.status = 500
    assert place.store.resolve("mine", Mode.OSU) == place.folder
    assert place.store.resolve(REPOSITORY, Mode.MANIA) == place.folder
    assert pull(place) == [(TOTAL, TOTAL)]
    assert place.hub.requests == []


def test_a_download_that_was_stopped_goes_on_where_it_was(place: Place) -> None:
    downloading = place.store.pull("mine")
    for progress in downloading:
        if progress.done > 1 << 20:
            break
    downloading.close()  # type: ignore[attr-defined]  # a generator
    held = place.store.holdings()[0]
    assert held.state is State.PARTIAL
    assert 1 << 20 <= held.done_bytes < TOTAL
    with pytest.raises(CheckpointError, match="only partly downloaded"):
        place.store.resolve("mine", Mode.OSU)
    place.hub.requests.clear()
    assert pull(place)[-1] == (TOTAL, TOTAL)
    ranges = [asked for _, asked in place.hub.requests if asked]
    assert len(ranges) == 1
    assert int(ranges[0].removeprefix("bytes=").removesuffix("-")) >= 1 << 20
    assert (place.folder / "model.safetensors").read_bytes() == WEIGHTS


def test_a_lost_connection_is_taken_up_again(place: Place) -> None:
    place.hub.cuts_after, place.hub.cuts_left = 700_000, 3
    assert pull(place)[-1] == (TOTAL, TOTAL)
    assert (place.folder / "model.safetensors").read_bytes() == WEIGHTS
    assert len([asked for _, asked in place.hub.requests if asked]) == 3


def test_a_connection_that_brings_nothing_more_ends_in_a_sentence_with_all_kept(place: Place) -> None:
    place.hub.cuts_after, place.hub.cuts_left = 1 << 20, 1
    downloading = place.store.pull("mine")

    def lose_it() -> None:
        for progress in downloading:
            if progress.done > 1 << 19:
                place.hub.status = 503

    with pytest.raises(CheckpointError, match=r"hub .* pull again"):
        lose_it()
    assert place.store.holdings()[0].done_bytes > 1 << 19
    place.hub.status = None
    assert pull(place)[-1] == (TOTAL, TOTAL)


def test_a_server_without_ranges_sends_it_all_again(place: Place) -> None:
    place.hub.knows_ranges = False
    place.hub.cuts_after = 2 << 20
    assert pull(place)[-1] == (TOTAL, TOTAL)
    assert (place.folder / "model.safetensors").read_bytes() == WEIGHTS


def test_damaged_bytes_are_thrown_away(place: Place) -> None:
    place.hub.spoils = True
    with pytest.raises(CheckpointError, match="came damaged"):
        pull(place)
    place.hub.spoils = False
    assert pull(place)[-1] == (TOTAL, TOTAL)


def test_a_beginning_longer_than_the_file_is_begun_anew(place: Place) -> None:
    downloading = place.store.pull("mine")
    next(downloading)
    downloading.close()  # type: ignore[attr-defined]  # a generator
    part = fetching.part_of(place.folder / "config.json", announced("config.json"))
    part.write_bytes(b"x" * 500)
    with pytest.raises(CheckpointError, match="came damaged"):
        pull(place)
    assert pull(place)[-1] == (TOTAL, TOTAL)


def announced(name: str) -> RemoteFile:
    return next(file for file in look_up(REPOSITORY, "main").files if file.path == name)


def test_a_model_changed_on_the_hub_meanwhile_is_not_stitched_together(place: Place) -> None:
    downloading = place.store.pull("mine")
    for progress in downloading:
        if progress.done > 1 << 20:
            break
    downloading.close()  # type: ignore[attr-defined]  # a generator
    newer = WEIGHTS[::-1]
    place.hub.files[REPOSITORY] |= {
        "model.safetensors": newer,
        "config.json": b'{"model_type": "newer......"}',
    }
    place.hub.commit = "beef" + "0" * 36
    pull(place)
    assert (place.folder / "model.safetensors").read_bytes() == newer
    assert (place.folder / "config.json").read_bytes() == b'{"model_type": "newer......"}'
    assert not list(place.folder.glob("*.part"))


def test_two_downloads_of_the_same_model_do_not_meet(place: Place) -> None:
    first = place.store.pull("mine")
    next(first)
    with pytest.raises(CheckpointError, match="by another Mapside"):
        pull(place)
    assert list(itertools.islice(first, 1))
    first.close()  # type: ignore[attr-defined]  # a generator
    assert pull(place)[-1] == (TOTAL, TOTAL)


def test_a_full_disk_is_said_before_the_first_byte(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(place.folder.parent.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
    monkeypatch.setattr(fetching, "SPARE_BYTES", 1 << 20)
    with pytest.raises(CheckpointError, match=r"no room .* MB more are needed"):
        pull(place)


def test_a_disk_that_fills_up_meanwhile_keeps_what_came(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match=r"no room|cannot be written"):
        pull(place)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may write everywhere")
def test_a_folder_nobody_may_write_to(place: Place) -> None:
    place.folder.parent.mkdir()
    place.folder.parent.chmod(0o500)
    try:
        with pytest.raises(CheckpointError, match="choose a models_folder"):
            pull(place)
    finally:
        place.folder.parent.chmod(0o700)


def test_a_models_folder_that_is_a_file(place: Place) -> None:
    place.folder.parent.write_text("not a folder")
    with pytest.raises(CheckpointError, match="choose a models_folder"):
        pull(place)


def test_no_network_at_all(tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.hub.endpoint = "http://127.0.0.1:9"  # discard: nobody listens
    reach(place.hub, monkeypatch)
    with pytest.raises(CheckpointError, match="check the network"):
        pull(place)
    with pytest.raises(CheckpointError, match="mapside models pull mine"):
        place.store.resolve("mine", Mode.OSU)
    assert not (tmp_path / "models" / "somebody--mapper").exists()


def test_a_repository_that_is_not_there(place: Place) -> None:
    with pytest.raises(CheckpointError, match="not on the hub"):
        pull(place, "nobody/nothing")


def test_a_repository_with_something_else(place: Place) -> None:
    place.hub.files["nobody/text"] = {"config.json": b"{}", "README.md": b"a language model"}
    with pytest.raises(CheckpointError, match="no model that Mapside knows"):
        pull(place, "nobody/text")


def test_a_repository_that_the_catalogue_does_not_know_is_listed_once_it_is_here(place: Place) -> None:
    place.hub.files["nobody/tuned"] = dict(MODEL)
    pull(place, "nobody/tuned")
    held = place.store.holdings()[-1]
    assert (held.entry.title, held.state) == ("nobody/tuned", State.COMPLETE)
    assert place.store.resolve("nobody/tuned", Mode.OSU) == held.folder
    assert place.store.resolve(held.entry.name, Mode.OSU) == held.folder


def test_each_mode_has_its_subfolder(place: Place) -> None:
    place.hub.files[REPOSITORY] = {f"gamemode={n}/{name}": MODEL[name] for n in (0, 3) for name in MODEL}
    pull(place)
    assert place.store.resolve("mine", Mode.MANIA) == place.folder / "gamemode=3"
    with pytest.raises(CheckpointError, match=r"no model for taiko maps: only for osu!, mania"):
        place.store.resolve("mine", Mode.TAIKO)


def test_a_diffusion_model_is_brought_as_what_cannot_execute(place: Place) -> None:
    names = ("model_ema.pkl", "tokenizer.pkl", "model_ema.safetensors", "tokenizer_state.json")
    place.hub.files["nobody/coordinates"] = dict.fromkeys(names, b"x")
    pull(place, "nobody/coordinates")
    brought = {path.name for path in (place.folder.parent / "nobody--coordinates").iterdir()}
    assert brought == {"model_ema.safetensors", "tokenizer_state.json", "mapside-download.json"}


def test_removing_frees_what_was_brought(place: Place) -> None:
    pull(place)
    assert place.store.remove("mine") >= TOTAL
    assert state(place) is State.ABSENT
    with pytest.raises(CheckpointError, match="nothing to remove"):
        place.store.remove("mine")


def test_what_the_hubs_own_tools_have_brought_is_used_where_it_lies(place: Place, tmp_path: Path) -> None:
    cached = tmp_path / "cache" / "models--somebody--mapper"
    snapshot = cached / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("abc")
    (snapshot / "config.json").write_bytes(MODEL["config.json"])
    assert state(place) is State.ABSENT
    for name in ("tokenizer.json", "model.safetensors"):
        (snapshot / name).write_bytes(MODEL[name])
    assert state(place) is State.LOCAL
    assert place.store.resolve("mine", Mode.OSU) == snapshot
    with pytest.raises(CheckpointError, match="Mapside leaves alone"):
        place.store.remove("mine")
    assert snapshot.exists()


def test_a_damaged_record_of_a_download_is_said_and_mended_by_another_pull(place: Place) -> None:
    pull(place)
    (place.folder / "mapside-download.json").write_text("{")
    assert state(place) is State.BROKEN
    with pytest.raises(CheckpointError, match=r"mapside-download\.json is cut short"):
        place.store.resolve("mine", Mode.OSU)
    pull(place)
    assert state(place) is State.COMPLETE


def test_a_name_that_nobody_has_gets_the_nearest(place: Place) -> None:
    with pytest.raises(CheckpointError, match=r"no model is called 'mime': did you mean mine"):
        place.store.resolve("mime", Mode.OSU)


def test_a_folder_of_the_persons_own(place: Place, tmp_path: Path) -> None:
    own = tmp_path / "own"
    with pytest.raises(CheckpointError, match="there is no folder"):
        place.store.resolve(str(own), Mode.OSU)
    own.mkdir()
    with pytest.raises(CheckpointError, match="holds no model"):
        place.store.resolve(str(own), Mode.OSU)
    (own / "config.json").write_bytes(MODEL["config.json"])
    with pytest.raises(CheckpointError, match=r"lacks tokenizer\.json and model\.safetensors"):
        place.store.resolve(str(own), Mode.OSU)
    with pytest.raises(CheckpointError, match="is a file"):
        place.store.resolve(str(own / "config.json"), Mode.OSU)
    for name, content in MODEL.items():
        (own / name).write_bytes(content)
    assert place.store.resolve(str(own), Mode.TAIKO) == own


def test_the_catalogue_has_one_default_and_every_version() -> None:
    read = Catalogue.read()
    assert read.default.name == "v32"
    assert {entry.family for entry in read.entries} == {"v28", "v29", "v30", "v31", "v32", "diffusion"}


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ("[models.v32]\ntitel = 'x'", "models.toml"),
        ("[models.x]\ntitle='x'\nrepository='no slash'\nfamily='v32'", "repository"),
        ("[models.x]\ntitle='x'\nrepository='a/b'\nfamily='v32'", "exactly one default"),
        ("[models.x]\ntitle='x'\nrepository='a/b'\nfamily='v32'\nmodes=['piano']", "PIANO"),
        ("[models", "cannot be read"),
    ],
)
def test_a_mistake_in_the_catalogue_is_said(tmp_path: Path, wrong: str, complaint: str) -> None:
    (tmp_path / "models.toml").write_text(wrong)
    with pytest.raises(CheckpointError, match=complaint):
        Catalogue.read(tmp_path / "models.toml")


def test_every_field_of_the_catalogue_is_explained_at_its_head() -> None:
    head = MODELS_TOML.read_text(encoding="utf-8").partition("[models.")[0]
    for name in Entry.model_fields:
        assert name == "name" or f"# {name}" in head


def test_the_list_costs_neither_torch_nor_the_hubs_library() -> None:
    script = (
        "import sys, pathlib; from engine.checkpoints.store import Store; "
        "Store(pathlib.Path('nowhere')).holdings(); "
        "print(*sorted({'torch', 'transformers', 'huggingface_hub', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
