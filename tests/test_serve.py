"""``build.py serve``: the preview as a process, with a real browser in front of it."""

import http.client
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser import Witness, launched
from tests.conftest import PROJECT, clean_environment, copy_seed
from tests.visitor import VisitedSite


@dataclass
class Preview:
    """A running preview of a project of its own."""

    project: Path
    process: subprocess.Popen[bytes]
    address: str

    def get(self, path: str, **headers: str) -> tuple[int, str, bytes]:
        place = urlsplit(self.address)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type") or "", answer.read()
        finally:
            connection.close()

    @property
    def build(self) -> int:
        """The number of the build that a page would be told of now."""
        place = urlsplit(self.address)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
        try:
            connection.request("GET", "/__preview__/events")
            line = connection.getresponse().readline()
        finally:
            connection.close()
        return int(json.loads(line.removeprefix(b"data: "))["build"])

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.project / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")


def _project(folder: Path) -> Path:
    """A project like this one, to be edited: only the package is the same."""
    folder.mkdir()
    for name in ("templates", "static"):
        shutil.copytree(PROJECT / name, folder / name)
    for name in ("build.py", "pyproject.toml"):
        shutil.copy(PROJECT / name, folder / name)
    (folder / "events_archive").symlink_to(PROJECT / "events_archive")
    copy_seed(folder / "content_cache")
    return folder


@contextmanager
def started(project: Path, *arguments: str) -> Iterator[Preview]:
    """The preview of ``project`` from its first word to Ctrl-C, which it must take well."""
    log = project / "serve.log"
    command = [sys.executable, str(project / "build.py"), "serve", "--port", "0", *arguments]
    with log.open("w") as stream:
        process = subprocess.Popen(command, stderr=stream, env=clean_environment(), cwd=project)
    try:
        yield Preview(project, process, _address(log, process))
    finally:
        process.send_signal(signal.SIGINT)
        status = process.wait(20)
    assert status == 0, log.read_text()


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if served := re.search(r"^Serving .* at (http://\S+)", log.read_text(), re.MULTILINE):
            return served[1]
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    project = _project(tmp_path_factory.mktemp("serve") / "project")
    with started(project, "--prefix", "/repo/") as preview:
        yield preview
    assert "Traceback" not in (project / "serve.log").read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


def test_it_serves_the_site_under_the_prefix_as_its_host_will(preview: Preview) -> None:
    assert preview.address.startswith("http://127.0.0.1:")
    assert preview.get("/repo/")[:2] == (200, "text/html; charset=utf-8")
    assert preview.get("/repo/calendar.ics")[:2] == (200, "text/calendar; charset=utf-8")
    assert preview.get("/repo/feed.rss")[:2] == (200, "application/rss+xml")
    assert preview.get("/repo/about")[0] == 200
    status, kind, body = preview.get("/repo/deep/er/lost")
    assert (status, kind) == (404, "text/html; charset=utf-8")
    assert b"Nothing at this address" in body
    assert preview.get("/index.html")[0] == 404


@pytest.mark.browser
@pytest.mark.parametrize(
    "address", ["index.html", "events/tiangong-eva-1.html", "types/eva", "years/2021", "offline"]
)
def test_a_page_opens_below_the_prefix_without_complaint(
    preview: Preview, browser: Browser, address: str
) -> None:
    page = browser.new_page()
    witness = Witness(page)
    page.goto(preview.address + address, wait_until="load")
    assert page.locator("h1").is_visible()
    place = urlsplit(preview.address)
    own = (preview.address, f"{place.scheme}://{place.netloc}/__preview__/")
    assert [url for url in witness.requests if not url.startswith(own)] == []
    assert witness.complaints == []
    page.close()


def test_another_name_for_this_machine_is_refused(preview: Preview) -> None:
    assert preview.get("/repo/", Host="evil.example")[0] == 421
    assert preview.get("/repo/", Host="localhost")[0] == 200


def test_only_pages_get_the_script_and_the_files_never_hold_it(preview: Preview) -> None:
    assert b"/__preview__/reload.js" in preview.get("/repo/about.html")[2]
    for address in ("id/309.html", "feed.rss", "service-worker.js"):
        file = (preview.project / "output" / address).read_bytes()
        assert preview.get(f"/repo/{address}")[2] == file
    site = VisitedSite(preview.project / "output")
    assert not [page.address for page in site.pages if b"__preview__" in page.html]


@pytest.mark.browser
def test_an_edit_reloads_the_page_and_a_fault_is_shown_in_it(
    preview: Preview, browser: Browser
) -> None:
    page = browser.new_page()
    witness = Witness(page)
    page.goto(preview.address + "about.html")
    preview.edit("templates/pages/about.html", "<h1>About", "<h1>All about")
    expect(page.locator("h1")).to_have_text("All about this archive", timeout=20_000)
    # A reload cuts what is under way; all else would be a complaint of the page's policy.
    assert [said for said in witness.complaints if not said.startswith("failed: ")] == []

    preview.edit("templates/pages/about.html", "<h1>All", "{{ nonsense }}<h1>All")
    overlay = page.locator("#build-error")
    expect(overlay).to_contain_text("nonsense", timeout=20_000)
    expect(page.locator("h1")).to_have_text("All about this archive")

    preview.edit("templates/pages/about.html", "{{ nonsense }}<h1>All", "<h1>Again")
    expect(page.locator("h1")).to_have_text("Again about this archive", timeout=20_000)
    expect(overlay).to_have_count(0)
    page.close()


@pytest.mark.browser
def test_a_build_that_is_done_before_the_page_listens_is_not_missed(
    preview: Preview, browser: Browser
) -> None:
    page = browser.new_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/__preview__/events", hold)
    page.goto(preview.address + "credits.html")
    preview.edit("templates/pages/credits.html", "<h1>", "<h1>Late: ")
    before, deadline = preview.build, time.monotonic() + 20
    while not held or preview.build == before:
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(page.locator("h1")).to_contain_text("Late: ", timeout=20_000)
    page.close()


@pytest.mark.browser
def test_styles_settings_and_the_cache_are_watched_too(preview: Preview, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(preview.address + "index.html")
    preview.edit("static/style.css", "", "main { outline: 7px solid red !important }\n")
    expect(page.locator("main")).to_have_css("outline-width", "7px", timeout=20_000)
    preview.edit("pyproject.toml", "[tool.events-archive]", '[tool.events-archive]\ntitle = "Mine"')
    expect(page).to_have_title("Mine", timeout=20_000)
    page.close()
    # A page of its own: to go elsewhere just when the old one reloads would be a race.
    page = browser.new_page()
    page.goto(preview.address + "events/tiangong-eva-1.html", wait_until="commit")
    preview.edit("content_cache/events.jsonl", '"name":"Tiangong EVA-1"', '"name":"Renamed"')
    expect(page.locator("h1")).to_have_text("Renamed", timeout=20_000)
    page.close()


def test_a_site_that_never_built_shows_why_and_stays(tmp_path: Path) -> None:
    project = _project(tmp_path / "project")
    (project / "templates/base.html").write_text("{% broken %}")
    with started(project) as preview:
        status, _, body = preview.get("/")
        assert status == 500
        assert b"broken" in body
        assert preview.process.poll() is None


def test_without_a_prefix_the_site_hangs_where_it_will_be_published(tmp_path: Path) -> None:
    project = _project(tmp_path / "project")
    with started(project, "--base-url", "https://example.org/archive/") as preview:
        assert urlsplit(preview.address).path == "/archive/"
        # The page for lost visitors alone has absolute addresses, and they lead home here too.
        lost = preview.get("/archive/deep/er/lost")[2]
        assert b'href="/archive/index.html"' in lost


def test_a_port_that_is_taken_is_one_sentence(preview: Preview, tmp_path: Path) -> None:
    port = str(urlsplit(preview.address).port)
    command = [sys.executable, str(PROJECT / "build.py"), "serve", "--port", port]
    folders = ["--cache", str(tmp_path / "cache"), "--output", str(tmp_path / "output")]
    done = subprocess.run(
        command + folders, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
