"""The HTTP server of the preview: the site's files, the reload script, and the build status.

It listens on the loopback address unless told otherwise, and answers requests for IP addresses and
its own host names only. So a page of another site cannot read it by pointing its own name at this
address (DNS rebinding).
"""

import socket
import sys
from contextlib import suppress
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader, RawIOBase
from ipaddress import ip_address
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, json
from msgspec.structs import replace

from events_archive.errors import UsageError
from events_archive.preview.static_files import Response, respond

PREVIEW_PREFIX = "/__preview__/"
"""The path of what the preview adds. No path of the site begins with an underscore."""

_SCRIPT = Path(__file__).with_name("reload.js")
_SCRIPT_TAG = (
    f'<script src="{PREVIEW_PREFIX}reload.js" data-build="%d" defer></script>\n</head>'.encode()
)
_HEARTBEAT = 15.0
"""Seconds between two messages to an open page; sending one fails if the page was closed."""


class BuildStatus(Struct, frozen=True, kw_only=True):
    """The result of the builds so far."""

    build: int = 0
    """How many builds have succeeded since the server started."""
    error: str = ""
    """Why the last build failed; "" if it succeeded."""


class PreviewServer(ThreadingHTTPServer):
    """Serves ``folder`` under the path ``prefix``, from `start` until `stop`.

    One thread sets the `status` of the builds; the threads of open pages wait for it.
    """

    daemon_threads = True
    # On Windows a second server could bind the same port without an error.
    allow_reuse_address = False
    allow_reuse_port = False
    max_seconds = 60.0
    """Seconds until a request must have arrived as a whole, and for sending the response."""

    def __init__(self, *, folder: Path, prefix: str, port: int, host: str = "127.0.0.1") -> None:
        """Bind the port; 0 means any free one. Raises `UsageError` when it is not available."""
        self.folder, self.prefix, self.host = folder, prefix, host
        self.status = BuildStatus()
        self.is_stopped = False
        self._changed = Condition()
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            self.address_family, *_, address = found[0]
            super().__init__((str(address[0]), port), _PreviewHandler)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UsageError(
                f"port {port} of {host} is not available: {reason}; "
                "choose another with --port or --host"
            ) from error
        self._thread = Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The URL of the site's root."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.server_port}{self.prefix}"

    def is_own(self, host: str) -> bool:
        """Whether the header ``Host`` of a request names this server."""
        with suppress(ValueError):
            name = urlsplit(f"//{host}").hostname or ""
            if name in ("localhost", self.host.lower()):
                return True
            ip_address(name)
            return True
        return False

    def start(self) -> None:
        """Begin to answer requests, in another thread."""
        self._thread.start()

    def build_ended(self, error: str = "") -> None:
        """Have open pages reloaded, or the ``error`` shown above the site as it was."""
        with self._changed:
            builds = self.status.build if error else self.status.build + 1
            self.status = BuildStatus(build=builds, error=error)
            self._changed.notify_all()

    def wait_for_status(self, known: BuildStatus | None, timeout: float) -> BuildStatus:
        """Return the status as soon as it differs from ``known`` or the server is stopped.

        At the latest it is returned after ``timeout`` seconds.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.is_stopped or self.status != known, timeout)
            return self.status

    def handle_error(self, request: object, client_address: object) -> None:
        """Print the traceback, except when a page was closed while it was loading."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def stop(self) -> None:
        """Stop answering and free the port."""
        with self._changed:
            self.is_stopped = True
            self._changed.notify_all()
        self.shutdown()
        self._thread.join()
        self.server_close()


class _PreviewHandler(BaseHTTPRequestHandler):
    server: PreviewServer
    protocol_version = "HTTP/1.1"
    server_version = "preview"
    sys_version = ""

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._reader = _DeadlineReader(self.connection)
        self.rfile = BufferedReader(self._reader)

    def handle_one_request(self) -> None:
        self._reader.deadline = monotonic() + self.server.max_seconds
        super().handle_one_request()

    def do_GET(self) -> None:
        self.connection.settimeout(self.server.max_seconds)
        if not self.server.is_own(self.headers.get("Host", "")):
            self._send(Response(status=HTTPStatus.MISDIRECTED_REQUEST, body=b"Not this server.\n"))
        elif self.path == f"{PREVIEW_PREFIX}events":
            self._send_events()
        elif self.path == f"{PREVIEW_PREFIX}reload.js":
            script = Response(
                status=HTTPStatus.OK,
                body=_SCRIPT.read_bytes(),
                content_type="text/javascript; charset=utf-8",
            )
            self._send(script)
        else:
            # Read before the file: if a build ends in between, the page is loaded once more.
            build = self.server.status.build
            self._send(with_reload_script(self._site_response(), build))

    do_HEAD = do_GET  # noqa: N815 - a name that the base class calls

    def _site_response(self) -> Response:
        status = self.server.status
        if status.error and not (self.server.folder / "index.html").is_file():
            return failed_build_page(status.error)
        return respond(self.server.folder, self.server.prefix, self.path)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.send_header("Cache-Control", "no-cache")
        for name, value in response.headers.items():
            self.send_header(name, value)
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            # A body is not read, and what follows in the connection is no request.
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def _send_events(self) -> None:
        """Send the build status as server-sent events, for as long as the page is open."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        status = None
        # The connection breaks when the page is closed.
        with suppress(ConnectionError):
            while not self.server.is_stopped:
                status = self.server.wait_for_status(status, _HEARTBEAT)
                self.wfile.write(b"data: " + json.encode(status) + b"\n\n")
                self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: the browser shows which requests fail."""


class _DeadlineReader(RawIOBase):
    """Reads from a connection until `deadline`, however few bytes arrive at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.deadline = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(max(0.001, self.deadline - monotonic()))
        return self._connection.recv_into(buffer)


def with_reload_script(response: Response, build: int) -> Response:
    """Return a page of the build number ``build`` with the script that reloads it after the next.

    A redirect page and what is not a page are returned unchanged.
    """
    if not response.is_page or b'http-equiv="refresh"' in response.body:
        return response
    return replace(response, body=response.body.replace(b"</head>", _SCRIPT_TAG % build, 1))


def failed_build_page(error: str) -> Response:
    """Return the page that is shown while no build has succeeded; the script adds the reason."""
    body = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<title>The build failed</title>\n</head>\n<body>\n<h1>The build failed</h1>\n"
        f"<pre>{escape(error)}</pre>\n</body>\n</html>\n"
    )
    return Response(
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        body=body.encode(),
        content_type="text/html; charset=utf-8",
    )
