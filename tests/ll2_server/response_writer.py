"""How an answer reaches the socket, in good manners and bad."""

import gzip
import select
from dataclasses import replace
from socket import socket
from threading import Event
from typing import Protocol

from tests.ll2_server.responses import Answer, Manner


class Line(Protocol):
    """What sending needs of a request handler."""

    close_connection: bool

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer."""

    def send_header(self, keyword: str, value: str) -> None:
        """Add a header."""

    def end_headers(self) -> None:
        """Send what was gathered."""

    def write(self, data: bytes) -> None:
        """Send a part of the body."""

    def wait(self, seconds: float) -> bool:
        """Wait; says whether there is no use in going on: the client or the server has gone."""

    def reset(self) -> None:
        """Break the connection off."""


def deliver(answer: Answer, line: Line, *, without_body: bool) -> None:
    """Send an answer in its manner."""
    if answer.manner is Manner.RESET:
        line.reset()
    elif answer.manner is Manner.STALL:
        line.close_connection = True
        _stall(line)
    else:
        _send_head(answer, line)
        if not without_body:
            _send_body(answer, line)


def compressed(answer: Answer, accepted: str) -> Answer:
    """Pack a body with gzip, as proxies do for those who accept it."""
    if "gzip" not in accepted or not answer.body or "Content-Encoding" in answer.headers:
        return answer
    if answer.manner is not Manner.WHOLE or answer.declared_length is not None:
        return answer
    headers = answer.headers | {"Content-Encoding": "gzip"}
    return replace(answer, headers=headers, body=gzip.compress(answer.body, 1))


def client_has_gone(connection: socket) -> bool:
    """Say whether the client has hung up; it sends nothing while it waits for an answer."""
    return bool(select.select([connection], [], [], 0)[0])


def wait_or_stop(connection: socket, stopping: Event, seconds: float) -> bool:
    """Wait, but not longer than anybody is there to wait for."""
    left = seconds
    while left > 0:
        if stopping.wait(min(left, 0.05)) or client_has_gone(connection):
            return True
        left -= 0.05
    return stopping.is_set()


def _send_head(answer: Answer, line: Line) -> None:
    line.send_response(answer.status)
    for name, value in answer.headers.items():
        line.send_header(name, value)
    length = answer.declared_length
    if answer.manner is Manner.ENDLESS or (length is not None and length != len(answer.body)):
        line.close_connection = True
        line.send_header("Connection", "close")
    if answer.manner is not Manner.ENDLESS and answer.status != 304:
        line.send_header("Content-Length", str(len(answer.body) if length is None else length))
    line.end_headers()


def _send_body(answer: Answer, line: Line) -> None:
    if answer.manner is Manner.DRIP:
        _drip(answer, line)
    elif answer.manner is Manner.STALL_MIDWAY:
        line.close_connection = True
        line.write(answer.body[: len(answer.body) // 2])
        _stall(line)
    elif answer.status != 304:
        line.write(answer.body)
        if answer.manner is Manner.ENDLESS:
            _repeat(answer.body[-1:] * 65536, line)


def _stall(line: Line) -> None:
    while not line.wait(60):
        pass


def _drip(answer: Answer, line: Line) -> None:
    for position in range(len(answer.body)):
        line.write(answer.body[position : position + 1])
        if line.wait(answer.interval):
            line.close_connection = True
            return


def _repeat(data: bytes, line: Line) -> None:
    """Go on until the client hangs up, which shows as an error of the connection."""
    while not line.wait(0):
        line.write(data)
