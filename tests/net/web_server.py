"""A web server on loopback whose responses, good and bad, a test chooses."""

import socketserver
import ssl
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any

Respond = Callable[["ScriptedHandler"], None]


class ScriptedHandler(BaseHTTPRequestHandler):
    """One connection; `server.responses` has a function for each path."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Server"

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers.items())))
        respond = self.server.responses.get(self.path.split("?")[0], status(404))
        try:
            respond(self)
        except OSError:
            self.close_connection = True

    def reply(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def until_closed(self, seconds: float, piece: bytes) -> None:
        """Send ``piece`` every so many seconds until the client or the server closes."""
        while not self.server.closing.wait(seconds):
            self.wfile.write(piece)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ScriptedHandler)
        self.responses: dict[str, Respond] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        self.connections = 0
        self.tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        try:
            with self.tls.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
        except OSError:
            pass  # The client has refused the certificate or closed the connection.

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # The client has closed the connection.
            super().handle_error(request, client_address)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)


class WebServer:
    """``with WebServer() as server: server.responses["/a"] = ok(data)``."""

    def __init__(self, *, certificate: Path | None = None, key: Path | None = None) -> None:
        self._server = _Server()
        if certificate:
            self._server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._server.tls.load_cert_chain(certificate, key)

    def __enter__(self) -> "WebServer":
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http{'s' if self._server.tls else ''}://127.0.0.1:{self.port}/"

    @property
    def responses(self) -> dict[str, Respond]:
        return self._server.responses

    @property
    def requests(self) -> list[tuple[str, dict[str, str]]]:
        """Path and headers of each request."""
        return self._server.requests

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    @property
    def connections(self) -> int:
        """How many connections were opened, with or without a request."""
        return self._server.connections


def ok(data: bytes, **headers: str) -> Respond:
    return lambda handler: handler.reply(200, data, **headers)


def status(code: int, **headers: str) -> Respond:
    return lambda handler: handler.reply(code, b"<html>no</html>", **headers)


def redirect(location: str, code: int = 302) -> Respond:
    return lambda handler: handler.reply(code, b"over there", Location=location)


def conditional(data: bytes, etag: str, modified: str) -> Respond:
    """Send ``data``, or 304 if the client has it already (RFC 9110, section 13.1)."""

    def respond(handler: ScriptedHandler) -> None:
        if handler.headers.get("If-None-Match") == etag:
            handler.reply(304, ETag=etag)
        else:
            handler.reply(200, data, ETag=etag, Last_Modified=modified)

    return respond


def endless(handler: ScriptedHandler) -> None:
    """A body without a length and without an end, as fast as it is read."""
    _open_ended(handler)
    handler.until_closed(0, b"\x89" * 65536)


def slow_body(handler: ScriptedHandler) -> None:
    """A body that arrives one byte at a time."""
    _open_ended(handler)
    handler.until_closed(0.02, b"\x89")


def slow_headers(handler: ScriptedHandler) -> None:
    """A header that never ends, one byte at a time."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    handler.until_closed(0.02, b"x")


def silent(handler: ScriptedHandler) -> None:
    """No response."""
    handler.server.closing.wait(5)
    handler.close_connection = True


def truncated(data: bytes) -> Respond:
    """Half of the announced bytes, and then the connection is closed."""

    def respond(handler: ScriptedHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(2 * len(data)))
        handler.end_headers()
        handler.wfile.write(data)
        handler.close_connection = True

    return respond


def _open_ended(handler: ScriptedHandler) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
