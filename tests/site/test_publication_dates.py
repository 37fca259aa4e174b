"""When events were published, changed and withdrawn."""

from datetime import UTC, date, datetime

from events_archive.model.event import Update
from events_archive.site.publication_dates import FIRST_DATE, PublicationDates
from tests.factories import a_change, a_history, an_event

REFRESHED = datetime(2026, 9, 1, 12, tzinfo=UTC)
STAMP = datetime(2024, 3, 5, 17, 26, 40, tzinfo=UTC)


def _update(created: datetime | None) -> Update:
    return Update(id=1, comment="Noted", url="", author="", created=created)


def _dates(*changes, limit: datetime | None = REFRESHED, **state) -> PublicationDates:
    return PublicationDates(history=a_history(*changes, **state), last_refreshed=limit)


def test_an_event_is_published_when_it_is_first_seen() -> None:
    assert _dates(first_seen={309: REFRESHED}).published(an_event()) == REFRESHED


def test_an_earlier_update_publishes_an_event() -> None:
    created = datetime(2023, 5, 1, tzinfo=UTC)
    event = an_event(updates=(_update(None), _update(created)))
    assert _dates(first_seen={309: REFRESHED}).published(event) == created


def test_a_later_update_does_not_publish_an_event_again() -> None:
    first = datetime(2026, 8, 1, tzinfo=UTC)
    event = an_event(updates=(_update(datetime(2026, 8, 20, tzinfo=UTC)),))
    assert _dates(first_seen={309: first}).published(event) == first


def test_without_either_an_event_is_published_when_it_was_last_updated() -> None:
    assert _dates().published(an_event()) == STAMP
    assert _dates().published(an_event(last_updated=None)) == FIRST_DATE


def test_nothing_is_dated_after_the_last_refresh() -> None:
    future = datetime(2030, 1, 1, tzinfo=UTC)
    event = an_event(updates=(_update(future),), last_updated=future)
    dates = _dates(first_seen={309: REFRESHED})
    assert dates.published(event) == dates.updated(event) == REFRESHED
    assert dates.last_modified(event) == FIRST_DATE


def test_a_change_without_a_new_last_updated_is_dated_by_the_history() -> None:
    seen = a_change("2026-05-01T00:00:00+00:00", is_live=False)
    assert _dates(seen).updated(an_event()) == seen.observed


def test_an_event_of_a_first_refresh_is_not_updated_by_it() -> None:
    caught_up = a_change("2026-09-01T12:00:00+00:00", "added", is_live=False)
    fresh = a_change("2026-09-01T12:00:00+00:00", "added", is_live=True)
    assert _dates(caught_up).updated(an_event()) == STAMP
    assert _dates(fresh).updated(an_event()) == REFRESHED


def test_an_event_is_withdrawn_when_the_archive_saw_it() -> None:
    gone = a_change("2026-08-02T06:00:00+00:00", "withdrawn")
    withdrawn = {309: date(2026, 8, 1)}
    assert _dates(gone, withdrawn=withdrawn).withdrawn(an_event()) == gone.observed
    unseen = _dates(withdrawn=withdrawn).withdrawn(an_event())
    assert unseen == datetime(2026, 8, 1, tzinfo=UTC)


def test_an_event_that_returned_is_not_withdrawn() -> None:
    changes = (
        a_change("2026-08-02T06:00:00+00:00", "withdrawn"),
        a_change("2026-08-09T06:00:00+00:00", "returned"),
    )
    dates = _dates(*changes)
    assert dates.withdrawn(an_event()) is None
    assert dates.last_modified(an_event()) == changes[1].observed
