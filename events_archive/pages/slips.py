"""How the dates of events moved: drawn on their pages, and compared on a page of its own."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from msgspec import Struct

from events_archive.model.event import Event
from events_archive.model.event_date import EventDate
from events_archive.model.slips import Slip, slip_of
from events_archive.pages.subscriptions import AlternateLinks
from events_archive.site import urls
from events_archive.site.page import HOME, Breadcrumb, Page
from events_archive.site.site import Site

WIDTH = 1000
"""The width of a drawn slip, in units of its own."""

MAX_LISTED = 25
"""How many events a section of the page lists."""

MOVING_FOR = timedelta(days=30)
"""How long after its last move an event that is still ahead counts as moving."""


class DrawnSlip(Struct, frozen=True, kw_only=True):
    """The slip of an event, and its drawing."""

    event: Event
    slip: Slip
    marks: tuple[tuple[int, int, str], ...]
    """The start and the length of each date in the drawing, and whether it is the "planned" or the
    "latest" one; the longest first, so that it covers none of the others."""
    ends: tuple[EventDate, EventDate]
    """The earliest and the latest of the dates."""


def drawn_slip(site: Site, event: Event) -> DrawnSlip | None:
    """Return the slip of an event; None if its date never moved."""
    moves = (
        (change.observed, change.old_date, change.new_date)
        for change in site.history.changes_of(event.id)
        if change.change_type == "moved"
    )
    slip = slip_of(moves, event.date)
    return _draw(event, slip) if slip else None


def _draw(event: Event, slip: Slip) -> DrawnSlip:
    dates = [(date, date.interval) for date in slip.dates if date.interval]
    earliest, first = min(dates, key=lambda one: one[1].start)
    latest, last = max(dates, key=lambda one: one[1].end)
    scale = WIDTH / (last.end - first.start).total_seconds()
    marks = [
        (
            round((period.start - first.start).total_seconds() * scale),
            round((period.end - period.start).total_seconds() * scale),
            "planned" if date == slip.dates[0] else "latest" if date == slip.dates[-1] else "",
        )
        for date, period in dates
    ]
    marks.sort(key=lambda mark: -mark[1])
    return DrawnSlip(event=event, slip=slip, marks=tuple(marks), ends=(earliest, latest))


def slip_pages(site: Site) -> Iterator[Page]:
    """Yield the page of the dates that moved most and of those that move now."""
    slips = [found for event in site.catalogue.events if (found := drawn_slip(site, event))]
    lately = site.catalogue.today - MOVING_FOR
    yield Page(
        path=urls.SLIPS,
        template="pages/slips.html",
        title="Moved dates",
        description="Which spaceflight events were postponed or brought forward, how often, and by "
        "how much.",
        context={
            "moving": _first(
                (
                    one
                    for one in slips
                    if one.slip.last_moved.date() >= lately
                    and not one.event.date.is_over(site.catalogue.today)
                ),
                key=lambda one: (-one.slip.last_moved.timestamp(), one.event.id),
            ),
            "furthest": _first(
                (one for one in slips if one.slip.shift and not one.slip.shift.is_same_day),
                key=lambda one: (-_length(one.slip), one.event.id),
            ),
            "most_often": _first(
                (one for one in slips if one.slip.moves > 1),
                key=lambda one: (-one.slip.moves, -_length(one.slip), one.event.id),
            ),
            "count": len(slips),
            "since": min((change.observed for change in site.history.changes), default=None),
        },
        breadcrumbs=(HOME, Breadcrumb(label="Browse", url=urls.BROWSE)),
        alternates=AlternateLinks(site).main,
    )


def _first(slips: Iterable[DrawnSlip], key: Callable[[DrawnSlip], Any]) -> tuple[DrawnSlip, ...]:
    return tuple(sorted(slips, key=key)[:MAX_LISTED])


def _length(slip: Slip) -> float:
    return slip.shift.length.total_seconds() if slip.shift else 0
