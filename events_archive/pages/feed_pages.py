"""Which entries each feed has: the pages of all feeds."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace

from events_archive.model.timestamps import FIRST_DATE
from events_archive.pages.change_entries import change_entries
from events_archive.pages.feed_archives import (
    MAIN_ARCHIVE_IDS,
    TERM_ARCHIVE_IDS,
    Partition,
    by_ids,
    by_month,
    by_year,
    published_archives,
    with_archive,
)
from events_archive.site import urls
from events_archive.site.feed_entries import day_entry, event_entry, event_of
from events_archive.site.feeds import (
    MAX_ENTRIES_WITHOUT_ARCHIVE,
    Entries,
    Feed,
    site_feed,
    term_chronological_feed,
    term_feed,
)
from events_archive.site.formats import RSS
from events_archive.site.page import Page
from events_archive.site.site import Site
from events_archive.site.terms import Term

FEED_DAYS = 30
"""How many days up to today have anniversaries in a feed: a site need not be built every day."""


def feed_pages(site: Site) -> Iterator[Page]:
    """Yield every feed and its archive documents, in every format."""
    for undated in _all_feeds(site):
        # The newest entry may have left the feed, whose date must not go back.
        former = site.history.state.feed_dates.get(undated.stem, FIRST_DATE)
        updated = max([former, *(entry.updated for entry in undated.entries)])
        feed = replace(undated, updated=updated)
        for format, path in feed.files:
            yield Page(
                path=path,
                template=format.template,
                title=feed.title,
                context={"feed": feed, "feed_path": path},
            )


def feed_dates(pages: Iterable[Page]) -> dict[str, datetime]:
    """Return the dates of all feeds and archive documents among the pages, by stem."""
    feeds = (page.context["feed"] for page in pages if page.template == RSS.template)
    return {feed.stem: feed.updated for feed in feeds}


def _all_feeds(site: Site) -> Iterator[Feed]:
    month = f"{site.catalogue.today:%Y-%m}"
    changes, documents = site_feed(site, urls.CHANGES), published_archives(site)
    former = documents.get(changes.stem, set())
    yield from with_archive(changes, change_entries(site), partial(by_month, now=month), former)
    first = site.catalogue.today - timedelta(days=FEED_DAYS - 1)
    days = site.catalogue.anniversaries(first, FEED_DAYS)[::-1]
    entries = tuple(day_entry(*day) for day in days)
    yield replace(site_feed(site, urls.DAYS_FEED), entries=entries)
    yield from _feeds_of_events(site, documents)


def _feeds_of_events(site: Site, documents: Mapping[str, Set[tuple[int, str]]]) -> Iterator[Feed]:
    """Yield the feeds of events; ``documents`` are the archive documents that were published."""

    def archived(feed: Feed, entries: Entries, partition: Partition) -> Iterator[Feed]:
        return with_archive(feed, entries, partition, documents.get(feed.stem, set()))

    entries = [event_entry(site, event) for event in site.catalogue.events]
    news = tuple(sorted(entries, key=lambda e: (e.updated, event_of(e).id), reverse=True))
    past = tuple(event_entry(site, event, is_chronological=True) for event in site.catalogue.past)
    yield from archived(
        site_feed(site, urls.MAIN_FEED), news, partial(by_ids, width=MAIN_ARCHIVE_IDS)
    )
    yield from archived(site_feed(site, urls.HAPPENED), past, by_year)
    news_of, past_of = _by_term(news), _by_term(past)
    by_id = partial(by_ids, width=TERM_ARCHIVE_IDS)
    for taxonomy in site.taxonomies.taxonomies:
        for term in site.term_feeds.of(taxonomy) if taxonomy.feed_id else ():
            if taxonomy.has_archives:
                yield from archived(term_feed(site, term), news_of(term), by_id)
                yield from archived(term_chronological_feed(site, term), past_of(term), by_year)
            else:
                latest = news_of(term)[:MAX_ENTRIES_WITHOUT_ARCHIVE]
                yield replace(term_feed(site, term), entries=latest)


def _by_term(entries: Entries) -> Callable[[Term], Entries]:
    """Return a function that returns those entries that are about a term's events."""
    positions = {event_of(entry).id: position for position, entry in enumerate(entries)}

    def entries_of(term: Term) -> Entries:
        found = sorted(positions[event.id] for event in term.events if event.id in positions)
        return tuple(entries[position] for position in found)

    return entries_of
