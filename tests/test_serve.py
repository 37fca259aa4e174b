"""``build.py serve`` as a process, opened in a real browser."""

import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from events_archive.store.lock import locked
from tests.browser import PageMonitor, launch_browser
from tests.conftest import PROJECT, clean_environment, copy_seed
from tests.published_site import PublishedSite


@dataclass
class Preview:
    """A running preview of a project of its own."""

    project: Path
    process: subprocess.Popen[bytes]
    url: str
    """The URL of the site's root."""

    def get(self, path: str, **headers: str) -> tuple[int, str, bytes]:
        url = urlsplit(self.url)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            content_type = response.getheader("Content-Type") or ""
            return response.status, content_type, response.read()
        finally:
            connection.close()

    @property
    def build(self) -> int:
        """The number of the build, as pages get it."""
        url = urlsplit(self.url)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=20)
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
    """A copy of this project to edit, with a link to the package."""
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
    """Serve ``project`` until the block ends, then press Ctrl-C; the exit status must be 0."""
    log = project / "serve.log"
    command = [sys.executable, str(project / "build.py"), "serve", "--port", "0", *arguments]
    with log.open("w") as stream:
        process = subprocess.Popen(command, stderr=stream, env=clean_environment(), cwd=project)
    try:
        yield Preview(project, process, _served_url(log, process))
    finally:
        process.send_signal(signal.SIGINT)
        status = process.wait(20)
    assert status == 0, log.read_text()


def _served_url(log: Path, process: subprocess.Popen[bytes]) -> str:
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
    with launch_browser() as browser:
        yield browser


def test_the_site_is_served_under_the_prefix(preview: Preview) -> None:
    assert preview.url.startswith("http://127.0.0.1:")
    assert preview.get("/repo/")[:2] == (200, "text/html; charset=utf-8")
    assert preview.get("/repo/calendar.ics")[:2] == (200, "text/calendar; charset=utf-8")
    assert preview.get("/repo/feed.rss")[:2] == (200, "application/rss+xml")
    assert preview.get("/repo/about")[0] == 200
    status, content_type, body = preview.get("/repo/deep/er/lost")
    assert (status, content_type) == (404, "text/html; charset=utf-8")
    assert b"Page not found" in body
    assert preview.get("/index.html")[0] == 404


@pytest.mark.browser
@pytest.mark.parametrize(
    "path", ["index.html", "events/tiangong-eva-1.html", "types/eva", "years/2021", "offline"]
)
def test_a_page_opens_without_errors_or_requests_to_elsewhere(
    preview: Preview, browser: Browser, path: str
) -> None:
    page = browser.new_page()
    monitor = PageMonitor(page)
    page.goto(preview.url + path, wait_until="load")
    assert page.locator("h1").is_visible()
    root = urlsplit(preview.url)
    own = (preview.url, f"{root.scheme}://{root.netloc}/__preview__/")
    assert [url for url in monitor.requests if not url.startswith(own)] == []
    assert monitor.errors == []
    page.close()


def test_a_request_for_another_host_name_is_refused(preview: Preview) -> None:
    assert preview.get("/repo/", Host="evil.example")[0] == 421
    assert preview.get("/repo/", Host="localhost")[0] == 200


def test_the_reload_script_is_added_to_pages_and_not_to_files(preview: Preview) -> None:
    assert b"/__preview__/reload.js" in preview.get("/repo/about.html")[2]
    for path in ("id/309.html", "feed.rss", "service-worker.js"):
        file = (preview.project / "output" / path).read_bytes()
        assert preview.get(f"/repo/{path}")[2] == file
    site = PublishedSite(preview.project / "output")
    assert not [page.path for page in site.pages if b"__preview__" in page.html]


@pytest.mark.browser
def test_an_edit_reloads_the_page_and_an_error_is_shown_in_it(
    preview: Preview, browser: Browser
) -> None:
    page = browser.new_page()
    monitor = PageMonitor(page)
    page.goto(preview.url + "about.html")
    preview.edit("templates/pages/about.html", "<h1>About", "<h1>All about")
    expect(page.locator("h1")).to_have_text("All about this archive", timeout=20_000)
    # A reload aborts requests; anything else would come from the Content Security Policy.
    assert [text for text in monitor.errors if not text.startswith("failed: ")] == []

    preview.edit("templates/pages/about.html", "<h1>All", "{{ nonsense }}<h1>All")
    overlay = page.locator("#build-error")
    expect(overlay).to_contain_text("nonsense", timeout=20_000)
    expect(page.locator("h1")).to_have_text("All about this archive")

    preview.edit("templates/pages/about.html", "{{ nonsense }}<h1>All", "<h1>Again")
    expect(page.locator("h1")).to_have_text("Again about this archive", timeout=20_000)
    expect(overlay).to_have_count(0)
    page.close()


@pytest.mark.browser
def test_a_build_that_ends_before_the_page_listens_reloads_it_too(
    preview: Preview, browser: Browser
) -> None:
    page = browser.new_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/__preview__/events", hold)
    page.goto(preview.url + "credits.html")
    preview.edit("templates/pages/credits.html", "<h1>", "<h1>New: ")
    before, deadline = preview.build, time.monotonic() + 20
    while not held or preview.build == before:
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(page.locator("h1")).to_contain_text("New: ", timeout=20_000)
    page.close()


@pytest.mark.browser
def test_style_sheets_settings_and_the_cache_are_watched_too(
    preview: Preview, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(preview.url + "index.html")
    preview.edit("static/style.css", "", "main { outline: 7px solid red !important }\n")
    expect(page.locator("main")).to_have_css("outline-width", "7px", timeout=20_000)
    preview.edit("pyproject.toml", "[tool.events-archive]", '[tool.events-archive]\ntitle = "Mine"')
    expect(page).to_have_title("Mine", timeout=20_000)
    page.close()
    # In a new tab, since the old one may be reloading at this time.
    page = browser.new_page()
    page.goto(preview.url + "events/tiangong-eva-1.html", wait_until="commit")
    preview.edit("content_cache/events.jsonl", '"name":"Tiangong EVA-1"', '"name":"Renamed"')
    expect(page.locator("h1")).to_have_text("Renamed", timeout=20_000)
    page.close()


def test_a_site_that_was_never_built_shows_the_error_and_the_server_goes_on(tmp_path: Path) -> None:
    project = _project(tmp_path / "project")
    (project / "templates/base.html").write_text("{% broken %}")
    with started(project) as preview:
        status, _, body = preview.get("/")
        assert status == 500
        assert b"broken" in body
        assert preview.process.poll() is None


def test_the_site_appears_as_soon_as_another_run_has_ended(tmp_path: Path) -> None:
    project = _project(tmp_path / "project")
    with ExitStack() as stack:
        with locked(project / "content_cache"):
            preview = stack.enter_context(started(project))
            status, _, body = preview.get("/")
            assert (status, b"another build" in body) == (500, True)
        deadline = time.monotonic() + 20
        while preview.get("/")[0] != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /dev/full")
@pytest.mark.parametrize("redirection", ["<&- >&- 2>&-", ">/dev/full 2>/dev/full"])
def test_no_standard_stream_is_needed(tmp_path: Path, redirection: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    folders = ("--cache", tmp_path / "cache", "--output", tmp_path / "output")
    copy_seed(tmp_path / "cache")
    command = [sys.executable, PROJECT / "build.py", "serve", "--port", str(port), *folders]
    process = subprocess.Popen(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *command], env=clean_environment()
    )
    served = Preview(tmp_path, process, f"http://127.0.0.1:{port}/")
    try:
        deadline = time.monotonic() + 60
        is_built = False
        while not is_built and time.monotonic() < deadline and process.poll() is None:
            with suppress(ConnectionError):
                is_built = served.build > 0
            time.sleep(0.05)
        assert served.get("/about.html")[0] == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()


def test_the_default_prefix_is_the_path_of_the_base_url(tmp_path: Path) -> None:
    project = _project(tmp_path / "project")
    with started(project, "--base-url", "https://example.org/archive/") as preview:
        assert urlsplit(preview.url).path == "/archive/"
        # The 404 page alone has absolute links.
        not_found = preview.get("/archive/deep/er/lost")[2]
        assert b'href="/archive/index.html"' in not_found


def test_a_port_in_use_is_reported_in_one_line(preview: Preview, tmp_path: Path) -> None:
    port = str(urlsplit(preview.url).port)
    command = [sys.executable, str(PROJECT / "build.py"), "serve", "--port", port]
    folders = ["--cache", str(tmp_path / "cache"), "--output", str(tmp_path / "output")]
    done = subprocess.run(
        command + folders, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
