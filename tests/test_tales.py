"""What subscribers get over several refreshes, from states of the source that once went wrong.

A file of ``tests/data/tales/`` has steps: when the archive is refreshed, which events the source
has then, and where to look in the site (a path, and a pattern whose matches are collected).
"""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from events_archive.commands.build import publish
from events_archive.commands.fetch import load_site
from events_archive.console import Console
from events_archive.settings import Settings
from tests.conftest import PROJECT
from tests.ll2.archives import ROOT, Upstream
from tests.ll2_server import EventDatabase
from tests.ll2_server.sample_images import sample_image

TALES = PROJECT / "tests" / "data" / "tales"

Found = dict[tuple[str, str], list[str]]
"""What a step has found: the matches, by path and pattern."""


def play(name: str, folder: Path) -> list[Found]:
    """Return what the steps of a tale find."""
    tale = json.loads((TALES / f"{name}.json").read_text("utf-8"))
    return [_play_step(step, folder) for step in tale["steps"]]


def _play_step(step: dict[str, Any], folder: Path) -> Found:
    now = datetime.fromisoformat(step["now"]).astimezone(UTC)
    settings = Settings(
        cache=folder / "cache", output=folder / "output", api_url=ROOT, pictures=False, jobs=1,
        base_url="https://example.org/", max_age=timedelta(), full="--full" in step.get("args", ()),
    )  # fmt: skip
    upstream, console = Upstream(EventDatabase(step["events"], clock=now)), Console(quiet=True)
    site = load_site(settings, console, now=now, connect=upstream.connect)
    for image in site.catalogue.images:
        original = settings.cache / "originals" / image.key
        original.parent.mkdir(exist_ok=True)
        original.write_bytes(sample_image(image.key, "", 32))
    publish(site, console, None)
    return {
        (path, pattern): [match[0] for match in re.finditer(pattern, _read(settings.output / path))]
        for path, pattern in step.get("look") or ()
    }


def _read(path: Path) -> str:
    """Return the text of a file with its folded lines joined."""
    return path.read_bytes().decode().replace("\r\n ", "")


def _all(found: Found) -> str:
    return "\n".join("\n".join(matches) for matches in found.values())


def test_a_renamed_event_is_told_by_its_names_once(tmp_path: Path) -> None:
    *_, last = play("rename-is-told-by-slug", tmp_path)
    assert _all(last).count("US EVA-99 is now US EVA-100") == 1
    assert "us-eva" not in _all(last)


def test_timestamps_that_move_change_nothing_that_is_published(tmp_path: Path) -> None:
    _, before, after = play("stamps-move-nothing-changes", tmp_path)
    assert before == after
    assert "Brand new spacewalk" in _all(after)


def test_sixty_events_that_moved_at_once_are_all_told(tmp_path: Path) -> None:
    play("sixty-moved-at-once", tmp_path)
    feed = _read(tmp_path / "output/changes.rss")
    told = set(re.findall(r"Docking \d+\b", feed))
    [listed] = (tmp_path / "output").glob("changes/*.html")
    told |= set(re.findall(r"Docking \d+\b", _read(listed)))
    assert len(told) == 60


def test_a_stored_link_leads_to_the_same_event_whatever_its_slug_becomes(tmp_path: Path) -> None:
    play("stored-link-leads-to-another-event", tmp_path)
    output = tmp_path / "output"
    assert "<link>https://example.org/id/204.html" in _read(output / "feed.rss")
    assert "UID:ll2-event-204@" in _read(output / "id/204.ics")
    assert "SOURCE;VALUE=URI:https://example.org/id/204.ics" in _read(output / "id/204.ics")
    page = re.search(r'url=([^"]+)', _read(output / "id/204.html"))
    assert page
    assert "events/204/" in _read((output / "id" / page[1]).resolve())


def test_the_date_of_publication_stays_when_a_note_is_deleted(tmp_path: Path) -> None:
    before, after = play("a-deleted-note-moves-pubdate", tmp_path)
    assert before == after
    assert _all(after)


def test_a_corrected_credit_is_a_change(tmp_path: Path) -> None:
    before, after = play("a-corrected-credit-is-no-change", tmp_path)
    for place, matches in before.items():
        assert after[place] != matches, place
    sequences = [
        int(re.search(r"SEQUENCE:(\d+)", _all(found))[1])  # type: ignore[index]
        for found in (before, after)
    ]
    assert sequences[1] == sequences[0] + 1


def test_what_a_late_daily_refresh_finds_is_told_at_once(tmp_path: Path) -> None:
    *_, last = play("a-daily-timer-is-never-live", tmp_path)
    # That is its addition by the first refresh, and not the change that the second one found.
    assert _all(last).count("recorded later") == 1
    assert len(re.findall("<title>", _all(last))) > 1


def test_a_calendar_of_one_category_leaves_the_colour_to_its_subscriber(tmp_path: Path) -> None:
    [found] = play("colour-of-each-event", tmp_path)
    matches = {path: matches for (path, _), matches in found.items()}
    assert len(matches["types/eva.ics"]) == 2, "COLOR and X-APPLE-CALENDAR-COLOR of the calendar"
    assert len(matches["calendar.ics"]) >= 2, "one for each event"


@pytest.mark.extended
@pytest.mark.parametrize("name", sorted(path.stem for path in TALES.iterdir()))
def test_no_step_gives_two_entries_one_id(name: str, tmp_path: Path) -> None:
    play(name, tmp_path)
    for feed in (tmp_path / "output").glob("*.rss"):
        ids = re.findall(r"<guid[^>]*>([^<]+)", _read(feed))
        assert len(ids) == len(set(ids)), feed
