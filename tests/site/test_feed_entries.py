"""The entries of feeds about events."""

from events_archive.site.feed_entries import event_entry
from tests.factories import a_site, an_event


def test_a_chronological_entry_is_dated_by_the_event() -> None:
    event = an_event(309)
    entry = event_entry(a_site(event), event)
    when = event_entry(a_site(event), event, is_chronological=True)
    assert when.id == entry.id
    assert when.published == event.date.utc
    assert when.updated == entry.updated
