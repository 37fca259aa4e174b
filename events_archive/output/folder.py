"""The output folder as a whole: whose it is, what builds have written into it, and its lock.

A file in it, the marker, lists what builds have written. In the staging folder a build prepares the
files that it moves into place. The lock is there too, so that it is not published.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from events_archive.errors import ArchiveError
from events_archive.output.manifest import MARKER
from events_archive.store.canonical_json import decode_as
from events_archive.store.lock import LOCK_FILE, locked
from events_archive.store.opener import NotAFileError, existing_folders, is_folder, read_file

STAGING = ".staging"
NOT_OURS = (STAGING, ".git")
"""What may be there before the first build: a branch can be checked out into the folder."""


class Marker(Struct, frozen=True, kw_only=True):
    """The content of `MARKER`."""

    files: frozenset[str] = frozenset()
    """The paths of the files that builds have written."""
    base_url: str = ""
    """Where the site is published, as far as it was built for that."""

    def encode(self) -> bytes:
        """Return the file, with a line for each path."""
        base_url = f'"base_url": {json.dumps(self.base_url)}, ' if self.base_url else ""
        paths = json.dumps(sorted(self.files), separators=(",\n", ":"))[1:-1]
        return f'{{{base_url}"files": [\n{paths}\n]}}'.encode()


@contextmanager
def lock_output(folder: Path) -> Iterator[None]:
    """Lock the output folder within the block, so that no other process writes to it.

    Files that are written in the block can be read by everyone, such as a web server, whatever the
    umask. At its end, also after an error, the staging folder is removed.

    Raises ArchiveError if the folder has files that no build has written, or is in use.
    """
    umask = os.umask(0o022)
    os.umask(umask & 0o022)
    try:
        prepare_folder(folder)
        with locked(folder / STAGING):
            try:
                yield
            finally:
                with suppress(OSError):
                    empty_staging(folder)
                    # Last, since another process may lock a new file from now on.
                    (folder / STAGING / LOCK_FILE).unlink()
                    (folder / STAGING).rmdir()
    finally:
        os.umask(umask)


def prepare_folder(folder: Path) -> None:
    """Create the output folder with its staging folder.

    Raises ArchiveError if that is impossible, or if there are files that no build has written.
    """
    staging = folder / STAGING
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = (path for path in folder.iterdir() if path.name not in NOT_OURS)
        if not os.path.lexists(folder / MARKER) and not all(map(_is_empty_folder, others)):
            raise ArchiveError(
                f"{folder} holds files that this build did not make; it is left alone. "
                "Choose another folder with --output, or empty this one yourself"
            )
        try:
            is_folder(staging)
        except NotAFileError:
            staging.unlink()
        staging.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _is_empty_folder(path: Path) -> bool:
    """Whether nothing is lost where a build writes, as in a folder for a disk of its own."""
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def owned_files(folder: Path) -> Marker:
    """Return what a build may remove. Raises OSError if that cannot be read."""
    try:
        return _read_marker(folder)
    except (ValueError, FileNotFoundError, NotAFileError):
        # Where it is damaged, the files of former builds are not known, and none is removed.
        return Marker()


def site_files(folder: Path) -> tuple[tuple[str, Path], ...]:
    """Return every file of the site in ``folder`` as (path below it, file), by path.

    Raises ArchiveError if no site has been built there.
    """
    try:
        paths = _read_marker(folder).files
        existing_folders(folder, paths)
    except NotAFileError as error:
        raise ArchiveError(f"{error.filename} cannot be read: {error.strerror}") from error
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{folder} holds no built site; run build.py first") from error
    return tuple((path, folder / path) for path in sorted(paths))


def built_base_url(folder: Path) -> str:
    """Return the base URL of the site in ``folder``; "" if it has none, or there is no site."""
    try:
        return _read_marker(folder).base_url
    except (OSError, ValueError):
        return ""


def is_inside(path: str) -> bool:
    """Whether ``path`` is that of a file in the output folder that a build may write."""
    parts = path.split("/")
    is_relative = path[:1] != "/" and "\\" not in path and "\0" not in path
    return is_relative and ".." not in parts and parts[0] not in NOT_OURS


def _read_marker(folder: Path) -> Marker:
    """Return what builds have written into ``folder``. Raises OSError or ValueError."""
    marker = decode_as(read_file(folder / MARKER), Marker)
    return Marker(files=frozenset(filter(is_inside, marker.files)), base_url=marker.base_url)


def empty_staging(folder: Path) -> None:
    """Remove what is in the staging folder, but for the lock file. Raises OSError."""
    for path in (folder / STAGING).iterdir():
        if path.name == LOCK_FILE:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def cannot_write(path: Path, error: OSError) -> ArchiveError:
    """Return the error to raise where ``path`` cannot be written before anything has changed."""
    if isinstance(error, NotAFileError):
        return ArchiveError(
            f"cannot write {error.filename}: {error.strerror}. The site is as it was"
        )
    reason = "it is not a folder" if isinstance(error, FileExistsError) else error.strerror or error
    return ArchiveError(
        f"cannot write {path}: {reason}. "
        "The site is as it was; make room or permit writing there, and run again"
    )
