"""Decide what to request from the news API: nothing, what has changed, or every article."""

from datetime import datetime, timedelta

from msgspec import Struct

from events_archive.console import quantity
from events_archive.model.article import KINDS
from events_archive.settings import Settings
from events_archive.snapi.client import ENDPOINTS
from events_archive.source.api_page import ApiPage
from events_archive.source.checkpoint import PageRequest
from events_archive.source.refresh import OVERLAP, RefreshPlan, format_age, newest_edit
from events_archive.store.articles_file import ArticleRecords, ArticlesContact

FULL_REFRESH_EVERY = timedelta(days=30)
"""How old the last full refresh may be. Only a full one finds what was deleted long after its last
edit, or is about no event any more."""


class ArticlesCache(Struct, frozen=True, kw_only=True):
    """What the cache has of articles at the start of a run."""

    records: ArticleRecords
    contact: ArticlesContact
    checkpoint: tuple[tuple[PageRequest, ApiPage], ...] | None = None
    """The pages of an unfinished full refresh that should be continued."""

    def since(self, kind: str) -> datetime | None:
        """Return where an incremental refresh of one kind starts; None for the beginning.

        It starts from the newest known edit, as that of events does.
        """
        newest = newest_edit(self.records.edits(kind), self.contact.last_refreshed)
        return newest and (newest - OVERLAP).replace(microsecond=0)


def plan_refresh(cache: ArticlesCache, settings: Settings, now: datetime) -> RefreshPlan:
    """Return the plan of a run that starts at ``now`` (UTC)."""
    contact, pages = cache.contact, len(cache.checkpoint or ())
    age = now - (contact.last_refreshed or now)
    full_age = now - (contact.last_full_refresh or now)
    reasons = {
        "--full": settings.full,
        f"one was interrupted after {quantity(pages, 'page')}": cache.checkpoint is not None,
        "the first one": contact.last_refreshed is None,
        f"those of the cache are from {contact.api_url}": contact.api_url != settings.news_root,
        "articles of the cache are damaged": bool(cache.records.damaged),
    }
    if reason := next((reason for reason, applies in reasons.items() if applies), ""):
        return full_plan(reason)
    reason = f"last refreshed {format_age(age)}"
    if timedelta() <= age < settings.fresh_for:
        return RefreshPlan(mode="none", action="No request for articles", reason=reason)
    if contact.last_full_refresh is None:
        return full_plan("there was no complete one yet")
    if not timedelta() <= full_age < FULL_REFRESH_EVERY:
        return full_plan(f"the last one was {format_age(full_age)}")
    starts = [f"{since:%Y-%m-%d %H:%M} UTC" for kind in KINDS if (since := cache.since(kind))]
    if not starts:
        return full_plan(reason)
    action = f"Fetch changes of articles since {min(starts)}: {quantity(len(KINDS), 'request')}"
    return RefreshPlan(mode="incremental", action=action, reason=reason)


def full_plan(reason: str) -> RefreshPlan:
    """Return the plan to fetch every article; only responses have the number of pages."""
    lists = " and ".join(ENDPOINTS.values())
    return RefreshPlan(mode="full", action=f"Fetch all {lists} about events", reason=reason)
