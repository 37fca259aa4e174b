"""A client of an API over HTTP: pages of lists, retries, and a budget for each run.

A proxy may answer with an HTML page and status 200, so a response counts as a page only if it has
the shape of one. Nothing that an API says decides how much is requested, received or kept: a run
has a budget of requests, bytes and seconds.
"""

import re
import time
from collections.abc import Callable
from typing import Any, ClassVar, Self

from msgspec import Struct

from events_archive.errors import ApiError, HttpError, UnreachableError
from events_archive.net.http_client import HttpClient, HttpLimits, HttpResponse, display_url
from events_archive.safe_text import safe_text
from events_archive.settings import Settings
from events_archive.source.api_page import ApiPage, ListForm, json_of, parse_page
from events_archive.source.json_fields import JsonFields
from events_archive.store import canonical_json

_MAX_RETRY_AFTER = 24 * 3600
_MAX_MESSAGE_SIZE = 10_000
_RUN_TIMES = 10
"""How often a run may take as long as one response may take."""
_MIN_KEY_LENGTH = 8
"""Shorter keys are not looked for in records: they would be found in other values."""
_TEMPORARY = frozenset({408, 425})
"""Statuses below 500 after which the same request may succeed."""


class RateLimitedError(ApiError):
    """The API takes no more requests for now."""

    def __init__(self, message: str, retry_after: int | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds until the next request is allowed; None if the API does not say."""


class ExcessiveResponseError(ApiError):
    """More was sent in one run than the whole list can have."""


class RateLimit(Struct, frozen=True, kw_only=True):
    """What an API says about its rate limit, except for the IP address."""

    remaining: int
    """Requests that are still allowed for now."""
    retry_after: int
    """Seconds until the next request is allowed; 0 if one is allowed now."""


class BudgetedClient:
    """A client of the API at ``root``, to be used as a context manager."""

    api_name: ClassVar[str]
    """How messages call the API."""
    list_form: ClassVar[ListForm]
    """The form of its lists."""
    bytes_per_request: ClassVar[int]
    """How many bytes a response of a run may have on average."""
    exhausted: ClassVar[str]
    """What status 429 means, in words."""
    advice_on_refusal: ClassVar[str] = ""
    """What follows the message about status 401 or 403."""

    def __init__(
        self,
        settings: Settings,
        root: str,
        *,
        key: str = "",
        limits: HttpLimits | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.requests = 0
        """The number of requests so far that count against the rate limit."""
        self.remaining: int | None = None
        """The number of requests that are still allowed for now; None while not known."""
        self._root = root
        self._limits = limits or HttpLimits.from_timeout(settings.timeout)
        self._sleep = sleep
        self._max_requests = settings.max_requests
        self._max_bytes = self._bytes_left = settings.max_requests * self.bytes_per_request
        self._max_seconds = _RUN_TIMES * self._limits.total
        self._started = time.monotonic()
        self._key = key.encode()
        headers = {"Accept": "application/json", "User-Agent": settings.user_agent}
        if key:
            headers["Authorization"] = f"Token {key}"
        # HttpClient sends requests, and with them the key, to the origin of its root only.
        self._http = HttpClient(root=root, headers=headers, limits=self._limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.__exit__(*error)

    def fetch_page(self, url: str) -> ApiPage:
        """Return the page at ``url``; after a fault that may pass, wait and try again.

        That is a server error, a response that is not whole, or a rate limit that ends soon. After
        the seconds of one response, no further attempt is made.

        Raises `RateLimitedError`, or another `ApiError` when the last retry fails or the response
        is not a page of the list.
        """
        until = time.monotonic() + self._limits.total
        for delay in (*self._limits.retry_delays, None):
            is_last = delay is None
            self.count_request()
            try:
                response = self._require_ok(self._http.request("GET", url))
                self._count_bytes(response)
                return parse_page(self._without_key(json_of(response)), url, self.list_form)
            except RateLimitedError as error:
                wait = error.retry_after
                if is_last or wait is None or wait > self._limits.max_wait:
                    raise
                # Else the next attempt would not be made.
                self.remaining = None
                self._sleep(max(wait, delay or 0.0))
            except HttpError as error:
                is_final = not isinstance(error, UnreachableError) or self.remaining == 0
                if is_final or delay is None or time.monotonic() > until:
                    raise ApiError(str(error)) from error
                self._sleep(delay)
        raise AssertionError  # pragma: no cover - the last delay is None

    def fetch_rate_limit(self) -> RateLimit | None:
        """Return the rate limit, by a request that does not count; None if the API does not say."""
        return None

    def count_request(self) -> None:
        """Count one request. Raises `ApiError` if none remains.

        That is if the run has made all of its requests, or its time is over.
        """
        if self.requests >= self._max_requests:
            raise ApiError(
                f"{self.api_name} needs more than the {self.requests} requests of one run"
            )
        if time.monotonic() - self._started > self._max_seconds:
            raise ApiError(
                f"{self.api_name} is slow: {self.requests} requests took the time of one run"
            )
        self.requests += 1
        self.remaining = None if self.remaining is None else self.remaining - 1

    def rate_limited(self, retry_after: int | None) -> RateLimitedError:
        """Return the error of a request that has to wait for so many seconds."""
        seconds = None if retry_after is None else min(retry_after, _MAX_RETRY_AFTER)
        return RateLimitedError(self.exhausted, seconds)

    def fetch_short_json(self, path: str) -> Any:
        """Return the JSON at ``path`` below the root, by a request that does not count.

        None if there is none, or it is too long for anything but a list.
        """
        try:
            response = self._http.request("GET", self._root + path)
        except HttpError:
            return None
        return _short_json(response) if response.status == 200 else None

    def _without_key(self, body: bytes) -> bytes:
        """Return ``body`` without the API key, which must not get into records: they are public."""
        is_long = len(self._key) >= _MIN_KEY_LENGTH
        return body.replace(self._key, b"***") if is_long else body

    def _count_bytes(self, response: HttpResponse) -> None:
        self._bytes_left -= len(response.body)
        if self._bytes_left < 0:
            accepted = f"{self._max_bytes / 1e6:.0f} MB"
            raise ExcessiveResponseError(
                f"{self.api_name} has sent more than the {accepted} that a run accepts"
            )

    def _require_ok(self, response: HttpResponse) -> HttpResponse:
        error = f"{display_url(response.url)} answers {response.status}"
        if response.status == 200:
            return response
        if response.status == 429:
            raise self.rate_limited(self._retry_after(response))
        if response.status >= 500 or response.status in _TEMPORARY:
            raise UnreachableError(f"{error}: the server is in trouble")
        advice = self.advice_on_refusal if response.status in {401, 403} else ""
        raise ApiError(f"{error}{_error_detail(response)}{advice}")

    def _retry_after(self, response: HttpResponse) -> int | None:
        """Return the seconds to wait according to the header, the body or the rate limit."""
        # Imports urllib3, which a run that sends no request need not spend 60 ms on.
        from events_archive.net.retry_after import parse_retry_after  # noqa: PLC0415

        value = response.headers.get("retry-after", "")
        seconds = parse_retry_after(value, maximum=_MAX_RETRY_AFTER)
        if seconds is None:
            match = re.search(r"in (\d{1,9}) second", _error_detail(response))
            seconds = int(match[1]) if match else None
        if seconds is None and (rate_limit := self.fetch_rate_limit()):
            seconds = rate_limit.retry_after or None
        return seconds


def _error_detail(response: HttpResponse) -> str:
    """Return the API's error message as `` (message)``; "" if it has none."""
    value = _short_json(response)
    detail = JsonFields(value).single_line("detail") or (ascii(value) if value else "")
    # Made safe before it is cut: half a secret would not be recognized.
    return f" ({safe_text(detail)[:160]})" if detail else ""


def _short_json(response: HttpResponse) -> Any:
    """Return the JSON of a response that is no list; None if it is none, or is too long."""
    try:
        is_short = len(response.body) <= _MAX_MESSAGE_SIZE
        return canonical_json.decode(response.body) if is_short else None
    except ValueError:
        return None
