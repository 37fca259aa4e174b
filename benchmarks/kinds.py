"""Whether the comparison is fair: files and bytes by kind of page, side by side."""

import os
from collections import Counter
from pathlib import Path

from equivalent import is_equivalent
from tables import table

TOLERANCE = 0.15
"""By how much the bytes of a kind may differ."""


def by_kind(folder: Path) -> dict[str, tuple[int, int]]:
    """How many files and bytes of each kind a site has; what only we make is left out."""
    files: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            address = path.relative_to(folder).as_posix()
            if is_equivalent(address):
                kind = _kind(address)
                files[kind] += 1
                size[kind] += path.stat().st_size
    return {kind: (files[kind], size[kind]) for kind in sorted(files)}


def _kind(address: str) -> str:
    folder, slash, name = address.partition("/")
    if not slash:
        return address
    suffix = "feed.json" if name.endswith(".feed.json") else name.rpartition(".")[2]
    return f"{folder}/*.{suffix}"


def comparison(ours: Path, theirs: Path, name: str) -> tuple[str, list[str]]:
    """Both sides as a table, and a sentence for each kind in which they differ too much."""
    left, right = by_kind(ours), by_kind(theirs)
    rows, faults = [], []
    for kind in sorted({*left, *right}):
        (files, size), (their_files, their_size) = left.get(kind, (0, 0)), right.get(kind, (0, 0))
        ratio = their_size / size if size else float(not their_size)
        rows.append((kind, files, their_files, size, their_size, ratio))
        if files != their_files:
            faults.append(f"{kind}: {files} files here, {their_files} of {name}")
        elif abs(ratio - 1) > TOLERANCE and size:
            faults.append(f"{kind}: {name} writes {ratio:.2f} times our bytes")
    heads = ("kind", "files", f"files, {name}", "bytes", f"bytes, {name}", "ratio of bytes")
    return table(heads, rows), faults
