"""Runs of ``build.py`` as a process, and the finished sites that many tests look at."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from tests.ll2_server import EventDatabase, LL2Server

PROJECT = Path(__file__).parent.parent

# Started in the background, a shell has us ignore Ctrl-C, and so would every run that we start.
signal.signal(signal.SIGINT, signal.default_int_handler)
BASE_URL = "https://example.org/archive/"

# How long an example takes says more of the machine than of the archive.
settings.register_profile("archive", deadline=None)
settings.load_profile("archive")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden/")
    parser.addoption(
        "--screenshots", action="store_true", help="write pictures of pages to screenshots/"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that lie in this folder itself as slow: most run the whole program."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker("slow")


@dataclass(frozen=True)
class Run:
    """A run of ``build.py`` that has ended."""

    status: int
    stdout: str
    stderr: str
    cache: Path
    output: Path

    @property
    def report(self) -> dict:
        return json.loads(self.stdout)


Build = Callable[..., Run]


def run_build(
    *arguments: str,
    cache: Path,
    output: Path,
    expect: int | None = 0,
    project: Path = PROJECT,
    coverage: bool = True,
    **environ: str,
) -> Run:
    """``build.py`` on a cache and an output folder of its own; the status must be ``expect``.

    What takes long and is covered elsewhere need not be ``measured``, which makes it slower still.
    """
    command = [sys.executable, str(project / "build.py"), *arguments]
    done = subprocess.run(
        [*command, "--cache", str(cache), "--output", str(output)],
        capture_output=True,
        text=True,
        env={**clean_environment(coverage=coverage), **environ},
        timeout=300,
        check=False,
    )
    if expect is not None:
        assert done.returncode == expect, done.stderr
    return Run(done.returncode, done.stdout, done.stderr, cache, output)


def clean_environment(*, coverage: bool = True) -> dict[str, str]:
    """Ours, without what would send loopback requests elsewhere, lend a key or a site's address.

    Nor have all runs compile every module anew.
    """
    unwanted = {"ll2_api_key", "archive_base_url", "pythondontwritebytecode"}
    unwanted |= {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
    unwanted |= set() if coverage else {"coverage_process_config", "coverage_process_start"}
    return {key: value for key, value in os.environ.items() if key.lower() not in unwanted}


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """``build(*arguments)``: runs ``build.py`` in folders of this test's own."""

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
    """The ten real events that a clone ships with."""
    cache.mkdir(parents=True, exist_ok=True)
    seed = (PROJECT / "content_cache" / "events.jsonl").read_bytes()
    (cache / "events.jsonl").write_bytes(seed)


@pytest.fixture(scope="session")
def seed_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The site of the ten real events, as a fresh clone without a network builds it."""
    folder = tmp_path_factory.mktemp("seed")
    copy_seed(folder / "cache")
    return run_build(
        "--offline", "--base-url", BASE_URL, cache=folder / "cache", output=folder / "output"
    )


@pytest.fixture(scope="session")
def generated_server() -> Iterator[LL2Server]:
    """An upstream of 150 events of every kind with 24 pictures."""
    with LL2Server(EventDatabase.generate(150, images=24), max_image_width=700) as server:
        yield server


@pytest.fixture(scope="session")
def generated_run(generated_server: LL2Server, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A first full build against that upstream, with lists short enough that many are split."""
    folder = tmp_path_factory.mktemp("grown")
    return run_build(
        "--api-url", generated_server.url, "--base-url", BASE_URL, "--json",
        cache=folder / "cache", output=folder / "output",
    )  # fmt: skip
