"""The charts and counts that pages show: of all years, of a year, of a type."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import ceil

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import EventType
from events_archive.model.interval import MONTHS
from events_archive.site import pagination, urls
from events_archive.site.charts import (
    Chart,
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
    """A type's events by year."""

    count: int
    chart: Chart
    years: tuple[tuple[int, str, int], ...]
    """Each year of the archive as (year, URL, count); the URL is ``""`` for a year without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOverview:
    """A year by week and by month."""

    number: int
    count: int
    weeks: Chart
    months: list[tuple[str, str, int, int]]
    """As `month_counts` returns them."""


def type_timeline(site: Site, type: EventType) -> TypeTimeline:
    """Return a type's timeline for the index of types: its busiest year has the full height."""
    events, years = site.catalogue.by_type[type.id], site.catalogue.years
    found = grouped(events, lambda event: event.date.year)
    counts = {year: len(members) for year, members in found.items()}
    year_url = _year_url(site, type)
    return TypeTimeline(
        count=len(events),
        chart=yearly_bars(found, years, max(counts.values(), default=1), year_url),
        years=tuple(
            (year, year_url(year) if year in counts else "", counts.get(year, 0)) for year in years
        ),
    )


def timeline(site: Site, type: EventType) -> tuple[Chart, range] | None:
    """Return a type's events in time, and the years shown; None for fewer than two events."""
    events = site.catalogue.by_type[type.id]
    years = years_of(events)
    if len(events) < 2 or not years:
        return None
    if len(events) <= MAX_DOTS:
        return dot_plot(events, years, site.urls.event), years
    return monthly_bars(events, years, _year_url(site, type)), years


def _year_url(site: Site, type: EventType) -> Callable[[int], str]:
    """Return what gives the URL of a year in the lists of a type, which may be split by year."""
    url = site.urls.type(type)
    if len(site.catalogue.by_type[type.id]) > site.list_limit:
        return lambda year: urls.list_year(url, year)
    return lambda year: f"{url}#y{year}"


def year_overview(site: Site) -> tuple[YearOverview, ...]:
    """Return all years by week; the busiest week of all has the full height."""
    weeks = {year: events_by_week(events) for year, events in site.catalogue.by_year.items()}
    most = max((len(week) for year in weeks.values() for week in year.values()), default=0)
    return tuple(
        YearOverview(
            number=year,
            count=len(events),
            weeks=weekly_bars(weeks[year], most, urls.month),
            months=month_counts(site, year),
        )
        for year, events in site.catalogue.by_year.items()
    )


def month_heatmaps(site: Site, year: int) -> list[tuple[str, str, int, Chart]]:
    """Return a year's months as (name, URL, count, chart); the URL is ``""`` without events."""
    heatmaps = []
    for month, name in enumerate(MONTHS, start=1):
        events = site.catalogue.by_month.get((year, month), ())
        url = urls.month(year, month) if events else ""
        chart = month_heatmap(year, month, events, _day_url(site, (year, month), events))
        heatmaps.append((name, url, len(events), chart))
    return heatmaps


def _day_url(site: Site, month: tuple[int, int], events: Events) -> Callable[[date], str]:
    """Return what gives the URL of a day in the list of a month, which may be split."""
    found: dict[int, str] = {}
    for page in pagination.split_with_days(urls.month(*month), events, site.list_limit):
        for section in page.sections:
            for event in section.events:
                if anchor := section.anchors.get(event.id):
                    found[int(anchor[1:])] = f"{page.path}#{anchor}"
    return lambda day: found[day.day]


def month_counts(site: Site, year: int) -> list[tuple[str, str, int, int]]:
    """Return a year's months as (name, URL, count, how busy it is from 0 to 4).

    The URL is ``""`` for a month without events.
    """
    by_month = site.catalogue.by_month
    most = max(map(len, by_month.values()), default=1)
    counts = [len(by_month.get((year, month), ())) for month in range(1, 13)]
    return [
        (name, urls.month(year, month) if count else "", count, ceil(4 * count / most))
        for month, (name, count) in enumerate(zip(MONTHS, counts, strict=True), start=1)
    ]
