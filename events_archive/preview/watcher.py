"""Watching the files that the site is built from."""

from collections.abc import Generator
from pathlib import Path

from watchfiles import watch

from events_archive.settings import Settings

_CACHE_FILES = frozenset({"events.jsonl", "history.jsonl", "ledger.json"})
_POLL_INTERVAL = 1000
"""Milliseconds between two looks at the settings file."""


def watch_changes(settings: Settings, project: Path) -> Generator[None]:
    """Yield after each change. Does not end by itself.

    Templates, static files and the records of the cache are watched through the system's own
    notifications. ``pyproject.toml`` is polled: editors replace the file, and its folder contains
    the output.
    """
    pyproject = project / "pyproject.toml"
    last_stat = _file_stat(pyproject)
    folders = (settings.templates, settings.static, settings.cache)
    batches = watch(
        *(folder for folder in folders if folder.is_dir()),
        watch_filter=lambda change, path: is_relevant(Path(path), settings),
        rust_timeout=_POLL_INTERVAL,
        yield_on_timeout=True,
        raise_interrupt=True,
    )
    for changes in batches:
        stat = _file_stat(pyproject)
        if changes or stat != last_stat:
            last_stat = stat
            yield


def is_relevant(path: Path, settings: Settings) -> bool:
    """Whether a change of the file ``path`` can change the site.

    False for what a build itself writes and for the temporary files of editors.
    """
    if path.name.startswith(".") or path.name.endswith("~") or "__pycache__" in path.parts:
        return False
    if path.is_relative_to(settings.cache):
        return path.parent == settings.cache and path.name in _CACHE_FILES
    return True


def _file_stat(path: Path) -> tuple[int, int]:
    """Return the time of the last change and the size of a file; zeros when it does not exist."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
