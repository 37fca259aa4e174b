"""The archive's own knowledge of events: when they were seen, and how they changed."""

from datetime import UTC, date, datetime

from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from tests.factories import a_change, a_history

MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 8, 6, tzinfo=UTC)
ON_MONDAY, ON_TUESDAY = MONDAY.isoformat(), TUESDAY.isoformat()


def test_the_last_refresh_is_the_later_of_the_last_full_and_the_last_incremental_one() -> None:
    assert ArchiveState().last_refreshed is None
    assert ArchiveState(last_full_refresh=MONDAY).last_refreshed == MONDAY
    state = ArchiveState(last_full_refresh=MONDAY, last_incremental_refresh=TUESDAY)
    assert state.last_refreshed == TUESDAY


def test_an_event_has_its_own_changes_and_the_day_it_was_last_seen() -> None:
    changes = (
        a_change(ON_MONDAY, event_id=1),
        a_change(ON_MONDAY, event_id=2),
        a_change(ON_TUESDAY, event_id=1),
    )
    history = a_history(
        *changes,
        last_full_refresh=TUESDAY,
        withdrawn={2: date(2026, 9, 1)},
    )
    assert history.last_seen(1) == TUESDAY.date()
    assert history.changes_of(1) == (changes[0], changes[2])
    assert history.last_seen(2) == date(2026, 9, 1)
    assert history.changes_of(3) == ()


def test_the_latest_changes_are_those_of_the_last_refresh_that_brought_any() -> None:
    changes = tuple(
        a_change(observed, event_id=event_id)
        for observed, event_id in ((ON_MONDAY, 1), (ON_TUESDAY, 2), (ON_TUESDAY, 3))
    )
    history = a_history(*changes)
    assert history.changes_since(None) == changes[1:]
    assert history.changes_since(MONDAY.date()) == changes
    assert history.changes_since(TUESDAY.date()) == changes[1:]
    assert ArchiveHistory().changes_since(None) == ()
    assert ArchiveHistory().last_seen(1) is None
