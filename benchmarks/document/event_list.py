"""A list of events by sections, as values of JSON."""

from typing import Any

from document import values
from events_archive.model.places import place_of
from events_archive.render.renderer import row_date
from events_archive.site import urls


def event_list_values(event_list: Any) -> dict[str, Any]:
    """Return the values of a list: its pages, and its sections with their events."""
    return {
        "count": event_list.count,
        "pages": [
            {
                "label": one.label,
                "path": one.url,
                "count": one.count,
                "isCurrent": one.url == event_list.path,
            }
            for one in event_list.pages
        ],
        "sections": [
            {
                "title": section.title,
                "anchor": section.anchor,
                "path": section.url,
                "given": section.given,
                "isUpcoming": section.is_upcoming,
                "events": [_row(event, section, event_list) for event in section.events],
            }
            for section in event_list.sections
        ],
        "hasType": not event_list.has_one_type,
    }


def _row(event: Any, section: Any, event_list: Any) -> dict[str, Any]:
    day, rest, clock = row_date(event.date, section.given)
    place = place_of(event.location)
    row = {
        "id": values.id_of(event),
        "anchor": section.anchors.get(event.id, ""),
        "day": day,
        "rest": rest,
        "clock": clock,
        "place": place.name if place and place.slug != event_list.place else "",
    }
    if section.is_upcoming:
        row["until"] = until(event)
        row["hasCalendar"] = bool(event.date.utc)
        row["calendar"] = urls.permalink(event.id, ".ics")
    return row


def until(event: Any) -> str:
    """Return when an event is past: a time or a day in ISO 8601, empty for one without a date."""
    date = event.date
    if date.has_time:
        return date.iso
    return str(date.interval.end_date_exclusive) if date.interval else ""
