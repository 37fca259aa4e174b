"""Loading events returns those of all valid records and warns of the others."""

import json
import os
import sys
from pathlib import Path

import pytest

from events_archive.console import Console
from events_archive.ll2.load_events import load_events
from events_archive.store.records import Records, load_records

PROJECT = Path(__file__).parents[2]
SHIPPED = PROJECT / "content_cache" / "events.jsonl"
SEED_FILE = PROJECT / "tests" / "data" / "seed_events.json"


def test_an_invalid_record_causes_a_warning_and_the_others_are_loaded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    records = {record["id"]: record for record in json.loads(SEED_FILE.read_text("utf-8"))}
    records[309] = records[309] | {"date": "soon"}
    console = Console(stream=sys.stderr)
    events = load_events(Records().merged(records), console)
    assert len(events) == 9
    assert len(console.warnings) == 1
    assert "event 309 cannot be read: its date is 'soon'" in capsys.readouterr().err


def test_of_a_thousand_invalid_records_ten_are_described() -> None:
    console = Console(stream=open(os.devnull, "w"), quiet=True)  # noqa: SIM115, PTH123
    with console.stream:
        load_events(Records().merged({n: {"id": n} for n in range(1, 1001)}), console)
    assert len(console.warnings) == 11
    assert "990 more events" in console.warnings[-1]
    assert " 1000)" in console.warnings[-1]


def test_the_records_of_a_clone_are_all_valid() -> None:
    console = Console(stream=sys.stderr, quiet=True)
    assert load_events(load_records(SHIPPED), console)
    assert console.warnings == []
