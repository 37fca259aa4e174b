"""The commands of ``build.py``: each module has a function ``run(options, console)``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from events_archive.settings import Settings


class Options(Struct, frozen=True, kw_only=True):
    """What the command line asks for: a command with its options."""

    command: str
    arguments: tuple[str, ...]
    """The command line as it was given."""
    project: Path
    """The folder of ``build.py`` and ``pyproject.toml``."""
    given: Mapping[str, Any]
    """The settings that the command line gives."""
    settings: Settings
    """All settings: those given, and the rest from ``pyproject.toml`` and defaults."""
    command_options: Mapping[str, Any]
    """The options of this command alone, by name."""
