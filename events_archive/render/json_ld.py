"""What search engines and other programs read of a page: JSON-LD in the words of schema.org.

Nothing is claimed that is not known: a date is as long as it is exact, and one that is known less
exactly than a year is left out.

It is put together as text, since nearly every page has it: three times as fast as from values.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import Any

from markupsafe import Markup

from events_archive.images.thumbnails import Thumbnail, Thumbnails
from events_archive.model.archive_state import Change
from events_archive.model.event import Event, Image
from events_archive.model.places import ONLINE, Place, place_of
from events_archive.site.page import Breadcrumb, Page
from events_archive.site.site import Site

_SCHEMA = "https://schema.org"

Json = str
"""A value as JSON has it."""

Members = str
"""Members of an object, with a comma before each; none of what is not known."""


@dataclass(frozen=True, kw_only=True)
class JsonLd:
    """Makes the data block of a page, where the site's place is known."""

    site: Site
    thumbnails: Thumbnails
    absolute: Callable[[str], str]
    _steps: dict[tuple[int, str, str], Json] = field(default_factory=dict)
    """Steps of the ways from home, which many pages share, by position, name and address."""
    _places: dict[str, Json] = field(default_factory=dict)
    """Places by the location that names them."""
    _images: dict[int, tuple[Image, Members]] = field(default_factory=dict)
    """Pictures, many of which several events share."""

    def block(self, page: Page) -> Markup:
        """The page's way from home and, of an event's page, the event; else nothing."""
        if not self.site.base_url or not page.indexable:
            return Markup()
        things = list(self._things(page))
        if not things:
            return Markup()
        return script(f'{{"@context":"{_SCHEMA}","@graph":[{",".join(things)}]}}')

    def _things(self, page: Page) -> Iterator[Json]:
        event = page.context.get("event")
        if isinstance(event, Event):
            yield self.event(event, page)
        if page.breadcrumbs:
            yield self._breadcrumbs(page)

    def _breadcrumbs(self, page: Page) -> Json:
        steps = [
            self._step(number, crumb) for number, crumb in enumerate(page.breadcrumbs, start=1)
        ]
        steps.append(self._made_step(len(steps) + 1, page.title, page.path))
        return f'{{"@type":"BreadcrumbList","itemListElement":[{",".join(steps)}]}}'

    def _step(self, position: int, crumb: Breadcrumb) -> Json:
        key = (position, crumb.label, crumb.url)
        if key not in self._steps:
            self._steps[key] = self._made_step(*key)
        return self._steps[key]

    def _made_step(self, position: int, label: str, address: str) -> Json:
        name, item = encode_basestring(label), encode_basestring(self.absolute(address))
        return f'{{"@type":"ListItem","position":{position},"name":{name},"item":{item}}}'

    def event(self, event: Event, page: Page) -> Json:
        """Return the event as schema.org has it (https://schema.org/Event)."""
        url = self.absolute(page.path)
        changes: Any = page.context["changes"]
        former = previous_dates(event, changes)
        copies = self.thumbnails.of(event.image)
        return (
            '{"@type":"Event"'
            f"{_text('name', event.name)}"
            f"{_text('description', page.description)}"
            f"{_text('url', url)}"
            f"{_text('startDate', event.date.schema_org_date)}"
            f"{_one_or_more('previousStartDate', former)}"
            f"{'' if page.context['withdrawn'] else _event_status(former)}"
            f"{self._whereabouts(event, url)}"
            f"{self._image(event.image, copies) if event.image and copies else ''}"
            "}"
        )

    def _whereabouts(self, event: Event, url: str) -> Members:
        place = place_of(event.location)
        if place is None:
            return ""
        if place.body == ONLINE:
            mode = "Online"
            address = encode_basestring(event.videos[0].url if event.videos else url)
            location = f'{{"@type":"VirtualLocation","url":{address}}}'
        else:
            mode = "Mixed" if event.videos else "Offline"
            location = self._places.get(event.location) or self._place(place, event.location)
        attendance = f"{_SCHEMA}/{mode}EventAttendanceMode"
        return f',"eventAttendanceMode":"{attendance}","location":{location}'

    def _place(self, place: Place, location: str) -> Json:
        name, address = encode_basestring(place.name), encode_basestring(location)
        made = f'{{"@type":"Place","name":{name},"address":{address}}}'
        self._places[location] = made
        return made

    def _image(self, image: Image, copies: Thumbnail) -> Members:
        known = self._images.get(id(image))
        if known is None:
            # With the picture itself, whose id must not go to another while we use it.
            known = self._images[id(image)] = (image, self._made_image(image, copies))
        return known[1]

    def _made_image(self, image: Image, copies: Thumbnail) -> Members:
        return (
            ',"image":{"@type":"ImageObject"'
            f"{_text('contentUrl', self.absolute(copies.file(copies.width)))}"
            f',"width":{copies.width},"height":{copies.height}'
            f"{_text('creditText', image.credit)}"
            f"{_text('license', image.licence.url) if image.licence else ''}"
            "}"
        )


def previous_dates(event: Event, changes: Iterable[Change]) -> list[str]:
    """What the date was before, the latest first, as far as schema.org has a form for it."""
    moved = [change for change in changes if change.change_type == "moved"]
    claims = [change.old_date.schema_org_date for change in reversed(moved)]
    return list(
        dict.fromkeys(claim for claim in claims if claim and claim != event.date.schema_org_date)
    )


def _event_status(former: list[str]) -> Members:
    return f',"eventStatus":"{_SCHEMA}/{"EventRescheduled" if former else "EventScheduled"}"'


def _text(name: str, value: str | None) -> Members:
    return f',"{name}":{encode_basestring(value)}' if value else ""


def _one_or_more(name: str, values: list[str]) -> Members:
    if len(values) < 2:
        return _text(name, "".join(values))
    return f',"{name}":[{",".join(map(encode_basestring, values))}]'


def script(data: Json) -> Markup:
    """A data block that no text in it can leave: browsers run nothing of this type."""
    text = data.replace("<", r"\u003c")
    return Markup(f'<script type="application/ld+json">{text}</script>')
