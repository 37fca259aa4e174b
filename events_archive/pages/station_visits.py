"""The visits of a station, for its page: those of now, bars in time year by year, and a table."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from msgspec import Struct

from events_archive.model.interval import Interval, months
from events_archive.model.visits import Visit
from events_archive.site.visits import VisitIndex, VisitRow

_CHARACTER = 2.15
"""The width of a character of a bar's name, in percent of the width of the chart on a phone."""

_SHORTEST = 0.4
"""The length of a bar that would be too short to be seen."""

_LONGEST_NAME = 28
"""How many characters of a name fit beside a bar anywhere in the chart."""


class VisitBar(Struct, frozen=True, kw_only=True):
    """A visit in a year. Positions and lengths are in percent of the year."""

    name: str
    """That of the craft, cut if it is long."""
    url: str
    title: str
    row: int
    """From the top, from 0."""
    certain: tuple[float, float] | None
    """Start and length of the time in which the craft certainly was there."""
    possible: tuple[float, float]
    """The same of the time in which it possibly was."""
    is_name_at_end: bool
    """Whether the bar's name ends where the bar does, since there is no room to the right."""


class YearChart(Struct, frozen=True, kw_only=True):
    """The visits of a year."""

    year: int
    rows: int
    bars: tuple[VisitBar, ...]


class StationVisits(Struct, frozen=True, kw_only=True):
    """What the page of a station shows of its visits."""

    station: str
    today: date
    """The day of the archive, in place of which the browser puts the reader's."""
    certain: tuple[VisitRow, ...]
    """The craft that are there on that day."""
    possible: tuple[VisitRow, ...]
    """Those of which the record leaves it open."""
    charts: tuple[YearChart, ...]
    """The latest year first."""
    rows: tuple[VisitRow, ...]
    """All visits, the latest first."""


def station_visits(index: VisitIndex, station: str) -> StationVisits | None:
    """Return the visits of a station by the slug of its place; None if it has none."""
    visits, today = index.by_station.get(station, ()), index.catalogue.today
    if not visits:
        return None
    rows = [(visit, index.row(visit)) for visit in visits]
    return StationVisits(
        station=visits[0].station.name,
        today=today,
        certain=tuple(row for visit, row in rows if visit.is_certain(today)),
        possible=tuple(
            row for visit, row in rows if visit.is_possible(today) and not visit.is_certain(today)
        ),
        charts=tuple(_charts(rows, today)),
        rows=tuple(row for _, row in reversed(rows)),
    )


def _charts(rows: list[tuple[Visit, VisitRow]], today: date) -> Iterator[YearChart]:
    """Yield a chart of each year, the latest first."""
    spans = sorted(
        ((*_spans(visit, today), row) for visit, row in rows), key=lambda span: span[1].start
    )
    first = min(possible.start.year for _, possible, _ in spans)
    last = max(possible.last_day.year for _, possible, _ in spans)
    for year in range(last, first - 1, -1):
        period = months(year, 1, 12)
        bars: list[VisitBar] = []
        free: list[float] = []
        for certain, possible, row in spans:
            if shown := _share(possible, period):
                bars.append(_bar(row, _share(certain, period), shown, free))
        if bars:
            yield YearChart(year=year, rows=len(free), bars=tuple(bars))


def _spans(visit: Visit, today: date) -> tuple[Interval, Interval]:
    """Return when the craft certainly was there, and when possibly.

    If the departure is not recorded, that is not said of days after ``today``.
    """
    certain = Interval(start=visit.arrived.end, end=visit.departed.start)
    if visit.arrivals and visit.arrived.first_day == visit.arrived.last_day:
        certain = Interval(
            start=visit.arrived.start, end=max(visit.arrived.end, visit.departed.start)
        )
    end = visit.departed.end
    if not visit.departures and not visit.landing:
        midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
        end = max(certain.end, min(end, midnight))
    return certain, Interval(start=visit.arrived.start, end=end)


def _share(interval: Interval, period: Interval) -> tuple[float, float] | None:
    """Return start and length of the part of ``interval`` in ``period``, in percent of that."""
    start, end = max(interval.start, period.start), min(interval.end, period.end)
    if start >= end:
        return None
    length = (period.end - period.start) / 100
    first = min((start - period.start) / length, 100 - _SHORTEST)
    return round(first, 2), round(max((end - start) / length, _SHORTEST), 2)


def _bar(
    row: VisitRow,
    certain: tuple[float, float] | None,
    possible: tuple[float, float],
    free: list[float],
) -> VisitBar:
    """Return the bar of a visit, in the first row with room for it and its name.

    ``free`` has the place from which each row is free.
    """
    start, length = possible
    name = row.craft if len(row.craft) <= _LONGEST_NAME else f"{row.craft[: _LONGEST_NAME - 1]}…"
    width = len(name) * _CHARACTER
    is_name_at_end = start + width > 100
    left = min(start, start + length - width) if is_name_at_end else start
    right = start + length if is_name_at_end else start + max(length, width)
    line = next((line for line, place in enumerate(free) if place <= left), len(free))
    free[line : line + 1] = [right + 1]
    arrival = row.arrival.date.display_date if row.arrival else "arrival not recorded"
    departure = row.departure.date.display_date if row.departure else "departure not recorded"
    return VisitBar(
        name=name,
        url=row.url,
        title=f"{row.craft}: {arrival} – {departure}",
        row=line,
        certain=certain,
        possible=possible,
        is_name_at_end=is_name_at_end,
    )
