"""Writes the files of the next events, for devices with little memory."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from events_archive.model.event import Event
from events_archive.render.api_mirror import to_json
from events_archive.render.context import RenderContext
from events_archive.site.page import Page

MAX_BYTES = 2000
"""The size that a file never exceeds."""

_LENGTHS = (100, 70, 50, 35, 25, 15, 8)
"""The lengths to which texts are cut, tried in this order."""


def next_events(context: RenderContext, page: Page) -> bytes:
    """Return the events as JSON of at most `MAX_BYTES`.

    Where texts have to be shorter for that, all are cut to one length. What is too long even so,
    because of a very long base URL, has fewer events.
    """
    return next(content for content in _candidates(context, page) if len(content) <= MAX_BYTES)


def _candidates(context: RenderContext, page: Page) -> Iterator[bytes]:
    """Yield the file, then shorter and shorter ones, the last of them without events."""
    events: tuple[Event, ...] = page.context["events"]
    made: date = page.context["made"]
    root = context.root(page)
    shortest = _LENGTHS[-1]
    for length, count in (
        *((length, len(events)) for length in _LENGTHS),
        *((shortest, count) for count in reversed(range(len(events)))),
    ):
        shown = [_members(context, event, root, length) for event in events[:count]]
        yield to_json({"made": f"{made}T00:00:00Z", "events": shown}) + b"\n"


def _members(context: RenderContext, event: Event, root: str, length: int) -> dict[str, Any]:
    assert event.date.interval, "only events known to the day are listed"
    return {
        "id": event.id,
        "name": _cut(event.name, length),
        "type": _cut(event.type.name, length),
        "time": event.date.iso,
        "epoch": int(event.date.interval.start.timestamp()),
        "precision": event.date.precision,
        "place": _cut(event.location, length),
        "url": root + context.site.urls.event(event),
    }


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
