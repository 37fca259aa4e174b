"""The data of the benchmarks: records and images, made once by the stand-in API and reused."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).resolve().parent
PROJECT = BENCHMARKS.parent
INPUTS = BENCHMARKS / "inputs"
BASE_URL = "https://example.org/archive/"
IMAGES = 450
OUTPUTS_VARIABLE = "BENCHMARK_OUTPUTS"
"""The environment variable with the folder that sites are written to, instead of `INPUTS`."""

_REVISION = re.compile(rb"Revision (\d{6})")
_FIRST_REVISION = " Revision 000000."

_DATA = {
    "contact.json",
    "events.jsonl",
    "history.jsonl",
    "ledger.json",
    "publications.jsonl",
    "published-ids.json",
}
_IMAGE_FOLDERS = {"originals", "thumbnails"}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A cache with a number of events, and what is made from it."""

    events: int

    @property
    def folder(self) -> Path:
        """The folder of this dataset."""
        return INPUTS / f"{self.events}"

    @property
    def cache(self) -> Path:
        """The cache after the first refresh; the builds get copies of it."""
        return self.folder / "cache"

    @property
    def document(self) -> Path:
        """The document that Hugo makes pages from, written by flatten.py."""
        return self.folder / "flattened.json"

    @property
    def outputs(self) -> Path:
        """The folder that sites are written to."""
        return Path(os.environ.get(OUTPUTS_VARIABLE, self.folder)) / f"outputs-{self.events}"

    @property
    def static_files(self) -> Path:
        """The images and assets of the built site, which Hugo copies."""
        return self.folder / "files"

    def prepare(self) -> "Dataset":
        """Make the cache and the images if they do not exist; return the dataset."""
        if not self.cache.is_dir():
            print_progress(f"making a cache of {self.events:,} events")
            unfinished = self.folder / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            fetch_records(unfinished, self.events, images=IMAGES)
            add_revision_marker(unfinished / "events.jsonl")
            unfinished.rename(self.cache)
        if not self.static_files.is_dir():
            print_progress("making the images")
            self._make_static_files()
        return self

    def _make_static_files(self) -> None:
        """Build the site once, which makes the thumbnails; keep its images and assets only."""
        site = self.folder / "first"
        shutil.rmtree(site, ignore_errors=True)
        run_build("--offline", "--cache", self.cache, "--output", site)
        remove_build_state(self.cache)
        unfinished = self.folder / "unfinished-files"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for name in ("pictures", "assets"):
            (site / name).rename(unfinished / name)
        unfinished.rename(self.static_files)
        shutil.rmtree(site)

    def copy_cache(self, name: str) -> Path:
        """Return a fresh copy of the cache for one build."""
        copy = self.folder / name
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for entry in self.cache.iterdir():
            if entry.name in _IMAGE_FOLDERS:
                shutil.copytree(entry, copy / entry.name, copy_function=os.link)
            elif entry.is_file():
                shutil.copy2(entry, copy / entry.name)
        return copy


def remove_build_state(cache: Path) -> None:
    """Remove from a cache all but the data and the images."""
    for entry in list(cache.iterdir()):
        if entry.name not in _DATA | _IMAGE_FOLDERS:
            remove(entry)


def remove(entry: Path) -> None:
    """Remove a file or a folder."""
    if entry.is_dir():
        shutil.rmtree(entry)
    else:
        entry.unlink(missing_ok=True)


def fetch_records(cache: Path, events: int, *, images: int) -> None:
    """Fill a cache from a stand-in API."""
    with run_api_server(events, images=images) as (_, url):
        options = () if images else ("--no-pictures",)
        run_build("fetch", *options, "--api-url", url, "--cache", cache)


@contextmanager
def run_api_server(events: int, *, images: int) -> Iterator[tuple[Any, str]]:
    """Run the stand-in API in a thread; yields its database and its URL."""
    sys.path.insert(0, str(PROJECT))
    from tests.ll2_server.database import EventDatabase  # noqa: PLC0415 - needs the path above
    from tests.ll2_server.server import LL2Server  # noqa: PLC0415

    database = EventDatabase.generate(events, images=images)
    with LL2Server(database) as server:
        yield database, server.url


def run_build(*arguments: str | Path) -> None:
    """Run build.py without measuring it."""
    command = [sys.executable, str(PROJECT / "build.py"), *map(str, arguments)]
    subprocess.run([*command, "-q", "--base-url", BASE_URL], check=True, cwd=PROJECT)


# The event that changes between builds -----------------------------------------------------------


def add_revision_marker(file: Path) -> None:
    """Add the text `Revision 000000` to the description of an event in the middle of the file."""
    lines = file.read_bytes().splitlines(keepends=True)
    for number in range(len(lines) // 2, len(lines)):
        record = json.loads(lines[number])
        text = record["description"]
        if 100 < len(text) < 400 and text.isascii() and text.isprintable():
            break
    else:
        raise ValueError(f"{file} has no event to change")
    encoded = json.dumps(text)[:-1].encode()
    if lines[number].count(encoded) != 1:
        raise ValueError(f"{file}: the description of event {record['id']} is not found once")
    lines[number] = lines[number].replace(encoded, encoded + _FIRST_REVISION.encode())
    file.write_bytes(b"".join(lines))


def current_revision(file: Path) -> int:
    """Return the revision of the marked event in a file."""
    match = _REVISION.search(file.read_bytes())
    if match is None:
        raise ValueError(f"{file} has no marked event")
    return int(match[1])


def set_next_revision(file: Path) -> None:
    """Increase the revision of the marked event everywhere in a file."""
    marker = b"Revision %06d" % (current_revision(file) + 1)
    text = _REVISION.sub(marker, file.read_bytes())
    temporary = file.with_name(f".{file.name}.part")
    temporary.write_bytes(text)
    temporary.replace(file)


def print_progress(message: str) -> None:
    """Print a message on standard error."""
    print(f"  {message}", file=sys.stderr, flush=True)
