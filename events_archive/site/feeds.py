"""Which feeds exist, and what stands in them.

Two orders answer two questions: what is new or changed here, and what happened when. Each feed
holds its latest entries; the complete history hangs on it as archive documents (RFC 5005, 4).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from operator import itemgetter

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event
from events_archive.site import urls
from events_archive.site.feed_entries import (
    TAG,
    FeedEntry,
    change_entries,
    chronological_entry,
    day_entry,
    event_entry,
)
from events_archive.site.formats import FEED_FORMATS, RSS, Format
from events_archive.site.on_this_day import recent_anniversaries
from events_archive.site.page import Alternate, Page
from events_archive.site.publication_dates import FIRST_DATE
from events_archive.site.site import Site
from events_archive.site.terms import Term

MAX_ENTRIES = 50
"""Entries of a feed: readers poll whole files, so a feed that holds everything is refused."""

MAIN_ARCHIVE_IDS, TYPE_ARCHIVE_IDS = 100, 500
"""How many ids of events an archive document spans: few enough to stay below a megabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A list of entries that people follow, or a document of its archive."""

    id: str
    """Its id in Atom, for good; all documents of one feed share it."""
    title: str
    description: str
    stem: str
    """Its address without the format's suffix."""
    html_url: str
    """The address of the page with the same events."""
    entries: tuple[FeedEntry, ...] = ()
    """Newest news first."""
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
        return tuple(
            (format, self.path(format))
            for format in FEED_FORMATS
            if format.has_archives or not self.main
        )

    def path(self, format: Format) -> str:
        """Return the path of its file in a format."""
        return self.stem + ((self.is_of_term and format.term_suffix) or format.suffix)

    @property
    def updated(self) -> datetime:
        """When its newest entry was changed: never earlier than any entry's (RFC 4287, 4.2.15)."""
        return max((entry.updated for entry in self.entries), default=FIRST_DATE)


def main_feed(site: Site) -> Feed:
    """The archive's own feed, without its entries: what is new or changed here."""
    return Feed(
        id=f"{TAG}:events:feed",
        title=site.title,
        description="Spaceflight events that are new here or have changed, the latest news first.",
        stem=urls.MAIN_FEED,
        html_url=urls.HOME,
    )


def chronological_feed(site: Site) -> Feed:
    """What happened when, without its entries."""
    return Feed(
        id=f"{TAG}:events:happened",
        title=f"{site.title}: what happened",
        description="Spaceflight events that have taken place, in the order in which they did.",
        stem=urls.HAPPENED,
        html_url=urls.HOME,
    )


def changes_feed(site: Site) -> Feed:
    """What was added, moved, renamed or withdrawn, without its entries."""
    return Feed(
        id=f"{TAG}:events:changes",
        title=f"{site.title}: changes",
        description="One entry for each event that was added, moved to another date, renamed "
        "or withdrawn.",
        stem=urls.CHANGES,
        html_url=urls.HOME,
    )


def days_feed(site: Site) -> Feed:
    """What happened on each day, as it comes round, without its entries."""
    return Feed(
        id=f"{TAG}:events:days",
        title=f"{site.title}: on this day",
        description="Each day, what happened in spaceflight on the same day of years before.",
        stem=urls.DAYS_FEED,
        html_url=urls.ALL_DAYS,
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
    """Return the feed of what happened when among a term's events, without its entries."""
    return Feed(
        id=f"{TAG}:events:{term.taxonomy.feed_id}:{term.key}:happened",
        title=f"{term.name}: what happened · {site.title}",
        description=f"Events of {term.phrase}, in the order in which they took place.",
        stem=f"{term.url.removesuffix('.html')}.happened",
        html_url=term.url,
    )


def feed_pages(site: Site) -> Iterator[Page]:
    """Every feed and every document of its archive, in every format."""
    latest = islice(change_entries(site), MAX_ENTRIES)
    yield from feed_file_pages(replace(changes_feed(site), entries=tuple(latest)))
    days = tuple(day_entry(site, day) for day in recent_anniversaries(site.catalogue))
    yield from feed_file_pages(replace(days_feed(site), entries=days))
    known = published_archives(site)
    for feed, entries, blocks in _feeds(site):
        for document in _with_archive(feed, entries, blocks, known):
            yield from feed_file_pages(document)


def feed_file_pages(feed: Feed) -> Iterator[Page]:
    """Yield the feed in each format."""
    for format, path in feed.files:
        yield Page(
            path=path,
            writer=format.writer,
            template=format.template,
            title=feed.title,
            context={"feed": feed},
        )


Entries = tuple[FeedEntry, ...]


def _feeds(site: Site) -> Iterator[tuple[Feed, Entries, "ArchivePartition"]]:
    """Each feed of events without its entries, all its entries, and how its archive is divided."""
    news = tuple(event_entry(site, event) for event in by_last_update(site))
    past = tuple(chronological_entry(site, event) for event in site.catalogue.past)
    yield main_feed(site), news, _by_ids(MAIN_ARCHIVE_IDS)
    yield chronological_feed(site), past, _BY_YEAR
    news_of, past_of = _by_event(news), _by_event(past)
    for taxonomy in site.taxonomies.taxonomies:
        for term in site.taxonomies.terms(taxonomy.name) if taxonomy.feed_id else ():
            yield term_feed(site, term), _selected(term, news_of), _by_ids(TYPE_ARCHIVE_IDS)
            yield term_chronological_feed(site, term), _selected(term, past_of), _BY_YEAR


def _by_event(entries: Entries) -> Mapping[int, tuple[int, FeedEntry]]:
    """The entries by the id of their event, each with its position."""
    return {_event(entry).id: (number, entry) for number, entry in enumerate(entries)}


def _selected(term: Term, entries: Mapping[int, tuple[int, FeedEntry]]) -> Entries:
    """The entries of a term's events, in the order of the entries."""
    selected = sorted(
        (entries[event.id] for event in term.events if event.id in entries),
        key=itemgetter(0),
    )
    return tuple(entry for _, entry in selected)


def by_last_update(site: Site) -> Events:
    """All events, those first that are new or have changed last."""
    changed = site.publication_dates.updated
    events = site.catalogue.events
    return tuple(sorted(events, key=lambda event: (changed(event), event.id), reverse=True))


def _event(entry: FeedEntry) -> Event:
    assert entry.event, "a feed of events has no other entries"
    return entry.event


@dataclass(frozen=True, slots=True)
class ArchivePartition:
    """Into which archive document of a feed an event goes, for good."""

    number: Callable[[Event], int]
    """The document's place in the order."""
    name: Callable[[int], str]
    """What the document of a number is called."""


def _by_ids(width: int) -> ArchivePartition:
    """Blocks of ids: no event ever moves to another, and a full one changes but with its events."""
    return ArchivePartition(
        number=lambda event: event.id // width * width,
        name=lambda first: f"{first}-{first + width - 1}",
    )


_BY_YEAR = ArchivePartition(number=lambda event: event.sort_key[0].year, name=str)
"""The years in which events were over."""


PublishedArchives = Mapping[str, set[tuple[int, str]]]
"""The archive documents that were ever published, by the stems of their feeds."""


def published_archives(site: Site) -> PublishedArchives:
    """What the ledger remembers of archive documents: they stay, even when they empty."""
    known: dict[str, set[tuple[int, str]]] = {}
    for address in site.history.state.published_lists:
        stem, _, name = address.removesuffix(".rss").rpartition("/")
        if address.endswith(".rss") and (number := name.partition("-")[0]).isdecimal():
            known.setdefault(_present_stem(site, stem), set()).add((int(number), name))
    return known


def _present_stem(site: Site, stem: str) -> str:
    """The same stem after its type was renamed: its documents are copied to the old addresses."""
    folder, _, name = stem.partition("/")
    former, dot, order = name.partition(".")
    type_id = site.urls.type_redirects.get(former) if folder == "types" else None
    return stem if type_id is None else f"types/{site.urls.type_slugs[type_id]}{dot}{order}"


def is_archive_document(page: Page) -> bool:
    """Whether the page is a document of a feed's archive, in the format that stands for all."""
    feed = page.context.get("feed")
    return isinstance(feed, Feed) and feed.main != "" and page.path == feed.path(RSS)


def _with_archive(
    feed: Feed, entries: Entries, blocks: ArchivePartition, known: PublishedArchives
) -> Iterator[Feed]:
    """The feed, and where it cannot hold all its entries, documents that hold every one."""
    former = known.get(feed.stem, set())
    has_archive = len(entries) > MAX_ENTRIES or former
    archive = _archive(feed, entries, blocks, former) if has_archive else []
    older = archive[-1].stem if archive else ""
    yield replace(feed, prev_archive=older, entries=entries[:MAX_ENTRIES])
    yield from archive


def _archive(
    feed: Feed, entries: Entries, blocks: ArchivePartition, former: Iterable[tuple[int, str]]
) -> list[Feed]:
    """Documents that hold all entries, the oldest first, each linked to its neighbours."""
    groups = grouped(entries, lambda entry: blocks.number(_event(entry)))
    names = sorted({*former, *((number, blocks.name(number)) for number in groups)})
    stems = ["", *(f"{feed.stem}/{name}" for _, name in names), ""]
    return [
        replace(
            feed,
            title=f"{feed.title}: {name}",
            stem=stems[position],
            main=feed.stem,
            prev_archive=stems[position - 1],
            next_archive=stems[position + 1],
            # The order of the feed would rewrite the document with every change to its events.
            entries=tuple(sorted(groups.get(number, ()), key=_stable_order, reverse=True))
            if name == blocks.name(number)
            else (),
        )
        for position, (number, name) in enumerate(names, start=1)
    ]


def _stable_order(entry: FeedEntry) -> tuple[datetime, int]:
    return (entry.published, entry.event.id if entry.event else 0)


def feed_alternates(feed: Feed, title: str) -> tuple[Alternate, ...]:
    """Return the links by which pages announce a feed, one for each format."""
    return tuple(
        Alternate(url=path, media_type=format.media_type, title=f"{title} ({format.label})")
        for format, path in feed.files
    )
