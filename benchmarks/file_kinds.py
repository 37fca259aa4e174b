"""Compare the files of two sites by kind: their number and their size."""

import os
from collections import Counter
from pathlib import Path

from equivalent import is_equivalent
from tables import markdown_table

TOLERANCE = 0.15
"""The maximal difference of the bytes of a kind, relative to the archive's."""


def count_by_kind(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the number of files and of bytes by kind; files that no peer makes are left out."""
    files: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for parent, _, names in os.walk(folder):
        for name in names:
            file = Path(parent, name)
            path = file.relative_to(folder).as_posix()
            if is_equivalent(path):
                kind = _kind(path)
                files[kind] += 1
                size[kind] += file.stat().st_size
    return {kind: (files[kind], size[kind]) for kind in sorted(files)}


def _kind(path: str) -> str:
    """Return the folder and the suffix of a path (`types/*.rss`), or its name if it has none."""
    folder, slash, name = path.partition("/")
    if not slash:
        return path
    suffix = "feed.json" if name.endswith(".feed.json") else name.rpartition(".")[2]
    return f"{folder}/*.{suffix}"


def compare_sites(archive: Path, peer: Path, peer_name: str) -> tuple[str, list[str]]:
    """Return a table of both sites, and a message for each kind that differs too much."""
    archive_kinds, peer_kinds = count_by_kind(archive), count_by_kind(peer)
    rows, differences = [], []
    for kind in sorted({*archive_kinds, *peer_kinds}):
        files, size = archive_kinds.get(kind, (0, 0))
        peer_files, peer_size = peer_kinds.get(kind, (0, 0))
        ratio = peer_size / size if size else float(not peer_size)
        rows.append((kind, files, peer_files, size, peer_size, ratio))
        if files != peer_files:
            differences.append(f"{kind}: {files} files of the archive, {peer_files} of {peer_name}")
        elif abs(ratio - 1) > TOLERANCE and size:
            differences.append(f"{kind}: {peer_name} writes {ratio:.2f} times the archive's bytes")
    header = (
        "kind", "files", f"files, {peer_name}", "bytes", f"bytes, {peer_name}", "ratio of bytes",
    )  # fmt: skip
    return markdown_table(header, rows), differences
