"""A real browser, headless, and where one is to be had."""

import functools
import http.server
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import Browser, Page, Playwright, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def browser_path() -> str:
    """The browser's program; skips the test where there is none, or fails where one is required."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path:
        return path
    advice = "no Chromium on the PATH; on Debian: apt-get install chromium"
    if os.environ.get("ARCHIVE_REQUIRE_CLIENTS"):
        pytest.fail(advice)
    pytest.skip(advice)


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = browser_path()
    with sync_playwright() as playwright:
        browser = _launch(playwright, path)
        yield browser
        browser.close()


def _launch(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves under a prefix, as GitHub Pages serves a project's site under ``/repo/``."""

    prefix = "/"
    halt = b""
    """Before these bytes of a file nothing comes for a while, as on a slow network."""

    def translate_path(self, path: str) -> str:
        inside = path.startswith(self.prefix)
        return super().translate_path("/" + path[len(self.prefix) :] if inside else "/\0")

    def copyfile(self, source: IO[bytes], outputfile: IO[bytes]) -> None:
        content = source.read()
        at = content.find(self.halt) if self.halt else 0
        if at > 0:
            outputfile.write(content[:at])
            outputfile.flush()
            time.sleep(1)
        outputfile.write(content[max(at, 0) :])

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve_folder(folder: Path, prefix: str = "/", *, pause_before: bytes = b"") -> Iterator[str]:
    """The folder over HTTP; yields the address of its root. Before ``halt`` a file comes late."""
    handler = type("Handler", (_Quiet,), {"prefix": prefix, "halt": pause_before})
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{prefix}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class PageMonitor:
    """Notes what a page complains of, and whom it asks."""

    def __init__(self, page: Page) -> None:
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("requestfailed", self._failed)
        page.on("request", lambda request: self.requests.append(request.url))

    def _failed(self, request: Request) -> None:
        # A page does not wait for its icon; whoever goes on before it has come calls it off.
        if request.failure != "net::ERR_ABORTED":
            self.errors.append(f"failed: {request.url} ({request.failure})")

    def _console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.errors.append(text)
