"""Whatever records and files of the cache hold, no run ends in a traceback or loses other events.

``ARCHIVE_FUZZ_SECONDS=600 pytest tests/test_fuzz.py -s`` tries more inputs than usual, with
``ARCHIVE_FUZZ_SEED`` those of an earlier run. An input that breaks something is saved as a folder
in ``tests/data/corpus/``, from where the first test replays it ever after.
"""

import io
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from events_archive.commands.build import build_site
from events_archive.commands.fetch import load_site
from events_archive.console import Console
from events_archive.errors import ArchiveError
from events_archive.model.article import KINDS
from events_archive.output.fingerprints import Fingerprints
from events_archive.output.id_audit import IdAudit
from events_archive.pages.plan import plan_site
from events_archive.query.engine import evaluate
from events_archive.query.parser import parse_query
from events_archive.render.query_output import FORMATS, query_output
from events_archive.render.renderer import Renderer
from events_archive.settings import Settings
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site
from events_archive.snapi.parse import stored_record
from events_archive.store import canonical_json
from events_archive.store.checksum import add_checksum, remove_checksum
from events_archive.store.records import id_of_record
from tests.conftest import BASE_URL, PROJECT, run_build
from tests.ll2_server import EventDatabase, Fault, LL2Server, generate_records
from tests.mutation import Mutator, nested
from tests.news_server import ArticleDatabase, link_to
from tests.render.rendered import make_context, no_thumbnails

CORPUS = PROJECT / "tests" / "data" / "corpus"
SECONDS = float(os.environ.get("ARCHIVE_FUZZ_SECONDS", "20"))
SEED = int(os.environ.get("ARCHIVE_FUZZ_SEED", time.time()))
MAX_SECONDS_OF_CPU = 20.0
"""More for one input is a hang; the slowest take a tenth of it."""

Files = dict[str, bytes]
RECORDS = generate_records(60, seed=7)
OTHERS = RECORDS[:3]
"""Events that every input has and that must always be published."""


def encoded(records: list[Any]) -> bytes:
    return b"".join(canonical_json.encode(record) + b"\n" for record in records)


def with_others(lines: bytes) -> bytes:
    """Return `OTHERS` and those of ``lines`` that do not have their ids.

    Of two records with one id the later is used, which could be the worse one.
    """
    ids = {record["id"] for record in OTHERS}
    separate = [line for line in lines.split(b"\n") if _id(line) not in ids]
    return encoded(OTHERS) + b"\n".join(separate)


def _id(line: bytes) -> object:
    try:
        return id_of_record(canonical_json.decode(line))
    except ValueError:
        return None


def one(**fields: Any) -> Files:
    return {"events.jsonl": encoded([*OTHERS, {**RECORDS[5], **fields}])}


LARGE: Mapping[str, Callable[[], Files]] = {
    "deep-unknown-member": lambda: one(z=nested(900)),
    "brackets": lambda: one(description="[" * 20_000),
    "closing-brackets": lambda: one(description="https://a" + ")" * 200_000),
    "emphasis": lambda: one(description="*a* " * 10_000),
    "combining": lambda: one(description="a" + "\u0301\u0316" * 19_000),
    "blank-lines": lambda: one(description="a" + "\n" * 39_000 + "b"),
    "proto": lambda: one(**{"__proto__": {"__proto__": 1}, "z": {"__proto__": None}}),
    "long-record": lambda: one(z="x" * 2_000_000),
    "digits": lambda: {"events.jsonl": encoded(OTHERS) + b'{"id":' + b"9" * 5000 + b"}\n"},
}
"""Inputs that are too large for a file."""


def corpus_files(name: str) -> Files:
    if name in LARGE:
        return LARGE[name]()
    paths = [path for path in (CORPUS / name).rglob("*") if path.is_file()]
    return {path.relative_to(CORPUS / name).as_posix(): path.read_bytes() for path in paths}


def load_and_render(files: Files, folder: Path, *, all_pages: bool = True) -> Site:
    """Do what ``build`` does with a cache, short of writing the site."""
    settings = _settings(folder)
    for name, content in files.items():
        path = settings.cache / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    site = load_site(settings, Console(stream=io.StringIO()))
    context = make_context(site)
    renderer = Renderer(context=context, templates=PROJECT / "templates")
    fingerprints, audit = Fingerprints(site, no_thumbnails()), IdAudit(published={})
    for page in plan_site(site):
        if page.writer is not Writer.DERIVED and (all_pages or _is_of_events(page)):
            fingerprints.page(page)
            audit.collect(page, renderer.content(page))
    result = evaluate(site.query_index.rows, parse_query("q=a", datetime.now(UTC)))
    for output_format in FORMATS if all_pages else ("json",):
        query_output(site, PROJECT / "templates", result, output_format)
    return site


def _is_of_events(page: Page) -> bool:
    """Whether a page is not one of the hundreds that are the same in every site."""
    return not page.path.startswith("days/") or bool(page.context.get("events"))


def _settings(folder: Path) -> Settings:
    return Settings(
        cache=folder / "cache", output=folder / "output", offline=True, pictures=False,
        templates=PROJECT / "templates", static=PROJECT / "static", base_url=BASE_URL,
    )  # fmt: skip


@pytest.mark.parametrize("name", [*sorted(path.name for path in CORPUS.iterdir()), *LARGE])
def test_what_once_broke_something_is_a_warning(name: str, tmp_path: Path) -> None:
    files = corpus_files(name)
    if "response.json" in files:
        records = [json.loads(line) for line in files["events.jsonl"].splitlines()]
        with LL2Server(EventDatabase(records)) as server:
            refresh(files, tmp_path, server)
        return
    site = load_and_render(files, tmp_path, all_pages=False)
    assert site.catalogue.all_events


@contextmanager
def saved_if_it_fails(name: str, files: Files) -> Iterator[None]:
    """Save the files in the corpus if the block raises anything but an error with a message."""
    started = time.process_time()
    try:
        yield
        seconds = time.process_time() - started
        assert seconds < MAX_SECONDS_OF_CPU, f"{seconds:.0f} seconds for one input"
    except Exception:
        for path, content in files.items():
            target = CORPUS / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        print(f"the input that failed is in {CORPUS / name}")
        raise


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cache after two builds, so that it has every file of one."""
    folder = tmp_path_factory.mktemp("built")
    settings = _settings(folder)
    settings.cache.mkdir()
    (settings.cache / "events.jsonl").write_bytes(encoded(RECORDS[:8]))
    changes = (
        ("added", "", None, "A"), ("renamed", "name", "A", "B"), ("changed", "location", "A", "B"),
        ("moved", "moment", {"date": "2024-01-01T00:00:00Z", "precision": 1}, {"date": None}),
        ("withdrawn", "", "B", None), ("returned", "", None, "B"),
    )  # fmt: skip
    constant = {"observed": "2024-01-02T03:04:05Z", "id": RECORDS[0]["id"]}
    names = ("kind", "field", "old", "new")
    history = [constant | dict(zip(names, change, strict=True)) for change in changes]
    (settings.cache / "history.jsonl").write_bytes(encoded(history))
    articles = [
        stored_record(kind, ArticleDatabase().add(id=number, events=link_to(record["id"])))
        for kind in KINDS
        for number, record in enumerate(RECORDS[:5], start=1)
    ]
    (settings.cache / "articles.jsonl").write_bytes(encoded(articles))
    build_site(settings, Console(stream=io.StringIO()))
    return folder


class Fuzzer:
    """Makes inputs out of records and of the files of a cache."""

    def __init__(self, cache: Path, seed: int) -> None:
        self.mutator = Mutator(seed)
        paths = [path for path in cache.glob("*.json*") if path.name != "events.jsonl"]
        self.files = {path.name: path.read_bytes() for path in paths}

    def records(self) -> Files:
        """Return a cache in which some records are mutated, as values."""
        chosen = self.mutator.random.sample(RECORDS[3:], self.mutator.random.choice((1, 5, 20)))
        mutated = [self.mutator.value(record, RECORDS) for record in chosen]
        return {"events.jsonl": with_others(encoded(mutated))}

    def damaged_records(self) -> Files:
        """Return a cache whose last records are mutated, as bytes."""
        return {"events.jsonl": with_others(self.mutator.bytes(encoded(RECORDS[4:6])))}

    def other_files(self) -> Files:
        """Return a cache in which one file beside the records is mutated."""
        name = self.mutator.random.choice(sorted(self.files))
        data = self.files[name]
        if self.mutator.random.random() < 0.5:
            data = self.mutator.bytes(data)
        elif name.endswith("l"):
            lines = [json.loads(line) for line in data.splitlines() if line.startswith(b"{")]
            data = encoded([self.mutator.value(line, lines) for line in lines])
        else:
            value = json.loads(data)
            data = canonical_json.encode_lines(self.mutator.value(value, [value, *RECORDS[:2]]))
        return {"events.jsonl": encoded(RECORDS[:8]), **self.files, name: data}


def test_no_input_ends_in_a_traceback(built: Path, tmp_path: Path) -> None:
    print(f"ARCHIVE_FUZZ_SEED={SEED}")
    counts = {"records": 0, "damaged_records": 0, "other_files": 0}
    end = time.monotonic() + SECONDS * 0.65
    number = 0
    while time.monotonic() < end:
        number += 1
        fuzzer = Fuzzer(built / "cache", SEED + number)
        kind = fuzzer.mutator.random.choice(
            ("records", "records", "damaged_records", "other_files")
        )
        files: Files = getattr(fuzzer, kind)()
        folder = tmp_path / str(number)
        with saved_if_it_fails(f"{kind}-{SEED + number}", files):
            try:
                site = load_and_render(files, folder, all_pages=number % 20 == 0)
            except ArchiveError:
                # A sentence will do for a file without which nothing is published.
                if "published-ids.json" not in files:
                    raise
            else:
                ids = {event.id for event in site.catalogue.all_events}
                assert ids >= {record["id"] for record in OTHERS}
        counts[kind] += 1
    print(f"{number} inputs: {counts}")


def refresh(files: Files, folder: Path, server: LL2Server) -> None:
    """Refresh a cache of valid records by responses in which some are others; none may be lost."""
    mutated = json.loads(files["response.json"])
    settings = replace(_settings(folder), api_url=server.url, offline=False, full=True, timeout=1.0)
    settings.cache.mkdir(parents=True)
    (settings.cache / "events.jsonl").write_bytes(files["events.jsonl"])
    server.faults.clear()
    server.faults.add(Fault.EDIT, edit=partial(_with_records, mutated), times=None)
    site = load_site(settings, Console(stream=io.StringIO()))
    ids = {event.id for event in site.catalogue.all_events}
    assert ids >= {json.loads(line)["id"] for line in files["events.jsonl"].splitlines()}


def _with_records(mutated: Mapping[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
    results = [mutated.get(str(record["id"]), record) for record in payload["results"]]
    return payload | {"results": results}


def test_no_response_loses_an_event_that_is_known(tmp_path: Path) -> None:
    end = time.monotonic() + SECONDS * 0.15
    number = 0
    records = RECORDS[:12]
    with LL2Server(EventDatabase(records)) as server:
        while time.monotonic() < end:
            number += 1
            mutator = Mutator(SEED + number)
            chosen = mutator.random.sample(records, 3)
            mutated = {str(one["id"]): mutator.value(one, records) for one in chosen}
            response = canonical_json.encode(mutated)
            files = {"events.jsonl": encoded(records), "response.json": response}
            with saved_if_it_fails(f"response-{SEED + number}", files):
                refresh(files, tmp_path / str(number), server)
    print(f"{number} responses")


def test_no_file_that_is_kept_between_builds_ends_one(built: Path, tmp_path: Path) -> None:
    settings = _settings(built)
    [manifest] = (settings.cache / "builds").glob("*.json")
    original = manifest.read_bytes()
    console = Console(stream=io.StringIO())
    end = time.monotonic() + SECONDS * 0.1
    number = 0
    while time.monotonic() < end:
        number += 1
        mutator = Mutator(SEED + number)
        value = json.loads(remove_checksum(original))
        if mutator.random.random() < 0.5:
            mutated = add_checksum(canonical_json.encode(mutator.value(value, [value])))
        else:
            mutated = mutator.bytes(original)
        manifest.write_bytes(mutated)
        with saved_if_it_fails(
            f"manifest-{SEED + number}", {"events.jsonl": encoded(OTHERS), "manifest": mutated}
        ):
            build_site(settings, console)
    print(f"{number} manifests")


def test_whole_processes_end_without_a_traceback(built: Path, tmp_path: Path) -> None:
    end = time.monotonic() + SECONDS * 0.1
    number = 0
    while number == 0 or time.monotonic() < end:
        number += 1
        files = Fuzzer(built / "cache", SEED - number).other_files()
        files |= Fuzzer(built / "cache", SEED - number).records()
        cache = tmp_path / f"cache{number}"
        cache.mkdir()
        for name, content in files.items():
            (cache / name).write_bytes(content)
        with saved_if_it_fails(f"process-{SEED - number}", files):
            run = run_build("--offline", cache=cache, output=tmp_path / "output", expect=None)
            assert "Traceback" not in run.stderr
    print(f"{number} processes")
