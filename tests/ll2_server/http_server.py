"""The HTTP side: threads, connections that stay open, and a quick and clean end."""

import contextlib
import socket
import struct
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from threading import Event, Lock
from typing import Any

from tests.ll2_server.request_log import LoggedRequest
from tests.ll2_server.response_writer import compressed, deliver, wait_or_stop
from tests.ll2_server.responses import Answer, html_answer

Respond = Callable[[LoggedRequest, str], Answer]

# Closing with this option sends RST in place of a polite end.
_LINGER_NOT = struct.pack("ii", 1, 0)


class HttpServer(ThreadingMixIn, HTTPServer):
    """A server that knows its open connections, so that it can close them and join its threads."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], respond: Respond) -> None:
        self.respond = respond
        self.stopping = Event()
        self.compress = False
        #: what went wrong in here, or in a test's hook
        self.errors: list[BaseException] = []
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._broken: set[socket.socket] = set()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take note of a connection before its thread begins."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection: politely, or with a reset if it was broken off."""
        with self._lock:
            self._open.discard(request)
            broken = request in self._broken
            self._broken.discard(request)
        if broken:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def break_off(self, connection: socket.socket) -> None:
        """Have this connection end with a reset."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        with self._lock:
            self._broken.add(connection)

    def stop(self) -> None:
        """End everything: no request is begun, no thread is left."""
        self.stopping.set()
        self.shutdown()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up; errors of ours are kept by the handler."""


class Handler(BaseHTTPRequestHandler):
    """Reads requests, has them answered, sends the answers."""

    server: HttpServer
    protocol_version = "HTTP/1.1"
    server_version = "stand-in"
    disable_nagle_algorithm = True
    # A client that sends half a request is not waited for without end.
    timeout = 60

    def do_GET(self) -> None:
        """Answer any method: which ones are allowed is the API's to say."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = LoggedRequest(
            method=self.command,
            target=self.path,
            headers=headers,
            client=self.client_address[0],
        )
        answer = self._respond(asked, headers)
        try:
            deliver(answer, self, without_body=self.command == "HEAD")
        except OSError:
            self.close_connection = True

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815

    def _respond(self, asked: LoggedRequest, headers: dict[str, str]) -> Answer:
        # A body that nobody reads would be taken for the next request.
        self.close_connection |= "content-length" in headers or "transfer-encoding" in headers
        port = self.server.server_address[1]
        try:
            answer = self.server.respond(asked, headers.get("host", f"127.0.0.1:{port}"))
        except Exception as error:
            self.server.errors.append(error)
            traceback.print_exc()
            return html_answer("The stand-in server failed", 500)
        accepted = headers.get("accept-encoding", "") if self.server.compress else ""
        return compressed(answer, accepted)

    def write(self, data: bytes) -> None:
        """Send a part of the body."""
        self.wfile.write(data)

    def wait(self, seconds: float) -> bool:
        """Wait; says whether the client or the server has gone."""
        return wait_or_stop(self.connection, self.server.stopping, seconds)

    def reset(self) -> None:
        """Break the connection off."""
        self.close_connection = True
        self.server.break_off(self.connection)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: there is the log of requests."""


def _hang_up(connection: socket.socket) -> None:
    # The client may have been faster.
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
