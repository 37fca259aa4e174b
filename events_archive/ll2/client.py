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

from events_archive.ll2.json_fields import Fields
from events_archive.ll2.limits import FREE_REQUESTS_AN_HOUR, LARGEST_PAGE, SourceError
from events_archive.ll2.parse import Record
from events_archive.net.http_client import (
    Answer,
    Connection,
    Patience,
    Unreachable,
    place,
)
from events_archive.store import canonical_json
from events_archive.store.records import identity

_LONGEST_WAIT = 24 * 3600

__all__ = [
    "FREE_REQUESTS_AN_HOUR", "LARGEST_PAGE", "Api", "Page", "Patience", "SourceError", "Throttled",
    "Unreachable", "Usage",
]  # fmt: skip


class Throttled(SourceError):  # noqa: N818 - a state of the server, told to people
    """The hour's requests are used up."""

    def __init__(self, sentence: str, retry_after: int | None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
        """Seconds until it makes sense to ask again; None where the API does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list of events."""

    count: int
    """How many events the whole list has, as of this page."""
    next: str | None
    """The address of the page after this one."""
    records: tuple[Record, ...]
    """Those that have an id, in the order of the page."""
    nameless: int = 0
    """How many had none, and are lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What ``/api-throttle/`` knows; our own address, which it tells too, is not kept."""

    limit: int
    used: int
    wait: int
    """Seconds until the next request is granted; 0 where one is granted now."""

    @property
    def left(self) -> int:
        """Requests that are still granted in this hour."""
        return max(0, self.limit - self.used)


@dataclass(slots=True, kw_only=True)
class Budget:
    """Counts requests, and refuses one that would not be granted."""

    left: int | None = None
    """None as long as nobody has told us."""
    spent: int = 0

    def spend(self) -> None:
        """Count one request. Raises `Throttled` where none is left."""
        if self.left == 0:
            raise Throttled("the requests of this hour are used up", None)
        self.spent += 1
        self.left = None if self.left is None else self.left - 1


@dataclass(slots=True, kw_only=True)
class Api:
    """The API at ``root``. Use as a context manager."""

    root: str
    """With a slash at its end."""
    key: str | None = field(default=None, repr=False)
    user_agent: str = "spaceflight-events-archive"
    """How we introduce ourselves."""
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    budget: Budget = field(default_factory=Budget)
    _connection: Connection = field(init=False, repr=False)

    def __post_init__(self) -> None:
        headers = {"Accept": "application/json", "User-Agent": self.user_agent}
        if self.key:
            headers["Authorization"] = f"Token {self.key}"
        # A Connection never leaves the server of its root, and so neither does the key.
        self._connection = Connection(self.root, headers=headers, patience=self.patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    def events(self, query: dict[str, str]) -> Page:
        """The page of events that ``query`` asks for."""
        return self.page(f"{self.root}events/?{urlencode(query)}")

    def page(self, url: str) -> Page:
        """The page at ``url``, which must lie under the API's root.

        Raises `Throttled`, `Unreachable` after all tries, or `SourceError` for an answer that is
        no page of events.
        """
        if not self.is_ours(url):
            raise SourceError(f"the next page is said to be at {place(url)}, refused")
        answer = self._patiently(url)
        page = _page(_json(answer), url)
        if page.next is not None and not self.is_ours(page.next):
            raise SourceError(
                f"{place(url)} names {place(page.next)} as the next page, "
                "which is not the API's: refused"
            )
        return page

    def is_ours(self, url: str) -> bool:
        """Whether ``url`` lies under the API's root."""
        below = url.startswith(self.root) and "/../" not in url
        return below and self._connection.is_ours(url)

    def usage(self) -> Usage | None:
        """How much of the hour is used, which costs nothing to ask; None where it does not say."""
        try:
            answer = self._connection.get(f"{self.root}api-throttle/")
            told = _json(answer) if answer.status == 200 else None
        except SourceError:
            return None
        fields = Fields(told[0] if isinstance(told, list) and told else told)
        limit, used = fields.integer("your_request_limit"), fields.integer("current_use")
        if limit is None or used is None or limit < 0 or used < 0:
            return None
        return Usage(limit=limit, used=used, wait=max(0, fields.integer("next_use_secs") or 0))

    def _patiently(self, url: str) -> Answer:
        """The answer with status 200; a server in trouble is asked again, after a pause."""
        for pause in (*self.patience.pauses, None):
            self.budget.spend()
            try:
                return self._good(self._connection.get(url))
            except Unreachable:
                if pause is None or self.budget.left == 0:
                    raise
                self.sleep(pause)
        raise AssertionError  # pragma: no cover - the last pause is None

    def _good(self, answer: Answer) -> Answer:
        where = f"{place(answer.url)} answers {answer.status}"
        if answer.status == 200:
            return answer
        if answer.status == 429:
            raise Throttled("LL2 has no more requests for us in this hour", self._wait(answer))
        if answer.status >= 500:
            raise Unreachable(f"{where}: the server is in trouble")
        if answer.status in {401, 403}:
            raise SourceError(f"{where}{_detail(answer)}: is LL2_API_KEY right?")
        raise SourceError(f"{where}{_detail(answer)}")

    def _wait(self, answer: Answer) -> int | None:
        """Seconds: as the header says, else as the text says, else as the throttle says."""
        wait = _retry_after(answer.headers, self.clock())
        if wait is None and (number := re.search(r"in (\d{1,9}) second", _detail(answer))):
            wait = int(number[1])
        if wait is None and (usage := self.usage()):
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


def _detail(answer: Answer) -> str:
    """What the API says of an error, fit for one line, with a colon before it."""
    try:
        told = canonical_json.decode(answer.body)
    except ValueError:
        return ""
    said = Fields(told).line("detail") or (ascii(told) if told else "")
    return f" ({ascii(said)[1:-1][:160]})" if said else ""


def _json(answer: Answer) -> Any:
    kind = answer.headers.get("content-type", "")
    if "json" not in kind.lower():
        said = ascii(kind)[:60] if kind else "something"
        raise SourceError(f"{place(answer.url)} answers with {said} instead of JSON")
    try:
        return canonical_json.decode(answer.body)
    except ValueError as error:
        raise SourceError(f"{place(answer.url)} answers with broken JSON ({error})") from error


def _page(told: Any, url: str) -> Page:
    fields = Fields(told)
    count, following, results = fields.integer("count"), fields.raw("next"), fields.raw("results")
    if count is None or count < 0 or not isinstance(results, list) or count < len(results):
        raise SourceError(f"{place(url)} answers with JSON that is no page of events")
    if following is not None and not isinstance(following, str):
        raise SourceError(f"{place(url)} answers with JSON whose next page has no address")
    records = tuple(record for record in results if identity(record) is not None)
    if results and not records:
        raise SourceError(f"{place(url)} answers with events of which none has an id")
    page = Page(count=count, next=following, records=records)
    return replace(page, nameless=len(results) - len(records))
