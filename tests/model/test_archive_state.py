"""What the archive remembers: changes as a reader would name them, and their sum."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from events_archive.model.archive_state import (
    ArchiveHistory,
    ArchiveState,
    Change,
    ChangeSummary,
    diff_events,
)
from events_archive.model.event import Agency
from events_archive.model.slugs import SlugRegistry
from tests.factories import EVA, a_link, a_video, an_event, an_event_date, an_image

MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 8, 6, tzinfo=UTC)


def a_change(event_id: int = 1, change_type: str = "moved", **facts: Any) -> Change:
    defaults: dict[str, Any] = {"observed": MONDAY, "field": "", "old": None, "new": None}
    return Change(
        event_id=event_id, change_type=change_type, **{**defaults, "is_live": True, **facts}
    )


def changed(**facts: Any) -> list[tuple[str, str]]:
    before = an_event(1, image=an_image(), links=(a_link(),), videos=(a_video(),))
    found = diff_events(before, replace(before, **facts), relations=True)
    return [(kind, field) for kind, field, _, _ in found]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"date": an_event_date("2021-07-05T00:11:00Z")}, [("moved", "moment")]),
        ({"date": an_event_date(precision=5)}, [("moved", "moment")]),
        ({"name": "New"}, [("renamed", "name")]),
        ({"name": "New", "slug": "new"}, [("renamed", "name"), ("renamed", "slug")]),
        ({"slug": "new"}, [("changed", "slug")]),
        ({"type": replace(EVA, name="Spacewalk")}, [("changed", "type")]),
        ({"description": "x"}, [("changed", "description")]),
        ({"location": "x"}, [("changed", "location")]),
        ({"image": None}, [("changed", "image")]),
        ({"links": ()}, [("changed", "links")]),
        ({"videos": ()}, [("changed", "videos")]),
        ({"agencies": (Agency(id=1, name="ESA", abbreviation="", type=""),)},
         [("changed", "agencies")]),
    ],
)  # fmt: skip
def test_a_change_is_named_by_what_a_reader_sees(
    facts: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert changed(**facts) == expected


@pytest.mark.parametrize(
    "facts",
    [
        {"last_updated": MONDAY},
        {"source_url": "https://elsewhere.example/"},
        {"digest": "x"},
        {
            "image": an_image(
                url="https://other.example/images/tiangong_eva_image_20210704082303.jpg"
            )
        },
        {"links": (a_link(title="New title"),)},
    ],
)
def test_noise_is_no_change(facts: dict[str, Any]) -> None:
    assert changed(**facts) == []


def test_relations_that_come_with_another_level_of_detail_are_no_change() -> None:
    before = an_event(1)
    after = replace(before, agencies=(Agency(id=1, name="ESA", abbreviation="", type=""),))
    assert list(diff_events(before, after, relations=False)) == []


def test_a_slip_tells_both_dates_with_their_precision() -> None:
    before = an_event(1, "2026-09-30T00:00:00Z", precision=7)
    after = an_event(1, "2026-09-28T11:45:11Z", precision=0)
    [(change_type, field, old, new)] = diff_events(before, after, relations=True)
    change = a_change(change_type=change_type, field=field, old=old, new=new)
    assert (change.old_date, change.new_date) == (before.date, after.date)
    assert change.old_date.display == "September 2026"


@pytest.mark.parametrize("value", [None, "x", {"date": "x", "precision": "y"}, {"date": None}, 5])
def test_a_date_that_history_does_not_hold_is_not_known(value: Any) -> None:
    assert a_change(old=value).old_date.precision == "unknown"


def test_a_summary_counts_events_and_says_it_in_a_line() -> None:
    changes = [
        a_change(1, "added"), a_change(2, "added"), a_change(3, "moved", field="moment"),
        a_change(3, "moved", field="moment"), a_change(3, "renamed"), a_change(4, "withdrawn"),
    ]  # fmt: skip
    summary = ChangeSummary.from_changes(changes)
    assert summary.text == "2 new, 1 moved, 1 renamed, 1 withdrawn"
    assert summary.counts == {"new": 2, "moved": 1, "renamed": 1, "withdrawn": 1}
    assert summary
    assert ChangeSummary.from_changes([]).text == "no changes"
    assert not ChangeSummary.from_changes([])


def test_the_last_contact_is_the_later_of_sweep_and_delta() -> None:
    assert ArchiveState().last_refreshed is None
    assert ArchiveState(last_full_refresh=MONDAY).last_refreshed == MONDAY
    assert (
        ArchiveState(last_full_refresh=MONDAY, last_incremental_refresh=TUESDAY).last_refreshed
        == TUESDAY
    )


def test_an_event_is_remembered_with_its_own_changes_only() -> None:
    changes = (a_change(1), a_change(2), a_change(1, observed=TUESDAY))
    ledger = ArchiveState(
        last_full_refresh=TUESDAY, first_seen={1: MONDAY}, withdrawn={2: date(2026, 9, 1)}
    )
    memory = ArchiveHistory(state=ledger, slugs=SlugRegistry(), changes=changes)
    one, two, three = memory.provenance(1), memory.provenance(2), memory.provenance(3)
    assert (one.first_seen, one.last_seen, one.withdrawn) == (MONDAY, TUESDAY.date(), None)
    assert one.changes == (changes[0], changes[2])
    assert (two.last_seen, two.withdrawn) == (date(2026, 9, 1), date(2026, 9, 1))
    assert (three.first_seen, three.changes) == (None, ())
    assert memory.is_withdrawn(2)
    assert not memory.is_withdrawn(1)


def test_the_latest_changes_are_those_of_the_last_contact_that_brought_any() -> None:
    changes = (a_change(1), a_change(2, observed=TUESDAY), a_change(3, observed=TUESDAY))
    memory = ArchiveHistory(state=ArchiveState(), slugs=SlugRegistry(), changes=changes)
    assert memory.latest_changes == changes[1:]
    assert memory.changes_since(MONDAY) == changes
    assert ArchiveHistory.empty().latest_changes == ()
    assert ArchiveHistory.empty().provenance(1).last_seen is None
