"""Reading and writing files: a file is the old one or the new one, never a part of either."""

import os
import shutil
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from events_archive.errors import CacheError
from events_archive.store.canonical_json import decode_as, encode
from events_archive.store.checksum import add_checksum, remove_checksum
from events_archive.store.opener import NotAFileError, create_file, open_file, read_file

TEMPORARY = ".tmp"
"""The suffix of files that are about to replace others, and of folders that are needed for it."""

ADVICE = "build.py repair fixes the file"
"""The end of a warning about a damaged file of the cache."""

_MAX_FLUSHED_SINGLY = 100

_T = TypeVar("_T")


def read_bytes(path: Path) -> bytes:
    """Return the content of ``path``, ``b""`` when there is no file.

    Raises `CacheError` when the file exists and cannot be read.
    """
    try:
        return read_file(path)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise CacheError(f"{path} cannot be read: {error.strerror or error}") from error


def read_text(path: Path) -> bytes:
    """Return the text in ``path`` in UTF-8, with LF and no byte order mark, as the archive writes.

    Programs on other systems save CR LF, a mark or UTF-16; the text is the same. What is not in
    the encoding that its mark says is returned as it is.

    Raises `CacheError` when the file exists and cannot be read.
    """
    data = read_bytes(path)
    for mark, encoding in ((BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            with suppress(UnicodeError):
                data = data.removeprefix(mark).decode(encoding).encode()
    return data.removeprefix(BOM_UTF8).replace(b"\r\n", b"\n")


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    r"""Return number and content of each line of a text that is not blank, as `read_text` has it.

    Lines end at ``\n`` and nowhere else: U+2028 and the like are part of a record's text. A merge
    may bring a byte order mark to the start of any line.

    Raises `CacheError` when the file exists and cannot be read.
    """
    lines = enumerate(read_text(path).split(b"\n"), start=1)
    return ((number, line.removeprefix(BOM_UTF8)) for number, line in lines if line.strip())


def conflict_marker(line: bytes) -> bytes:
    """Return ``<``, ``|``, ``=`` or ``>`` for a line that git puts around the sides of a conflict.

    ``b""`` for any other; no line of JSON begins as these do.
    """
    is_marker = line.startswith((b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"))
    return line[:1] if is_marker else b""


def unknown_name(name: str) -> str:
    """Return what is said of a key or kind that only a newer version of the program can know."""
    return (
        f"“{name}” is unknown to this version of the program; a newer one has written it: update "
        "the code (git pull)"
    )


def read_json(path: Path, type_: type[_T]) -> _T | None:
    """Return the content of ``path`` as a ``type_`` of msgspec.

    None when there is no file or it is damaged: for files that the archive can do without.

    Raises `CacheError` when the file exists and cannot be read.
    """
    try:
        return decode_as(read_text(path), type_)
    except ValueError:
        return None


def read_checked(path: Path, type_: type[_T]) -> _T | None:
    """Return what `write_checked` has written to ``path``, as a ``type_`` of msgspec.

    None when there is no file, it is damaged, or anything but a file is there.

    Raises `CacheError` when the file exists and cannot be read.
    """
    try:
        data = read_bytes(path)
    except CacheError as error:
        if isinstance(error.__cause__, NotAFileError):
            return None
        raise
    try:
        # Earlier versions wrote the object alone.
        return decode_as(data if data.startswith(b"{") else remove_checksum(data), type_)
    except ValueError:
        return None


def write_checked(path: Path, value: object) -> None:
    """Write a value for `read_checked`. Raises `CacheError` when it cannot be written."""
    write_atomically(path, add_checksum(encode(value) + b"\n"))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the path of a new, empty file for the block to write, which then replaces ``path``.

    At the end of the block the file is flushed to the disk and renamed, so that ``path`` is the
    old or the new file whenever the process is killed. If the block raises, ``path`` is unchanged.

    Its name is random, and nothing was there before. It is in the same folder;
    `remove_temporary_files` removes what a killed process left.

    Raises `OSError` when a file cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}{TEMPORARY}")
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(create_file(temporary))
    try:
        yield temporary
        flush_file(temporary)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def remove_temporary_files(folder: Path, *, of: str = "") -> None:
    """Remove from ``folder`` what killed processes were about to replace files with.

    Only those for the file with the name ``of``, if that is given. What cannot be removed stays.
    """
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name.startswith(f".{of}") and path.name.endswith(TEMPORARY):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def write_atomically(path: Path, data: bytes) -> bool:
    """Make ``data`` the content of ``path`` by `replacing` it, unless it is that already.

    Return whether it was not. Raises `CacheError` when the file cannot be replaced.
    """
    with suppress(OSError):
        if read_file(path) == data:
            return False
    try:
        with replacing(path) as temporary:
            temporary.write_bytes(data)
        flush_folder(path.parent)
    except OSError as error:
        raise CacheError(
            f"{path} cannot be written: {error.strerror or error}; the old file stays as it was"
        ) from error
    return True


def keep_original(path: Path) -> Path:
    """Copy a damaged file to ``<stem>.damaged-<digest><suffix>`` beside it, and return its path.

    It is called before the file is overwritten. No copy replaces another.

    Raises `CacheError` when the file cannot be read or the copy not be written.
    """
    data = read_bytes(path)
    digest = sha256(data).hexdigest()[:8]
    copy = path.with_name(f"{path.stem}.damaged-{digest}{path.suffix}")
    write_atomically(copy, data)
    return copy


def flush_file(path: str | Path) -> None:
    """Have the content of a file on the disk. Raises `OSError`."""
    descriptor = open_file(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_files(paths: Sequence[str | Path]) -> None:
    """Have the content of files on the disk. Raises `OSError`.

    The thousands of files of a first build take seconds one by one, and less than a tenth of a
    second with one ``sync`` of everything, for which Linux waits. POSIX only has it started, as on
    macOS, and Windows has none: there, and for a few files, each is flushed.
    """
    if sys.platform == "linux" and len(paths) > _MAX_FLUSHED_SINGLY:
        os.sync()
        return
    for path in paths:
        flush_file(path)


def flush_folder(folder: Path) -> None:
    """Have what was created, renamed and removed in ``folder`` on the disk (not on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
