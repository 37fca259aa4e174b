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


def test_the_provenance_of_an_event_holds_its_own_changes_only() -> None:
    changes = (
        a_change(ON_MONDAY, event_id=1),
        a_change(ON_MONDAY, event_id=2),
        a_change(ON_TUESDAY, event_id=1),
    )
    history = a_history(
        *changes,
        last_full_refresh=TUESDAY,
        first_seen={1: MONDAY},
        withdrawn={2: date(2026, 9, 1)},
    )
    one, two, three = (history.provenance(event_id) for event_id in (1, 2, 3))
    assert (one.first_seen, one.last_seen, one.withdrawn) == (MONDAY, TUESDAY.date(), None)
    assert one.changes == (changes[0], changes[2])
    assert (two.last_seen, two.withdrawn) == (date(2026, 9, 1), date(2026, 9, 1))
    assert (three.first_seen, three.changes) == (None, ())
    assert history.is_withdrawn(2)
    assert not history.is_withdrawn(1)


def test_the_latest_changes_are_those_of_the_last_refresh_that_brought_any() -> None:
    changes = tuple(
        a_change(observed, event_id=event_id)
        for observed, event_id in ((ON_MONDAY, 1), (ON_TUESDAY, 2), (ON_TUESDAY, 3))
    )
    history = a_history(*changes)
    assert history.latest_changes == changes[1:]
    assert history.changes_since(MONDAY) == changes
    assert history.changes_since_day(TUESDAY.date()) == changes[1:]
    assert history.changes_since_day(None) == history.latest_changes
    assert ArchiveHistory.empty().latest_changes == ()
    assert ArchiveHistory.empty().provenance(1).last_seen is None
