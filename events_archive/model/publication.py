"""What the archive has published about an event, so that it changes only when the event does."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from events_archive.model.event import EventId
from events_archive.model.timestamps import FIRST_YEAR, LAST_YEAR, AwareDatetime

MAX_INTEGER = 2**31 - 1
"""The largest INTEGER (RFC 5545 section 3.3.8)."""


class Publication(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename={"event_id": "id"},
):
    """What was last published about an event: one line of ``publications.jsonl``."""

    event_id: EventId
    published: AwareDatetime
    """When the event became known, as feeds have it; it never changes."""
    updated: AwareDatetime
    """When it was added or changed last, as feeds and the sitemap have it."""
    modified: AwareDatetime
    """When its calendar entry changed last. It differs from `updated` until the first change."""
    sequence: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
    """The number of the calendar entry's revision (RFC 5545 section 3.8.7.4)."""
    status: str
    """TENTATIVE, CONFIRMED or CANCELLED, as calendars have it."""
    shown: str
    """A digest of what was shown of it (`model.changes.shown_digest`)."""
    articles: str = ""
    """A digest of the articles that its page listed (`model.article.articles_digest`)."""
    articles_changed: AwareDatetime | None = None
    """When that list changed last, which is no change of the event; None if it never did."""

    @property
    def page_changed(self) -> datetime:
        """When its page changed last, as the sitemap has it."""
        return max(self.updated, self.articles_changed or self.updated)

    def __post_init__(self) -> None:
        """Raise ValueError for a date that no run has written."""
        dates = (self.published, self.updated, self.modified, self.articles_changed)
        for date in filter(None, dates):
            if not FIRST_YEAR <= date.year <= LAST_YEAR:
                raise ValueError(f"{date} is not in the years {FIRST_YEAR} to {LAST_YEAR}")

    def not_after(self, latest: datetime) -> "Publication":
        """Return it with no date after ``latest``: what a clock has dated that was ahead."""
        if max(self.published, self.modified, self.page_changed) <= latest:
            return self
        return replace(
            self,
            published=min(self.published, latest),
            updated=min(self.updated, latest),
            modified=min(self.modified, latest),
            articles_changed=self.articles_changed and min(self.articles_changed, latest),
        )
