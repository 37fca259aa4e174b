"""The download of one image."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from events_archive.model.event import Image
from events_archive.net.errors import (
    ConnectError,
    ForbiddenAddressError,
    HttpError,
    InvalidUrlError,
    RedirectError,
    ResponseTimeoutError,
    ResponseTooLargeError,
    UnsupportedSchemeError,
)
from events_archive.net.http_client import HttpClient, HttpLimits, HttpResponse
from events_archive.store.files import write_atomically

_RETRY = timedelta(days=1)
"""After how long a refused image is requested again."""
_RETRY_SOON = timedelta(hours=1)
"""The same where the fault is likely to be temporary."""
_NO_DELAY = timedelta(0)
_TEMPORARY = frozenset({408, 425, 429})
"""Statuses below 500 that concern the server's present state and not the image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """An image to request."""

    image: Image
    path: Path
    """Where it is written."""
    validators: Mapping[str, str]
    """The request headers that make the request conditional; none where there is no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadResult:
    """The outcome of one download."""

    is_new: bool = False
    """Whether the content of the file has changed."""
    validators: Mapping[str, str] | None = None
    """For the next request; None where the previous ones remain valid."""
    error: str = ""
    retry_after: timedelta = _NO_DELAY
    """For how long the image need not be requested again."""


def download(task: Download, client: HttpClient, limits: HttpLimits) -> DownloadResult:
    """Download one image into its file.

    Raises `CacheError` where the file cannot be written.
    """
    headers = {"Accept": "image/*, */*;q=0.1", "Accept-Encoding": "identity", **task.validators}
    try:
        response = client.request("GET", task.image.url, headers=headers, body_for={HTTPStatus.OK})
    except HttpError as failure:
        error, retry_after = _explain(failure, limits)
    else:
        if response.status == HTTPStatus.NOT_MODIFIED and task.validators:
            return DownloadResult()
        error, retry_after = _check(response)
    if error:
        # What is already there is not requested again anyway, unless all images are.
        return DownloadResult(
            error=error, retry_after=_NO_DELAY if task.path.is_file() else retry_after
        )
    validators = {
        "If-None-Match": response.headers.get("etag", ""),
        "If-Modified-Since": response.headers.get("last-modified", ""),
    }
    return DownloadResult(
        # The same bytes leave the file alone, and with it the thumbnails made from it.
        is_new=write_atomically(task.path, response.body),
        validators={name: value for name, value in validators.items() if value},
    )


def _explain(error: HttpError, limits: HttpLimits) -> tuple[str, timedelta]:
    """Return why there is no response, and for how long the image need not be requested again."""
    reason, retry_after = _REASONS.get(type(error), _OTHER_REASON)
    megabytes = limits.max_bytes / 1e6
    return reason.format(error=error, limits=limits, megabytes=megabytes), retry_after


_REASONS: dict[type[HttpError], tuple[str, timedelta]] = {
    # Often it is this computer that has no network, which says nothing about the image.
    ConnectError: ("{error}", _NO_DELAY),
    ForbiddenAddressError: ("{error} is not a public address", _RETRY),
    InvalidUrlError: ("its address is not valid", _RETRY),
    RedirectError: ("it was redirected more than {limits.max_redirects} times", _RETRY),
    ResponseTimeoutError: ("it took longer than {limits.total:g} seconds", _RETRY_SOON),
    ResponseTooLargeError: ("it is larger than {megabytes:g} MB", _RETRY),
    UnsupportedSchemeError: ("its address is not one of http or https", _RETRY),
}
_OTHER_REASON = ("the connection broke off ({error.cause})", _RETRY_SOON)


def _check(response: HttpResponse) -> tuple[str, timedelta]:
    """Return why a response holds no image, or "", and the same as `_explain`."""
    status = response.status
    if status != HTTPStatus.OK:
        is_temporary = status in _TEMPORARY or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        reason = f"the server answered {status} {response.reason}".strip()
        return reason, _RETRY_SOON if is_temporary else _RETRY
    other = sniff_non_image(response.body)
    return f"it is {other}, not a picture" if other else "", _RETRY


def sniff_non_image(data: bytes) -> str:
    """Return what ``data`` is if it is no image: "HTML", "text", "empty"...; "" otherwise.

    SVG is refused, being a document that may hold scripts.
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
    # An error message consists of printable characters only, which the start of no image does.
    return "text" if all(32 <= byte < 127 or byte in b"\t\r\n" for byte in head) else ""
