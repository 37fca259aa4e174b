"""Charts of events as shapes and numbers, which templates write down as SVG.

Coordinates are whole numbers in a box of the chart's own; the stylesheet decides how large it is.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event
from events_archive.model.interval import MONTHS, format_month
from events_archive.site.categories import CATEGORIES, Category, category_of

WEEKS = 53
COLUMN, BAR, FULL = 10, 8, 100
"""The width of a column, the width of its bar, and the height of the tallest bar."""

MIN_YEARS = 8
"""The least number of years that a chart of years has columns for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A path in the colour of a category."""

    category: Category
    path: str
    """The ``d`` attribute of an SVG path."""
    size: int = 0
    """Of a dot: 1 to 4, larger for more events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Shapes that are one link."""

    url: str
    """Below the site's root, with or without a fragment."""
    label: str
    """What it stands for: ``July 2021: 12 events``."""
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Marks in a box."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    empty_days: str = ""
    """The path of the days without events, in a month's chart."""


def mark_label(name: str, count: int) -> str:
    """Return ``July 2021: 1 event``."""
    return f"{name}: {count} event{'' if count == 1 else 's'}"


def week(day: date) -> int:
    """Return the week of the year from 0 to 52; each has seven days from 1 January on."""
    return (day.toordinal() - date(day.year, 1, 1).toordinal()) // 7


def events_by_week(events: Events) -> dict[int, Events]:
    """Return a year's events by week, in the order of weeks, without those not known to the month.

    An event that is known to the month is in the week of its first day.
    """
    return dict(sorted(grouped(events, _week_of).items()))


def _week_of(event: Event) -> int | None:
    if not event.date.month:
        return None
    assert event.date.interval, "a date known to the month has an interval"
    return week(event.date.interval.first_day)


def weekly_bars(
    weeks: Mapping[int, Events], most: int, month_url: Callable[[int, int], str]
) -> Chart:
    """Return a year as a row of weekly bars, with a mark for each month.

    A bar of ``most`` events has the full height. A week belongs to the month of its first event.
    """
    months: dict[tuple[int, int], dict[int, Events]] = {}
    for number, members in weeks.items():
        month = members[0].date.month
        assert month, "events by week are known to the month"
        months.setdefault(month, {})[number] = members
    marks = (
        _bars(month_url(*month), format_month(*month), columns, most)
        for month, columns in sorted(months.items())
    )
    return Chart(width=WEEKS * COLUMN, height=FULL, marks=tuple(marks))


def yearly_bars(
    found: Mapping[int, Events], years: range, most: int, year_url: Callable[[int], str]
) -> Chart:
    """Return a bar and a mark for each of ``years`` that has events in ``found``."""
    marks = (
        _bars(year_url(year), str(year), {column: found[year]}, most)
        for column, year in enumerate(years)
        if year in found
    )
    return Chart(width=max(len(years), MIN_YEARS) * COLUMN, height=FULL, marks=tuple(marks))


def monthly_bars(events: Events, years: range, year_url: Callable[[int], str]) -> Chart:
    """Return a bar for each month of ``years``, with a mark for each year."""
    months = grouped(events, lambda event: event.date.month)
    most = max(map(len, months.values()), default=1)
    by_year: dict[int, dict[int, Events]] = {}
    for (year, month), members in sorted(months.items()):
        if year in years:
            by_year.setdefault(year, {})[_month_column(years, (year, month))] = members
    marks = (_bars(year_url(year), str(year), columns, most) for year, columns in by_year.items())
    return Chart(width=len(years) * 12 * COLUMN, height=FULL, marks=tuple(marks))


def _month_column(years: range, month: tuple[int, int]) -> int:
    return (month[0] - years.start) * 12 + month[1] - 1


def _bars(url: str, name: str, columns: Mapping[int, Events], most: int) -> Mark:
    """Return a mark of bars, each with its categories stacked; one path for each category."""
    paths: dict[str, str] = {}
    for column, members in columns.items():
        counts = _category_counts(members)
        below = 0
        for category in CATEGORIES:
            if count := counts[category.key]:
                low, high = FULL * below // most, FULL * (below + count) // most
                bar = f"M{column * COLUMN + 1} {FULL - low}v{low - high}h{BAR}v{high - low}z"
                paths[category.key] = paths.get(category.key, "") + bar
                below += count
    return Mark(
        url=url,
        label=mark_label(name, sum(map(len, columns.values()))),
        shapes=tuple(
            Shape(category=category, path=paths[category.key])
            for category in CATEGORIES
            if category.key in paths
        ),
    )


def _category_counts(events: Iterable[Event]) -> Counter[str]:
    return Counter(category_of(event.type).key for event in events)


def dot_plot(events: Events, years: range, event_url: Callable[[Event], str]) -> Chart:
    """Return a dot for each event that is known to the month, those of a month stacked."""
    levels: Counter[int] = Counter()
    dots: list[tuple[Event, int, int]] = []
    for event in events:
        if event.date.month and event.date.month[0] in years:
            column = _month_column(years, event.date.month)
            levels[column] += 1
            dots.append((event, column, levels[column]))
    height = max(levels.values(), default=1) * COLUMN
    marks = (
        Mark(
            url=event_url(event),
            label=f"{event.name}, {event.date.display_date}",
            shapes=(
                Shape(
                    category=category_of(event.type),
                    path=f"M{column * COLUMN + 5} {height - level * COLUMN + 5}h0",
                ),
            ),
        )
        for event, column, level in dots
    )
    return Chart(width=len(years) * 12 * COLUMN, height=height, marks=tuple(marks))


def years_of(events: Events) -> range:
    """Return the years from the first with events to the last."""
    years = [event.date.year for event in events if event.date.year is not None]
    return range(min(years), max(years) + 1) if years else range(0)


def month_heatmap(year: int, month: int, events: Events, day_url: Callable[[date], str]) -> Chart:
    """Return a month as a calendar, Monday first: a dot for each day, larger for more events.

    A dot has the colour of the category with the most events, of the first one if several have.
    """
    weekday, length = monthrange(year, month)
    days = grouped(events, lambda event: event.date.day.day if event.date.day else None)
    marks = (
        Mark(
            url=day_url(date(year, month, day)),
            label=mark_label(f"{day} {MONTHS[month - 1]}", len(members)),
            shapes=(
                Shape(
                    category=_largest_category(members),
                    path=_day_dot(weekday, day),
                    size=min(len(members), 4),
                ),
            ),
        )
        for day, members in sorted(days.items())
    )
    empty = (_day_dot(weekday, day) for day in range(1, length + 1) if day not in days)
    return Chart(width=7 * COLUMN, height=6 * COLUMN, marks=tuple(marks), empty_days="".join(empty))


def _day_dot(first_weekday: int, day: int) -> str:
    row, column = divmod(first_weekday + day - 1, 7)
    return f"M{column * COLUMN + 5} {row * COLUMN + 5}h0"


def _largest_category(events: Events) -> Category:
    counts = _category_counts(events)
    return max(CATEGORIES, key=lambda category: counts[category.key])


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The part of a horizontal bar that one category has, in percent of the longest bar."""

    category: Category
    start: float
    length: float


def year_bars(years: Mapping[int, Events]) -> list[tuple[int, tuple[Band, ...], int]]:
    """Return each year as (year, its bar by category, count); the busiest year is the longest."""
    most = max(map(len, years.values()), default=0)
    return [(year, _bands(events, most), len(events)) for year, events in years.items()]


def _bands(events: Events, most: int) -> tuple[Band, ...]:
    counts, bands, start = _category_counts(events), [], 0
    for category in CATEGORIES:
        if count := counts[category.key]:
            length = round(100 * count / most, 1)
            bands.append(Band(category=category, start=round(100 * start / most, 1), length=length))
            start += count
    return tuple(bands)
