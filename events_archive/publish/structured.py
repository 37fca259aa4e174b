"""What search engines and other programs read of a page: JSON-LD in the words of schema.org.

Nothing is claimed that is not known: a date is as long as it is exact, and one that is known less
exactly than a year is left out.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from events_archive.model.event import Event, Image
from events_archive.model.memory import Remembered
from events_archive.model.places import ONLINE, place_of
from events_archive.publish.thumbnails import Thumbnail, Thumbnails
from events_archive.site.page import Page
from events_archive.site.site import Site

_SCHEMA = "https://schema.org"
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, kw_only=True)
class StructuredData:
    """Makes the data block of a page, where the site's place is known."""

    site: Site
    thumbnails: Thumbnails
    absolute: Callable[[str], str]

    def block(self, page: Page) -> Markup:
        """The page's way from home and, of an event's page, the event; else nothing."""
        if not self.site.base_url or not page.indexable:
            return Markup()
        things = list(self._things(page))
        if not things:
            return Markup()
        return script({"@context": _SCHEMA, "@graph": things})

    def _things(self, page: Page) -> Iterator[dict[str, Any]]:
        event, remembered = page.context.get("event"), page.context.get("remembered")
        if isinstance(event, Event) and isinstance(remembered, Remembered):
            yield self.event(event, remembered, page)
        if page.crumbs:
            yield self._breadcrumbs(page)

    def _breadcrumbs(self, page: Page) -> dict[str, Any]:
        steps = [(crumb.label, crumb.address) for crumb in page.crumbs]
        return {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": position,
                    "name": label,
                    "item": self.absolute(address),
                }
                for position, (label, address) in enumerate(
                    (*steps, (page.title, page.address)), start=1
                )
            ],
        }

    def event(self, event: Event, remembered: Remembered, page: Page) -> dict[str, Any]:
        """The event as schema.org has it (https://schema.org/Event)."""
        url = self.absolute(page.address)
        former = previous_dates(event, remembered)
        copies = self.thumbnails.of(event.image)
        return _without_gaps(
            {
                "@type": "Event",
                "name": event.name,
                "description": page.description,
                "url": url,
                "startDate": event.moment.claim,
                "previousStartDate": former[0] if len(former) == 1 else former,
                "eventStatus": None if remembered.withdrawn else _status(former),
                **_whereabouts(event, url),
                "image": self._image(event.image, copies) if event.image and copies else None,
            }
        )

    def _image(self, image: Image, copies: Thumbnail) -> dict[str, Any]:
        return _without_gaps(
            {
                "@type": "ImageObject",
                "contentUrl": self.absolute(copies.file(copies.width)),
                "width": copies.width,
                "height": copies.height,
                "creditText": image.credit,
                "license": image.licence.url if image.licence else "",
            }
        )


def previous_dates(event: Event, remembered: Remembered) -> list[str]:
    """What the date was before, the latest first, as far as schema.org has a form for it."""
    moved = (change for change in reversed(remembered.changes) if change.kind == "moved")
    claims = (change.old_moment.claim for change in moved)
    return list(dict.fromkeys(claim for claim in claims if claim and claim != event.moment.claim))


def _status(former: list[str]) -> str:
    return f"{_SCHEMA}/{'EventRescheduled' if former else 'EventScheduled'}"


def _whereabouts(event: Event, url: str) -> dict[str, Any]:
    place = place_of(event.location)
    if place is None:
        return {}
    mode = "Mixed" if event.videos else "Offline"
    location: dict[str, Any] = {"@type": "Place", "name": place.name, "address": event.location}
    if place.body == ONLINE:
        mode = "Online"
        location = {"@type": "VirtualLocation", "url": event.videos[0].url if event.videos else url}
    return {
        "eventAttendanceMode": f"{_SCHEMA}/{mode}EventAttendanceMode",
        "location": location,
    }


def _without_gaps(thing: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in thing.items() if value not in (None, "", [])}


def script(data: dict[str, Any]) -> Markup:
    """A data block that no text in it can leave: browsers run nothing of this type."""
    text = _to_json(data).replace("<", r"\u003c")
    return Markup(f'<script type="application/ld+json">{text}</script>')
