"""``build.py verify``: a published site is compared with what the cache would build."""

import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.browser import serve_folder
from tests.conftest import BASE_URL, Run, run_build
from tests.test_restore import files

EVA = "events/tiangong-eva-1.html"
PRECACHE_MANIFEST = "service-worker-files.json"


@pytest.fixture
def site(seed_run: Run, tmp_path: Path) -> Run:
    """A copy of the site of ten events and of its cache, to be damaged."""
    for folder in (seed_run.cache, seed_run.output):
        shutil.copytree(folder, tmp_path / folder.name)
    return replace(seed_run, cache=tmp_path / "cache", output=tmp_path / "output")


def verify(site: Run, where: object, *options: str, expect: int = 0, **environ: str) -> Run:
    return run_build(
        "verify", str(where), *options,
        cache=site.cache, output=site.output, expect=expect, coverage=True, **environ,
    )  # fmt: skip


def edit(site: Run, path: str, old: bytes, new: bytes) -> None:
    content = (site.output / path).read_bytes()
    assert old in content
    (site.output / path).write_bytes(content.replace(old, new, 1))


@contextmanager
def failing_server(folder: Path, *, failing: str, status: int) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder, with an error for paths that begin with ``failing``; yield URL, requests."""
    requested: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            requested.append(self.path)
            if self.path.startswith(failing):
                self.send_error(status)
            else:
                super().do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Handler, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", requested
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_equal_site_in_a_folder_is_equal(site: Run) -> None:
    before = files(site.cache)
    run = verify(site, site.output)
    # The marker is no part of the site.
    count = len(files(site.output)) - 1
    assert f"{count} files compared: the sites are equal." in run.stderr
    assert f"built with the setting base_url = '{BASE_URL}'" in run.stderr
    after = files(site.cache)
    assert {**before, "archive.lock": b""} == {**after, "archive.lock": b""}


def test_an_equal_site_on_a_server_is_equal(site: Run) -> None:
    with serve_folder(site.output, "/archive/") as url:
        run = verify(site, url.removesuffix("/"), "--json")
    assert run.report["ok"]
    # One file is for hosts, the marker for builds.
    assert run.report["comparison"]["equal"] == len(files(site.output)) - 2
    assert "Not compared, since hosts need not serve it: .nojekyll." in run.stderr


def test_a_changed_byte_is_found_with_its_line(site: Run) -> None:
    edit(site, EVA, b"Tiangong EVA-1", b"Tiangong EVA-2")
    lines = (site.output / EVA).read_text("utf-8").split("\n")
    number = next(n for n, line in enumerate(lines, 1) if "EVA-2" in line)
    with serve_folder(site.output) as url:
        runs = [verify(site, where, expect=1) for where in (site.output, url)]
    for run in runs:
        (line,) = run.stdout.splitlines()
        assert line.startswith(f"different: {EVA}, line {number}: “")
        assert "EVA-2" in line.partition(" instead of ")[0]
        assert "EVA-1" in line.partition(" instead of ")[2]
        assert "the sites differ: 1 different" in run.stderr
    assert "Traceback" not in runs[0].stderr


def test_a_missing_page_is_found(site: Run) -> None:
    (site.output / EVA).unlink()
    with serve_folder(site.output) as url:
        for where in (site.output, url):
            assert verify(site, where, expect=1).stdout == f"missing: {EVA}\n"


def test_an_extra_page_is_found(site: Run) -> None:
    (site.output / "events/extra.html").write_bytes(b"x")
    run = verify(site, site.output, expect=1)
    assert run.stdout == "extra: events/extra.html\n"
    # A server has no list but the one that the site publishes.
    edit(site, PRECACHE_MANIFEST, b'"files":{', b'"files":{"events/extra.html":["",1],')
    with serve_folder(site.output) as url:
        lines = verify(site, url, expect=1).stdout.splitlines()
    assert lines[0] == "extra: events/extra.html"
    assert [line.partition(",")[0] for line in lines[1:]] == [f"different: {PRECACHE_MANIFEST}"]


def test_the_site_of_other_events_differs_in_their_pages(site: Run, generated_run: Run) -> None:
    other = replace(site, cache=generated_run.cache)
    run = verify(other, site.output, "--json", expect=1)
    found = run.report["comparison"]
    assert "places/international-space-station.rss" in found["extra"]
    assert any(path.startswith("events/") for path in found["missing"])
    assert "index.html" in found["different"]
    shown = verify(other, site.output, expect=1).stdout.splitlines()
    assert len(shown) < len(found["extra"]) + len(found["missing"]) + len(found["different"])
    assert any(line.endswith("more (-v lists all)") for line in shown)


def test_pictures_that_only_former_pages_name_may_stay(site: Run) -> None:
    (site.output / "pictures").mkdir(exist_ok=True)
    (site.output / "pictures/7-0123456789-320.webp").write_bytes(b"RIFF")
    (site.output / "assets/style.0123456789.css").write_bytes(b"*{}")
    run = verify(site, site.output)
    assert "Pictures and assets that former pages named: 2; they may stay." in run.stderr


def test_a_file_that_the_server_fails_to_send_is_not_compared(site: Run) -> None:
    with failing_server(site.output, failing=f"/{EVA}", status=503) as (url, requested):
        run = verify(site, url, "--timeout", "1s", expect=1)
    assert run.stdout.startswith(f"not compared: {EVA}: ")
    assert "the server answered 503" in run.stdout
    assert requested.count(f"/{EVA}") == 3
    assert "the sites differ: 1 not compared" in run.stderr


def test_a_server_that_only_fails_is_soon_left_alone(site: Run) -> None:
    with failing_server(site.output, failing="/events/", status=500) as (url, requested):
        run = verify(site, url, "--timeout", "1s", "--jobs", "1", "--json", expect=1)
    assert len([path for path in requested if path.startswith("/events/")]) == 5 * 3
    reasons = set(run.report["comparison"]["unread"].values())
    assert any("failed several times in a row" in reason for reason in reasons)


def test_a_refusal_of_the_server_is_not_tried_again(site: Run) -> None:
    with failing_server(site.output, failing=f"/{EVA}", status=403) as (url, requested):
        run = verify(site, url, expect=1)
    assert "the server answered 403" in run.stdout
    assert requested.count(f"/{EVA}") == 1


def test_what_is_no_site_of_the_archive_ends_in_one_sentence(site: Run, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/index.html").write_text("<h1>Cats</h1>")
    with serve_folder(tmp_path / "other") as url:
        places = (url, tmp_path / "other", tmp_path / "none")
        runs = [verify(site, where, expect=1) for where in places]
        (tmp_path / "other/build.json").write_bytes((site.output / "build.json").read_bytes())
        (tmp_path / "other" / PRECACHE_MANIFEST).write_text("[]")
        runs += [verify(site, where, expect=1) for where in places[:2]]
    # Here nothing listens any more.
    runs.append(verify(site, url, "--timeout", "1s", expect=1))
    for run in runs:
        assert len([line for line in run.stderr.splitlines() if line.startswith("error:")]) == 1
        assert "Traceback" not in run.stderr
    assert "is no site of the archive" in runs[0].stderr
    assert "is no site of the archive" in runs[1].stderr


def test_an_address_that_is_none_is_wrong_usage(site: Run) -> None:
    assert "is not an address" in verify(site, "http://", expect=2).stderr


def test_the_commit_that_a_site_states_is_named_and_not_compared(
    seed_run: Run, tmp_path: Path
) -> None:
    cache = shutil.copytree(seed_run.cache, tmp_path / "cache")
    commit = {"ARCHIVE_COMMIT": "6d521b9c0ffee", "ARCHIVE_OFFER_DOWNLOAD": "true"}
    run = run_build("--offline", cache=cache, output=tmp_path / "output", **commit)
    checked = verify(run, run.output, "--json")
    assert checked.report["ok"], checked.stdout
    assert "It states that commit 6d521b9c0ffee built it, which is not compared." in checked.stderr


def test_a_setting_that_is_given_counts_more_than_the_one_that_the_site_states(site: Run) -> None:
    run = verify(site, site.output, "--base-url", "https://other.example/", "--json", expect=1)
    different = run.report["comparison"]["different"]
    assert "other.example" in different["sitemap.xml"]
    edit(site, "build.json", BASE_URL.encode(), b"not an address")
    run = verify(site, site.output, expect=1)
    assert "build.json, base_url: 'not an address' is not an address" in run.stderr


def test_files_that_other_libraries_make_differently_are_named_and_may_differ(site: Run) -> None:
    info = json.loads((site.output / "build.json").read_bytes())
    info["tools"]["SQLite"] = "3.0.0"
    (site.output / "build.json").write_text(json.dumps(info))
    edit(site, "data/SHA256SUMS", b"events.sqlite", b"events.sqlitE")
    run = verify(site, site.output)
    assert "SQLite 3.0.0" in run.stderr
    assert "these may differ: build.json, data/SHA256SUMS." in run.stderr


def test_a_cache_without_events_has_nothing_to_compare_with(seed_run: Run, tmp_path: Path) -> None:
    empty = replace(seed_run, cache=tmp_path / "cache")
    assert "holds no events" in verify(empty, seed_run.output, expect=1).stderr
