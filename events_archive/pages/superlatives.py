"""The records of the archive: its busiest times, the longest gap, who and what has most events.

A figure is claimed only if the dates that it depends on are known to the day, or for a month to the
month. Each comes with the list or the search that shows the very events that were counted.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from msgspec import Struct

from events_archive.console import quantity
from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event, EventType
from events_archive.model.interval import format_day, format_month
from events_archive.pages.subscriptions import AlternateLinks
from events_archive.query.engine import evaluate
from events_archive.query.parser import parse_query
from events_archive.site import urls
from events_archive.site.categories import EVA
from events_archive.site.page import ALL_EVENTS, HOME, Breadcrumb, Page
from events_archive.site.site import Site
from events_archive.site.terms import Term

MAX_HOLDERS = 5
"""What more than this many share is no record."""

UNKNOWN = 1
"""LL2's type of events that have no type yet."""

_WEEK = timedelta(weeks=1)


class Holder(Struct, frozen=True, kw_only=True):
    """What holds a record: a day, a craft, two spacewalks."""

    name: str = ""
    url: str = ""
    """Its page, or ``""``."""
    events: Events = ()
    """In place of a name: the events between which it was."""
    search: str = ""
    """The search that finds the very events that were counted; ``""`` if its page lists them."""


class Superlative(Struct, frozen=True, kw_only=True):
    """A record."""

    title: str
    figure: str
    """``7 events``."""
    holders: tuple[Holder, ...]
    """Several if they are equal."""
    basis: str
    """Among what it is the record."""


class First(Struct, frozen=True, kw_only=True):
    """The first event of a type."""

    event: Event
    search: str
    """The search that begins with it."""


class Superlatives(Struct, frozen=True, kw_only=True):
    """All that the page of records shows."""

    records: tuple[Superlative, ...]
    firsts: tuple[First, ...]
    span: tuple[date, date] | None
    """The days of the first and the last past event; None if there is none."""


def record_pages(site: Site) -> Iterator[Page]:
    """Yield the page of records; its template asks for the `superlatives`."""
    yield Page(
        path=urls.RECORDS,
        template="pages/records.html",
        title="Records",
        description="The busiest day, week and month in space, the longest gap between spacewalks, "
        "most events of a craft, an astronaut and a place, and the first of each kind.",
        breadcrumbs=(HOME, Breadcrumb(label="Browse", url=urls.BROWSE)),
        alternates=AlternateLinks(site).main,
        cache_inputs=ALL_EVENTS,
    )


def superlatives(site: Site) -> Superlatives:
    """Return the records of the archive."""
    days = sorted(event.date.day for event in site.catalogue.past if event.date.day)
    return Superlatives(
        records=tuple(record for record in _records(site) if record),
        firsts=tuple(_firsts(site)),
        span=(days[0], days[-1]) if days else None,
    )


def _records(site: Site) -> Iterator[Superlative | None]:
    """Yield the records; None for one that cannot be claimed."""
    for period in _PERIODS:
        yield _busiest(site, period)
    yield _longest_gap(site)
    terms = site.taxonomies.terms
    missions = tuple(term for term in terms["series"] if not term.value.is_counted)
    yield _most("Most events of one spacecraft", missions, "spacecraft")
    yield _most("Most events of one person", terms["astronauts"], "people")
    yield _most("Most events at one place", terms["places"], "places")


def _monday(event: Event) -> date | None:
    day = event.date.day
    return day - timedelta(days=day.weekday()) if day else None


def _month(event: Event) -> tuple[int, int] | None:
    """Return the month in which the event was; None if it may have been in another."""
    interval = event.date.interval
    is_known = interval and interval.first_day.replace(day=1) == interval.last_day.replace(day=1)
    return event.date.month if is_known else None


class _Period(NamedTuple):
    """A length of time whose busiest one is a record. ``key`` identifies the one of an event."""

    noun: str
    key: Callable[[Event], Any]
    known: str
    """What has to be known of an event that is counted."""
    name: Callable[[Any], str]
    query: Callable[[Any], str]
    """The search for its events."""
    url: Callable[[Any], str]
    """Its page, or ``""``."""


_PERIODS = (
    _Period(
        "day", lambda event: event.date.day, "day", format_day,
        query=lambda day: f"year={day.year}&month={day.month}&day={day.day}",
        url=lambda day: urls.month(day.year, day.month),
    ),
    _Period(
        "week", _monday, "day", lambda day: f"Week of {format_day(day)}",
        query=lambda day: f"date__gte={day}T00:00:00Z&date__lt={day + _WEEK}T00:00:00Z",
        url=lambda day: "",
    ),
    _Period(
        "month", _month, "month", lambda month: format_month(*month),
        query=lambda month: f"year={month[0]}&month={month[1]}",
        url=lambda month: urls.month(*month),
    ),
)  # fmt: skip


def _busiest(site: Site, period: _Period) -> Superlative | None:
    """Return the day, week or month with most events; None if it is no record."""
    groups = grouped(site.catalogue.past, period.key)
    most = max(map(len, groups.values()), default=0)
    holders = tuple(
        Holder(
            name=period.name(key),
            url=period.url(key),
            search=_search(site, period.query(key), groups[key]),
        )
        for key in sorted(groups)
        if len(groups[key]) == most
    )
    count = quantity(sum(map(len, groups.values())), "past event")
    return _superlative(
        f"Busiest {period.noun}", most, holders, f"Among {count} whose {period.known} is known"
    )


def _superlative(
    title: str, most: int, holders: tuple[Holder, ...], basis: str
) -> Superlative | None:
    if most < 2 or len(holders) > MAX_HOLDERS:
        return None
    return Superlative(title=title, figure=quantity(most, "event"), holders=holders, basis=basis)


def _search(site: Site, query: str, events: Iterable[Event]) -> str:
    """Return the URL of the search for ``query``, or for the ids if it does not find the events."""
    found = evaluate(site.query_index.rows, parse_query(query, site.as_of)).rows
    ids = sorted(event.id for event in events)
    if sorted(row.id for row in found) != ids:
        query = f"id={','.join(map(str, ids))}"
    return f"{urls.QUERY_PAGE}?{query}"


def _longest_gap(site: Site) -> Superlative | None:
    """Return the longest time between two spacewalks that follow each other.

    None if another one may have been in it, of which less than the day is known.
    """
    walks = site.catalogue.by_type.get(EVA, ())
    days = sorted(
        ((event.date.day, event) for event in walks if event.date.day),
        key=lambda walk: (walk[0], walk[1].sort_key),
    )
    past = [walk for walk in days if walk[1].date.is_over(site.catalogue.today)]
    gaps = [(after[0] - before[0], before, after) for before, after in pairwise(past)]
    if not gaps:
        return None
    length, (first, before), (last, after) = max(gaps, key=lambda gap: (gap[0], gap[1][0]))
    for walk in walks:
        period = walk.date.interval
        is_outside = period and (period.last_day <= first or last <= period.first_day)
        if walk.date.day is None and not is_outside:
            return None
    query = (
        f"type={before.type.id}&date__gte={first}T00:00:00Z"
        f"&date__lt={last + timedelta(days=1)}T00:00:00Z"
    )
    both = [walk for day, walk in past if first <= day <= last]
    return Superlative(
        title="Longest time between spacewalks",
        figure=quantity(length.days, "day"),
        holders=(Holder(events=(before, after), search=_search(site, query, both)),),
        basis=f"Among {quantity(len(past), 'spacewalk')} whose day is known",
    )


def _most(title: str, terms: tuple[Term, ...], nouns: str) -> Superlative | None:
    """Return the terms with most events, announced ones included; None if that is no record."""
    most = max((len(term.events) for term in terms), default=0)
    holders = tuple(
        Holder(name=term.name, url=term.url) for term in terms if len(term.events) == most
    )
    return _superlative(
        title, most, holders, f"Among {len(terms)} {nouns}, announced events included"
    )


def _firsts(site: Site) -> Iterator[First]:
    """Yield the first event of each type with several, if no other can have been before it."""
    for type in site.catalogue.types:
        if type.id != UNKNOWN and (found := _first(site, type)):
            yield found


def _first(site: Site, type: EventType) -> First | None:
    events = site.catalogue.by_type[type.id]
    periods = [event.date.interval for event in events]
    first = events[0] if len(events) > 1 else None
    if first is None or first.date.day is None or not first.date.is_over(site.catalogue.today):
        return None
    end = first.date.interval.end if first.date.interval else None
    if not all(period and end and end <= period.start for period in periods[1:]):
        return None
    return First(event=first, search=f"{urls.QUERY_PAGE}?type={type.id}&ordering=date")
