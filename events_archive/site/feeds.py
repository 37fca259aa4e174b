"""Which feeds exist, and what stands in them.

Two orders answer two questions: what is new or changed here, and what happened when. Each feed
holds its latest entries; the complete history hangs on it as archive documents (RFC 5005, 4).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from events_archive.model.catalogue import Events
from events_archive.model.event import EventType
from events_archive.site import addresses
from events_archive.site.chronicle import NEVER
from events_archive.site.entries import TAG, Entry, change_entries, event_entry, happened
from events_archive.site.page import Alternate, Page
from events_archive.site.site import Site

ENTRIES = 50
"""Entries of a feed: readers poll whole files, so a feed that holds everything is refused."""

RSS = "application/rss+xml"
ATOM = "application/atom+xml"
JSON = "application/feed+json"

MAIN_BLOCK, TYPE_BLOCK = 100, 500
"""How many ids of events an archive document spans: few enough to stay below a megabyte."""

_TEMPLATES = {RSS: "feeds/rss.xml", ATOM: "feeds/atom.xml", JSON: "feed.json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A list of entries that people follow, or a document of its archive."""

    identity: str
    """Its id in Atom, for good; all documents of one feed share it."""
    title: str
    description: str
    stem: str
    """Its address without the format's suffix."""
    home: str
    """The address of the page with the same events."""
    entries: tuple[Entry, ...] = ()
    """Newest news first."""
    json_suffix: str = ".json"
    current: str = ""
    """Of an archive document: the stem of the feed itself."""
    older: str = ""
    """The stem of the archive document before this one, or ``""``."""
    newer: str = ""
    """The stem of the archive document after this one, or ``""``."""

    @property
    def updated(self) -> datetime:
        """When its newest entry was changed: never earlier than any entry's (RFC 4287, 4.2.15)."""
        return max((entry.updated for entry in self.entries), default=NEVER)

    @property
    def formats(self) -> tuple[tuple[str, str, str], ...]:
        """Its formats as (name, media type, suffix)."""
        return (("RSS", RSS, ".rss"), ("Atom", ATOM, ".atom"), ("JSON", JSON, self.json_suffix))


def main_feed(site: Site) -> Feed:
    """The archive's own feed, without its entries: what is new or changed here."""
    return Feed(
        identity=f"{TAG}:events:feed",
        title=site.title,
        description="Spaceflight events that are new here or have changed, the latest news first.",
        stem=addresses.MAIN_FEED,
        home=addresses.HOME,
    )


def happened_feed(site: Site) -> Feed:
    """What happened when, without its entries."""
    return Feed(
        identity=f"{TAG}:events:happened",
        title=f"{site.title}: what happened",
        description="Spaceflight events that have taken place, in the order in which they did.",
        stem=addresses.HAPPENED,
        home=addresses.HOME,
    )


def changes_feed(site: Site) -> Feed:
    """What was added, moved, renamed or withdrawn, without its entries."""
    return Feed(
        identity=f"{TAG}:events:changes",
        title=f"{site.title}: changes",
        description="One entry for each event that was added, moved to another date, renamed "
        "or withdrawn.",
        stem=addresses.CHANGES,
        home=addresses.HOME,
    )


def type_feed(site: Site, type: EventType) -> Feed:
    """What is new or changed among the events of one type, without its entries."""
    return Feed(
        identity=f"{TAG}:events:type:{type.id}",
        title=f"{type.name} · {site.title}",
        description=f"Events of the type {type.name} that are new here or have changed.",
        stem=site.addresses.type(type, ""),
        home=site.addresses.type(type),
        json_suffix=".feed.json",
    )


def type_happened_feed(site: Site, type: EventType) -> Feed:
    """What happened when among the events of one type, without its entries."""
    return Feed(
        identity=f"{TAG}:events:type:{type.id}:happened",
        title=f"{type.name}: what happened · {site.title}",
        description=f"Events of the type {type.name}, in the order in which they took place.",
        stem=site.addresses.type(type, ".happened"),
        home=site.addresses.type(type),
    )


def feed_pages(site: Site) -> Iterator[Page]:
    """Every feed and every document of its archive, in every format."""
    latest = islice(change_entries(site), ENTRIES)
    yield from documents(replace(changes_feed(site), entries=tuple(latest)))
    news = [event_entry(site, event) for event in latest_news(site)]
    past = [happened(event_entry(site, event)) for event in site.catalogue.past]
    known = published_blocks(site)
    yield from _with_archive(main_feed(site), news, _by_ids(MAIN_BLOCK), known)
    yield from _with_archive(happened_feed(site), past, _by_year, known)
    news_of, past_of = _by_type(news), _by_type(past)
    for type in site.types_by_name():
        feed, happened_when = type_feed(site, type), type_happened_feed(site, type)
        of_type, past_of_type = news_of.get(type.id, []), past_of.get(type.id, [])
        yield from _with_archive(feed, of_type, _by_ids(TYPE_BLOCK), known)
        yield from _with_archive(happened_when, past_of_type, _by_year, known)


def latest_news(site: Site) -> Events:
    """All events, those first that are new or have changed last."""
    changed = site.chronicle.changed
    events = site.catalogue.events
    return tuple(sorted(events, key=lambda event: (changed(event), event.id), reverse=True))


Block = Callable[[Entry], tuple[int, str]]
"""The archive document in which an entry stands for good: its place in the order, its name."""


def _by_ids(width: int) -> Block:
    """Blocks of ids: no event ever moves to another, and a full one changes but with its events."""

    def block(entry: Entry) -> tuple[int, str]:
        first = entry.event.id // width * width if entry.event else 0
        return first, f"{first}-{first + width - 1}"

    return block


def _by_year(entry: Entry) -> tuple[int, str]:
    return entry.published.year, str(entry.published.year)


def _by_type(entries: Sequence[Entry]) -> dict[int, list[Entry]]:
    groups: dict[int, list[Entry]] = {}
    for entry in entries:
        if entry.event:
            groups.setdefault(entry.event.type.id, []).append(entry)
    return groups


Known = Mapping[str, set[tuple[int, str]]]
"""The archive documents that were ever published, by the stems of their feeds."""


def published_blocks(site: Site) -> Known:
    """What the ledger remembers of archive documents: they stay, even when they empty."""
    known: dict[str, set[tuple[int, str]]] = {}
    for address in site.memory.ledger.lists:
        stem, _, name = address.removesuffix(".rss").rpartition("/")
        if address.endswith(".rss") and (number := name.partition("-")[0]).isdecimal():
            known.setdefault(_present_stem(site, stem), set()).add((int(number), name))
    return known


def _present_stem(site: Site, stem: str) -> str:
    """The same stem after its type was renamed: its documents are copied to the old addresses."""
    folder, _, name = stem.partition("/")
    former, dot, order = name.partition(".")
    type_id = site.addresses.type_stubs.get(former) if folder == "types" else None
    return stem if type_id is None else f"types/{site.addresses.type_stems[type_id]}{dot}{order}"


def is_archive_document(page: Page) -> bool:
    """Whether the page is one of a feed's archive, in the format that stands for all."""
    if page.template != _TEMPLATES[RSS]:
        return False
    feed = page.context["feed"]
    return isinstance(feed, Feed) and bool(feed.current)


def _with_archive(
    feed: Feed, entries: Sequence[Entry], block: Block, known: Known
) -> Iterator[Page]:
    """The feed, and where it cannot hold all its entries, documents that hold every one."""
    former = known.get(feed.stem, set())
    archive = _archive(feed, entries, block, former) if len(entries) > ENTRIES or former else []
    older = archive[-1].stem if archive else ""
    yield from documents(replace(_latest(feed, entries), older=older))
    for document in archive:
        yield from documents(document)


def _latest(feed: Feed, entries: Sequence[Entry]) -> Feed:
    return replace(feed, entries=tuple(entries[:ENTRIES]))


def _archive(
    feed: Feed, entries: Sequence[Entry], block: Block, former: Iterable[tuple[int, str]]
) -> list[Feed]:
    """Documents that hold all entries, the oldest first, each linked to its neighbours."""
    groups: dict[tuple[int, str], list[Entry]] = {key: [] for key in former}
    for entry in entries:
        groups.setdefault(block(entry), []).append(entry)
    blocks = sorted(groups)
    stems = ["", *(f"{feed.stem}/{name}" for _, name in blocks), ""]
    return [
        replace(
            feed,
            # The order of news would rewrite the document with every change to one of its events.
            entries=tuple(sorted(groups[key], key=_settled, reverse=True)),
            title=f"{feed.title}: {key[1]}",
            stem=stems[position],
            current=feed.stem,
            older=stems[position - 1],
            newer=stems[position + 1],
        )
        for position, key in enumerate(blocks, start=1)
    ]


def _settled(entry: Entry) -> tuple[datetime, int]:
    return (entry.published, entry.event.id if entry.event else 0)


def documents(feed: Feed) -> Iterator[Page]:
    """The feed in each format; an archive document in those that RFC 5005 is made for."""
    for _, media_type, suffix in feed.formats:
        if media_type != JSON or not feed.current:
            yield Page(
                address=feed.stem + suffix,
                template=_TEMPLATES[media_type],
                title=feed.title,
                context={"feed": feed},
            )


def feed_alternates(feed: Feed, title: str) -> tuple[Alternate, ...]:
    """The feed in each format, as pages announce it."""
    return tuple(
        Alternate(address=feed.stem + suffix, media_type=media_type, title=f"{title} ({name})")
        for name, media_type, suffix in feed.formats
    )
