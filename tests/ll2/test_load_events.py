"""Loading events returns those of all valid records and warns of the others."""

import json
import os
import sys
from io import StringIO
from pathlib import Path

import pytest

from events_archive.console import Console
from events_archive.ll2.load import load_events, warn_of_invalid_records
from events_archive.ll2.parse import InvalidRecordError
from events_archive.ll2.parsed_events import PARSED_EVENTS_FILE, ParsedEvents
from events_archive.model.changes import shown_digest
from events_archive.store.checksum import remove_checksum
from events_archive.store.records import RecordLine, Records, load_records
from tests.ll2.test_parse import record_of
from tests.ll2_server import generate_records
from tests.store.record_files import records_of

PROJECT = Path(__file__).parents[2]
SHIPPED = PROJECT / "content_cache" / "events.jsonl"
SEED_FILE = PROJECT / "tests" / "data" / "seed_events.json"


def test_an_invalid_record_causes_a_warning_and_the_others_are_loaded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    records = {record["id"]: record for record in json.loads(SEED_FILE.read_text("utf-8"))}
    records[309] = records[309] | {"date": "soon"}
    console = Console(stream=sys.stderr)
    events = load_events(records_of(records), console)
    assert len(events) == 9
    assert len(console.warnings) == 1
    assert "event 309 cannot be read: its date is 'soon'" in capsys.readouterr().err


def test_of_a_thousand_invalid_records_ten_are_described() -> None:
    console = Console(stream=open(os.devnull, "w"), quiet=True)  # noqa: SIM115, PTH123
    with console.stream:
        load_events(records_of({n: {"id": n} for n in range(1, 1001)}), console)
    assert len(console.warnings) == 11
    assert console.warnings[-1].startswith("990 more events cannot be read (11, 12, ")
    assert console.warnings[-1].endswith(" 1000); they are left out")


@pytest.mark.parametrize(
    ("has_former", "count", "consequence"),
    [
        (False, 11, "1 more event cannot be read (11); it is left out"),
        (True, 11, "1 more event cannot be read (11); its last good version stays"),
        (True, 12, "2 more events cannot be read (11, 12); their last good versions stay"),
    ],
)
def test_the_last_warning_agrees_in_number(has_former: bool, count: int, consequence: str) -> None:
    console = Console(stream=StringIO(), quiet=True)
    errors = [InvalidRecordError(number, ["it is odd"]) for number in range(1, count + 1)]
    warn_of_invalid_records(errors, console, has_former=has_former)
    assert console.warnings[-1] == consequence


def test_the_records_of_a_clone_are_all_valid() -> None:
    console = Console(stream=sys.stderr, quiet=True)
    assert load_events(load_records(SHIPPED), console)
    assert console.warnings == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"id":309',
        b'{"id":309,"image":{"id":NaN}}',
        b'{"id":309,"image":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=["empty", "list", "half", "NaN", "deep"],
)
def test_a_line_that_is_not_a_json_object_causes_a_warning(data: bytes) -> None:
    console = Console(stream=sys.stderr, quiet=True)
    assert load_events(Records(lines={309: RecordLine(data)}), console) == []
    [warning] = console.warnings
    assert warning.startswith("event 309 cannot be read: ")


@pytest.mark.parametrize("depth", range(900, 1000, 10))
def test_a_deeply_nested_line_is_an_event_or_causes_a_warning(depth: int) -> None:
    console = Console(stream=sys.stderr, quiet=True)
    line = next(iter(load_records(SHIPPED).lines.values()))
    nested = line.data.removesuffix(b"}") + b',"z":' + b"[" * depth + b"]" * depth + b"}"
    events = load_events(Records(lines={309: RecordLine(nested)}), console)
    assert len(events) + len(console.warnings) == 1
    assert all("nested too deeply" in warning for warning in console.warnings)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_two_processes_load_what_one_loads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Even if servers of other tests run in threads of this process.
    monkeypatch.setattr("events_archive.workers.can_fork", lambda: True)
    records = {record["id"]: record for record in generate_records(600)}
    for id in list(records)[::30]:
        records[id] |= {"date": "soon"}
    for id in list(records)[1::30]:
        records[id] |= {"name": "x" * 3000}
    loaded = []
    for jobs in (1, 2):
        console, parsed = Console(stream=sys.stderr, quiet=True), ParsedEvents(tmp_path)
        events = load_events(records_of(records), console, parsed, jobs=jobs)
        loaded.append((events, console.warnings, parsed.of_this_run))
    assert len(loaded[0][1]) == 11 + 11
    assert loaded[0] == loaded[1]


def test_an_event_has_the_digest_of_its_line() -> None:
    records = load_records(SHIPPED)
    for event in load_events(records, Console(stream=sys.stderr, quiet=True)):
        assert event.digest == records.lines[event.id].digest


def saved_events(cache: Path) -> ParsedEvents:
    parsed = ParsedEvents(cache)
    load_events(load_records(SHIPPED), Console(stream=sys.stderr, quiet=True), parsed)
    parsed.save()
    return ParsedEvents(cache)


def test_saved_events_are_those_that_parsing_gives(tmp_path: Path) -> None:
    for records in (load_records(SHIPPED), records_of({r["id"]: r for r in generate_records(300)})):
        console = Console(stream=sys.stderr, quiet=True)
        parsed = ParsedEvents(tmp_path)
        events = load_events(records, console, parsed)
        parsed.save()
        saved = ParsedEvents(tmp_path).of_last_run
        assert [saved[event.digest] for event in events] == events
        assert all(event.shown == shown_digest(event) for event in saved.values())


def test_what_the_last_run_has_parsed_is_not_parsed_again(tmp_path: Path) -> None:
    parsed = saved_events(tmp_path)
    events = load_events(load_records(SHIPPED), Console(stream=sys.stderr, quiet=True), parsed)
    assert all(event is parsed.of_last_run[event.digest] for event in events)


def test_each_run_warns_of_values_that_are_too_long(tmp_path: Path) -> None:
    for _ in range(2):
        records = records_of({309: record_of(id=309, name="x" * 3000)})
        console = Console(stream=sys.stderr, quiet=True)
        parsed = ParsedEvents(tmp_path)
        load_events(records, console, parsed)
        parsed.save()
        assert len(console.warnings) == 1


def test_events_that_other_code_has_parsed_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert saved_events(tmp_path).of_last_run
    monkeypatch.setattr("events_archive.ll2.parsed_events.code_digest", lambda: "other")
    assert not ParsedEvents(tmp_path).of_last_run


def test_a_damaged_file_of_events_counts_as_missing(tmp_path: Path) -> None:
    assert saved_events(tmp_path).of_last_run
    path = tmp_path / PARSED_EVENTS_FILE
    content = path.read_bytes()
    damaged = (content[:-1], content.replace(b"EVA", b"eva", 1), remove_checksum(content), b"\n")
    for data in damaged:
        path.write_bytes(data)
        assert not ParsedEvents(tmp_path).of_last_run


def test_a_folder_in_place_of_the_file_of_events_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / PARSED_EVENTS_FILE).mkdir(parents=True)
    assert not saved_events(tmp_path).of_last_run
