"""The only door to ``output/``: whole files or none, in an order in which no link dangles.

Everything is written to a staging folder inside the output first. Only then are the changed files
moved into place by rename: pictures and assets, then new pages, then changed ones; files that are
no longer wanted go last. Killed at any moment, every file is whole and the next run finishes.

What a build left is remembered (`Left`): of a file that lies there as it was left, neither bytes
nor page need be looked at again where all that the page depends on is the same.
"""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from events_archive.errors import ArchiveError
from events_archive.output.manifest import BuildManifest, FileEntry
from events_archive.site import urls
from events_archive.site.formats import is_precached
from events_archive.output.up_to_date import FileStat, file_stat, stat_tree

MARKER = ".events-archive.json"
"""Says that the build made this folder, and which files in it are the build's own."""

_STAGING = ".staging"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSummary:
    """What a build did to ``output/``, as addresses."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    """How many files were right already."""
    size: int
    """Bytes of the whole site."""

    @property
    def total(self) -> int:
        """How many files the site has."""
        return self.unchanged + len(self.added) + len(self.changed)

    @property
    def counts(self) -> dict[str, int]:
        """How many files were added, changed, removed, and right already."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "removed": len(self.removed),
            "unchanged": self.unchanged,
        }

    @property
    def text(self) -> str:
        """``14 pages, 5 feeds, 1 picture written, 2 files removed``."""
        kinds = Counter(_kind(address) for address in (*self.added, *self.changed))
        news = [_counted(kinds[kind], kind) for kind in _KINDS if kinds[kind]]
        done = [", ".join(news) + " written"] if news else []
        if self.removed:
            done.append(_counted(len(self.removed), "file") + " removed")
        return ", ".join(done) or "no file written"


class StagedFile(NamedTuple):
    """A file that is to be in the site."""

    size: int
    """In bytes."""
    digest: str
    """Of a file that a browser may keep, what differs wherever its content does. Else ``""``, and
    so for a file whose name tells its content."""
    stamp: FileStat
    """That of the file that holds the content, wherever it lies now."""
    key: bytes
    """A digest of all that the content was made from; empty where that is not known."""
    is_new: bool
    """Whether it lies in the staging folder, and not yet in its place."""


@dataclass(slots=True)
class OutputDir:
    """A folder that the build owns, between `stage` and `commit`."""

    folder: Path
    previous_build: BuildManifest = field(default_factory=BuildManifest)
    """What the build before this one left here, as far as that is known."""
    _root: str = ""
    _staging: str = ""
    _present: dict[str, FileStat] = field(default_factory=dict)
    _wanted: dict[str, StagedFile] = field(default_factory=dict)
    _before: frozenset[str] = frozenset()

    @classmethod
    def open(cls, folder: Path, left: BuildManifest | None = None) -> "OutputDir":
        """The folder, made if need be.

        Raises ArchiveError where it holds files that no build of the archive put there.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            before = _read_marker(folder)
            shutil.rmtree(folder / _STAGING, ignore_errors=True)
            (folder / _STAGING).mkdir()
            return cls(
                folder=folder,
                previous_build=left or BuildManifest(),
                _root=f"{folder}/",
                _staging=f"{folder / _STAGING}/",
                _present=stat_tree(str(folder), but=(_STAGING, MARKER)),
                _before=before,
            )
        except OSError as error:
            raise _cannot_write(folder, error) from error

    def reuse(self, address: str, key: bytes) -> bool:
        """Whether the file lies there as it was left, made from what ``key`` is a digest of.

        Then it is taken into the site as it is.
        """
        known = self.previous_build.files.get(address)
        if known is None or known.key != key or self._present.get(address) != known.stamp:
            return False
        self._wanted[address] = StagedFile(known.size, known.digest, known.stamp, key, is_new=False)
        return True

    def stage(self, address: str, content: bytes, key: bytes = b"") -> None:
        """Take the file ``address`` into the site; nothing visible happens before `commit`."""
        self._refuse_outside(address)
        # Of the others nobody is told a digest, and they are more than half of the site.
        digest = hashlib.sha256(content).hexdigest()[:12] if is_precached(address) else ""
        size = len(content)
        try:
            if (stamp := self._stamp_of_same(address, content, digest)) is None:
                stamp = self._write_staged(address, content)
                self._wanted[address] = StagedFile(size, digest, stamp, key, is_new=True)
            else:
                self._wanted[address] = StagedFile(size, digest, stamp, key, is_new=False)
        except OSError as error:
            raise _cannot_write(self.folder / address, error) from error

    def stage_file(self, address: str, source: Path) -> None:
        """Take a file whose name tells its content (a thumbnail): copied when it is not there."""
        self._refuse_outside(address)
        try:
            size, stamp = os.stat(source).st_size, self._present.get(address)
            is_new = stamp is None or stamp[0] != size
            if stamp is None or is_new:
                with open(source, "rb", buffering=0) as file:
                    stamp = self._write_staged(address, file.read())
            self._wanted[address] = StagedFile(size, "", stamp, b"", is_new)
        except OSError as error:
            raise _cannot_write(self.folder / address, error) from error

    def merge(self, staged: Mapping[str, StagedFile]) -> None:
        """Take files into the site that another process has staged here."""
        self._wanted.update(staged)

    def commit(self) -> WriteSummary:
        """Move what is new into place, then remove what is no longer wanted."""
        stale = sorted(self._before - self._wanted.keys())
        new = sorted(address for address, staged in self._wanted.items() if staged.is_new)
        try:
            # Until the end the marker names old and new files, so that a killed run loses none.
            if new or stale or self._before != self._wanted.keys():
                self._write_marker(self._before | self._wanted.keys())
                self._move(sorted(new, key=self._rank))
                for address in stale:
                    self._remove(address)
                if stale:
                    self._write_marker(self._wanted.keys())
            shutil.rmtree(self.folder / _STAGING)
        except OSError as error:
            raise _cannot_write(self.folder, error) from error
        return WriteSummary(
            added=tuple([address for address in new if address not in self._present]),
            changed=tuple([address for address in new if address in self._present]),
            removed=tuple(stale),
            unchanged=len(self._wanted) - len(new),
            size=sum(staged.size for staged in self._wanted.values()),
        )

    @property
    def staged(self) -> Mapping[str, StagedFile]:
        """Every file of the site so far, by address."""
        return self._wanted

    @property
    def manifest_entries(self) -> dict[str, FileEntry]:
        """What the next build may know of the files, once they are in place."""
        return {
            address: FileEntry(staged.key, staged.size, staged.digest, staged.stamp)
            for address, staged in self._wanted.items()
        }

    @property
    def file_stats(self) -> dict[str, FileStat]:
        """The stamp of every file of the site, once it is in place, and of the marker."""
        return {
            **{address: staged.stamp for address, staged in self._wanted.items()},
            MARKER: file_stat(os.stat(self._root + MARKER)),
        }

    def files(self) -> tuple[tuple[str, Path], ...]:
        """Every file of the site so far as (address, where its bytes lie now), by address."""
        return tuple(
            (address, Path((self._staging if staged.is_new else self._root) + address))
            for address, staged in sorted(self._wanted.items())
        )

    def _refuse_outside(self, address: str) -> None:
        """Raise ArchiveError where the file of ``address`` would not be in the folder."""
        if address[:1] == "/" or ".." in address or "\\" in address or "\0" in address:
            path = PurePosixPath(address)
            if path.is_absolute() or ".." in path.parts or "\\" in address or "\0" in address:
                raise ArchiveError(f"refused to write outside {self.folder}: {address!r}")

    def _stamp_of_same(self, address: str, content: bytes, digest: str) -> FileStat | None:
        """The stamp of the file in place, where that has this content; else None."""
        stamp = self._present.get(address)
        if stamp is None or stamp[0] != len(content):
            return None
        known = self.previous_build.files.get(address)
        if known is not None and known.stamp == stamp and known.digest:
            return stamp if known.digest == digest else None
        return stamp if Path(self._root + address).read_bytes() == content else None

    def _write_staged(self, address: str, content: bytes) -> FileStat:
        path = self._staging + address
        try:
            file = os.open(path, _FOR_NEW_FILES, 0o666)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            file = os.open(path, _FOR_NEW_FILES, 0o666)
        try:
            written = os.write(file, content)
            while written < len(content):
                written += os.write(file, content[written:])
            return file_stat(os.fstat(file))
        finally:
            os.close(file)

    def _move(self, new: Iterable[str]) -> None:
        """Move staged files into place in this order; a folder that is new, all at once."""
        moved = {"": False}
        for address in new:
            folder = _folder_of(address)
            if folder not in moved:
                self._move_new(folder, moved)
            if not moved[folder]:
                os.replace(self._staging + address, self._root + address)

    def _move_new(self, folder: str, moved: dict[str, bool]) -> None:
        """Move a folder, or one that it lies in, if that is new; and note whether it was."""
        above = _folder_of(folder[:-1])
        if above not in moved:
            self._move_new(above, moved)
        moved[folder] = moved[above]
        if not moved[above] and not os.path.isdir(self._root + folder):
            os.replace(self._staging + folder[:-1], self._root + folder[:-1])
            moved[folder] = True

    def _write_marker(self, files: Iterable[str]) -> None:
        names = json.dumps(sorted(files), separators=(",\n", ":"))[1:-1]
        staged = self.folder / _STAGING / MARKER
        staged.write_text(f'{{"files": [\n{names}\n]}}', encoding="utf-8")
        staged.replace(self.folder / MARKER)

    def _remove(self, address: str) -> None:
        self._refuse_outside(address)
        target = self.folder / address
        target.unlink(missing_ok=True)
        for parent in target.relative_to(self.folder).parents:
            if parent.name and not any((self.folder / parent).iterdir()):
                (self.folder / parent).rmdir()

    def _rank(self, address: str) -> tuple[bool, int]:
        """New files before changed ones; see `_place`."""
        return (address in self._present, _write_order(address))


_FOR_NEW_FILES = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)

_KINDS = ("page", "feed", "calendar", "picture", "file")
_BY_SUFFIX = {".html": "page", ".rss": "feed", ".atom": "feed", ".ics": "calendar"}


def _kind(address: str) -> str:
    """The word for a file in the report."""
    if address.startswith(urls.IMAGES):
        return "picture"
    if address.endswith("feed.json"):
        return "feed"
    return _BY_SUFFIX.get(address[address.rfind(".") :], "file")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def site_files(folder: Path) -> tuple[tuple[str, Path], ...]:
    """Every file of the site that was built into ``folder`` as (address, path), by address.

    Raises ArchiveError where no build has been.
    """
    try:
        names = json.loads((folder / MARKER).read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"{folder} holds no built site; run build.py first") from error
    return tuple((name, folder / name) for name in sorted(map(str, names)))


def _folder_of(path: str) -> str:
    """What leads to a file or folder, with a slash at its end; ``""`` for the root."""
    return path[: path.rfind("/") + 1]


def _write_order(address: str) -> int:
    """Pages come after what they show, indexes after the pages they name, home last of all."""
    folder = address.split("/", 1)[0]
    if folder in (urls.IMAGES, urls.ASSETS):
        return 0
    if folder in ("events", "id"):
        return 1
    return 3 if address in (urls.HOME, urls.SITEMAP) else 2


def _read_marker(folder: Path) -> frozenset[str]:
    marker = folder / MARKER
    if not marker.exists():
        if any(path.name != _STAGING for path in folder.iterdir()):
            raise ArchiveError(
                f"{folder} holds files that this build did not make; it is left alone. "
                "Choose another folder with --output, or empty this one yourself"
            )
        return frozenset()
    try:
        return frozenset(str(name) for name in json.loads(marker.read_text("utf-8"))["files"])
    except (ValueError, KeyError, TypeError):
        # Damaged: the folder is ours, but which files are is no longer known; none is removed.
        return frozenset()


def _cannot_write(path: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"cannot write {path}: {os.strerror(error.errno) if error.errno else error}. "
        "The site is as it was; make room or permit writing there, and run again"
    )
