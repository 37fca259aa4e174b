"""The history of the archive as pages draw it: of all years, of a year, of a type."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import ceil

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event, EventType
from events_archive.model.event_date import MONTHS
from events_archive.site import pagination, urls
from events_archive.site.charts import (
    Chart,
    busiest_week,
    dot_plot,
    events_by_week,
    month_heatmap,
    monthly_bars,
    weekly_bars,
    yearly_bars,
    years_of,
)
from events_archive.site.site import Site

MAX_DOTS = 120
"""The most events that a type's timeline shows one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeTimeline:
    """A type's events year by year, drawn and in numbers."""

    count: int
    chart: Chart
    years: tuple[tuple[int, str, int], ...]
    """Each year of the archive as (number, address, count); no address for one without any."""


def type_timeline(site: Site, type: EventType) -> TypeTimeline:
    """The history of a type as the index of types shows it: its busiest year fills the height."""
    events = site.catalogue.by_type[type.id]
    span = site.catalogue.years
    found = grouped(events, _year_of)
    counts = {year: len(members) for year, members in found.items()}
    place = _year_places(site, type, events)
    return TypeTimeline(
        count=len(events),
        chart=yearly_bars(found, span, max(counts.values(), default=1), place),
        years=tuple(
            (year, place(year) if year in counts else "", counts.get(year, 0)) for year in span
        ),
    )


def _year_of(event: Event) -> int | None:
    return event.date.year


def _year_places(site: Site, type: EventType, events: Events) -> Callable[[int], str]:
    """Where a type's events of a year stand: on a page of their own, or on the type's."""
    if len(events) > site.list_limit:
        return lambda year: urls.list_year(site.urls.type(type), year)
    return lambda year: f"{site.urls.type(type)}#y{year}"


def timeline(site: Site, type: EventType) -> tuple[Chart, range] | None:
    """A type's events in time: each its own dot, or months where they are too many."""
    events = site.catalogue.by_type[type.id]
    span = years_of(events)
    if len(events) < 2 or not span:
        return None
    if len(events) <= MAX_DOTS:
        return dot_plot(events, span, site.urls.event), span
    return monthly_bars(events, span, _year_places(site, type, events)), span


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOverview:
    """A year of the almanac on home: drawn, and in numbers."""

    number: int
    count: int
    weeks: Chart
    months: list[tuple[str, str, int, int]]


def year_overview(site: Site) -> tuple[YearOverview, ...]:
    """All years by week."""
    years = site.catalogue.by_year
    weeks = {year: events_by_week(events) for year, events in years.items()}
    most = busiest_week(weeks.values())
    return tuple(
        YearOverview(
            number=year,
            count=len(events),
            weeks=weekly_bars(weeks[year], most, urls.month),
            months=month_counts(site, year),
        )
        for year, events in years.items()
    )


def month_heatmaps(site: Site, year: int) -> list[tuple[str, str, int, Chart]]:
    """A year's months as (name, address, count, its days drawn); no address for an empty one."""
    sheets = []
    for number, name in enumerate(MONTHS, start=1):
        events = site.catalogue.by_month.get((year, number), ())
        drawn = month_heatmap(year, number, events, _day_places(site, (year, number), events))
        address = urls.month(year, number) if events else ""
        sheets.append((name, address, len(events), drawn))
    return sheets


def _day_places(site: Site, month: tuple[int, int], events: Events) -> Callable[[date], str]:
    """Where on the month's page or its parts each day of it begins."""
    places: dict[int, str] = {}
    for page in pagination.split_with_days(urls.month(*month), events, site.list_limit):
        for section in page.event_list.sections:
            for event in section.events:
                if anchor := section.anchors.get(event.id):
                    places[int(anchor[1:])] = f"{page.path}#{anchor}"
    return lambda day: places[day.day]


def month_counts(site: Site, year: int) -> list[tuple[str, str, int, int]]:
    """A year's twelve months as (name, address, count, how busy from 0 to 4).

    A month without events has no page: its address is empty.
    """
    by_month = site.catalogue.by_month
    most = max(map(len, by_month.values()), default=0)
    counts = [len(by_month.get((year, number), ())) for number in range(1, 13)]
    return [
        (name, urls.month(year, number) if count else "", count, ceil(4 * count / (most or 1)))
        for number, (name, count) in enumerate(zip(MONTHS, counts, strict=True), start=1)
    ]
