"""The command line: its options, its commands, and `main`, which runs one of them."""

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from events_archive import errors
from events_archive.commands.options import Options
from events_archive.console import Console
from events_archive.query.parameters import PARAMETERS
from events_archive.setting_parsers import parse_date, parse_path, parse_port, parse_url_prefix
from events_archive.settings import SETTINGS, Setting, load_settings


def main(arguments: Sequence[str], project: Path) -> int:
    """Run a command in the folder ``project`` and return the exit status; see `errors`."""
    # Python's own thresholds would have the collector look for cycles during a third of the build.
    gc.set_threshold(100_000, 50, 100)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    console = Console()
    try:
        options = parse_arguments(arguments, os.environ, project)
        console = Console.from_settings(options.settings)
        # Only the module of this command: `serve`, `check` and `export` import much of their own.
        command = import_module(f"events_archive.commands.{options.command}")
        command.run(options, console)
        status = console.finish()
        sys.stdout.flush()
    except KeyboardInterrupt:
        console.fail("interrupted; what was kept is whole, and the next run goes on from there")
        return errors.INTERRUPTED
    except BrokenPipeError:
        # As in `build.py query ... | head`. Python would complain when it flushes at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.BROKEN_PIPE
    except errors.ArchiveError as error:
        console.fail(str(error), with_traceback=console.verbose)
        return error.exit_status
    return status


def parse_arguments(arguments: Sequence[str], environ: Mapping[str, str], project: Path) -> Options:
    """Return the command with its options and the settings of the run in ``project``.

    Raises UsageError for a setting that is unknown or has no meaning. Exits for ``--help``
    (status 0) and for arguments that argparse refuses (status 2).
    """
    first = arguments[0] if arguments else ""
    is_complete = first in COMMANDS or first in ("-h", "--help")
    parsed = vars(_parser().parse_args(arguments if is_complete else ["build", *arguments]))
    command = parsed.pop("command")
    names = {row.name for row in SETTINGS}
    given = {name: value for name, value in parsed.items() if name in names}
    return Options(
        command=command,
        arguments=tuple(arguments),
        project=project,
        given=given,
        settings=load_settings(project, environ, given),
        command_options={name: value for name, value in parsed.items() if name not in names},
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py",
        description="Build the Spaceflight Events Archive from Launch Library 2.",
        epilog="Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted. "
        "LL2_API_KEY in the environment raises the API's limit of 15 requests an hour; "
        "ARCHIVE_BASE_URL stands in for a base_url that is not set.",
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    shared = _settings_parser()
    for name, (text, add_options) in COMMANDS.items():
        add_options(
            commands.add_parser(name, help=text, description=text.capitalize(), parents=[shared])
        )
    return parser


def _settings_parser() -> argparse.ArgumentParser:
    """Return a parser with the options of all settings; an option that is not given is not set."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    for row in SETTINGS:
        if row.options:
            parser.add_argument(*row.options, dest=row.name, help=row.help, **_action(row))
    return parser


def _action(row: Setting) -> dict[str, Any]:
    if row.parse is None:
        return {"action": "store_false" if row.default else "store_true"}
    return {"type": _argument_type(row.parse), "metavar": row.metavar}


def _argument_type(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return the parser in the form that argparse wants, which prints the message of this error."""

    def convert(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return convert


def _no_options(parser: argparse.ArgumentParser) -> None:
    pass


def _diff_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since",
        type=_argument_type(parse_date),
        metavar="YYYY-MM-DD",
        help="all changes from this day on (default: those of the last look that saw any)",
    )


def _query_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "question",
        help="what to ask, as the API's addresses have it: 'type__ids=2&year=2021', or an address",
    )
    parser.add_argument(
        "--format",
        choices=("table", "json", "csv", "ics", "rss", "md"),
        default="table",
        help="json is the API's own answer, ten events at a time unless it is asked for more "
        "(limit=100); the others hold all that was found (default: table)",
    )
    parser.epilog = (
        "The parameters, from the cache alone and without limit: "
        + "; ".join(f"{p.name}: {p.meaning} {p.help} ({p.example})" for p in PARAMETERS)
    ).replace("%", "%%")


def _serve_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=_argument_type(parse_port), default=8000, help="0 for any free one (8000)"
    )
    parser.add_argument(
        "--prefix",
        type=_argument_type(parse_url_prefix),
        metavar="/repo/",
        help="the folder of the host below which the site hangs (default: as base_url says)",
    )


def _check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--external",
        action="store_true",
        help="ask other sites, a few at a time, whether the pages we link to are still there",
    )


def _export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("format", choices=("zip", "zim"), help="for any disk, or for Kiwix")
    parser.add_argument(
        "--to",
        type=_argument_type(parse_path),
        metavar="FILE",
        help="where to write it (default: a dated name in exports/)",
    )


COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "build": (
        "refresh the cache if it is old, then build the site (what happens without a command)",
        _no_options,
    ),
    "fetch": ("refresh the cache and its pictures, build nothing", _no_options),
    "diff": ("tell what changed in the world, as the archive saw it", _diff_options),
    "query": ("answer a question, as the API would, from the cache alone", _query_options),
    "serve": ("show the site in a browser, and build it again as you edit", _serve_options),
    "check": ("look the built site over before it is published", _check_options),
    "export": ("build the site, and pack it into one file to carry away", _export_options),
}
"""For each command, a module of `events_archive.commands`: its help, and what adds its options."""
