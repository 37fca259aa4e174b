"""Visits as pages show them: rows of tables, and which craft were at a station on a day.

Rows hold no events, so that a page changes only when what it shows of a visit does.
"""

from bisect import bisect_right
from calendar import isleap
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from events_archive.model.catalogue import Catalogue, Events, grouped
from events_archive.model.event import Event
from events_archive.model.event_date import EventDate
from events_archive.model.interval import Interval
from events_archive.model.moves import period_of, station_of, station_slugs
from events_archive.model.timestamps import format_utc
from events_archive.model.visits import Visit
from events_archive.site.categories import EVA
from events_archive.site.terms import TaxonomyIndex
from events_archive.site.urls import Urls

_ONE_DAY = timedelta(days=1)


class Craft(Struct, frozen=True, kw_only=True):
    """A craft, and the page of the first event of its visit."""

    name: str
    url: str


class VisitEnd(NamedTuple):
    """An arrival or a departure: its date, and the page of its event."""

    date: EventDate
    url: str


class VisitRow(Struct, frozen=True, kw_only=True):
    """What pages show of a visit."""

    craft: str
    url: str
    """The page of its first event."""
    station: str
    station_url: str
    """``""`` for a station without a page."""
    arrival: VisitEnd | None
    """None if it is not recorded."""
    departure: VisitEnd | None
    days: int | None
    """From arrival to departure."""
    launch: EventDate | None
    landing: EventDate | None
    """Of a craft whose departure is not recorded."""
    times: str
    """For scripts: between which times it arrived, and between which it departed."""


class Presence(Struct, frozen=True, kw_only=True):
    """The craft at a station on a day, or on all days until that changes."""

    station: str
    certain: tuple[Craft, ...]
    possible: tuple[Craft, ...]
    """Those that the record leaves open."""


class _Timeline(NamedTuple):
    """The craft at a station at any time."""

    days: list[date]
    """The days on which that changes, in order."""
    presences: list[Presence | None]
    """The craft from each of these days on; None for none."""


class VisitIndex(Struct, frozen=True, kw_only=True, dict=True):
    """All visits, found by event, by station and by day."""

    visits: tuple[Visit, ...]
    catalogue: Catalogue
    taxonomies: TaxonomyIndex
    urls: Urls

    @cached_property
    def by_station(self) -> dict[str, tuple[Visit, ...]]:
        """The visits of each station, by the slug of its place."""
        return grouped(self.visits, lambda visit: visit.station.slug)

    @cached_property
    def by_craft(self) -> dict[str, tuple[Visit, ...]]:
        """The visits of each craft."""
        return grouped(self.visits, lambda visit: visit.craft)

    @cached_property
    def spacewalks(self) -> dict[str, tuple[tuple[Interval, Event], ...]]:
        """The spacewalks at each station of which is known when they were, oldest first."""
        events = (event for event in self.catalogue.events if event.type.id == EVA)
        walks = ((period, event) for event in events if (period := period_of(event)))
        return grouped(walks, lambda walk: self._station_of(walk[1]))

    def row(self, visit: Visit) -> VisitRow:
        """Return what pages show of ``visit``."""
        times = (
            visit.arrived.start, visit.arrived.end, visit.departed.start, visit.departed.end,
        )  # fmt: skip
        page = self.taxonomies.term("places", visit.station.slug)
        return VisitRow(
            craft=visit.craft,
            url=self.urls.event(visit.events[0]),
            station=visit.station.name,
            station_url=page.url if page else "",
            arrival=self._end(visit.arrivals[:1]),
            departure=self._end(visit.departures[-1:]),
            days=visit.days,
            launch=visit.launch.date if visit.launch else None,
            landing=visit.landing.date if visit.landing else None,
            times=" ".join(map(format_utc, times)),
        )

    def _end(self, events: Events) -> VisitEnd | None:
        return VisitEnd(events[0].date, self.urls.event(events[0])) if events else None

    def _station_of(self, event: Event) -> str | None:
        """Return the slug of the station where an event took place; None if it was elsewhere."""
        place = station_of(event, self._stations)
        return place.slug if place else None

    @cached_property
    def _stations(self) -> frozenset[str]:
        return station_slugs(self.catalogue.events)

    def present_at(self, event: Event) -> Presence | None:
        """Return the craft at the station of an event on the day of the event.

        None for an event elsewhere, on a day that is not known or still to come, or without craft.
        """
        period, station = period_of(event), self._station_of(event)
        if not station or not period or period.first_day != period.last_day:
            return None
        return self._presence(station, period.first_day)

    def present_on(self, month: int, day: int) -> tuple[tuple[int, tuple[Presence, ...]], ...]:
        """Return the craft at each station on a day of each past year, the latest year first."""
        if not self._timelines:
            return ()
        first_year = min(timeline.days[0] for timeline in self._timelines.values()).year
        found = (
            (year, self._presences(date(year, month, day)))
            for year in range(self.catalogue.today.year, first_year - 1, -1)
            if (month, day) != (2, 29) or isleap(year)
        )
        return tuple((year, presences) for year, presences in found if presences)

    def _presences(self, day: date) -> tuple[Presence, ...]:
        found = (self._presence(station, day) for station in self._timelines)
        return tuple(presence for presence in found if presence)

    def _presence(self, station: str, day: date) -> Presence | None:
        """Return the craft at a station on a day; None if there are none, or if it is to come."""
        timeline = self._timelines.get(station)
        at = bisect_right(timeline.days, day) if timeline else 0
        if not timeline or not at or day > self.catalogue.today:
            return None
        return timeline.presences[at - 1]

    @cached_property
    def _timelines(self) -> dict[str, _Timeline]:
        """The craft at each station at any time, by the slug of the station, in its order."""
        return {slug: self._timeline(visits) for slug, visits in sorted(self.by_station.items())}

    def _timeline(self, visits: tuple[Visit, ...]) -> _Timeline:
        """Return the craft at the station of ``visits``."""
        crafts = [Craft(name=v.craft, url=self.urls.event(v.events[0])) for v in visits]
        changes: dict[date, list[int]] = {}
        for number, visit in enumerate(visits):
            first, last = visit.certain_days
            ends = (last + _ONE_DAY, visit.departed.last_day + _ONE_DAY)
            for day in (visit.arrived.first_day, first, *ends):
                changes.setdefault(day, []).append(number)
        timeline = _Timeline(days=sorted(changes), presences=[])
        present: set[int] = set()
        certain: set[int] = set()
        for day in timeline.days:
            for number in changes[day]:
                visit = visits[number]
                (present.add if visit.is_possible(day) else present.discard)(number)
                (certain.add if visit.is_certain(day) else certain.discard)(number)
            presence = Presence(
                station=visits[0].station.name,
                certain=tuple(crafts[number] for number in sorted(certain)),
                possible=tuple(crafts[number] for number in sorted(present - certain)),
            )
            timeline.presences.append(presence if present else None)
        return timeline
