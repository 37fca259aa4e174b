"""The query index: rows and records hold the values as LL2 sent them."""

import json
from typing import Any

from events_archive.ll2.parse import parse_event
from events_archive.query.index import ApiRecord, QueryIndex, build_query_index
from tests.ll2_server import generate_records
from tests.store.record_files import records_of

RECORDS = {record["id"]: record for record in generate_records(40, seed=5)}


def an_index(
    records: dict[int, dict[str, Any]] = RECORDS, withdrawn: tuple[int, ...] = ()
) -> QueryIndex:
    events = [parse_event(record) for record in records.values()]
    return build_query_index(records_of(records), events, withdrawn)


def ids(record: dict[str, Any], relation: str) -> tuple[int, ...]:
    return tuple(member["id"] for member in record[relation] or ())


def test_a_row_has_the_values_of_its_record() -> None:
    rows = an_index().rows
    assert [row.id for row in rows] == sorted(RECORDS)
    for row in rows:
        record = RECORDS[row.id]
        assert row.agencies == ids(record, "agencies")
        assert row.programs == ids(record, "program")
        assert row.expeditions == ids(record, "expeditions")
        assert row.stations == ids(record, "spacestations")
        assert row.launches == tuple(launch["id"].lower() for launch in record["launches"] or ())
        assert row.videos == tuple(video["url"] for video in record["vid_urls"])
        assert row.type == record["type"]["id"]


def test_a_place_has_the_names_of_the_api_and_of_the_archive() -> None:
    names = {row.place: row.places for row in an_index().rows}
    assert names["ISS"] == ("ISS", "International Space Station")
    assert names[""] == ("",)


def test_values_of_a_wrong_type_are_left_out() -> None:
    record = next(iter(RECORDS.values())) | {
        "agencies": [{"id": "7"}, None, {"id": 8}],
        "program": {"id": 4},
        "launches": [{"id": "AB"}, 5],
        "vid_urls": [{"url": None}, {"url": "x"}],
        "expeditions": None,
    }
    del record["spacestations"]
    (row,) = an_index({record["id"]: record}).rows
    assert (row.agencies, row.programs, row.launches) == ((8,), (4,), ("ab",))
    assert (row.videos, row.expeditions, row.stations) == (("x",), (), ())


def test_a_withdrawn_event_has_a_record_and_no_row() -> None:
    first, *others = sorted(RECORDS)
    index = an_index(withdrawn=(first,))
    assert [row.id for row in index.rows] == others
    assert set(index.api_records) == set(RECORDS)


def test_each_mode_adds_members_to_the_one_before_it() -> None:
    api_records = an_index().api_records
    for event_id, record in RECORDS.items():
        api_record = api_records[event_id]
        assert api_record.source_url == parse_event(record).source_url
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


def test_values_of_a_record_are_returned_in_their_original_spelling() -> None:
    data = '{"id":1,"name":"\u2028\u00e9","x":[1.50,1e999,"\\u00e9"]}'
    api_record = ApiRecord(data=data.encode(), source_url="")
    members = data.removeprefix("{")
    assert api_record.json("list", "u") == f'{{"response_mode":"list","url":"u",{members}'.encode()
