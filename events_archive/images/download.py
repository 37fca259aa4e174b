"""Downloads the originals of the images into the cache, each once.

Missing images never stop a build: one that cannot be downloaded costs a warning. Since their URLs
come from outside, each download has limits (`HttpClient`). The API key is not sent.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from events_archive.console import Console, quantity
from events_archive.errors import ConnectError, HttpError, UnreachableError
from events_archive.images.thumbnails import image_warning
from events_archive.model.event import Image
from events_archive.model.timestamps import AwareDatetime
from events_archive.net.http_client import HttpClient, HttpLimits, HttpResponse
from events_archive.safe_text import safe_text
from events_archive.settings import Settings
from events_archive.store.files import read_checked, write_atomically, write_checked
from events_archive.store.opener import is_file
from events_archive.thread_pool import map_in_threads

_LIMITS = HttpLimits(read=20.0, total=60.0, max_bytes=25_000_000, max_redirects=5)


class DownloadBudget(Struct, frozen=True, kw_only=True):
    """What the downloads of one run may take, whatever the servers do."""

    seconds: float = 600.0
    max_bytes: int = 4_000_000_000
    max_failures: int = 5
    """The failures of one host in a row after which it is not asked again in this run."""


_BUDGET = DownloadBudget()


STATE_FILE = "validators.json"
"""What is known of earlier downloads. Without it, more requests are made."""

_NO_DELAY = timedelta(0)
_RETRY_AFTER = {
    HttpError: timedelta(days=1),
    UnreachableError: timedelta(hours=1),
    # Often it is this computer that has no network, which says nothing about the image.
    ConnectError: _NO_DELAY,
}
"""For how long an image is not requested again after an error."""
_TEMPORARY = frozenset({408, 425, 429})
"""Statuses below 500 that concern the server's present state and not the image."""


class DownloadResult(Struct, frozen=True, kw_only=True):
    """The outcome of one download."""

    size: int = 0
    """The bytes that were received."""
    is_new: bool = False
    """Whether the content of the file has changed."""
    validators: Mapping[str, str] | None = None
    """For the next request; None where the previous ones remain valid."""
    error: str = ""
    retry_after: timedelta = _NO_DELAY
    """For how long the image need not be requested again."""


class FailedDownload(msgspec.Struct, frozen=True, kw_only=True):
    """A download that has failed."""

    url: str
    """What was requested: an image with another URL is requested at once."""
    reason: str
    at: AwareDatetime
    until: AwareDatetime
    """Until when the image is not requested again."""


class DownloadState(msgspec.Struct, kw_only=True):
    """The content of `STATE_FILE`, by `Image.key`."""

    validators: dict[str, dict[str, str]] = {}
    """The request headers that make the next request conditional."""
    failed: dict[str, FailedDownload] = {}

    def is_postponed(self, image: Image, now: datetime) -> bool:
        """Whether the image has failed too recently to be requested again."""
        failure = self.failed.get(image.key)
        # A failure in the future comes from a clock that was wrong.
        return bool(failure and failure.url == image.url and failure.at <= now < failure.until)

    def validators_of(self, image: Image) -> dict[str, str]:
        """Return the headers for requesting an image that is in the cache."""
        headers = self.validators.get(image.key, {})
        # A server may have sent what cannot be sent back.
        return {
            name: headers[name]
            for name in ("If-None-Match", "If-Modified-Since")
            if name in headers and headers[name].isascii() and headers[name].isprintable()
        }

    def update(self, image: Image, result: DownloadResult, now: datetime) -> None:
        """Add the result of a download."""
        self.failed.pop(image.key, None)
        if result.validators is not None:
            self.validators[image.key] = dict(result.validators)
        if result.retry_after:
            self.failed[image.key] = FailedDownload(
                url=image.url, reason=result.error, at=now, until=now + result.retry_after
            )


def download_images(
    images: Iterable[Image],
    settings: Settings,
    console: Console,
    *,
    now: datetime,
    limits: HttpLimits = _LIMITS,
    budget: DownloadBudget = _BUDGET,
) -> None:
    """Download the original of each of ``images`` into the cache, under `Image.key`.

    What is there is not requested again, except with ``--full``; then a server that supports
    conditional requests (RFC 9110, section 13.1) sends only what has changed. What has failed in an
    earlier run is requested again some time after that. URLs that lead to a private network are
    refused, except those of the API's own host. What exceeds the ``budget`` is left for later runs.

    Raises `CacheError` where the cache cannot be read or written to.
    """
    folder = settings.cache / "originals"
    wanted: dict[str, Image] = {}
    for image in images:
        wanted.setdefault(image.key, image)
    present = {key for key in wanted if is_file(folder / key)}
    state = read_checked(folder / STATE_FILE, DownloadState) or DownloadState()
    postponed = {
        key: state.failed[key]
        for key, image in wanted.items()
        if not (settings.full or key in present) and state.is_postponed(image, now)
    }
    skipped = set() if settings.full else present | postponed.keys()
    due = [image for key, image in wanted.items() if key not in skipped]
    client = HttpClient(
        limits=limits,
        headers={"User-Agent": settings.user_agent},
        trusted_host=urlsplit(settings.api_url).hostname or "",
    )
    spent = _Spent(budget)

    def download(image: Image) -> DownloadResult | None:
        if spent.is_too_much_for(image):
            return None
        validators = state.validators_of(image) if image.key in present else {}
        result = download_image(image, folder / image.key, validators, client)
        spent.add(image, result)
        return result

    results: dict[str, DownloadResult] = {}
    if due:
        pool = map_in_threads(download, due, threads=settings.jobs, on_exit=client.abort)
        try:
            with client, closing(pool), console.progress("pictures", len(due)) as progress:
                for image, result in pool:
                    progress.advance()
                    if result is not None:
                        results[image.key] = result
                        state.update(image, result, now)
        finally:
            # Also after Ctrl-C: what has arrived need not be requested again.
            write_checked(folder / STATE_FILE, state)
    failed = {key: failure.reason for key, failure in postponed.items()}
    failed |= {key: result.error for key, result in results.items() if result.error}
    for key, image in wanted.items():
        if key in failed:
            console.warn(_warning(image, failed[key], key in present, postponed.get(key)))
    if left := len(due) - len(results):
        console.warn(
            f"{quantity(left, 'picture')} left for the next run: their servers fail, are slow, or "
            "send too much"
        )
    if due:
        new = sum(result.is_new for result in results.values())
        console.print(f"{new} pictures fetched, {len(failed) - len(postponed)} failed")


class _Spent:
    """What the downloads of this run have taken of their budget; for several threads."""

    def __init__(self, budget: DownloadBudget) -> None:
        self._budget, self._until = budget, monotonic() + budget.seconds
        self._bytes = 0
        self._failures: Counter[str] = Counter()

    def is_too_much_for(self, image: Image) -> bool:
        """Whether the image must not be requested in this run."""
        is_spent = monotonic() > self._until or self._bytes > self._budget.max_bytes
        return is_spent or self._failures[_host_of(image)] >= self._budget.max_failures

    def add(self, image: Image, result: DownloadResult) -> None:
        """Add a download. Hosts that cannot be connected to are left to the client."""
        self._bytes += result.size
        if result.retry_after == _RETRY_AFTER[UnreachableError]:
            self._failures[_host_of(image)] += 1
        else:
            self._failures[_host_of(image)] = 0


def _host_of(image: Image) -> str:
    # What comes before the path: an invalid URL has a host for this purpose too.
    return "/".join(image.url.split("/")[:3])


def _warning(image: Image, fault: str, is_present: bool, postponed: FailedDownload | None) -> str:
    if is_present:
        fault += "; the copy from an earlier run stays in use"
    elif postponed:
        fault += f"; it will be requested again after {postponed.until:%Y-%m-%d %H:%M} UTC"
    return image_warning(image, fault)


def download_image(
    image: Image, path: Path, validators: Mapping[str, str], client: HttpClient
) -> DownloadResult:
    """Download one image to ``path``.

    ``validators`` are the headers that make the request conditional, none where there is no file.

    Raises `CacheError` where the file cannot be written.
    """
    headers = {"Accept": "image/*, */*;q=0.1", "Accept-Encoding": "identity", **validators}
    try:
        response = client.request("GET", image.url, headers=headers, body_for={HTTPStatus.OK})
        if response.status == HTTPStatus.NOT_MODIFIED and validators:
            return DownloadResult()
        _require_image(response)
    except HttpError as error:
        # What is already there is not requested again anyway, unless all images are.
        retry_after = _NO_DELAY if is_file(path) else _RETRY_AFTER[type(error)]
        return DownloadResult(error=error.reason, retry_after=retry_after)
    new_validators = {
        "If-None-Match": response.headers.get("etag", ""),
        "If-Modified-Since": response.headers.get("last-modified", ""),
    }
    return DownloadResult(
        size=len(response.body),
        # The same bytes leave the file alone, and with it the thumbnails made from it.
        is_new=write_atomically(path, response.body),
        validators={name: value for name, value in new_validators.items() if value},
    )


def _require_image(response: HttpResponse) -> None:
    """Raise `UnreachableError` if a response has no image at present, else `HttpError`."""
    status = response.status
    if status != HTTPStatus.OK:
        reason = f"the server answered {status} {safe_text(response.reason)[:100]}".strip()
        is_temporary = status in _TEMPORARY or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        raise UnreachableError(reason) if is_temporary else HttpError(reason)
    if other := sniff_non_image(response.body):
        raise HttpError(f"it is {other}, not a picture")


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
