"""The client of Spaceflight News API, version 4 (https://api.spaceflightnewsapi.net/v4/docs/).

It takes no key. Where it limits anonymous clients, it is to five requests a second.
"""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from events_archive.settings import Settings
from events_archive.source.api_page import ApiPage, ListForm
from events_archive.source.client import BudgetedClient

MAX_PAGE_SIZE = 500
"""The API silently reduces a larger ``limit``."""

ENDPOINTS = {"article": "articles", "blog": "blogs"}
"""The lists of the API by the kind of what they have; its reports are about no events."""


class NewsClient(BudgetedClient):
    """A client of the news API that ``settings`` name, to be used as a context manager."""

    api_name: ClassVar = "Spaceflight News API"
    list_form: ClassVar = ListForm(
        noun="articles", max_size=MAX_PAGE_SIZE, identity=frozenset({"id", "updated_at"})
    )
    # Summaries are longer than anything that is stored.
    bytes_per_request: ClassVar = 2_000_000
    exhausted: ClassVar = "Spaceflight News API takes no more requests for now"

    def __init__(self, settings: Settings, **options: Any) -> None:
        super().__init__(settings, settings.news_root, **options)

    def fetch_articles(self, kind: str, query: Mapping[str, str]) -> ApiPage:
        """Return a page of the articles of one kind. Raises what `fetch_page` raises."""
        return self.fetch_page(f"{self._root}{ENDPOINTS[kind]}/?{urlencode(query)}")
