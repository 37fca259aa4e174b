"""Faults of the whole answer: each makes another answer of the good one."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from tests.ll2_server.faults import Fault
from tests.ll2_server.request_log import LoggedRequest
from tests.ll2_server.responses import Answer, Manner, html_answer, json_answer, redirect
from tests.ll2_server.throttle import Throttle

Make = Callable[[], Answer]
Worsen = Callable[[Make, LoggedRequest, dict[str, Any]], Answer]


def throttled(throttle: Throttle, wait: int) -> Answer:
    """Refuse a request."""
    headers, body = throttle.refusal(wait)
    return json_answer(body, 429, headers)


def _server_error(make: Make, asked: LoggedRequest, options: dict[str, Any]) -> Answer:
    status = options.get("status", 503)
    titles = {500: "Server Error (500)", 502: "502 Bad Gateway", 503: "503 Service Unavailable"}
    return html_answer(titles.get(status, str(status)), status)


def _bytes(edit: Callable[[bytes], bytes]) -> Worsen:
    """Change the body and nothing else."""

    def worsen(make: Make, asked: LoggedRequest, options: dict[str, Any]) -> Answer:
        answer = make()
        return replace(answer, body=edit(answer.body))

    return worsen


def _length(edit: Callable[[int], int]) -> Worsen:
    def worsen(make: Make, asked: LoggedRequest, options: dict[str, Any]) -> Answer:
        answer = make()
        return replace(answer, declared_length=edit(len(answer.body)))

    return worsen


def _manner(manner: Manner) -> Worsen:
    def worsen(make: Make, asked: LoggedRequest, options: dict[str, Any]) -> Answer:
        return replace(make(), manner=manner, interval=options.get("interval", 1.0))

    return worsen


def _gzip_bomb(make: Make, asked: LoggedRequest, options: dict[str, Any]) -> Answer:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    return Answer(headers=headers, body=_blanks(options.get("size", 100_000_000)))


@lru_cache(maxsize=2)
def _blanks(size: int) -> bytes:
    """Pack so many blanks, which JSON allows before anything."""
    megabyte = b" " * 1_000_000
    # Members of a gzip file may follow one another: pack one, repeat it.
    packed = gzip.compress(megabyte, 9, mtime=0)
    return packed * (size // len(megabyte)) + gzip.compress(b"{}", mtime=0)


def _endless(make: Make, asked: LoggedRequest, options: dict[str, Any]) -> Answer:
    headers = {"Content-Type": "application/json"}
    return Answer(headers=headers, body=b'{"count": 1, "results": [ ', manner=Manner.ENDLESS)


WORSEN: dict[Fault, Worsen] = {
    Fault.SERVER_ERROR: _server_error,
    Fault.NOT_FOUND: lambda make, asked, options: json_answer({"detail": "Not found."}, 404),
    Fault.HTML: lambda make, asked, options: html_answer("Just a moment..."),
    Fault.EMPTY_BODY: _bytes(lambda body: b""),
    Fault.TRUNCATED_JSON: _bytes(lambda body: body[: len(body) // 2]),
    Fault.INVALID_JSON: _bytes(lambda body: b"{'count': NaN," + body),
    Fault.INVALID_UTF8: _bytes(lambda body: body.replace(b'"name":"', b'"name":"\xff\xfe')),
    Fault.LENGTH_TOO_LONG: _length(lambda length: length + 1000),
    Fault.LENGTH_TOO_SHORT: _length(lambda length: length // 2),
    Fault.RESET: _manner(Manner.RESET),
    Fault.STALL: _manner(Manner.STALL),
    Fault.STALL_MIDWAY: _manner(Manner.STALL_MIDWAY),
    Fault.DRIP: _manner(Manner.DRIP),
    Fault.REDIRECT_LOOP: lambda make, asked, options: redirect(asked.target),
    Fault.REDIRECT: lambda make, asked, options: redirect(options["to"]),
    Fault.GZIP_BOMB: _gzip_bomb,
    Fault.ENDLESS: _endless,
}
