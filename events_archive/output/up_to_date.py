"""Decides whether a run has anything to do, before anything else is imported.

A scheduled run that finds no changes should cost next to nothing. So this module imports little,
and compares files by their status alone. What it compares with is written by `manifest`.
"""

import json
import os
import sys
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from hashlib import sha256
from stat import S_ISREG

from events_archive.store.checksum import remove_checksum
from events_archive.store.opener import read_file

FileStat = tuple[int, int, int]
"""A file's size in bytes, modification time in nanoseconds, and inode number.

Writing to a file changes the modification time, replacing it changes the inode number.
"""

MANIFEST_FOLDER = "builds"
"""The folder of the cache that holds a manifest for each output folder."""


def is_up_to_date(arguments: list[str], script: str) -> str | None:
    """Return what a run of ``script`` would print, or None if the run is necessary.

    It is not necessary if nothing has changed since the last run with the same arguments: it would
    then send no request, write no file, and succeed.
    """
    project = os.path.dirname(os.path.realpath(script))
    cache = _option_value("--cache", arguments) or os.path.join(project, "content_cache")
    output = _option_value("--output", arguments) or os.path.join(project, "output")
    try:
        manifest = json.loads(read_manifest(manifest_path(cache, output)))
        snapshot = manifest["snapshot"]
        files = {path: tuple(entry[:3]) for path, entry in manifest["files"].items()}
        is_unchanged = (
            snapshot["invocation"] == invocation(arguments, project)
            and (snapshot["due"] is None or snapshot["saved"] <= time.time() < snapshot["due"])
            and stat_files(snapshot["files"]) == _as_stats(snapshot["files"])
            and all(stat_tree(root) == _as_stats(tree) for root, tree in snapshot["trees"].items())
            and files.items() <= stat_tree(snapshot["output"], follow=False).items()
        )
        message = snapshot["message"]
    except (AttributeError, KeyError, OSError, RecursionError, TypeError, ValueError):
        return None
    return message if is_unchanged and isinstance(message, str) else None


def manifest_path(cache: str, output: str) -> str:
    """Return the path of the manifest in the folder ``cache`` for the folder ``output``."""
    name = sha256(os.fsencode(os.path.realpath(output))).hexdigest()[:16]
    return os.path.join(cache, MANIFEST_FOLDER, f"{name}.json")


def read_manifest(path: str) -> bytes:
    """Return the JSON text of a manifest.

    Raises OSError if there is no such file, ValueError if it is damaged.
    """
    return remove_checksum(read_file(path))


def invocation(arguments: list[str], project: str) -> list[object]:
    """Return what a run depends on besides files, as JSON values."""
    libraries: list[object] = [
        [folder, os.stat(folder).st_mtime_ns]
        for folder in sys.path
        if folder.endswith("-packages") and os.path.isdir(folder)
    ]
    names = (
        "ARCHIVE_BASE_URL", "ARCHIVE_COMMIT", "ARCHIVE_OFFER_DOWNLOAD", "ARCHIVE_SOURCE_URL",
    )  # fmt: skip
    environment = [os.environ.get(name) for name in names]
    return [arguments, project, os.getcwd(), environment, sys.version, libraries]


def file_stat(status: os.stat_result) -> FileStat:
    """Return what is compared of a file's status; the size of what is no file is -1."""
    size = status.st_size if S_ISREG(status.st_mode) else -1
    return (size, status.st_mtime_ns, status.st_ino)


def stat_files(paths: Iterable[str]) -> dict[str, FileStat]:
    """Return the status of each file by its path; (-1, 0, 0) for a file that does not exist."""
    stats: dict[str, FileStat] = {}
    for path in paths:
        try:
            stats[path] = file_stat(os.stat(path))
        except FileNotFoundError:
            stats[path] = (-1, 0, 0)
    return stats


def stat_tree(
    root: str, *, exclude: Collection[str] = ("__pycache__", ".git"), follow: bool = True
) -> dict[str, FileStat]:
    """Return the status of all files below ``root`` by their path from there, with forward slashes.

    Files and folders with a name in ``exclude`` are left out. With ``follow``, the status of a
    symbolic link is that of the file that it leads to. No folder behind a link is entered. The
    result is empty if there is no such folder. Raises OSError if it cannot be read.
    """
    stats: dict[str, FileStat] = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = os.scandir(os.path.join(root, folder))
        except (FileNotFoundError, NotADirectoryError):
            continue
        with entries:
            for entry in entries:
                if entry.name in exclude:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{folder}{entry.name}/")
                    continue
                status = entry.stat(follow_symlinks=False)
                if follow and entry.is_symlink():
                    # The link of an editor's lock leads nowhere.
                    with suppress(OSError):
                        status = entry.stat()
                stats[folder + entry.name] = file_stat(status)
    return stats


def _as_stats(value: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    """Return the status of files as read from JSON, which has no tuples."""
    return {path: tuple(stat) for path, stat in value.items()}


def _option_value(option: str, arguments: list[str]) -> str:
    """Return the value of an option, ``""`` without one.

    An abbreviated option is not found: then the manifest read is another one, and the run is made.
    """
    value = ""
    for number, argument in enumerate(arguments):
        if argument == option:
            value = "".join(arguments[number + 1 : number + 2])
        elif argument.startswith(f"{option}="):
            value = argument.partition("=")[2]
    return value
