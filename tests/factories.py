"""Objects of the model with defaults, so that a test states only the values that matter to it."""

from collections.abc import Container
from datetime import UTC, date, datetime
from typing import Any

from msgspec.structs import replace

from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from events_archive.model.article import Article
from events_archive.model.catalogue import Catalogue
from events_archive.model.changes import Change
from events_archive.model.event import (
    Agency,
    Astronaut,
    Event,
    EventType,
    Image,
    Launch,
    Licence,
    Link,
    Program,
    SpaceStation,
    Video,
)
from events_archive.model.event_date import EventDate
from events_archive.model.slugs import SlugRegistry
from events_archive.settings import SETTINGS, Settings
from events_archive.site.site import Site

DOCKING = EventType(id=2, name="Docking")
EVA = EventType(id=3, name="EVA")


def an_event_date(
    text: str | None = "2021-07-04T00:11:00Z", precision: int | None = 1
) -> EventDate:
    parsed = datetime.fromisoformat(text).astimezone(UTC) if text else None
    return EventDate(utc=parsed, precision_id=precision)


def an_image(**fields: Any) -> Image:
    defaults: dict[str, Any] = {
        "id": 1254,
        "name": "[AUTO] image",
        "url": "https://images.example/media/images/tiangong_eva_image_20210704082303.jpg",
        "credit": "CNSA",
        "licence": Licence(id=1, name="Unknown", url=""),
    }
    return Image(**{**defaults, **fields})


def a_link(**fields: Any) -> Link:
    defaults: dict[str, Any] = {
        "url": "https://spacenews.com/astronauts-complete-spacewalk/",
        "title": "Astronauts complete first spacewalk",
        "description": "",
        "source": "spacenews.com",
        "type": "",
        "priority": 10,
    }
    return Link(**{**defaults, **fields})


def a_video(**fields: Any) -> Video:
    defaults: dict[str, Any] = {
        "url": "https://www.youtube.com/watch?v=21X5lGlDOfg",
        "title": "Live from space",
        "description": "",
        "source": "youtube.com",
        "type": "Official Webcast",
        "priority": 10,
        "publisher": "NASA",
        "start": None,
        "end": None,
    }
    return Video(**{**defaults, **fields})


def an_article(id: int = 1, **fields: Any) -> Article:
    defaults: dict[str, Any] = {
        "kind": "article",
        "url": f"https://news.example/{id}",
        "title": f"Article {id}",
        "site": "Example News",
        "authors": ("Jane Doe",),
        "published": datetime(2021, 7, 4, 9, tzinfo=UTC),
        "event_ids": (309,),
    }
    return Article(id=id, **{**defaults, **fields})


def an_event(id: int = 309, date: str | None = "2021-07-04T00:11:00Z", **fields: Any) -> Event:
    """Return an event; ``precision`` is LL2's id of it, all others are fields of `Event`."""
    precision = fields.pop("precision", 1)
    defaults: dict[str, Any] = {
        "id": id,
        "name": f"Event {id}",
        "slug": f"event-{id}",
        "type": EVA,
        "date": an_event_date(date, precision),
        "description": "Two astronauts worked outside.",
        "location": "Tiangong Space Station",
        "image": None,
        "links": (),
        "videos": (),
        "updates": (),
        "stream_length": None,
        "last_updated": datetime(2024, 3, 5, 17, 26, 40, tzinfo=UTC),
        "source_url": f"https://ll.example/2.3.0/events/{id}/",
    }
    return Event(**{**defaults, **fields})


def a_catalogue(
    *events: Event, today: str = "2022-01-01", withdrawn: Container[int] = ()
) -> Catalogue:
    return Catalogue.from_events(events, today=date.fromisoformat(today), withdrawn=withdrawn)


def a_site(*events: Event, today: str = "2022-01-01", **fields: Any) -> Site:
    """Return the site of ``events``; ``fields`` are settings and fields of `Site`."""
    history = fields.get("history", ArchiveHistory())
    catalogue = a_catalogue(*events, today=today, withdrawn=history.state.withdrawn)
    events = replace(
        history.slugs.events, slugs={event.id: event.slug for event in catalogue.all_events}
    )
    type_slugs = {type.id: type.name.lower().replace(" ", "-") for type in catalogue.types}
    types = replace(history.slugs.types, slugs=history.slugs.types.slugs or type_slugs)
    fields["history"] = replace(history, slugs=SlugRegistry(events=events, types=types))
    settings = Settings(
        **{row.name: fields.pop(row.name) for row in SETTINGS if row.name in fields}
    )
    return Site(**{"catalogue": catalogue, "settings": settings, **fields})


def a_change(
    observed: str, change_type: str = "changed", event_id: int = 309, **fields: Any
) -> Change:
    defaults: dict[str, Any] = {"field": "", "old": None, "new": None, "is_live": True}
    when = datetime.fromisoformat(observed).astimezone(UTC)
    return Change(
        observed=when, event_id=event_id, change_type=change_type, **{**defaults, **fields}
    )


def a_history(*changes: Change, **state: Any) -> ArchiveHistory:
    """Return a history with ``changes``; ``state`` are fields of `ArchiveState`."""
    return ArchiveHistory(state=ArchiveState(**state), changes=changes)


def an_agency(id: int = 44, name: str = "NASA") -> Agency:
    return Agency(id=id, name=name, abbreviation="", type="Government")


def a_program(id: int = 17, name: str = "International Space Station") -> Program:
    return Program(id=id, name=name, description="", url="")


def a_station(id: int = 4, name: str = "International Space Station") -> SpaceStation:
    return SpaceStation(
        id=id,
        name=name,
        status="Active",
        type="Government",
        description="",
        founded=date(1998, 11, 20),
        deorbited=None,
        orbit="Low Earth Orbit",
    )


def an_astronaut(id: int = 1, name: str = "Ada Example") -> Astronaut:
    return Astronaut(id=id, name=name, status="Active", agency="ESA")


def a_launch(id: str = "a", name: str = "Falcon 9 | Crew-3") -> Launch:
    return Launch(id=id, name=name, status="Success", date=an_event_date())
