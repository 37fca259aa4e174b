"""A lower bound: the same files with the same bytes, written by a C program that only writes."""

import os
import shutil
import struct
import subprocess
from pathlib import Path
from statistics import median

from inputs import BENCHMARKS, INPUTS, print_progress
from measure import Usage, measure


def measure_lower_bound(site: Path, *, runs: int) -> list[Usage] | None:
    """Measure writing the files of ``site`` into an empty folder; None without a C compiler.

    The program reads one packed file, mapped into memory, and makes the folders and files in it.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    folder = INPUTS / "lower-bound"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    program, packed = folder / "lower-bound", folder / "packed"
    target = site.with_name("lower-bound")
    subprocess.run([compiler, "-O2", "-o", program, BENCHMARKS / "lower_bound.c"], check=True)
    print_progress("lower bound")
    _pack(site, packed)
    usages = []
    for number in range(runs + 1):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        usage = measure([str(program), str(packed), str(target)], folder=folder)
        if number:
            usages.append(usage)
    shutil.rmtree(folder)
    shutil.rmtree(target)
    return usages


def medians(usages: list[Usage]) -> tuple[float, float]:
    """Return the median wall and CPU time."""
    return median(usage.wall for usage in usages), median(usage.cpu for usage in usages)


def _pack(site: Path, packed: Path) -> None:
    """Write folders, parents first, then files; each entry is two lengths, the path, the bytes."""
    folders: list[Path] = []
    files: list[Path] = []
    for parent, _, names in os.walk(site):
        folders.append(Path(parent))
        files += (Path(parent, name) for name in sorted(names))
    with packed.open("wb") as output:
        for folder in sorted(folders)[1:]:
            output.write(_entry_header(folder.relative_to(site), -1))
        for file in files:
            output.write(_entry_header(file.relative_to(site), file.stat().st_size))
            output.write(file.read_bytes())


def _entry_header(path: Path, size: int) -> bytes:
    """Return the length of the path, the size of the file (-1 for a folder), and the path."""
    name = os.fsencode(path) + b"\0"
    return struct.pack("=qq", len(name), size) + name
