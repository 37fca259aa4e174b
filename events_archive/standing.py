"""Tells in an instant whether everything stands as the last build left it.

A scheduled or impatient run that finds no news must cost next to nothing: so this module imports
next to nothing, and asks of files no more than their stamps.
"""

import os
from collections.abc import Collection

Stamp = tuple[int, int, int]
"""A file's size in bytes, time of last change in nanoseconds, and number on its disk.

Whoever writes to a file changes the second, whoever replaces it the third.
"""


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of a file with this status."""
    return (status.st_size, status.st_mtime_ns, status.st_ino)


def tree_stamps(root: str, *, but: Collection[str] = ("__pycache__",)) -> dict[str, Stamp]:
    """The stamps of all files below ``root``, by their path from there, with forward slashes.

    What is called as in ``but`` is left out. A link is stamped as the link that it is. No folder
    is one without files. Raises OSError where the system does not let us look.
    """
    found: dict[str, Stamp] = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = os.scandir(f"{root}/{folder}")
        except (FileNotFoundError, NotADirectoryError):
            continue
        with entries:
            for entry in entries:
                name = entry.name
                if name in but:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{folder}{name}/")
                    continue
                status = entry.stat(follow_symlinks=False)
                found[folder + name] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return found
