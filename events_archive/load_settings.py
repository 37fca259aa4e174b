"""Load the settings of a run from the environment, ``pyproject.toml`` and the command line."""

import tomllib
from argparse import ArgumentTypeError
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from events_archive.errors import UsageError
from events_archive.settings import SETTINGS, Setting, Settings


def load_settings(project: Path, environ: Mapping[str, str], given: Mapping[str, Any]) -> Settings:
    """Return the settings of a run in the folder ``project``.

    The defaults count least, then the environment, then ``[tool.events-archive]`` in the project's
    ``pyproject.toml``, then what is ``given`` on the command line, by field.

    Raises UsageError where a name is unknown or a value cannot be parsed.
    """
    folders = (row for row in SETTINGS if isinstance(row.default, Path))
    defaults = {row.name: project / row.default for row in folders}
    configured = _from_toml(project / "pyproject.toml")
    if configured.get("cname"):
        configured.setdefault("base_url", f"https://{configured['cname']}/")
    return Settings(**{**defaults, **_from_environment(environ), **configured, **given})


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        row.name: _parse(row, environ[row.environment], f"{row.environment} in the environment")
        for row in SETTINGS
        if environ.get(row.environment)
    }


def _from_toml(file: Path) -> dict[str, Any]:
    """Return the settings in ``[tool.events-archive]``; {} without such a file or table."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))["tool"]["events-archive"]
    except (FileNotFoundError, KeyError):
        return {}
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: {error}") from error
    rows = {row.name: row for row in SETTINGS if row.in_toml}
    found = {}
    for name, value in table.items():
        where = f"{file}, [tool.events-archive] {name}"
        if name not in rows:
            raise UsageError(f"{where}: no such setting; there are {', '.join(sorted(rows))}")
        # What sets nothing may be written out: `base_url = ""`.
        is_unset = value == rows[name].default == ""
        found[name] = value if is_unset else _parse(rows[name], value, where)
    return found


def _parse(row: Setting, value: object, where: str) -> Any:
    """Return the parsed value; raise UsageError that says ``where`` the value was found."""
    assert row.parse, f"{row.name} can be set, but has no parser"
    try:
        return row.parse(value)
    # `int` raises ValueError for thousands of digits.
    except (ArgumentTypeError, ValueError) as error:
        raise UsageError(f"{where}: {error}") from error
