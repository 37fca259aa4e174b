"""Writes responses to a socket, in full or with a fault of the transfer."""

import gzip
import select
from dataclasses import replace
from socket import socket
from threading import Event
from typing import Protocol

from tests.stand_in.responses import SendMode, ServerResponse


class Connection(Protocol):
    """What writing a response needs of a request handler."""

    close_connection: bool

    def send_response(self, code: int, message: str | None = None) -> None:
        """Write the status line."""

    def send_header(self, keyword: str, value: str) -> None:
        """Add a header."""

    def end_headers(self) -> None:
        """Send the status line and the headers."""

    def write(self, data: bytes) -> None:
        """Send a part of the body."""

    def wait(self, seconds: float) -> bool:
        """Wait; return whether the client has disconnected or the server is stopping."""

    def reset(self) -> None:
        """Let the connection end with a reset."""


def write_response(response: ServerResponse, connection: Connection, *, without_body: bool) -> None:
    """Send a response in its `send_mode`."""
    if response.send_mode is SendMode.RESET:
        connection.reset()
    elif response.send_mode is SendMode.STALL:
        connection.close_connection = True
        _stall(connection)
    else:
        _send_headers(response, connection)
        if not without_body:
            _send_body(response, connection)


def compress_response(response: ServerResponse, accept_encoding: str) -> ServerResponse:
    """Compress a body with gzip if the client accepts it, as proxies do."""
    if "gzip" not in accept_encoding or not response.body or "Content-Encoding" in response.headers:
        return response
    if response.send_mode is not SendMode.COMPLETE or response.declared_length is not None:
        return response
    headers = response.headers | {"Content-Encoding": "gzip"}
    return replace(response, headers=headers, body=gzip.compress(response.body, 1))


def is_disconnected(connection: socket) -> bool:
    """Whether the client has disconnected: it sends nothing else while it waits for a response."""
    return bool(select.select([connection], [], [], 0)[0])


def wait_for_disconnect(connection: socket, stopping: Event, seconds: float) -> bool:
    """Wait for at most `seconds`; return whether the client or the server ended the wait."""
    remaining = seconds
    while remaining > 0:
        if stopping.wait(min(remaining, 0.05)) or is_disconnected(connection):
            return True
        remaining -= 0.05
    return stopping.is_set()


def _send_headers(response: ServerResponse, connection: Connection) -> None:
    connection.send_response(response.status)
    for name, value in response.headers.items():
        connection.send_header(name, value)
    is_endless = response.send_mode is SendMode.ENDLESS
    length = response.declared_length
    if is_endless or (length is not None and length != len(response.body)):
        connection.close_connection = True
        connection.send_header("Connection", "close")
    if not is_endless and response.status != 304:
        length = len(response.body) if length is None else length
        connection.send_header("Content-Length", str(length))
    connection.end_headers()


def _send_body(response: ServerResponse, connection: Connection) -> None:
    if response.send_mode is SendMode.DRIP:
        _drip(response, connection)
    elif response.send_mode is SendMode.STALL_MIDWAY:
        connection.close_connection = True
        connection.write(response.body[: len(response.body) // 2])
        _stall(connection)
    elif response.status != 304:
        connection.write(response.body)
        if response.send_mode is SendMode.ENDLESS:
            _repeat(response.body[-1:] * 65536, connection)


def _stall(connection: Connection) -> None:
    while not connection.wait(60):
        pass


def _drip(response: ServerResponse, connection: Connection) -> None:
    for position in range(len(response.body)):
        connection.write(response.body[position : position + 1])
        if connection.wait(response.interval):
            connection.close_connection = True
            return


def _repeat(data: bytes, connection: Connection) -> None:
    """Send `data` until the client disconnects, which raises an OSError."""
    while not connection.wait(0):
        connection.write(data)
