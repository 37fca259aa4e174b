"""Killed, interrupted, out of space, shut out: all stays whole, and the next run just works.

``ARCHIVE_KILLS=300 pytest tests/test_crash.py`` tries more moments than the usual few.
"""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import PROJECT, Build, Run, copy_seed, run_build
from tests.ll2_server import EventDatabase, LL2Server, generate_records

KILLS = int(os.environ.get("ARCHIVE_KILLS", "5"))
BASE = ("--base-url", "https://example.org/", "--today", "2026-09-01")


def _start(*arguments: str, cache: Path, output: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(PROJECT / "build.py"), *arguments]
    return subprocess.Popen(
        [*command, "--cache", str(cache), "--output", str(output)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def _kill(process: subprocess.Popen[str], after: float, number: int) -> tuple[int, str]:
    time.sleep(after)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def _site(folder: Path) -> dict[str, bytes]:
    """The files that a visitor can reach."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".staging" not in path.parts
    }


def _write_records(cache: Path, records: list[dict]) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(r, ensure_ascii=False, sort_keys=True) + "\n" for r in records)
    (cache / "events.jsonl").write_text("".join(lines), "utf-8")


@pytest.fixture(scope="module")
def before_and_after(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run, Run]:
    """A cache of 60 events, its site, and the site after half the records changed."""
    folder = tmp_path_factory.mktemp("crash")
    records = generate_records(60, images=3)
    _write_records(folder / "old", records)
    old = run_build("--offline", *BASE, cache=folder / "old", output=folder / "site-old")
    for record in records[::2]:
        record["description"] = "Rewritten. " + record["description"]
    _write_records(folder / "new", records[3:])
    shutil.copy(folder / "old/ledger.json", folder / "new/ledger.json")
    shutil.copytree(folder / "new", folder / "cache")
    new = run_build("--offline", *BASE, cache=folder / "new", output=folder / "site-new")
    return folder / "cache", old, new


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_any_moment_every_file_is_whole_and_the_next_run_finishes(
    seed: int, before_and_after: tuple[Path, Run, Run], tmp_path: Path
) -> None:
    cache, old, new = before_and_after
    shutil.copytree(cache, tmp_path / "cache")
    shutil.copytree(old.output, tmp_path / "output")
    moment = random.Random(seed).uniform(0.15, 1.6)
    process = _start("--offline", *BASE, cache=tmp_path / "cache", output=tmp_path / "output")
    _kill(process, moment, signal.SIGKILL)
    before, after = _site(old.output), _site(new.output)
    for address, content in _site(tmp_path / "output").items():
        if address != ".events-archive.json":
            assert content in (before.get(address), after.get(address)), address
    run_build("--offline", *BASE, cache=tmp_path / "cache", output=tmp_path / "output")
    assert _site(tmp_path / "output") == after


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_while_it_asks_the_cache_stays_whole_and_nothing_is_told_twice(
    seed: int, tmp_path: Path
) -> None:
    with LL2Server(EventDatabase.generate(230, images=3), max_image_width=320) as server:
        options = ("--api-url", server.url, *BASE)
        moment = random.Random(seed).uniform(0.1, 1.2)
        process = _start(*options, cache=tmp_path / "cache", output=tmp_path / "output")
        _kill(process, moment, signal.SIGKILL)
        run_build(*options, cache=tmp_path / "cache", output=tmp_path / "output")
        asked = len(server.requests.api)
    records = (tmp_path / "cache/events.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in records] == server.database.ids
    history = (tmp_path / "cache/history.jsonl").read_text("utf-8").splitlines()
    added = [json.loads(line)["id"] for line in history]
    assert sorted(added) == sorted(server.database.ids)
    assert asked <= 2 * 3


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_ends_at_once_with_its_own_status(
    number: int, status: int, tmp_path: Path
) -> None:
    with LL2Server(EventDatabase.generate(230, images=3)) as server:
        server.faults.add("stall", path="offset=100")
        process = _start(
            "--api-url", server.url, cache=tmp_path / "cache", output=tmp_path / "output"
        )
        deadline = time.monotonic() + 60
        while len(server.requests.api) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        started = time.monotonic()
        ended, said = _kill(process, 0.1, number)
        assert time.monotonic() - started < 30
    assert ended == status
    assert "Traceback" not in said
    assert not (tmp_path / "output").exists()


def test_two_builds_at_once_take_turns(tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    places = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    both = [_start("--offline", *BASE, **places) for _ in range(2)]
    said = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    alone = run_build("--offline", *BASE, cache=tmp_path / "cache", output=tmp_path / "alone")
    assert _site(tmp_path / "output") == _site(alone.output)


def _with_files_no_larger_than(octets: int) -> Callable[[], None]:
    """What a full disk does, at a place of our choosing: writes beyond ``octets`` fail."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (octets, octets))

    return limit


def _run_limited(octets: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROJECT / "build.py"), *arguments],
        preexec_fn=_with_files_no_larger_than(octets),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        # Whoever measures the coverage may not write either, and would complain.
        env={key: value for key, value in os.environ.items() if not key.startswith("COV")},
    )


def test_a_full_disk_leaves_the_old_site_and_says_what_to_do(
    before_and_after: tuple[Path, Run, Run], tmp_path: Path
) -> None:
    cache, old, new = before_and_after
    shutil.copytree(cache, tmp_path / "cache")
    shutil.copytree(old.output, tmp_path / "output")
    places = ("--cache", str(tmp_path / "cache"), "--output", str(tmp_path / "output"))
    done = _run_limited(9000, "--offline", *BASE, *places)
    assert done.returncode == 1
    assert "cannot" in done.stderr
    assert "Traceback" not in done.stderr
    assert _site(tmp_path / "output") == _site(old.output)
    run_build("--offline", *BASE, cache=tmp_path / "cache", output=tmp_path / "output")
    assert _site(tmp_path / "output") == _site(new.output)


def test_a_full_disk_while_fetching_leaves_the_old_cache(tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    kept = (tmp_path / "cache/events.jsonl").read_bytes()
    with LL2Server(EventDatabase.generate(60, images=0)) as server:
        places = ("--cache", str(tmp_path / "cache"), "--output", str(tmp_path / "output"))
        done = _run_limited(20_000, "--api-url", server.url, *places)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert (tmp_path / "cache/events.jsonl").read_bytes() == kept
    assert not (tmp_path / "output").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    (tmp_path / "output").mkdir(mode=0o500)
    run = build("--offline", expect=1)
    assert str(tmp_path / "output") in run.stderr
    assert "Traceback" not in run.stderr


def test_a_folder_that_the_build_did_not_make_is_never_emptied(
    build: Build, tmp_path: Path
) -> None:
    copy_seed(tmp_path / "cache")
    (tmp_path / "output").mkdir()
    (tmp_path / "output/thesis.txt").write_text("years of work", "utf-8")
    run = build("--offline", expect=1)
    assert "did not make" in run.stderr
    assert _site(tmp_path / "output") == {"thesis.txt": b"years of work"}
