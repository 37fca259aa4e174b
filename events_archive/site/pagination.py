"""Lists of events: grouped into sections, and split over pages before they grow too long."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event
from events_archive.model.interval import MONTHS, format_month
from events_archive.site import urls
from events_archive.site.page import Breadcrumb

Neighbours = tuple[Breadcrumb | None, Breadcrumb | None]
"""The pages before and after a page."""

Item = TypeVar("Item")

EVENTS_ON_OVERVIEW = 20
"""How many events the first page of a list shows that is split by year."""

UPCOMING_ON_OVERVIEW = 10
"""How many of them may be upcoming; the others are the latest."""

PREVIEW_PER_MONTH = 6
"""How many events of each month the page of a year shows that is split by month."""


class Section(Struct, frozen=True, kw_only=True):
    """Some events under a heading."""

    title: str
    """``""`` for no heading."""
    anchor: str
    """The heading's id, unique on its page."""
    events: Events
    url: str = ""
    """The page of these events alone, or ``""``."""
    anchors: Mapping[int, str] = field(default_factory=dict)
    """Ids of single rows by the id of their event, for links to a day or a year."""
    is_upcoming: bool = False
    """Whether rows have what one wants before an event: a countdown, webcast, calendar."""
    given: str = ""
    """How much of the dates the headings state, so that rows do not: "year", "month" (with the
    year), "day" (with both), or ``""``."""


class PageLink(Struct, frozen=True, kw_only=True):
    """A link to one of the pages over which a list is split."""

    label: str
    url: str
    count: int
    """How many events that page holds."""


class EventList(Struct, frozen=True, kw_only=True):
    """The part of a list of events that one page shows."""

    path: str
    """Of the page."""
    count: int
    """How many events the whole list has."""
    sections: tuple[Section, ...] = ()
    pages: tuple[PageLink, ...] = ()
    """The pages over which the list is split, this one included; empty for an unsplit list."""
    year: str = ""
    """What the page's year is called, if the list is split by year and this is a year's page."""
    other_years: Neighbours = (None, None)
    """Of a year's page: the years before and after it."""
    has_one_type: bool = False
    """Whether the heading states the type of all events, so that rows do not."""
    place: str = ""
    """The slug of the place that the heading names, which rows do not name again."""


Layout = Callable[[str, Events, int, date], list[EventList]]
"""Returns the pages of a list, given the path of the first, the events, the limit per page and
the day that separates past from upcoming events."""

Grouping = Callable[[Events], tuple[Section, ...]]
"""Groups events into sections."""


def split_by_year(path: str, events: Events, limit: int, today: date) -> list[EventList]:
    """Return one page with what is upcoming and the past years, the latest first.

    Beyond the limit there are an overview and a page for each year.
    """
    if len(events) <= limit:
        return [EventList(path=path, count=len(events), sections=by_time(events, today))]
    by_number = grouped(events, lambda event: event.date.year or 0)
    years = dict(sorted(by_number.items(), reverse=True))
    links = tuple(
        PageLink(
            label=str(year or "Date unknown"),
            url=urls.list_year(path, year or None),
            count=len(members),
        )
        for year, members in years.items()
    )
    crumbs = (None, *(Breadcrumb(label=link.label, url=link.url) for link in links), None)
    pages: list[EventList] = []
    for number, (year, members) in enumerate(years.items()):
        grouping = partial(by_time, today=today, year=year or None)
        ordered = latest_first(members, today)
        pages += [
            replace(
                page,
                year=str(year or "date unknown"),
                other_years=(crumbs[number + 2], crumbs[number]),
            )
            for page in split_by_number(links[number].url, ordered, limit, today, grouping)
        ]
    upcoming, past = _upcoming_and_past(events, today)
    upcoming = replace(upcoming, events=upcoming.events[:UPCOMING_ON_OVERVIEW])
    latest = past[: EVENTS_ON_OVERVIEW - len(upcoming.events)]
    sections = _not_empty(upcoming, Section(title="Latest", anchor="latest", events=latest))
    overview = EventList(path=path, count=len(events), sections=sections, pages=links)
    return [overview, *pages]


def split_by_month(path: str, events: Events, limit: int, today: date) -> list[EventList]:
    """Return the pages of a year: one grouped by month, or beyond the limit previews of each month.

    What is not known to the month has no page of its own and is shown in full, on numbered pages.
    """
    year = events[0].date.year
    months = by_month(events, year)
    if len(events) <= limit:
        return [EventList(path=path, count=len(events), sections=months)]
    previews = tuple(
        replace(month, events=month.events[:PREVIEW_PER_MONTH]) for month in months if month.url
    )
    coarse = tuple(event for event in events if event.date.month is None)
    pages: list[EventList] = []
    for page, part, links in numbered(path, coarse, limit):
        sections = by_month(part, year) if pages else (*previews, *by_month(part, year))
        pages.append(EventList(path=page, count=len(events), sections=sections, pages=links))
    return pages


def split_by_number(
    path: str, events: Events, limit: int, today: date, grouping: Grouping
) -> list[EventList]:
    """Return one page in the sections of ``grouping``, or beyond the limit numbered pages."""
    if len(events) <= limit:
        return [EventList(path=path, count=len(events), sections=grouping(events))]
    return [
        EventList(path=page, count=len(events), sections=ungrouped(part), pages=links)
        for page, part, links in numbered(path, events, limit)
    ]


def split_with_days(path: str, events: Events, limit: int, today: date) -> list[EventList]:
    """Return a month's numbered pages; the row of the first event of each day has an anchor."""
    days = grouped(events, lambda event: event.date.day.day if event.date.day else None)
    anchors = {members[0].id: f"d{day:02}" for day, members in days.items()}
    pages = split_by_number(path, events, limit, today, ungrouped)
    return [
        replace(
            page,
            sections=tuple(replace(one, anchors=anchors, given="month") for one in page.sections),
        )
        for page in pages
    ]


def split_upcoming(path: str, events: Events, limit: int) -> list[EventList]:
    """Return numbered pages of upcoming events by month; those without a known day come last."""
    ordered = tuple(sorted(events, key=lambda event: event.date.day is None))
    pages = []
    for page, part, links in numbered(path, ordered, limit):
        known = tuple(event for event in part if event.date.day)
        coarse = Section(title="Day not known yet", anchor="some-time", events=part[len(known) :])
        sections = tuple(
            replace(section, is_upcoming=True)
            for section in _not_empty(*by_month(known, None), coarse)
        )
        pages.append(EventList(path=page, count=len(events), sections=sections, pages=links))
    return pages


def numbered(
    path: str,
    items: tuple[Item, ...],
    limit: int,
    label: Callable[[int, Sequence[Item]], str] = lambda number, items: f"Part {number}",
) -> list[tuple[str, tuple[Item, ...], tuple[PageLink, ...]]]:
    """Split items into pages of ``limit``: each as (path, its items, links to all pages)."""
    parts = [items[start : start + limit] for start in range(0, len(items), limit)] or [()]
    paths = [urls.list_page(path, number) for number in range(1, len(parts) + 1)]
    links = tuple(
        PageLink(label=label(number, part), url=url, count=len(part))
        for number, (url, part) in enumerate(zip(paths, parts, strict=True), start=1)
        if len(parts) > 1
    )
    return [(url, part, links) for url, part in zip(paths, parts, strict=True)]


def by_month(
    events: Events, year: int | None, *, latest_first: bool = False
) -> tuple[Section, ...]:
    """Group a year's events by month; those not known to the month come last."""
    months = grouped(events, lambda event: event.date.month)
    sections = [
        Section(
            title=MONTHS[month[1] - 1] if month[0] == year else format_month(*month),
            anchor=f"{month[0]}-{month[1]:02}",
            events=members,
            url=urls.month(*month),
            given="month",
        )
        for month, members in sorted(months.items(), reverse=latest_first)
    ]
    if coarse := tuple(event for event in events if event.date.month is None):
        title = f"Some time in {year}" if year else "Date unknown"
        sections.append(Section(title=title, anchor="some-time", events=coarse))
    return tuple(sections)


def by_year(events: Events, given: str = "year") -> tuple[Section, ...]:
    """Group events by year, the latest year first; those of no year are left out."""
    years = grouped(events, lambda event: event.date.year)
    return tuple(
        Section(
            title=str(year), anchor=f"y{year}", events=members, url=urls.year(year), given=given
        )
        for year, members in sorted(years.items(), reverse=True)
    )


def by_year_of_day(events: Events) -> tuple[Section, ...]:
    """Group the events of a day of the year by year, the latest first."""
    return by_year(events[::-1], given="day")


def by_time(events: Events, today: date, year: int | None = None) -> tuple[Section, ...]:
    """Group events into upcoming ones, the next one first, past ones, and those of no year.

    The past ones are by year, or by month if all are in ``year``, the latest first.
    """
    upcoming, past = _upcoming_and_past(events, today)
    undated = tuple(event for event in events if event.date.year is None)
    unknown = Section(title="Date unknown", anchor="undated", events=undated)
    if year:
        return _not_empty(upcoming, *by_month(past, year, latest_first=True))
    past_years = by_year(past)
    # Links to a year lead to its first upcoming event if the year has no past ones.
    taken = {section.anchor for section in past_years}
    years = grouped(upcoming.events, lambda event: f"y{event.date.year}")
    anchors = {members[0].id: year for year, members in years.items() if year not in taken}
    return _not_empty(replace(upcoming, anchors=anchors), *past_years, unknown)


def latest_first(events: Events, today: date) -> Events:
    """Return upcoming events, the next one first, then past ones, the latest first.

    Those of no year come last.
    """
    return tuple(event for section in by_time(events, today) for event in section.events)


def _upcoming_and_past(events: Events, today: date) -> tuple[Section, Events]:
    """Return the section of upcoming events, the next one first, and past ones, latest first."""
    upcoming: list[Event] = []
    past: list[Event] = []
    for event in sorted(events, key=attrgetter("sort_key")):
        if event.date.year is not None:
            (past if event.date.is_over(today) else upcoming).append(event)
    section = Section(title="Upcoming", anchor="upcoming", events=tuple(upcoming), is_upcoming=True)
    return section, tuple(reversed(past))


def _not_empty(*sections: Section) -> tuple[Section, ...]:
    return tuple(section for section in sections if section.events)


def ungrouped(events: Events) -> tuple[Section, ...]:
    """Return the events in their order, in one section without a heading."""
    return (Section(title="", anchor="events", events=events),)


def numbered_title(title: str, path: str, pages: Iterable[PageLink]) -> str:
    """Return the title of the page at ``path``, with its number after the first one.

    So titles are unique.
    """
    current = [page.label for page in pages if page.url == path]
    return f"{title}, {current[0].lower()}" if current and current[0] != "Part 1" else title
