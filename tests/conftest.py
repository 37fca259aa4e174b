"""Runs of ``build.py`` as a process, and the built sites that several tests share."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from events_archive.store.files import read_checked, write_checked
from tests.ll2_server import EventDatabase, LL2Server
from tests.news_server import ArticleDatabase, NewsServer

PROJECT = Path(__file__).parent.parent

# A shell lets background processes ignore SIGINT, which the runs of ``build.py`` would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)
BASE_URL = "https://example.org/archive/"

# No deadline: the time of one example depends on the load of the machine. `make test-all` asks for
# the second profile.
settings.register_profile("archive", deadline=None, max_examples=25)
settings.register_profile("archive-extended", deadline=None, max_examples=200)
settings.load_profile("archive")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden/")
    parser.addoption(
        "--screenshots", action="store_true", help="write screenshots of pages to screenshots/"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are processors: many tests wait for browsers and servers."""
    return (os.cpu_count() or 1) + 1


EXTENDED = {
    "test_crash", "test_faults", "test_fuzz", "test_memory", "test_planted_files",
    "test_random_runs", "test_streams", "test_up_to_date", "test_year_of_a_fork",
}  # fmt: skip
"""Modules that repeat whole runs in many variants, which takes minutes: ``make test-all``."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests directly in this folder as slow: most of them run the whole program."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker("slow")
            if item.path.stem in EXTENDED:
                item.add_marker("extended")


STATES_TRIED, STATES_LOST = "states of the disk", "states of the disk that lost something"
"""Properties of the reports of `tests.test_crash_states`."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many states of the disk were tried, by whatever processes."""
    numbers = {STATES_TRIED: 0, STATES_LOST: 0}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name in numbers and report.when == "call":
                    numbers[name] += value
    if numbers[STATES_TRIED]:
        terminalreporter.write_line(
            f"{numbers[STATES_TRIED]:,} states of the disk, {numbers[STATES_LOST]} lost"
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure no coverage in this process while a slow test runs.

    It reads sites rather than running the package here: tracing its parsers, clients and servers
    costs a fifth of the time of all tests. Runs of ``build.py`` measure their own coverage.
    """
    trace = sys.gettrace()
    if item.get_closest_marker("slow"):
        sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(trace)


@dataclass(frozen=True)
class Run:
    """A finished run of ``build.py``."""

    status: int
    stdout: str
    stderr: str
    cache: Path
    output: Path

    @property
    def report(self) -> dict:
        """The JSON report of ``--json``."""
        return json.loads(self.stdout)


Build = Callable[..., Run]


def run_build(
    *arguments: str,
    cache: Path,
    output: Path,
    expect: int | None = 0,
    project: Path = PROJECT,
    coverage: bool = False,
    **environ: str,
) -> Run:
    """Run ``build.py`` with a cache and an output folder; its exit status must be ``expect``.

    With ``coverage=True`` the coverage of the run is measured, which doubles its time.
    """
    command = [sys.executable, str(project / "build.py"), *arguments]
    completed = subprocess.run(
        [*command, "--cache", str(cache), "--output", str(output)],
        capture_output=True,
        text=True,
        env={**clean_environment(coverage=coverage), **environ},
        timeout=300,
        check=False,
    )
    if expect is not None:
        assert completed.returncode == expect, completed.stderr
    return Run(completed.returncode, completed.stdout, completed.stderr, cache, output)


def clean_environment(*, coverage: bool = False) -> dict[str, str]:
    """Return the environment without proxies, API key, base URL and PYTHONDONTWRITEBYTECODE.

    With ``coverage=True`` the process measures its coverage, if this one does.
    """
    unwanted = {"ll2_api_key", "archive_base_url", "pythondontwritebytecode"}
    unwanted |= {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
    unwanted |= set() if coverage else {"coverage_process_config", "coverage_process_start"}
    return {key: value for key, value in os.environ.items() if key.lower() not in unwanted}


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """``build(*arguments)`` runs ``build.py`` in folders of this test's own."""

    def run(*arguments: str, expect: int | None = 0, **environ: str) -> Run:
        return run_build(
            *arguments,
            cache=tmp_path / "cache",
            output=tmp_path / "output",
            expect=expect,
            **environ,
        )

    return run


def copy_seed(cache: Path) -> None:
    """Copy the ten real events that a fresh clone has into a cache."""
    cache.mkdir(parents=True, exist_ok=True)
    seed = (PROJECT / "content_cache" / "events.jsonl").read_bytes()
    (cache / "events.jsonl").write_bytes(seed)
    shutil.copy(PROJECT / "content_cache" / "sample.json", cache)


def edit_records(cache: Path, changes: dict[int, dict[str, Any]]) -> None:
    """Change members of records in a cache, by the ids of events."""
    file = cache / "events.jsonl"
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    edited = [{**record, **changes.get(record["id"], {})} for record in records]
    lines = (json.dumps(record, ensure_ascii=False, sort_keys=True) for record in edited)
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def edit_contact(cache: Path, **values: object) -> None:
    """Set values in the note on the last contact with the API."""
    path = cache / "contact.json"
    write_checked(path, {**(read_checked(path, dict) or {}), **values})


@pytest.fixture(scope="session")
def seed_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The site of the ten real events, as a fresh clone builds it without a network."""
    folder = tmp_path_factory.mktemp("seed")
    copy_seed(folder / "cache")
    return run_build(
        "--offline", "--base-url", BASE_URL,
        cache=folder / "cache", output=folder / "output", coverage=True,
    )  # fmt: skip


UNDATED, MONTH, COMING = 262, 264, 265
_DATES: dict[int, dict[str, Any]] = {
    UNDATED: {"date": None},
    MONTH: {"date": "2098-05-01T00:00:00Z", "date_precision": {"id": 7}},
    COMING: {"date": "2098-06-20T12:00:00Z", "date_precision": {"id": 1}},
}


@pytest.fixture(scope="session")
def coming_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The site of the ten real events in January 2022, with other dates for `_DATES`."""
    folder = tmp_path_factory.mktemp("coming")
    copy_seed(folder / "cache")
    edit_records(folder / "cache", _DATES)
    return run_build(
        "--offline", "--base-url", BASE_URL, "--today", "2022-01-01",
        cache=folder / "cache", output=folder / "output",
    )  # fmt: skip


@pytest.fixture(scope="session")
def generated_server() -> Iterator[LL2Server]:
    """A server with 150 events of all types and 24 images."""
    with LL2Server(EventDatabase.generate(150, images=24), max_image_width=700) as server:
        yield server


@pytest.fixture(scope="session")
def generated_run(generated_server: LL2Server, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A first build against ``generated_server``, with 90 articles about half of its events."""
    folder = tmp_path_factory.mktemp("generated")
    articles = ArticleDatabase.generate(90, event_ids=generated_server.database.ids[::2])
    with NewsServer(articles) as news:
        return run_build(
            "--api-url", generated_server.url, "--news-api-url", news.url,
            "--base-url", BASE_URL, "--json",
            cache=folder / "cache", output=folder / "output", coverage=True,
    )  # fmt: skip
