"""Which feeds exist, and which entries each of them has.

There are two orders: what is new or changed, latest first, and what happened, latest first. A feed
has its latest entries; archive documents (RFC 5005 section 4) have them all.
"""

from collections.abc import Callable, Iterator, Set
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from events_archive.model.catalogue import grouped
from events_archive.model.event import Event
from events_archive.site import urls
from events_archive.site.feed_entries import (
    TAG,
    FeedEntry,
    change_entries,
    day_entry,
    event_entry,
)
from events_archive.site.formats import FEED_FORMATS, RSS, Format
from events_archive.site.page import Alternate, Page
from events_archive.site.publications import FIRST_DATE
from events_archive.site.site import Site
from events_archive.site.terms import Term

MAX_ENTRIES = 50
"""The most entries of a feed: readers fetch whole files, again and again."""

FEED_DAYS = 30
"""How many days up to today have anniversaries in a feed: a site need not be built every day."""

MAIN_ARCHIVE_IDS, TERM_ARCHIVE_IDS = 100, 500
"""How many ids of events an archive document spans: few enough to stay below a megabyte."""

Entries = tuple[FeedEntry, ...]


class Feed(Struct, frozen=True, kw_only=True):
    """A feed, or a document of its archive."""

    id: str
    """Its permanent id in Atom, which all documents of a feed share."""
    title: str
    description: str
    stem: str
    """Its path without a suffix; ``""`` if it is not published."""
    html_url: str
    """The page with the same events."""
    entries: Entries = ()
    """Latest first."""
    is_of_term: bool = False
    """Whether it lies beside the page of a term, with the suffixes for that."""
    main: str = ""
    """Of an archive document: the stem of the feed itself."""
    prev_archive: str = ""
    """The stem of the archive document before this one, or ``""``."""
    next_archive: str = ""
    """The stem of the archive document after this one, or ``""``."""

    @property
    def files(self) -> tuple[tuple[Format, str], ...]:
        """Its formats, each with the path of its file."""
        formats = (format for format in FEED_FORMATS if format.has_archives or not self.main)
        return tuple((format, self.path(format)) for format in formats)

    def path(self, format: Format) -> str:
        """Return the path of its file in a format."""
        return self.stem + ((self.is_of_term and format.term_suffix) or format.suffix)

    def alternates(self, title: str) -> tuple[Alternate, ...]:
        """Return the links by which pages announce it, one for each format."""
        return tuple(
            Alternate(url=path, media_type=format.media_type, title=f"{title} ({format.label})")
            for format, path in self.files
        )

    @property
    def updated(self) -> datetime:
        """When its newest entry changed (RFC 4287 section 4.2.15)."""
        return max((entry.updated for entry in self.entries), default=FIRST_DATE)


_SITE_FEEDS = {
    urls.MAIN_FEED: ("", "Spaceflight events that are new here or have changed, latest first."),
    urls.HAPPENED: (
        ": what happened",
        "Spaceflight events that are over, in the order in which they happened.",
    ),
    urls.CHANGES: (
        ": changes",
        "One entry for each event that was added, moved to another date, renamed or withdrawn.",
    ),
    urls.DAYS_FEED: (
        ": on this day",
        "Each day, what happened in spaceflight on the same day in earlier years.",
    ),
}
"""By stem: the end of the title, and the description."""


def site_feed(site: Site, stem: str) -> Feed:
    """Return one of the feeds of the whole site (`urls.FEEDS`), without its entries."""
    title, description = _SITE_FEEDS[stem]
    return Feed(
        id=f"{TAG}:events:{stem}",
        title=site.title + title,
        description=description,
        stem=stem,
        html_url=urls.ALL_DAYS if stem == urls.DAYS_FEED else urls.HOME,
    )


def term_feed(site: Site, term: Term) -> Feed:
    """Return the feed of what is new or changed among a term's events, without its entries."""
    return Feed(
        id=f"{TAG}:events:{term.taxonomy.feed_id}:{term.key}",
        title=f"{term.name} · {site.title}",
        description=f"Events of {term.phrase} that are new here or have changed.",
        stem=term.url.removesuffix(".html"),
        html_url=term.url,
        is_of_term=True,
    )


def term_chronological_feed(site: Site, term: Term) -> Feed:
    """Return the feed of what happened among a term's events, without its entries."""
    return Feed(
        id=f"{TAG}:events:{term.taxonomy.feed_id}:{term.key}:happened",
        title=f"{term.name}: what happened · {site.title}",
        description=f"Events of {term.phrase}, in the order in which they happened.",
        stem=f"{term.url.removesuffix('.html')}.happened",
        html_url=term.url,
    )


def feed_pages(site: Site) -> Iterator[Page]:
    """Yield every feed and its archive documents, in every format."""
    changes = tuple(islice(change_entries(site), MAX_ENTRIES))
    yield from _pages(replace(site_feed(site, urls.CHANGES), entries=changes))
    first = site.catalogue.today - timedelta(days=FEED_DAYS - 1)
    days = site.catalogue.anniversaries(first, FEED_DAYS)[::-1]
    entries = tuple(day_entry(*day) for day in days)
    yield from _pages(replace(site_feed(site, urls.DAYS_FEED), entries=entries))
    published = published_archives(site)
    for feed, entries, partition in _feeds(site):
        former = published.get(feed.stem, set())
        for document in _with_archive(feed, entries, partition, former):
            yield from _pages(document)


def _pages(feed: Feed) -> Iterator[Page]:
    for format, path in feed.files:
        yield Page(
            path=path,
            template=format.template,
            title=feed.title,
            context={"feed": feed, "feed_path": path},
        )


Partition = Callable[[Event], tuple[int, str]]
"""Returns which archive document an event is in, permanently: its number in order, and its name."""


def _by_ids(event: Event, width: int) -> tuple[int, str]:
    """Partition by blocks of ids: no event moves, and only changed events change a document."""
    first = event.id // width * width
    return first, f"{first}-{first + width - 1}"


def _by_year(event: Event) -> tuple[int, str]:
    """Partition by the year in which events ended."""
    year = event.sort_key[0].year
    return year, str(year)


def _feeds(site: Site) -> Iterator[tuple[Feed, Entries, Partition]]:
    """Yield each feed of events, without its entries, with all entries that it ever has."""
    entries = [event_entry(site, event) for event in site.catalogue.events]
    news = tuple(sorted(entries, key=lambda e: (e.updated, _event(e).id), reverse=True))
    past = tuple(event_entry(site, event, is_chronological=True) for event in site.catalogue.past)
    yield site_feed(site, urls.MAIN_FEED), news, partial(_by_ids, width=MAIN_ARCHIVE_IDS)
    yield site_feed(site, urls.HAPPENED), past, _by_year
    news_of, past_of = _by_term(news), _by_term(past)
    by_ids = partial(_by_ids, width=TERM_ARCHIVE_IDS)
    for taxonomy in site.taxonomies.taxonomies:
        for term in site.taxonomies.terms[taxonomy.name] if taxonomy.feed_id else ():
            yield term_feed(site, term), news_of(term), by_ids
            yield term_chronological_feed(site, term), past_of(term), _by_year


def _by_term(entries: Entries) -> Callable[[Term], Entries]:
    """Return a function that returns those entries that are about a term's events."""
    positions = {_event(entry).id: position for position, entry in enumerate(entries)}

    def entries_of(term: Term) -> Entries:
        found = sorted(positions[event.id] for event in term.events if event.id in positions)
        return tuple(entries[position] for position in found)

    return entries_of


def _event(entry: FeedEntry) -> Event:
    assert entry.event, "a feed of events has no other entries"
    return entry.event


def _with_archive(
    feed: Feed, entries: Entries, partition: Partition, former: Set[tuple[int, str]]
) -> Iterator[Feed]:
    """Yield the feed, and archive documents if it cannot hold all its entries or ever had any.

    The documents hold all entries, oldest first, and are linked to their neighbours.
    """
    groups = grouped(entries, lambda entry: partition(_event(entry)))
    has_archive = len(entries) > MAX_ENTRIES or former
    documents = sorted(former | groups.keys()) if has_archive else []
    stems = ["", *(f"{feed.stem}/{name}" for _, name in documents), ""]
    yield replace(feed, prev_archive=stems[-2], entries=entries[:MAX_ENTRIES])
    for position, document in enumerate(documents, start=1):
        yield replace(
            feed,
            title=f"{feed.title}: {document[1]}",
            stem=stems[position],
            main=feed.stem,
            prev_archive=stems[position - 1],
            next_archive=stems[position + 1],
            # The order of the feed would rewrite the document with every change to its events.
            entries=tuple(sorted(groups.get(document, ()), key=_stable_order, reverse=True)),
        )


def _stable_order(entry: FeedEntry) -> tuple[datetime, int]:
    return (entry.published, _event(entry).id)


def published_archives(site: Site) -> dict[str, set[tuple[int, str]]]:
    """Return the archive documents ever published, as (number, name), by the stem of their feed.

    They stay, even when they are empty.
    """
    known: dict[str, set[tuple[int, str]]] = {}
    for path in site.history.state.published_lists:
        stem, _, name = path.removesuffix(RSS.suffix).rpartition("/")
        if path.endswith(RSS.suffix) and (number := name.partition("-")[0]).isdecimal():
            known.setdefault(_current_stem(site, stem), set()).add((int(number), name))
    return known


def _current_stem(site: Site, stem: str) -> str:
    """Return the stem of a feed now, whose type may have been renamed since."""
    folder, _, name = stem.partition("/")
    slug, dot, order = name.partition(".")
    types = site.history.slugs.types
    type_id = types.redirects.get(slug) if folder == "types" else None
    return stem if type_id is None else f"types/{types.slugs[type_id]}{dot}{order}"


def is_archive_document(page: Page) -> bool:
    """Whether the page is the RSS file of an archive document: its path stands for all formats."""
    feed = page.context.get("feed")
    return isinstance(feed, Feed) and feed.main != "" and page.path == feed.path(RSS)
