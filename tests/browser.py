"""A headless Chromium, a server for built sites, and what a page reports and requests."""

import functools
import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.external_programs import require_program

NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome",
)  # fmt: skip
"""The first is the same browser without its windows; with it these tests take two thirds of the
time."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--in-process-gpu",
)


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """Yield a headless Chromium; skips the test if none is installed."""
    path = require_program(*NAMES, package="chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Outage:
    """What is wrong with a server; tests switch it on and off."""

    hangs: bool = False
    """Whether it answers nothing."""
    status: int = 0
    """The status of all responses, or 0."""
    is_over: threading.Event = field(default_factory=threading.Event)
    """Ends the requests that hang; set when the server ends, too."""


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves under a prefix, as GitHub Pages serves a project's site under ``/repo/``."""

    prefix = "/"
    outage: "Outage"
    pause_before = b""
    """Before these bytes of a file there is a pause of a second, as on a slow network."""

    def translate_path(self, path: str) -> str:
        is_inside = path.startswith(self.prefix)
        return super().translate_path("/" + path[len(self.prefix) :] if is_inside else "/\0")

    def do_GET(self) -> None:
        if self.outage.hangs:
            self.outage.is_over.wait(60)
            self.close_connection = True
        elif self.outage.status:
            self.send_error(self.outage.status)
        else:
            super().do_GET()

    def copyfile(self, source: IO[bytes], outputfile: IO[bytes]) -> None:
        content = source.read()
        start = content.find(self.pause_before) if self.pause_before else 0
        if start > 0:
            outputfile.write(content[:start])
            outputfile.flush()
            time.sleep(1)
        outputfile.write(content[max(start, 0) :])

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve_folder(
    folder: Path, prefix: str = "/", *, pause_before: bytes = b"", outage: Outage | None = None
) -> Iterator[str]:
    """Serve a folder over HTTP under ``prefix``; yields the URL of its root.

    A file that contains ``pause_before`` is sent with a pause of a second before these bytes.
    """
    outage = outage or Outage()
    attributes = {"prefix": prefix, "pause_before": pause_before, "outage": outage}
    handler = type("Handler", (_Handler,), attributes)
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{prefix}"
    finally:
        outage.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()


class PageMonitor:
    """Collects the errors and warnings of a page and the URLs that it requests."""

    def __init__(self, page: Page) -> None:
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("requestfailed", self._request_failed)
        page.on("request", lambda request: self.requests.append(request.url))

    def _request_failed(self, request: Request) -> None:
        # A page does not wait for its icon, so leaving the page may abort that request.
        if request.failure != "net::ERR_ABORTED":
            self.errors.append(f"failed: {request.url} ({request.failure})")

    def _console(self, level: str, text: str) -> None:
        if level in ("error", "warning"):
            self.errors.append(text)
