"""Archive documents of feeds (RFC 5005 section 4): a feed has its latest entries, they have all.

The feeds of the whole site and of types have them. Those of other terms do not, since they would
make the site a fifth larger; their entries are in the documents of the main feed.
"""

from collections.abc import Callable, Iterator, Set
from datetime import datetime

from msgspec.structs import replace

from events_archive.model.catalogue import grouped
from events_archive.site.feed_entries import FeedEntry, event_of
from events_archive.site.feeds import MAX_ENTRIES, Entries, Feed
from events_archive.site.formats import RSS
from events_archive.site.site import Site

MAIN_ARCHIVE_IDS, TERM_ARCHIVE_IDS = 100, 500
"""How many ids of events a document spans: few enough to stay below a megabyte."""

Partition = Callable[[FeedEntry], tuple[int, str] | None]
"""Returns which archive document an entry is in, permanently: its number in order, and its name.

None if the document is not complete: until then the entry is in the feed itself."""


def by_ids(entry: FeedEntry, width: int) -> tuple[int, str]:
    """Partition by blocks of ids: no event moves, and only changed events change a document."""
    first = event_of(entry).id // width * width
    return first, f"{first}-{first + width - 1}"


def by_year(entry: FeedEntry) -> tuple[int, str]:
    """Partition by the year in which events ended."""
    year = event_of(entry).sort_key[0].year
    return year, str(year)


def by_month(entry: FeedEntry, now: str) -> tuple[int, str] | None:
    """Partition by the months before ``now``, whose documents do not change any more."""
    month = f"{entry.published:%Y-%m}"
    return (entry.published.year, month) if month < now else None


def with_archive(
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
