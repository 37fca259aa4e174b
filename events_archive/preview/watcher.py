"""Notices that something changed from which the site is made."""

from collections.abc import Callable, Iterator
from pathlib import Path

from events_archive.settings import Settings

_CACHE_FILES = frozenset({"events.jsonl", "history.jsonl", "ledger.json"})
_PAUSE = 1000
"""Milliseconds without a change after which the settings file is looked at."""


def watch_changes(
    settings: Settings, project: Path, *, stopped: Callable[[], bool]
) -> Iterator[None]:
    """Yields each time something changed, until ``stopped()``.

    Watched are the templates, the static files and the records of the cache, with the system's
    own notifications, and the settings file by its time: editors replace it, and to watch the
    folder it lies in would be to watch everything.
    """
    # A Rust library that only the preview needs.
    from watchfiles import watch  # noqa: PLC0415

    pyproject = project / "pyproject.toml"
    seen = _stamp(pyproject)
    folders = [
        path for path in (settings.templates, settings.static, settings.cache) if path.is_dir()
    ]
    news = watch(
        *folders,
        watch_filter=lambda change, path: is_relevant(Path(path), settings),
        rust_timeout=_PAUSE,
        yield_on_timeout=True,
        raise_interrupt=True,
    )
    for found in news:
        if stopped():
            return
        now = _stamp(pyproject)
        if found or now != seen:
            seen = now
            yield


def is_relevant(path: Path, settings: Settings) -> bool:
    """Whether a change of ``path`` can change the site; what a build writes itself does not."""
    if path.name.startswith(".") or path.name.endswith("~") or "__pycache__" in path.parts:
        return False
    if path.is_relative_to(settings.cache):
        return path.parent == settings.cache and path.name in _CACHE_FILES
    return True


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
