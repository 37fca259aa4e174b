"""When events were published, changed and withdrawn, and which revision each of them is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from events_archive.model.event import Agency, Event, Update
from events_archive.model.publication import Publication
from events_archive.model.timestamps import FIRST_DATE
from events_archive.site.publications import Publications
from tests.factories import a_change, a_history, an_article, an_event, an_image

REFRESHED = datetime(2026, 9, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 9, 8, 12, tzinfo=UTC)
STAMP = datetime(2024, 3, 5, 17, 26, 40, tzinfo=UTC)
COMING = an_event(date="2026-12-24T18:00:00Z")


def _update(created: datetime | None) -> Update:
    return Update(id=1, comment="Noted", url="", author="", created=created)


def _publications(*changes, refreshed: datetime | None = REFRESHED, former=(), **state):
    history = a_history(*changes, last_full_refresh=refreshed, **state)
    today = (refreshed or REFRESHED).date()
    return Publications(history=history, today=today, former={one.event_id: one for one in former})


def _first(event: Event = COMING, *changes, **state) -> Publication:
    return _publications(*changes, **state).of(event)


def _next(before: Event, after: Event, *changes, refreshed=LATER, **state) -> tuple[bool, bool]:
    """Return whether the second look counts as a change, and whether the file has news."""
    former = _first(before)
    current = _publications(*changes, refreshed=refreshed, former=[former], **state).of(after)
    steps = {
        current.sequence - former.sequence,
        int(current.updated == refreshed) if current.updated != former.updated else 0,
        int(current.modified == refreshed) if current.modified != former.modified else 0,
    }
    assert current.published == former.published
    assert len(steps) == 1
    return steps == {1}, current != former


def test_an_event_is_published_when_it_is_first_seen() -> None:
    assert _first(first_seen={309: REFRESHED}).published == REFRESHED


def test_an_earlier_update_publishes_an_event() -> None:
    created = datetime(2023, 5, 1, tzinfo=UTC)
    event = replace(COMING, updates=(_update(None), _update(created)))
    assert _first(event, first_seen={309: REFRESHED}).published == created


def test_a_later_update_does_not_publish_an_event_again() -> None:
    first = datetime(2026, 8, 1, tzinfo=UTC)
    event = replace(COMING, updates=(_update(datetime(2026, 8, 20, tzinfo=UTC)),))
    assert _first(event, first_seen={309: first}).published == first


def test_an_event_that_was_over_at_first_sight_is_published_when_it_ended() -> None:
    event = an_event()
    publications = _publications(first_seen={309: REFRESHED})
    assert publications.of(event).published == event.date.utc
    assert publications.first(event, is_bounded=False).published == REFRESHED


def test_without_either_an_event_is_published_when_it_was_last_updated() -> None:
    assert _first().published == STAMP
    assert _first(replace(COMING, last_updated=None)).published == FIRST_DATE


def test_nothing_is_dated_after_the_last_refresh() -> None:
    future = datetime(2030, 1, 1, tzinfo=UTC)
    event = replace(COMING, updates=(_update(future),), last_updated=future)
    first = _first(event, first_seen={309: REFRESHED})
    assert first.published == first.updated == REFRESHED
    assert first.modified == FIRST_DATE


def test_a_change_without_a_new_last_updated_is_dated_by_the_history() -> None:
    seen = a_change("2026-05-01T00:00:00+00:00", is_live=False)
    assert _first(COMING, seen).updated == seen.observed


def test_an_event_of_a_first_refresh_is_not_updated_by_it() -> None:
    caught_up = a_change("2026-09-01T12:00:00+00:00", "added", is_live=False)
    fresh = a_change("2026-09-01T12:00:00+00:00", "added", is_live=True)
    assert _first(COMING, caught_up).updated == STAMP
    assert _first(COMING, fresh).updated == REFRESHED


def test_an_event_is_withdrawn_when_the_archive_saw_it() -> None:
    gone = a_change("2026-08-02T06:00:00+00:00", "withdrawn")
    withdrawn = {309: date(2026, 8, 1)}
    assert _publications(gone, withdrawn=withdrawn).withdrawn(COMING) == gone.observed
    unseen = _publications(withdrawn=withdrawn).withdrawn(COMING)
    assert unseen == datetime(2026, 8, 1, tzinfo=UTC)
    returned = a_change("2026-08-09T06:00:00+00:00", "returned")
    assert _publications(gone, returned).withdrawn(COMING) is None
    assert _first(COMING, gone, returned).modified == returned.observed


@pytest.mark.parametrize(
    "facts",
    [
        {"last_updated": REFRESHED + timedelta(days=3)},
        {"digest": "x", "source_url": "https://ll.example/2.4.0/events/309/"},
        {"slug": "event-309-2"},
        {"agencies": (Agency(id=1, name="ESA", abbreviation="", type=""),)},
    ],
)
def test_what_is_not_shown_changes_nothing(facts) -> None:
    assert _next(COMING, replace(COMING, **facts)) == (False, False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"name": "Other"}),
        ({}, {"updates": (_update(LATER),)}),
        ({"updates": (_update(STAMP),)}, {}),
        ({"image": an_image(credit="Wrong")}, {"image": an_image(credit="NASA")}),
    ],
)
def test_a_change_of_what_is_shown_is_one_revision_dated_by_its_observation(before, after) -> None:
    assert _next(replace(COMING, **before), replace(COMING, **after)) == (True, True)


def test_a_former_state_is_a_new_revision() -> None:
    first = _first()
    second = _publications(former=[first], refreshed=LATER).of(replace(COMING, name="Other"))
    third = _publications(former=[second], refreshed=LATER + timedelta(days=1)).of(COMING)
    assert [p.sequence - first.sequence for p in (first, second, third)] == [0, 1, 2]
    assert third.modified > second.modified


def test_the_history_tells_of_relations_once() -> None:
    seen = a_change(f"{LATER:%FT%T}Z", "changed", field="agencies", old=[], new=["ESA"])
    assert _next(COMING, COMING, seen) == (True, True)
    second = _publications(seen, refreshed=LATER, former=[_first()]).of(COMING)
    assert _publications(seen, refreshed=LATER, former=[second]).of(COMING) == second


def test_another_recipe_is_no_change_but_what_the_history_has_is_one() -> None:
    former = replace(_first(), shown="0:abc")
    other = replace(COMING, description="As another version of the code reads it.")
    taken_over = _publications(former=[former], refreshed=LATER).of(other)
    assert replace(taken_over, shown="0:abc") == former
    assert taken_over.shown == _first(other).shown
    seen = a_change(f"{LATER:%FT%T}Z", "changed", field="location")
    current = _publications(seen, former=[former], refreshed=LATER).of(other)
    assert (current.sequence, current.modified) == (former.sequence + 1, LATER)


def test_withdrawal_and_the_end_of_a_rough_date_are_revisions() -> None:
    assert _next(COMING, COMING, withdrawn={309: date(2026, 9, 2)}) == (True, True)
    month = an_event(date="2026-10-31T00:00:00Z", precision=7)
    assert _next(month, month, refreshed=datetime(2026, 10, 31, tzinfo=UTC)) == (False, False)
    assert _next(month, month, refreshed=datetime(2026, 11, 1, tzinfo=UTC)) == (True, True)


def test_what_a_clock_that_was_ahead_has_dated_is_put_right() -> None:
    ahead = datetime(2099, 1, 1, tzinfo=UTC)
    former = replace(_first(), updated=ahead, modified=ahead)
    assert former.not_after(LATER) == replace(former, updated=LATER, modified=LATER)
    assert former.not_after(ahead) == former


# Articles


def _with_articles(former: Publication, *articles, at: datetime | None) -> Publication:
    """Return what is published once the page lists ``articles``, which were fetched ``at``."""
    publications = _publications(refreshed=REFRESHED, former=[former])
    return replace(publications, articles={COMING.id: articles}, articles_refreshed=at).of(COMING)


def test_a_new_article_changes_the_page_and_not_the_event() -> None:
    before = _first()
    one, other = an_article(1), an_article(2)
    first = _with_articles(before, one, at=LATER)
    assert replace(first, articles="", articles_changed=None) == before
    assert (first.articles_changed, first.page_changed) == (LATER, LATER)
    assert _with_articles(first, one, at=LATER + timedelta(days=1)) == first
    second = _with_articles(first, one, other, at=LATER + timedelta(days=1))
    assert second.page_changed == LATER + timedelta(days=1)
    none = _with_articles(second, at=LATER + timedelta(days=2))
    assert (none.articles, none.page_changed) == ("", LATER + timedelta(days=2))


def test_what_is_not_shown_of_an_article_changes_nothing() -> None:
    first = _with_articles(_first(), an_article(1), at=LATER)
    same = an_article(7, url="https://news.example/1", title="Article 1", event_ids=(309, 7))
    assert _with_articles(first, same, at=LATER + timedelta(days=1)) == first
    renamed = an_article(1, site="Another name")
    changed = _with_articles(first, renamed, at=LATER + timedelta(days=1))
    assert changed.page_changed == LATER + timedelta(days=1)


def test_in_a_clone_an_article_is_dated_by_the_last_refresh_and_never_before_another() -> None:
    first = _with_articles(_first(), an_article(1), at=None)
    assert first.page_changed == REFRESHED
    second = _with_articles(first, an_article(2), at=LATER)
    third = _with_articles(second, an_article(3), at=None)
    assert third.page_changed == LATER
    assert third.not_after(REFRESHED).page_changed == REFRESHED
