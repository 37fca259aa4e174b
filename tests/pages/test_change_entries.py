"""The entries of the feed of changes, and its documents."""

import re
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest

from events_archive.pages.change_entries import change_entries
from events_archive.pages.feed_pages import feed_dates, feed_pages
from tests.factories import a_change, a_history, a_site, an_event
from tests.render.rendered import render_site

MOVED = {
    "field": "moment",
    "old": {"date": "2021-07-04T00:11:00Z", "precision": 1},
    "new": {"date": "2021-09-30T00:00:00Z", "precision": 7},
}


def _entries(*changes, events=None, **state: Any):
    site = a_site(*(events or [an_event(309)]), history=a_history(*changes, **state))
    return list(change_entries(site))


def _titles(*changes, **facts: Any) -> list[str]:
    return [entry.title for entry in _entries(*changes, **facts)]


def test_each_type_of_change_has_a_title() -> None:
    event = an_event(309, "2021-09-30T00:00:00Z", precision=7, name="US EVA-77")
    changes = (
        a_change("2021-06-01T00:00:00+00:00", "added"),
        a_change("2021-06-02T00:00:00+00:00", "moved", **MOVED),
        a_change("2021-06-03T00:00:00+00:00", "renamed", old="US EVA-76", new="US EVA-77"),
        a_change("2021-06-04T00:00:00+00:00", "withdrawn"),
        a_change("2021-06-05T00:00:00+00:00", "returned"),
        a_change("2021-06-06T00:00:00+00:00", "changed", field="description"),
    )
    assert _titles(*changes, events=[event]) == [
        "Changed: US EVA-77. The description changed",
        "Back again: US EVA-77 (September 2021)",
        "Withdrawn: US EVA-77 (September 2021)",
        "Renamed: US EVA-76 is now US EVA-77",
        "Moved: US EVA-76, from 4 July 2021, 00:11 UTC to September 2021, at least 59 days later",
        "New: US EVA-76 (4 July 2021, 00:11 UTC)",
    ]


def test_the_title_of_a_change_stays_when_the_event_changes_again() -> None:
    added = a_change("2021-06-01T00:00:00+00:00", "added")
    renamed = a_change("2022-06-01T00:00:00+00:00", "renamed", old="Event 309", new="Other")
    moved = a_change("2023-06-01T00:00:00+00:00", "moved", **MOVED)
    after = an_event(309, "2021-09-30T00:00:00Z", precision=7, name="Other")
    before = _entries(added)[-1]
    assert _entries(added, renamed, moved, events=[after])[-1].title == before.title


def test_the_id_of_a_change_has_the_event_the_time_and_the_type() -> None:
    (entry,) = _entries(a_change("2021-06-02T03:04:05+00:00", "withdrawn"))
    observed = "20210602T030405Z"
    assert entry.id == f"tag:thespacedevs.com,2020:ll2:change:309:{observed}:withdrawn"
    assert entry.id_parts == ("309", observed, "withdrawn")


def test_a_change_of_an_event_that_cannot_be_shown_is_left_out() -> None:
    assert _titles(a_change("2021-06-01T00:00:00+00:00", "moved", event_id=7, **MOVED)) == []


def _added(count: int, *, is_live: bool) -> list[str]:
    observed = "2026-09-01T12:00:00+00:00"
    changes = [
        a_change(observed, "added", event_id=n, is_live=is_live) for n in range(1, count + 1)
    ]
    moved = a_change(observed, "moved", event_id=0, **MOVED)
    events = [an_event(n) for n in range(count + 1)]
    return _titles(*changes, moved, events=events)


def test_the_events_of_a_first_refresh_share_one_entry() -> None:
    titles = _added(1050, is_live=False)
    assert len(titles) == 2
    assert "1,050 events joined the archive" in titles
    assert any(title.startswith("Moved") for title in titles)


def test_up_to_fifty_events_added_late_have_entries_of_their_own() -> None:
    assert len(_added(50, is_live=False)) == 51
    assert len(_added(51, is_live=False)) == 2


def test_any_number_of_new_events_have_entries_of_their_own() -> None:
    assert len(_added(51, is_live=True)) == 52


RENAMED = {"field": "name", "old": "US EVA-99", "new": "US EVA-100"}
SLUG = {"field": "slug", "old": "us-eva-99", "new": "us-eva-100"}
OBSERVED = "2026-01-11T06:17:00+00:00"


def _several():
    return (
        a_change(OBSERVED, "moved", **MOVED),
        a_change(OBSERVED, "renamed", **RENAMED),
        a_change(OBSERVED, "renamed", **SLUG),
        a_change(OBSERVED, "changed", field="location", old="ISS", new="Moon"),
    )


def test_what_one_refresh_found_about_an_event_is_one_entry_in_words() -> None:
    (entry,) = _entries(*_several())
    assert entry.title == (
        "US EVA-99 is now US EVA-100, moved from 4 July 2021, 00:11 UTC to September 2021, "
        "at least 59 days later; the place changed from “ISS” to “Moon”"
    )
    assert entry.id.endswith(":change:309:20260111T061700Z:renamed")
    assert entry.url == "id/309.html"
    (unnamed,) = _entries(*(c for c in _several() if c.change_type != "renamed"))
    assert unnamed.title.startswith("Event 309, moved from 4 July 2021, 00:11 UTC to")
    (returned,) = _entries(a_change(OBSERVED, "returned"), *_several()[:1])
    assert "moved from" in returned.title
    assert "back again (4 July 2021, 00:11 UTC)" in returned.title


def test_what_an_earlier_version_has_published_stays_as_it_was() -> None:
    since = datetime.fromisoformat(OBSERVED)
    entries = _entries(*_several(), changes_combined_since=since)
    assert [entry.id_parts[-1] for entry in entries] == ["renamed", "moved"]
    assert entries[0].title == "Renamed: US EVA-99 is now US EVA-100"
    moves = [a_change(OBSERVED, "moved", event_id=n, **MOVED) for n in range(60)]
    events = [an_event(n) for n in range(60)]
    assert len(_entries(*moves, events=events, changes_combined_since=since)) == 60


@pytest.mark.parametrize("change_type", ["moved", "renamed", "changed", "withdrawn", "returned"])
def test_many_changes_of_one_type_are_one_entry_that_has_them_all(change_type: str) -> None:
    facts = {"moved": MOVED, "renamed": RENAMED}.get(change_type, {"field": "links"})
    changes = [a_change(OBSERVED, change_type, event_id=n, **facts) for n in range(60)]
    site = a_site(*(an_event(n) for n in range(60)), history=a_history(*changes))
    (entry,) = change_entries(site)
    assert entry.title.startswith("60 events ")
    assert len({member.id for member in entry.members}) == 60
    paths = (entry.url, "subscribe.html")
    html = render_site(site, lambda page: page.path in paths)
    assert html[entry.url].count(b"events/event-") == 60
    assert entry.url.encode() in html["subscribe.html"]
    content = feedparser.parse(render_site(site)["changes.atom"]).entries[0].content[0].value
    assert len(re.findall(r'href="[^"]*id/\d+\.html"', content)) == 60


def _documents(*months: str, today: str) -> dict[str, list[str]]:
    """Return the ids of entries in the Atom documents of ``changes``, ten observed each month."""
    changes = [
        a_change(f"{month}-{day:02}T00:00:00Z", "withdrawn") for month in months
        for day in range(1, 28)
    ]  # fmt: skip
    site = a_site(an_event(309), history=a_history(*changes), today=today)
    pages = (page for page in feed_pages(site) if page.path.startswith("changes"))
    return {
        page.path: [entry.id for entry in page.context["feed"].entries]
        for page in pages
        if page.path.endswith(".atom")
    }


def test_a_month_of_changes_is_a_document_once_it_is_over_and_never_changes() -> None:
    months = ("2026-01", "2026-02", "2026-03")
    assert set(_documents(*months[:1], today="2026-01-28")) == {"changes.atom"}
    in_march = _documents(*months, today="2026-03-28")
    in_april = _documents(*months, "2026-04", today="2026-04-28")
    assert set(in_march) == {"changes.atom", "changes/2026-01.atom", "changes/2026-02.atom"}
    assert len(in_march["changes.atom"]) == 50
    assert {path: in_april[path] for path in in_march if "/" in path} == {
        path: ids for path, ids in in_march.items() if "/" in path
    }
    assert len({id for ids in in_april.values() for id in ids}) == 4 * 27


def test_the_feed_of_changes_has_all_that_is_in_no_document_yet() -> None:
    changes = [
        a_change(f"2026-0{month}-{day:02}T{hour:02}:00:00Z", "withdrawn")
        for month in (1, 2) for day in range(1, 21) for hour in range(4)
    ]  # fmt: skip
    site = a_site(an_event(309), history=a_history(*changes), today="2026-02-25")
    feeds = {page.path: page.context["feed"] for page in feed_pages(site)}
    assert len(feeds["changes.rss"].entries) == 80
    assert feeds["changes.rss"].prev_archive == "changes/2026-01"


def test_the_date_of_a_feed_does_not_go_back_when_its_newest_entry_leaves() -> None:
    former = datetime(2026, 1, 11, tzinfo=UTC)
    state = {"feed_dates": {"types/eva": former}, "withdrawn": {309: former.date()}}
    pages = list(feed_pages(a_site(an_event(309), history=a_history(**state))))
    (feed,) = (page.context["feed"] for page in pages if page.path == "types/eva.atom")
    assert feed.entries == ()
    assert feed.updated == feed_dates(pages)["types/eva"] == former
