"""The command line and the settings file, made into one `Settings`."""

import argparse
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from events_archive import setting_parsers
from events_archive.errors import UsageError
from events_archive.query.parameters import PARAMETERS
from events_archive.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for."""

    command: str
    settings: Settings
    command_options: Mapping[str, Any]
    """What only this command knows, by the names of its options."""


def parse_arguments(arguments: Sequence[str], environ: Mapping[str, str], project: Path) -> Options:
    """Defaults, over them ``pyproject.toml`` of the folder ``project``, over them the arguments.

    Raises UsageError for a setting or value without meaning; exits by itself for ``--help`` and
    for arguments that argparse does not know (status 2).
    """
    first = arguments[0] if arguments else ""
    asks_help = first in ("-h", "--help")
    chosen = list(arguments) if first in COMMANDS or asks_help else ["build", *arguments]
    given = vars(_parser().parse_args(chosen))
    command = given.pop("command")
    lasting = _configured(project / "pyproject.toml")
    if lasting.get("cname"):
        lasting.setdefault("base_url", f"https://{lasting['cname']}/")
    known = {field.name for field in fields(Settings)}
    chosen_settings = {name: value for name, value in given.items() if name in known}
    return Options(
        command=command,
        settings=replace(_in_project(project, environ), **{**lasting, **chosen_settings}),
        command_options={name: value for name, value in given.items() if name not in known},
    )


def _in_project(project: Path, environ: Mapping[str, str]) -> Settings:
    return Settings(
        api_key=environ.get("LL2_API_KEY") or None,
        base_url=_base_url(environ),
        cache=project / "content_cache",
        output=project / "output",
        templates=project / "templates",
        static=project / "static",
    )


def _base_url(environ: Mapping[str, str]) -> str:
    """Where a host says that it will publish; what the project or the user says counts more."""
    url = environ.get("ARCHIVE_BASE_URL")
    try:
        return setting_parsers.web_folder(url) if url else ""
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"ARCHIVE_BASE_URL in the environment: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py",
        description="Build the Spaceflight Events Archive from Launch Library 2.",
        epilog="Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted. "
        "LL2_API_KEY in the environment raises the API's limit of 15 requests an hour; "
        "ARCHIVE_BASE_URL stands in for a base_url that is not set.",
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    shared = _shared_options()
    for name, (text, add_options) in COMMANDS.items():
        add_options(
            commands.add_parser(name, help=text, description=text.capitalize(), parents=[shared])
        )
    return parser


def _no_more_options(parser: argparse.ArgumentParser) -> None:
    pass


def _diff_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since",
        type=setting_parsers.day,
        default=None,
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
        "--port", type=setting_parsers.port, default=8000, help="0 for any free one (8000)"
    )
    parser.add_argument(
        "--prefix",
        type=setting_parsers.prefix,
        default=None,
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
        type=setting_parsers.path,
        default=None,
        metavar="FILE",
        help="where to write it (default: a dated name in exports/)",
    )


COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "build": (
        "refresh the cache if it is old, then build the site (what happens without a command)",
        _no_more_options,
    ),
    "fetch": ("refresh the cache and its pictures, build nothing", _no_more_options),
    "diff": ("tell what changed in the world, as the archive saw it", _diff_options),
    "query": ("answer a question, as the API would, from the cache alone", _query_options),
    "serve": ("show the site in a browser, and build it again as you edit", _serve_options),
    "check": ("look the built site over before it is published", _check_options),
    "export": ("build the site, and pack it into one file to carry away", _export_options),
}
"""Every command: what it does, and what adds the options that only it has."""


def _shared_options() -> argparse.ArgumentParser:
    # Suppressed defaults: what was not given is not there, and does not hide a lasting setting.
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    add = shared.add_argument
    flags = {
        "--offline": "never touch the network",
        "--full": "ask for every event again, to find deletions and silent changes",
        "--accept-withdrawals": "believe a full sweep in which many events are gone",
        "--allow-id-change": "publish although ids that subscribers know events by have changed",
        "--strict": "warnings are failures",
        "--dry-run": "say what would be asked for and built; write nothing",
        "--json": "print a report for programs on standard output",
    }
    for flag, text in flags.items():
        add(flag, action="store_true", help=text)
    add("--no-pictures", dest="pictures", action="store_false", help="fetch no pictures")
    add(
        "--api-url",
        type=setting_parsers.web_folder,
        help="the API's root (default: the public API)",
    )
    add("--base-url", type=setting_parsers.web_folder, help="where the site will be published")
    add(
        "--cache",
        type=setting_parsers.path,
        metavar="DIR",
        help="where records and pictures are kept",
    )
    add("--output", type=setting_parsers.path, metavar="DIR", help="where the site is written")
    add(
        "--max-age",
        type=setting_parsers.duration,
        metavar="6h",
        help="how old the cache may be: 30m, 6h, 2d",
    )
    add(
        "--timeout",
        type=setting_parsers.seconds,
        metavar="60s",
        help="the silence borne from the API",
    )
    add(
        "--today",
        type=setting_parsers.day,
        metavar="YYYY-MM-DD",
        help="the day that parts past from upcoming",
    )
    add(
        "--jobs",
        type=setting_parsers.count,
        metavar="N",
        help="pictures fetched or resized at a time; 1 keeps all in one process",
    )
    add("-q", "--quiet", action="store_true", help="say nothing but warnings and errors")
    add("-v", "--verbose", action="store_true", help="say more, and show tracebacks")
    return shared


def _configured(file: Path) -> dict[str, Any]:
    """What ``[tool.events-archive]`` says; {} where there is no such file or table."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))["tool"]["events-archive"]
    except (FileNotFoundError, KeyError):
        return {}
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: {error}") from error
    return {name: _read_setting(file, name, value) for name, value in table.items()}


def _read_setting(file: Path, name: str, value: object) -> Any:
    where = f"{file}, [tool.events-archive] {name}"
    if name not in setting_parsers.SETTING_PARSERS:
        known = ", ".join(sorted(setting_parsers.SETTING_PARSERS))
        raise UsageError(f"{where}: no such setting; there are {known}")
    try:
        return setting_parsers.SETTING_PARSERS[name](value)
    except (argparse.ArgumentTypeError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{where}: {error}") from error
