"""Events are made of all records that allow it; the others are reported."""

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


def test_an_invalid_record_is_reported_and_the_others_are_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    records = {record["id"]: record for record in json.loads(SEED_FILE.read_text("utf-8"))}
    records[309] = records[309] | {"date": "soon"}
    report = Console(stream=sys.stderr)
    events = load_events(Records().merged(records), report)
    assert len(events) == 9
    assert len(report.warnings) == 1
    assert "event 309 cannot be read: its date is 'soon'" in capsys.readouterr().err


def test_ten_of_a_thousand_invalid_records_are_reported() -> None:
    report = Console(stream=open(os.devnull, "w"), quiet=True)  # noqa: SIM115, PTH123
    with report.stream:
        load_events(Records().merged({n: {"id": n} for n in range(1, 1001)}), report)
    assert len(report.warnings) == 11
    assert "990 more events" in report.warnings[-1]
    assert " 1000)" in report.warnings[-1]


def test_the_events_that_a_clone_has_can_all_be_read() -> None:
    report = Console(stream=sys.stderr, quiet=True)
    assert load_events(load_records(SHIPPED), report)
    assert report.warnings == []
