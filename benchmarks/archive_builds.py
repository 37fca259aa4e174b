"""The two builds of the archive that are measured: equivalent pages and whole site."""

import sys
from pathlib import Path

import inputs
from inputs import BASE_URL, BENCHMARKS, PROJECT, Dataset


class ArchiveBuild:
    """A command that builds the archive, with a cache and an output folder of its own."""

    def __init__(self, dataset: Dataset, name: str, script: Path) -> None:
        self.name = name
        self.folder = PROJECT
        self.cache = dataset.copy_cache(f"cache-{script.stem}")
        self.output = dataset.outputs / script.stem
        self.data = self.cache / "events.jsonl"
        arguments = ["--offline", "-q", "--base-url", BASE_URL]
        folders = ["--cache", str(self.cache), "--output", str(self.output)]
        self.command = [sys.executable, str(script), *arguments, *folders]

    def remove_build_state(self) -> None:
        """Remove from the cache what earlier builds saved for the next one."""
        inputs.remove_build_state(self.cache)


def equivalent_pages(dataset: Dataset) -> ArchiveBuild:
    """Return the build of the pages that Hugo makes, too."""
    return ArchiveBuild(dataset, "archive", BENCHMARKS / "equivalent.py")


def whole_site(dataset: Dataset) -> ArchiveBuild:
    """Return the build of the whole site."""
    return ArchiveBuild(dataset, "archive, whole site", PROJECT / "build.py")
