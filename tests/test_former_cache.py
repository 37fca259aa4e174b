"""A cache from which an earlier version has published is taken over without a change of an entry.

``tests/data/former_cache/`` was filled, and its site built, by the last version that did not
remember what it published. ``expected.json`` has what subscribers got from that site.
"""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import icalendar
import pytest

from events_archive.commands.fetch import load_site
from events_archive.console import Console
from events_archive.settings import Settings
from tests.conftest import PROJECT, Build
from tests.ll2.archives import ROOT, Upstream
from tests.ll2_server import EventDatabase

FORMER = PROJECT / "tests" / "data" / "former_cache"


def _published(output: Path) -> dict[str, dict[str, list[str]]]:
    """Return dates, revisions and status of all entries, by file and id."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted([*output.glob("*.atom"), *output.glob("types/*.atom")]):
        feed = feedparser.parse(path.read_bytes())
        found[path.relative_to(output).as_posix()] = {
            "": [feed.feed.updated],
            **{entry.id: [entry.published, entry.updated] for entry in feed.entries},
        }
    for path in sorted([*output.glob("*.ics"), *output.glob("types/*.ics")]):
        found[path.relative_to(output).as_posix()] = {
            str(event["UID"]): [
                event[name].to_ical().decode()
                for name in ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "STATUS")
                if name in event
            ]
            for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
        }
    return found


@pytest.mark.parametrize("has_shipped_file", [False, True])
def test_a_former_cache_is_taken_over_as_it_was_published(
    build: Build, tmp_path: Path, has_shipped_file: bool
) -> None:
    expected = json.loads((FORMER / "expected.json").read_text("utf-8"))
    shutil.copytree(FORMER, tmp_path / "cache")
    if has_shipped_file:
        shutil.copy(PROJECT / "content_cache" / "publications.jsonl", tmp_path / "cache")
    run = build("--offline", "--base-url", "https://example.org/")
    published = _published(run.output)
    coarse = published.pop("calendar-approximate.ics")
    assert coarse
    # What is not known to the day has left the calendars to subscribe to, and nothing else.
    assert {path: entries for path, entries in published.items() if path in expected} == {
        path: {
            id: entry
            for id, entry in entries.items()
            if not (path.endswith(".ics") and path != "calendar-all.ics" and id in coarse)
        }
        for path, entries in expected.items()
    }
    assert coarse.items() <= expected["calendar-all.ics"].items()
    changes = (run.output / "changes.rss").read_text("utf-8")
    titles = set(re.findall(r"<title>Renamed: (.*)</title>", changes))
    assert titles == {
        "Starliner-57 Docking is now Renamed once", "Russian EVA-65 is now Moved and renamed",
    }  # fmt: skip
    files = {path: path.read_bytes() for path in run.cache.glob("*.json*")}
    build("--offline")
    assert {path: path.read_bytes() for path in run.cache.glob("*.json*")} == files


def test_stamps_that_move_before_it_is_taken_over_change_nothing(tmp_path: Path) -> None:
    expected = json.loads((FORMER / "expected.json").read_text("utf-8"))["calendar-all.ics"]
    shutil.copytree(FORMER, tmp_path / "cache")
    lines = (FORMER / "events.jsonl").read_text("utf-8").splitlines()
    withdrawn = json.loads((FORMER / "ledger.json").read_text("utf-8"))["withdrawn"]
    records = [record for record in map(json.loads, lines) if str(record["id"]) not in withdrawn]
    database = EventDatabase(records, clock=datetime(2026, 11, 30, tzinfo=UTC))
    edited = database.ids[0]
    for number in database.ids:
        database.change(number)
    database.change(edited, location="Elsewhere")
    settings = Settings(cache=tmp_path / "cache", api_url=ROOT, pictures=False, full=True)
    now = datetime(2026, 11, 30, 1, tzinfo=UTC)
    site = load_site(settings, Console(quiet=True), now=now, connect=Upstream(database).connect)
    for event in site.catalogue.all_events:
        sequence = int(expected[f"ll2-event-{event.id}@events-archive"][2])
        assert site.publications.of(event).sequence == sequence + (event.id == edited)
