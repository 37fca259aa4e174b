"""The next events, in one small file for the whole site and one for each type."""

from collections.abc import Iterator

from events_archive.model.catalogue import Events
from events_archive.site import urls
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site

MAX_NEXT = 5
"""How many events one of these files has at most."""

NEXT_MEMBERS = (
    ("made", "The day (UTC) of the data: events that were over before it are left out."),
    ("id", "The id of the event, which never changes."),
    ("name", "Its name. Long texts are cut, with an ellipsis."),
    ("type", "The name of its type."),
    ("time", "When it begins: date and time in UTC, or the date alone if no time is known."),
    ("epoch", "The same in seconds since 1970; for a date alone, its midnight in UTC."),
    ("precision", "How exact that is: second, minute, hour, day, morning …"),
    ("place", "Where it happens; may be empty."),
    ("url", "Its page."),
)
"""The members of a file, then those of an event, as (name, meaning)."""


def next_pages(site: Site) -> Iterator[Page]:
    """Yield the files of the next events; those of types without events stay, and are empty."""
    yield _next_page(site, urls.NEXT, site.catalogue.events)
    types = next(one for one in site.taxonomies.taxonomies if one.name == "types")
    for term in site.term_feeds.of(types):
        yield _next_page(site, term.stem + urls.NEXT_SUFFIX, term.events)


def _next_page(site: Site, path: str, events: Events) -> Page:
    """Return the file of the next of ``events``.

    An event that is known to the month or less exactly is announced, but cannot be the next one.
    """
    today = site.catalogue.today
    ahead = tuple(event for event in events if event.date.day and event.date.day >= today)
    return Page(
        path=path,
        writer=Writer.NEXT_EVENTS,
        context={"made": today, "events": ahead[:MAX_NEXT]},
    )
