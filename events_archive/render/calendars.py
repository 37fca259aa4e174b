"""What a calendar says (RFC 5545, RFC 7986): a component for each event, joined into files.

A component is the same in every calendar and rendered once. There is no METHOD, which would ask
for an ORGANIZER (RFC 5546 section 3.2.1); so DTSTAMP means "last revised" (RFC 5545 section
3.8.7.2), and nothing here knows the time of the build.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from events_archive.images.thumbnails import Thumbnail, Thumbnails
from events_archive.model.event import Event
from events_archive.model.interval import Interval, format_duration
from events_archive.render import icalendar as ical
from events_archive.render.markdown import normalize_newlines
from events_archive.site import urls
from events_archive.site.calendars import Calendar, CalendarEntry
from events_archive.site.categories import category_of, default_duration
from events_archive.site.page import Page

PRODUCT = "-//Spaceflight Events Archive//EN"

CREDIT = "Source: Launch Library 2 by The Space Devs, https://thespacedevs.com/llapi"

COLOURS: Mapping[str, tuple[str, str]] = {
    "vehicles": ("steelblue", "#4682B4"),
    "crew": ("goldenrod", "#DAA520"),
    "flights": ("tomato", "#FF6347"),
    "celestial": ("mediumpurple", "#9370DB"),
    "tests": ("olivedrab", "#6B8E23"),
    "press": ("teal", "#008080"),
    "other": ("slategray", "#708090"),
}
"""By family: the name that RFC 7986 section 5.9 wants, and the same for Apple's calendar."""

MAX_BYTES, MAX_EVENTS = 1_000_000, 1_000
"""Large clients drop what a calendar holds beyond a megabyte, or some thousand events."""

# A calendar needs a component (RFC 5545 section 3.6), even on a day on which nothing is announced.
_EMPTY_CALENDAR = (
    b"BEGIN:VTIMEZONE\r\nTZID:UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    b"TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def uid(event: Event) -> str:
    """The event's identity in every calendar, for good: by its id and nothing else."""
    return f"ll2-event-{event.id}@events-archive"


def anniversary_uid(event: Event) -> str:
    """The identity of an event's anniversary, for good."""
    return f"ll2-event-{event.id}-anniversary@events-archive"


@dataclass(frozen=True, kw_only=True)
class CalendarWriter:
    """Makes the files of calendars."""

    base_url: str
    """Where the site is published, or ``""``: then no address stands in any calendar."""
    thumbnails: Thumbnails

    def write(self, page: Page) -> bytes:
        """The file of one calendar."""
        calendar = page.context["calendar"]
        assert isinstance(calendar, Calendar)
        make = self._anniversary if calendar.is_recurring else self._component
        components = [make(item) for item in calendar.entries] or [_EMPTY_CALENDAR]
        head = "".join(_head(calendar, self.base_url)).encode()
        return b"".join([head, *components, b"END:VCALENDAR\r\n"])

    @cached_property
    def _components(self) -> dict[int, bytes]:
        return {}

    def _component(self, item: CalendarEntry) -> bytes:
        event = item.event
        if event.id not in self._components:
            url = self.base_url and self.base_url + urls.permalink(event.id)
            picture = self.thumbnails.of(event.image)
            self._components[event.id] = component(item, url, self._image(picture)).encode()
        return self._components[event.id]

    def _anniversary(self, item: CalendarEntry) -> bytes:
        url = self.base_url and self.base_url + urls.permalink(item.event.id)
        return anniversary(item, url).encode()

    def _image(self, picture: Thumbnail | None) -> str:
        return self.base_url + picture.src if picture and self.base_url else ""


def size_warning(calendar: Calendar, content: bytes) -> str:
    """What to tell about a calendar that large clients would not keep whole, or ``""``."""
    if len(content) <= MAX_BYTES and len(calendar.entries) <= MAX_EVENTS:
        return ""
    return (
        f"{calendar.path} holds {len(calendar.entries):,} events in {len(content) / 1e6:.1f} MB; "
        f"programs that subscribe to it may drop what is beyond {MAX_EVENTS:,} events or 1 MB"
    )


def _head(calendar: Calendar, base_url: str) -> Iterator[str]:
    name, description = ical.text(calendar.name), ical.text(calendar.description)
    yield f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODUCT}\r\nCALSCALE:GREGORIAN\r\n"
    yield ical.line("NAME", name)
    yield ical.line("X-WR-CALNAME", name)
    yield ical.line("DESCRIPTION", description)
    yield ical.line("X-WR-CALDESC", description)
    refresh = calendar.refresh
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}\r\nX-PUBLISHED-TTL:{refresh}\r\n"
    if calendar.category:
        colour, code = COLOURS[calendar.category.key]
        yield f"COLOR:{colour}\r\nX-APPLE-CALENDAR-COLOR:{code}\r\n"
    if base_url:
        home = "" if calendar.html_url == urls.HOME else calendar.html_url
        yield ical.line("URL", ical.uri(base_url + home))
        yield ical.line("SOURCE;VALUE=URI", ical.uri(base_url + calendar.path))


def component(item: CalendarEntry, url: str, image: str) -> str:
    """The event's VEVENT, the same in every calendar.

    ``url`` leads to the event for good, ``image`` to its picture; either may be ``""``.
    """
    event, span = item.event, item.event.date.interval
    assert span, "an event without a date is in no calendar"
    stamp = ical.utc(item.last_modified)
    lines = [
        f"BEGIN:VEVENT\r\nUID:{uid(event)}\r\nDTSTAMP:{stamp}\r\nLAST-MODIFIED:{stamp}\r\n",
        f"SEQUENCE:{item.sequence}\r\nSTATUS:{item.status}\r\nTRANSP:TRANSPARENT\r\n",
        _when(event, span),
        ical.line("SUMMARY", ical.text(summary(item))),
        ical.line("DESCRIPTION", ical.text(description(item, url, image))),
        ical.line("CATEGORIES", ical.text(event.type.name)),
        f"COLOR:{COLOURS[category_of(event.type).key][0]}\r\n",
    ]
    if event.location:
        lines.append(ical.line("LOCATION", ical.text(event.location)))
    if url:
        lines.append(ical.line("URL", ical.uri(url)))
    if image:
        lines.append(ical.line("IMAGE;VALUE=URI;DISPLAY=BADGE;FMTTYPE=image/webp", ical.uri(image)))
    if event.videos:
        feature = 'CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL="Webcast"'
        lines.append(ical.line(feature, ical.uri(event.videos[0].url)))
    lines.append("END:VEVENT\r\n")
    return "".join(lines)


def anniversary(item: CalendarEntry, url: str) -> str:
    """The VEVENT that brings an event's day back every year, from the first year after it.

    Of the 29th of February it is the last day of that month: else it came every fourth year
    (RFC 5545 section 3.3.10 leaves out days that a year does not have).
    """
    event, span = item.event, item.event.date.interval
    assert span, "only events of which the day is known are remembered"
    first = span.first_day
    leaps = (first.month, first.day) == (2, 29)
    begins = first.replace(year=first.year + 1, day=28 if leaps else first.day)
    stamp = ical.utc(item.last_modified)
    told = f"{event.type.name}, {event.date.display}"
    lines = [
        f"BEGIN:VEVENT\r\nUID:{anniversary_uid(event)}\r\nDTSTAMP:{stamp}\r\n",
        f"LAST-MODIFIED:{stamp}\r\nSEQUENCE:{item.sequence}\r\nTRANSP:TRANSPARENT\r\n",
        f"DTSTART;VALUE=DATE:{ical.day(begins)}\r\n",
        f"RRULE:FREQ=YEARLY{';BYMONTH=2;BYMONTHDAY=-1' if leaps else ''}\r\n",
        ical.line("SUMMARY", ical.text(f"{first.year}: {event.name}")),
        ical.line("DESCRIPTION", ical.text("\n\n".join(filter(None, (told, url, CREDIT))))),
        ical.line("CATEGORIES", ical.text("Anniversary") + "," + ical.text(event.type.name)),
        f"COLOR:{COLOURS[category_of(event.type).key][0]}\r\n",
    ]
    if url:
        lines.append(ical.line("URL", ical.uri(url)))
    return "".join((*lines, "END:VEVENT\r\n"))


def _when(event: Event, span: Interval) -> str:
    """A moment in UTC with a nominal length; of a coarse date the days, the end exclusive."""
    if event.date.has_time:
        end = span.start + default_duration(event.type)
        return f"DTSTART:{ical.utc(span.start)}\r\nDTEND:{ical.utc(end)}\r\n"
    return (
        f"DTSTART;VALUE=DATE:{ical.day(span.first_day)}\r\n"
        f"DTEND;VALUE=DATE:{ical.day(span.end_date_exclusive)}\r\n"
    )


def summary(item: CalendarEntry) -> str:
    """The name, with a coarse date in words: the days that a calendar fills are not its length."""
    event = item.event
    name = event.name if event.date.has_time else f"{event.name} ({event.date.display})"
    return f"Withdrawn: {name}" if item.status == "CANCELLED" else name


def description(item: CalendarEntry, url: str = "", image: str = "") -> str:
    """All there is to say in plain text, for programs that show nothing else of an event."""
    event = item.event
    paragraphs = [
        "Launch Library 2 no longer lists this event." if item.status == "CANCELLED" else "",
        normalize_newlines(event.description),
        _time(event),
        "\n".join(_link_lines(event, url)),
        "\n".join(_credit_lines(event, image)),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _time(event: Event) -> str:
    if not event.date.has_time:
        return f"Date: {event.date.display}. No time of day is known."
    length = format_duration(default_duration(event.type))
    return f"Time: {event.date.display}. The length, {length}, is nominal: the source has none."


def _link_lines(event: Event, url: str) -> Iterator[str]:
    if event.videos:
        yield f"Webcast: {event.videos[0].url}"
    if event.links:
        yield f"More: {event.links[0].url}"
    if url:
        yield f"In the archive: {url}"


def _credit_lines(event: Event, image: str) -> Iterator[str]:
    if image and event.image and event.image.credit:
        yield f"Picture: {event.image.credit}"
    yield CREDIT
