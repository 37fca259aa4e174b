"""The Launch Library 2 API over HTTP: pages of events and the rate limit.

Documentation: https://ll.thespacedevs.com/docs/. Without an API key, 15 requests an hour are
allowed per IP address, failed ones included. A proxy may answer with an HTML page and status 200,
so a response counts as a page of events only if it has the shape of one.
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlencode

from msgspec import Struct

from events_archive.errors import ApiError, HttpError, UnreachableError
from events_archive.ll2.json_fields import JsonFields
from events_archive.net.http_client import HttpClient, HttpLimits, HttpResponse, display_url
from events_archive.safe_text import safe_text
from events_archive.settings import Settings
from events_archive.store import canonical_json
from events_archive.store.records import Record, id_of_record

FREE_REQUESTS_PER_HOUR = 15
"""How many requests an IP address may make without an API key."""
MAX_PAGE_SIZE = 100
"""The API silently reduces a larger ``limit``."""

_MAX_RETRY_AFTER = 24 * 3600


class RateLimitedError(ApiError):
    """The requests of the current hour are used up."""

    def __init__(self, message: str, retry_after: int | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds until the next request is allowed; None if the API does not say."""


class ApiPage(Struct, frozen=True, kw_only=True):
    """One page of a list of events."""

    count: int
    """The number of events in the whole list at the time of the response."""
    next: str | None
    """The URL of the next page."""
    records: tuple[Record, ...]
    """The records that have an id."""
    without_id: int = 0
    """The number of records that have none and were dropped."""

    @property
    def size(self) -> int:
        """The number of records that the API sent."""
        return len(self.records) + self.without_id


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
        self._limits = limits or HttpLimits.from_timeout(settings.timeout)
        self._sleep, self._clock = sleep, clock
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
        """Return the page of ``/events/`` for ``query``; raises as `fetch_page` does."""
        return self.fetch_page(f"{self._root}events/?{urlencode(query)}")

    def fetch_page(self, url: str) -> ApiPage:
        """Return the page of events at ``url``, which must be below the API's root.

        Raises `RateLimitedError`, or another `ApiError` when the last retry fails or the response
        is not a page of events.
        """
        if not self._is_below_root(url):
            raise ApiError(f"refused to follow the next page to {display_url(url)}")
        page = _parse_page(_decode_json(self._get_with_retries(url)), url)
        if page.next is not None and not self._is_below_root(page.next):
            raise ApiError(
                f"{display_url(url)} names {display_url(page.next)} as the next page, "
                "which is not the API's: refused"
            )
        return page

    def fetch_rate_limit(self) -> RateLimit | None:
        """Return the rate limit, by a request that does not count; None if the API does not say."""
        try:
            response = self._http.request("GET", f"{self._root}api-throttle/")
            value = _decode_json(response) if response.status == 200 else None
        except (ApiError, HttpError):
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
        """Count one request. Raises `RateLimitedError` if none remains."""
        if self.remaining == 0:
            raise RateLimitedError("the requests of this hour are used up", None)
        self.requests += 1
        self.remaining = None if self.remaining is None else self.remaining - 1

    def _is_below_root(self, url: str) -> bool:
        is_below = url.startswith(self._root) and "/../" not in url
        return is_below and self._http.is_same_origin(url)

    def _get_with_retries(self, url: str) -> HttpResponse:
        """Return a response with status 200; after a server error, wait and try again."""
        for delay in (*self._limits.retry_delays, None):
            self.count_request()
            try:
                return self._require_ok(self._http.request("GET", url))
            except HttpError as error:
                is_final = not isinstance(error, UnreachableError) or self.remaining == 0
                if is_final or delay is None:
                    raise ApiError(str(error)) from error
                self._sleep(delay)
        raise AssertionError  # pragma: no cover - the last delay is None

    def _require_ok(self, response: HttpResponse) -> HttpResponse:
        error = f"{display_url(response.url)} answers {response.status}"
        if response.status == 200:
            return response
        if response.status == 429:
            raise _rate_limited(self._retry_after(response))
        if response.status >= 500:
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
        return None if seconds is None else min(seconds, _MAX_RETRY_AFTER)


def _rate_limited(retry_after: int | None) -> RateLimitedError:
    return RateLimitedError("LL2 has no more requests for us in this hour", retry_after)


def _parse_retry_after(headers: Mapping[str, str], now: datetime) -> int | None:
    """Return the seconds of a ``Retry-After`` header, which may be a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return int(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, IndexError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, round((until - now).total_seconds()))


def _error_detail(response: HttpResponse) -> str:
    """Return the API's error message as `` (message)``; "" if it has none."""
    try:
        value = canonical_json.decode(response.body)
    except ValueError:
        return ""
    detail = JsonFields(value).single_line("detail") or (ascii(value) if value else "")
    # Made safe before it is cut: half a secret would not be recognized.
    return f" ({safe_text(detail)[:160]})" if detail else ""


def _decode_json(response: HttpResponse) -> Any:
    url, media_type = display_url(response.url), response.headers.get("content-type", "")
    if "json" not in media_type.lower():
        label = safe_text(media_type)[:60] if media_type else "something"
        raise ApiError(f"{url} answers with {label} instead of JSON")
    try:
        return canonical_json.decode(response.body)
    except ValueError as error:
        raise ApiError(f"{url} answers with broken JSON ({error})") from error


def _parse_page(value: object, url: str) -> ApiPage:
    fields = JsonFields(value)
    count, next_url, results = fields.integer("count"), fields.raw("next"), fields.raw("results")
    if count is None or count < 0 or not isinstance(results, list) or count < len(results):
        raise ApiError(f"{display_url(url)} answers with JSON that is no page of events")
    if next_url is not None and not isinstance(next_url, str):
        raise ApiError(f"{display_url(url)} answers with JSON whose next page has no address")
    records = tuple(record for record in results if id_of_record(record) is not None)
    if results and not records:
        raise ApiError(f"{display_url(url)} answers with events of which none has an id")
    without_id = len(results) - len(records)
    return ApiPage(count=count, next=next_url, records=records, without_id=without_id)
