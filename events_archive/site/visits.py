"""Visits as pages show them: rows of tables, and which craft were at a station on a day.

Rows hold no events, so that a page changes only when what it shows of a visit does.
"""

from calendar import isleap
from datetime import date
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from events_archive.model.catalogue import Catalogue, Events, grouped
from events_archive.model.event import Event
from events_archive.model.event_date import EventDate
from events_archive.model.moves import period_of, station_of, station_slugs
from events_archive.model.timestamps import format_utc
from events_archive.model.visits import Visit
from events_archive.site.terms import TaxonomyIndex
from events_archive.site.urls import Urls

_EVA = 3
"""LL2's type of spacewalks."""


class Craft(NamedTuple):
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
    """The craft at a station on a day."""

    station: str
    day: date
    certain: tuple[Craft, ...]
    possible: tuple[Craft, ...]
    """Those that the record leaves open."""


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
    def spacewalks(self) -> dict[str, Events]:
        """The spacewalks at each station, oldest first."""
        walks = (event for event in self.catalogue.events if event.type.id == _EVA)
        return grouped(walks, lambda event: self.station_of(event) or None)

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

    def station_of(self, event: Event) -> str:
        """Return the slug of the station where an event took place, or ``""``."""
        place = station_of(event, self._stations)
        return place.slug if place else ""

    @cached_property
    def _stations(self) -> frozenset[str]:
        return station_slugs(self.catalogue.events)

    def present_at(self, event: Event) -> Presence | None:
        """Return the craft at the station of an event on the day of the event.

        None for an event elsewhere, on a day that is not known or still to come, or without craft.
        """
        period, station = period_of(event), self.station_of(event)
        if not station or not period or period.first_day != period.last_day:
            return None
        return self._presences_on(period.first_day).get(station)

    def present_on(self, month: int, day: int) -> tuple[tuple[int, tuple[Presence, ...]], ...]:
        """Return the craft at each station on a day of each past year, the latest year first."""
        if not self._crafts_by_day:
            return ()
        first_year = date.fromordinal(min(self._crafts_by_day)).year
        found = (
            (year, tuple(stations.values()))
            for year in range(self.catalogue.today.year, first_year - 1, -1)
            if (month, day) != (2, 29) or isleap(year)
            if (stations := self._presences_on(date(year, month, day)))
        )
        return tuple(found)

    def _presences_on(self, day: date) -> dict[str, Presence]:
        """Return the craft at each station on a day, by the slug of the station."""
        return {
            slug: Presence(
                station=self.by_station[slug][0].station.name,
                day=day,
                certain=tuple(certain),
                possible=tuple(possible),
            )
            for slug, (certain, possible) in sorted(
                self._crafts_by_day.get(day.toordinal(), {}).items()
            )
        }

    @cached_property
    def _crafts_by_day(self) -> dict[int, dict[str, tuple[list[Craft], list[Craft]]]]:
        """The craft that certainly and possibly were at each station, by the ordinal of the day.

        It has no days after that of the archive.
        """
        days: dict[int, dict[str, tuple[list[Craft], list[Craft]]]] = {}
        for visit in self.visits:
            craft = Craft(visit.craft, self.urls.event(visit.events[0]))
            first, last = (day.toordinal() for day in visit.certain_days)
            end = min(visit.departed.last_day, self.catalogue.today).toordinal()
            for day in range(visit.arrived.first_day.toordinal(), end + 1):
                stations = days.setdefault(day, {})
                lists = stations.setdefault(visit.station.slug, ([], []))
                lists[0 if first <= day <= last else 1].append(craft)
        return days
