"""Writes files into the output folder, where nothing changes before every file is there.

Content that differs from the file in place is first written into a staging folder inside the output
folder. Then the staged files are moved into place by renaming them: images and assets, then new
pages, then changed pages. Files that the site no longer has are removed last. If the process is
killed at any time, every file is the old or the new one, and the next build finishes the work.
"""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from events_archive.console import quantity
from events_archive.errors import ArchiveError
from events_archive.output.manifest import MARKER, BuildManifest, FileEntry
from events_archive.output.up_to_date import FileStat, file_stat, stat_tree
from events_archive.site import urls
from events_archive.site.formats import format_of, is_precached

_STAGING = ".staging"
_NOUNS = ("page", "feed", "calendar", "picture", "file")
"""The nouns of formats, in the order of a summary."""
_OPEN_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


class StagedFile(NamedTuple):
    """A file of the site, in the staging folder or in place."""

    entry: FileEntry
    is_new: bool
    """Whether it is in the staging folder, to be moved into place."""


class WriteSummary(Struct, frozen=True, kw_only=True):
    """What a build did to the output folder, as paths below it."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    """The number of files that were current."""
    size: int
    """The size of the whole site in bytes."""

    @property
    def total(self) -> int:
        """The number of files in the site."""
        return self.unchanged + len(self.added) + len(self.changed)

    @property
    def counts(self) -> dict[str, int]:
        """The number of files by what was done to them."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "removed": len(self.removed),
            "unchanged": self.unchanged,
        }

    @property
    def text(self) -> str:
        """``14 pages, 5 feeds, 1 picture written, 2 files removed``."""
        formats = map(format_of, (*self.added, *self.changed))
        counts = Counter(format.noun if format else "file" for format in formats)
        written = [quantity(counts[noun], noun) for noun in _NOUNS if counts[noun]]
        parts = [", ".join(written) + " written"] if written else []
        if self.removed:
            parts.append(quantity(len(self.removed), "file") + " removed")
        return ", ".join(parts) or "no file written"


class OutputDir:
    """The output folder during a build, until `commit`; it is created if necessary.

    Raises ArchiveError if it has files that no build of the archive has written.
    """

    def __init__(self, folder: Path, previous_build: BuildManifest | None = None) -> None:
        self.folder = folder
        # What is known of the files in place; empty if they were made by other code or settings.
        self.previous_build = previous_build or BuildManifest()
        # Every file of the site so far, by path.
        self.staged: dict[str, StagedFile] = {}
        self._root = f"{folder}/"
        self._staging = f"{folder / _STAGING}/"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._owned = _owned_files(folder)
            shutil.rmtree(folder / _STAGING, ignore_errors=True)
            (folder / _STAGING).mkdir()
            self._present = stat_tree(str(folder), exclude=(_STAGING, MARKER))
        except OSError as error:
            raise _cannot_write(folder, error) from error

    def reuse(self, path: str, fingerprint: str) -> bool:
        """Take the file in place into the site if it is current; return whether it is.

        It is current if the last build wrote it, for a page with the same ``fingerprint``.
        """
        entry = self.previous_build.files.get(path)
        if entry is None or entry.fingerprint != fingerprint:
            return False
        if self._present.get(path) != entry.stat:
            return False
        self.staged[path] = StagedFile(entry, is_new=False)
        return True

    def stage(self, path: str, content: bytes, fingerprint: str = "") -> StagedFile:
        """Take a file with this content into the site."""
        self._check_is_inside(path)
        digest = hashlib.sha256(content).hexdigest()[:12] if is_precached(path) else ""
        try:
            stat = self._stat_if_same(path, content, digest)
            is_new = stat is None
            size, mtime_ns, inode = stat or self._write_staged(path, content)
        except OSError as error:
            raise _cannot_write(self.folder / path, error) from error
        entry = FileEntry(size, mtime_ns, inode, fingerprint, digest)
        staged = self.staged[path] = StagedFile(entry, is_new)
        return staged

    def stage_file(self, path: str, source: Path) -> StagedFile:
        """Take a copy of ``source`` into the site. The path has to name the content (a hash)."""
        self._check_is_inside(path)
        try:
            stat = self._present.get(path)
            is_new = stat is None or stat[0] != source.stat().st_size
            if stat is None or is_new:
                stat = self._write_staged(path, source.read_bytes())
        except OSError as error:
            raise _cannot_write(self.folder / path, error) from error
        staged = self.staged[path] = StagedFile(FileEntry(*stat), is_new)
        return staged

    def commit(self) -> WriteSummary:
        """Move the new files into place, then remove those that the site no longer has."""
        removed = sorted(self._owned - self.staged.keys())
        new = sorted(path for path, staged in self.staged.items() if staged.is_new)
        try:
            # Until the end the marker lists old and new files, so that none is lost to the next
            # build if this one is killed.
            if new or removed or self._owned != self.staged.keys():
                self._write_marker(self._owned | self.staged.keys())
                self._move(sorted(new, key=lambda path: (path in self._present, _rank(path))))
                for path in removed:
                    self._remove(path)
                if removed:
                    self._write_marker(self.staged.keys())
            shutil.rmtree(self.folder / _STAGING)
        except OSError as error:
            raise _cannot_write(self.folder, error) from error
        return WriteSummary(
            added=tuple([path for path in new if path not in self._present]),
            changed=tuple([path for path in new if path in self._present]),
            removed=tuple(removed),
            unchanged=len(self.staged) - len(new),
            size=sum(staged.entry.size for staged in self.staged.values()),
        )

    @property
    def entries(self) -> dict[str, FileEntry]:
        """Every file of the site so far, by path, as the manifest has it."""
        return {path: staged.entry for path, staged in self.staged.items()}

    def files(self) -> tuple[tuple[str, Path], ...]:
        """Return every file of the site so far as (path, where its content is now), by path."""
        return tuple(
            (path, Path((self._staging if staged.is_new else self._root) + path))
            for path, staged in sorted(self.staged.items())
        )

    def _check_is_inside(self, path: str) -> None:
        """Raise ArchiveError if the file would be outside the output folder."""
        if path[:1] == "/" or ".." in path.split("/") or "\\" in path or "\0" in path:
            raise ArchiveError(f"refused to write outside {self.folder}: {path!r}")

    def _stat_if_same(self, path: str, content: bytes, digest: str) -> FileStat | None:
        """Return the status of the file in place if it has this content; otherwise None."""
        stat = self._present.get(path)
        if stat is None or stat[0] != len(content):
            return None
        entry = self.previous_build.files.get(path)
        if entry is not None and entry.stat == stat and entry.digest:
            return stat if entry.digest == digest else None
        return stat if Path(self._root + path).read_bytes() == content else None

    def _write_staged(self, path: str, content: bytes) -> FileStat:
        """Write a file into the staging folder; return its status, which a rename keeps."""
        staged = self._staging + path
        try:
            descriptor = os.open(staged, _OPEN_FLAGS, 0o666)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(staged), exist_ok=True)
            descriptor = os.open(staged, _OPEN_FLAGS, 0o666)
        try:
            written = os.write(descriptor, content)
            while written < len(content):
                written += os.write(descriptor, content[written:])
            return file_stat(os.fstat(descriptor))
        finally:
            os.close(descriptor)

    def _move(self, new: Iterable[str]) -> None:
        """Move staged files into place in this order, a folder that the site lacks as a whole."""
        moved = {"": False}
        for path in new:
            folder = path[: path.find("/") + 1]
            if folder not in moved:
                moved[folder] = not os.path.isdir(self._root + folder)
                if moved[folder]:
                    os.replace(self._staging + folder, self._root + folder)
            if moved[folder]:
                continue
            try:
                os.replace(self._staging + path, self._root + path)
            except FileNotFoundError:
                os.makedirs(os.path.dirname(self._root + path))
                os.replace(self._staging + path, self._root + path)

    def _write_marker(self, paths: Iterable[str]) -> None:
        lines = json.dumps(sorted(paths), separators=(",\n", ":"))[1:-1]
        staged = self.folder / _STAGING / MARKER
        staged.write_text(f'{{"files": [\n{lines}\n]}}', encoding="utf-8")
        staged.replace(self.folder / MARKER)

    def _remove(self, path: str) -> None:
        """Remove a file, and the folders that are then empty."""
        self._check_is_inside(path)
        target = self.folder / path
        target.unlink(missing_ok=True)
        for parent in target.relative_to(self.folder).parents:
            if parent.name and not any((self.folder / parent).iterdir()):
                (self.folder / parent).rmdir()


def site_files(folder: Path) -> tuple[tuple[str, Path], ...]:
    """Return every file of the site in ``folder`` as (path below it, file), by path.

    Raises ArchiveError if no site has been built there.
    """
    try:
        return tuple((path, folder / path) for path in sorted(_marked_files(folder)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"{folder} holds no built site; run build.py first") from error


def _rank(path: str) -> int:
    """Return 0 to 3: pages after what they show, lists after what they link to, home last."""
    folder = path.split("/", 1)[0]
    if folder in (urls.IMAGES, urls.ASSETS):
        return 0
    if folder in ("events", "id"):
        return 1
    return 3 if path in (urls.HOME, urls.SITEMAP) else 2


def _marked_files(folder: Path) -> frozenset[str]:
    """Return the files that builds have written into ``folder``, as its marker lists them."""
    return frozenset(map(str, json.loads((folder / MARKER).read_text("utf-8"))["files"]))


def _owned_files(folder: Path) -> frozenset[str]:
    """Return the files that this build may remove; raises ArchiveError if others are there."""
    try:
        return _marked_files(folder)
    except FileNotFoundError as error:
        if any(path.name != _STAGING for path in folder.iterdir()):
            raise ArchiveError(
                f"{folder} holds files that this build did not make; it is left alone. "
                "Choose another folder with --output, or empty this one yourself"
            ) from error
        return frozenset()
    except (ValueError, KeyError, TypeError):
        # Damaged: the folder is a build's, but as its files are not known, none is removed.
        return frozenset()


def _cannot_write(path: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"cannot write {path}: {os.strerror(error.errno) if error.errno else error}. "
        "The site is as it was; make room or permit writing there, and run again"
    )
