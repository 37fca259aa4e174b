"""The build manifest: what a build found and made, for the next build into the same folder.

There is one file for each output folder, in ``content_cache/builds/``: JSON with a checksum.
Without it, or if it is damaged, the next build renders every page.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveState
from events_archive.output.up_to_date import (
    MANIFEST_FOLDER,
    FileStat,
    invocation,
    manifest_path,
    read_manifest,
    stat_files,
    stat_tree,
)
from events_archive.settings import Settings
from events_archive.store.canonical_json import compact_json, decode_as
from events_archive.store.checksum import add_checksum
from events_archive.store.files import write_atomically

MARKER = ".events-archive.json"
"""The file in the output folder that lists the files of the build."""

_FETCHED = (
    "articles-contact.json", "articles.jsonl", "contact.json", "events.jsonl", "history.jsonl",
    "sample.json",
)  # fmt: skip
"""Files of the cache that a build reads, and may write after a refresh."""
_CHECKED = ("links.json",)
"""Files of the cache that a build only reads."""
_WRITTEN = ("ledger.json", "published-ids.json", "publications.jsonl")
"""Files of the cache that every build may write."""
_IMAGES = ("originals", "thumbnails")
_FORMER_SUFFIXES = (".bin", ".part", ".seal")
"""Files that earlier versions wrote in place of the manifest."""


class FileEntry(NamedTuple):
    """A file of the output folder."""

    size: int
    """In bytes."""
    mtime_ns: int
    inode: int
    fingerprint: str = ""
    """Of everything that the file is made from (`Fingerprints.page`); ``""`` if not known."""
    digest: str = ""
    """Of its content, if a browser caches it under an unchanging URL; otherwise ``""``."""

    @property
    def stat(self) -> FileStat:
        """The file's status."""
        return self[:3]


class InputSnapshot(Struct, frozen=True, kw_only=True):
    """Everything that a run depends on. While it is unchanged, the same run has nothing to do."""

    invocation: list[object]
    """The command line and its environment, see `up_to_date.invocation`."""
    output: str
    """The output folder."""
    files: Mapping[str, FileStat]
    """The status of single files, by path."""
    trees: Mapping[str, Mapping[str, FileStat]]
    """The status of all files below a folder, by its path."""
    saved: float = 0.0
    """When the run ended, in POSIX seconds."""
    due: float | None = None
    """When an API has to be asked again, in POSIX seconds; None for never."""
    message: str = ""
    """What the next run prints."""

    @classmethod
    def take(cls, arguments: list[str], settings: Settings, project: Path) -> "InputSnapshot":
        """Return the state before a build reads anything, so that the next sees later edits."""
        package = Path(__file__).parent.parent
        own = (project / "build.py", project / "pyproject.toml")
        fetched = (settings.cache / name for name in (*_FETCHED, *_CHECKED))
        roots = (package, settings.templates, settings.static)
        return cls(
            invocation=invocation(arguments, str(project)),
            output=str(settings.output),
            files=stat_files(map(str, (*own, *fetched))),
            trees={str(root): stat_tree(str(root)) for root in roots},
        )

    def finish(
        self,
        settings: Settings,
        state: ArchiveState,
        articles_refreshed: datetime | None,
        message: str,
    ) -> "InputSnapshot":
        """Return the state after the build, with the files that it may have written itself."""
        due = [_next_refresh_due(settings, state)]
        if settings.news_root:
            due.append(_due(articles_refreshed, settings))
        cache = settings.cache
        names = _WRITTEN if settings.offline else (*_WRITTEN, *_FETCHED)
        written = stat_files(str(path) for path in map(cache.joinpath, names))
        marker = stat_files((str(settings.output / MARKER),))
        images = {str(cache / name): stat_tree(str(cache / name)) for name in _IMAGES}
        return replace(
            self,
            files={**self.files, **written, **marker},
            trees={**self.trees, **images},
            saved=time.time(),
            due=None if settings.offline else min(due),
            message=message,
        )


class BuildManifest(Struct, frozen=True, kw_only=True):
    """What a build found and made."""

    site_fingerprint: str = ""
    """Of everything that all pages depend on, code and templates included."""
    id_patterns: Mapping[str, str] = field(default_factory=dict)
    """The patterns of published ids, see `IdAudit`."""
    size_warnings: Mapping[str, str] = field(default_factory=dict)
    """By path, see `IdAudit.size_warnings`."""
    files: Mapping[str, FileEntry] = field(default_factory=dict)
    """The files of the output folder, by path."""
    snapshot: InputSnapshot | None = None
    """None if the next run is necessary whatever it finds."""


def load_manifest(cache: Path, output: Path) -> BuildManifest:
    """Return the manifest of the last build into ``output``; an empty one if there is none."""
    try:
        return decode_as(read_manifest(manifest_path(str(cache), str(output))), BuildManifest)
    except (OSError, ValueError):
        return BuildManifest()


def save_manifest(cache: Path, output: Path, manifest: BuildManifest) -> None:
    """Save the manifest; if it cannot be written, the next build renders every page."""
    # The command line may have bytes that are not UTF-8.
    text = compact_json(manifest).encode(errors="backslashreplace")
    with suppress(CacheError, OSError):
        write_atomically(Path(manifest_path(str(cache), str(output))), add_checksum(text))
        for path in (cache / MANIFEST_FOLDER).iterdir():
            if path.suffix in _FORMER_SUFFIXES:
                path.unlink()


def _next_refresh_due(settings: Settings, state: ArchiveState) -> float:
    """Return when LL2 has to be asked again, in POSIX seconds."""
    if (state.api_url, state.mode) != (settings.api_url, settings.mode):
        return 0.0
    return _due(state.last_refreshed, settings)


def _due(last: datetime | None, settings: Settings) -> float:
    """Return when an API that last responded at ``last`` has to be asked again."""
    return (last + settings.fresh_for - timedelta(seconds=1)).timestamp() if last else 0.0
