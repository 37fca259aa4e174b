"""The floor: the same files with the same bytes, written by a C program that does nothing else."""

import os
import shutil
import struct
import subprocess
from pathlib import Path
from statistics import median

from inputs import BENCHMARKS, INPUTS, say
from measuring import Usage, measure


def floor(site: Path, *, runs: int) -> list[Usage] | None:
    """What it takes to write the files of ``site`` into an empty folder; None without a compiler.

    The program reads one packed file, mapped into memory, and makes the folders and files in it.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    folder = INPUTS / "floor"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    program, packed, target = folder / "floor", folder / "packed", site.with_name("floor")
    subprocess.run([compiler, "-O2", "-o", program, BENCHMARKS / "floor.c"], check=True)
    say("the floor")
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


def middle(usages: list[Usage]) -> tuple[float, float]:
    """Median wall and CPU time."""
    return median(usage.wall for usage in usages), median(usage.cpu for usage in usages)


def _pack(site: Path, packed: Path) -> None:
    """Folders first, each before what is in it; an entry: two lengths, the path, the bytes."""
    folders: list[Path] = []
    files: list[Path] = []
    for parent, _, names in os.walk(site):
        folders.append(Path(parent))
        files += (Path(parent, name) for name in sorted(names))
    with packed.open("wb") as file:
        for path in sorted(folders)[1:]:
            file.write(_entry(path.relative_to(site), -1))
        for path in files:
            file.write(_entry(path.relative_to(site), path.stat().st_size))
            file.write(path.read_bytes())


def _entry(path: Path, size: int) -> bytes:
    name = os.fsencode(path) + b"\0"
    return struct.pack("=qq", len(name), size) + name
