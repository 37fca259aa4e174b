"""JSON-LD of pages in the vocabulary of schema.org, for search engines and other programs.

Only what is known is stated: a date is as long as it is exact, and a date that is known less
exactly than to the year is left out.
"""

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from events_archive.model.changes import Change
from events_archive.model.event import Event, Image
from events_archive.model.places import ONLINE, place_of
from events_archive.render.context import RenderContext
from events_archive.render.dataset import dataset_json_ld
from events_archive.site import urls
from events_archive.site.page import Page
from events_archive.store.canonical_json import compact_json

_SCHEMA = "https://schema.org"

Thing = dict[str, Any]
"""An object of JSON-LD."""


def json_ld_block(context: RenderContext, page: Page) -> Markup:
    """Return the script element for a page; empty without a base URL or anything to state."""
    if not context.site.base_url or not page.indexable:
        return Markup()
    graph = []
    event = page.context.get("event")
    if isinstance(event, Event):
        graph.append(_event(context, event, page))
    if page.path == urls.DATA:
        graph.append(dataset_json_ld(context, page))
    if page.breadcrumbs:
        graph.append(_breadcrumbs(context, page))
    return script_element({"@context": _SCHEMA, "@graph": graph}) if graph else Markup()


def _breadcrumbs(context: RenderContext, page: Page) -> Thing:
    steps = [(breadcrumb.label, breadcrumb.url) for breadcrumb in page.breadcrumbs]
    steps.append((page.title, page.path))
    items = [
        {"@type": "ListItem", "position": position, "name": name, "item": context.absolute(url)}
        for position, (name, url) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _event(context: RenderContext, event: Event, page: Page) -> Thing:
    """Return the event (https://schema.org/Event)."""
    url = context.absolute(page.path)
    previous = previous_dates(event, page.context["changes"])
    status = "EventRescheduled" if previous else "EventScheduled"
    members = {
        "@type": "Event",
        "name": event.name,
        "description": page.description,
        "url": url,
        "startDate": event.date.schema_org_date,
        "previousStartDate": previous if len(previous) > 1 else "".join(previous),
        "eventStatus": "" if page.context["withdrawn"] else f"{_SCHEMA}/{status}",
        **_location(event, url),
        "image": _image(context, event.image),
    }
    return _without_empty(members)


def _image(context: RenderContext, image: Image | None) -> Thing | None:
    thumbnail = context.thumbnails.of(image)
    if image is None or thumbnail is None:
        return None
    members = {
        "@type": "ImageObject",
        "contentUrl": context.absolute(thumbnail.file(thumbnail.width)),
        "width": f"{thumbnail.width} px",
        "height": f"{thumbnail.height} px",
        "creditText": image.credit,
        "license": image.licence and image.licence.url,
    }
    return _without_empty(members)


def previous_dates(event: Event, changes: Iterable[Change]) -> list[str]:
    """Return the dates that the event had before, latest first, in the form of schema.org."""
    moves = [change for change in changes if change.change_type == "moved"]
    dates = [change.old_date.schema_org_date for change in reversed(moves)]
    current = event.date.schema_org_date
    return list(dict.fromkeys(date for date in dates if date and date != current))


def script_element(data: Thing) -> Markup:
    """Return a script element with the data.

    Browsers do not run a script of this type, and no text in it can end the element.
    """
    text = compact_json(data).replace("<", r"\u003c")
    return Markup(f'<script type="application/ld+json">{text}</script>')


def _location(event: Event, url: str) -> Thing:
    """Return where and how one can attend; nothing if the place is not known."""
    place = place_of(event.location)
    if place is None:
        return {}
    location: Thing
    if place.body == ONLINE:
        mode = "Online"
        location = {
            "@type": "VirtualLocation",
            "url": event.videos[0].url if event.videos else url,
        }
    else:
        mode = "Mixed" if event.videos else "Offline"
        location = {"@type": "Place", "name": place.name, "address": event.location}
    return {
        "eventAttendanceMode": f"{_SCHEMA}/{mode}EventAttendanceMode",
        "location": location,
    }


def _without_empty(members: Thing) -> Thing:
    return {name: value for name, value in members.items() if value}
