"""Pictures of the data as shapes and numbers: templates only set them down as SVG.

Every mark leads somewhere, carries the colour of its family and says in words what it stands for.
Coordinates are whole numbers in a box of the drawing's own; the stylesheet decides how large it is.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event
from events_archive.model.event_date import MONTHS, format_month
from events_archive.site.categories import CATEGORIES, Category, category_of

WEEKS = 53
COLUMN, BAR, FULL = 10, 8, 100
"""How wide a column is, how much of that its bar fills, and how high the fullest bar is."""

MIN_YEARS = 8
"""The least number of years that an index of bars has room for: one alone is no wall."""

Count = Mapping[str, int]
"""How many events of each family, by its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Something drawn in the colour of a family."""

    category: Category
    path: str
    """As SVG's ``d`` has it."""
    size: int = 0
    """Of a dot: from 1 to 4, the busier the larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Shapes that lead somewhere together."""

    url: str
    """Below the site's root, with a fragment where there is one."""
    label: str
    """``July 2021: 12 events``."""
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Marks in a box."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    empty_days: str = ""
    """A path for what has no mark: the days on which nothing happened."""


def mark_label(words: str, count: int) -> str:
    """``July 2021: 1 event``."""
    return f"{words}: {count} event{'' if count == 1 else 's'}"


def week(day: date) -> int:
    """The week of the year from 0 to 52, each of seven days from the 1st of January."""
    return (day.toordinal() - date(day.year, 1, 1).toordinal()) // 7


def first_day(event: Event) -> date:
    """The day on which an event is drawn, of an event whose month is known."""
    assert event.date.interval, "what has a month has a span"
    return event.date.interval.first_day


Weeks = Mapping[int, Events]
"""The events of a year by week, in the order of the weeks."""


def events_by_week(events: Events) -> Weeks:
    """A year's events by week; what is known less exactly than to the month is left out."""
    return dict(sorted(grouped(events, _week_of).items()))


def _week_of(event: Event) -> int | None:
    return week(first_day(event)) if event.date.month else None


def busiest_week(years: Iterable[Weeks]) -> int:
    """How many events the busiest week of all has."""
    return max((len(events) for weeks in years for events in weeks.values()), default=0)


def weekly_bars(weeks: Weeks, most: int, month_address: Callable[[int, int], str]) -> Chart:
    """A year as a row of bars, one a week, in the colours of families; a mark for each month.

    ``most`` events fill the height. A week stands with the month of its first event.
    """
    months: dict[tuple[int, int], list[tuple[int, Events]]] = {}
    for number, members in weeks.items():
        month = members[0].date.month
        assert month, "only events whose month is known are drawn"
        months.setdefault(month, []).append((number, members))
    return Chart(
        width=WEEKS * COLUMN,
        height=FULL,
        marks=tuple(
            Mark(
                url=month_address(*month),
                label=mark_label(format_month(*month), sum(len(members) for _, members in columns)),
                shapes=_stacked(columns, most),
            )
            for month, columns in sorted(months.items())
        ),
    )


def _stacked(columns: Iterable[tuple[int, Events]], most: int) -> tuple[Shape, ...]:
    """A bar in each column, family upon family; all of one family in one path."""
    paths: dict[str, list[str]] = {}
    for number, members in columns:
        below = 0
        counts = _counted(members)
        for member in CATEGORIES:
            if counts.get(member.key):
                reached = below + counts[member.key]
                low, high = FULL * below // most, FULL * reached // most
                paths.setdefault(member.key, []).append(_bar(number, low, high))
                below = reached
    return tuple(
        Shape(category=member, path="".join(paths[member.key]))
        for member in CATEGORIES
        if member.key in paths
    )


def _counted(events: Iterable[Event]) -> Count:
    counts: dict[str, int] = {}
    for event in events:
        key = category_of(event.type).key
        counts[key] = counts.get(key, 0) + 1
    return counts


def _bar(column: int, low: int, high: int) -> str:
    return f"M{column * COLUMN + 1} {FULL - low}v{low - high}h{BAR}v{high - low}z"


def yearly_bars(
    found: Mapping[int, Events], years: range, most: int, year_address: Callable[[int], str]
) -> Chart:
    """A bar for each of ``years``, each its own mark; ``most`` events fill the height."""
    return Chart(
        width=max(len(years), MIN_YEARS) * COLUMN,
        height=FULL,
        marks=tuple(
            Mark(
                url=year_address(year),
                label=mark_label(str(year), len(found[year])),
                shapes=_stacked([(column, found[year])], most),
            )
            for column, year in enumerate(years)
            if year in found
        ),
    )


def monthly_bars(events: Events, years: range, year_address: Callable[[int], str]) -> Chart:
    """A bar for each month of ``years``, for more events than can be told apart; a mark a year."""
    dated = tuple(event for event in events if event.date.month)
    months = grouped(dated, lambda event: event.date.month)
    most = max(map(len, months.values()), default=1)
    by_year: dict[int, list[tuple[int, Events]]] = {}
    for (year, month), members in sorted(months.items()):
        if year in years:
            column = (year - years.start) * 12 + month - 1
            by_year.setdefault(year, []).append((column, members))
    return Chart(
        width=len(years) * 12 * COLUMN,
        height=FULL,
        marks=tuple(
            Mark(
                url=year_address(year),
                label=mark_label(str(year), sum(len(members) for _, members in columns)),
                shapes=_stacked(columns, most),
            )
            for year, columns in by_year.items()
        ),
    )


def dot_plot(events: Events, years: range, event_address: Callable[[Event], str]) -> Chart:
    """A dot for each event whose month is known, those of a month one upon another."""
    heights: dict[int, int] = {}
    placed: list[tuple[Event, int, int]] = []
    for event in events:
        if event.date.month and event.date.month[0] in years:
            year, month = event.date.month
            column = (year - years.start) * 12 + month - 1
            heights[column] = heights.get(column, 0) + 1
            placed.append((event, column, heights[column]))
    height = max(heights.values(), default=1) * COLUMN
    return Chart(
        width=len(years) * 12 * COLUMN,
        height=height,
        marks=tuple(
            Mark(
                url=event_address(event),
                label=f"{event.name}, {event.date.display_date}",
                shapes=(
                    Shape(
                        category=category_of(event.type),
                        path=f"M{column * COLUMN + 5} {height - level * COLUMN + 5}h0",
                    ),
                ),
            )
            for event, column, level in placed
        ),
    )


def years_of(events: Events) -> range:
    """From the first year that has any to the last."""
    years = [event.date.year for event in events if event.date.year is not None]
    return range(min(years), max(years) + 1) if years else range(0)


def month_heatmap(
    year: int, month: int, events: Events, day_address: Callable[[date], str]
) -> Chart:
    """A month as a sheet of days, Monday first: a dot for each, larger and coloured if busy.

    The colour is that of the family with the most events, the first of `FAMILIES` among equals.
    """
    first, length = monthrange(year, month)
    days = grouped(events, lambda event: event.date.day.day if event.date.day else None)
    quiet = "".join(_dot(first, day) for day in range(1, length + 1) if day not in days)
    return Chart(
        width=7 * COLUMN,
        height=6 * COLUMN,
        empty_days=quiet,
        marks=tuple(
            Mark(
                url=day_address(date(year, month, day)),
                label=mark_label(f"{day} {MONTHS[month - 1]}", len(members)),
                shapes=(
                    Shape(
                        category=_dominant_category(members),
                        path=_dot(first, day),
                        size=min(len(members), 4),
                    ),
                ),
            )
            for day, members in sorted(days.items())
        ),
    )


def _dot(first_weekday: int, day: int) -> str:
    row, column = divmod(first_weekday + day - 1, 7)
    return f"M{column * COLUMN + 5} {row * COLUMN + 5}h0"


def _dominant_category(events: Events) -> Category:
    counts = _counted(events)
    return max(CATEGORIES, key=lambda member: counts.get(member.key, 0))
