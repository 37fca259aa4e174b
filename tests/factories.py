"""Events with sensible defaults: a test mentions only what it is about."""

from collections.abc import Container
from datetime import UTC, date, datetime
from typing import Any

from events_archive.model.archive_state import Change, Ledger, Memory
from events_archive.model.catalogue import Catalogue
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
from events_archive.model.event_date import Moment
from events_archive.model.slugs import AddressBook
from events_archive.site.site import Site
from events_archive.site.urls import Addresses

DOCKING = EventType(id=2, name="Docking")
EVA = EventType(id=3, name="EVA")


def a_moment(text: str | None = "2021-07-04T00:11:00Z", precision: int | None = 1) -> Moment:
    parsed = datetime.fromisoformat(text).astimezone(UTC) if text else None
    return Moment(date=parsed, precision_id=precision)


def an_image(**facts: Any) -> Image:
    defaults: dict[str, Any] = {
        "id": 1254,
        "name": "[AUTO] image",
        "url": "https://images.example/media/images/tiangong_eva_image_20210704082303.jpg",
        "credit": "CNSA",
        "licence": Licence(id=1, name="Unknown", url=""),
    }
    return Image(**{**defaults, **facts})


def a_link(**facts: Any) -> Link:
    defaults: dict[str, Any] = {
        "url": "https://spacenews.com/astronauts-complete-spacewalk/",
        "title": "Astronauts complete first spacewalk",
        "description": "",
        "source": "spacenews.com",
        "type": "",
        "language": "en",
        "image_url": "",
        "priority": 10,
    }
    return Link(**{**defaults, **facts})


def a_video(**facts: Any) -> Video:
    defaults: dict[str, Any] = {
        "url": "https://www.youtube.com/watch?v=21X5lGlDOfg",
        "title": "Live from space",
        "description": "",
        "source": "youtube.com",
        "type": "Official Webcast",
        "language": "en",
        "image_url": "",
        "priority": 10,
        "publisher": "NASA",
        "start": None,
        "end": None,
    }
    return Video(**{**defaults, **facts})


def an_event(id: int = 309, date: str | None = "2021-07-04T00:11:00Z", **facts: Any) -> Event:
    """An event; ``precision`` is LL2's id of it, everything else a field of `Event`."""
    precision = facts.pop("precision", 1)
    defaults: dict[str, Any] = {
        "id": id,
        "name": f"Event {id}",
        "slug": f"event-{id}",
        "type": EVA,
        "moment": a_moment(date, precision),
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
    return Event(**{**defaults, **facts})


def a_catalogue(
    *events: Event, today: str = "2022-01-01", withdrawn: Container[int] = ()
) -> Catalogue:
    return Catalogue.of(events, today=date.fromisoformat(today), withdrawn=withdrawn)


def a_site(*events: Event, today: str = "2022-01-01", **facts: Any) -> Site:
    memory = facts.setdefault("memory", Memory.empty())
    catalogue = a_catalogue(*events, today=today, withdrawn=memory.ledger.withdrawn)
    addresses = Addresses(
        event_stems={event.id: event.slug for event in catalogue.all_events},
        type_stems={type.id: type.name.lower().replace(" ", "-") for type in catalogue.types},
    )
    defaults: dict[str, Any] = {
        "catalogue": catalogue,
        "addresses": addresses,
        "title": "Spaceflight Events Archive",
    }
    return Site(**{**defaults, **facts})


def a_change(observed: str, kind: str = "changed", event_id: int = 309, **facts: Any) -> Change:
    defaults: dict[str, Any] = {"field": "", "old": None, "new": None, "live": True}
    when = datetime.fromisoformat(observed).astimezone(UTC)
    return Change(observed=when, event_id=event_id, kind=kind, **{**defaults, **facts})


def a_memory(*changes: Change, **ledger: Any) -> Memory:
    """What an archive remembers that saw ``changes``; everything else is a field of `Ledger`."""
    return Memory(ledger=Ledger(**ledger), addresses=AddressBook(), changes=changes)


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
    return Launch(id=id, name=name, status="Success", moment=a_moment())
