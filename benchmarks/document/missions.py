"""What events take part in: missions, stays at a station, agencies, crews and launches."""

from collections.abc import Iterable
from typing import Any

from document import values
from document.values import Tables
from events_archive.console import quantity


class Missions:
    """Converts what events take part in to values of JSON."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._crafts: dict[Any, str] = {}
        self._presences: dict[Any, str] = {}

    def story(self, story: Any) -> str:
        """Add a story to the table of stories; return its key there."""
        if story is None:
            return ""
        key = f"{story.name} {max((step.id for step in story.steps), default=0)}"
        if key not in self.tables.rows["stories"]:
            self.tables.rows["stories"][key] = values.without_empty(
                {
                    "name": story.name,
                    "path": story.url,
                    "visits": [_visit(visit) for visit in story.visits],
                    "steps": [_step(step) for step in story.steps if len(story.steps) > 1],
                }
            )
        return key

    def presence(self, presence: Any) -> str:
        """Add the craft at a station to the table of presences; return their key there."""
        if presence is None:
            return ""
        key = self._presences.setdefault(presence, f"{len(self._presences)}")
        self.tables.rows["presences"][key] = values.without_empty(
            {
                "certain": [self._craft(craft) for craft in presence.certain],
                "possible": [self._craft(craft) for craft in presence.possible],
            }
        )
        return key

    def _craft(self, craft: Any) -> str:
        """Add a visit of a craft to the table of crafts; return its key there."""
        key = self._crafts.setdefault(craft, f"{len(self._crafts)}")
        self.tables.rows["crafts"][key] = {"name": craft.name, "path": craft.url}
        return key

    def participants(self, event: Any, stations: Iterable[Any]) -> dict[str, Any]:
        """Return who and what takes part in an event, by the names of the sections of its page."""
        return {
            "astronauts": [
                self.tables.member("astronauts", one, agency=one.agency) for one in event.astronauts
            ],
            "agencies": [
                self.tables.member("agencies", one, abbreviation=one.abbreviation, type=one.type)
                for one in event.agencies
            ],
            "stations": [
                self.tables.member(
                    "stations",
                    one,
                    orbit=one.orbit,
                    founded=values.day(one.founded),
                    deorbited=values.day(one.deorbited),
                )
                for one in stations
            ],
            "expeditions": [
                {
                    "name": one.name,
                    "station": one.station,
                    "start": values.day(one.start),
                    "end": values.day(one.end),
                }
                for one in event.expeditions
            ],
            "launches": [
                {"name": one.name, "date": values.date(one.date), "status": one.status}
                for one in event.launches
            ],
        }


def _visit(visit: Any) -> dict[str, Any]:
    the = "the " if "station" in visit.station.lower() else ""
    return {
        "days": quantity(visit.days, "day") if visit.days is not None else "",
        "station": the + visit.station,
        "path": visit.station_url,
        "arrival": _visit_end(visit.arrival),
        "departure": _visit_end(visit.departure),
        "launch": visit.launch.display_date if visit.launch else "",
        "landing": visit.landing.display_date if visit.landing else "",
    }


def _step(step: Any) -> dict[str, Any]:
    return {
        "id": step.id,
        "name": step.name,
        "path": step.url,
        "date": values.date(step.date),
        "gap": step.gap,
        "spacewalks": [
            {"name": walk.name, "path": walk.url, "display": walk.date.display_date}
            for walk in step.spacewalks
        ],
    }


def _visit_end(end: Any) -> dict[str, str] | None:
    return {"path": end.url, "display": end.date.display_date} if end else None
