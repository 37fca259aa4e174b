"""Files for programs, and the pages about them: downloads, the query page and the API mirror."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import product
from typing import Any

from events_archive.model.catalogue import Events, grouped
from events_archive.model.changes import CHANGE_TYPES
from events_archive.pages.next_events import MAX_NEXT, NEXT_MEMBERS
from events_archive.pages.stored_data import StoredData
from events_archive.pages.subscriptions import AlternateLinks
from events_archive.query.engine import evaluate
from events_archive.query.parameters import GROUPS, MAX_LIMIT, MODES
from events_archive.query.parser import parse_query
from events_archive.site import urls
from events_archive.site.calendars import calendar_entry
from events_archive.site.categories import type_explanation
from events_archive.site.dataset import DATASET_FILES, dataset_description
from events_archive.site.export_columns import ARTICLE_COLUMNS, COLUMNS, VISIT_COLUMNS
from events_archive.site.page import (
    ALL_EVENTS,
    HOME,
    STORED_DATA,
    Breadcrumb,
    LazyContext,
    Page,
    Writer,
)
from events_archive.site.search_index import searched_text
from events_archive.site.site import Site

IDS_PER_FILE = 2000
"""How many ids a file of the query page spans, so that no event ever moves to another file."""

IDS_PER_RECORD_FILE = 50
"""The same for files of whole records, which are large and seldom needed."""

_QUERY_FILES: Mapping[str, tuple[Writer, int]] = {
    "events": (Writer.QUERY_EVENTS, IDS_PER_FILE),
    "words": (Writer.QUERY_WORDS, IDS_PER_FILE),
    "records": (Writer.QUERY_RECORDS, IDS_PER_RECORD_FILE),
}
"""The data of the query page, by the start of their files' names."""

API_LISTS: Mapping[str, int | None] = {"": None, "upcoming": None, "previous": MAX_LIMIT}
"""The lists of events that the mirror has, by the end of the API's path, each with the most events
that it has; ``""`` is the list of all.

All past events are in the list of all. In one that begins with the latest, each event that becomes
past would move all others to other pages.
"""

ADDED_MEMBERS = (
    ("page", "The event's page here."),
    ("permalink", "A permanent link to it, whatever the event is called."),
    ("source", "The record in the API."),
    ("record_sha256", "SHA-256 of the record as the archive stores it."),
    ("date_in_words", "The date in words, as exactly as it is known."),
    ("starts", "The earliest time at which the event may be (UTC)."),
    ("ends", "The end of the time in which it may be, exclusive (UTC)."),
    ("first_seen", "When the archive first saw it; null if it came with the archive."),
    ("last_seen", "The day on which the API last had it."),
    ("withdrawn", "Whether the API no longer has it."),
    ("history", "The changes that the archive recorded: when, which field, from what, to what."),
    ("pictures", "Copies of its picture in this archive, with width and height in pixels."),
    ("articles", "Articles and blogs about it, the newest last."),
)
"""What the archive adds to a record, as (name, meaning)."""

_DOWNLOADS: Mapping[str, Writer] = {
    **{file.path: Writer.DOWNLOAD for file in DATASET_FILES},
    urls.CHECKSUMS: Writer.CHECKSUMS,
    urls.DATA_PACKAGE: Writer.DATA_PACKAGE,
    urls.CROISSANT: Writer.CROISSANT,
}
"""The downloads, and the files that describe them for programs, by path."""


def data_pages(site: Site) -> Iterator[Page]:
    """Yield everything for programs but feeds and calendars; without records, the query page."""
    yield from query_pages(site)
    if site.query_index.events:
        yield from api_pages(site)


def download_pages(site: Site, pages: Iterable[Page]) -> Iterator[Page]:
    """Yield all events, visits and articles, their checksums, and the page that describes them.

    One download has what the archive is made from, which includes the paths of all other ``pages``.
    """
    if not site.query_index.events:
        return
    stored = StoredData(site=site, pages=tuple(pages))
    for path, writer in _DOWNLOADS.items():
        yield Page(path=path, writer=writer, context={"stored": stored}, cache_inputs=STORED_DATA)
    yield Page(
        path=urls.LLMS,
        template="feeds/llms.txt",
        context={"description": dataset_description(site)},
        cache_inputs=ALL_EVENTS,
    )
    yield Page(
        path=urls.DATA,
        template="pages/data.html",
        title="Data to download",
        description="All events of the archive as JSON Lines, CSV and SQLite, with examples.",
        context={
            "columns": COLUMNS,
            "visit_columns": VISIT_COLUMNS,
            "article_columns": ARTICLE_COLUMNS,
            "count": len(site.catalogue.all_events),
            "sample_count": site.sample_count,
            "visits": len(site.visits),
            "articles": len(site.all_articles),
            "stored": stored,
        },
        breadcrumbs=(HOME,),
        alternates=AlternateLinks(site).main,
        cache_inputs=STORED_DATA,
    )


def query_pages(site: Site) -> Iterator[Page]:
    """Yield the query page and its data.

    The data are scripts, because a page opened from disk can load nothing else. What filters need
    is loaded at once, the index when words are searched, texts when some are shown, records when
    they are exported.
    """
    data = {kind: _query_data(site, kind) for kind in _QUERY_FILES}
    yield Page(
        path=urls.QUERY_PAGE,
        template="pages/explore.html",
        title="Search the archive",
        description="Search all spaceflight events by words, type, date, place, agency and "
        "programme, or with the parameters of Launch Library 2's API.",
        breadcrumbs=(HOME,),
        alternates=AlternateLinks(site).main,
        context={
            "examples": _example_searches(site),
            "groups": GROUPS,
        },
        cache_inputs=ALL_EVENTS,
    )
    yield Page(
        path=urls.QUERY_TABLES,
        writer=Writer.QUERY_TABLE,
        context=LazyContext(lambda: {"parts": [file.context["name"] for file in data["events"]]}),
        cache_inputs=ALL_EVENTS,
    )
    yield Page(path=urls.SEARCH_DATA, writer=Writer.SEARCH_DATA, cache_inputs=ALL_EVENTS)
    for files in data.values():
        yield from files


def _example_searches(site: Site) -> list[str]:
    """Return searches for the three most frequent types in plain words, the first in one year."""
    types = sorted(site.taxonomies.terms["types"], key=lambda term: -len(term.events))[:3]
    names = [type_explanation(term.value) or term.name.lower() for term in types]
    years = [event.date.year for event in types[0].events if event.date.year] if types else []
    return [f"{names[0]} {years[0]}", *names[1:]] if years else names


def _query_data(site: Site, kind: str) -> list[Page]:
    """Return the files of one kind, each with the events of some ids."""
    writer, width = _QUERY_FILES[kind]
    has_records = bool(site.query_index.events)
    events = sorted(site.catalogue.events, key=lambda event: event.id) if has_records else []
    pages = []
    for number, members in sorted(grouped(events, lambda event: event.id // width).items()):
        name = f"{kind}-{number:03}"
        context = LazyContext(partial(_query_context, site, kind, name, members))
        pages.append(Page(path=urls.query_data(name), writer=writer, context=context))
    return pages


def _query_context(site: Site, kind: str, name: str, events: Events) -> Mapping[str, Any]:
    """Return what a file of the query page has; the scripts that read it know it by ``name``."""
    context: dict[str, Any] = {"name": name, "events": events}
    if kind == "words":
        context["texts"] = [searched_text(site, event) for event in events]
    if kind == "events":
        context["entries"] = [calendar_entry(site, event) for event in events]
    return context


def api_pages(site: Site) -> Iterator[Page]:
    """Yield the static mirror of the API.

    Static hosts ignore queries, so what the API returns for ``mode`` and ``offset`` has paths of
    its own. Clients that follow ``next`` need not know them.
    """
    yield Page(
        path=urls.API,
        template="pages/api.html",
        title="The API as plain files",
        description="The events of Launch Library 2's API as static JSON, for programs.",
        breadcrumbs=(HOME, Breadcrumb(label="Data", url=urls.DATA)),
        alternates=AlternateLinks(site).main,
        context={
            "example": site.catalogue.all_events[0],
            "modes": MODES,
            "own_members": ADDED_MEMBERS,
            "max_previous": API_LISTS["previous"],
            "next_members": NEXT_MEMBERS,
            "max_next": MAX_NEXT,
        },
        cache_inputs=ALL_EVENTS,
    )
    yield Page(
        path=urls.OPENAPI,
        template="api/openapi.json",
        context={
            "own_members": ADDED_MEMBERS,
            "change_types": CHANGE_TYPES,
            "lists": tuple(API_LISTS),
        },
    )
    yield Page(path=urls.API_MIRROR_ROOT, writer=Writer.API_ROOT, cache_inputs=ALL_EVENTS)
    yield from _event_lists(site)
    yield Page(path=urls.API_MIRROR_TYPES, writer=Writer.API_TYPE_LIST, cache_inputs=ALL_EVENTS)
    for type in site.catalogue.types:
        yield Page(
            path=urls.api_type(type.id),
            writer=Writer.API_TYPE,
            context={"type": type},
            cache_inputs=ALL_EVENTS,
        )
    for event in site.catalogue.all_events:
        context = {
            "event": event,
            "last_seen": site.history.last_seen(event.id),
            "articles": site.articles.get(event.id, ()),
        }
        for path in (urls.api_event(event.id), site.urls.event(event, ".json")):
            yield Page(path=path, writer=Writer.API_EVENT, title=event.name, context=context)


def _event_lists(site: Site) -> Iterator[Page]:
    """Yield the pages of each of `API_LISTS` in the API's order, in each mode."""
    by_id = {event.id: event for event in site.catalogue.events}
    refreshed = site.history.state.last_full_refresh
    for name, most in API_LISTS.items():
        query = parse_query(f"/events/{name}", site.as_of)
        events = [by_id[row.id] for row in evaluate(site.query_index.rows, query).rows[:most]]
        pieces = [events[i : i + MAX_LIMIT] for i in range(0, len(events), MAX_LIMIT)] or [[]]
        for mode, (number, piece) in product(MODES, enumerate(pieces, start=1)):
            context = {
                "mode": mode,
                "count": len(events),
                "events": piece,
                "articles": [site.articles.get(event.id, ()) for event in piece],
                "next": urls.api_page(mode, number + 1, name) if number < len(pieces) else "",
                "previous": urls.api_page(mode, number - 1, name) if number > 1 else "",
                # The day on which LL2 last had each of the events.
                "last_full_refresh": refreshed.date() if refreshed else None,
            }
            paths = [urls.api_page(mode, number, name)]
            if mode == query.mode and number == 1:
                paths.append(urls.api_list(name))
            for path in paths:
                yield Page(path=path, writer=Writer.API_EVENT_LIST, context=context)
