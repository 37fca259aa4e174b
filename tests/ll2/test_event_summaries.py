"""An extract of an event is the event: what it leaves out is read when it is asked for."""

import marshal
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from events_archive.console import Report
from events_archive.ll2.event_summaries import EXTRACTS_FILE, event_of, extract_of
from events_archive.ll2.lazy_event import DETAILS
from events_archive.ll2.load_events import EventReader, read_events
from events_archive.ll2.memo import Readings
from events_archive.ll2.parse import (
    UnreadableRecord,
    details_of,
    parse_event,
    parse_headline,
)
from events_archive.model.event import Event
from events_archive.store.records import load_records
from events_archive.workers import can_share
from tests.ll2_server import grow_records
from tests.store.saved import save_records

RECORDS = {record["id"]: record for record in grow_records(120, pictures=20)}


def _values(event: Event) -> dict[str, object]:
    return {field.name: getattr(event, field.name) for field in fields(Event)}


@pytest.mark.parametrize("record_id", list(RECORDS)[::4])
def test_every_value_is_that_of_the_event(record_id: int) -> None:
    whole = parse_event(RECORDS[record_id], "digest")
    asked: list[None] = []

    def details(record: dict[str, Any]) -> dict[str, Any]:
        asked.append(None)
        return details_of(record)

    late = (details, RECORDS[record_id])
    event = event_of(extract_of(whole, Readings()), "digest", Readings(), *late)
    assert event.first_noted == whole.first_noted
    assert event.sort_key == whole.sort_key
    assert not asked
    assert _values(event) == _values(whole)
    assert len(asked) == 1
    with pytest.raises(AttributeError):
        event.unheard_of  # noqa: B018


@pytest.mark.parametrize("record_id", list(RECORDS)[::4])
def test_what_is_read_late_is_what_is_read_at_once(record_id: int) -> None:
    whole = parse_event(RECORDS[record_id], "digest")
    event = parse_headline(RECORDS[record_id], "digest", Readings())
    assert event.first_noted == whole.first_noted
    assert event.__dict__.keys().isdisjoint(DETAILS)
    assert _values(event) == _values(whole)
    assert event.__dict__.keys() >= set(DETAILS)


def _cache(folder: Path) -> Path:
    records = dict(list(RECORDS.items())[:20])
    broken = {**records[min(records)], "id": 10**6, "name": None}
    save_records(folder / "events.jsonl", {**records, 10**6: broken})
    return folder


def _read(cache: Path, *, processes: int = 1) -> tuple[list[Event], Report]:
    report, reader = Report(quiet=True), EventReader.open(cache, processes=processes)
    events = read_events(load_records(cache / "events.jsonl", reader), report, reader)
    reader.keep(cache, events)
    return events, report


def test_a_second_run_decodes_no_record_that_it_can_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = _read(_cache(tmp_path))
    decoded: list[int] = []
    real = parse_headline

    def noting(record: dict, *others: Any) -> Event:
        decoded.append(record["id"])
        return real(record, *others)

    monkeypatch.setattr("events_archive.ll2.load_events.parse_headline", noting)
    second, report = _read(tmp_path)
    # The one that cannot be read is tried each time, and told each time.
    assert decoded == [10**6]
    assert "event 1000000 cannot be read" in report.warnings[0]
    assert [event.name for event in second] == [event.name for event in first]
    assert [_values(event) for event in second] == [_values(event) for event in first]


def test_what_events_share_is_kept_once_and_shared_again(tmp_path: Path) -> None:
    whole = next(record for record in RECORDS.values() if record["image"] and record["program"])
    save_records(tmp_path / "events.jsonl", {n: whole | {"id": n} for n in range(1, 9)})
    _read(tmp_path)
    _, first, *others = _read(tmp_path)[0]
    for event in others:
        assert event.image is first.image
        assert event.programs is first.programs
    # The first line tells what to expect of the others, and shares nothing with them yet.
    assert (tmp_path / EXTRACTS_FILE).read_bytes().count(whole["image"]["name"].encode()) == 2


@pytest.mark.parametrize("damage", [b"", b"torn", b"(\x02\x00\x00\x00NN"])
def test_damaged_extracts_are_made_again(tmp_path: Path, damage: bytes) -> None:
    first, _ = _read(_cache(tmp_path))
    kept = (tmp_path / EXTRACTS_FILE).read_bytes()
    (tmp_path / EXTRACTS_FILE).write_bytes(damage)
    second, _ = _read(tmp_path)
    assert [_values(event) for event in second] == [_values(event) for event in first]
    assert (tmp_path / EXTRACTS_FILE).read_bytes() == kept


def test_extracts_of_other_code_are_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _read(_cache(tmp_path))
    monkeypatch.setattr("events_archive.ll2.event_summaries.code_state", lambda: b"other")
    assert EventReader.open(tmp_path)._extracts == {}


def test_where_they_cannot_be_kept_the_next_run_reads_the_records(tmp_path: Path) -> None:
    _cache(tmp_path)
    (tmp_path / "builds").write_text("a file stands in the way")
    first, _ = _read(tmp_path)
    second, _ = _read(tmp_path)
    assert [_values(event) for event in second] == [_values(event) for event in first]


@pytest.mark.skipif(not can_share(), reason="one processor, or no fork")
def test_many_new_records_are_read_by_two_processes_as_by_one(tmp_path: Path) -> None:
    template = list(RECORDS.values())
    records = {n: template[n % len(template)] | {"id": n} for n in range(1, 2_500)}
    records[77] = records[77] | {"name": None}
    records[2_400] = records[2_400] | {"name": None}
    alone, together = tmp_path / "alone", tmp_path / "together"
    for cache in (alone, together):
        save_records(cache / "events.jsonl", records)
        # Somebody has edited the file: white space is not how we write it.
        lines = (cache / "events.jsonl").read_bytes().splitlines(keepends=True)
        lines[1_000] = b" " + lines[1_000]
        lines[2_000] = b"{torn\n"
        (cache / "events.jsonl").write_bytes(b"".join(lines))
    (one, said_by_one), (two, said_by_two) = _read(alone), _read(together, processes=2)
    assert [_values(event) for event in two] == [_values(event) for event in one]
    assert len(one) == 2_496
    here, there = str(alone), str(together)
    assert said_by_two.warnings == [said.replace(here, there) for said in said_by_one.warnings]
    assert len(said_by_two.warnings) == 3
    kept = [marshal.loads((cache / EXTRACTS_FILE).read_bytes())[1] for cache in (alone, together)]
    assert kept[0] == kept[1]


def test_an_unreadable_record_stays_unreadable() -> None:
    reader = EventReader()
    (line,) = load_lines(b'{"id":5,"name":null}')
    for _ in range(2):
        with pytest.raises(UnreadableRecord):
            reader.event(line)


def load_lines(*data: bytes) -> list:
    from events_archive.store.records import Line, digest  # noqa: PLC0415

    return [Line(one, digest(one)) for one in data]
