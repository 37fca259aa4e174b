"""What queries compare, and the record they return: the values as LL2 sent them."""

import json
from typing import Any

import pytest

from events_archive.ll2.parse import parse_event
from events_archive.model.event import Event
from events_archive.query.index import build_query_index
from events_archive.query.rows import ApiRecord, QueryIndex, QueryRow
from events_archive.store.records import Records
from tests.ll2_server import grow_records

RECORDS = {record["id"]: record for record in grow_records(40, seed=5)}


def held(
    records: dict[int, dict[str, Any]] = RECORDS, withdrawn: tuple[int, ...] = ()
) -> QueryIndex:
    events = [parse_event(record) for record in records.values()]
    return build_query_index(Records().merged(records), events, withdrawn)


def ids(record: dict[str, Any], relation: str) -> tuple[int, ...]:
    return tuple(member["id"] for member in record[relation] or ())


def test_what_can_be_asked_are_the_values_of_the_record() -> None:
    entries = held().rows
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
    for entry in held().rows:
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
    (entry,) = held({record["id"]: record}).rows
    assert (entry.agencies, entry.programs, entry.launches) == ((8,), (4,), ("ab",))
    assert (entry.videos, entry.expeditions, entry.stations) == (("x",), (), ())


def test_of_what_is_withdrawn_only_the_record_is_told() -> None:
    first, *others = sorted(RECORDS)
    holdings = held(withdrawn=(first,))
    assert [entry.id for entry in holdings.rows] == others
    assert set(holdings.api_records) == set(RECORDS)


def test_each_mode_adds_members_to_the_one_before_it() -> None:
    for number, record in RECORDS.items():
        api_record, event = held().api_records[number], parse_event(record)
        assert api_record.source_url == event.source_url
        assert json.loads(api_record.json("detailed", record["url"])) == record
        normal = json.loads(api_record.json("normal", record["url"]))
        listed = json.loads(api_record.json("list", record["url"]))
        assert normal.keys() - listed.keys() == {"updates", "last_updated"}
        assert normal == {key: record[key] for key in normal} | {"response_mode": "normal"}
        assert listed == {key: record[key] for key in listed} | {"response_mode": "list"}


def test_a_record_without_details_is_returned_in_normal_mode() -> None:
    api_record = ApiRecord(data=b'{"id":1,"response_mode":"normal","url":"y"}', source_url="")
    assert api_record.json("detailed", "x") == b'{"response_mode":"normal","url":"x","id":1}'
    assert api_record.json("list", "x", b',"y":2') == (
        b'{"response_mode":"list","url":"x","id":1,"y":2}'
    )


def test_values_of_a_record_are_returned_in_the_text_in_which_they_came() -> None:
    data = '{"id":1,"name":"\u2028\u00e9","x":[1.50,1e999,"\\u00e9"]}'
    api_record = ApiRecord(data=data.encode(), source_url="")
    members = data.removeprefix("{")
    assert api_record.json("list", "u") == f'{{"response_mode":"list","url":"u",{members}'.encode()


def test_an_entry_can_be_made_without_a_record() -> None:
    event: Event = parse_event(next(iter(RECORDS.values())))
    entry = QueryRow(
        id=1, name=event.name, slug="", date=None, last_updated=None, type=1, place="here"
    )
    assert (entry.agencies, entry.launches, entry.text) == ((), (), "")
