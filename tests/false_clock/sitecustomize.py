"""In a process with this folder in PYTHONPATH, a run begins at the POSIX time FALSE_NOW."""

import importlib
import os
import sys
from datetime import datetime, tzinfo
from types import ModuleType

_import_module = importlib.import_module


class FalseDatetime(datetime):
    """Tells the false time; what it returns are ordinary values."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.fromtimestamp(int(os.environ["FALSE_NOW"]), tz)


def import_module(name: str, package: str | None = None) -> ModuleType:
    module = _import_module(name, package)
    if fetch := sys.modules.get("events_archive.commands.fetch"):
        fetch.datetime = FalseDatetime  # type: ignore[attr-defined]
    return module


importlib.import_module = import_module
