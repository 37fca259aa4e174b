"""Faults of the whole response: each makes a faulty response of the correct one."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from tests.stand_in.faults import Fault
from tests.stand_in.request_log import LoggedRequest
from tests.stand_in.responses import (
    SendMode,
    ServerResponse,
    html_response,
    json_response,
    redirect,
)
from tests.stand_in.throttle import Throttle

MakeResponse = Callable[[], ServerResponse]
ResponseFault = Callable[[MakeResponse, LoggedRequest, dict[str, Any]], ServerResponse]
"""Takes a function that makes the correct response, the request, and the fault's options."""


def throttled_response(throttle: Throttle, wait: int) -> ServerResponse:
    """Return a 429 that says to wait for `wait` seconds."""
    headers, body = throttle.refusal(wait)
    return json_response(body, 429, headers)


def _server_error(
    make: MakeResponse, request: LoggedRequest, options: dict[str, Any]
) -> ServerResponse:
    status = options.get("status", 503)
    titles = {500: "Server Error (500)", 502: "502 Bad Gateway", 503: "503 Service Unavailable"}
    return html_response(titles.get(status, str(status)), status)


def _with_body(edit: Callable[[bytes], bytes]) -> ResponseFault:
    """Change the body and nothing else."""

    def fault(
        make: MakeResponse, request: LoggedRequest, options: dict[str, Any]
    ) -> ServerResponse:
        response = make()
        return replace(response, body=edit(response.body))

    return fault


def _with_length(edit: Callable[[int], int]) -> ResponseFault:
    """Change the declared length and nothing else."""

    def fault(
        make: MakeResponse, request: LoggedRequest, options: dict[str, Any]
    ) -> ServerResponse:
        response = make()
        return replace(response, declared_length=edit(len(response.body)))

    return fault


def _with_send_mode(mode: SendMode) -> ResponseFault:
    def fault(
        make: MakeResponse, request: LoggedRequest, options: dict[str, Any]
    ) -> ServerResponse:
        return replace(make(), send_mode=mode, interval=options.get("interval", 1.0))

    return fault


def _cut_gzip(
    make: MakeResponse, request: LoggedRequest, options: dict[str, Any]
) -> ServerResponse:
    response = make()
    body = gzip.compress(response.body, mtime=0)
    headers = {**response.headers, "Content-Encoding": "gzip"}
    return replace(response, headers=headers, body=body[: len(body) // 2])


def _gzip_bomb(
    make: MakeResponse, request: LoggedRequest, options: dict[str, Any]
) -> ServerResponse:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    return ServerResponse(
        headers=headers, body=_compressed_blanks(options.get("size", 100_000_000))
    )


@lru_cache(maxsize=2)
def _compressed_blanks(size: int) -> bytes:
    """Compress `size` blanks, which JSON allows before a value, and an empty object."""
    megabyte = b" " * 1_000_000
    # A gzip file may have several members, so one megabyte is compressed once and repeated.
    compressed = gzip.compress(megabyte, 9, mtime=0)
    return compressed * (size // len(megabyte)) + gzip.compress(b"{}", mtime=0)


def _endless(make: MakeResponse, request: LoggedRequest, options: dict[str, Any]) -> ServerResponse:
    headers = {"Content-Type": "application/json"}
    body = b'{"count": 1, "results": [ '
    return ServerResponse(headers=headers, body=body, send_mode=SendMode.ENDLESS)


RESPONSE_FAULTS: dict[Fault, ResponseFault] = {
    Fault.SERVER_ERROR: _server_error,
    Fault.NOT_FOUND: lambda make, request, options: json_response({"detail": "Not found."}, 404),
    Fault.HTML: lambda make, request, options: html_response("Just a moment..."),
    Fault.EMPTY_BODY: _with_body(lambda body: b""),
    Fault.TRUNCATED_JSON: _with_body(lambda body: body[: len(body) // 2]),
    Fault.INVALID_JSON: _with_body(lambda body: b"{'count': NaN," + body),
    Fault.INVALID_UTF8: _with_body(lambda body: body.replace(b'"name":"', b'"name":"\xff\xfe')),
    Fault.LENGTH_TOO_LONG: _with_length(lambda length: length + 1000),
    Fault.LENGTH_TOO_SHORT: _with_length(lambda length: length // 2),
    Fault.RESET: _with_send_mode(SendMode.RESET),
    Fault.STALL: _with_send_mode(SendMode.STALL),
    Fault.STALL_MIDWAY: _with_send_mode(SendMode.STALL_MIDWAY),
    Fault.DRIP: _with_send_mode(SendMode.DRIP),
    Fault.REDIRECT_LOOP: lambda make, request, options: redirect(request.target),
    Fault.REDIRECT: lambda make, request, options: redirect(options["to"]),
    Fault.CUT_GZIP: _cut_gzip,
    Fault.GZIP_BOMB: _gzip_bomb,
    Fault.ENDLESS: _endless,
}
