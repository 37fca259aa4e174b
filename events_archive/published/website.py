"""The files of a published site, requested from the server that it is on."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from time import monotonic
from urllib.parse import quote

from events_archive.errors import HttpError, UnreachableError
from events_archive.net.http_client import HttpClient, HttpLimits, HttpResponse
from events_archive.published.files import MAX_FILE, UnusableFileError
from events_archive.render.assets import listed_files
from events_archive.settings import Settings
from events_archive.site import urls

_ANSWERS = frozenset({HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""The statuses that say whether there is a file."""


MAX_SECONDS = 3600.0
MAX_BYTES = 4_000_000_000
"""Seconds, and bytes of responses, after which nothing more is requested in a run."""
MAX_FAILURES = 5
"""Failures in a row after which nothing more is requested."""


@contextmanager
def open_website(url: str, settings: Settings) -> Iterator["WebsiteFiles"]:
    """Yield the files of the site at ``url``.

    Raises `UnusableFileError` where no site of the archive is published there, and `HttpError`
    where that cannot be found out.
    """
    limits = HttpLimits.from_timeout(settings.timeout)
    headers = {"User-Agent": settings.user_agent}
    with HttpClient(limits=limits, headers=headers, root=url) as client:
        yield WebsiteFiles(url, client, limits)


class WebsiteFiles:
    """The files at a URL; may be shared by threads."""

    def __init__(self, url: str, client: HttpClient, limits: HttpLimits) -> None:
        self.url = self.name = url
        self._client, self._limits = client, limits
        self._until = monotonic() + MAX_SECONDS
        self._bytes = self._failures = 0
        self._stopped = threading.Event()
        self._info = self._require(urls.BUILD_INFO)
        try:
            listed = listed_files(self._require(urls.PRECACHE_MANIFEST))
        except ValueError as error:
            raise self._no_site(urls.PRECACHE_MANIFEST) from error
        self.paths = listed | {urls.BUILD_INFO}
        """Those that the site lists: pages, pictures and assets."""

    def stop(self) -> None:
        """End running requests, and begin no other."""
        self._stopped.set()
        self._client.abort()

    def read(self, path: str, *, limit: int = MAX_FILE) -> bytes:
        """See `PublishedFiles`; `urls.BUILD_INFO` is the only file that can be read like this."""
        if path != urls.BUILD_INFO or len(self._info) > limit:
            raise UnusableFileError(f"{self.url}{path} cannot be used: it is too large")
        return self._info

    def find(self, path: str) -> bytes | None:
        """Return the content of a file; None if the server has none.

        Raises `HttpError` where the server does not answer that, or a limit is reached.
        """
        if self._failures >= MAX_FAILURES:
            raise HttpError("not requested, since the server has failed several times in a row")
        if monotonic() > self._until or self._bytes > MAX_BYTES:
            raise HttpError("not requested, since the run has taken too long")
        try:
            response = self._request(path)
        except HttpError:
            self._failures += 1
            raise
        self._failures = 0
        self._bytes += len(response.body)
        return response.body if response.status == HTTPStatus.OK else None

    def _request(self, path: str) -> HttpResponse:
        """Return a response with one of `_ANSWERS`, also after failures that soon end."""
        url = f"{self.url}{quote(path)}"
        for delay in (*self._limits.retry_delays, None):
            wait = delay or 0.0
            try:
                response = self._client.request("GET", url, body_for={HTTPStatus.OK})
                if response.status in _ANSWERS:
                    return response
                error = HttpError(f"the server answered {response.status}")
                error.url = url
                if response.status < 500 and response.status != HTTPStatus.TOO_MANY_REQUESTS:
                    raise error
                wait = max(wait, _retry_after(response.headers))
            except UnreachableError as unreachable:
                error = unreachable
            if delay is None or wait > self._limits.max_wait or self._stopped.wait(wait):
                raise error
        raise AssertionError

    def _require(self, path: str) -> bytes:
        content = self.find(path)
        if content is None:
            raise self._no_site(path)
        return content

    def _no_site(self, path: str) -> UnusableFileError:
        return UnusableFileError(
            f"{self.url} is no site of the archive, or one of an earlier version: it has no "
            f"{path} that can be read"
        )


def _retry_after(headers: Mapping[str, str]) -> float:
    value = headers.get("retry-after", "")
    return float(value) if value.isdecimal() else 0.0
