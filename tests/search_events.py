"""Real events of 2020 to 2030 as records of LL2, and what people would search for among them.

Names, dates, places and participants are those of history; descriptions are our own.
"""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from tests.ll2_server.records import plain_record
from tests.ll2_server.reference_data import EVENT_TYPES, NET_PRECISIONS, Record
from tests.ll2_server.relations import AGENCIES, PROGRAMS, STATIONS, agency, astronaut, launch
from tests.ll2_server.slugs import unique_slug

TODAY = date(2025, 9, 15)

_DATA = Path(__file__).parent / "data"
_TYPES = {entry["name"]: entry for entry in EVENT_TYPES.values()}
_PRECISIONS = {entry["name"]: entry for entry in NET_PRECISIONS.values()}
_STATIONS = {
    "International Space Station": (STATIONS[:1], PROGRAMS[:1]),
    "Tiangong Space Station": (STATIONS[1:], []),
    "Chinese Space Station": (STATIONS[1:], []),
}
_AGENCIES = {entry["abbrev"]: entry for entry in AGENCIES} | {
    "SpaceX": AGENCIES[1],
    "Roscosmos": AGENCIES[2],
    "Boeing": AGENCIES[6],
    "CMSA": agency(1001, "China Manned Space Agency", "CMSA", {"id": 1, "name": "Government"}),
    "CSA": agency(16, "Canadian Space Agency", "CSA", {"id": 1, "name": "Government"}),
}


@dataclass(frozen=True)
class ListedSearch:
    """A line of ``searches.tsv``."""

    search: str
    first: tuple[str, ...]
    """The names of the events that must come first, in this order."""
    pages: tuple[str, ...]
    """The starts of paths of pages that must be found."""
    note: str
    """The message that must be shown, or ``""``."""


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def listed_searches() -> list[ListedSearch]:
    """Return all lines of ``searches.tsv``."""
    return [
        ListedSearch(
            search=row["search"],
            first=_parts(row["first"], ";"),
            pages=_parts(row["pages"], ";"),
            note=row["notes"] or "",
        )
        for row in _rows("searches.tsv")
    ]


def search_records() -> list[Record]:
    """Return the records of ``search_events.tsv``."""
    records: list[Record] = []
    people: dict[str, Record] = {}
    for number, row in enumerate(_rows("search_events.tsv"), start=101):
        time, _, precision = row["date"].partition("@")
        time = time.removesuffix("Z") + ":00Z"
        stations, programs = _STATIONS.get(row["place"], ([], []))
        slug = unique_slug(row["name"], {record["slug"] for record in records})
        for name in _parts(row["people"]):
            people.setdefault(name, astronaut(len(people) + 1, name))
        records.append(plain_record(number, row["name"], slug=slug) | {
            "date": time,
            "date_precision": _PRECISIONS[precision or "Minute"],
            "type": _TYPES[row["type"]],
            "location": row["place"],
            "description": row["description"],
            "agencies": [_agency(name) for name in _parts(row["agencies"])],
            "astronauts": [people[name] for name in _parts(row["people"])],
            "launches": [
                launch(str(uuid5(NAMESPACE_URL, name)), name, time)
                for name in _parts(row["launch"])
            ],
            "spacestations": stations,
            "program": programs,
        })  # fmt: skip
    return records


def _parts(text: str | None, separator: str = ",") -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(separator) if part.strip())


def _agency(name: str) -> Record:
    number = 2000 + sum(name.encode())
    return _AGENCIES.get(name) or agency(number, name, "", {"id": 3, "name": "Commercial"})
