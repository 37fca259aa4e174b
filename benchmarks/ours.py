"""Our own two ways: the whole site, and the pages that the peers make too."""

import sys
from pathlib import Path

from inputs import BASE_URL, BENCHMARKS, PROJECT, Archive, forget_builds


class Ours:
    """A cache and an output folder of its own for one of the two."""

    def __init__(self, archive: Archive, name: str, script: Path) -> None:
        self.name = name
        self.folder = PROJECT
        self.cache = archive.copy_of_cache(f"cache-{script.stem}")
        self.output = archive.outputs / script.stem
        self.data = self.cache / "events.jsonl"
        arguments = ["--offline", "-q", "--base-url", BASE_URL]
        places = ["--cache", str(self.cache), "--output", str(self.output)]
        self.command = [sys.executable, str(script), *arguments, *places]

    def forget(self) -> None:
        """What earlier builds left in the cache, if anything."""
        forget_builds(self.cache)


def equivalent(archive: Archive) -> Ours:
    """The pages that the peers make too."""
    return Ours(archive, "ours", BENCHMARKS / "equivalent.py")


def whole(archive: Archive) -> Ours:
    """Everything."""
    return Ours(archive, "ours, whole site", PROJECT / "build.py")
