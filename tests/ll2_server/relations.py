"""The fields of the detailed mode: agencies, launches, expeditions, stations, programs, crew."""

from random import Random
from uuid import UUID

from tests.ll2_server.image_records import image_record
from tests.ll2_server.reference_data import API_ROOT, MEDIA_ROOT, NET_PRECISIONS, TEXTS, Record
from tests.ll2_server.slugs import slugify

_GOVERNMENT = {"id": 1, "name": "Government"}
_MULTINATIONAL = {"id": 2, "name": "Multinational"}
_COMMERCIAL = {"id": 3, "name": "Commercial"}
_GO = {"id": 1, "name": "Go for Launch", "abbrev": "Go", "description": "Current T-0 confirmed."}


def agency(number: int, name: str, abbrev: str, agency_type: Record) -> Record:
    """Return an agency as in the detailed mode."""
    head = {"response_mode": "list", "id": number, "url": f"{API_ROOT}agencies/{number}/"}
    return head | {"name": name, "abbrev": abbrev, "type": agency_type}


AGENCIES = [
    agency(44, "National Aeronautics and Space Administration", "NASA", _GOVERNMENT),
    agency(121, "SpaceX", "SpX", _COMMERCIAL),
    agency(63, "Russian Federal Space Agency (ROSCOSMOS)", "RFSA", _GOVERNMENT),
    agency(27, "European Space Agency", "ESA", _MULTINATIONAL),
    agency(37, "Japan Aerospace Exploration Agency", "JAXA", _GOVERNMENT),
    agency(17, "China National Space Administration", "CNSA", _GOVERNMENT),
    agency(80, "Boeing", "BA", _COMMERCIAL),
    agency(31, "Indian Space Research Organization", "ISRO", _GOVERNMENT),
]


def _station(number: int, name: str, founded: str) -> Record:
    return {
        "id": number,
        "url": f"{API_ROOT}space_stations/{number}/",
        "name": name,
        "image": image_record(1952, "station_image_20190220215716.jpeg", name=name),
        "status": {"id": 1, "name": "Active"},
        "founded": founded,
        "deorbited": None,
        "description": f"The {name} is a habitable artificial satellite.",
        "orbit": "Low Earth Orbit",
        "type": {"id": 2, "name": "Government"},
    }


def _patch(number: int, name: str) -> Record:
    return {
        "id": number,
        "name": name,
        "priority": 10,
        "image_url": f"{MEDIA_ROOT}mission_patch_images/patch_{number}.png",
        "agency": AGENCIES[0],
        "response_mode": "normal",
    }


def _program(number: int, name: str, agencies: list[Record]) -> Record:
    return {
        "response_mode": "normal",
        "id": number,
        "url": f"{API_ROOT}programs/{number}/",
        "name": name,
        "image": None,
        "info_url": None,
        "wiki_url": f"https://en.wikipedia.org/wiki/{name.replace(' ', '_')}",
        "description": f"{name}\r\n\r\nA programme of several agencies.",
        "agencies": agencies,
        "start_date": "1998-11-20T06:40:00Z",
        "end_date": None,
        "mission_patches": [_patch(number, f"{name} patch")],
        "type": {"id": 1, "name": "Human Spaceflight"},
    }


def _spacewalk(number: int) -> Record:
    head = {"response_mode": "list", "id": number, "url": f"{API_ROOT}spacewalks/{number}/"}
    return head | {
        "name": f"EVA {number}",
        "start": "2021-06-25T11:52:00Z",
        "end": "2021-06-25T18:37:00Z",
        "duration": "PT6H45M",
        "location": "International Space Station",
    }


def _expedition(number: int) -> Record:
    return {
        "id": 60 + number,
        "url": f"{API_ROOT}expeditions/{60 + number}/",
        "name": f"Expedition {number}",
        "start": "2021-04-17T01:34:00Z",
        "end": None if number > 73 else "2021-10-17T01:14:00Z",
        "response_mode": "normal",
        "spacestation": STATIONS[0],
        "mission_patches": [_patch(300 + number, f"Expedition {number}")],
        "spacewalks": [_spacewalk(number)],
    }


def astronaut(number: int, name: str) -> Record:
    """Return an astronaut as in the detailed mode."""
    return {
        "id": number,
        "url": f"{API_ROOT}astronauts/{number}/",
        "name": name,
        "status": {"id": 1, "name": "Active"},
        "agency": AGENCIES[number % len(AGENCIES)] if number % 3 else None,
        "image": None,
    }


def _launch(rng: Random, number: int) -> Record:
    key = str(UUID(int=rng.getrandbits(128), version=4))
    net = f"20{20 + number % 7}-0{1 + number % 9}-11T09:30:00Z"
    return launch(key, f"Falcon 9 Block 5 | Stand-in Mission {number}", net)


def launch(key: str, name: str, net: str) -> Record:
    """Return a launch, whose id is the UUID ``key``, as in the detailed mode."""
    times = dict.fromkeys(("last_updated", "net", "window_start", "window_end"), net)
    return times | {
        "id": key,
        "url": f"{API_ROOT}launches/{key}/",
        "name": name,
        "response_mode": "list",
        "slug": slugify(name),
        "launch_designator": None,
        "status": _GO,
        "net_precision": NET_PRECISIONS[1],
        "image": None,
        "infographic": None,
    }


STATIONS = [
    _station(4, "International Space Station", "1998-11-20"),
    _station(18, "Tiangong space station", "2021-04-29"),
]
PROGRAMS = [
    _program(17, "International Space Station", AGENCIES[:4]),
    _program(18, "Commercial Crew Program", AGENCIES[:2]),
    _program(15, "Artemis", AGENCIES[:1]),
]
_EXPEDITIONS = [_expedition(number) for number in range(60, 76)]
_ASTRONAUTS = [astronaut(number, name) for number, name in enumerate(TEXTS["astronauts"], 1)]
_LAUNCHES = [_launch(Random(number), number) for number in range(60)]


def no_relations() -> Record:
    """Return the detailed fields of an event without relations."""
    names = ("agencies", "launches", "expeditions", "spacestations", "program", "astronauts")
    return {name: [] for name in names}


def draw_relations(rng: Random, index: int) -> Record:
    """Draw the detailed fields; the schema lets `program` and `astronauts` be null."""
    if index == 1:
        return no_relations() | {"program": None, "astronauts": None}
    has_all = index == 2
    at_station = has_all or rng.random() < 0.5
    return {
        "agencies": rng.sample(AGENCIES, rng.randrange(1, 4))
        if has_all or rng.random() < 0.9
        else [],
        "launches": [rng.choice(_LAUNCHES)] if has_all or rng.random() < 0.35 else [],
        "expeditions": [rng.choice(_EXPEDITIONS)] if has_all or rng.random() < 0.2 else [],
        "spacestations": [rng.choice(STATIONS)] if at_station else [],
        "program": [rng.choice(PROGRAMS)] if at_station else [],
        "astronauts": rng.sample(_ASTRONAUTS, 2) if has_all or rng.random() < 0.15 else [],
    }
