"""Tells in an instant whether everything stands as the last build left it.

A scheduled or impatient run that finds no news must cost next to nothing: so this module imports
next to nothing, and asks of files no more than their stamps.
"""

import marshal
import os
import sys
import time
from collections.abc import Collection, Iterable
from contextlib import suppress

FileStat = tuple[int, int, int]
"""A file's size in bytes, time of last change in nanoseconds, and number on its disk.

Whoever writes to a file changes the second, whoever replaces it the third.
"""


def file_stat(status: os.stat_result) -> FileStat:
    """The stamp of a file with this status."""
    return (status.st_size, status.st_mtime_ns, status.st_ino)


def stat_files(names: Iterable[str]) -> dict[str, FileStat]:
    """The stamps of the files; of one that is not there a stamp that none has."""
    found: dict[str, FileStat] = {}
    for name in names:
        try:
            found[name] = file_stat(os.stat(name))
        except FileNotFoundError:
            found[name] = (-1, 0, 0)
    return found


def stat_tree(root: str, *, but: Collection[str] = ("__pycache__",)) -> dict[str, FileStat]:
    """The stamps of all files below ``root``, by their path from there, with forward slashes.

    What is called as in ``but`` is left out. A link is stamped as the link that it is. No folder
    is one without files. Raises OSError where the system does not let us look.
    """
    found: dict[str, FileStat] = {}
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


def is_up_to_date(arguments: list[str], script: str) -> str | None:
    """What a run of ``script`` with these arguments would say; None where it has to be made.

    It need not be made where it would find everything as it was left: it would write no file, ask
    the source for nothing, and succeed.
    """
    project = os.path.dirname(os.path.realpath(script))
    try:
        with open(_snapshot_file(arguments, project), "rb") as file:
            seal = marshal.load(file)
        said: str = seal["said"]
        is_same = (
            seal["circumstances"] == _invocation(arguments, project)
            and (seal["due"] is None or seal["sealed"] <= time.time() < seal["due"])
            and stat_files(seal["files"]) == seal["files"]
            and all(stat_tree(root) == stamps for root, stamps in seal["trees"].items())
            and seal["output"].items() <= stat_tree(seal["folder"]).items()
        )
    except (OSError, EOFError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return said if is_same else None


def save_snapshot(
    arguments: list[str],
    project: str,
    *,
    files: dict[str, FileStat],
    trees: dict[str, dict[str, FileStat]],
    folder: str,
    output: dict[str, FileStat],
    due: float | None,
    said: str,
) -> None:
    """Note how everything stands after a run with ``arguments``, for the next one to `stands`.

    ``files`` and ``trees`` are the stamps of all that the site was made from, ``output`` those of
    what now lies in ``folder``. From ``due`` on (POSIX seconds; None for never) the source has to
    be asked anyway. Where it cannot be noted, the next run is made.
    """
    path = _snapshot_file(arguments, project)
    value = {
        "circumstances": _invocation(arguments, project),
        "sealed": time.time(),
        "due": due,
        "files": files,
        "trees": trees,
        "folder": folder,
        "output": output,
        "said": said,
    }
    with suppress(OSError):
        with open(f"{path}.part", "wb") as file:
            marshal.dump(value, file)
        os.replace(f"{path}.part", path)


def _invocation(arguments: list[str], project: str) -> tuple[object, ...]:
    """What decides on a run besides files: how it was called, by which Python, with what."""
    libraries = [
        (folder, os.stat(folder).st_mtime_ns)
        for folder in sys.path
        if folder.endswith("-packages") and os.path.isdir(folder)
    ]
    return (
        *(tuple(arguments), project, os.getcwd(), os.environ.get("ARCHIVE_BASE_URL")),
        *(sys.version, tuple(libraries)),
    )


def _snapshot_file(arguments: list[str], project: str) -> str:
    """Where it is noted how things stand after runs that say the same of their folders."""
    cache = _option_value("--cache", arguments) or os.path.join(project, "content_cache")
    output = _option_value("--output", arguments) or os.path.join(project, "output")
    name = "".join(c if c.isalnum() else "-" for c in os.path.abspath(output))[-100:]
    return os.path.join(cache, "builds", f"{name}.seal")


def _option_value(option: str, arguments: list[str]) -> str:
    """The value of an option. Who writes it in another way has the run made: none is the same."""
    value = ""
    for number, argument in enumerate(arguments):
        if argument == option:
            value = "".join(arguments[number + 1 : number + 2])
        elif argument.startswith(f"{option}="):
            value = argument.partition("=")[2]
    return value
