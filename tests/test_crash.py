"""A run that is killed, interrupted or out of space damages no file, and the next run succeeds.

``ARCHIVE_KILLS=300 pytest tests/test_crash.py`` kills at more points in time than the usual few.
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


def _kill(process: subprocess.Popen[str], delay: float, number: int) -> tuple[int, str]:
    """Send a signal after ``delay`` seconds; return the exit status and standard error."""
    time.sleep(delay)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    return process.returncode, stderr


def _site(folder: Path) -> dict[str, bytes]:
    """The published files of an output folder."""
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
def test_a_killed_build_leaves_old_or_new_files_and_the_next_run_finishes(
    seed: int, before_and_after: tuple[Path, Run, Run], tmp_path: Path
) -> None:
    cache, old, new = before_and_after
    shutil.copytree(cache, tmp_path / "cache")
    shutil.copytree(old.output, tmp_path / "output")
    delay = random.Random(seed).uniform(0.15, 1.6)
    process = _start("--offline", *BASE, cache=tmp_path / "cache", output=tmp_path / "output")
    _kill(process, delay, signal.SIGKILL)
    before, after = _site(old.output), _site(new.output)
    for path, content in _site(tmp_path / "output").items():
        if path != ".events-archive.json":
            assert content in (before.get(path), after.get(path)), path
    run_build("--offline", *BASE, cache=tmp_path / "cache", output=tmp_path / "output")
    assert _site(tmp_path / "output") == after


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_refresh_leaves_the_cache_intact_and_records_no_change_twice(
    seed: int, tmp_path: Path
) -> None:
    with LL2Server(EventDatabase.generate(230, images=3), max_image_width=320) as server:
        options = ("--api-url", server.url, *BASE)
        delay = random.Random(seed).uniform(0.1, 1.2)
        process = _start(*options, cache=tmp_path / "cache", output=tmp_path / "output")
        _kill(process, delay, signal.SIGKILL)
        run_build(*options, cache=tmp_path / "cache", output=tmp_path / "output")
        requests = len(server.requests.api)
    records = (tmp_path / "cache/events.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in records] == server.database.ids
    history = (tmp_path / "cache/history.jsonl").read_text("utf-8").splitlines()
    added = [json.loads(line)["id"] for line in history]
    assert sorted(added) == sorted(server.database.ids)
    assert requests <= 2 * 3


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_at_once_with_the_status_of_the_signal(
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
        exit_status, stderr = _kill(process, 0.1, number)
        assert time.monotonic() - started < 30
    assert exit_status == status
    assert "Traceback" not in stderr
    assert not (tmp_path / "output").exists()


def test_of_two_builds_at_once_one_waits_for_the_other(tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    folders = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    processes = [_start("--offline", *BASE, **folders) for _ in range(2)]
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    alone = run_build("--offline", *BASE, cache=tmp_path / "cache", output=tmp_path / "alone")
    assert _site(tmp_path / "output") == _site(alone.output)


def test_two_builds_with_two_caches_into_one_folder_never_mix(
    before_and_after: tuple[Path, Run, Run], tmp_path: Path
) -> None:
    _, old, new = before_and_after
    processes = []
    for run in (old, new):
        cache = tmp_path / run.cache.name
        shutil.copytree(run.cache, cache, ignore=shutil.ignore_patterns("builds"))
        processes.append(_start("--offline", *BASE, cache=cache, output=tmp_path / "output"))
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    assert _site(tmp_path / "output") in (_site(old.output), _site(new.output))
    assert not (tmp_path / "output/.staging").exists()


def _limit_file_size(size: int) -> Callable[[], None]:
    """Return a function that lets writes beyond ``size`` bytes fail, as on a full disk."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def _run_limited(size: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROJECT / "build.py"), *arguments],
        preexec_fn=_limit_file_size(size),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        # The measurement of the coverage could not write its file either.
        env={key: value for key, value in os.environ.items() if not key.startswith("COV")},
    )


def test_a_full_disk_leaves_the_old_site_and_is_reported(
    before_and_after: tuple[Path, Run, Run], tmp_path: Path
) -> None:
    cache, old, new = before_and_after
    shutil.copytree(cache, tmp_path / "cache")
    shutil.copytree(old.output, tmp_path / "output")
    folders = ("--cache", str(tmp_path / "cache"), "--output", str(tmp_path / "output"))
    completed = _run_limited(9000, "--offline", *BASE, *folders)
    assert completed.returncode == 1
    assert "cannot" in completed.stderr
    assert "Traceback" not in completed.stderr
    assert _site(tmp_path / "output") == _site(old.output)
    assert not (tmp_path / "output/.staging").exists()
    run_build("--offline", *BASE, cache=tmp_path / "cache", output=tmp_path / "output")
    assert _site(tmp_path / "output") == _site(new.output)


@pytest.mark.parametrize("format", ["zip", "zim"])
def test_a_full_disk_during_an_export_leaves_no_partial_file(
    format: str, before_and_after: tuple[Path, Run, Run], tmp_path: Path
) -> None:
    if format == "zim":
        pytest.importorskip("libzim", reason="libzim below 3.7 has no wheels for this Python")
    _, old, _ = before_and_after
    folders = ("--cache", str(old.cache), "--output", str(old.output))
    file = tmp_path / f"exports/site.{format}"
    completed = _run_limited(
        400_000, "export", format, "--to", str(file), "--offline", "-q", *BASE, *folders
    )
    assert completed.returncode == 1
    (message,) = completed.stderr.splitlines()
    assert message.startswith(f"error: cannot write {file}: File too large; make room")
    assert list(file.parent.iterdir()) == []


def test_a_full_disk_during_a_refresh_leaves_the_old_cache(tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    before = (tmp_path / "cache/events.jsonl").read_bytes()
    with LL2Server(EventDatabase.generate(60, images=0)) as server:
        folders = ("--cache", str(tmp_path / "cache"), "--output", str(tmp_path / "output"))
        completed = _run_limited(20_000, "--api-url", server.url, *folders)
    assert completed.returncode == 1
    assert "Traceback" not in completed.stderr
    assert (tmp_path / "cache/events.jsonl").read_bytes() == before
    assert not (tmp_path / "output").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_without_write_permission_is_named(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    (tmp_path / "output").mkdir(mode=0o500)
    run = build("--offline", expect=1)
    assert str(tmp_path / "output") in run.stderr
    assert "Traceback" not in run.stderr


def test_a_folder_that_no_build_made_is_left_alone(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    (tmp_path / "output").mkdir()
    (tmp_path / "output/thesis.txt").write_text("years of work", "utf-8")
    run = build("--offline", expect=1)
    assert "did not make" in run.stderr
    assert _site(tmp_path / "output") == {"thesis.txt": b"years of work"}
