"""What can be asked of records and told of them: their own values in their own words."""

import json
from typing import Any

import pytest

from events_archive.ll2.parse import parse_event
from events_archive.model.event import Event
from events_archive.query.index import hold
from events_archive.query.rows import Entry, Holdings
from events_archive.store import canonical_json
from events_archive.store.records import Records
from tests.ll2_server import grow_records

RECORDS = {record["id"]: record for record in grow_records(40, seed=5)}


def held(records: dict[int, dict[str, Any]] = RECORDS, withdrawn: tuple[int, ...] = ()) -> Holdings:
    events = [parse_event(record) for record in records.values()]
    return hold(Records().updated(records), events, withdrawn)


def ids(record: dict[str, Any], relation: str) -> tuple[int, ...]:
    return tuple(member["id"] for member in record[relation] or ())


def test_what_can_be_asked_are_the_values_of_the_record() -> None:
    entries = held().entries
    assert [entry.id for entry in entries] == sorted(RECORDS)
    for entry in entries:
        record = RECORDS[entry.id]
        assert entry.agencies == ids(record, "agencies")
        assert entry.programs == ids(record, "program")
        assert entry.expeditions == ids(record, "expeditions")
        assert entry.stations == ids(record, "spacestations")
        assert entry.launches == tuple(one["id"].lower() for one in record["launches"] or ())
        assert entry.videos == tuple(one["url"] for one in record["vid_urls"])
        assert entry.type == record["type"]["id"]
        with pytest.raises(AttributeError):
            entry.unheard_of  # type: ignore[attr-defined]  # noqa: B018


def test_every_text_of_the_event_is_searched() -> None:
    for entry in held().entries:
        event = parse_event(RECORDS[entry.id])
        related = (
            *event.programs, *event.launches, *event.stations, *event.expeditions,
            *event.astronauts,
        )  # fmt: skip
        assert entry.text == "\n".join(
            [event.name, event.type.name, event.location, event.description]
            + [f"{agency.name} {agency.abbreviation}" for agency in event.agencies]
            + [member.name for member in related]
        )


def test_values_that_mean_nothing_are_left_out() -> None:
    record = next(iter(RECORDS.values())) | {
        "agencies": [{"id": "7"}, None, {"id": 8}],
        "program": {"id": 4},
        "launches": [{"id": "AB"}, 5],
        "vid_urls": [{"url": None}, {"url": "x"}],
        "expeditions": None,
    }
    del record["spacestations"]
    (entry,) = held({record["id"]: record}).entries
    assert (entry.agencies, entry.programs, entry.launches) == ((8,), (4,), ("ab",))
    assert (entry.videos, entry.expeditions, entry.stations) == (("x",), (), ())


def test_of_what_is_withdrawn_only_the_record_is_told() -> None:
    first, *others = sorted(RECORDS)
    holdings = held(withdrawn=(first,))
    assert [entry.id for entry in holdings.entries] == others
    assert set(holdings.tellings) == set(RECORDS)


def test_no_record_is_read_before_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    holdings = held()

    def forbidden(*_: object) -> None:
        raise AssertionError("a record was read")

    monkeypatch.setattr(canonical_json.Decoder, "members", forbidden)
    monkeypatch.setattr(canonical_json.Decoder, "spans", forbidden)
    entry = holdings.entries[0]
    assert (entry.name, entry.year) == (RECORDS[entry.id]["name"], entry.date and entry.date.year)
    with pytest.raises(AssertionError):
        entry.text  # noqa: B018


def test_a_record_is_told_in_its_own_words() -> None:
    tellings = held().tellings
    for number, record in RECORDS.items():
        telling, event = tellings[number], parse_event(record)
        assert telling.source_url == event.source_url
        assert json.loads(telling.json("detailed", record["url"])) == record


def test_an_entry_can_be_made_without_a_record() -> None:
    event: Event = parse_event(next(iter(RECORDS.values())))
    entry = Entry(
        id=1, name=event.name, slug="", date=None, last_updated=None, type=1, place="here"
    )
    assert (entry.agencies, entry.launches, entry.text) == ((), (), "")
