"""``build.py fetch``: refresh the cache and its images, the first step of most commands."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime

from events_archive.commands import Options
from events_archive.console import Console
from events_archive.errors import ArchiveError, CacheError
from events_archive.ll2.client import ApiClient
from events_archive.ll2.load import load_events
from events_archive.ll2.parsed_events import ParsedEvents
from events_archive.ll2.refresh import RefreshResult, refresh
from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.catalogue import Catalogue
from events_archive.model.changes import count_changes
from events_archive.model.publication import Publication
from events_archive.model.timestamps import FIRST_DATE
from events_archive.query.index import build_query_index
from events_archive.settings import Settings
from events_archive.site.publications import Publications
from events_archive.site.site import Site
from events_archive.snapi.load import load_articles
from events_archive.snapi.refresh import ArticlesResult, refresh_articles
from events_archive.store.files import ADVICE, keep_original, read_text
from events_archive.store.history_file import HISTORY_FILE, load_history
from events_archive.store.links_file import LINKS_FILE, load_gone_links
from events_archive.store.lock import lock_cache
from events_archive.store.publications_file import (
    PUBLICATIONS_FILE,
    load_publications,
    save_publications,
)
from events_archive.store.published_ids_file import PUBLISHED_IDS_FILE, load_published_ids
from events_archive.store.records import EVENTS_FILE, load_records
from events_archive.store.repair import first_fault
from events_archive.store.state_files import STATE_FILE, load_state, persist_slugs
from events_archive.store.transaction import read_committed


def run(options: Options, console: Console) -> None:
    """Refresh the cache if it is old."""
    with cache_lock(options.settings):
        load_site(options.settings, console)


def cache_lock(settings: Settings) -> AbstractContextManager[None]:
    """Return the context of a command that writes to the cache; a dry run writes nothing."""
    return nullcontext() if settings.dry_run else lock_cache(settings.cache)


def read_site(settings: Settings, console: Console) -> Site:
    """Return the site that shows what the cache holds, which another run may be writing.

    Nothing is requested and nothing written. Raises ArchiveError where there are no events, or a
    file of the cache cannot be used.
    """
    settings = replace(settings, offline=True, dry_run=True)
    quiet = replace(console, quiet=True)
    site = read_committed(settings.cache, lambda: load_site(settings, quiet))
    if not site.query_index.rows:
        raise ArchiveError(
            f"{settings.cache / EVENTS_FILE} holds no events to ask: run build.py fetch first"
        )
    return site


def load_site(
    settings: Settings,
    console: Console,
    *,
    now: datetime | None = None,
    connect: Callable[[Settings], ApiClient] = ApiClient,
) -> Site:
    """Refresh the cache if it is old, and return the site that shows what it holds.

    ``now`` is the time of another clock than the computer's.

    Raises ArchiveError where there are no events, or a file of the cache cannot be used.
    """
    now = now or datetime.now(UTC)
    with console.timed("fetch"):
        former = _former_publications(settings, console)
        result = refresh(settings, console, now=now, connect=connect)
        parsed = ParsedEvents(settings.cache)
        events = load_events(result.records, console, parsed, jobs=settings.jobs)
        if not settings.dry_run:
            parsed.save()
        state = result.archive_state
        latest = max(filter(None, (now, state.last_refreshed)))
        history = persist_slugs(settings, state, events, console, latest=latest)
        catalogue = Catalogue.from_events(
            events,
            today=settings.today or result.as_of.date(),
            withdrawn=history.state.withdrawn,
        )
    gone_links, links_file = _links(settings, console)
    with console.timed("articles"):
        # A dry run says what it would request.
        has_network = result.has_network or settings.dry_run
        news = refresh_articles(settings, console, now=now, has_network=has_network)
        articles = load_articles(news.records, console)
    console.facts["events"] = len(events)
    _report_refreshes(result, news, console, now)
    if settings.pictures and result.has_network:
        _download_images(settings, catalogue, console, now)
    withdrawn = history.state.withdrawn
    return Site(
        settings=settings,
        catalogue=catalogue,
        history=history,
        former_publications={id: one.not_after(latest) for id, one in former.items()},
        query_index=build_query_index(result.records, catalogue.all_events, withdrawn),
        replaced=result.replaced,
        sample_count=len(result.records.sample),
        articles={event.id: articles[event.id] for event in events if event.id in articles},
        articles_refreshed=news.contact.last_refreshed,
        gone_links=gone_links,
        links_file=links_file,
        records=result.records,
        article_records=news.records,
    )


def _report_refreshes(
    events: RefreshResult, articles: ArticlesResult, console: Console, now: datetime
) -> None:
    """Add what was requested and what has changed to the JSON report and to the summary."""
    console.facts["requests"] = events.requests
    console.facts["refresh"] = {
        "outcome": events.outcome,
        "changes": count_changes(events.changes),
        "age_days": max(0, (now - events.as_of).days),
    }
    console.facts["articles"] = {"outcome": articles.outcome, "requests": articles.requests}
    console.summaries.append(events.summary)
    if articles.summary:
        console.summaries.append(f"articles: {articles.summary}")


def _links(settings: Settings, console: Console) -> tuple[frozenset[str], bytes]:
    """Return the URLs of pages of other sites that are gone, and the file that says it."""
    file = settings.cache / LINKS_FILE
    try:
        gone, content = load_gone_links(file), read_text(file)
    except CacheError as error:
        console.warn(f"{error}; no link counts as dead")
        return frozenset(), b""
    if gone is None:
        fault = first_fault(settings.cache, LINKS_FILE)
        console.warn(f"{fault}; no link counts as dead; {ADVICE}")
        return frozenset(), b""
    return gone, content


def _former_publications(settings: Settings, console: Console) -> dict[int, Publication]:
    """Return what was last published about events, by id, before anything is refreshed."""
    cache = settings.cache
    state, _ = load_state(cache / STATE_FILE)
    known, damaged = load_publications(cache / PUBLICATIONS_FILE, state.first_seen.keys())
    for message in damaged:
        console.warn(f"{message}; {ADVICE}")
    if damaged and not settings.dry_run:
        keep_original(cache / PUBLICATIONS_FILE)
    is_known = known and (state.changes_combined_since or state.last_refreshed is None)
    if is_known or not load_published_ids(cache / PUBLISHED_IDS_FILE):
        return known
    # An earlier version has published, and remembered nothing but what its formulas are made from.
    # If there is a file, it came with an update of the code, which has the events of a clone.
    quiet = replace(console, quiet=True, warnings=[])
    history = ArchiveHistory(state=state, changes=load_history(cache / HISTORY_FILE)[0])
    events = load_events(load_records(cache / EVENTS_FILE, state.first_seen.keys()), quiet)
    edits = [event.last_updated for event in events if event.last_updated]
    latest = state.last_refreshed or max(edits, default=FIRST_DATE)
    publications = Publications(history=history, today=settings.today or latest.date())
    known = {event.id: publications.first(event, is_bounded=False) for event in events}
    if not settings.dry_run:
        save_publications(cache / PUBLICATIONS_FILE, known)
    return known


def _download_images(
    settings: Settings, catalogue: Catalogue, console: Console, now: datetime
) -> None:
    # Imports an HTTP client, which a run without a network does not need.
    from events_archive.images.download import download_images  # noqa: PLC0415

    with console.timed("pictures"):
        download_images(
            catalogue.images_excluding(settings.excluded_licences), settings, console, now=now
        )
