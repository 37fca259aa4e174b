"""Records what a run does to the files of a folder, and which disks it may leave when power fails.

The rules are those of journaling file systems, where they promise least:

- What was created, renamed, moved or removed is on the disk for certain when the folder was
  flushed. Before, it is there or not, each for itself, but never in part.
- A folder that was flushed can be reached.
- The content of a file is on the disk for certain when the file was flushed. Before, the file may
  be whole, empty, cut off, or have zeros in the place of its content.

Which of several operations that were not flushed are on the disk is any subset of them. Those that
are tried are each prefix in the order of the run, all but one, and all but those in one folder.
"""

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from events_archive.output.folder import STAGING
from events_archive.store.files import TEMPORARY
from events_archive.store.lock import LOCK_FILE
from tests.conftest import clean_environment

NOW = "1788220800"
"""When runs begin, in POSIX seconds: what they observe has the same date."""

ROOT = 0
"""The number of the recorded folder."""

Tear = Literal["whole", "empty", "cut off", "zeros"]
TEARS: tuple[Tear, ...] = ("whole", "empty", "cut off", "zeros")


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

    def torn(self, tear: Tear) -> bytes:
        if tear == "empty":
            return b""
        if tear == "cut off":
            return self.data[: len(self.data) // 2]
        return bytes(len(self.data)) if tear == "zeros" else self.data


Key = frozenset[tuple[str, int, str]]
"""What equivalent states of one recording have in common."""

Tree = dict[int, dict[str, int]]
"""The numbers of files and folders by their name, by the number of the folder that they are in."""


@dataclass
class Recording:
    tree: Tree
    """Before the run; the folders that it makes are empty."""
    contents: dict[int, Content]
    operations: list[Operation]


def is_leftover(path: str) -> bool:
    """Whether every run removes or ignores what is at ``path`` before it reads anything."""
    parts = path.split("/")
    return STAGING in parts or parts[-1] == LOCK_FILE or parts[-1].endswith(TEMPORARY)


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


@dataclass
class State:
    """What may be on the disk."""

    tree: Tree
    contents: dict[int, Content]
    unsafe: frozenset[int]
    """The files whose content may be torn."""
    tear: Tear = "whole"
    files: dict[str, int] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._walk(ROOT, "")

    def _walk(self, folder: int, path: str) -> None:
        for name, number in self.tree[folder].items():
            if number in self.tree:
                self.folders.add(path + name)
                self._walk(number, f"{path}{name}/")
            else:
                self.files[path + name] = number

    @property
    def torn(self) -> list[str]:
        """The paths of files that are not whole, but for leftovers."""
        if self.tear == "whole":
            return []
        return [p for p, n in self.files.items() if n in self.unsafe and not is_leftover(p)]

    @property
    def key(self) -> Key:
        """Equal for equivalent states: leftovers of runs do not count."""
        files = {
            (path, number, self.tear if number in self.unsafe else "whole")
            for path, number in self.files.items()
            if not is_leftover(path)
        }
        return frozenset(files | {(p, -1, "") for p in self.folders if not is_leftover(p)})

    @property
    def visible(self) -> frozenset[tuple[str, bytes | None]]:
        """Equal for equivalent states of all recordings."""
        files = {(path, self.read(path)) for path in self.files if not is_leftover(path)}
        return frozenset(files | {(p, None) for p in self.folders if not is_leftover(p)})

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, None if there is none."""
        number = self.files.get(path)
        if number is None:
            return None
        content = self.contents.get(number, Content(b"", 0))
        return content.torn(self.tear if number in self.unsafe else "whole")

    def write(self, root: Path) -> None:
        """Make ``root`` a copy of this disk."""
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        for folder in sorted(self.folders):
            (root / folder).mkdir()
        for path, number in self.files.items():
            (root / path).write_bytes(self.read(path) or b"")
            time = self.contents.get(number, Content(b"", 0)).mtime_ns
            os.utime(root / path, ns=(time, time))


class _Disk:
    """What is on the disk for certain, and what is not, at a point of a run."""

    def __init__(self, recording: Recording) -> None:
        self.contents = recording.contents
        self.certain: Tree = {folder: dict(names) for folder, names in recording.tree.items()}
        self.pending: list[Operation] = []
        self.unsafe: set[int] = set()

    def settles(self, operation: Operation) -> bool:
        """Whether it flushes what was done in a folder, and not only the content of a file."""
        is_folder = operation.kind == "flush" and operation.number in self.certain
        return is_folder or operation.kind == "flush all"

    def do(self, operation: Operation, *, is_taken_out: bool) -> None:
        if operation.kind in ("change", "rename"):
            self.pending.append(operation)
            if is_taken_out:
                # The content was written into the file in place, and is not flushed.
                self.unsafe |= self._files_of(operation.entries[-1].number)
        elif operation.kind == "write":
            self.unsafe.add(operation.number)
        elif is_taken_out:
            return
        elif operation.kind == "flush all":
            self._settle(self.pending)
            self.unsafe.clear()
        elif operation.number in self.certain:
            self._settle_folder(operation.number)
        else:
            self.unsafe.discard(operation.number)

    def _files_of(self, number: int) -> set[int]:
        tree = self._tree(self.pending)
        if number not in tree:
            return {number}
        return {file for below in tree[number].values() for file in self._files_of(below)}

    def _settle_folder(self, folder: int) -> None:
        ancestors = {folder}
        for operation in reversed(self.pending):
            ancestors |= {
                e.folder for e in operation.entries if e.number in ancestors and not e.is_removed
            }
        self._settle(
            [
                operation
                for operation in self.pending
                if any(e.folder == folder or e.number in ancestors for e in operation.entries)
            ]
        )

    def _settle(self, settled: list[Operation]) -> None:
        self.certain = self._tree(settled)
        self.pending = [operation for operation in self.pending if operation not in settled]

    def _tree(self, operations: list[Operation]) -> Tree:
        """Return what is on the disk if these are the operations that are."""
        tree = {folder: dict(names) for folder, names in self.certain.items()}
        for operation in operations:
            for folder, name, number, is_removed in operation.entries:
                names = tree.setdefault(folder, {})
                if not is_removed:
                    names[name] = number
                elif names.get(name) == number:
                    del names[name]
        return tree

    def states(self, subsets: list[list[Operation]]) -> Iterator[State]:
        for subset in subsets:
            tree = self._tree(subset)
            whole = State(tree, self.contents, frozenset(self.unsafe))
            yield whole
            if any(n in self.unsafe and not is_leftover(p) for p, n in whole.files.items()):
                for tear in TEARS[1:]:
                    yield State(tree, self.contents, frozenset(self.unsafe), tear)

    def prefixes(self) -> list[list[Operation]]:
        return [self.pending[:length] for length in range(len(self.pending))]

    def lossy(self) -> list[list[Operation]]:
        """Everything but one operation, and everything but those in one folder."""
        single = [self.pending[:n] + self.pending[n + 1 :] for n in range(len(self.pending))]
        folders = {entry.folder for operation in self.pending for entry in operation.entries}
        others = [
            [o for o in self.pending if all(entry.folder != folder for entry in o.entries)]
            for folder in folders
        ]
        return single + others


def states(recording: Recording, *, without: int | None = None) -> Iterator[State]:
    """Yield each state of the disk that a loss of power may leave, equivalent ones once.

    Without the operation of this number: a flush is not made, and instead of being renamed a file
    is written in place.
    """
    disk = _Disk(recording)
    known: set[Key] = set()
    for number, operation in enumerate((*recording.operations, None)):
        if operation and without is not None and number < without:
            # Until then, the states are those of the undisturbed run.
            disk.do(operation, is_taken_out=False)
            continue
        # While none is flushed, later points have the same subsets, and more.
        is_settled = operation is None or disk.settles(operation)
        found = list(disk.states([disk.pending, *(disk.lossy() if is_settled else ())]))
        if operation:
            disk.do(operation, is_taken_out=number == without)
            if is_settled:
                found += disk.states(disk.prefixes())
        for state in found:
            if (key := state.key) not in known:
                known.add(key)
                yield state


def final_state(recording: Recording) -> State:
    """Return the disk after the run when no power fails."""
    disk = _Disk(recording)
    for operation in recording.operations:
        disk.do(operation, is_taken_out=False)
    return next(disk.states([disk.pending]))


def certain_state(recording: Recording, *, without: int | None = None) -> State:
    """Return the disk after the run if nothing is on it but what was flushed."""
    disk = _Disk(recording)
    for number, operation in enumerate(recording.operations):
        disk.do(operation, is_taken_out=number == without)
    return next(disk.states([[]]))


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
