"""What to request is decided from values alone, before the first request."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from events_archive.ll2.pagination import Pagination
from events_archive.ll2.refresh_plan import CacheState, plan_refresh
from events_archive.model.archive_state import ArchiveState
from events_archive.settings import Settings
from events_archive.source.api_page import ApiPage
from events_archive.source.checkpoint import PageRequest
from events_archive.source.refresh import RefreshPlan, format_age
from events_archive.store.records import RecordLine, Records

NOW = datetime(2026, 9, 8, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SETTINGS = Settings()
STATE = ArchiveState(
    api_url=SETTINGS.api_url, mode="detailed", count=1071, last_full_refresh=NOW - DAY,
    last_incremental_refresh=NOW - 7 * HOUR,
)  # fmt: skip
CACHE = CacheState(
    records=Records(lines={1: RecordLine(b"{}", NOW - DAY), 2: RecordLine(b"{}", NOW - 9 * HOUR)}),
    archive_state=STATE,
)
FETCHED = (PageRequest(role="next"), ApiPage(count=1071, has_next=False, records=()))
CHECKPOINT = Pagination(pages=(FETCHED,) * 4)


def planned(
    state: dict[str, Any] | None = None,
    cache: dict[str, Any] | None = None,
    **settings: Any,
) -> RefreshPlan:
    archive_state = replace(STATE, **state or {})
    return plan_refresh(
        replace(CACHE, archive_state=archive_state, **cache or {}),
        dataclasses.replace(SETTINGS, **settings),
        NOW,
    )


def test_an_old_cache_is_refreshed_incrementally() -> None:
    plan = planned()
    assert plan.mode == "incremental"
    assert plan.since == NOW - 11 * HOUR
    assert plan.sentence == (
        "Fetch changes since 2026-09-08 01:00 UTC: 1 request (last refreshed 7 hours ago)."
    )


def test_a_recent_cache_is_not_refreshed() -> None:
    plan = planned({"last_incremental_refresh": NOW - 5 * HOUR})
    assert plan.mode == "none"
    assert plan.sentence == "No request to LL2 (last refreshed 5 hours ago)."


def test_a_cache_from_the_future_is_refreshed() -> None:
    assert planned({"last_incremental_refresh": NOW + HOUR}).mode == "incremental"


def test_nothing_is_requested_offline_whatever_the_cache_is_like() -> None:
    assert planned({"last_full_refresh": None}, offline=True, full=True).mode == "none"


@pytest.mark.parametrize(
    ("state", "cache", "settings", "reason"),
    [
        ({"last_full_refresh": None, "last_incremental_refresh": None}, {}, {}, "the first one"),
        ({"last_full_refresh": None}, {}, {}, "there was no complete one yet"),
        ({"last_full_refresh": None, "api_url": ""}, {}, {}, "the first one in this clone"),
        ({}, {"records": Records()}, {}, "the first one"),
        ({"last_full_refresh": NOW - 7 * DAY}, {}, {}, "7 days ago"),
        ({"last_full_refresh": NOW + HOUR}, {}, {}, "clock"),
        ({}, {}, {"full": True}, "--full"),
        ({}, {"is_damaged": True}, {}, "damaged"),
        ({}, {"checkpoint": CHECKPOINT}, {}, "interrupted after 4 pages"),
        ({}, {}, {"mode": "normal"}, "mode detailed"),
        ({}, {}, {"api_url": "https://lldev.example/"}, "ll.thespacedevs.com"),
    ],
)
def test_a_full_refresh_is_planned_when_there_is_a_reason(
    state: dict[str, Any], cache: dict[str, Any], settings: dict[str, Any], reason: str
) -> None:
    plan = planned(state, cache, **settings)
    assert plan.mode == "full"
    assert reason in plan.sentence


def test_a_full_plan_has_the_number_of_requests() -> None:
    plan = planned(full=True)
    assert not plan.may_exceed_budget
    assert "11 requests of the 15 an hour" in plan.sentence
    assert "an unknown number" in planned({"count": None}, full=True).sentence


def test_a_resumed_refresh_is_planned_for_the_remaining_pages() -> None:
    plan = planned(cache={"checkpoint": CHECKPOINT})
    assert plan.may_exceed_budget
    assert "Fetch every event: 7 requests" in plan.sentence


def test_a_full_plan_after_a_recent_refresh_or_of_many_pages_may_exceed_the_budget() -> None:
    assert planned({"last_incremental_refresh": NOW - HOUR / 2}, full=True).may_exceed_budget
    assert planned({"count": 1600}, full=True).may_exceed_budget


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=59), "just now"), (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23), "23 hours ago"), (timedelta(days=2), "2 days ago"),
        (timedelta(seconds=-1), "in the future by this computer's clock"),
    ],
)  # fmt: skip
def test_ages_are_formatted_in_the_largest_unit(age: timedelta, text: str) -> None:
    assert format_age(age) == text
