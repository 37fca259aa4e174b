"""What search engines and other programs read of a page: JSON-LD in the words of schema.org.

Nothing is claimed that is not known: a date is as long as it is exact, and one that is known less
exactly than a year is left out.

It is put together as text, since nearly every page has it: three times as fast as from values.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from json.encoder import encode_basestring

from markupsafe import Markup

from events_archive.model.event import Event, Image
from events_archive.model.memory import Remembered
from events_archive.model.places import ONLINE, Place, place_of
from events_archive.publish.thumbnails import Thumbnail, Thumbnails
from events_archive.site.page import Crumb, Page
from events_archive.site.site import Site

_SCHEMA = "https://schema.org"

Json = str
"""A value as JSON has it; ``""`` for what is not known, and so is left out."""


@dataclass(frozen=True, kw_only=True)
class StructuredData:
    """Makes the data block of a page, where the site's place is known."""

    site: Site
    thumbnails: Thumbnails
    absolute: Callable[[str], str]
    _steps: dict[tuple[int, str, str], Json] = field(default_factory=dict)
    """Steps of the ways from home, which many pages share, by position, name and address."""
    _places: dict[str, Json] = field(default_factory=dict)
    """Places by the location that names them."""

    def block(self, page: Page) -> Markup:
        """The page's way from home and, of an event's page, the event; else nothing."""
        if not self.site.base_url or not page.indexable:
            return Markup()
        things = list(self._things(page))
        if not things:
            return Markup()
        return script(f'{{"@context":"{_SCHEMA}","@graph":[{",".join(things)}]}}')

    def _things(self, page: Page) -> Iterator[Json]:
        event, remembered = page.context.get("event"), page.context.get("remembered")
        if isinstance(event, Event) and isinstance(remembered, Remembered):
            yield self.event(event, remembered, page)
        if page.crumbs:
            yield self._breadcrumbs(page)

    def _breadcrumbs(self, page: Page) -> Json:
        steps = [self._step(number, crumb) for number, crumb in enumerate(page.crumbs, start=1)]
        here = Crumb(label=page.title, address=page.address)
        steps.append(self._made_step(len(steps) + 1, here))
        return f'{{"@type":"BreadcrumbList","itemListElement":[{",".join(steps)}]}}'

    def _step(self, position: int, crumb: Crumb) -> Json:
        key = (position, crumb.label, crumb.address)
        if key not in self._steps:
            self._steps[key] = self._made_step(position, crumb)
        return self._steps[key]

    def _made_step(self, position: int, crumb: Crumb) -> Json:
        name = encode_basestring(crumb.label)
        item = encode_basestring(self.absolute(crumb.address))
        return f'{{"@type":"ListItem","position":{position},"name":{name},"item":{item}}}'

    def event(self, event: Event, remembered: Remembered, page: Page) -> Json:
        """The event as schema.org has it (https://schema.org/Event)."""
        url = self.absolute(page.address)
        former = previous_dates(event, remembered) if remembered.changes else []
        copies = self.thumbnails.of(event.image)
        mode, location = self._whereabouts(event, url)
        return _thing(
            "Event",
            ("name", _text(event.name)),
            ("description", _text(page.description)),
            ("url", _text(url)),
            ("startDate", _text(event.moment.claim or "")),
            ("previousStartDate", _one_or_more(former)),
            ("eventStatus", "" if remembered.withdrawn else _status(former)),
            ("eventAttendanceMode", mode),
            ("location", location),
            ("image", self._image(event.image, copies) if event.image and copies else ""),
        )

    def _whereabouts(self, event: Event, url: str) -> tuple[Json, Json]:
        """The event's mode of attendance and its location."""
        place = place_of(event.location)
        if place is None:
            return "", ""
        if place.body == ONLINE:
            mode = "Online"
            address = encode_basestring(event.videos[0].url if event.videos else url)
            location = f'{{"@type":"VirtualLocation","url":{address}}}'
        else:
            mode = "Mixed" if event.videos else "Offline"
            location = self._places.get(event.location) or self._place(place, event.location)
        return f'"{_SCHEMA}/{mode}EventAttendanceMode"', location

    def _place(self, place: Place, location: str) -> Json:
        name, address = encode_basestring(place.name), encode_basestring(location)
        made = f'{{"@type":"Place","name":{name},"address":{address}}}'
        self._places[location] = made
        return made

    def _image(self, image: Image, copies: Thumbnail) -> Json:
        return _thing(
            "ImageObject",
            ("contentUrl", _text(self.absolute(copies.file(copies.width)))),
            ("width", str(copies.width)),
            ("height", str(copies.height)),
            ("creditText", _text(image.credit)),
            ("license", _text(image.licence.url if image.licence else "")),
        )


def previous_dates(event: Event, remembered: Remembered) -> list[str]:
    """What the date was before, the latest first, as far as schema.org has a form for it."""
    moved = (change for change in reversed(remembered.changes) if change.kind == "moved")
    claims = (change.old_moment.claim for change in moved)
    return list(dict.fromkeys(claim for claim in claims if claim and claim != event.moment.claim))


def _status(former: list[str]) -> Json:
    return f'"{_SCHEMA}/{"EventRescheduled" if former else "EventScheduled"}"'


def _thing(kind: str, *members: tuple[str, Json]) -> Json:
    """A thing of that type with those of ``members`` that are known."""
    known = "".join([f',"{name}":{value}' for name, value in members if value])
    return f'{{"@type":"{kind}"{known}}}'


def _text(value: str) -> Json:
    return encode_basestring(value) if value else ""


def _one_or_more(values: list[str]) -> Json:
    texts = [encode_basestring(value) for value in values]
    return f"[{','.join(texts)}]" if len(texts) > 1 else "".join(texts)


def script(data: Json) -> Markup:
    """A data block that no text in it can leave: browsers run nothing of this type."""
    text = data.replace("<", r"\u003c")
    return Markup(f'<script type="application/ld+json">{text}</script>')
