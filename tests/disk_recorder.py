"""Records what a run does to the files of a folder, for `tests.disk_states`."""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from events_archive.store.lock import LOCK_FILE
from tests.conftest import clean_environment

NOW = "1788220800"
"""When runs begin, in POSIX seconds: what they observe has the same date."""

ROOT = 0
"""The number of the recorded folder."""


class Entry(NamedTuple):
    """A name in a folder, which an operation gives to a file or folder or takes away from it."""

    folder: int
    name: str
    number: int
    """Of the file or folder."""
    is_removed: bool = False


@dataclass(frozen=True)
class Operation:
    """What was done. Files and folders have numbers, since their names change."""

    kind: Literal["change", "rename", "write", "flush", "flush all"]
    path: str
    """Where it was done, to tell it apart in reports."""
    entries: tuple[Entry, ...] = ()
    number: int = -1
    """Of the file or folder that was written or flushed."""


class Content(NamedTuple):
    data: bytes
    mtime_ns: int


Tree = dict[int, dict[str, int]]
"""The numbers of files and folders by their name, by the number of the folder that they are in."""


@dataclass
class Recording:
    tree: Tree
    """Before the run; the folders that it makes are empty."""
    contents: dict[int, Content]
    operations: list[Operation]


class Recorder:
    """Records operations. Each method is called after the operation of its name."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)
        self._numbers: dict[int, int] = {}
        self._count = 0
        self._folders: set[int] = set()
        self._names: dict[int, str] = {}
        self._unread: set[int] = set()
        self._is_busy = False
        self._recording = Recording({}, {}, [])
        self._scan(self._root)

    def _scan(self, folder: str) -> int:
        number = self._new_number(folder, is_folder=True)
        entries = self._recording.tree[number] = {}
        for entry in os.scandir(folder):
            if entry.is_dir():
                entries[entry.name] = self._scan(entry.path)
            elif entry.name != LOCK_FILE:
                entries[entry.name] = self._new_number(entry.path, is_folder=False)
                self._read(entries[entry.name])
        return number

    def _new_number(self, path: str, *, is_folder: bool) -> int:
        number = self._numbers[os.lstat(path).st_ino] = self._count
        self._count += 1
        self._names[number] = path
        (self._folders if is_folder else self._unread).add(number)
        return number

    def _read(self, number: int) -> None:
        """Read the content of a file that is written completely."""
        path = self._names[number]
        descriptor = _open(path, os.O_RDONLY)
        try:
            status = os.fstat(descriptor)
            data = os.read(descriptor, status.st_size + 1)
        finally:
            os.close(descriptor)
        self._recording.contents[number] = Content(data, status.st_mtime_ns)
        self._unread.discard(number)

    def _place(self, path: str | os.PathLike[str]) -> tuple[str, int, str] | None:
        """Return path, folder and name; None if it is elsewhere or a lock."""
        folder, name = os.path.split(os.path.abspath(os.fspath(path)))
        if folder.startswith("/proc/self/fd/"):
            folder = os.readlink(folder)
        if f"{folder}/".startswith(f"{self._root}/") and name != LOCK_FILE:
            return f"{folder}/{name}", self._numbers[os.stat(folder).st_ino], name
        return None

    def _add(self, kind: str, path: str, *entries: Entry, number: int = -1) -> None:
        short = os.path.relpath(path, self._root)
        self._recording.operations.append(
            Operation(kind, short, entries, number)  # type: ignore[arg-type]
        )

    def created(self, path: str | os.PathLike[str]) -> None:
        """Record that a file was created, or opened to be overwritten."""
        if not (place := self._place(path)):
            return
        full, folder, name = place
        known = self._numbers.get(os.lstat(full).st_ino, -1)
        if self._names.get(known) == full:
            self._unread.add(known)
            self._add("write", full, number=known)
            return
        number = self._new_number(full, is_folder=False)
        self._add("write", full, number=number)
        self._add("change", full, Entry(folder, name, number))

    def made_folder(self, path: str | os.PathLike[str]) -> None:
        if place := self._place(path):
            full, folder, name = place
            number = self._new_number(full, is_folder=True)
            self._recording.tree[number] = {}
            self._add("change", full, Entry(folder, name, number))

    def removed(self, path: str | os.PathLike[str]) -> None:
        if not (place := self._place(path)):
            return
        full, folder, name = place
        numbers = [number for number, known in self._names.items() if known == full]
        for number in numbers:
            self._forget(number)
            self._add("change", full, Entry(folder, name, number, is_removed=True))

    def renamed(self, source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
        former, place = self._place(source), self._place(target)
        if not former or not place:
            return
        full, folder, name = place
        number = self._numbers[os.lstat(full).st_ino]
        for replaced in [n for n, known in self._names.items() if known == full]:
            self._forget(replaced)
        for below, path in self._names.items():
            if f"{path}/".startswith(f"{former[0]}/"):
                self._names[below] = full + path.removeprefix(former[0])
        if number in self._unread:
            self._read(number)
        taken, given = Entry(*former[1:], number, is_removed=True), Entry(folder, name, number)
        self._add("rename", full, taken, given)

    def _forget(self, number: int) -> None:
        """Forget a file or folder that was removed or replaced."""
        del self._names[number]
        self._unread.discard(number)

    def flushed(self, descriptor: str) -> None:
        path = os.readlink(descriptor)
        if self._place(path) or path == self._root:
            number = self._numbers[os.stat(descriptor).st_ino]
            if number not in self._folders:
                self._read(number)
            self._add("flush", path, number=number)

    def flushed_all(self) -> None:
        for number in tuple(self._unread):
            self._read(number)
        self._add("flush all", self._root)

    def refuse(self) -> None:
        raise AssertionError("the recorder does not know this operation")

    def finish(self) -> Recording:
        for number in tuple(self._unread):
            self._read(number)
        return self._recording


_open = os.open


class Runner:
    """A process that runs ``build.py`` in forks of itself, which begin at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.disk_runner"],
            cwd=Path(__file__).parent.parent,
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environ: str) -> None:
        self._ask({"arguments": arguments, "environ": environ})

    def record(self, root: Path, *arguments: str) -> Recording:
        """Return what a run does to the files below ``root``."""
        file = self._folder / "recording"
        file.unlink(missing_ok=True)
        request = {"arguments": arguments, "environ": {}, "root": str(root)}
        self._ask({**request, "recording": str(file)})
        recording = pickle.loads(file.read_bytes())
        assert isinstance(recording, Recording)
        return recording

    def _ask(self, request: dict[str, object]) -> None:
        log = self._folder / "log"
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({**request, "log": str(log)}) + "\n")
        self._process.stdin.flush()
        status = self._process.stdout.readline()
        assert status == "0\n", (status, log.read_text("utf-8"))

    def close(self) -> None:
        self._process.communicate(timeout=60)
