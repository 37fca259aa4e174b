"""Notes at the end of a build how all stands, so that the next can see that it still does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from events_archive.model.archive_state import ArchiveState
from events_archive.settings import Settings
from events_archive.output.up_to_date import FileStat, stat_files, save_snapshot, stat_tree

_WRITTEN = ("ledger.json", "published-ids.json")
"""Files of the cache that every build may write; it holds the lock, so that nobody else does."""

_FETCHED = ("events.jsonl", "history.jsonl")
_PICTURES = ("originals", "thumbnails")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSnapshot:
    """The stamps of what a site is made from, as they were before any of it was read."""

    files: Mapping[str, FileStat]
    trees: Mapping[str, dict[str, FileStat]]

    @classmethod
    def take(cls, settings: Settings, project: Path) -> "InputSnapshot":
        """The stamps at the beginning of a build: who edits while it runs is seen by the next."""
        package = Path(__file__).parent.parent
        own = (project / "build.py", project / "pyproject.toml")
        fetched = (settings.cache / name for name in _FETCHED)
        return cls(
            files=stat_files(map(str, (*own, *fetched))),
            trees={
                str(root): stat_tree(str(root))
                for root in (package, settings.templates, settings.static)
            },
        )

    def save(
        self,
        arguments: list[str],
        settings: Settings,
        ledger: ArchiveState,
        *,
        project: Path,
        output: dict[str, FileStat],
        said: str,
    ) -> None:
        """Note them together with what was made from them."""
        cache = settings.cache
        written = (*_WRITTEN, *(() if settings.offline else _FETCHED))
        own = stat_files(str(cache / name) for name in written)
        pictures = {str(cache / name): stat_tree(str(cache / name)) for name in _PICTURES}
        save_snapshot(
            arguments,
            str(project),
            files={**self.files, **own},
            trees={**self.trees, **pictures},
            folder=str(settings.output),
            output=output,
            due=None if settings.offline else _next_refresh_due(settings, ledger),
            said=said,
        )


def _next_refresh_due(settings: Settings, ledger: ArchiveState) -> float:
    """When the source is to be asked again, in POSIX seconds."""
    last = ledger.last_refreshed
    if last is None or ledger.last_full_refresh is None:
        return 0.0
    asked_otherwise = (ledger.api_url, ledger.mode) != (settings.api_url, settings.mode)
    ages = (last + settings.max_age, ledger.last_full_refresh + settings.full_sweep_every)
    return 0.0 if asked_otherwise else (min(ages) - timedelta(seconds=1)).timestamp()
