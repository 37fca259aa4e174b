"""Reading and writing files of the cache: a file is the old one or the new one, never a part."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from events_archive.errors import CacheError

_BUFFER_SIZE = 2**16
"""Bytes read at a time by `read_lines`: some twenty records."""


def read_bytes(path: Path) -> bytes:
    """Return the content of ``path``, ``b""`` where there is no file.

    Raises `CacheError` when the file exists and cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise CacheError(f"{path} cannot be read: {error.strerror or error}") from error


def read_lines(path: Path) -> Iterator[bytes]:
    r"""Yield the lines of ``path`` without their line ends; none where there is no file.

    Lines end at ``\n`` only: U+2028 and the like stand unescaped inside a record's text.

    Raises `CacheError` when the file exists and cannot be read.
    """
    try:
        with path.open("rb", buffering=_BUFFER_SIZE) as file:
            for line in file:
                yield line.removesuffix(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise CacheError(f"{path} cannot be read: {error.strerror or error}") from error


def backup_damaged(path: Path) -> None:
    """Copy a damaged file to ``<stem>.damaged<suffix>`` beside it, before it is overwritten."""
    write_atomically(path.with_name(f"{path.stem}.damaged{path.suffix}"), read_bytes(path))


def write_atomically(path: Path, data: bytes) -> bool:
    """Make ``data`` the content of ``path``; return whether anything had to be written.

    The data goes to a temporary file in the same folder, which is flushed to the disk and then
    renamed, so that ``path`` is the old or the new file whenever the process is killed. The
    temporary file's name is always the same: what a killed run left is overwritten by the next
    (the archive's lock keeps two runs apart).

    Raises `CacheError` when it cannot be written; ``path`` is then unchanged.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        fsync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise CacheError(
            f"{path} cannot be written: {error.strerror or error}; the old file stays as it was"
        ) from error
    return True


def fsync_folder(folder: Path) -> None:
    """Flush a rename in ``folder`` to the disk where the system supports it (not on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
