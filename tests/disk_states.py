"""The states of the disk that a recorded run may leave when the power fails.

The rules are those of journaling file systems, where they promise least:

- What was created, renamed, moved or removed is on the disk for certain when the folder was
  flushed. Before, it is there or not, each for itself, but never in part.
- A folder that was flushed can be reached.
- The content of a file is on the disk for certain when the file was flushed. Before, the file may
  be whole, empty, cut off, or have zeros in the place of its content.

Which of several operations that were not flushed are on the disk is any subset of them. Of up to
`MAX_COMBINED` operations all subsets are tried; of more, such as the moves of pages, each prefix in
the order of the run, all but one, and all but those in one folder.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Literal

from events_archive.output.folder import STAGING
from events_archive.store.files import TEMPORARY
from events_archive.store.lock import LOCK_FILE
from tests.disk_recorder import ROOT, Content, Operation, Recording, Tree

MAX_COMBINED = 6

Tear = Literal["whole", "empty", "cut off", "zeros"]
TEARS: tuple[Tear, ...] = ("whole", "empty", "cut off", "zeros")

Key = frozenset[tuple[str, int, str]]
"""What equivalent states of one recording have in common."""

NOTHING = Content(b"", 0)


def torn(data: bytes, tear: Tear) -> bytes:
    if tear == "empty":
        return b""
    if tear == "cut off":
        return data[: len(data) // 2]
    return bytes(len(data)) if tear == "zeros" else data


@cache
def is_leftover(path: str) -> bool:
    """Whether every run removes or ignores what is at ``path`` before it reads anything."""
    parts = path.split("/")
    return STAGING in parts or parts[-1] == LOCK_FILE or parts[-1].endswith(TEMPORARY)


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
        content = self.contents.get(number, NOTHING)
        return torn(content.data, self.tear if number in self.unsafe else "whole")

    def mtime_ns(self, path: str) -> int:
        return self.contents.get(self.files[path], NOTHING).mtime_ns


class DiskCopy:
    """A folder that becomes one state after another. Only files that differ are written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._written: dict[str, tuple[bytes | None, tuple[int, ...]]] = {}
        """The content of files as written here, and their status after that."""

    def become(self, state: State) -> None:
        """Make the folder a copy of this disk, whatever a run has changed there."""
        present = {path: _status(self.root / path) for path in self.files()}
        for path in present.keys() - state.files.keys():
            (self.root / path).unlink()
        for folder in sorted(self.folders() - state.folders, reverse=True):
            (self.root / folder).rmdir()
        for folder in sorted(state.folders):
            (self.root / folder).mkdir(exist_ok=True)
        for path in state.files:
            content, mtime_ns = state.read(path), state.mtime_ns(path)
            status = present.get(path)
            if status and status[0] == mtime_ns and self._written.get(path) == (content, status):
                continue
            file = self.root / path
            file.write_bytes(content or b"")
            os.utime(file, ns=(mtime_ns, mtime_ns))
            self._written[path] = content, _status(file)

    def folders(self) -> set[str]:
        return {p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_dir()}

    def files(self) -> set[str]:
        return {p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file()}


def _status(path: Path) -> tuple[int, ...]:
    """Return what a change of the file changes."""
    status = path.lstat()
    return status.st_mtime_ns, status.st_ctime_ns, status.st_ino


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
        numbers = {id(operation) for operation in settled}
        self.pending = [operation for operation in self.pending if id(operation) not in numbers]

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

    def states(self, subsets: Iterable[list[Operation]]) -> Iterator[State]:
        for subset in subsets:
            tree = self._tree(subset)
            whole = State(tree, self.contents, frozenset(self.unsafe))
            yield whole
            if any(n in self.unsafe and not is_leftover(p) for p, n in whole.files.items()):
                for tear in TEARS[1:]:
                    yield State(tree, self.contents, frozenset(self.unsafe), tear)

    def subsets(self) -> Iterator[list[Operation]]:
        """Yield subsets of the pending operations; which are left out matters, not leftovers."""
        relevant = [o for o in self.pending if not is_leftover(o.path)]
        if len(relevant) <= MAX_COMBINED:
            omissions = (
                omitted
                for length in range(len(relevant) + 1)
                for omitted in combinations(relevant, length)
            )
        else:
            folders = {entry.folder for operation in relevant for entry in operation.entries}
            omissions = (
                *((operation,) for operation in relevant),
                *(relevant[length:] for length in range(len(relevant))),
                *([o for o in relevant if any(e.folder == f for e in o.entries)] for f in folders),
            )
        for omission in omissions:
            omitted = {id(operation) for operation in omission}
            yield [operation for operation in self.pending if id(operation) not in omitted]


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
        found = list(disk.states([disk.pending, *(disk.subsets() if is_settled else ())]))
        if operation:
            disk.do(operation, is_taken_out=number == without)
            if is_settled:
                found += disk.states(disk.subsets())
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
