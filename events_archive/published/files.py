"""The files of a published site: those of a folder, or of the ZIP for reading.

Nothing that is read is trusted: neither names nor sizes nor contents.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from events_archive.errors import ArchiveError
from events_archive.output.folder import NOT_OURS, is_inside
from events_archive.output.manifest import MARKER
from events_archive.output.up_to_date import stat_tree
from events_archive.site import urls
from events_archive.store.opener import existing_folders, open_file

MAX_FILE = 500_000_000
"""Bytes of one file; the records of 100,000 events have 361 MB."""
MAX_ZIP_ENTRIES = 2_000_000
MAX_ZIP_BYTES = 10_000_000_000
"""Bytes that are read of a ZIP in all, after decompression."""


class UnusableFileError(ArchiveError):
    """A file of a published site is not what it should be."""


class PublishedFiles(Protocol):
    """The files of a site, by their paths below its root."""

    name: str
    """Where the site is, for messages."""

    @property
    def paths(self) -> frozenset[str]:
        """The paths of all files that can be listed."""

    def read(self, path: str, *, limit: int = MAX_FILE) -> bytes:
        """Return the content of a file that is listed.

        Raises `UnusableFileError` where it cannot be read or has more bytes than ``limit``.
        """


@contextmanager
def open_site(path: Path) -> Iterator[PublishedFiles]:
    """Yield the files of the site in a folder or in a ZIP.

    Raises `UnusableFileError` where there is none, or where names in the ZIP lead out of it.
    """
    if path.is_dir():
        yield FolderFiles(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise UnusableFileError(f"there is no {path}") from error
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnusableFileError(
            f"{path} is neither the folder of a site nor a ZIP of one: {error}"
        ) from error
    with archive:
        yield ZipFiles(path, archive)


class FolderFiles:
    """The files of a folder; symbolic links are not followed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, str(folder)
        found = stat_tree(str(folder), exclude=(*NOT_OURS, MARKER), follow=False)
        self.paths = frozenset(found)

    def stop(self) -> None:
        """End what is running; reading a file takes no time."""

    def find(self, path: str) -> bytes | None:
        """Return the content of a file; None if there is none. Raises `UnusableFileError`."""
        return self.read(path) if path in self.paths else None

    def read(self, path: str, *, limit: int = MAX_FILE) -> bytes:
        """See `PublishedFiles`."""
        try:
            existing_folders(self.folder, (path,))
            with os.fdopen(open_file(self.folder / path), "rb") as file:
                content = file.read(limit + 1)
        except OSError as error:
            raise UnusableFileError(
                f"{self.folder / path} cannot be read: {error.strerror or error}"
            ) from error
        return _within(limit, content, str(self.folder / path))


class ZipFiles:
    """The files of the ZIP for reading, in which the site is a folder in a folder."""

    def __init__(self, file: Path, archive: zipfile.ZipFile) -> None:
        self.name = str(file)
        self._archive, self._free = archive, MAX_ZIP_BYTES
        entries = archive.infolist()
        if len(entries) > MAX_ZIP_ENTRIES:
            raise UnusableFileError(f"{file} has {len(entries):,} entries, which is no site")
        names = {entry.filename: entry for entry in entries if not entry.is_dir()}
        for entry in entries:
            _require_plain(file, entry)
        if len(names) < sum(not entry.is_dir() for entry in entries):
            raise UnusableFileError(f"{file} has two entries with one name; it is not used")
        homes = sorted((n for n in names if f"/{n}".endswith(f"/{urls.BUILD_INFO}")), key=len)
        root = homes[0].removesuffix(urls.BUILD_INFO) if homes else ""
        self._entries = {
            name.removeprefix(root): entry for name, entry in names.items() if name.startswith(root)
        }
        self.paths = frozenset(self._entries)

    def read(self, path: str, *, limit: int = MAX_FILE) -> bytes:
        """See `PublishedFiles`."""
        where = f"{path} in {self.name}"
        try:
            # Reads no more, whatever size the entry states.
            with self._archive.open(self._entries[path]) as file:
                content = file.read(limit + 1)
                # Only at the end is the checksum compared.
                content += file.read(1) if len(content) <= limit else b""
        except (
            *(EOFError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError),
            *(zipfile.BadZipFile, zlib.error),
        ) as error:
            raise UnusableFileError(f"{where} cannot be read: {error}") from error
        self._free -= len(content)
        if self._free < 0:
            raise UnusableFileError(f"{self.name} holds more than {MAX_ZIP_BYTES / 1e9:g} GB")
        return _within(limit, content, where)


def _require_plain(file: Path, entry: zipfile.ZipInfo) -> None:
    """Raise `UnusableFileError` for a name that leads elsewhere, or what is no file."""
    mode = entry.external_attr >> 16
    is_plain = not stat.S_IFMT(mode) or stat.S_ISREG(mode) or stat.S_ISDIR(mode)
    if not is_inside(entry.filename) or ":" in entry.filename.partition("/")[0]:
        reason = "leads out of the folder"
    elif not is_plain:
        reason = "is a link or a device"
    else:
        return
    raise UnusableFileError(f"{file} is not used: its entry {entry.filename!r} {reason}")


def _within(limit: int, content: bytes, where: str) -> bytes:
    if len(content) > limit:
        raise UnusableFileError(f"{where} has more than {limit / 1e6:,.0f} MB; it is not used")
    return content
