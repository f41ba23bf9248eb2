"""A checkpoint as a listener: it hears a song once, and is asked about version after version of its map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from bench.finders import Scores
from daemon.engine_link import models_folder
from daemon.settings import load_settings
from engine.beatmap.objects import Mode
from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.store import Store
from engine.checkpoints.upstream import load
from engine.modding.cache import ModdingCaches
from engine.modding.listening import Listener
from engine.modding.modder import Answer, Modder
from engine.modding.reading import Speech
from engine.modding.tally import Tally
from engine.tokens.events import EventType
from engine.tokens.star_rating import star_rating

if TYPE_CHECKING:
    from pathlib import Path

    from bench.clean_maps import CleanMap
    from engine.beatmap.document import Document
    from engine.checkpoints.upstream import Checkpoint


class CheckpointListener:
    def __init__(self, checkpoint: Checkpoint, map_: CleanMap, caches: ModdingCaches) -> None:
        assert map_.audio is not None
        self._speech = Speech(checkpoint)
        self._mind = caches.mind(checkpoint.model)
        self._song = caches.songs.open(map_.audio)
        self._caches, self._name = caches, map_.name
        self._rating = star_rating(map_.document)
        """Of the clean map, for all its versions: a mistake moves it, and the song would sound different."""

    def score(self, document: Document) -> Scores:
        reading = self._speech.read(document.beatmap, self._song.waveform, self._rating)
        caches = self._caches
        listener = Listener(self._mind, self._speech, self._song, reading.conditions, caches.files)
        modder = Modder(
            self._mind, reading, listener, answers=caches.answers, nearby=caches.nearby, map_=self._name
        )
        tally = Tally(reading, least=0.0)
        for step in modder.mod(0.0):
            if isinstance(step, Answer):
                tally.add(step)
        return Scores(tally.found, reading.events, self._speech.grammar)


def caches_in(folder: Path) -> ModdingCaches:
    return ModdingCaches(folder / "heard", 8 << 30)


def with_random_weights(checkpoint: Checkpoint, seed: int) -> Checkpoint:
    """The same model knowing nothing: each matrix drawn anew, as wide as it was."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in checkpoint.model.parameters():
            if parameter.dim() > 1:
                drawn = torch.randn(parameter.shape, generator=generator) * parameter.float().std().cpu()
                parameter.copy_(drawn.to(parameter.dtype))
    return checkpoint


def opened(model: str, mode: Mode) -> Checkpoint:
    """By the name or folder that the settings would take. Raises CheckpointError with a sentence, also for a
    mode that the model does not know.
    """
    folder = Store(models_folder(load_settings().engine.models_folder)).resolve(model, mode)
    checkpoint = load(folder, device="cuda" if torch.cuda.is_available() else "cpu")
    if mode is not Mode.OSU and not checkpoint.vocabulary.has(EventType.GAMEMODE):
        raise CheckpointError(f"{model} knows osu! maps alone; choose another one for {mode.name.lower()}")
    return checkpoint
