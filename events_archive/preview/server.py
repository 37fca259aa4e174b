"""The preview's HTTP server: the site's files, one script of its own, and the news as events.

It listens on the loopback address only, and answers only to its names: a page of another site
cannot read it by letting its own name point here.
"""

import json
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from events_archive.errors import UsageError
from events_archive.preview.static_files import Response, respond
from events_archive.preview.status import BuildStatus, StatusBroadcaster

HOST = "127.0.0.1"
PREVIEW_PREFIX = "/__preview__/"
"""Below it lies what the preview adds; no address of the site begins with an underscore."""

_SCRIPT = Path(__file__).with_name("reload.js")
_TAG = f'<script src="{PREVIEW_PREFIX}reload.js" data-build="%d" defer></script>\n</head>'.encode()
_NAMES = frozenset({"127.0.0.1", "localhost"})
_HEARTBEAT = 15.0
"""Seconds between two signs of life, by which a closed page is noticed."""


class PreviewServer(ThreadingHTTPServer):
    """Serves one folder under one prefix, from `start` until `stop`."""

    daemon_threads = True
    # On Windows a second server could take the same port without a word.
    allow_reuse_address = False
    allow_reuse_port = False

    def __init__(
        self, *, folder: Path, prefix: str, port: int, bulletin: StatusBroadcaster
    ) -> None:
        self.folder, self.prefix, self.broadcaster = folder, prefix, bulletin
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be had: {error.strerror or error}; choose another with --port"
            ) from error
        self._thread = Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        """Where the site's root is."""
        return f"http://{HOST}:{self.server_port}{self.prefix}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A page that was left while it was loading is no fault; anything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def stop(self) -> None:
        """Stop answering and free the port."""
        self.broadcaster.close()
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: PreviewServer
    protocol_version = "HTTP/1.1"
    server_version = "preview"
    sys_version = ""

    def do_GET(self) -> None:
        self._respond()

    def do_HEAD(self) -> None:
        self._respond()

    def _respond(self) -> None:
        if self.headers.get("Host", "").partition(":")[0] not in _NAMES:
            self._send(Response(status=HTTPStatus.MISDIRECTED_REQUEST, body=b"Not this server.\n"))
        elif self.path == f"{PREVIEW_PREFIX}events":
            self._tell_news()
        elif self.path == f"{PREVIEW_PREFIX}reload.js":
            script = Response(
                status=HTTPStatus.OK,
                body=_SCRIPT.read_bytes(),
                media_type="text/javascript; charset=utf-8",
            )
            self._send(script)
        else:
            # Looked up first: what is built while the page is read has the page read again.
            build = self.server.broadcaster.status.build
            self._send(with_reload(self._site_answer(), build))

    def _site_answer(self) -> Response:
        news = self.server.broadcaster.status
        if news.error and not (self.server.folder / "index.html").is_file():
            return failed_build(news.error)
        return respond(self.server.folder, self.server.prefix, self.path)

    def _send(self, found: Response) -> None:
        self.send_response(found.status)
        self.send_header("Content-Type", found.media_type)
        self.send_header("Content-Length", str(len(found.body)))
        # A preview shows what is there now, whatever was there a second ago.
        self.send_header("Cache-Control", "no-cache")
        for name, value in found.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(found.body)

    def _tell_news(self) -> None:
        """Server-sent events, for as long as the page is open."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        news, bulletin = self.server.broadcaster.status, self.server.broadcaster
        try:
            self._tell(news)
            while not bulletin.is_closed:
                later = bulletin.wait(news, _HEARTBEAT)
                self._tell(later)
                news = later
        except ConnectionError:
            pass  # The page was closed.

    def _tell(self, news: BuildStatus) -> None:
        data = json.dumps({"build": news.build, "error": news.error})
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Requests are the browser's business; what is amiss is seen in the page."""


def with_reload(found: Response, build: int) -> Response:
    """A page of a ``build`` with the script that reloads it after the next one.

    A page that leads on at once is left as it is.
    """
    if not found.is_page or b'http-equiv="refresh"' in found.body:
        return found
    return Response(
        status=found.status,
        body=found.body.replace(b"</head>", _TAG % build, 1),
        media_type=found.media_type,
        headers=found.headers,
    )


def failed_build(error: str) -> Response:
    """What is shown in place of a site that could not be built once; the script adds the reason."""
    from html import escape  # noqa: PLC0415 - only for this page

    body = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<title>The build failed</title>\n</head>\n<body>\n<h1>The build failed</h1>\n"
        f"<pre>{escape(error)}</pre>\n</body>\n</html>\n"
    )
    return Response(
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        body=body.encode(),
        media_type="text/html; charset=utf-8",
    )
