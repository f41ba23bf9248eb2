from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest
from huggingface_hub import constants, file_download, hf_api

from engine import held_open
from engine.beatmap.objects import Mode
from engine.checkpoints import bringing, fetching
from engine.checkpoints.catalogue import MODELS_TOML, Catalogue, Entry
from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.hub import look_up
from engine.checkpoints.store import State, Store
from tests.checkpoints.hub_server import Hub, running
from tests.checkpoints.somebody_else import as_nobody
from tests.links import LINKS_WORK, needs_links

if sys.platform != "win32":
    import resource

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
    monkeypatch.setattr(bringing, "RETRY_AFTER_S", (0.01, 0.01))
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
    downloading.close()
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
    downloading.close()
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
    downloading.close()
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
    first.close()
    assert pull(place)[-1] == (TOTAL, TOTAL)


def test_a_full_disk_is_said_before_the_first_byte(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(place.folder.parent.parent)
    monkeypatch.setattr(fetching, "SPARE_BYTES", usage.free + (1 << 30))
    with pytest.raises(CheckpointError, match=r"no room .* \d+ MB more are needed"):
        pull(place)
    assert not [path for path, _ in place.hub.requests if "/resolve/" in path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no process's files in their size")
def test_a_disk_that_fills_up_meanwhile_keeps_what_came(place: Place) -> None:
    """A limit on the size of files fails as late as a disk does, and nothing else on this machine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        with pytest.raises(CheckpointError, match=r"no room .*: 3 MB more are needed.* is kept"):
            pull(place)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert place.store.holdings()[0].done_bytes >= 1 << 20
    assert pull(place)[-1] == (TOTAL, TOTAL)


PULLING = """
import pathlib, sys
from engine.checkpoints import bringing
from engine.checkpoints.store import Store
bringing.RETRY_AFTER_S = (60.0,)
for progress in Store(pathlib.Path(sys.argv[1])).pull("somebody/mapper"):
    print(progress.doing, int(progress.done), flush=True)
"""


def test_another_process_waits_its_turn_and_goes_on_where_a_killed_one_was(place: Place) -> None:
    """The other one has been told of the hub by the variable that the hub's library reads."""
    place.hub.cuts_after = 1 << 20
    other = subprocess.Popen(
        [sys.executable, "-c", PULLING, str(place.folder.parent)],
        env=os.environ | {"HF_ENDPOINT": place.hub.endpoint},
        stdout=subprocess.PIPE,
        text=True,
    )
    with other:
        assert other.stdout is not None
        assert any(line.startswith("waiting for the network") for line in other.stdout)
        with pytest.raises(CheckpointError, match="by another Mapside"):
            pull(place)
        other.kill()
    place.hub.requests.clear()
    assert pull(place)[-1] == (TOTAL, TOTAL)
    assert any(asked for _, asked in place.hub.requests)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows folders have no mode bits")
def test_a_folder_nobody_may_write_to(place: Place) -> None:
    place.folder.parent.mkdir()
    place.folder.parent.chmod(0o500)
    with as_nobody(place.folder.parent), pytest.raises(CheckpointError, match="choose a models_folder"):
        pull(place)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows folders have no mode bits")
def test_a_folder_nobody_may_read_is_said_of_its_model_alone(place: Place) -> None:
    pull(place)
    place.folder.chmod(0)
    with as_nobody(place.folder.parent):
        held = place.store.holdings()[0]
        with pytest.raises(CheckpointError, match="check its permissions"):
            place.store.resolve("mine", Mode.OSU)
    assert (held.state, "check its permissions" in held.note) == (State.BROKEN, True)


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


def test_the_model_at_the_top_is_left_where_every_mode_has_its_own(place: Place) -> None:
    tops = {name: MODEL[name] for name in MODEL}
    own = {f"gamemode={n}/{name}": MODEL[name] for n in range(4) for name in MODEL}
    place.hub.files[REPOSITORY] = own | tops
    pull(place)
    assert not (place.folder / "model.safetensors").exists()
    assert place.store.resolve("mine", Mode.OSU) == place.folder / "gamemode=0"


def test_a_mode_without_a_folder_of_its_own_has_the_model_at_the_top(place: Place) -> None:
    place.hub.files[REPOSITORY] = MODEL | {f"gamemode=3/{name}": MODEL[name] for name in MODEL}
    pull(place)
    assert place.store.resolve("mine", Mode.MANIA) == place.folder / "gamemode=3"
    assert place.store.resolve("mine", Mode.CATCH) == place.folder


def test_a_model_is_not_asked_about_maps_it_never_saw(place: Place) -> None:
    for name in ("v30", "V30"):
        with pytest.raises(CheckpointError, match=r"V30 knows osu! maps, not mania ones; choose v32"):
            Store(place.folder.parent).resolve(name, Mode.MANIA)


def test_a_model_that_places_objects_is_no_reader_of_maps(place: Place) -> None:
    own = place.folder.parent / "own"
    own.mkdir(parents=True)
    store = Store(place.folder.parent)
    for model in ("osu-diffusion", "OliBomby/osu-diffusion-v2"):
        with pytest.raises(CheckpointError, match=r"only places objects .*; choose v32"):
            store.resolve(model, Mode.OSU)
        with pytest.raises(CheckpointError, match="mapside models pull osu-diffusion"):
            store.resolve_diffusion(model)
    with pytest.raises(CheckpointError, match=r"no coordinate model \(model_ema\.pkl and tokenizer\.pkl\)"):
        store.resolve_diffusion(str(own))
    for name in ("model_ema.pkl", "tokenizer.pkl"):
        (own / name).write_bytes(b"x")
    assert store.resolve_diffusion(str(own)) == own
    with pytest.raises(CheckpointError, match="only places objects"):
        store.resolve(str(own), Mode.OSU)


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


def test_what_somebody_put_there_stays(place: Place) -> None:
    pull(place)
    (place.folder / "notes.txt").write_text("mine")
    assert place.store.remove("mine") >= TOTAL
    assert [path.name for path in place.folder.iterdir()] == ["notes.txt"]
    with pytest.raises(CheckpointError, match="was not downloaded by Mapside"):
        place.store.remove("mine")


def test_a_folder_of_the_persons_own_is_never_removed(place: Place) -> None:
    own = place.folder.parent / "my--model"
    own.mkdir(parents=True)
    for name, content in MODEL.items():
        (own / name).write_bytes(content)
    assert [held.entry.name for held in place.store.holdings()] == ["mine"]
    for model in (str(own), "my/model"):
        with pytest.raises(CheckpointError, match=r"leaves (it )?alone"):
            place.store.remove(model)
    assert {path.name for path in own.iterdir()} == set(MODEL)


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere an open file is removed like any other")
def test_a_model_that_another_program_reads_is_removed_once_it_is_let_go(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull(place)
    with (place.folder / "model.safetensors").open("rb") as held:
        with monkeypatch.context() as impatient:
            impatient.setattr(held_open, "PATIENCE_S", 0.1)
            with pytest.raises(CheckpointError) as refused:
                place.store.remove("mine")
        assert "model.safetensors cannot be removed" in str(refused.value)
        assert "unload the engine" in str(refused.value)
        threading.Timer(0.3, held.close).start()
        place.store.remove("mine")
    assert not place.folder.exists()


def in_the_hubs_cache(
    tmp_path: Path, files: dict[str, bytes], commit: str, *, links: bool = LINKS_WORK
) -> Path:
    """As the hub's own tools leave it: content in one folder, names that lead there in another. Where a
    Windows makes no links, the content lies under its names.
    """
    cached = tmp_path / "cache" / "models--somebody--mapper"
    for name, content in files.items():
        named, blob = cached / "snapshots" / commit / name, cached / "blobs" / name.replace("/", "-")
        for path in (named, blob):
            path.parent.mkdir(parents=True, exist_ok=True)
        (blob if links else named).write_bytes(content)
        if links:
            named.symlink_to(blob)
    (cached / "refs").mkdir(exist_ok=True)
    (cached / "refs" / "main").write_text(commit)
    return cached / "snapshots" / commit


@pytest.mark.parametrize("links", [pytest.param(True, marks=needs_links), False])
def test_what_the_hubs_own_tools_have_brought_is_used_where_it_lies(
    place: Place, tmp_path: Path, links: bool
) -> None:
    in_the_hubs_cache(tmp_path, {"config.json": MODEL["config.json"]}, "abc", links=links)
    assert state(place) is State.ABSENT
    snapshot = in_the_hubs_cache(tmp_path, MODEL, "def", links=links)
    held = place.store.holdings()[0]
    assert (held.state, held.done_bytes) == (State.LOCAL, sum(map(len, MODEL.values())))
    assert place.store.resolve("mine", Mode.OSU) == snapshot
    assert place.hub.requests == []
    assert len(pull(place)) == 1
    assert not place.folder.exists()
    with pytest.raises(CheckpointError, match="Mapside leaves alone"):
        place.store.remove("mine")
    assert snapshot.exists()


def test_a_revision_that_is_a_commit_is_found_in_the_hubs_cache_too(place: Place, tmp_path: Path) -> None:
    older = in_the_hubs_cache(tmp_path, MODEL, "abc")
    in_the_hubs_cache(tmp_path, {}, "def")
    pinned = Entry(
        name="pinned", title="Pinned", repository=REPOSITORY, revision="abc", family="v32", default=True
    )
    assert Store(place.folder.parent, Catalogue((pinned,))).resolve("pinned", Mode.OSU) == older


def test_what_the_hubs_cache_lacks_can_still_be_brought(place: Place, tmp_path: Path) -> None:
    """The reference fetches only the folder of the mode that it was asked for."""
    own = {f"gamemode={n}/{name}": MODEL[name] for n in (0, 3) for name in MODEL}
    place.hub.files[REPOSITORY] = own
    snapshot = in_the_hubs_cache(
        tmp_path, {name: own[name] for name in own if name.startswith("gamemode=0")}, place.hub.commit
    )
    with pytest.raises(CheckpointError, match=r"only for osu!; `mapside models pull mine` brings"):
        place.store.resolve("mine", Mode.MANIA)
    downloading = place.store.pull("mine")
    next(downloading)
    assert place.store.resolve("mine", Mode.OSU) == snapshot / "gamemode=0"
    for _ in downloading:
        pass
    assert place.store.resolve("mine", Mode.MANIA) == place.folder / "gamemode=3"


def test_a_log_in_page_of_the_network_is_not_taken_for_the_hub(place: Place) -> None:
    place.hub.status, place.hub.says = 200, b"<html>Please log in</html>"
    with pytest.raises(CheckpointError, match="is not the hub, perhaps your network's log-in page"):
        pull(place)
    place.hub.says = b"[]"
    with pytest.raises(CheckpointError, match="is not the hub"):
        pull(place)


@pytest.mark.parametrize(
    ("status", "code", "complaint"),
    [
        (401, "GatedRepo", "asks for its terms to be accepted"),
        (404, "RevisionNotFound", "no such revision"),
        (429, "", "the hub answered 429"),
        (503, "", "the hub answered 503"),
    ],
)
def test_what_the_hub_refuses_is_said(place: Place, status: int, code: str, complaint: str) -> None:
    place.hub.status, place.hub.error_code = status, code
    with pytest.raises(CheckpointError, match=complaint):
        pull(place)


def test_a_download_that_waits_for_the_network_can_be_given_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "RETRY_AFTER_S", (60.0,))
    place.hub.cuts_after = 1 << 20
    downloading = place.store.pull("mine")
    waiting = next(progress for progress in downloading if "waiting" in progress.doing)
    assert waiting.done > 1 << 19
    downloading.close()
    assert state(place) is State.PARTIAL
    monkeypatch.undo()


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


def test_no_name_at_all_is_not_the_folder_we_stand_in(place: Place) -> None:
    with pytest.raises(CheckpointError, match="no model is called ''"):
        place.store.resolve("", Mode.OSU)


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
