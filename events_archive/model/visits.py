"""Visits: the stay of one craft at one space station, from its arrival to its departure.

What the record leaves open stays open: a visit can lack its arrival or its departure, and then has
a period in which that must have been. So it is certain for some days that the craft was there, and
possible for others.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from msgspec import Struct

from events_archive.model.catalogue import Events, grouped, with_neighbours
from events_archive.model.event import Event, Launch
from events_archive.model.interval import RESOLUTION, Interval
from events_archive.model.missions import find_mission
from events_archive.model.moves import period_of, read_move, station_slugs
from events_archive.model.pairing import LONGEST_STAY, Stay, narrowest, pair
from events_archive.model.places import Place

_LONGEST_APPROACH = timedelta(days=7)
"""From launch to arrival: longer than any so far, of which HTV's took five days."""

_LONGEST_RETURN = timedelta(days=4)
"""From departure to landing: longer than any so far."""

_LANDING = 9
"""LL2's type of landings."""


class Visit(Struct, frozen=True, kw_only=True):
    """One stay of a craft at a station."""

    craft: str
    """``Progress MS-17``."""
    station: Place
    arrivals: Events
    """The docking, or the capture and the berthing; none if the arrival is not recorded."""
    relocations: Events
    departures: Events
    """The undocking, or the unberthing and the release; none if the departure is not recorded."""
    launch: Launch | None
    """None if the record has none that fits, and for a craft that was there before."""
    landing: Event | None
    """The landing of a craft whose departure is not recorded; None if that is not either."""
    arrived: Interval
    """The period in which it arrived: a long one if the arrival is not recorded."""
    departed: Interval
    """The same of its departure."""

    @property
    def events(self) -> Events:
        """All events of the visit."""
        return self.arrivals + self.relocations + self.departures

    @property
    def days(self) -> int | None:
        """From the day of arrival to that of departure (UTC); None if either is not known."""
        first, last = _day(self.arrivals[:1]), _day(self.departures[-1:])
        return (last - first).days if first and last else None

    @property
    def certain_days(self) -> tuple[date, date]:
        """The first and the last day (UTC) on which the craft certainly was at the station.

        If the first is after the last, there is no such day.
        """
        return self.arrived.last_day, self.departed.first_day

    def is_certain(self, day: date) -> bool:
        """Whether the craft was at the station at some time of ``day`` (UTC)."""
        first, last = self.certain_days
        return first <= day <= last

    def is_possible(self, day: date) -> bool:
        """Whether the record admits that it was."""
        return self.arrived.first_day <= day <= self.departed.last_day


def _day(events: Events) -> date | None:
    """Return the day of the only event in ``events``; None if it is not known."""
    interval = period_of(events[0]) if events else None
    return interval.first_day if interval and interval.first_day == interval.last_day else None


def find_visits(events: Iterable[Event]) -> tuple[Visit, ...]:
    """Return all visits in the order of time; no event is in two of them."""
    events = tuple(events)
    stations = station_slugs(events)
    moves = [move for event in events if (move := read_move(event, stations))]
    landings: dict[str, Events] = grouped(
        (event for event in events if event.type.id == _LANDING),
        lambda event: mission.name if (mission := find_mission(event.name)) else None,
    )
    visits = (
        _visit(*around, landings.get(around[0].moves[0].craft, ()))
        for stays in pair(moves)
        for around in with_neighbours(stays)
    )
    return tuple(sorted(visits, key=_time_order))


def _time_order(visit: Visit) -> tuple[datetime, datetime, tuple[int, ...]]:
    return visit.arrived.end, visit.departed.end, tuple(event.id for event in visit.events)


def _visit(stay: Stay, previous: Stay | None, next: Stay | None, landings: Events) -> Visit:
    """Return the visit of a stay, between two others of the same flight."""
    launch = None if previous else _launch(stay)
    arrived, departed = _arrived(stay, previous, launch), _departed(stay, next)
    landing = None if stay.departures else _landing(landings, departed)
    if landing and (landed := period_of(landing)):
        departed = Interval(
            start=max(departed.start, landed.start - _LONGEST_RETURN),
            end=min(departed.end, landed.end),
        )
    return Visit(
        craft=stay.moves[0].craft,
        station=stay.moves[0].station,
        arrivals=tuple(move.event for move in stay.arrivals),
        relocations=tuple(move.event for move in stay.relocations),
        departures=tuple(move.event for move in stay.departures),
        launch=launch,
        landing=landing,
        arrived=arrived,
        departed=departed,
    )


def _arrived(stay: Stay, previous: Stay | None, launch: Launch | None) -> Interval:
    """Return when the craft arrived, at the latest before all else that it did."""
    end = min(move.when.end for move in stay.moves)
    if stay.arrivals:
        arrival = narrowest(stay.arrivals)
        later = (move.when.end for move in stay.relocations + stay.departures)
        end = min((arrival.end, *later))
        return Interval(start=min(arrival.start, end - RESOLUTION), end=end)
    start = min(move.when.start for move in stay.moves) - LONGEST_STAY
    if previous and previous.departures:
        start = max(start, narrowest(previous.departures).start)
    if launch and (launched := launch.date.interval):
        start = max(start, launched.start)
        end = min(end, launched.end + _LONGEST_APPROACH)
    return Interval(start=start, end=end)


def _departed(stay: Stay, next: Stay | None) -> Interval:
    """Return when the craft departed, at the earliest after all else that it did."""
    start = max(move.when.start for move in stay.moves)
    if stay.departures:
        departure = narrowest(stay.departures[::-1])
        earlier = (move.when.start for move in stay.arrivals + stay.relocations)
        start = max((departure.start, *earlier))
        return Interval(start=start, end=max(departure.end, start + RESOLUTION))
    end = max(move.when.end for move in stay.moves) + LONGEST_STAY
    if next and next.arrivals:
        end = min(end, narrowest(next.arrivals).end)
    return Interval(start=start, end=end)


def _launch(stay: Stay) -> Launch | None:
    """Return the launch of the craft; None if it has none, or one that cannot be right."""
    launch = next((move.launch for move in stay.moves if move.launch), None)
    launched = launch.date.interval if launch else None
    limit = _LONGEST_APPROACH if stay.arrivals else _LONGEST_APPROACH + LONGEST_STAY
    first = min((move.when for move in stay.moves), key=lambda when: when.start)
    is_right = launched and launched.start < first.end and first.start - launched.end <= limit
    return launch if is_right else None


def _landing(landings: Events, departed: Interval) -> Event | None:
    """Return the first of ``landings`` that can follow a departure in the period ``departed``."""
    periods = ((period_of(landing), landing) for landing in landings)
    fitting = (
        (period.start, landing.id, landing)
        for period, landing in periods
        if period and departed.start < period.end and period.start < departed.end
    )
    return min(fitting, default=(None, None, None))[2]
