"""The static mirror of the API: which pages it has, and which events stand on which.

Static hosts do not look at a query, so what the API answers to ``mode`` and ``offset`` lies here at
addresses of its own; whoever follows ``next``, as clients do, never has to know.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from events_archive.model.archive_state import KINDS
from events_archive.model.event import Event, EventType
from events_archive.query.engine import answer
from events_archive.query.parameters import LARGEST_LIMIT, MODES
from events_archive.query.parser import Question
from events_archive.site import urls
from events_archive.site.page import WHOLE, Crumb, Page
from events_archive.site.site import Site

OWN_MEMBERS = (
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
class MirrorList:
    """One page of a list, in the API's envelope."""

    count: int
    """Results on all pages."""
    results: tuple[Event, ...] | tuple[EventType, ...]
    mode: str = ""
    next: str = ""
    """The address of the page after this one, or ``""``."""
    previous: str = ""


def mirror_pages(site: Site) -> Iterator[Page]:
    """Everything below ``api/``; nothing for a site whose records are not at hand."""
    if not site.holdings.tellings:
        return
    yield Page(
        address=urls.API,
        template="pages/api.html",
        title="The API, as plain files",
        description="The events of Launch Library 2's API as static JSON, to be read by programs.",
        crumbs=(
            Crumb(label="Home", address=urls.HOME),
            Crumb(label="Data", address=urls.DATA),
        ),
        context={
            "example": site.catalogue.all_events[0],
            "modes": MODES,
            "own_members": OWN_MEMBERS,
        },
        depends=WHOLE,
    )
    yield Page(
        address=urls.OPENAPI,
        template="api/openapi.json",
        context={"own_members": OWN_MEMBERS, "kinds": KINDS},
    )
    yield Page(address=urls.MIRROR_ROOT, template="mirror-root", depends=WHOLE)
    yield from _event_lists(site)
    yield from _types(site)
    swept = site.memory.ledger.last_sweep
    for event in site.catalogue.all_events:
        # Of an event that the source still has, the record tells when that was last known.
        depends = (event, swept.date() if swept else None)
        for address in (urls.mirror_event(event.id), site.addresses.event(event, ".json")):
            yield Page(
                address=address,
                template="mirror-event",
                title=event.name,
                context={"event": event},
                depends=depends,
            )


def _event_lists(site: Site) -> Iterator[Page]:
    """All events in the API's own order, a hundred to the page, in each mode."""
    by_id = {event.id: event for event in site.catalogue.events}
    entries = answer(site.holdings.entries, Question()).entries
    events = [by_id[entry.id] for entry in entries]
    swept = site.memory.ledger.last_sweep
    pieces = [events[i : i + LARGEST_LIMIT] for i in range(0, len(events), LARGEST_LIMIT)] or [[]]
    for mode in MODES:
        for number, piece in enumerate(pieces, start=1):
            page = MirrorList(
                count=len(events),
                results=tuple(piece),
                mode=mode,
                next=urls.mirror_page(mode, number + 1) if number < len(pieces) else "",
                previous=urls.mirror_page(mode, number - 1) if number > 1 else "",
            )
            places = [urls.mirror_page(mode, number)]
            if mode == DEFAULT_MODE and number == 1:
                places.append(urls.MIRROR_EVENTS)
            for address in places:
                yield Page(
                    address=address,
                    template="mirror-list",
                    context={"list": page},
                    depends=(page, swept.date() if swept else None),
                )


def _types(site: Site) -> Iterator[Page]:
    types = site.catalogue.types
    yield Page(
        address=urls.MIRROR_TYPES,
        template="mirror-types",
        context={"list": MirrorList(count=len(types), results=types)},
        depends=WHOLE,
    )
    for type in types:
        yield Page(
            address=urls.mirror_type(type.id),
            template="mirror-type",
            context={"type": type},
            depends=WHOLE,
        )
