"""A lock on the cache, so that one process at a time writes to it.

The lock belongs to the open file and ends with its process, so a killed run leaves none behind.
The file itself remains and means nothing.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from events_archive.errors import CacheError

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
def locked(folder: Path, *, timeout: float = 10.0) -> Iterator[None]:
    """Lock ``folder`` within the block; wait up to ``timeout`` seconds for another process.

    Raises `CacheError` when another process still holds the lock, or there can be no lock file.
    """
    path = folder / LOCK_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise CacheError(f"{path} cannot be opened: {error.strerror or error}") from error
    with file:
        _wait_for(file, path, deadline=time.monotonic() + timeout)
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield


def _wait_for(file: BinaryIO, path: Path, deadline: float) -> None:
    while True:
        try:
            return _try_to_lock(file)
        except (BlockingIOError, PermissionError) as error:
            if time.monotonic() >= deadline:
                file.seek(0)
                process = file.read(20).decode("ascii", "replace") or "unknown"
                raise CacheError(
                    f"another build (process {process}) is using this archive: "
                    f"{path}; wait until it is done"
                ) from error
        except OSError as error:
            raise CacheError(f"{path} cannot be locked: {error.strerror or error}") from error
        time.sleep(0.05)
