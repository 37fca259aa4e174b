"""The static mirror of the API: which pages it has, and which events stand on which.

Static hosts do not look at a query, so what the API answers to ``mode`` and ``offset`` lies here at
addresses of its own; whoever follows ``next``, as clients do, never has to know.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from events_archive.model.changes import CHANGE_TYPES
from events_archive.model.event import Event, EventType
from events_archive.query.engine import evaluate
from events_archive.query.parameters import LARGEST_LIMIT, MODES
from events_archive.query.parser import Query
from events_archive.site import urls
from events_archive.site.page import ALL_EVENTS, Breadcrumb, Page
from events_archive.site.site import Site

ADDED_MEMBERS = (
    ("page", "The event's page here."),
    ("permalink", "An address that leads there whatever the event is called one day."),
    ("source", "The record at the API."),
    ("record_sha256", "SHA-256 of the record as the archive keeps it."),
    ("date_in_words", "The date as far as it is known, and no further."),
    ("starts", "The earliest that the event may be (UTC)."),
    ("ends", "The end of the time in which it lies, no longer part of it (UTC)."),
    ("first_seen", "When the archive first saw it; null for what came with the archive."),
    ("last_seen", "The day on which the API last had it."),
    ("withdrawn", "Whether the API no longer has it."),
    ("history", "What the archive saw change: when, which field, from what, to what."),
    ("pictures", "Copies of its picture kept here, with width and height in pixels."),
)
"""What the archive adds to a record."""

DEFAULT_MODE = "normal"
"""What the API answers in when nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiList:
    """One page of a list, in the API's envelope."""

    count: int
    """Results on all pages."""
    results: tuple[Event, ...] | tuple[EventType, ...]
    last_full_refresh: date | None = None
    """The day (UTC) of the last full refresh, on which LL2 last had each of the events."""
    mode: str = ""
    next: str = ""
    """The address of the page after this one, or ``""``."""
    previous: str = ""


def api_pages(site: Site) -> Iterator[Page]:
    """Everything below ``api/``; nothing for a site whose records are not at hand."""
    if not site.query_index.api_records:
        return
    yield Page(
        path=urls.API,
        template="pages/api.html",
        title="The API, as plain files",
        description="The events of Launch Library 2's API as static JSON, to be read by programs.",
        breadcrumbs=(
            Breadcrumb(label="Home", url=urls.HOME),
            Breadcrumb(label="Data", url=urls.DATA),
        ),
        context={
            "example": site.catalogue.all_events[0],
            "modes": MODES,
            "own_members": ADDED_MEMBERS,
        },
        cache_inputs=ALL_EVENTS,
    )
    yield Page(
        path=urls.OPENAPI,
        template="api/openapi.json",
        context={"own_members": ADDED_MEMBERS, "kinds": CHANGE_TYPES},
    )
    yield Page(path=urls.API_MIRROR_ROOT, template="mirror-root", cache_inputs=ALL_EVENTS)
    yield from _event_lists(site)
    yield from _types(site)
    for event in site.catalogue.all_events:
        context = {"event": event, "last_seen": site.history.provenance(event.id).last_seen}
        for address in (urls.api_event(event.id), site.urls.event(event, ".json")):
            yield Page(
                path=address,
                template="mirror-event",
                title=event.name,
                context=context,
            )


def _event_lists(site: Site) -> Iterator[Page]:
    """All events in the API's own order, a hundred to the page, in each mode."""
    by_id = {event.id: event for event in site.catalogue.events}
    entries = evaluate(site.query_index.rows, Query()).rows
    events = [by_id[entry.id] for entry in entries]
    swept = site.history.state.last_full_refresh
    pieces = [events[i : i + LARGEST_LIMIT] for i in range(0, len(events), LARGEST_LIMIT)] or [[]]
    for mode in MODES:
        for number, piece in enumerate(pieces, start=1):
            page = ApiList(
                count=len(events),
                results=tuple(piece),
                last_full_refresh=swept.date() if swept else None,
                mode=mode,
                next=urls.api_page(mode, number + 1) if number < len(pieces) else "",
                previous=urls.api_page(mode, number - 1) if number > 1 else "",
            )
            places = [urls.api_page(mode, number)]
            if mode == DEFAULT_MODE and number == 1:
                places.append(urls.API_MIRROR_EVENTS)
            for address in places:
                yield Page(
                    path=address,
                    template="mirror-list",
                    context={"list": page},
                )


def _types(site: Site) -> Iterator[Page]:
    types = site.catalogue.types
    yield Page(
        path=urls.API_MIRROR_TYPES,
        template="mirror-types",
        context={"list": ApiList(count=len(types), results=types)},
        cache_inputs=ALL_EVENTS,
    )
    for type in types:
        yield Page(
            path=urls.api_type(type.id),
            template="mirror-type",
            context={"type": type},
            cache_inputs=ALL_EVENTS,
        )
