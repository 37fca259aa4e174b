"""The Launch Library 2 API over HTTP: pages of events and the rate limit.

Documentation: https://ll.thespacedevs.com/docs/. Without an API key, 15 requests an hour are
allowed per IP address, failed ones included. A proxy may answer with an HTML page and status 200,
so a response counts as a page of events only if it has the shape of one. Nothing that the API says
decides how much is requested, received or kept: a run has a budget of requests, bytes and seconds.
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlencode

from msgspec import Struct

from events_archive.errors import ApiError, HttpError, UnreachableError
from events_archive.ll2.api_page import ApiPage, json_of, parse_page
from events_archive.ll2.json_fields import JsonFields
from events_archive.net.http_client import HttpClient, HttpLimits, HttpResponse, display_url
from events_archive.safe_text import safe_text
from events_archive.settings import Settings
from events_archive.store import canonical_json

FREE_REQUESTS_PER_HOUR = 15
"""How many requests an IP address may make without an API key."""

_LISTS = {"detailed": "detailed/", "list": "mini/"}
"""Lists below ``events/`` from version 2.4.0 on, which ignores the parameter ``mode``."""
_VERSION = re.compile(r"/(\d{1,3})\.(\d{1,3})\.\d{1,3}/\Z")

_MAX_RETRY_AFTER = 24 * 3600
_BYTES_PER_REQUEST = 450_000
"""How many a response of a run may have on average: about as many as the longest page of LL2."""
_MAX_MESSAGE_SIZE = 10_000
_RUN_TIMES = 10
"""How often a run may take as long as one response may take."""
_MIN_KEY_LENGTH = 8
"""Shorter keys are not looked for in records: they would be found in other values."""
_TEMPORARY = frozenset({408, 425})
"""Statuses below 500 after which the same request may succeed."""


class RateLimitedError(ApiError):
    """The requests of the current hour are used up."""

    def __init__(self, message: str, retry_after: int | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds until the next request is allowed; None if the API does not say."""


class ExcessiveResponseError(ApiError):
    """More was sent in one run than all events can have."""


class RateLimit(Struct, frozen=True, kw_only=True):
    """What ``/api-throttle/`` says, except for the IP address."""

    remaining: int
    """Requests that are still allowed in the current hour."""
    retry_after: int
    """Seconds until the next request is allowed; 0 if one is allowed now."""


class ApiClient:
    """A client of the API that ``settings`` name, to be used as a context manager."""

    def __init__(
        self,
        settings: Settings,
        *,
        limits: HttpLimits | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.requests = 0
        """The number of requests so far that count against the rate limit."""
        self.remaining: int | None = None
        """The number of requests that are still allowed in this hour; None while not known."""
        self._root = settings.api_url
        version = _VERSION.search(self._root)
        self._has_list_for_each_mode = bool(
            version and (int(version[1]), int(version[2])) >= (2, 4)
        )
        self._limits = limits or HttpLimits.from_timeout(settings.timeout)
        self._sleep, self._clock = sleep, clock
        self._max_requests = settings.max_requests
        self._max_bytes = self._bytes_left = settings.max_requests * _BYTES_PER_REQUEST
        self._max_seconds = _RUN_TIMES * self._limits.total
        self._started = time.monotonic()
        self._key = (settings.api_key or "").encode()
        headers = {"Accept": "application/json", "User-Agent": settings.user_agent}
        if settings.api_key:
            headers["Authorization"] = f"Token {settings.api_key}"
        # HttpClient sends requests, and with them the key, to the origin of its root only.
        self._http = HttpClient(root=self._root, headers=headers, limits=self._limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.__exit__(*error)

    def fetch_events(self, query: Mapping[str, str]) -> ApiPage:
        """Return a page of events.

        Raises `RateLimitedError`, or another `ApiError` when the last retry fails or the response
        is not a page of events.
        """
        return self._fetch_with_retries(self.events_url(query))

    def events_url(self, query: Mapping[str, str]) -> str:
        """Return the URL of the list that has the events in the ``mode`` of ``query``."""
        path = _LISTS.get(query.get("mode", ""), "") if self._has_list_for_each_mode else ""
        return f"{self._root}events/{path}?{urlencode(query)}"

    def fetch_rate_limit(self) -> RateLimit | None:
        """Return the rate limit, by a request that does not count; None if the API does not say."""
        try:
            path = "api-throttle/status/" if self._has_list_for_each_mode else "api-throttle/"
            response = self._http.request("GET", self._root + path)
            value = _short_json(response) if response.status == 200 else None
        except HttpError:
            return None
        fields = JsonFields(value[0] if isinstance(value, list) and value else value)
        limit, used = fields.integer("your_request_limit"), fields.integer("current_use")
        if limit is None or used is None or limit < 0 or used < 0:
            return None
        retry_after = max(0, fields.integer("next_use_secs") or 0)
        return RateLimit(remaining=max(0, limit - used), retry_after=retry_after)

    def check_rate_limit(self) -> None:
        """Fetch `remaining` if it is not known. Raises `RateLimitedError` if none remains."""
        if self.remaining is not None or (rate_limit := self.fetch_rate_limit()) is None:
            return
        self.remaining = rate_limit.remaining
        if rate_limit.remaining == 0:
            raise _rate_limited(rate_limit.retry_after or None)

    def count_request(self) -> None:
        """Count one request. Raises `RateLimitedError` if none remains, `ApiError` in other cases.

        These are that the run has made all of its requests, or that its time is over.
        """
        if self.remaining == 0:
            raise RateLimitedError("the requests of this hour are used up", None)
        if self.requests >= self._max_requests:
            raise ApiError(f"LL2 needs more than the {self.requests} requests of one run")
        if time.monotonic() - self._started > self._max_seconds:
            raise ApiError(f"LL2 is slow: {self.requests} requests took the time of one run")
        self.requests += 1
        self.remaining = None if self.remaining is None else self.remaining - 1

    def _fetch_with_retries(self, url: str) -> ApiPage:
        """Return the page at ``url``; after a fault that may pass, wait and try again.

        That is a server error, a response that is not whole, or a rate limit that ends soon. After
        the seconds of one response, no further attempt is made.
        """
        until = time.monotonic() + self._limits.total
        for delay in (*self._limits.retry_delays, None):
            is_last = delay is None
            self.count_request()
            try:
                response = self._require_ok(self._http.request("GET", url))
                self._count_bytes(response)
                return parse_page(self._without_key(json_of(response)), url)
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

    def _without_key(self, body: bytes) -> bytes:
        """Return ``body`` without the API key, which must not get into records: they are public."""
        is_long = len(self._key) >= _MIN_KEY_LENGTH
        return body.replace(self._key, b"***") if is_long else body

    def _count_bytes(self, response: HttpResponse) -> None:
        self._bytes_left -= len(response.body)
        if self._bytes_left < 0:
            raise ExcessiveResponseError(
                f"LL2 has sent more than the {self._max_bytes / 1e6:.0f} MB that a run accepts"
            )

    def _require_ok(self, response: HttpResponse) -> HttpResponse:
        error = f"{display_url(response.url)} answers {response.status}"
        if response.status == 200:
            return response
        if response.status == 429:
            raise _rate_limited(self._retry_after(response))
        if response.status >= 500 or response.status in _TEMPORARY:
            raise UnreachableError(f"{error}: the server is in trouble")
        advice = ": is LL2_API_KEY right?" if response.status in {401, 403} else ""
        raise ApiError(f"{error}{_error_detail(response)}{advice}")

    def _retry_after(self, response: HttpResponse) -> int | None:
        """Return the seconds to wait according to the header, the body or ``/api-throttle/``."""
        seconds = _parse_retry_after(response.headers, self._clock())
        if seconds is None:
            match = re.search(r"in (\d{1,9}) second", _error_detail(response))
            seconds = int(match[1]) if match else None
        if seconds is None and (rate_limit := self.fetch_rate_limit()):
            seconds = rate_limit.retry_after or None
        return seconds


def _rate_limited(retry_after: int | None) -> RateLimitedError:
    seconds = None if retry_after is None else min(retry_after, _MAX_RETRY_AFTER)
    return RateLimitedError("LL2 has no more requests for us in this hour", seconds)


def _parse_retry_after(headers: Mapping[str, str], now: datetime) -> int | None:
    """Return the seconds of a ``Retry-After`` header, which may be a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return int(value[:9])
    # Takes 5 ms, and few responses need it.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    try:
        until = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, round((until - now).total_seconds()))


def _error_detail(response: HttpResponse) -> str:
    """Return the API's error message as `` (message)``; "" if it has none."""
    value = _short_json(response)
    detail = JsonFields(value).single_line("detail") or (ascii(value) if value else "")
    # Made safe before it is cut: half a secret would not be recognized.
    return f" ({safe_text(detail)[:160]})" if detail else ""


def _short_json(response: HttpResponse) -> Any:
    """Return the JSON of a response that has no events; None if it is none, or is too long."""
    try:
        is_short = len(response.body) <= _MAX_MESSAGE_SIZE
        return canonical_json.decode(response.body) if is_short else None
    except ValueError:
        return None
