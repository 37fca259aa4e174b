"""Locks on the cache and on the output folder, so that one process at a time writes to each.

A lock belongs to an open file and ends with its process, so a killed run leaves none behind. The
file itself may remain and means nothing.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from events_archive.errors import BusyError, CacheError
from events_archive.store.files import remove_temporary_files
from events_archive.store.opener import is_folder, open_file

CACHE_FOLDERS = (
    "builds", "generations", "generations/assets", "originals", "sweep", "thumbnails",
)  # fmt: skip
"""The folders in the cache; one comes before those in it."""

LOCK_FILE = "archive.lock"

if sys.platform == "win32":
    import msvcrt

    def _try_to_lock(file: BinaryIO) -> None:
        # Far behind the process id, which waiting processes must be able to read.
        file.seek(2**20)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_to_lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def lock_cache(cache: Path, *, timeout: float = 10.0) -> Iterator[None]:
    """Lock the cache as `locked` does. Raises `CacheError` too if a folder in it is a link."""
    with locked(cache, timeout=timeout):
        folders = [cache / name for name in CACHE_FOLDERS]
        try:
            existing = list(filter(is_folder, folders))
        except OSError as error:
            raise CacheError(f"{error.filename} cannot be used: {error.strerror}") from error
        for folder in (cache, *existing):
            remove_temporary_files(folder)
        yield


@contextmanager
def locked(folder: Path, *, timeout: float = 10.0) -> Iterator[None]:
    """Lock ``folder`` within the block; wait up to ``timeout`` seconds for another process.

    The block may remove the folder.

    Raises `BusyError` when another process still holds the lock, `CacheError` when there can be no
    lock file.
    """
    path = folder / LOCK_FILE
    deadline = time.monotonic() + timeout
    while True:
        with _open_lock_file(path, deadline) as file:
            _wait_for(file, path, deadline)
            # The process that had the lock may have removed the file, and a third locked a new one.
            if not _is_at(path, file):
                continue
            file.truncate(0)
            file.write(str(os.getpid()).encode())
            file.flush()
            yield
            return


def _open_lock_file(path: Path, deadline: float) -> BinaryIO:
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return os.fdopen(open_file(path, os.O_RDWR | os.O_CREAT), "r+b")
        except OSError as error:
            # Another process may have removed the folder again.
            if not isinstance(error, FileNotFoundError) or time.monotonic() >= deadline:
                is_taken = isinstance(error, FileExistsError)
                reason = f"{path.parent} is not a folder" if is_taken else error.strerror or error
                raise CacheError(f"{path} cannot be opened: {reason}") from error


def _is_at(path: Path, file: BinaryIO) -> bool:
    """Whether ``file`` is the one at ``path``."""
    try:
        return os.path.samestat(os.lstat(path), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _wait_for(file: BinaryIO, path: Path, deadline: float) -> None:
    while True:
        try:
            return _try_to_lock(file)
        except (BlockingIOError, PermissionError) as error:
            if time.monotonic() >= deadline:
                file.seek(0)
                process = file.read(20).decode("ascii", "replace") or "unknown"
                raise BusyError(
                    f"another build (process {process}) is using this archive: "
                    f"{path}; wait until it is done"
                ) from error
        except OSError as error:
            raise CacheError(f"{path} cannot be locked: {error.strerror or error}") from error
        time.sleep(0.05)
