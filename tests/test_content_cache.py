"""`docs/content_cache.md` describes every key of the cache's files, and no other key."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from events_archive.check.external_links import check_external_links
from events_archive.console import Console
from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveState
from events_archive.settings import Settings
from events_archive.store.records import Records
from events_archive.store.transaction import commit
from tests.conftest import PROJECT, run_build
from tests.ll2_server import EventDatabase, Fault, LL2Server
from tests.news_server import ArticleDatabase, NewsServer

DOCUMENT = (PROJECT / "docs/content_cache.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## `([^`]+\.jsonl?)`\n(.*?)(?=^## |\Z)", DOCUMENT, re.M | re.S))
"""The text about each file."""

MANIFEST = "thumbnails/manifest.jsonl"
TYPES = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
}

IMAGE_SUFFIXES = {".gif", ".jpeg", ".jpg", ".png", ".webp"}

KeyPath = tuple[str, ...]


@dataclass(frozen=True)
class DocumentedKey:
    """A row of a table: where the value is, and which types it may have."""

    path: KeyPath
    """The keys that lead to it; ``<...>`` stands for any."""
    types: frozenset[str]

    def matches(self, path: KeyPath) -> bool:
        return len(self.path) == len(path) and self.leads_into(path)

    def leads_into(self, path: KeyPath) -> bool:
        """Whether ``path`` is the beginning of this one."""
        pairs = zip(self.path, path, strict=False)
        return len(self.path) >= len(path) and all(
            key.startswith("<") or key == part for key, part in pairs
        )


def documented_keys(file: str) -> list[DocumentedKey]:
    rows = re.findall(r"^\| `([^`]+)` \| ([\w, ]+) \|", SECTIONS[file], re.MULTILINE)
    return [
        DocumentedKey(tuple(key.split(".")), frozenset(re.split(r", | or ", types)))
        for key, types in rows
    ]


def leaves(
    content: Any, keys: list[DocumentedKey], path: KeyPath = ()
) -> Iterator[tuple[KeyPath, str]]:
    """Yield the path and the type of each value, down to the depth that is documented."""
    is_entered = any(key.leads_into(path) and len(key.path) > len(path) for key in keys)
    if isinstance(content, dict) and is_entered:
        for name, value in content.items():
            yield from leaves(value, keys, (*path, name))
    else:
        yield path, "null" if content is None else TYPES[type(content)]


def objects(cache: Path, file: str) -> list[Any]:
    """Return the documented JSON values in a file."""
    (path,) = cache.glob(file.replace("<digest>", "*"))
    text = path.read_text("utf-8")
    if file == MANIFEST:
        return [json.loads(text.splitlines()[0])]
    if "/" in file or file.endswith("contact.json"):
        return [json.loads(text.splitlines()[1])]
    return (
        [json.loads(line) for line in text.splitlines()] if ".jsonl" in file else [json.loads(text)]
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with all of its files: after refreshes, failures, a check of links and a crash."""
    folder = tmp_path_factory.mktemp("content_cache")
    cache, folders = folder / "cache", {"cache": folder / "cache", "output": folder / "output"}
    with (
        LL2Server(EventDatabase.generate(130, images=6), max_image_width=320) as server,
        NewsServer(ArticleDatabase.generate(600, event_ids=range(1, 100))) as news,
    ):
        ids = server.database.ids
        url = next(
            server.database[id]["image"]["image_url"] for id in ids if server.database[id]["image"]
        )
        server.faults.add(Fault.SERVER_ERROR, path=url.rpartition("/")[2], times=None, status=404)
        run_build("--api-url", server.url, **folders)
        server.database.rename(ids[0], "Another name")
        server.database.delete(ids[1])
        # Observations are to the second; those of one second share an entry.
        time.sleep(1.1)
        run_build("--full", "--api-url", server.url, **folders)
        run_build("fetch", "--max-age", "0s", "--api-url", server.url, **folders)
        apis = ("--api-url", server.url, "--news-api-url", news.url)
        run_build("fetch", *apis, **folders)
        settings = Settings(cache=cache, api_url=server.url)
        links = dict.fromkeys(
            [f"{server.origin}/health_check/", f"{server.origin}/nothing/"], "index.html"
        )
        check_external_links(links, settings, Console(quiet=True), now=datetime.now(UTC))
        server.faults.add(Fault.THROTTLED, path="offset=100")
        news.faults.add(Fault.THROTTLED, path="blogs")
        run_build("fetch", "--full", *apis, **folders)
    run_build("--offline", **folders)
    shutil.copy(PROJECT / "content_cache/sample.json", cache)
    crashed = folder / "crashed"
    (crashed / "events.jsonl").mkdir(parents=True)
    with pytest.raises(CacheError):
        commit(crashed, Records(), (), ArchiveState(), {"publications.jsonl": b""})
    (crashed / "sweep/journal.json").rename(cache / "sweep/journal.json")
    return cache


@pytest.mark.parametrize("file", SECTIONS)
def test_every_key_in_a_file_is_documented_with_its_type(cache: Path, file: str) -> None:
    keys = documented_keys(file)
    for content in objects(cache, file):
        for path, type in leaves(content, keys):
            found = [key for key in keys if key.matches(path)]
            assert found, f"{file}: {'.'.join(path)} is not documented"
            assert type in found[0].types, f"{file}: {'.'.join(path)} is of type {type}"


@pytest.mark.parametrize("file", SECTIONS)
def test_every_documented_key_is_in_the_file(cache: Path, file: str) -> None:
    keys = documented_keys(file)
    paths = {path for content in objects(cache, file) for path, _ in leaves(content, keys)}
    for key in keys:
        assert any(key.matches(path) for path in paths), f"{file}: there is no {key.path}"


@pytest.mark.parametrize("file", SECTIONS)
def test_the_example_of_a_file_has_the_documented_keys(file: str) -> None:
    keys = documented_keys(file)
    (example,) = re.findall(r"^```json\n(.*?)^```", SECTIONS[file], re.MULTILINE | re.DOTALL)
    for path, type in leaves(json.loads(example), keys):
        assert any(key.matches(path) and type in key.types for key in keys), path


def test_every_file_of_the_cache_is_documented(cache: Path) -> None:
    documented = {*SECTIONS, "archive.lock"}
    for path in cache.rglob("*"):
        name = re.sub(r"-\d{4}\b", "-0001", path.relative_to(cache).as_posix())
        name = re.sub(r"builds/\w+", "builds/<digest>", name)
        is_named = name in documented or any(
            f"`{folder}/`" in DOCUMENT for folder in (name, name.rpartition("/")[0]) if folder
        )
        is_image = path.parent.name in ("originals", "thumbnails") and path.suffix in IMAGE_SUFFIXES
        assert is_named or is_image, name


def test_every_value_in_the_manifest_of_thumbnails_is_documented(cache: Path) -> None:
    header, records = map(json.loads, (cache / MANIFEST).read_text("utf-8").splitlines())
    listed = re.findall(r"^- ((?:`\w+`(?:, )?)+):", SECTIONS[MANIFEST], re.MULTILINE)
    names = [name for item in listed for name in re.findall(r"\w+", item)]
    assert names == header["fields"]
    assert {len(record) for record in records.values()} == {len(names)}
