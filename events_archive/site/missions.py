"""The story of a mission: what it did, in the order of time, with the days between.

It has the launch as far as the record tells it, the mission's events but those for the press, and
the spacewalks at the station while the craft was there.
"""

from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from events_archive.console import quantity
from events_archive.model.catalogue import Events, grouped, with_neighbours
from events_archive.model.event import Event, Launch
from events_archive.model.event_date import EventDate
from events_archive.model.missions import find_mission, split_mission
from events_archive.model.slugs import safe_slug
from events_archive.model.visits import Visit
from events_archive.site.categories import PRESS, category_of
from events_archive.site.visits import VisitIndex, VisitRow

_LAUNCHES = frozenset({14, 24})
"""Its types of events that are launches themselves: test flights and launches."""


class Step(Struct, frozen=True, kw_only=True):
    """A launch, an event of the mission, or a spacewalk meanwhile."""

    id: int = 0
    """The event's; 0 for a launch."""
    name: str
    """What it is: ``Docking``."""
    url: str = ""
    """Of the event's page; ``""`` for a launch."""
    date: EventDate
    gap: str = ""
    """The time since the step before: ``198 days later``; ``""`` if it is not known."""
    spacewalks: tuple["Step", ...] = ()
    """Those at the station before the next step."""


class Story(Struct, frozen=True, kw_only=True):
    """The story of a mission, or of the visit of a craft that has none."""

    name: str
    url: str
    """The page of the mission's events, or ``""``."""
    visits: tuple[VisitRow, ...]
    steps: tuple[Step, ...]


def find_stories(index: VisitIndex) -> tuple[dict[int, Story], dict[str, Story]]:
    """Return the story of each event that has one by the event's id, and those of missions by name.

    There is one for two steps or more, or for a visit.
    """
    by_event: dict[int, Story] = {}
    by_name: dict[str, Story] = {}
    missions = grouped(index.catalogue.events, _mission_name)
    for name in dict.fromkeys((*missions, *index.by_craft)):
        visits, events = index.by_craft.get(name, ()), missions.get(name, ())
        # Without a mission, visits under one name can be of several craft.
        for part in [visits] if events else [(visit,) for visit in visits]:
            members = {event.id: event for event in events}
            members |= {event.id: event for visit in part for event in visit.events}
            story = _story(index, name, part, tuple(members.values()))
            if len(story.steps) > 1 or story.visits:
                by_event |= dict.fromkeys(members, story)
                if events:
                    by_name[name] = story
    return by_event, by_name


def _mission_name(event: Event) -> str | None:
    mission = find_mission(event.name)
    return mission.name if mission else None


def _story(index: VisitIndex, name: str, visits: tuple[Visit, ...], events: Events) -> Story:
    events = tuple(event for event in events if category_of(event.type) is not PRESS)
    steps = [_step(index, event) for event in events]
    launch = _launch(events, visits)
    if launch:
        rocket = launch.name.partition("|")[0].strip()
        steps.append(Step(name=f"Launch on {rocket}" if rocket else "Launch", date=launch.date))
    steps.sort(key=lambda step: (step.date.sort_key, step.id))
    spacewalks = [_step(index, event) for event in _spacewalks(index, visits)]
    page = index.taxonomies.term("series", safe_slug(name, "series"))
    return Story(
        name=name,
        url=page.url if page else "",
        visits=tuple(map(index.row, visits)),
        steps=tuple(_with_gaps(steps, spacewalks)),
    )


def _step(index: VisitIndex, event: Event) -> Step:
    name = split_mission(event.name)[1] or event.name
    url = index.urls.event(event)
    return Step(id=event.id, name=name[:1].upper() + name[1:], url=url, date=event.date)


def _launch(events: Events, visits: tuple[Visit, ...]) -> Launch | None:
    """Return the launch of a mission; None if the record has none or several, or one too late."""
    launches = {launch.id: launch for event in events for launch in event.launches}
    if len(launches) != 1:
        return None
    (launch,) = launches.values()
    is_late = any(visit.arrived.end < launch.date.sort_key[0] for visit in visits)
    days = {event.date.day for event in events if event.type.id in _LAUNCHES}
    return None if is_late or not launch.date.utc or launch.date.day in days else launch


def _spacewalks(index: VisitIndex, visits: tuple[Visit, ...]) -> Iterator[Event]:
    """Yield the spacewalks at the stations of ``visits`` while the craft certainly was there."""
    for visit in visits:
        start, end = visit.arrived.end, visit.departed.start
        for period, event in index.spacewalks.get(visit.station.slug, ()):
            if start <= period.start and period.end <= end:
                yield event


def _with_gaps(steps: list[Step], spacewalks: list[Step]) -> Iterator[Step]:
    """Yield each step with the time since the one before, and the spacewalks before the next."""
    for step, before, after in with_neighbours(steps):
        start, end = step.date.sort_key, after.date.sort_key if after else None
        yield replace(
            step,
            gap=gap(before.date, step.date) if before else "",
            spacewalks=tuple(
                walk
                for walk in spacewalks
                if start <= walk.date.sort_key and (end is None or walk.date.sort_key < end)
            ),
        )


def gap(earlier: EventDate, later: EventDate) -> str:
    """Return the time between two dates: ``23 hours later``; "" if it is not known to the day."""
    if earlier.has_time and later.has_time and earlier.utc and later.utc:
        minutes = round((later.utc - earlier.utc) / timedelta(minutes=1))
        if minutes < 2 * 60:
            return f"{quantity(minutes, 'minute')} later"
        if minutes < 48 * 60:
            return f"{quantity(round(minutes / 60), 'hour')} later"
    if not earlier.day or not later.day or earlier.day == later.day:
        return ""
    if "not-stated-day" in (earlier.precision, later.precision):
        return ""
    return f"{quantity((later.day - earlier.day).days, 'day')} later"
