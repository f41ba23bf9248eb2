"""What may be said on the command line when the companion is started."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Options:
    demo: bool = False
    tray: bool = True
    verbose: bool = False
    overrides: Mapping[str, Any] | None = None
    """Settings given as flags, as "section.key"."""


def read_options(arguments: Sequence[str] | None) -> Options:
    given = _parser().parse_args(arguments)
    overrides = {
        "songs.folder": given.songs,
        "server.port": given.port,
        "server.open_overlay": False if given.no_browser else None,
    }
    return Options(demo=given.demo, tray=not given.no_tray, verbose=given.verbose, overrides=overrides)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run_daemon.py",
        description="Watches your osu! maps and shows, at every save, what is wrong and what is new.",
    )
    parser.add_argument(
        "--demo", action="store_true", help="show it with maps of our own; yours are not touched"
    )
    parser.add_argument(
        "--songs", type=_folder, metavar="FOLDER", help="the Songs folder, where it is not found"
    )
    parser.add_argument("--port", type=_port, help="the overlay's port; 0: any that is free")
    parser.add_argument("--no-tray", action="store_true", help="no icon in the notification area")
    parser.add_argument("--no-browser", action="store_true", help="do not open the overlay in the browser")
    parser.add_argument("--verbose", action="store_true", help="show the log here as well, in full")
    return parser


def _folder(text: str) -> Path:
    folder = Path(text).expanduser().absolute()
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return folder


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text} is not a port: give a number from 0 to 65535")
    return int(text)
