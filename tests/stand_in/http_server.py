"""The HTTP server: threads, persistent connections, and a shutdown that leaves no thread behind."""

import contextlib
import socket
import struct
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from threading import Event, Lock
from typing import Any

from tests.stand_in.request_log import LoggedRequest
from tests.stand_in.response_writer import compress_response, wait_for_disconnect, write_response
from tests.stand_in.responses import ServerResponse, html_response

Respond = Callable[[LoggedRequest, str], ServerResponse]
"""Takes a request and the host that it names; returns the response."""

# With this option, closing a socket sends RST instead of FIN.
_NO_LINGER = struct.pack("ii", 1, 0)


class HttpServer(ThreadingMixIn, HTTPServer):
    """A server that closes its open connections and joins its threads when it stops."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], respond: Respond) -> None:
        self.respond = respond
        self.stopping = Event()
        self.compress = False
        #: exceptions raised by the server itself or by a test's hook
        self.errors: list[BaseException] = []
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._to_reset: set[socket.socket] = set()
        super().__init__(address, ApiHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Register a connection before its thread starts."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection, with a reset if `reset` was called for it."""
        with self._lock:
            self._open.discard(request)
            is_reset = request in self._to_reset
            self._to_reset.discard(request)
        if is_reset:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def reset(self, connection: socket.socket) -> None:
        """Let this connection end with a reset."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        with self._lock:
            self._to_reset.add(connection)

    def stop(self) -> None:
        """Accept no more requests, close all connections and join all threads."""
        self.stopping.set()
        self.shutdown()
        with self._lock:
            for connection in self._open:
                _disconnect(connection)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect; the handler collects the server's own errors."""


class ApiHandler(BaseHTTPRequestHandler):
    """Reads requests, calls `HttpServer.respond`, writes the responses."""

    server: HttpServer
    protocol_version = "HTTP/1.1"
    server_version = "stand-in"
    disable_nagle_algorithm = True
    # Seconds to wait for the rest of a request.
    timeout = 60

    def do_GET(self) -> None:
        """Respond to any method: the API decides which ones are allowed."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = LoggedRequest(
            method=self.command,
            target=self.path,
            headers=headers,
            client=self.client_address[0],
        )
        response = self._respond(request, headers)
        try:
            write_response(response, self, without_body=self.command == "HEAD")
        except OSError:
            self.close_connection = True

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815

    def _respond(self, request: LoggedRequest, headers: dict[str, str]) -> ServerResponse:
        # The body of a request is not read, and must not be taken for the next request.
        self.close_connection |= "content-length" in headers or "transfer-encoding" in headers
        port = self.server.server_address[1]
        try:
            response = self.server.respond(request, headers.get("host", f"127.0.0.1:{port}"))
        except Exception as error:
            self.server.errors.append(error)
            traceback.print_exc()
            return html_response("The stand-in server failed", 500)
        accept_encoding = headers.get("accept-encoding", "") if self.server.compress else ""
        return compress_response(response, accept_encoding)

    def write(self, data: bytes) -> None:
        """Send a part of the body."""
        self.wfile.write(data)

    def wait(self, seconds: float) -> bool:
        """Wait; return whether the client has disconnected or the server is stopping."""
        return wait_for_disconnect(self.connection, self.server.stopping, seconds)

    def reset(self) -> None:
        """Let the connection end with a reset."""
        self.close_connection = True
        self.server.reset(self.connection)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: `RequestLog` has the requests."""


def _disconnect(connection: socket.socket) -> None:
    # The client may have closed it already.
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
