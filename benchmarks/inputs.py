"""What is measured with: records and pictures, made once by the stand-in API and then reused."""

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

BENCHMARKS = Path(__file__).resolve().parent
PROJECT = BENCHMARKS.parent
INPUTS = BENCHMARKS / "inputs"
BASE_URL = "https://example.org/archive/"
PICTURES = 450
OUTPUTS = "BENCHMARK_OUTPUTS"
"""The environment's name for the folder in which sites are written, if not below `INPUTS`."""

_EDITION = re.compile(rb"Edition (\d{6})")
_FIRST_EDITION = " Edition 000000."

_RECORDS = {"events.jsonl", "history.jsonl", "ledger.json", "published-ids.json"}
_PICTURES = {"originals", "thumbnails"}


@dataclass(frozen=True, slots=True)
class Archive:
    """A cache of so many events, and a folder for what is made from it."""

    events: int

    @property
    def folder(self) -> Path:
        """Where all of it lies."""
        return INPUTS / f"{self.events}"

    @property
    def cache(self) -> Path:
        """The cache as it was filled; nothing is built from it twice."""
        return self.folder / "cache"

    @property
    def document(self) -> Path:
        """What the peers are given."""
        return self.folder / "flattened.json"

    @property
    def outputs(self) -> Path:
        """Where the sites are written."""
        return Path(os.environ.get(OUTPUTS, self.folder)) / f"outputs-{self.events}"

    @property
    def pictures(self) -> Path:
        """The finished site's pictures and assets, which the peers copy."""
        return self.folder / "files"

    def made(self) -> "Archive":
        """The same, after it was filled if it was not yet."""
        if not self.cache.is_dir():
            say(f"making a cache of {self.events:,} events")
            unfinished = self.folder / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            fill(unfinished, self.events, pictures=PICTURES)
            mark_one_event(unfinished / "events.jsonl")
            unfinished.rename(self.cache)
        if not self.pictures.is_dir():
            say("making the pictures")
            self._make_pictures()
        return self

    def _make_pictures(self) -> None:
        """The first build resizes the pictures; they and the assets are all that is kept of it."""
        site = self.folder / "first"
        shutil.rmtree(site, ignore_errors=True)
        run_ours("--offline", "--cache", self.cache, "--output", site)
        for entry in [entry for entry in self.cache.iterdir() if not _is_pristine(entry)]:
            remove(entry)
        kept = self.folder / "kept"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
        for name in ("pictures", "assets"):
            (site / name).rename(kept / name)
        kept.rename(self.pictures)
        shutil.rmtree(site)

    def copy_of_cache(self, name: str) -> Path:
        """A cache of its own for one way of building, as if it had been cloned just now."""
        copy = self.folder / name
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for entry in self.cache.iterdir():
            if entry.name in _PICTURES:
                shutil.copytree(entry, copy / entry.name, copy_function=os.link)
            elif entry.is_file():
                shutil.copy2(entry, copy / entry.name)
        return copy


def forget_builds(cache: Path) -> None:
    """Leave in a cache only what a clone would have, and the pictures already resized."""
    for entry in cache.iterdir():
        if not _is_pristine(entry):
            remove(entry)


def _is_pristine(entry: Path) -> bool:
    return entry.name in _RECORDS or entry.name in _PICTURES


def remove(entry: Path) -> None:
    """Whatever it is."""
    if entry.is_dir():
        shutil.rmtree(entry)
    else:
        entry.unlink(missing_ok=True)


def fill(cache: Path, events: int, *, pictures: int) -> None:
    """Fetch everything from a stand-in API."""
    with stand_in(events, pictures=pictures) as (_, url):
        more = () if pictures else ("--no-pictures",)
        run_ours("fetch", *more, "--api-url", url, "--cache", cache)


@contextmanager
def stand_in(events: int, *, pictures: int) -> Iterator[tuple[object, str]]:
    """The stand-in API as (its world, its address), on loopback in a thread of this process."""
    sys.path.insert(0, str(PROJECT))
    from tests.ll2_server.database import EventDatabase  # noqa: PLC0415
    from tests.ll2_server.server import LL2Server  # noqa: PLC0415 - the project is on the path now

    world = EventDatabase.generate(events, images=pictures)
    with LL2Server(world) as server:
        yield world, server.url


def run_ours(*arguments: str | Path) -> None:
    """Run build.py, not measured."""
    command = [sys.executable, str(PROJECT / "build.py"), *map(str, arguments)]
    subprocess.run([*command, "-q", "--base-url", BASE_URL], check=True, cwd=PROJECT)


# One event that changes --------------------------------------------------------------------------


def mark_one_event(file: Path) -> None:
    """Give an event in the middle of the archive a word that `next_edition` can change."""
    lines = file.read_bytes().splitlines(keepends=True)
    for number in range(len(lines) // 2, len(lines)):
        record = json.loads(lines[number])
        text = record["description"]
        if 100 < len(text) < 400 and text.isascii() and text.isprintable():
            break
    else:
        raise ValueError(f"{file} has no event to change")
    old = json.dumps(text)[:-1].encode()
    if lines[number].count(old) != 1:
        raise ValueError(f"{file}: the description of event {record['id']} is not found once")
    lines[number] = lines[number].replace(old, old + _FIRST_EDITION.encode())
    file.write_bytes(b"".join(lines))


def edition(file: Path) -> int:
    """Which edition of the marked event the file holds."""
    found = _EDITION.search(file.read_bytes())
    if found is None:
        raise ValueError(f"{file} holds no marked event")
    return int(found[1])


def next_edition(file: Path) -> None:
    """Change the word of the marked event, wherever the file has it, and nothing else."""
    word = b"Edition %06d" % (edition(file) + 1)
    text = _EDITION.sub(word, file.read_bytes())
    part = file.with_name(f".{file.name}.part")
    part.write_bytes(text)
    part.replace(file)


def say(words: str) -> None:
    """Tell who waits what is done."""
    print(f"  {words}", file=sys.stderr, flush=True)
