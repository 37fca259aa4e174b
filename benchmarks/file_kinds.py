"""Compare the files of two sites by kind: their number, their size, and the content of some."""

import os
from pathlib import Path

from equivalent import is_equivalent
from same_content import first_difference
from tables import markdown_table

TOLERANCE = 0.05
"""The maximal difference of the bytes of a kind, relative to the archive's."""

SAMPLES = 50
"""Of how many files of a kind the content is compared."""


def files_by_kind(folder: Path) -> dict[str, list[str]]:
    """Return the paths by kind, in order; files that Hugo does not make are left out."""
    kinds: dict[str, list[str]] = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name).relative_to(folder).as_posix()
            if is_equivalent(path):
                kinds.setdefault(_kind(path), []).append(path)
    return {kind: sorted(kinds[kind]) for kind in sorted(kinds)}


def _kind(path: str) -> str:
    """Return the folder and the suffix of a path (`types/*.rss`), or its name if it has none."""
    folder, slash, name = path.partition("/")
    if not slash:
        return path
    suffix = "feed.json" if name.endswith(".feed.json") else name.rpartition(".")[2]
    return f"{folder}/*.{suffix}"


def compare_sites(archive: Path, hugo: Path) -> tuple[str, list[str]]:
    """Return a table of both sites, and a message for each kind that differs too much."""
    archive_kinds, hugo_kinds = files_by_kind(archive), files_by_kind(hugo)
    rows, differences = [], []
    for kind in sorted({*archive_kinds, *hugo_kinds}):
        paths, hugo_paths = archive_kinds.get(kind, []), hugo_kinds.get(kind, [])
        size, hugo_size = _total_size(archive, paths), _total_size(hugo, hugo_paths)
        ratio = hugo_size / size if size else float(not hugo_size)
        rows.append((kind, len(paths), len(hugo_paths), size, hugo_size, ratio))
        if paths != hugo_paths:
            numbers = f"{len(paths)} files of the archive, {len(hugo_paths)} of Hugo"
            differences.append(f"{kind}: {numbers}, or other names")
        elif abs(ratio - 1) > TOLERANCE and size:
            differences.append(f"{kind}: Hugo writes {ratio:.2f} times the archive's bytes")
        elif difference := _difference_of_samples(archive, hugo, paths):
            differences.append(difference)
    header = ("kind", "files", "files, Hugo", "bytes", "bytes, Hugo", "ratio of bytes")
    return markdown_table(header, rows), differences


def _total_size(folder: Path, paths: list[str]) -> int:
    return sum((folder / path).stat().st_size for path in paths)


def _difference_of_samples(archive: Path, hugo: Path, paths: list[str]) -> str:
    """Return where the first of some files differs, which are spread evenly over all."""
    for path in paths[:: max(1, len(paths) // SAMPLES)]:
        if difference := first_difference(archive / path, hugo / path):
            return f"{path}: {difference}"
    return ""
