"""The client of Launch Library 2: pages of events and the rate limit.

Documentation: https://ll.thespacedevs.com/docs/. Without an API key, 15 requests an hour are
allowed per IP address, failed ones included.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from events_archive.settings import Settings
from events_archive.source.api_page import ApiPage, ListForm
from events_archive.source.client import BudgetedClient, RateLimit, RateLimitedError
from events_archive.source.json_fields import JsonFields
from events_archive.store.records import IDENTITY

FREE_REQUESTS_PER_HOUR = 15
"""How many requests an IP address may make without an API key."""

MAX_PAGE_SIZE = 100
"""The API silently reduces a larger ``limit``."""

_LISTS = {"detailed": "detailed/", "list": "mini/"}
"""Lists below ``events/`` from version 2.4.0 on, which ignores the parameter ``mode``."""
_VERSION = re.compile(r"/(\d{1,3})\.(\d{1,3})\.\d{1,3}/\Z")


class ApiClient(BudgetedClient):
    """A client of the API that ``settings`` name, to be used as a context manager."""

    api_name: ClassVar = "LL2"
    list_form: ClassVar = ListForm(noun="events", max_size=MAX_PAGE_SIZE, identity=IDENTITY)
    # About as many as the longest page has.
    bytes_per_request: ClassVar = 450_000
    exhausted: ClassVar = "LL2 has no more requests for us in this hour"
    advice_on_refusal: ClassVar = ": is LL2_API_KEY right?"

    def __init__(self, settings: Settings, **options: Any) -> None:
        version = _VERSION.search(settings.api_url)
        self._has_list_for_each_mode = bool(
            version and (int(version[1]), int(version[2])) >= (2, 4)
        )
        super().__init__(settings, settings.api_url, key=settings.api_key or "", **options)

    def fetch_events(self, query: Mapping[str, str]) -> ApiPage:
        """Return a page of events. Raises what `fetch_page` raises."""
        return self.fetch_page(self.events_url(query))

    def events_url(self, query: Mapping[str, str]) -> str:
        """Return the URL of the list that has the events in the ``mode`` of ``query``."""
        path = _LISTS.get(query.get("mode", ""), "") if self._has_list_for_each_mode else ""
        return f"{self._root}events/{path}?{urlencode(query)}"

    def fetch_rate_limit(self) -> RateLimit | None:
        """Return what ``/api-throttle/`` says."""
        path = "api-throttle/status/" if self._has_list_for_each_mode else "api-throttle/"
        value = self.fetch_short_json(path)
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
            raise self.rate_limited(rate_limit.retry_after or None)

    def count_request(self) -> None:
        """Count one request. Raises `RateLimitedError` too if none remains in this hour."""
        if self.remaining == 0:
            raise RateLimitedError("the requests of this hour are used up", None)
        super().count_request()
