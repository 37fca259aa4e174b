"""The command line: its options, its commands, and `main`, which runs one of them."""

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from events_archive import __version__, errors
from events_archive.commands import Options
from events_archive.console import Console, open_standard_streams, standard_output
from events_archive.load_settings import load_settings
from events_archive.query.parameters import PARAMETERS
from events_archive.safe_text import keep_secret
from events_archive.setting_parsers import (
    parse_date,
    parse_path,
    parse_site,
    parse_url_prefix,
    whole_number,
)
from events_archive.settings import SETTINGS

COMMANDS = {
    "build": "refresh the cache if it is old, then build the site (what happens without a command)",
    "fetch": "refresh the cache and its images, without building",
    "diff": "list the changes that the archive has recorded",
    "query": "search the events, or evaluate a query of the API, from the cache alone",
    "serve": "serve the site locally and rebuild it on every edit",
    "check": "check the built site: links, HTML, feeds, ids, size",
    "repair": "repair the files of the cache after a merge, an edit or a fault; with --dry-run "
    "only say how",
    "export": "build the site, and pack it into one ZIP or ZIM file",
    "verify": "compare a published site with what the cache would build",
    "restore": "fill an empty cache from a published site, its folder or its ZIP",
}
"""The help of each command, by the name of its module in `events_archive.commands`."""


def main(arguments: Sequence[str], project: Path) -> int:
    """Run a command in the folder ``project`` and return the exit status; see `errors`."""
    open_standard_streams()
    console = Console(as_json="--json" in arguments)
    try:
        options = parse_arguments(arguments, os.environ, project)
        keep_secret(options.settings.api_key or "")
        console = Console.from_settings(options.settings)
        # Only the module of this command: `serve`, `check` and `export` import much of their own.
        command = import_module(f"events_archive.commands.{options.command}")
        _handle_signals()
        command.run(options, console)
        return console.finish()
    except SystemExit as exit:
        # The status is 0 after ``--help``.
        if status := int(exit.code or 0):
            console.fail("terminated; nothing is lost, and the next run continues")
        return status
    except KeyboardInterrupt:
        console.fail("interrupted; nothing is lost, and the next run continues")
        return errors.INTERRUPTED
    except BrokenPipeError:
        # As in `build.py query ... | head`.
        return errors.BROKEN_PIPE
    except errors.ArchiveError as error:
        console.fail(str(error), with_traceback=console.verbose)
        return error.exit_status
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{error.filename}: {reason}" if error.filename else reason
        console.fail(message, with_traceback=console.verbose)
    except Exception as error:
        # Python's own traceback would not go through `safe_text`.
        console.fail(
            f"{type(error).__name__}: {error}; this is a mistake in the program: please report it "
            "with the lines above",
            with_traceback=True,
        )
    return errors.FAILURE


def _handle_signals() -> None:
    """Have signals raise exceptions; while modules are imported, msgspec would crash."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def parse_arguments(arguments: Sequence[str], environ: Mapping[str, str], project: Path) -> Options:
    """Return the command with its options and the settings of the run in ``project``.

    Raises UsageError for a setting that is unknown or has no meaning. Exits with status 0 after
    ``--help`` and ``--version``.
    """
    parsed = vars(_parser().parse_args(arguments))
    if parsed.pop("version", False):
        with standard_output() as stdout:
            print(f"events-archive {__version__}", file=stdout)
        sys.exit(0)
    command = parsed.pop("command") or "build"
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


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise UsageError, where the base class prints and exits."""
        raise errors.UsageError(f"{message}; see {self.prog} --help")

    def print_help(self, file: object = None) -> None:
        """Print the help; the base class would ignore that it cannot be written."""
        with standard_output() as stdout:
            stdout.write(self.format_help())


def _parser() -> argparse.ArgumentParser:
    shared = _settings_parser()
    parser = _Parser(
        prog="build.py",
        description="Build the Spaceflight Events Archive from Launch Library 2.",
        epilog="Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted. "
        "LL2_API_KEY in the environment raises the API's limit of 15 requests an hour; "
        "ARCHIVE_BASE_URL is used if base_url is not set.",
        parents=[shared],
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="command")
    for name, text in COMMANDS.items():
        commands.add_parser(name, help=text, description=text.capitalize(), parents=[shared])
    _add_command_options(commands.choices)
    return parser


def _add_command_options(commands: Mapping[str, argparse.ArgumentParser]) -> None:
    """Add to the parser of each command, by its name, the options that it alone has."""
    commands["diff"].add_argument(
        "--since",
        type=parse_date,
        metavar="YYYY-MM-DD",
        help="changes from this day on (default: those of the last refresh with changes)",
    )
    _add_query_options(commands["query"])
    commands["serve"].add_argument(
        "--port",
        type=whole_number(0, 65535, "a port, a number from 0 to 65535"),
        default=8000,
        help="the port; 0 for any free one (default: 8000)",
    )
    commands["serve"].add_argument(
        "--host",
        default="127.0.0.1",
        help="the address to listen on; 0.0.0.0 in a container. With any other than the default, "
        "everyone on the network can read the site: for networks that you trust "
        "(default: 127.0.0.1)",
    )
    commands["serve"].add_argument(
        "--prefix",
        type=parse_url_prefix,
        metavar="/repo/",
        help="the path below which the site is served (default: that of base_url)",
    )
    commands["check"].add_argument(
        "--external",
        action="store_true",
        help="also check that pages of other sites that are linked to still exist",
    )
    commands["check"].add_argument(
        "--published",
        action="store_true",
        help="also check that no page of the site that is published at base_url is gone",
    )
    commands["export"].add_argument(
        "format", choices=("zip", "zim"), help="zip for any disk, zim for Kiwix"
    )
    commands["export"].add_argument(
        "--to",
        type=parse_path,
        metavar="FILE",
        help="where to write it (default: a dated name in exports/)",
    )
    commands["verify"].add_argument(
        "site",
        type=parse_site,
        metavar="URL_OR_FOLDER",
        help="where the site is published, or the folder that it is in",
    )
    commands["restore"].add_argument(
        "site",
        type=parse_path,
        metavar="ZIP_OR_FOLDER",
        help="the ZIP that a site offers, or the folder of a site",
    )


def _add_query_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "question",
        nargs="?",
        default="",
        help="parameters as in URLs of the API, 'type__ids=2&year=2021', or such a URL",
    )
    parser.add_argument(
        "--search",
        default="",
        metavar="WORDS",
        help="search names, places, agencies, people and descriptions, as the site does: "
        "'spacewalk 2021'; the best match comes first",
    )
    parser.add_argument(
        "--docked",
        type=parse_date,
        metavar="YYYY-MM-DD",
        help="instead of events, the spacecraft that were at the space stations on this day (UTC)",
    )
    parser.add_argument(
        "--format",
        choices=("table", "json", "csv", "ics", "rss", "md"),
        default="table",
        help="json is the API's response, with ten events unless limit is given; the other "
        "formats have all matching events (default: table)",
    )
    parameters = (f"{p.name}: {p.meaning} {p.help} ({p.example})" for p in PARAMETERS)
    parser.epilog = f"Parameters: {'; '.join(parameters)}".replace("%", "%%")


def _settings_parser() -> _Parser:
    """Return a parser with the options of all settings; an option that is not given is not set."""
    parser = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    for row in SETTINGS:
        if row.option:
            flag = {"action": "store_false" if row.default else "store_true"}
            value = {"type": row.parse, "metavar": row.metavar}
            parser.add_argument(
                *filter(None, (row.short_option, row.option)),
                dest=row.name,
                help=row.help.replace("%", "%%"),
                **(value if row.parse else flag),
            )
    return parser
