"""A run that has nothing to do ends at once; any other is made."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import PROJECT, Run, copy_seed, run_build
from tests.ll2_server import EventDatabase, LL2Server
from tests.test_incremental import files

COPIED = ("build.py", "events_archive", "pyproject.toml", "static", "templates")
OFFLINE = ("--offline", "--base-url", "https://example.org/")
ARTICLE = '{"kind":"article","id":1,"url":"https://news.example/1"}'


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own with the ten events that a clone ships with, built once."""
    folder = tmp_path_factory.mktemp("up-to-date")
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            skip = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / name, ignore=skip)
        else:
            shutil.copy(source, folder / name)
    copy_seed(folder / "cache")
    _run(folder)
    return folder


def _build(folder: Path, *options: str, expect: int = 0) -> Run:
    folders = {"cache": folder / "cache", "output": folder / "output"}
    return run_build(*options, **folders, expect=expect)


def _run(folder: Path, *options: str, **environ: str) -> Run:
    return run_build(
        *(options or OFFLINE),
        cache=folder / "cache",
        output=folder / "output",
        project=folder,
        PYTHONPROFILEIMPORTTIME="1",
        **environ,
    )


def _was_made(run: Run) -> bool:
    """Whether the run did any work: then it imported more than the module that checks for it."""
    return "events_archive.model" in run.stderr


def _touch(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def test_if_nothing_has_changed_nothing_is_done(archive: Path) -> None:
    _run(archive)
    times = {path: path.stat().st_mtime_ns for path in archive.rglob("*") if path.is_file()}
    run = _run(archive)
    assert not _was_made(run)
    assert "10 events: no changes; no file written." in run.stderr
    assert {path: path.stat().st_mtime_ns for path in times} == times


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: _touch(folder / "cache/events.jsonl"),
        lambda folder: _touch(folder / "cache/ledger.json"),
        lambda folder: (folder / "cache/articles.jsonl").write_text(ARTICLE),
        lambda folder: (folder / "cache/published-ids.json").unlink(),
        lambda folder: _touch(folder / "templates/pages/404.html"),
        lambda folder: _touch(folder / "static/style.css"),
        lambda folder: _touch(folder / "events_archive/errors.py"),
        lambda folder: _touch(folder / "pyproject.toml"),
        lambda folder: _touch(folder / "output/index.html"),
        lambda folder: (folder / "output/events/us-eva-76.html").unlink(),
        lambda folder: shutil.rmtree(folder / "output"),
        lambda folder: (folder / "static/new.txt").write_text("new"),
        lambda folder: (folder / "static/new.txt").unlink(),
        lambda folder: next((folder / "cache/builds").glob("*.json")).write_bytes(b"damaged"),
    ],
)
def test_after_any_change_the_run_is_made(archive: Path, change: Callable[[Path], object]) -> None:
    if not (archive / "static/new.txt").exists() and "unlink" in change.__code__.co_names:
        (archive / "static/new.txt").write_text("new")
    _run(archive)
    assert not _was_made(_run(archive))
    change(archive)
    assert _was_made(_run(archive))
    assert not _was_made(_run(archive))


@pytest.mark.parametrize(
    "options",
    [
        ("--offline",),
        (*OFFLINE, "--today", "2026-01-01"),
        (*OFFLINE, "--dry-run"),
        (*OFFLINE, "--json"),
        (*OFFLINE, "-v"),
    ],
)
def test_a_run_with_other_options_is_made(archive: Path, options: tuple[str, ...]) -> None:
    _run(archive)
    assert _was_made(_run(archive, *options))


def test_a_run_of_another_repository_is_made_and_each_page_links_to_its_source(
    archive: Path,
) -> None:
    _run(archive)
    assert "Source code" not in (archive / "output/about.html").read_text("utf-8")
    url = "https://github.com/me/archive"
    assert _was_made(_run(archive, ARCHIVE_SOURCE_URL=url))
    link = f'<a href="{url}/" rel="noopener noreferrer">Source code</a>'
    assert link in (archive / "output/about.html").read_text("utf-8")
    assert not _was_made(_run(archive, ARCHIVE_SOURCE_URL=url))


def test_a_manifest_of_an_earlier_version_is_replaced(archive: Path) -> None:
    _run(archive)
    (manifest,) = (archive / "cache/builds").glob("*.json")
    manifest.rename(manifest.with_suffix(".bin"))
    manifest.with_name("-srv-output.seal").write_bytes(b"earlier")
    before = files(archive / "output")
    run = _run(archive)
    assert _was_made(run)
    assert "no file written" in run.stderr
    assert files(archive / "output") == before
    names = {path.name for path in (archive / "cache/builds").iterdir()}
    assert names == {manifest.name, "events.msgpack"}
    assert not _was_made(_run(archive))


def test_a_file_in_the_output_folder_that_no_build_wrote_is_no_change(archive: Path) -> None:
    _run(archive)
    (archive / "output/googleverify.html").write_text("proof")
    assert not _was_made(_run(archive))


def test_a_quiet_run_that_has_nothing_to_do_prints_nothing(archive: Path) -> None:
    for _ in range(2):
        run = _build(archive, *OFFLINE, "-q")
    assert run.stderr == ""


def test_the_api_is_asked_when_the_cache_is_old(tmp_path: Path) -> None:
    with LL2Server(EventDatabase.generate(12, images=0)) as server:
        options = ("--api-url", server.url, "--no-pictures", "--max-age")

        def requests(max_age: str) -> int:
            before = len(server.requests.all)
            _build(tmp_path, *options, max_age)
            return len(server.requests.all) - before

        assert requests("1h") > 0
        assert requests("1h") == 0
        assert requests("1h") == 0
        assert requests("0s") > 0
        time.sleep(0.1)
        assert requests("0s") > 0


def test_a_full_refresh_is_made_each_time_it_is_asked_for(tmp_path: Path) -> None:
    with LL2Server(EventDatabase.generate(12, images=0)) as server:
        options = ("--api-url", server.url, "--no-pictures", "--full")
        for _ in range(2):
            before = len(server.requests.all)
            _build(tmp_path, *options)
            assert len(server.requests.all) > before


def test_a_run_that_has_nothing_to_do_repeats_the_warnings(tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    path = tmp_path / "cache/events.jsonl"
    path.write_bytes(path.read_bytes() + b'{"id": 7, "name": null}\n')
    first, second = (_build(tmp_path, *OFFLINE) for _ in range(2))
    assert "event 7 cannot be read" in first.stderr
    warnings = [line for line in first.stderr.splitlines() if line.startswith("warning:")]
    assert [line for line in second.stderr.splitlines() if line.startswith("warning:")] == warnings
    strict = _build(tmp_path, *OFFLINE, "--strict", expect=1)
    assert "--strict" in strict.stderr
    again = _build(tmp_path, *OFFLINE, "--strict", expect=1)
    assert again.stderr == strict.stderr
