"""A page for each event, and the permalinks that lead to them."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import chain
from typing import NamedTuple

from events_archive.model.catalogue import Events
from events_archive.model.event import Event
from events_archive.model.event_date import MONTHS
from events_archive.site import urls
from events_archive.site.calendars import has_calendar
from events_archive.site.changelog import changelog
from events_archive.site.on_this_day import day_of
from events_archive.site.page import Alternate, Breadcrumb, LazyPage, Page, redirect
from events_archive.site.related import Related
from events_archive.site.site import Site
from events_archive.site.subscriptions import event_alternates
from events_archive.site.terms import SeriesPosition, Term

EVENT_TEMPLATE = "pages/event.html"

MAX_OTHERS_OF_TYPE = 4
"""How many other events of its type an event's page names."""

_HOME = Breadcrumb(label="Home", url=urls.HOME)

DESCRIPTION_LENGTH = 155
"""Characters that search engines show of a description."""


def event_pages(site: Site) -> Iterator[Page]:
    """Every event's page, withdrawn events included."""
    alternates = event_alternates(site)
    for event in site.catalogue.all_events:
        around = event_neighbours(site, event)
        yield LazyPage(
            site.urls.event(event),
            EVENT_TEMPLATE,
            partial(_event_page, site, event, around, alternates),
            depends=_cache_inputs(
                event, around, has_calendar(site, event), site.taxonomies.term_urls(event)
            ),
            modified=event.last_updated,
        )


def permalink_pages(site: Site) -> Iterator[Page]:
    """Every event's permalink, which leads to its page whatever that is called by then."""
    for event in site.catalogue.all_events:
        yield redirect(urls.permalink(event.id), event.name, site.urls.event(event))


class EventNeighbours(NamedTuple):
    """Where an event stands among the others."""

    previous: Event | None
    next: Event | None
    others: Events
    """Some of its type."""
    place: Term | None
    series: tuple[SeriesPosition, ...]
    """Its places in the series that it is in."""
    related: tuple[Related, ...]


def _cache_inputs(
    event: Event, around: EventNeighbours, has_calendar: bool, ways: tuple[str, ...]
) -> tuple[object, ...]:
    """All that an event's page is made from, in one row.

    In rows of rows it would take twice the time to make a key of it, ten thousand times.
    """
    previous, next, others, place, series, related = around
    lengths = (len(others), len(series), len(related))
    steps = chain.from_iterable(series)
    return (event, has_calendar, previous, next, place, *lengths,
            *others, *steps, *chain.from_iterable(related), *ways)  # fmt: skip


def event_neighbours(site: Site, event: Event) -> EventNeighbours:
    """Where the event stands."""
    catalogue, ways = site.catalogue, site.taxonomies
    return EventNeighbours(
        catalogue.previous(event),
        catalogue.next(event),
        catalogue.others_of_type(event, MAX_OTHERS_OF_TYPE),
        ways.place(event),
        ways.series_positions.get(event.id, ()),
        site.related.get(event.id, ()),
    )


def event_page(site: Site, event: Event) -> Page:
    """The page that tells all that the archive knows of one event."""
    return _event_page(site, event, event_neighbours(site, event), event_alternates(site))


def _event_page(
    site: Site,
    event: Event,
    around: EventNeighbours,
    alternates: Callable[[Event], tuple[Alternate, ...]],
) -> Page:
    remembered = site.history.provenance(event.id)
    return Page(
        path=site.urls.event(event),
        template=EVENT_TEMPLATE,
        title=f"{event.name} ({event.date.display_date})",
        description=meta_description(event),
        context={
            "event": event,
            "previous": around.previous,
            "next": around.next,
            "others": around.others,
            "place": around.place,
            "series": around.series,
            "related": around.related,
            "anniversary": day_of(event),
            "remembered": remembered,
            "history": changelog(remembered),
        },
        breadcrumbs=_crumbs(site, event),
        alternates=alternates(event),
        modified=event.last_updated,
    )


def meta_description(event: Event) -> str:
    """The event in a sentence or two, as search engines and link previews show it."""
    facts = ", ".join(fact for fact in (event.date.display, event.location) if fact)
    text = " ".join(event.description.split())
    return truncate(f"{event.type.name}, {facts}. {text}".strip(), DESCRIPTION_LENGTH)


def truncate(text: str, length: int) -> str:
    """At most ``length`` characters, cut between words, with an ellipsis where something is cut."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:.–-") + "…"


def _crumbs(site: Site, event: Event) -> tuple[Breadcrumb, ...]:
    if site.history.is_withdrawn(event.id):
        return (_HOME,)
    year, month = event.date.year, event.date.month
    crumbs = [_HOME]
    if year:
        crumbs.append(_year_crumb(year))
    if month:
        crumbs.append(_month_crumb(month))
    return tuple(crumbs)


@lru_cache
def _year_crumb(year: int) -> Breadcrumb:
    return Breadcrumb(label=str(year), url=urls.year(year))


@lru_cache(maxsize=512)
def _month_crumb(month: tuple[int, int]) -> Breadcrumb:
    return Breadcrumb(label=MONTHS[month[1] - 1], url=urls.month(*month))
