"""Reading and writing files: a file is the old one or the new one, never a part of either."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from events_archive.errors import CacheError

_BUFFER_SIZE = 2**16
"""Bytes read at a time by `read_lines`: some twenty records."""


def read_bytes(path: Path) -> bytes:
    """Return the content of ``path``, ``b""`` when there is no file.

    Raises `CacheError` when the file exists and cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise _unreadable(path, error) from error


def read_lines(path: Path) -> Iterator[bytes]:
    r"""Yield the lines of ``path`` without their line ends; none when there is no file.

    Lines end at ``\n`` only: U+2028 and the like are part of a record's text.

    Raises `CacheError` when the file exists and cannot be read.
    """
    try:
        with path.open("rb", buffering=_BUFFER_SIZE) as file:
            for line in file:
                yield line.removesuffix(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> CacheError:
    return CacheError(f"{path} cannot be read: {error.strerror or error}")


@contextmanager
def replacing(path: Path, *, suffix: str = ".tmp") -> Iterator[Path]:
    """Yield the path of a temporary file for the block to write, which then replaces ``path``.

    At the end of the block the file is flushed to the disk and renamed, so that ``path`` is the
    old or the new file whenever the process is killed. If the block raises, ``path`` is unchanged.

    The temporary file is ``.<name of path><suffix>`` in the same folder. A process that is killed
    leaves it behind, and the next one overwrites it. Threads that may write the same ``path`` at
    once need different suffixes.

    Raises `OSError` when a file cannot be written.
    """
    temporary = path.with_name(f".{path.name}{suffix}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, data: bytes) -> bool:
    """Make ``data`` the content of ``path`` by `replacing` it; return whether it was another.

    The file is not touched if it has this content already.

    Raises `CacheError` when it cannot be written; ``path`` is then unchanged.
    """
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        with replacing(path) as temporary:
            temporary.write_bytes(data)
        fsync_folder(path.parent)
    except OSError as error:
        raise CacheError(
            f"{path} cannot be written: {error.strerror or error}; the old file stays as it was"
        ) from error
    return True


def backup_damaged(path: Path) -> None:
    """Copy a damaged file to ``<stem>.damaged<suffix>`` beside it, before it is overwritten."""
    write_atomically(path.with_name(f"{path.stem}.damaged{path.suffix}"), read_bytes(path))


def fsync_folder(folder: Path) -> None:
    """Flush a rename in ``folder`` to the disk where the system supports it (not on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
