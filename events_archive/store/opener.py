"""Opens files of the cache and of the output folder, and nothing else that is found there.

Where a symbolic link is in the place of a file, it is not followed; a named pipe or a device is not
waited for. The module imports little, since `output.up_to_date` reads a file before anything else
is imported.
"""

import os
import stat
from collections.abc import Iterable

# Windows has none but the last.
_SAFE = sum(
    getattr(os, name, 0)
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")
)
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFREG: "a file",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}

StrPath = str | os.PathLike[str]


class NotAFileError(OSError):
    """At the path of a file, or of a folder, is something else."""

    def __init__(self, path: StrPath, mode: int, expected: str) -> None:
        kind = _KINDS.get(stat.S_IFMT(mode), "a device")
        super().__init__(0, f"it is {kind} and not {expected}; move it away", os.fspath(path))


def open_file(path: StrPath, flags: int = os.O_RDONLY) -> int:
    """Return a descriptor of the file at ``path``.

    Raises `NotAFileError` if something else is there, and `OSError` if it cannot be opened.
    """
    try:
        descriptor = os.open(path, flags | _SAFE, 0o666)
    except FileNotFoundError:
        raise
    except OSError:
        _require_file(path, os.lstat(path).st_mode)
        raise
    try:
        _require_file(path, os.fstat(descriptor).st_mode)
    except NotAFileError:
        os.close(descriptor)
        raise
    return descriptor


def create_file(path: StrPath) -> int:
    """Return a descriptor of a new file to write. Raises `OSError` if anything is at ``path``."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE, 0o666)


def read_file(path: StrPath) -> bytes:
    """Return the content of the file at ``path``. Raises what `open_file` raises."""
    with os.fdopen(open_file(path), "rb", buffering=0) as file:
        return file.read()


def is_file(path: StrPath) -> bool:
    """Whether a file is at ``path``, and not a link to one. Raises no error."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def is_folder(path: StrPath) -> bool:
    """Whether a folder is at ``path``. Raises `NotAFileError` if something else is there."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(mode):
        raise NotAFileError(path, mode, "a folder")
    return True


def existing_folders(root: StrPath, paths: Iterable[str]) -> set[str]:
    """Return those folders of files with ``paths`` below ``root`` that exist.

    Raises `NotAFileError` if something else is in the place of one.
    """
    folders = set()
    for path in paths:
        while (path := path.rpartition("/")[0]) and path not in folders:
            folders.add(path)
    # A folder comes before those in it.
    return {folder for folder in sorted(folders) if is_folder(os.path.join(root, folder))}


def _require_file(path: StrPath, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NotAFileError(path, mode, "a file")
