"""The dates of events as news."""

from datetime import UTC, date, datetime

from events_archive.model.event import Update
from events_archive.site.publication_dates import FIRST_DATE, PublicationDates
from tests.factories import a_change, a_history, an_event

SWEEP = datetime(2026, 9, 1, 12, tzinfo=UTC)
STAMP = datetime(2024, 3, 5, 17, 26, 40, tzinfo=UTC)


def _update(created: datetime | None) -> Update:
    return Update(id=1, comment="Noted", url="", author="", created=created)


def _chronicle(*changes, limit: datetime | None = SWEEP, **ledger) -> PublicationDates:
    return PublicationDates(history=a_history(*changes, **ledger), last_refreshed=limit)


def test_first_sight_here_publishes_an_event() -> None:
    assert _chronicle(first_seen={309: SWEEP}).published(an_event()) == SWEEP


def test_an_update_older_than_first_sight_publishes_it() -> None:
    told = datetime(2023, 5, 1, tzinfo=UTC)
    event = an_event(updates=(_update(None), _update(told)))
    assert _chronicle(first_seen={309: SWEEP}).published(event) == told


def test_an_update_that_comes_later_does_not_publish_it_anew() -> None:
    first = datetime(2026, 8, 1, tzinfo=UTC)
    event = an_event(updates=(_update(datetime(2026, 8, 20, tzinfo=UTC)),))
    assert _chronicle(first_seen={309: first}).published(event) == first


def test_the_last_change_upstream_stands_in_where_nothing_else_is_known() -> None:
    assert _chronicle().published(an_event()) == STAMP
    assert _chronicle().published(an_event(last_updated=None)) == FIRST_DATE


def test_nothing_is_dated_after_the_last_contact() -> None:
    ahead = datetime(2030, 1, 1, tzinfo=UTC)
    event = an_event(updates=(_update(ahead),), last_updated=ahead)
    chronicle = _chronicle(first_seen={309: SWEEP})
    assert chronicle.published(event) == chronicle.updated(event) == SWEEP
    assert chronicle.last_modified(event) == FIRST_DATE


def test_a_silent_change_is_news_when_it_was_seen() -> None:
    seen = a_change("2026-05-01T00:00:00+00:00", is_live=False)
    assert _chronicle(seen).updated(an_event()) == seen.observed


def test_what_a_first_look_adds_is_not_news() -> None:
    caught_up = a_change("2026-09-01T12:00:00+00:00", "added", is_live=False)
    fresh = a_change("2026-09-01T12:00:00+00:00", "added", is_live=True)
    assert _chronicle(caught_up).updated(an_event()) == STAMP
    assert _chronicle(fresh).updated(an_event()) == SWEEP


def test_an_event_is_withdrawn_from_when_that_was_seen() -> None:
    gone = a_change("2026-08-02T06:00:00+00:00", "withdrawn")
    withdrawn = {309: date(2026, 8, 1)}
    assert _chronicle(gone, withdrawn=withdrawn).withdrawn(an_event()) == gone.observed
    unseen = _chronicle(withdrawn=withdrawn).withdrawn(an_event())
    assert unseen == datetime(2026, 8, 1, tzinfo=UTC)


def test_an_event_that_came_back_is_not_withdrawn() -> None:
    changes = (
        a_change("2026-08-02T06:00:00+00:00", "withdrawn"),
        a_change("2026-08-09T06:00:00+00:00", "returned"),
    )
    chronicle = _chronicle(*changes)
    assert chronicle.withdrawn(an_event()) is None
    assert chronicle.last_modified(an_event()) == changes[1].observed
