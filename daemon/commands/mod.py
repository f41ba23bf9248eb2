"""`mapside mod`: what the model thinks of the maps that were named, without tray or browser."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from daemon.commands import asking
from daemon.commands.asking import EngineRefusedError, ask, own_engine
from daemon.commands.check import EXIT_CODES, EXIT_UNREADABLE
from daemon.commands.maps import MapReadError, NothingToCheckError, find_maps, read_map
from daemon.commands.modded import ModdedMap, as_text, discussion, opinions_as_json
from daemon.engine_state import as_sentence
from daemon.songs.library import audio_of
from engine import jobs
from engine.service import Mod, Opinion

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence

    from engine.beatmap.document import Document
    from engine.host import Engine
    from engine.service import Answer

EXIT_HELP: Final = """\
exit code:
  0  nothing, or nothing worse than minor
  1  warnings: what a model finds is never a rule broken
  3  something could not be read or modded, or the command was not understood"""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="MAP", help="a .osu file, a set's folder, or a Songs folder"
    )
    asking.add_arguments(parser)
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print one JSON object")
    shape.add_argument("--text", action="store_true", help="print text; so it is done if nothing is said")
    shape.add_argument(
        "--discussion", action="store_true", help="print lines to be posted in a beatmap discussion"
    )


def mod(arguments: Namespace) -> int:
    try:
        maps = find_maps(arguments.paths)
    except NothingToCheckError as error:
        raise EngineRefusedError(str(error)) from error
    if arguments.audio and not arguments.audio.is_file():
        raise EngineRefusedError(f"{arguments.audio}: there is no such file. Name the song of the map.")
    results = asyncio.run(_mod_all(maps, asking.model_of(arguments), arguments.audio))
    if arguments.json:
        sys.stdout.write(opinions_as_json(results))
    elif arguments.discussion:
        _report_failures(results)
        sys.stdout.writelines(f"{line}\n" for line in discussion(results))
    else:
        console = Console(highlight=False, markup=False, emoji=False)
        for line in as_text(results, console.width if console.is_terminal else None):
            console.print(line, soft_wrap=True)
    return _exit_code(results)


async def _mod_all(maps: Sequence[Path], model: str, audio: Path | None) -> list[ModdedMap]:
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    results: list[ModdedMap] = []
    with bar:
        task = bar.add_task("Modding", total=float(len(maps)))
        async with own_engine() as engine:
            for done, path in enumerate(maps):

                def show(share: float, doing: str, *, before: int = done, name: str = path.stem) -> None:
                    bar.update(task, completed=before + share, description=doing or name)

                show(0.0, "")
                results.append(await _mod_one(engine, path, model, audio, show))
    return results


async def _mod_one(
    engine: Engine, path: Path, model: str, audio: Path | None, show: Callable[[float, str], None]
) -> ModdedMap:
    """One map that cannot be modded does not keep the others from it."""
    try:
        data, document = await asyncio.to_thread(read_map, path)
    except MapReadError as error:
        return ModdedMap(path, failure=f"it {error}")

    def listen(said: jobs.Progress | Answer) -> None:
        if isinstance(said, Opinion):
            show(said.done / said.total if said.total else 0.0, "")
        elif isinstance(said, jobs.Progress):
            show(0.0, said.doing)

    request = await asyncio.to_thread(_question, path, data, document, model, audio)
    try:
        answer = await ask(engine, request, listen)
    except EngineRefusedError as error:
        return ModdedMap(path, document, failure=str(error))
    return _result(path, document, answer)


def _question(path: Path, data: bytes, document: Document, model: str, audio: Path | None) -> Mod:
    song = audio or audio_of(path, document.beatmap.general.audio_filename)
    return Mod(
        path=str(path.absolute()), data=data, audio=str(song.absolute()) if song else None, model=model
    )


def _result(path: Path, document: Document, answer: Answer | None) -> ModdedMap:
    if isinstance(answer, Opinion) and answer.note and not answer.total:  # there was nothing to look at
        return ModdedMap(path, document, failure=as_sentence(answer.note))
    if isinstance(answer, Opinion) and answer.complete:
        return ModdedMap.of(path, document, answer)
    return ModdedMap(path, document, failure="The engine ended before it had looked at the whole map.")


def _report_failures(results: Sequence[ModdedMap]) -> None:
    for each in results:
        if each.failure is not None:
            sys.stderr.write(f"mapside: {each.path.name}: {each.failure}\n")


def _exit_code(results: Sequence[ModdedMap]) -> int:
    if any(each.failure is not None for each in results):
        return EXIT_UNREADABLE
    found = (remark.located.finding.severity for each in results for remark in each.remarks)
    return max((EXIT_CODES[severity] for severity in found), default=0)
