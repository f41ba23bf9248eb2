"""What is done about each request: one small function each, which names its rooms only when it is called.

Listing and fetching models loads no torch; neither does telling a map in tokens.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from engine import service
from engine.jobs import JobError

# What is imported inside functions here is imported there for the reason above.
# ruff: noqa: PLC0415

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.beatmap.objects import Mode
    from engine.checkpoints.store import Holding, Store
    from engine.child.loaded import LoadedModels
    from engine.child.placers import LoadedPlacer
    from engine.child.state import Teller
    from engine.jobs import Job
    from engine.modding.cache import ModdingCaches
    from engine.pipe import Setup


class House:
    """What jobs find when they come: where things lie, and what is in memory.

    `models` and `caches` belong to the thinking lane.
    """

    def __init__(self, setup: Setup, teller: Teller) -> None:
        self.teller = teller
        self._setup = setup

    def store(self) -> Store:
        from engine.checkpoints.store import Store

        return Store(Path(self._setup.models_folder))

    @cached_property
    def models(self) -> LoadedModels:
        from engine.child.loaded import LoadedModels

        return LoadedModels(self._setup, self.teller)

    @cached_property
    def caches(self) -> ModdingCaches:
        from engine.modding.cache import ModdingCaches

        return ModdingCaches(Path(self._setup.cache_folder), self._setup.cache_bytes)

    @cached_property
    def placer(self) -> LoadedPlacer:
        from engine.child.placers import LoadedPlacer

        return LoadedPlacer()

    def drop_models(self) -> None:
        """Where memory has run out; does not load what was never loaded."""
        if "models" in self.__dict__:
            self.models.unload()
        if "placer" in self.__dict__:
            self.placer.unload()


def list_models(_: service.ListModels, house: House) -> Job:
    with _sentences():
        yield _models(house.store())


def pull_model(request: service.PullModel, house: House) -> Job:
    with _sentences():
        store = house.store()
        yield from store.pull(request.name)
        yield _models(store)


def remove_model(request: service.RemoveModel, house: House) -> Job:
    with _sentences():
        store = house.store()
        store.remove(request.name)
        yield _models(store)


def _models(store: Store) -> service.Models:
    return service.Models(tuple(_info(holding) for holding in store.holdings()))


def _info(held: Holding) -> service.ModelInfo:
    return service.ModelInfo(
        name=held.entry.name,
        title=held.entry.title,
        family=held.entry.family,
        modes=tuple(int(mode) for mode in held.entry.modes),
        licence=held.licence,
        size_bytes=held.size_bytes,
        state=held.state.value,
        done_bytes=held.done_bytes,
        folder=None if held.folder is None else str(held.folder),
        note=held.note,
        purposes=tuple(purpose.value for purpose in held.entry.purpose),
    )


def tokens(request: service.Tokens, house: House) -> Job:
    from engine.child import token_table

    with _sentences():
        path = Path(request.path)
        beatmap = token_table.read_map(path)
        language = token_table.read_language(_folder_with_words(request.model, beatmap.mode, house))
        song_ms = token_table.song_ms_of(path, beatmap, request.audio)
        yield from token_table.table(beatmap, language, song_ms)


def _folder_with_words(model: str, mode: Mode, house: House) -> Path:
    """A tokenizer alone is enough to put a map into words."""
    folder = Path(model)
    if (folder / "tokenizer.json").is_file() and not (folder / "config.json").exists():
        return folder
    return house.store().resolve(model, mode)


def mod(request: service.Mod, house: House) -> Job:
    from engine.beatmap.document import Document

    with _sentences():
        mode = Document.parse(request.data).beatmap.mode
        folder = house.store().resolve(request.model, mode)
        # Not before it is known that there is a model: this loads torch.
        from engine.modding import job

        for said in house.models.work_with(
            request.model, folder, lambda loaded: job.mod(request, loaded, house.caches)
        ):
            if isinstance(said, service.Opinion) and said.complete and said.total:
                house.teller.say(speed=_speed(said))
            yield said


def _speed(opinion: service.Opinion) -> str:
    """Of the whole answer: what was known already counts as well."""
    took = f"{opinion.seconds:.1f} s" if opinion.seconds >= 1 else f"{opinion.seconds * 1000:.0f} ms"
    return f"{opinion.total} windows in {took}"


def fill_song(request: service.FillSong, house: House) -> Job:
    from engine.beatmap.objects import Mode

    with _sentences():
        folder = house.store().resolve(request.model, Mode(request.mode))
        from engine.modding import job

        yield from house.models.work_with(
            request.model, folder, lambda loaded: job.fill_song(request, loaded, house.caches)
        )


def describe(request: service.Describe, house: House) -> Job:
    from engine.beatmap.objects import Mode
    from engine.writing.describe import describe as described

    with _sentences():
        yield described(request, house.store().resolve(request.model, Mode(request.mode)))


def regenerate(request: service.Regenerate, house: House) -> Job:
    from engine.beatmap.document import Document

    with _sentences():
        mode = Document.parse(request.data).beatmap.mode
        folder = house.store().resolve(request.model, mode)
        from engine.writing import section

        with _what_it_cannot_write():
            yield from house.models.work_with(
                request.model,
                folder,
                lambda loaded: section.regenerate(
                    request, loaded, house.caches, lambda: house.placer.get(house.store(), loaded.device)
                ),
            )


def generate(request: service.Generate, house: House) -> Job:
    from engine.beatmap.objects import Mode

    with _sentences():
        folder = house.store().resolve(request.model, Mode(request.mode))
        from engine.writing import song

        with _what_it_cannot_write():
            yield from house.models.work_with(
                request.model,
                folder,
                lambda loaded: song.generate(
                    request, loaded, house.caches, lambda: house.placer.get(house.store(), loaded.device)
                ),
            )


@contextmanager
def _what_it_cannot_write() -> Iterator[None]:
    """Apart from the other sentences: to know of these is to load torch."""
    from engine.generation.errors import PromptError

    try:
        yield
    except PromptError as error:
        raise JobError(str(error)) from error


@contextmanager
def _sentences() -> Iterator[None]:
    """What the rooms say for the person, said to the person."""
    from engine.checkpoints.errors import CheckpointError
    from engine.tokens.errors import TokenError

    try:
        yield
    except (CheckpointError, TokenError) as error:
        raise JobError(str(error)) from error


LaneName: TypeAlias = Literal["thinking", "files", "network"]


class Handler(NamedTuple):
    lane: LaneName
    """By what it keeps busy: the processor or GPU, the disk, the network."""
    handle: Callable[[Any, House], Job]


HANDLERS: Final[dict[type[service.Request], Handler]] = {
    service.ListModels: Handler("files", list_models),
    service.PullModel: Handler("network", pull_model),
    service.RemoveModel: Handler("files", remove_model),
    service.Tokens: Handler("files", tokens),
    service.Mod: Handler("thinking", mod),
    service.FillSong: Handler("thinking", fill_song),
    service.Describe: Handler("files", describe),
    service.Regenerate: Handler("thinking", regenerate),
    service.Generate: Handler("thinking", generate),
}
