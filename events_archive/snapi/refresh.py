"""Bring the articles of the cache up to date: plan, fetch, merge, then save them.

Whatever fails, the articles stay as they were. The events are not concerned: they were refreshed
and saved before. The caller holds `store.lock.locked`.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from events_archive.console import Console, quantity
from events_archive.errors import ApiError, CacheError
from events_archive.settings import Settings
from events_archive.snapi.client import NewsClient
from events_archive.snapi.merge import MergeResult
from events_archive.snapi.refresh_plan import ArticlesCache, plan_refresh
from events_archive.snapi.refresh_session import ArticlesSession, checkpoint_of
from events_archive.source.refresh import outcome_of
from events_archive.store.articles_file import (
    ARTICLES_FILE,
    ArticleRecords,
    ArticlesContact,
    load_article_records,
    load_contact,
    save_articles,
)
from events_archive.store.files import ADVICE, keep_original


class ArticlesResult(Struct, frozen=True, kw_only=True):
    """The articles after a refresh, and the outcome of the refresh."""

    records: ArticleRecords = ArticleRecords()
    contact: ArticlesContact = ArticlesContact()
    outcome: str = "off"
    """One of those of `ll2.refresh.RefreshResult`; "off" if there is no API to ask."""
    summary: str = ""
    """How many articles were added and so on; "" if none."""
    requests: int = 0


def refresh_articles(
    settings: Settings, console: Console, *, now: datetime, has_network: bool = True
) -> ArticlesResult:
    """Fetch what is new from the news API if a refresh is due.

    If that fails, warn and return the articles as they were. No error is raised.
    """
    if not settings.news:
        return ArticlesResult()
    # As the files of the cache have it.
    now = now.replace(microsecond=0)
    try:
        cache = _load_cache(settings, console, now)
    except CacheError as error:
        console.warn(f"{error}; the site is built without articles")
        return ArticlesResult()
    result = ArticlesResult(records=cache.records, contact=cache.contact)
    if settings.offline or not (settings.news_root and has_network):
        return replace(result, outcome="offline" if settings.news_root else "off")
    plan = plan_refresh(cache, settings, now)
    if settings.dry_run:
        console.print(plan.sentence)
    if settings.dry_run or plan.mode == "none":
        return replace(result, outcome="planned" if settings.dry_run else "fresh")
    with NewsClient(settings) as client:
        session = ArticlesSession(
            settings=settings, console=console, now=now, cache=cache, client=client
        )
        try:
            return _save(session, session.run(plan))
        except (ApiError, CacheError) as error:
            outcome = _warn_of_failure(session, error)
            return replace(result, outcome=outcome, requests=client.requests)


def _load_cache(settings: Settings, console: Console, now: datetime) -> ArticlesCache:
    """Return the articles; warn of damage and copy a damaged file. Raises `CacheError`."""
    records, contact = load_article_records(settings.cache), load_contact(settings.cache)
    for damage in records.damaged:
        console.warn(f"{damage}; {ADVICE}")
    if records.damaged and not settings.dry_run:
        keep_original(settings.cache / ARTICLES_FILE)
    pages = checkpoint_of(settings).load(now, contact.last_full_refresh)
    return ArticlesCache(records=records, contact=contact, checkpoint=pages)


def _save(session: ArticlesSession, merged: MergeResult) -> ArticlesResult:
    """Write the merged articles to the disk and return them. Raises `CacheError`."""
    settings, now, former = session.settings, session.now, session.cache.contact
    contact = ArticlesContact(
        api_url=settings.news_root,
        last_full_refresh=now if merged.is_full else former.last_full_refresh,
        last_incremental_refresh=former.last_incremental_refresh if merged.is_full else now,
    )
    save_articles(settings.cache, merged.records, contact)
    checkpoint_of(settings).delete()
    requests = quantity(session.client.requests, "request")
    session.console.print(f"Articles: {merged.summary or 'no changes'} ({requests}).")
    return ArticlesResult(
        records=merged.records,
        contact=contact,
        outcome="sweep" if merged.is_full else "delta",
        summary=merged.summary,
        requests=session.client.requests,
    )


def _warn_of_failure(session: ArticlesSession, error: ApiError | CacheError) -> str:
    """Warn that the articles stay as they were, and return the outcome."""
    outcome, advice = "unreachable", "the next run tries again"
    if isinstance(error, ApiError):
        outcome, advice = outcome_of(error, session.now)
    if pages := checkpoint_of(session.settings).saved_page_count:
        advice += f", continuing after the {quantity(pages, 'page')} already fetched"
    session.console.warn(f"{error}; the articles about events stay as they were; {advice}")
    return outcome
