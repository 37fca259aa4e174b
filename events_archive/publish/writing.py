"""The only door to ``output/``: whole files or none, in an order in which no link dangles.

Everything is written to a staging folder inside the output first. Only then are the changed files
moved into place by rename: pictures and assets, then new pages, then changed ones; files that are
no longer wanted go last. Killed at any moment, every file is whole and the next run finishes.
"""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from events_archive.errors import ArchiveError
from events_archive.site import addresses

MARKER = ".events-archive.json"
"""Says that the build made this folder, and which files in it are the build's own."""

_STAGING = ".staging"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
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
    def words(self) -> str:
        """``14 pages, 5 feeds, 1 picture written, 2 files removed``."""
        kinds = Counter(_kind(address) for address in (*self.added, *self.changed))
        news = [_counted(kinds[kind], kind) for kind in _KINDS if kinds[kind]]
        done = [", ".join(news) + " written"] if news else []
        if self.removed:
            done.append(_counted(len(self.removed), "file") + " removed")
        return ", ".join(done) or "no file written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A file that is to be in the site."""

    size: int
    """In bytes."""
    digest: str
    """Differs wherever the content does."""


@dataclass(slots=True)
class Output:
    """A folder that the build owns, between `stage` and `commit`."""

    folder: Path
    _wanted: dict[str, Staged] = field(default_factory=dict)
    _added: list[str] = field(default_factory=list)
    _changed: list[str] = field(default_factory=list)
    _before: frozenset[str] = frozenset()

    @classmethod
    def open(cls, folder: Path) -> "Output":
        """The folder, made if need be.

        Raises ArchiveError where it holds files that no build of the archive put there.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            output = cls(folder=folder, _before=_read_marker(folder))
            shutil.rmtree(folder / _STAGING, ignore_errors=True)
            (folder / _STAGING).mkdir()
        except OSError as error:
            raise _cannot_write(folder, error) from error
        return output

    def stage(self, address: str, content: bytes) -> None:
        """Take the file ``address`` into the site; nothing visible happens before `commit`."""
        target = self._inside(address)
        digest = hashlib.sha256(content).hexdigest()[:12]
        self._wanted[address] = Staged(size=len(content), digest=digest)
        try:
            if _holds(target, content):
                return
            self._write_staged(address, content)
        except OSError as error:
            raise _cannot_write(target, error) from error
        (self._changed if target.exists() else self._added).append(address)

    def stage_file(self, address: str, source: Path) -> None:
        """Take a file whose name tells its content (a thumbnail): copied when it is not there."""
        target = self._inside(address)
        try:
            size = source.stat().st_size
            self._wanted[address] = Staged(size=size, digest="")
            if target.is_file() and target.stat().st_size == size:
                return
            self._write_staged(address, source.read_bytes())
        except OSError as error:
            raise _cannot_write(target, error) from error
        (self._changed if target.exists() else self._added).append(address)

    def commit(self) -> Written:
        """Move what is new into place, then remove what is no longer wanted."""
        stale = sorted(self._before - self._wanted.keys())
        try:
            # Until the end the marker names old and new files, so that a killed run loses none.
            self._write_marker(self._before | self._wanted.keys())
            for address in sorted(self._added, key=_rank) + sorted(self._changed, key=_rank):
                target = self.folder / address
                target.parent.mkdir(parents=True, exist_ok=True)
                (self.folder / _STAGING / address).replace(target)
            for address in stale:
                self._remove(address)
            self._write_marker(self._wanted.keys())
            shutil.rmtree(self.folder / _STAGING)
        except OSError as error:
            raise _cannot_write(self.folder, error) from error
        return Written(
            added=tuple(sorted(self._added)),
            changed=tuple(sorted(self._changed)),
            removed=tuple(stale),
            unchanged=len(self._wanted) - len(self._added) - len(self._changed),
            size=sum(file.size for file in self._wanted.values()),
        )

    @property
    def staged(self) -> Mapping[str, Staged]:
        """Every file of the site so far, by address."""
        return self._wanted

    def files(self) -> tuple[tuple[str, Path], ...]:
        """Every file of the site so far as (address, where its bytes lie now), by address."""
        staging = self.folder / _STAGING
        return tuple(
            (address, staged if (staged := staging / address).is_file() else self.folder / address)
            for address in sorted(self._wanted)
        )

    def _inside(self, address: str) -> Path:
        """The file of ``address``; raises ArchiveError where that would not be in the folder."""
        path = PurePosixPath(address)
        if path.is_absolute() or ".." in path.parts or "\\" in address or "\0" in address:
            raise ArchiveError(f"refused to write outside {self.folder}: {address!r}")
        return self.folder / path

    def _write_staged(self, address: str, content: bytes) -> None:
        staged = self.folder / _STAGING / address
        try:
            staged.write_bytes(content)
        except FileNotFoundError:
            staged.parent.mkdir(parents=True, exist_ok=True)
            staged.write_bytes(content)

    def _write_marker(self, files: Iterable[str]) -> None:
        staged = self.folder / _STAGING / MARKER
        staged.write_text(json.dumps({"files": sorted(files)}, indent=0), encoding="utf-8")
        staged.replace(self.folder / MARKER)

    def _remove(self, address: str) -> None:
        target = self._inside(address)
        target.unlink(missing_ok=True)
        for parent in target.relative_to(self.folder).parents:
            if parent.name and not any((self.folder / parent).iterdir()):
                (self.folder / parent).rmdir()


_KINDS = ("page", "feed", "calendar", "picture", "file")
_BY_SUFFIX = {".html": "page", ".rss": "feed", ".atom": "feed", ".ics": "calendar"}


def _kind(address: str) -> str:
    """The word for a file in the report."""
    if address.startswith(addresses.PICTURES):
        return "picture"
    if address.endswith("feed.json"):
        return "feed"
    return _BY_SUFFIX.get(PurePosixPath(address).suffix, "file")


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


def _holds(target: Path, content: bytes) -> bool:
    """Whether the file is there with these very bytes; its size is asked before it is read."""
    try:
        return target.stat().st_size == len(content) and target.read_bytes() == content
    except (FileNotFoundError, IsADirectoryError):
        return False


def _rank(address: str) -> tuple[int, str]:
    """Pages come after what they show, indexes after the pages they name, home last of all."""
    folder = address.split("/", 1)[0]
    if folder in (addresses.PICTURES, addresses.ASSETS):
        return (0, address)
    if folder in ("events", "id"):
        return (1, address)
    return (3, address) if address in (addresses.HOME, addresses.SITEMAP) else (2, address)


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
