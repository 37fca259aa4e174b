"""What will be asked is decided from values alone, before the first request."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events_archive.ll2.refresh_plan import CacheStatus, RefreshPlan, format_age, plan_refresh
from events_archive.model.archive_state import ArchiveState
from events_archive.settings import Settings

NOW = datetime(2026, 9, 8, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SETTINGS = Settings()
LEDGER = ArchiveState(
    api_url=SETTINGS.api_url, mode="detailed", count=1071, last_full_refresh=NOW - DAY,
    last_incremental_refresh=NOW - 7 * HOUR,
)  # fmt: skip
FACTS = CacheStatus(present={1, 2}, newest=NOW - 9 * HOUR)


def planned(
    ledger: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    **settings: Any,
) -> RefreshPlan:
    return plan_refresh(
        replace(LEDGER, **ledger or {}),
        replace(FACTS, **facts or {}),
        replace(SETTINGS, **settings),
        NOW,
    )


def test_a_cache_that_is_old_enough_is_asked_for_what_changed() -> None:
    plan = planned()
    assert (plan.mode, plan.requests) == ("delta", 1)
    assert plan.since == NOW - 11 * HOUR
    assert plan.description == (
        "what changed since 2026-09-08 01:00 UTC is asked for: 1 request (asked 7 hours ago)"
    )


def test_a_fresh_cache_is_left_alone() -> None:
    plan = planned({"last_incremental_refresh": NOW - 5 * HOUR})
    assert (plan.mode, plan.requests) == ("nothing", 0)
    assert plan.description == "nothing is asked of LL2 (asked 5 hours ago)"


def test_a_clock_that_went_back_does_not_keep_the_cache_fresh() -> None:
    assert planned({"last_incremental_refresh": NOW + HOUR}).mode == "delta"


def test_nothing_is_asked_offline_whatever_the_cache_is_like() -> None:
    assert planned({"last_full_refresh": None}, offline=True, full=True).mode == "nothing"


@pytest.mark.parametrize(
    ("ledger", "facts", "settings", "why"),
    [
        ({"last_full_refresh": None, "last_incremental_refresh": None}, {}, {}, "the first one"),
        ({}, {"newest": None}, {}, "the first one"),
        ({"last_full_refresh": NOW - 7 * DAY}, {}, {}, "7 days ago"),
        ({"last_full_refresh": NOW + HOUR}, {}, {}, "clock"),
        ({}, {}, {"full": True}, "--full"),
        ({}, {"is_damaged": True}, {}, "damaged"),
        ({}, {"pages_done": 4}, {}, "interrupted after 4 pages"),
        ({}, {}, {"mode": "normal"}, "mode detailed"),
        ({}, {}, {"api_url": "https://lldev.example/"}, "ll.thespacedevs.com"),
    ],
)
def test_everything_is_asked_for_when_there_is_a_reason(
    ledger: dict[str, Any], facts: dict[str, Any], settings: dict[str, Any], why: str
) -> None:
    plan = planned(ledger, facts, **settings)
    assert plan.mode == "sweep"
    assert why in plan.description


def test_a_sweep_is_planned_against_the_budget() -> None:
    plan = planned(full=True)
    assert (plan.requests, plan.may_exceed_budget) == (11, False)
    assert "11 requests of the hour's 15" in plan.description
    assert planned({"count": None}, full=True).requests is None
    assert "that the first one tells" in planned({"count": None}, full=True).description


def test_what_is_left_of_a_sweep_is_planned() -> None:
    plan = planned(facts={"pages_done": 4})
    assert (plan.requests, plan.may_exceed_budget) == (7, True)


def test_the_budget_is_in_doubt_when_the_hour_was_used_or_does_not_suffice() -> None:
    assert planned({"last_incremental_refresh": NOW - HOUR / 2}, full=True).may_exceed_budget
    assert planned({"count": 1600}, full=True).may_exceed_budget


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=59), "just now"), (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23), "23 hours ago"), (timedelta(days=2), "2 days ago"),
        (timedelta(seconds=-1), "in the future by this computer's clock"),
    ],
)  # fmt: skip
def test_ages_are_told_in_words(age: timedelta, words: str) -> None:
    assert format_age(age) == words
