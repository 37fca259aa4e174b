"""Charts of events as shapes and numbers, which templates write down as SVG, and counts of events.

Coordinates are whole numbers in a box of the chart's own; the stylesheet decides how large it is.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

from msgspec import Struct

from events_archive.console import quantity
from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event, EventType
from events_archive.model.interval import MONTHS, format_month
from events_archive.site import urls
from events_archive.site.categories import CATEGORIES, Category, category_of
from events_archive.site.pagination import split_with_days
from events_archive.site.site import Site

WEEKS = 53
COLUMN, BAR, FULL = 10, 8, 100
"""The width of a column, the width of its bar, and the height of the tallest bar."""

MIN_YEARS = 8
"""The least number of years that a chart of years has columns for."""

MAX_DOTS = 120
"""The most events that a type's timeline shows one by one."""


class Shape(Struct, frozen=True, kw_only=True):
    """A path in the colour of a category."""

    category: Category
    path: str
    """The ``d`` attribute of an SVG path."""
    size: int = 0
    """Of a dot: 1 to 4, larger for more events."""


class Mark(Struct, frozen=True, kw_only=True):
    """Shapes that are one link."""

    url: str
    """Below the site's root, with or without a fragment."""
    label: str
    """What it stands for: ``July 2021: 12 events``."""
    shapes: tuple[Shape, ...]


class Chart(Struct, frozen=True, kw_only=True):
    """Marks in a box."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    empty_days: str = ""
    """The path of the days without events, in a month's chart."""


MonthCounts = list[tuple[str, str, int, int]]
"""A year's months as (name, URL, count, how busy it is from 0 to 4); the URL is ``""`` for a month
without events."""


class Bar(NamedTuple):
    """A bar, with the categories of its events stacked; bars of one URL are one mark."""

    column: int
    url: str
    name: str
    """What the URL leads to: ``July 2021``."""
    events: Events


def years_of_type(site: Site, type: EventType) -> tuple[Chart, dict[int, tuple[str, int]], int]:
    """Return a type's events by year: a chart, each (URL, count), and the highest count."""
    years = site.catalogue.years
    by_year = grouped(site.catalogue.by_type[type.id], lambda event: event.date.year)
    counts = {year: (_year_url(site, type, year), len(events)) for year, events in by_year.items()}
    bars = [
        Bar(year - years.start, counts[year][0], str(year), events)
        for year, events in sorted(by_year.items())
    ]
    most = max(map(len, by_year.values()), default=0)
    return bar_chart(bars, max(len(years), MIN_YEARS)), counts, most


def type_timeline(site: Site, type: EventType) -> tuple[Chart, range] | None:
    """Return a type's events in time, and the years shown; None for fewer than two events.

    Each event is a dot, or each month a bar if there are more than `MAX_DOTS`.
    """
    events = site.catalogue.by_type[type.id]
    by_year = grouped(events, lambda event: event.date.year)
    if len(events) < 2 or not by_year:
        return None
    years = range(min(by_year), max(by_year) + 1)
    if len(events) <= MAX_DOTS:
        return dot_plot(site, events, years), years
    by_month = sorted(grouped(events, lambda event: event.date.month).items())
    bars = [
        Bar(_month_column(years, month), _year_url(site, type, month[0]), str(month[0]), members)
        for month, members in by_month
    ]
    return bar_chart(bars, len(years) * 12), years


def _year_url(site: Site, type: EventType, year: int) -> str:
    """Return the URL of a year in the list of a type, which may be split by year."""
    url = site.urls.type(type)
    is_split = len(site.catalogue.by_type[type.id]) > site.settings.list_limit
    return urls.list_year(url, year) if is_split else f"{url}#y{year}"


def _month_column(years: range, month: tuple[int, int]) -> int:
    return (month[0] - years.start) * 12 + month[1] - 1


def year_overview(site: Site) -> list[tuple[int, int, Chart, MonthCounts]]:
    """Return all years as (year, count, chart of its weeks, its months), the latest first.

    The busiest week of all has the full height.
    """
    weeks = {year: week_bars(events) for year, events in site.catalogue.by_year.items()}
    most = max((len(bar.events) for bars in weeks.values() for bar in bars), default=0)
    return [
        (year, len(events), bar_chart(weeks[year], WEEKS, most), month_counts(site, year))
        for year, events in reversed(site.catalogue.by_year.items())
    ]


def week_bars(events: Events) -> list[Bar]:
    """Return the weeks of a year; each has seven days from 1 January on.

    An event that is known to the month is in the week of its first day; coarser ones are left out.
    A week belongs to the month of its first event.
    """
    bars = []
    for column, members in sorted(grouped(events, _week_of).items()):
        month = members[0].date.month
        assert month, "events by week are known to the month"
        bars.append(Bar(column, urls.month(*month), format_month(*month), members))
    return bars


def _week_of(event: Event) -> int | None:
    """Return the week of the year from 0 to 52."""
    if not event.date.month:
        return None
    assert event.date.interval, "a date known to the month has an interval"
    return (event.date.interval.first_day.timetuple().tm_yday - 1) // 7


def bar_chart(bars: list[Bar], columns: int, most: int = 0) -> Chart:
    """Return a chart of bars: one of ``most`` events, or else the busiest, has the full height."""
    most = most or max((len(bar.events) for bar in bars), default=1)
    marks = [_bar_mark(bars, most) for bars in grouped(bars, lambda bar: bar.url).values()]
    return Chart(width=columns * COLUMN, height=FULL, marks=tuple(marks))


def _bar_mark(bars: tuple[Bar, ...], most: int) -> Mark:
    """Return a mark with one path for each category."""
    paths: defaultdict[Category, str] = defaultdict(str)
    count = sum(len(bar.events) for bar in bars)
    for bar in bars:
        for category, below, own in _stacked(bar.events):
            low, high = FULL * below // most, FULL * (below + own) // most
            left, bottom = bar.column * COLUMN + 1, FULL - low
            paths[category] += f"M{left} {bottom}v{low - high}h{BAR}v{high - low}z"
    return Mark(
        url=bars[0].url,
        label=f"{bars[0].name}: {quantity(count, 'event')}",
        shapes=tuple(Shape(category=one, path=paths[one]) for one in CATEGORIES if one in paths),
    )


def _stacked(events: Events) -> Iterator[tuple[Category, int, int]]:
    """Yield each category of the events, with the number of events below it and of its own."""
    counts, below = Counter(category_of(event.type).key for event in events), 0
    for category in CATEGORIES:
        if count := counts[category.key]:
            yield category, below, count
            below += count


def year_bars(
    years: dict[int, Events],
) -> list[tuple[int, list[tuple[Category, float, float]], int]]:
    """Return each year as (year, its bar, count), the latest first.

    A bar is horizontal; its parts are (category, start, length) in percent of the longest bar.
    """
    most = max(map(len, years.values()), default=0)
    return [
        (
            year,
            [
                (category, round(100 * below / most, 1), round(100 * count / most, 1))
                for category, below, count in _stacked(events)
            ],
            len(events),
        )
        for year, events in reversed(years.items())
    ]


def dot_plot(site: Site, events: Events, years: range) -> Chart:
    """Return a dot for each event that is known to the month, those of a month stacked."""
    levels: Counter[int] = Counter()
    dots: list[tuple[Event, int, int]] = []
    for event in events:
        if event.date.month:
            column = _month_column(years, event.date.month)
            levels[column] += 1
            dots.append((event, column, levels[column]))
    rows = max(levels.values(), default=1)
    marks = (
        Mark(
            url=site.urls.event(event),
            label=f"{event.name}, {event.date.display_date}",
            shapes=(Shape(category=category_of(event.type), path=_dot(column, rows - level)),),
        )
        for event, column, level in dots
    )
    return Chart(width=len(years) * 12 * COLUMN, height=rows * COLUMN, marks=tuple(marks))


def _dot(column: int, row: int) -> str:
    return f"M{column * COLUMN + 5} {row * COLUMN + 5}h0"


def month_heatmaps(site: Site, year: int) -> list[tuple[str, str, int, Chart]]:
    """Return a year's months as (name, URL, count, chart); the URL is ``""`` without events."""
    return [
        (name, url, len(events), month_heatmap(site, year, month, events))
        for month, (name, url, events) in enumerate(_months(site, year), start=1)
    ]


def month_counts(site: Site, year: int) -> MonthCounts:
    """Return the months of a year."""
    most = max(map(len, site.catalogue.by_month.values()), default=1)
    return [
        (name, url, len(events), ceil(4 * len(events) / most))
        for name, url, events in _months(site, year)
    ]


def _months(site: Site, year: int) -> Iterator[tuple[str, str, Events]]:
    for month, name in enumerate(MONTHS, start=1):
        events = site.catalogue.by_month.get((year, month), ())
        yield name, urls.month(year, month) if events else "", events


def month_heatmap(site: Site, year: int, month: int, events: Events) -> Chart:
    """Return a month as a calendar, Monday first: a dot for each day, larger for more events.

    A dot has the colour of the category with the most events, of the first one if several have.
    It links to the day in the list of the month, which may be split.
    """
    limit, today = site.settings.list_limit, site.catalogue.today
    day_urls = {
        anchor: f"{page.path}#{anchor}"
        for page in split_with_days(urls.month(year, month), events, limit, today)
        for section in page.sections
        for event in section.events
        if (anchor := section.anchors.get(event.id))
    }
    weekday, length = monthrange(year, month)
    days = grouped(events, lambda event: event.date.day.day if event.date.day else None)
    dots = {}
    for day in range(1, length + 1):
        row, column = divmod(weekday + day - 1, 7)
        dots[day] = _dot(column, row)
    marks = (
        Mark(
            url=day_urls[f"d{day:02}"],
            label=f"{day} {MONTHS[month - 1]}: {quantity(len(members), 'event')}",
            shapes=(
                Shape(
                    category=max(_stacked(members), key=lambda part: part[2])[0],
                    path=dots[day],
                    size=min(len(members), 4),
                ),
            ),
        )
        for day, members in sorted(days.items())
    )
    empty_days = "".join(dot for day, dot in dots.items() if day not in days)
    return Chart(width=7 * COLUMN, height=6 * COLUMN, marks=tuple(marks), empty_days=empty_days)
