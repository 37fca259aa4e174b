"""One download of a picture, bounded in bytes, in time and in where it may lead (`guard`)."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from events_archive.model.event import Image
from events_archive.store.files import write_atomically

if TYPE_CHECKING:
    import requests

    from events_archive.net.ssrf_guard import GuardedSession

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429})
"""Statuses below 500 that speak of the moment and not of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadLimits:
    """How far a download may go."""

    max_bytes: int = 25_000_000
    """Bytes."""
    seconds: float = 60
    """For the whole picture, with its redirects."""
    connect: float = 10
    """Seconds until a host has taken the connection."""
    read: float = 20
    """Seconds without a byte."""
    max_redirects: int = 5
    retry: timedelta = timedelta(days=1)
    """When a picture that was refused is asked for again."""
    retry_soon: timedelta = timedelta(hours=1)
    """The same for a picture whose server had no time for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One picture to ask for."""

    image: Image
    path: Path
    validators: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadResult:
    """How it went."""

    is_new: bool = False
    """Whether the original in the folder is another one than before."""
    validators: Mapping[str, str] | None = None
    """To ask with the next time; None where the old ones still hold."""
    error: str = ""
    retry_after: timedelta = timedelta(0)
    """For how long it need not be asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadContext:
    """What all downloads of a run have in common."""

    api_url: str
    user_agent: str
    limits: DownloadLimits
    unreachable: dict[str, str] = field(default_factory=dict)
    """Hosts that nobody answered for, and why: they are not tried again in this run."""

    def open_session(self) -> "GuardedSession":
        """A thread's own way out."""
        # Requests costs 100 ms to import, which a run without downloads need not pay.
        from events_archive.net.ssrf_guard import GuardedSession, addresses_of  # noqa: PLC0415

        return GuardedSession(
            allowed_ips=frozenset(addresses_of(urlsplit(self.api_url).hostname or ""))
        )


class _DownloadError(Exception):
    """Why a picture is not taken, in words, and for how long that is likely to be so."""

    def __init__(self, reason: str, hold_back: timedelta) -> None:
        super().__init__(reason)
        self.hold_back = hold_back


def download(
    task: Download, line: "GuardedSession", way: DownloadContext, stop: threading.Event
) -> DownloadResult:
    """Download one picture into its file; a fault is a result too."""
    try:
        answer = _fetch_within_limits(task, line, way)
    except _DownloadError as refused:
        # An original that is there is not asked for on normal runs anyway.
        hold_back = timedelta(0) if task.path.is_file() else refused.hold_back
        return DownloadResult(error=str(refused), retry_after=hold_back)
    if answer is None or stop.is_set():
        return DownloadResult()
    data, validators = answer
    # The same bytes again leave the file alone, and with it the thumbnails made from it.
    return DownloadResult(is_new=write_atomically(task.path, data), validators=validators)


def _fetch_within_limits(
    task: Download, line: "GuardedSession", way: DownloadContext
) -> tuple[bytes, Mapping[str, str]] | None:
    """The picture's bytes and its validators, or None when it has not changed.

    Raises `_RefusedError` for everything that can go wrong.
    """
    from events_archive.net.ssrf_guard import ConnectError, ForbiddenAddressError  # noqa: PLC0415

    bounds = way.limits
    too_long = _DownloadError(f"it took longer than {bounds.seconds:g} seconds", bounds.retry_soon)
    try:
        answer = _follow(task, line, way)
    except (_DownloadError, ForbiddenAddressError, ConnectError, ValueError, OSError) as error:
        raise (too_long if line.aborted else _as_download_error(error, bounds)) from error
    if line.aborted:
        raise too_long
    return answer


def _as_download_error(error: Exception, bounds: DownloadLimits) -> _DownloadError:
    """What an error of the network means for the picture."""
    from events_archive.net.ssrf_guard import ConnectError, ForbiddenAddressError  # noqa: PLC0415

    match error:
        case _DownloadError():
            return error
        case ForbiddenAddressError():
            return _DownloadError(f"{error} is not a public address", bounds.retry)
        case ConnectError():
            # Often it is this end that has no network: not worth remembering.
            return _DownloadError(str(error), timedelta(0))
        case ValueError():
            return _DownloadError("its address is not valid", bounds.retry)
        case _:
            reason = f"the connection broke off ({type(error).__name__})"
            return _DownloadError(reason, bounds.retry_soon)


def _follow(
    task: Download, line: "GuardedSession", way: DownloadContext
) -> tuple[bytes, Mapping[str, str]] | None:
    """Ask for the picture and follow redirects (RFC 9110, section 15.4) to it, each one checked."""
    url = task.image.url
    for _ in range(way.limits.max_redirects + 1):
        with _request(url, task, line, way) as response:
            if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                return _read_response(response, task, way.limits)
            # Header fields are read as Latin-1; what servers put there is UTF-8 (RFC 9110, 5.5).
            location = response.headers["Location"].encode("latin-1").decode("utf-8", "replace")
            url = urljoin(url, location)
    raise _DownloadError(
        f"it was redirected more than {way.limits.max_redirects} times", way.limits.retry
    )


def _request(
    url: str, task: Download, line: "GuardedSession", way: DownloadContext
) -> "requests.Response":
    """Send one request, unless the address is of another kind or its host is known to be away."""
    from events_archive.net.ssrf_guard import ConnectError  # noqa: PLC0415

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise _DownloadError("its address is not one of http or https", way.limits.retry)
    if parts.netloc in way.unreachable:
        raise ConnectError(way.unreachable[parts.netloc])
    headers = {
        "User-Agent": way.user_agent,
        "Accept": "image/*, */*;q=0.1",
        "Accept-Encoding": "identity",
        **task.validators,
    }
    try:
        return line.get(url, headers, timeout=(way.limits.connect, way.limits.read))
    except ConnectError as error:
        way.unreachable[parts.netloc] = str(error)
        raise


def _read_response(
    response: "requests.Response", task: Download, bounds: DownloadLimits
) -> tuple[bytes, Mapping[str, str]] | None:
    """What the last answer holds, if it is a picture."""
    status = response.status_code
    if status == HTTPStatus.NOT_MODIFIED and task.validators:
        return None
    if status != HTTPStatus.OK:
        passing = status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        raise _DownloadError(
            f"the server answered {status} {response.reason or ''}".strip(),
            bounds.retry_soon if passing else bounds.retry,
        )
    data = _body(response, bounds)
    if other := sniff_non_image(data):
        raise _DownloadError(f"it is {other}, not a picture", bounds.retry)
    headers = {
        "If-None-Match": response.headers.get("ETag", ""),
        "If-Modified-Since": response.headers.get("Last-Modified", ""),
    }
    return data, {name: value for name, value in headers.items() if value}


def _body(response: "requests.Response", bounds: DownloadLimits) -> bytes:
    """The answer's body, but no more of it than is allowed, whatever the server announces."""
    too_large = _DownloadError(f"it is larger than {bounds.max_bytes / 1e6:g} MB", bounds.retry)
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and float(announced) > bounds.max_bytes:
        raise too_large
    data = bytearray()
    for chunk in response.iter_content(64 * 1024):
        data += chunk
        if len(data) > bounds.max_bytes:
            raise too_large
    is_coded = response.headers.get("Content-Encoding", "identity") != "identity"
    if announced.isdecimal() and not is_coded and len(data) < int(announced):
        # RFC 9112, section 8; urllib3 does not mind before its version 2.
        raise _DownloadError("the connection broke off (before the end)", bounds.retry_soon)
    return bytes(data)


def sniff_non_image(data: bytes) -> str:
    """What data is that certainly is no picture: "HTML", "SVG", "text", ...; "" when it may be one.

    SVG is a picture to people; here it is a document that may hold scripts.
    """
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not head:
        return "empty"
    if head.startswith(b"<"):
        if b"<html" in head or b"<!doctype html" in head:
            return "HTML"
        return "SVG" if b"<svg" in head else "HTML or XML"
    if head[:1] in {b"{", b"["}:
        return "JSON"
    # No picture's first bytes are all letters and digits and the like, an error message's are.
    return "text" if all(32 <= byte < 127 or byte in b"\t\r\n" for byte in head) else ""
