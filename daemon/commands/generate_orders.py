"""From what was said to `mapside generate` to what the engine is asked: a section, or a whole map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daemon.commands import asking
from daemon.commands.asking import EngineRefusedError
from daemon.commands.generate_options import wishes_of
from daemon.commands.maps import MapReadError, read_map
from daemon.settings import load_settings
from daemon.songs.caseless import find_inside
from daemon.songs.library import audio_of
from daemon.writing.orders import drawn_seed
from engine.beatmap.objects import Mode
from engine.service import Generate, Keep, Regenerate, SongFacts

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping
    from pathlib import Path

    from engine.beatmap.document import Document

OF_A_WHOLE_MAP: Final = (
    "output_path", "export_osz", "super_timing", "bpm", "offset", "title", "artist", "creator", "background",
    "preview_time",
)  # fmt: skip
"""What says nothing of a section, whose map has all of it already."""
ALREADY_THERE: Final = ("timing",)
"""What is taken from a map to go by where nobody says."""


@dataclass(frozen=True, slots=True)
class Order:
    request: Generate | Regenerate
    seed: int
    song: Path
    """Which a .osz gets a copy of."""
    reference: Path | None
    """The map to go by or to add to."""
    document: Document | None
    folder: Path
    """Where to write to."""
    background: Path | None


def order_of(said: Mapping[str, Any], arguments: Namespace) -> Order:
    """Raises EngineRefusedError: which name, what is wrong with it, what to say instead."""
    reference: Path | None = said.get("beatmap_path")
    data, document = _read(reference) if reference else (None, None)
    song = _song(said, reference, document)
    folder = _folder(said, (reference or song).parent)
    background = _background(said, reference, document, folder)
    arguments.model = said.get("model") or load_settings().writing.model
    model, seed = asking.model_of(arguments), said.get("seed", drawn_seed())
    request: Generate | Regenerate
    if said.get("add_to_beatmap"):
        request = _section(said, reference, data, song, model, seed)
    else:
        mode = said.get("gamemode", document.beatmap.mode if document else Mode.OSU)
        request = _whole(said, reference, data, song, background, model, seed, mode)
    return Order(request, seed, song, reference, document, folder, background)


def _folder(said: Mapping[str, Any], usual: Path) -> Path:
    folder: Path = said.get("output_path") or usual
    if not folder.is_dir():
        raise EngineRefusedError(f"output_path: {folder} is no folder. Make it, or name another.")
    return folder


def _background(
    said: Mapping[str, Any], reference: Path | None, document: Document | None, folder: Path
) -> Path | None:
    """The picture that was named; else that of the map to go by, where the new one goes somewhere else."""
    named: Path | None = said.get("background")
    if named is not None and not named.is_file():
        raise EngineRefusedError(f"background: there is no file {named}.")
    if named is not None or reference is None or document is None:
        return named
    stays = folder == reference.parent and not said.get("export_osz")
    picture = document.beatmap.events.background
    return None if stays or not picture else find_inside(reference.parent, picture)


def _read(path: Path) -> tuple[bytes, Document]:
    try:
        return read_map(path)
    except MapReadError as error:
        raise EngineRefusedError(f"beatmap_path: {path} {error}") from error


def _song(said: Mapping[str, Any], reference: Path | None, document: Document | None) -> Path:
    song: Path | None = said.get("audio_path")
    if song is None and reference is not None and document is not None:
        song = audio_of(reference, document.beatmap.general.audio_filename)
        if song is None:
            raise EngineRefusedError(
                f"The song of {reference.name} is not beside it: name it as --audio_path."
            )
    if song is None:
        raise EngineRefusedError("Name a song as --audio_path, or a map as --beatmap_path.")
    if not song.is_file():
        raise EngineRefusedError(f"audio_path: there is no file {song}.")
    return song


def _section(
    said: Mapping[str, Any], reference: Path | None, data: bytes | None, song: Path, model: str, seed: int
) -> Regenerate:
    if reference is None or data is None:
        raise EngineRefusedError("add_to_beatmap needs a map to add to: name it as --beatmap_path.")
    if "start_time" not in said or "end_time" not in said:
        raise EngineRefusedError("add_to_beatmap needs a section: give --start_time and --end_time, in ms.")
    for name in OF_A_WHOLE_MAP:
        if said.get(name):
            raise EngineRefusedError(f"A section goes into its map or beside it: leave {name} out.")
    hit_sounds_only = "no_hs" in said.get("in_context", ())
    return Regenerate(
        path=str(reference.absolute()),
        data=data,
        audio=str(song.absolute()),
        model=model,
        start_ms=said["start_time"],
        end_ms=said["end_time"],
        seeds=(seed,),
        wishes=wishes_of(said),
        keep=Keep.ALL_BUT_HITSOUNDS if hit_sounds_only else Keep.NOTHING,
    )


def _whole(
    said: Mapping[str, Any],
    reference: Path | None,
    data: bytes | None,
    song: Path,
    background: Path | None,
    model: str,
    seed: int,
    mode: Mode,
) -> Generate:
    if said.get("overwrite_reference_beatmap"):
        raise EngineRefusedError(
            "overwrite_reference_beatmap goes with add_to_beatmap: a whole map becomes a file of its own."
        )
    if ("bpm" in said) != ("offset" in said):
        raise EngineRefusedError("bpm and offset belong together: one red line needs both.")
    given = said.get("in_context", ALREADY_THERE if reference else ())
    return Generate(
        audio=str(song.absolute()),
        model=model,
        mode=int(mode),
        path=str(reference.absolute()) if reference else None,
        data=data,
        given=tuple(context for context in given if context != "none"),
        output=said.get("output_type", ("map",)),
        start_ms=said.get("start_time"),
        end_ms=said.get("end_time"),
        seed=seed,
        wishes=wishes_of(said),
        super_timing=said.get("super_timing", False),
        song=SongFacts(
            title=said.get("title"),
            artist=said.get("artist"),
            creator=said.get("creator"),
            difficulty_name=said.get("version"),
            background=background.name if background is not None else None,
            audio_name=song.name,
            preview_ms=said.get("preview_time"),
            bpm=said.get("bpm"),
            offset_ms=said.get("offset"),
        ),
    )
