"""Feed readers and calendar programs read the feeds and calendars of every taxonomy.

Of each taxonomy the term with the most events is read.
"""

import json
import os
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import atoma
import fastfeedparser
import feedparser
import icalendar
import pytest
import vobject
from ical.calendar_stream import IcsCalendarStream

from events_archive.site.taxonomies import TAXONOMIES
from tests.browser import serve_folder
from tests.conftest import BASE_URL, Run
from tests.external_programs import require_program
from tests.test_vdirsyncer import CONFIGURATION

NAMES = [taxonomy.name for taxonomy in TAXONOMIES if taxonomy.feed_id]


@pytest.fixture(params=NAMES)
def stem(request: pytest.FixtureRequest, generated_run: Run) -> Path:
    """The path of a term's files without their suffix."""
    files = (generated_run.output / request.param).glob("*.reminders.ics")
    calendars = [path.with_name(path.name.replace(".reminders", "")) for path in files]
    return max(calendars, key=lambda path: (path.stat().st_size, path.name)).with_suffix("")


def _raw(stem: Path, suffix: str) -> bytes:
    return stem.with_name(stem.name + suffix).read_bytes()


def test_three_feed_readers_and_json_agree_on_the_entries(stem: Path) -> None:
    items = json.loads(_raw(stem, ".feed.json"))["items"]
    expected = [(item["id"], item["url"]) for item in items]
    assert len(expected) >= 3
    assert all(url.startswith(f"{BASE_URL}id/") for _, url in expected)
    for suffix in (".rss", ".atom"):
        feed = feedparser.parse(_raw(stem, suffix))
        assert not feed.bozo
        assert [(entry.id, entry.link) for entry in feed.entries] == expected
    for suffix in (".rss", ".atom", ".feed.json"):
        found = fastfeedparser.parse(_raw(stem, suffix)).entries
        assert [(entry.id, entry.link) for entry in found] == expected
    rss = atoma.parse_rss_bytes(_raw(stem, ".rss"))
    assert [(item.guid, item.link) for item in rss.items] == expected
    atom = atoma.parse_atom_bytes(_raw(stem, ".atom"))
    assert [(entry.id_, entry.links[0].href) for entry in atom.entries] == expected


def _read_by_icalendar(raw: bytes) -> dict[str, timedelta | None]:
    calendar = icalendar.Calendar.from_ical(raw)
    assert not calendar.errors
    return {
        str(event["UID"]): next((a.decoded("TRIGGER") for a in event.walk("VALARM")), None)
        for event in calendar.walk("VEVENT")
    }


def _read_by_vobject(raw: bytes) -> dict[str, timedelta | None]:
    events = vobject.readOne(raw.decode()).contents.get("vevent", [])
    return {
        event.uid.value: event.valarm.trigger.value if "valarm" in event.contents else None
        for event in events
    }


def _read_by_home_assistant(raw: bytes) -> dict[str, timedelta | None]:
    events = IcsCalendarStream.calendar_from_ics(raw.decode()).events
    return {event.uid: event.alarm[0].trigger if event.alarm else None for event in events}


READERS = (_read_by_icalendar, _read_by_vobject, _read_by_home_assistant)


@pytest.mark.parametrize("read", READERS[1:])
def test_calendar_readers_agree_on_the_events_and_alarms(
    stem: Path, generated_run: Run, read: Callable[[bytes], dict[str, timedelta | None]]
) -> None:
    calendar, twin = (_raw(stem, suffix) for suffix in (".ics", ".reminders.ics"))
    found, reminders = _read_by_icalendar(calendar), _read_by_icalendar(twin)
    assert read(calendar) == found
    assert read(twin) == reminders
    assert len(found) >= 3
    assert not any(found.values())
    assert reminders.keys() <= found.keys()
    rolling = _read_by_icalendar((generated_run.output / "calendar.reminders.ics").read_bytes())
    assert reminders == {uid: alarm for uid, alarm in rolling.items() if uid in found}


def test_vdirsyncer_stores_the_events_with_their_alarms(tmp_path: Path, generated_run: Run) -> None:
    program = require_program("vdirsyncer", package="vdirsyncer")
    raw = (generated_run.output / "calendar.reminders.ics").read_bytes()
    (tmp_path / "events").mkdir()
    with serve_folder(generated_run.output) as url:
        text = CONFIGURATION.format(folder=tmp_path, url=url)
        configuration = tmp_path / "vdirsyncer.conf"
        configuration.write_text(text.replace("calendar-all.ics", "calendar.reminders.ics"))
        for command in ("discover", "sync"):
            subprocess.run(
                [program, "-c", str(configuration), command],
                input="y\n", capture_output=True, text=True, check=True,
                env={**os.environ, "HOME": str(tmp_path)},
            )  # fmt: skip
    stored = [path.read_bytes() for path in (tmp_path / "events").iterdir()]
    for component in (b"BEGIN:VEVENT", b"BEGIN:VALARM"):
        assert sum(text.count(component) for text in stored) == raw.count(component) > 0
