"""Changes of events: which differences count, and how changes are summed up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from events_archive.model.changes import count_changes, diff_events, summarize
from events_archive.model.event import Agency, Licence, Update
from tests.factories import EVA, a_change, a_link, a_video, an_event, an_event_date, an_image

MONDAY = "2026-09-07T06:00:00Z"
ESA = Agency(id=1, name="ESA", abbreviation="", type="")
SUNDAY = datetime(2026, 9, 6, tzinfo=UTC)
NOTE = Update(id=1, comment="Slipped", url="", author="x", created=None)


def changed(**facts: Any) -> list[tuple[str, str]]:
    """Return the change types and fields after ``facts`` of an event changed."""
    old = an_event(1, image=an_image(), links=(a_link(),), videos=(a_video(),))
    changes = diff_events(old, replace(old, **facts), relations=True)
    return [(change_type, field) for change_type, field, _, _ in changes]


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
        ({"agencies": (ESA,)}, [("changed", "agencies")]),
        ({"image": an_image(credit="NASA")}, [("changed", "credit")]),
        ({"image": an_image(licence=None)}, [("changed", "licence")]),
        ({"image": an_image(id=9, credit="NASA")}, [("changed", "image")]),
        ({"links": (a_link(title="New title"),)}, [("changed", "links")]),
        ({"videos": (a_video(publisher="ESA"),)}, [("changed", "videos")]),
        ({"updates": (NOTE,)}, [("changed", "updates")]),
        ({"stream_length": timedelta(hours=1)}, [("changed", "stream_length")]),
    ],
)  # fmt: skip
def test_each_field_that_readers_see_has_its_change_type(
    facts: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert changed(**facts) == expected


@pytest.mark.parametrize(
    "facts",
    [
        {"last_updated": datetime(2026, 9, 7, 6, tzinfo=UTC)},
        {"source_url": "https://elsewhere.example/"},
        {"digest": "x"},
        {
            "image": an_image(
                url="https://other.example/images/tiangong_eva_image_20210704082303.jpg"
            )
        },
        {"date": an_event_date("2021-07-04T00:11:30Z")},
    ],
)
def test_noise_is_no_change(facts: dict[str, Any]) -> None:
    assert changed(**facts) == []


def test_relations_are_not_compared_with_a_record_that_has_none() -> None:
    old = an_event(1)
    new = replace(old, agencies=(ESA,))
    assert list(diff_events(old, new, relations=False)) == []


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ({"image": an_image(credit="Wrong")}, {"image": an_image(credit="NASA")},
         "The credit of the picture changed from “Wrong” to “NASA”."),
        ({"image": an_image()}, {"image": an_image(licence=Licence(id=4, name="CC BY", url=""))},
         "The licence of the picture changed from “Unknown” to “CC BY”."),
        ({"image": an_image(licence=Licence(id=4, name="CC BY", url="https://a.example/"))},
         {"image": an_image(licence=Licence(id=4, name="CC BY", url="https://b.example/"))},
         "The licence of the picture changed."),
        ({}, {"updates": (NOTE,)}, "A note was added."),
        ({"updates": (NOTE, replace(NOTE, created=SUNDAY))}, {}, "2 notes were removed."),
        ({"updates": (NOTE,)}, {"updates": (replace(NOTE, author="y"),)}, "The notes changed."),
        ({"agencies": (ESA,)}, {"agencies": (replace(ESA, abbreviation="E"),)},
         "The agencies changed."),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words(
    before: dict[str, Any], after: dict[str, Any], text: str
) -> None:
    old = an_event(1)
    [(change_type, field, was, now)] = diff_events(
        replace(old, **before), replace(old, **after), relations=True
    )
    assert a_change(MONDAY, change_type, field=field, old=was, new=now).text == text


def test_a_move_holds_both_dates_with_their_precision() -> None:
    old = an_event(1, "2026-09-30T00:00:00Z", precision=7)
    new = an_event(1, "2026-09-28T11:45:11Z", precision=0)
    [(change_type, field, old_value, new_value)] = diff_events(old, new, relations=True)
    change = a_change(MONDAY, change_type, field=field, old=old_value, new=new_value)
    assert (change.old_date, change.new_date) == (old.date, new.date)
    assert change.old_date.display == "September 2026"


@pytest.mark.parametrize("value", [None, "x", {"date": "x", "precision": "y"}, {"date": None}, 5])
def test_a_value_that_is_no_date_is_an_unknown_date(value: Any) -> None:
    assert a_change(MONDAY, old=value).old_date.precision == "unknown"


def test_a_summary_counts_events_by_change_type() -> None:
    changes = [
        a_change(MONDAY, change_type, event_id)
        for event_id, change_type in (
            (1, "added"), (2, "added"), (3, "moved"), (3, "moved"), (3, "renamed"),
            (4, "withdrawn"),
        )
    ]  # fmt: skip
    assert summarize(changes) == "2 new, 1 moved, 1 renamed, 1 withdrawn"
    assert count_changes(changes) == {"new": 2, "moved": 1, "renamed": 1, "withdrawn": 1}
    assert summarize([]) == "no changes"
    assert count_changes([]) == {}
