"""A cache from which an earlier version has published is taken over without a change of an entry.

``tests/data/former_cache/`` was filled, and its site built, by the last version that did not
remember what it published. ``expected.json`` has what subscribers got from that site.
"""

import json
import re
import shutil
from pathlib import Path

import feedparser
import icalendar

from tests.conftest import PROJECT, Build

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


def test_a_former_cache_is_taken_over_as_it_was_published(build: Build, tmp_path: Path) -> None:
    expected = json.loads((FORMER / "expected.json").read_text("utf-8"))
    shutil.copytree(FORMER, tmp_path / "cache")
    run = build("--offline", "--base-url", "https://example.org/")
    assert _published(run.output) == expected
    changes = (run.output / "changes.rss").read_text("utf-8")
    titles = set(re.findall(r"<title>Renamed: (.*)</title>", changes))
    assert titles == {
        "Starliner-57 Docking is now Renamed once", "Russian EVA-65 is now Moved and renamed",
    }  # fmt: skip
    files = {path: path.read_bytes() for path in run.cache.glob("*.json*")}
    build("--offline")
    assert {path: path.read_bytes() for path in run.cache.glob("*.json*")} == files
