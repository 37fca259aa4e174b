"""The entries of feeds: ids, titles and dates."""

from typing import Any

from events_archive.site.feed_entries import change_entries, event_entry
from tests.factories import a_change, a_history, a_site, an_event

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
        "Back again: US EVA-77 (September 2021)",
        "Withdrawn: US EVA-77 (September 2021)",
        "Renamed: US EVA-76 is now US EVA-77",
        "Moved: US EVA-76, from 4 July 2021, 00:11 UTC to September 2021",
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
    moved = a_change(observed, "moved", event_id=1, **MOVED)
    events = [an_event(n) for n in range(1, count + 1)]
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


def test_a_chronological_entry_is_dated_by_the_event() -> None:
    event = an_event(309)
    entry = event_entry(a_site(event), event)
    when = event_entry(a_site(event), event, is_chronological=True)
    assert when.id == entry.id
    assert when.published == event.date.utc
    assert when.updated == entry.updated
