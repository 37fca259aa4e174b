"""Which feeds exist, and which entries each of them has.

There are two orders: what is new or changed, latest first, and what happened, latest first. A feed
has its latest entries; archive documents (RFC 5005 section 4) have them all.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from events_archive.model.catalogue import grouped
from events_archive.model.event import Event
from events_archive.model.timestamps import FIRST_DATE
from events_archive.site import urls
from events_archive.site.calendar_pages import retired_terms
from events_archive.site.change_entries import change_entries
from events_archive.site.feed_entries import TAG, FeedEntry, day_entry, event_entry
from events_archive.site.formats import FEED_FORMATS, RSS, Format
from events_archive.site.page import Alternate, Page
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
    updated: datetime = FIRST_DATE
    """When its newest entry changed (RFC 4287 section 4.2.15); it never goes back."""

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


_SITE_FEEDS = {
    urls.MAIN_FEED: ("", "Spaceflight events that are new here or have changed, latest first."),
    urls.HAPPENED: (
        ": what happened",
        "Spaceflight events that are over, in the order in which they happened. Each entry is "
        "dated by its event and not by when it appeared here.",
    ),
    urls.CHANGES: (
        ": changes",
        "One entry each time an event is added, moved to another date, renamed, changed in another "
        "way, or withdrawn.",
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
        description=f"Events of {term.phrase}, in the order in which they happened. Each entry "
        "is dated by its event and not by when it appeared here.",
        stem=f"{term.url.removesuffix('.html')}.happened",
        html_url=term.url,
    )


def feed_pages(site: Site) -> Iterator[Page]:
    """Yield every feed and its archive documents, in every format."""
    for feed in _all_feeds(site):
        # Its newest entry may have left.
        former = site.history.state.feed_dates.get(feed.stem, FIRST_DATE)
        feed = replace(feed, updated=max([former, *(e.updated for e in feed.entries)]))  # noqa: PLW2901
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
    published = published_archives(site)
    feed = site_feed(site, urls.CHANGES)
    month = f"{site.catalogue.today:%Y-%m}"
    former = published.get(feed.stem, set())
    yield from _with_archive(feed, change_entries(site), partial(_by_month, now=month), former)
    first = site.catalogue.today - timedelta(days=FEED_DAYS - 1)
    days = site.catalogue.anniversaries(first, FEED_DAYS)[::-1]
    entries = tuple(day_entry(*day) for day in days)
    yield replace(site_feed(site, urls.DAYS_FEED), entries=entries)
    for feed, entries, partition in _feeds(site):
        yield from _with_archive(feed, entries, partition, published.get(feed.stem, set()))


Partition = Callable[[FeedEntry], tuple[int, str] | None]
"""Returns which archive document an entry is in, permanently: its number in order, and its name.

None if the document is not complete: until then the entry is in the feed itself."""


def _by_ids(entry: FeedEntry, width: int) -> tuple[int, str]:
    """Partition by blocks of ids: no event moves, and only changed events change a document."""
    first = _event(entry).id // width * width
    return first, f"{first}-{first + width - 1}"


def _by_year(entry: FeedEntry) -> tuple[int, str]:
    """Partition by the year in which events ended."""
    year = _event(entry).sort_key[0].year
    return year, str(year)


def _by_month(entry: FeedEntry, now: str) -> tuple[int, str] | None:
    """Partition by the months before ``now``, whose documents do not change any more."""
    month = f"{entry.published:%Y-%m}"
    return (entry.published.year, month) if month < now else None


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
        terms = (*site.taxonomies.terms[taxonomy.name], *retired_terms(site, taxonomy))
        for term in terms if taxonomy.feed_id else ():
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

    The documents hold all entries but those that must be in the feed, and are linked to their
    neighbours.
    """
    groups = grouped(entries, partition)
    in_documents = sum(map(len, groups.values()))
    length = max(MAX_ENTRIES, len(entries) - in_documents)
    has_archive = len(entries) > MAX_ENTRIES or former
    documents = sorted(former | groups.keys()) if has_archive else []
    stems = ["", *(f"{feed.stem}/{name}" for _, name in documents), ""]
    yield replace(feed, prev_archive=stems[-2], entries=entries[:length])
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
    return (entry.published, entry.event.id if entry.event else 0)


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
