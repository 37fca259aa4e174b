"""Articles and blogs about events, as Spaceflight News API lists them."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

import msgspec
from msgspec import Struct

from events_archive.model.event import host_of
from events_archive.model.timestamps import EARLIEST

KINDS = ("article", "blog")
"""What an article can be; each is a list of the API, with ids of its own."""


class Article(Struct, frozen=True, kw_only=True):
    """A page of another site that is about events. Its identity is `kind` and `id`."""

    kind: str
    """One of `KINDS`."""
    id: int
    url: str
    title: str
    """Untrusted; ``""`` if it has none."""
    site: str
    """The name of the site, or ``""``."""
    authors: tuple[str, ...]
    published: datetime | None
    event_ids: tuple[int, ...]
    """The ids of events at Launch Library 2."""

    @property
    def key(self) -> str:
        """``article-7021``: identifies it among all."""
        return f"{self.kind}-{self.id}"

    @property
    def host(self) -> str:
        """The host without ``www.``."""
        return host_of(self.url)

    @property
    def label(self) -> str:
        """The title, or the host if there is none."""
        return self.title or self.host

    @property
    def sort_key(self) -> tuple[datetime, str, int]:
        """Sorts by date, the oldest first; those without one come first."""
        return (self.published or EARLIEST, self.kind, self.id)


def articles_digest(articles: Iterable[Article]) -> str:
    """Return a digest of what is shown of ``articles``, which are those about one event.

    ``""`` if there are none.
    """
    shown = [
        (one.kind, one.url, one.title, one.site, one.authors, one.published) for one in articles
    ]
    return blake2b(msgspec.json.encode(shown), digest_size=8).hexdigest() if shown else ""


def articles_by_event(articles: Iterable[Article]) -> dict[int, tuple[Article, ...]]:
    """Return the articles about each event, by its id, newest last; each URL once."""
    found: dict[int, dict[str, Article]] = {}
    for article in sorted(articles, key=lambda one: one.sort_key):
        for event_id in article.event_ids:
            found.setdefault(event_id, {}).setdefault(article.url, article)
    return {event_id: tuple(by_url.values()) for event_id, by_url in sorted(found.items())}
