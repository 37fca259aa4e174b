"""Watching the files that the site is built from."""

from collections.abc import Generator, Iterable
from pathlib import Path

from watchfiles import Change, watch

from events_archive.console import Console
from events_archive.output.up_to_date import stat_files
from events_archive.settings import Settings

_CACHE_FILES = frozenset({"events.jsonl", "history.jsonl", "ledger.json", "links.json"})
_POLL_INTERVAL = 1000
"""Milliseconds between two looks at files that are polled."""


def watch_changes(settings: Settings, project: Path, console: Console) -> Generator[bool]:
    """Yield whether something has changed, at each change and at least once a second.

    Does not end by itself. Templates, static files and the records of the cache are watched through
    the system's own notifications, or polled where it has none left. ``pyproject.toml`` is polled
    always: editors replace the file, and its folder contains the output.
    """
    polled = (str(project / "pyproject.toml"),)
    last_stats = stat_files(polled)
    for changes in _watch(settings, console):
        stats = stat_files(polled)
        yield bool(changes) or stats != last_stats
        last_stats = stats


def _watch(settings: Settings, console: Console) -> Generator[Iterable[tuple[Change, str]]]:
    """Yield the changes in folders, at least once a second."""
    folders = (settings.templates, settings.static, settings.cache)
    for polling in (False, True):
        try:
            yield from watch(
                *(folder for folder in folders if folder.is_dir()),
                watch_filter=lambda change, path: is_relevant(Path(path), settings),
                rust_timeout=_POLL_INTERVAL,
                yield_on_timeout=True,
                raise_interrupt=True,
                force_polling=polling or None,
                poll_delay_ms=_POLL_INTERVAL,
            )
        except (OSError, RuntimeError) as error:
            # The limit of watches, or of open files, of this user.
            if polling:
                raise
            console.warn(f"the system reports no changes, so files are polled: {error}")


def is_relevant(path: Path, settings: Settings) -> bool:
    """Whether a change of the file ``path`` can change the site.

    False for what a build itself writes and for the temporary files of editors.
    """
    if path.name.startswith(".") or path.name.endswith("~") or "__pycache__" in path.parts:
        return False
    if path.is_relative_to(settings.cache):
        return path.parent == settings.cache and path.name in _CACHE_FILES
    return True
