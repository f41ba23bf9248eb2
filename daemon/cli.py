"""The `mapside` command. Errors are one sentence on stderr: what happened, to which file, what to do."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Final, NoReturn

EXIT_INTERRUPTED: Final = 130
"""What shells expect of a program ended by Ctrl+C."""

try:
    from daemon.commands import check, generate, generate_options, mod, models, tokens
    from daemon.commands.asking import EngineRefusedError
    from daemon.console import is_of_a_reader_who_left, take_any_letter
    from daemon.settings import SettingsError
except KeyboardInterrupt:
    # They take most of the first second, in which somebody may think better of it.
    sys.exit(EXIT_INTERRUPTED)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EXIT_USAGE: Final = 3


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_USAGE, f"mapside: {message}. `{self.prog} --help` says more.\n")


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    run: Callable[[argparse.Namespace], int]
    add_arguments: Callable[[argparse.ArgumentParser], None]
    summary: str
    description: str = ""
    """Without one, the summary says it all."""
    epilog: str = ""


def _doctor(_: argparse.Namespace) -> int:
    from daemon.commands import doctor  # noqa: PLC0415  the other commands need none of what it imports

    return doctor.main()


COMMANDS: Final = (
    Command(
        "check",
        check.check,
        check.add_arguments,
        "check maps and print what is wrong with them",
        "Check maps and print what is wrong with them, the strongest first.",
        check.EXIT_HELP,
    ),
    Command(
        "models",
        models.models,
        models.add_arguments,
        "list the models there are, download one, or remove one",
    ),
    Command(
        "tokens",
        tokens.tokens,
        tokens.add_arguments,
        "print a map as a model reads it: events and token ids",
        "Print a map as a model reads it: each context's events by window, with their ids.",
    ),
    Command(
        "mod",
        mod.mod,
        mod.add_arguments,
        "ask the model what it thinks of maps",
        "Ask the model what it thinks of maps, and print what surprises it, the strongest first.",
        mod.EXIT_HELP,
    ),
    Command(
        "generate",
        generate.generate,
        generate_options.add_arguments,
        "have a model write a section of a map, or a whole one",
        epilog=generate.EXIT_HELP,
    ),
    Command(
        "doctor",
        _doctor,
        lambda _: None,
        "look for what would keep Mapside from working, and say what to do",
    ),
)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="mapside", description="Checks osu! maps, on every save or on demand.")
    parser.add_argument("--version", action="version", version=f"mapside {metadata.version('mapside')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for each in COMMANDS:
        added = commands.add_parser(
            each.name,
            help=each.summary,
            description=each.description or f"{each.summary[0].upper()}{each.summary[1:]}.",
            epilog=each.epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter if each.epilog else argparse.HelpFormatter,
        )
        each.add_arguments(added)
        added.set_defaults(run=each.run)
    commands.add_parser("run", help="start the companion; what follows is passed on", add_help=False)
    return parser


def _run(arguments: Sequence[str]) -> int:
    from daemon import app  # noqa: PLC0415  the companion, which the other commands do not need

    return app.main(arguments)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = sys.argv[1:] if argv is None else list(argv)
    take_any_letter()
    try:
        if arguments[:1] == ["run"]:
            return _run(arguments[1:])
        parsed = _parser().parse_args(arguments)
        return int(parsed.run(parsed))
    except (SettingsError, EngineRefusedError) as error:
        sys.stderr.write(f"mapside: {error}\n")
        return EXIT_USAGE
    except OSError as error:
        if not is_of_a_reader_who_left(error):
            raise
        # The reader has seen enough, as `head` does; Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("mapside: stopped.\n")
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
