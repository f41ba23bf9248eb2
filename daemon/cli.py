"""The `mapside` command. Errors are one sentence on stderr: what happened, to which file, what to do."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final, NoReturn

EXIT_INTERRUPTED: Final = 130
"""What shells expect of a program ended by Ctrl+C."""

try:
    from daemon.commands import check as cli_check
    from daemon.commands import generate, generate_options, mod, models, tokens
    from daemon.commands.asking import EngineRefusedError
    from daemon.console import take_any_letter
    from daemon.settings import SettingsError
except KeyboardInterrupt:
    # They take most of the first second, in which somebody may think better of it.
    sys.exit(EXIT_INTERRUPTED)

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_USAGE: Final = 3


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_USAGE, f"mapside: {message}. `{self.prog} --help` says more.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="mapside", description="Checks osu! maps, on every save or on demand.")
    parser.add_argument("--version", action="version", version=f"mapside {metadata.version('mapside')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check",
        help="check maps and print what is wrong with them",
        description="Check maps and print what is wrong with them, the strongest first.",
        epilog=cli_check.EXIT_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    cli_check.add_arguments(check)
    _add_models(commands)
    _add_tokens(commands)
    _add_mod(commands)
    _add_generate(commands)
    doctor = commands.add_parser(
        "doctor", help="look for what would keep Mapside from working, and say what to do"
    )
    doctor.set_defaults(run=_doctor)
    check.set_defaults(run=cli_check.check)
    run = commands.add_parser("run", help="start the companion; what follows is passed on", add_help=False)
    run.set_defaults(run=None)
    return parser


def _add_models(commands: Any) -> None:
    parser = commands.add_parser(
        "models",
        help="list the models there are, download one, or remove one",
        description="List the models there are, download one, or remove one.",
    )
    models.add_arguments(parser)
    parser.set_defaults(run=models.models)


def _add_mod(commands: Any) -> None:
    parser = commands.add_parser(
        "mod",
        help="ask the model what it thinks of maps",
        description="Ask the model what it thinks of maps, and print what surprises it, the strongest first.",
        epilog=mod.EXIT_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    mod.add_arguments(parser)
    parser.set_defaults(run=mod.mod)


def _add_generate(commands: Any) -> None:
    parser = commands.add_parser(
        "generate",
        help="have a model write a section of a map, or a whole one",
        description="Have a model write a section of a map, or a whole one.",
        epilog=generate.EXIT_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    generate_options.add_arguments(parser)
    parser.set_defaults(run=generate.generate)


def _add_tokens(commands: Any) -> None:
    parser = commands.add_parser(
        "tokens",
        help="print a map as a model reads it: events and token ids",
        description="Print a map as a model reads it: each context's events by window, with their ids.",
    )
    tokens.add_arguments(parser)
    parser.set_defaults(run=tokens.tokens)


def _doctor(_: argparse.Namespace) -> int:
    from daemon.commands import doctor  # noqa: PLC0415  the other commands need none of what it imports

    return doctor.main()


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
    except BrokenPipeError:
        # The reader has seen enough, as `head` does; Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("mapside: stopped.\n")
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
