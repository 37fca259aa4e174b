"""Launch Library 2 over HTTP: pages of events, within the hour's requests, and how much is left.

Documentation: https://ll.thespacedevs.com/docs/. Without a key an address may ask 15 times an
hour, failures included. Answers may come from a proxy and be a web page with status 200, so that
nothing is taken for a page of events that does not look like one.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from events_archive.errors import ApiError
from events_archive.ll2.json_fields import JsonFields
from events_archive.net.http_client import (
    HttpClient,
    HttpLimits,
    HttpResponse,
    UnreachableError,
    display_url,
)
from events_archive.store import canonical_json
from events_archive.store.records import Record, id_of_record

FREE_REQUESTS_PER_HOUR = 15
"""How many requests an IP address may make without an API key."""
MAX_PAGE_SIZE = 100
"""The API silently reduces a larger ``limit``."""

_LONGEST_WAIT = 24 * 3600


class RateLimitedError(ApiError):
    """The hour's requests are used up."""

    def __init__(self, sentence: str, retry_after: int | None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
        """Seconds until it makes sense to ask again; None where the API does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPage:
    """One page of a list of events."""

    count: int
    """How many events the whole list has, as of this page."""
    next: str | None
    """The address of the page after this one."""
    records: tuple[Record, ...]
    """Those that have an id, in the order of the page."""
    without_id: int = 0
    """How many had none, and are lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """What ``/api-throttle/`` knows; our own address, which it tells too, is not kept."""

    limit: int
    used: int
    wait: int
    """Seconds until the next request is granted; 0 where one is granted now."""

    @property
    def remaining(self) -> int:
        """Requests that are still granted in this hour."""
        return max(0, self.limit - self.used)


@dataclass(slots=True, kw_only=True)
class RequestBudget:
    """Counts requests, and refuses one that would not be granted."""

    remaining: int | None = None
    """None as long as nobody has told us."""
    spent: int = 0

    def spend(self) -> None:
        """Count one request. Raises `Throttled` where none is left."""
        if self.remaining == 0:
            raise RateLimitedError("the requests of this hour are used up", None)
        self.spent += 1
        self.remaining = None if self.remaining is None else self.remaining - 1


@dataclass(slots=True, kw_only=True)
class ApiClient:
    """The API at ``root``. Use as a context manager."""

    root: str
    """With a slash at its end."""
    key: str | None = field(default=None, repr=False)
    user_agent: str = "spaceflight-events-archive"
    """How we introduce ourselves."""
    limits: HttpLimits = field(default_factory=HttpLimits)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    budget: RequestBudget = field(default_factory=RequestBudget)
    _connection: HttpClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        headers = {"Accept": "application/json", "User-Agent": self.user_agent}
        if self.key:
            headers["Authorization"] = f"Token {self.key}"
        # A Connection never leaves the server of its root, and so neither does the key.
        self._connection = HttpClient(self.root, headers=headers, patience=self.limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    def events(self, query: dict[str, str]) -> ApiPage:
        """The page of events that ``query`` asks for."""
        return self.page(f"{self.root}events/?{urlencode(query)}")

    def page(self, url: str) -> ApiPage:
        """The page at ``url``, which must lie under the API's root.

        Raises `Throttled`, `Unreachable` after all tries, or `SourceError` for an answer that is
        no page of events.
        """
        if not self.is_below_root(url):
            raise ApiError(f"the next page is said to be at {display_url(url)}, refused")
        answer = self._get_with_retries(url)
        page = _page(_json(answer), url)
        if page.next is not None and not self.is_below_root(page.next):
            raise ApiError(
                f"{display_url(url)} names {display_url(page.next)} as the next page, "
                "which is not the API's: refused"
            )
        return page

    def is_below_root(self, url: str) -> bool:
        """Whether ``url`` lies under the API's root."""
        below = url.startswith(self.root) and "/../" not in url
        return below and self._connection.is_same_origin(url)

    def rate_limit(self) -> RateLimit | None:
        """How much of the hour is used, which costs nothing to ask; None where it does not say."""
        try:
            answer = self._connection.get(f"{self.root}api-throttle/")
            told = _json(answer) if answer.status == 200 else None
        except ApiError:
            return None
        fields = JsonFields(told[0] if isinstance(told, list) and told else told)
        limit, used = fields.integer("your_request_limit"), fields.integer("current_use")
        if limit is None or used is None or limit < 0 or used < 0:
            return None
        return RateLimit(limit=limit, used=used, wait=max(0, fields.integer("next_use_secs") or 0))

    def _get_with_retries(self, url: str) -> HttpResponse:
        """The answer with status 200; a server in trouble is asked again, after a pause."""
        for pause in (*self.limits.retry_delays, None):
            self.budget.spend()
            try:
                return self._require_ok(self._connection.get(url))
            except UnreachableError:
                if pause is None or self.budget.remaining == 0:
                    raise
                self.sleep(pause)
        raise AssertionError  # pragma: no cover - the last pause is None

    def _require_ok(self, answer: HttpResponse) -> HttpResponse:
        where = f"{display_url(answer.url)} answers {answer.status}"
        if answer.status == 200:
            return answer
        if answer.status == 429:
            raise RateLimitedError(
                "LL2 has no more requests for us in this hour", self._wait(answer)
            )
        if answer.status >= 500:
            raise UnreachableError(f"{where}: the server is in trouble")
        if answer.status in {401, 403}:
            raise ApiError(f"{where}{_detail(answer)}: is LL2_API_KEY right?")
        raise ApiError(f"{where}{_detail(answer)}")

    def _wait(self, answer: HttpResponse) -> int | None:
        """Seconds: as the header says, else as the text says, else as the throttle says."""
        wait = _retry_after(answer.headers, self.clock())
        if wait is None and (number := re.search(r"in (\d{1,9}) second", _detail(answer))):
            wait = int(number[1])
        if wait is None and (usage := self.rate_limit()):
            wait = usage.wait or None
        return None if wait is None else min(wait, _LONGEST_WAIT)


def _retry_after(headers: Any, now: datetime) -> int | None:
    """RFC 9110 section 10.2.3: seconds, or a date."""
    value = str(headers.get("retry-after", "")).strip()
    if value.isascii() and value.isdigit():
        return int(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, IndexError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, round((until - now).total_seconds()))


def _detail(answer: HttpResponse) -> str:
    """What the API says of an error, fit for one line, with a colon before it."""
    try:
        told = canonical_json.decode(answer.body)
    except ValueError:
        return ""
    said = JsonFields(told).single_line("detail") or (ascii(told) if told else "")
    return f" ({ascii(said)[1:-1][:160]})" if said else ""


def _json(answer: HttpResponse) -> Any:
    kind = answer.headers.get("content-type", "")
    if "json" not in kind.lower():
        said = ascii(kind)[:60] if kind else "something"
        raise ApiError(f"{display_url(answer.url)} answers with {said} instead of JSON")
    try:
        return canonical_json.decode(answer.body)
    except ValueError as error:
        raise ApiError(f"{display_url(answer.url)} answers with broken JSON ({error})") from error


def _page(told: Any, url: str) -> ApiPage:
    fields = JsonFields(told)
    count, following, results = fields.integer("count"), fields.raw("next"), fields.raw("results")
    if count is None or count < 0 or not isinstance(results, list) or count < len(results):
        raise ApiError(f"{display_url(url)} answers with JSON that is no page of events")
    if following is not None and not isinstance(following, str):
        raise ApiError(f"{display_url(url)} answers with JSON whose next page has no address")
    records = tuple(record for record in results if id_of_record(record) is not None)
    if results and not records:
        raise ApiError(f"{display_url(url)} answers with events of which none has an id")
    page = ApiPage(count=count, next=following, records=records)
    return replace(page, without_id=len(results) - len(records))
