"""Whatever one record holds, it is one event that suffers, and a warning has its id."""

import json
import sys
from typing import Any

import pytest

from events_archive.console import Console
from events_archive.ll2.load import load_events, read_event
from events_archive.ll2.parse import parse_event
from events_archive.model.event import Event
from events_archive.source import bounds
from events_archive.store import canonical_json
from events_archive.store.records import RecordLine, Records, load_records
from tests.ll2.test_parse import link_of, record_of
from tests.store.record_files import records_of


def notes_on(**fields: Any) -> list[str]:
    notes: list[str] = []
    parse_event(record_of(**fields), "", notes)
    return notes


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


def test_a_number_that_clients_cannot_hold_counts_as_missing() -> None:
    agencies = [{"id": id, "name": "A"} for id in (2**63, 2**53, -1, 0, 2**53 - 1)]
    event = parse_event(record_of(agencies=agencies))
    assert [agency.id for agency in event.agencies] == [2**53 - 1]
    assert set(notes_on(agencies=agencies)) == {
        "its id is a number beyond 9,007,199,254,740,991: it is left out"
    }


def test_a_name_or_text_that_is_too_long_is_cut_with_an_ellipsis() -> None:
    event = parse_event(record_of(name="x" * 3000, description="y" * 50_000))
    assert event.name == "x" * bounds.MAX_LINE + "…"
    assert event.description == "y" * bounds.MAX_TEXT + "…"
    assert notes_on(name="x" * 3000) == ["its name has 3,000 characters: the first 2,048 are used"]


def test_a_url_that_is_too_long_is_left_out() -> None:
    links = [link_of(url="https://x.example/" + "a" * 2048)]
    assert parse_event(record_of(info_urls=links)).links == ()
    assert notes_on(info_urls=links) == ["its url has 2,066 characters: it is left out"]


def test_of_a_list_that_is_too_long_the_first_members_are_used() -> None:
    links = [link_of(url=f"https://x.example/{n}") for n in range(300)]
    assert len(parse_event(record_of(info_urls=links)).links) == bounds.MAX_MEMBERS
    assert notes_on(info_urls=links) == ["its info_urls are 300: the first 250 are used"]


@pytest.mark.parametrize("text", ["- " * 21 + "a", "x" * 16_385, "> 1. " * 11])
def test_a_text_that_markdown_cannot_take_is_noted(text: str) -> None:
    [note] = notes_on(description=text)
    assert note.endswith(": it is shown without its markup")
    assert notes_on(description="- " * 20 + "a\n" + "-" * 80 + "x" * 16_000) == []


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (nested(64), "nested too deeply"),
        (nested(900), "nested too deeply"),
        ("x" * 262_144, "it has 262,"),
    ],
    ids=["64", "900", "long"],
)
def test_a_record_that_is_too_deep_or_too_long_is_refused(field: Any, reason: str) -> None:
    console = Console(stream=sys.stderr)
    events = load_events(records_of({1: record_of(id=1), 309: record_of(z=field)}), console)
    assert [event.id for event in events] == [1]
    [warning] = console.warnings
    assert warning.startswith(f"event 309 cannot be read: {reason}")
    assert isinstance(read_event(309, RecordLine.encode(record_of(z=nested(63)))), Event)


def test_what_nobody_has_foreseen_is_an_error_of_one_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(text: object) -> None:
        if text == "PT1H":
            raise ZeroDivisionError

    monkeypatch.setattr("events_archive.ll2.parse.parse_duration", failing)
    console = Console(stream=sys.stderr)
    records = {1: record_of(id=1, duration="PT1H"), 2: record_of(id=2)}
    assert [event.id for event in load_events(records_of(records), console)] == [2]
    assert console.warnings == ["event 1 cannot be read: ZeroDivisionError(); it is left out"]


def test_warnings_of_values_beyond_a_bound_have_the_id_and_are_few() -> None:
    console = Console(stream=sys.stderr)
    load_events(records_of({n: record_of(id=n, name="x" * 3000) for n in range(1, 31)}), console)
    assert console.warnings[0] == "event 1: its name has 3,000 characters: the first 2,048 are used"
    assert console.warnings[10:] == ["20 more values are beyond the bounds of a record"]


@pytest.mark.parametrize("deep", ["[" * 5000 + "]" * 5000, '{"a":' * 5000 + "1" + "}" * 5000])
def test_of_a_response_that_is_nested_too_deeply_all_else_can_be_read(deep: str) -> None:
    data = f'{{"a": [1, "[{{\\"]", {deep}, 2.5, [[], {{}}]], "c": "é"}}'.encode()
    value = json.loads(canonical_json.pruned(data))
    assert (value["a"][:2], value["a"][3:], value["c"]) == ([1, '[{"]'], [2.5, [[], {}]], "é")
    assert canonical_json.encode(value)
    with pytest.raises(ValueError, match="nested too deeply"):
        canonical_json.decode(data)


@pytest.mark.parametrize("data", [b"[" * 5000, b"]" * 5000 + b"[", b'{"a": ', b'"[' + b"9" * 5000])
def test_a_broken_response_stays_broken(data: bytes) -> None:
    with pytest.raises(ValueError):
        canonical_json.decode(canonical_json.pruned(data))


def test_a_field_of_twenty_megabytes_is_refused_and_not_stored(tmp_path: Any) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(records_of({309: record_of(description="x" * 20_000_000)}).data)
    records: Records = load_records(path)
    console = Console(stream=sys.stderr)
    assert load_events(records, console) == []
    assert "it has 20,000," in console.warnings[0]
