"""`mapside tokens`: a map as a model reads it, for whoever wonders why a model says what it says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from daemon.commands import asking
from daemon.commands.asking import EngineRefusedError, ask_once
from daemon.commands.maps import MapReadError, read_map
from daemon.commands.report import dumped
from engine.service import Tokens, TokenTable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from engine.service import ContextTable, TokenWindow

JSON_SHAPE: Final = 1


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("map", type=Path, metavar="MAP", help="a .osu file")
    asking.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object, with everything")


def tokens(arguments: Namespace) -> int:
    if arguments.map.is_dir():
        raise EngineRefusedError(f"{arguments.map} is a folder: name one .osu file in it.")
    if not arguments.map.exists():
        raise EngineRefusedError(f"{arguments.map}: there is no such file. Name a .osu file.")
    try:
        read_map(arguments.map)
    except MapReadError as error:
        raise EngineRefusedError(f"{arguments.map} {error}") from error
    audio = str(arguments.audio.absolute()) if arguments.audio else None
    answer = ask_once(Tokens(str(arguments.map.absolute()), asking.model_of(arguments), audio))
    if not isinstance(answer, TokenTable):
        raise EngineRefusedError(
            f"{arguments.map} could not be put into tokens; `mapside doctor` may say why."
        )
    if arguments.json:
        sys.stdout.write(dumped(_as_object(answer), indent=None))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(answer))
    return 0


def _lines(table: TokenTable) -> Iterator[str]:
    yield f"family {table.family}"
    for context in table.contexts:
        yield ""
        yield f"{context.name}: {_counted(context)}"
        for number, window in enumerate(context.windows):
            yield from _window(context, number, window)


def _counted(context: ContextTable) -> str:
    return f"{len(context.types)} events, {len(context.tokens)} ids, {len(context.windows)} windows"


def _window(context: ContextTable, number: int, window: TokenWindow) -> Iterator[str]:
    """An event a line, its id beside it: within a window they are one to one."""
    events = range(window.first_event, window.end_event)
    ids = context.tokens[window.first_token : window.end_token]
    if not events and not ids:
        return
    yield f"  window {number}, from {window.frame_ms} ms"
    for place, index in enumerate(events):
        id_ = ids[place] if place < len(ids) else ""
        kind, value = context.types[index], context.values[index]
        yield f"    {context.times_ms[index]:>9} ms  {kind:<18} {value:>8}  {id_}"
    if len(ids) > len(events):
        yield f"    more ids: {' '.join(map(str, ids[len(events) :]))}"


def _as_object(table: TokenTable) -> dict[str, Any]:
    return {
        "shape": JSON_SHAPE,
        "family": table.family,
        "contexts": {
            context.name: {
                "type": context.types,
                "value": context.values,
                "time": context.times_ms,
                "windows": context.windows,
                "tokens": context.tokens,
            }
            for context in table.contexts
        },
    }
