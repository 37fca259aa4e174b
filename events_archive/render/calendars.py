"""Writes calendars (RFC 5545, RFC 7986): a component for each event, joined into files.

An event has the same component in every calendar, but for its alarm, which only calendars with
reminders have, and its colour, which a calendar of one category has for all its events. There is no
METHOD, which would require an ORGANIZER (RFC 5546 section 3.2.1). Without one, DTSTAMP is the time
of the last revision (RFC 5545 section 3.8.7.2), so nothing depends on the time of the build.
Sections without a number of an RFC are those of RFC 5545.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from events_archive.model.event import Event
from events_archive.model.interval import format_duration
from events_archive.model.timestamps import format_utc
from events_archive.render.context import RenderContext
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
"""By category: the colour's name (RFC 7986 section 5.9), and its code for Apple's calendar."""

MAX_BYTES, MAX_EVENTS = 1_000_000, 1_000
"""Limits beyond which large clients drop events of a calendar."""

# A calendar needs a component (RFC 5545 section 3.6), even if it has no events.
_EMPTY_CALENDAR = (
    b"BEGIN:VTIMEZONE\r\nTZID:UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    b"TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)

_END = b"END:VEVENT\r\n"

# TEXT must not have control characters but tab and line end (RFC 5545 section 3.3.11). DEL, C1
# controls and lone surrogates are not valid in UTF-8 text either.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Some readers split lines at every line end that Unicode knows, not only at CR and LF.
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")

LINE_OCTETS = 75
"""The greatest length of a content line without its CRLF (section 3.1)."""


def calendar_file(context: RenderContext, page: Page) -> bytes:
    """Return the file of one calendar."""
    calendar: Calendar = page.context["calendar"]
    make = anniversary if calendar.is_recurring else event_component
    components = [
        context.cached((make, entry.event.id), partial(make, context, entry))
        for entry in calendar.entries
    ]
    if calendar.category is None:
        components = list(map(_with_colour, components, calendar.entries))
    components = list(map(_with_alarm, components, calendar.entries))
    properties = _head(calendar, context.site.base_url)
    head = "".join(content_line(name, value) for name, value in properties).encode()
    body = components or [_EMPTY_CALENDAR]
    return b"".join([b"BEGIN:VCALENDAR\r\n", head, *body, b"END:VCALENDAR\r\n"])


def size_warning(calendar: Calendar, content: bytes) -> str:
    """Return a warning of a calendar that large clients would truncate, or ``""``."""
    if len(content) <= MAX_BYTES and len(calendar.entries) <= MAX_EVENTS:
        return ""
    return (
        f"{calendar.path} holds {len(calendar.entries):,} events in {len(content) / 1e6:.1f} MB; "
        f"programs that subscribe to it may drop what is beyond {MAX_EVENTS:,} events or 1 MB"
    )


def _with_colour(component: bytes, entry: CalendarEntry) -> bytes:
    """Return a VEVENT with the colour of its category.

    In a calendar of one category it would overrule the colour that a subscriber has chosen.
    """
    colour, _ = COLOURS[category_of(entry.event.type).key]
    return b"%bCOLOR:%b\r\n%b" % (component.removesuffix(_END), colour.encode(), _END)


def _with_alarm(component: bytes, entry: CalendarEntry) -> bytes:
    """Return a VEVENT with the alarm of its entry, if that has one.

    Alarms have ids as well (RFC 9074 section 4), by which programs know which were dismissed.
    """
    if not entry.alarm:
        return component
    properties = (
        ("UID", f"ll2-event-{entry.event.id}-reminder@events-archive"),
        ("ACTION", "DISPLAY"),
        ("TRIGGER;RELATED=START", entry.alarm),
        ("DESCRIPTION", text_value(summary(entry))),
    )
    lines = "".join(content_line(*line) for line in properties).encode()
    alarm = b"BEGIN:VALARM\r\n%bEND:VALARM\r\n" % lines
    return component.removesuffix(_END) + alarm + _END


def _head(calendar: Calendar, base_url: str) -> Iterator[tuple[str, str]]:
    name, description = text_value(calendar.name), text_value(calendar.description)
    yield from (("VERSION", "2.0"), ("PRODID", PRODUCT), ("CALSCALE", "GREGORIAN"))
    yield from (("NAME", name), ("X-WR-CALNAME", name))
    yield from (("DESCRIPTION", description), ("X-WR-CALDESC", description))
    if calendar.path:
        yield ("REFRESH-INTERVAL;VALUE=DURATION", calendar.refresh)
        yield ("X-PUBLISHED-TTL", calendar.refresh)
    if calendar.category:
        colour, code = COLOURS[calendar.category.key]
        yield from (("COLOR", colour), ("X-APPLE-CALENDAR-COLOR", code))
    if base_url:
        home = "" if calendar.html_url == urls.HOME else calendar.html_url
        yield ("URL", uri_value(base_url + home))
        if calendar.path:
            yield ("SOURCE;VALUE=URI", uri_value(base_url + calendar.path))


def event_component(context: RenderContext, entry: CalendarEntry) -> bytes:
    """Return the VEVENT of an event."""
    event, base_url = entry.event, context.site.base_url
    url = _permalink(context, event)
    thumbnail = context.thumbnails.of(event.image)
    image = base_url + thumbnail.src if thumbnail and base_url else ""
    webcast = event.videos[0].url if event.videos else ""
    value_type = "" if event.date.has_time else ";VALUE=DATE"
    start, end = start_and_end(event)
    return _vevent(
        f"ll2-event-{event.id}",
        entry,
        ("STATUS", entry.status),
        ("TRANSP", "TRANSPARENT"),
        (f"DTSTART{value_type}", basic_format(start)),
        (f"DTEND{value_type}", basic_format(end)),
        ("SUMMARY", text_value(summary(entry))),
        ("DESCRIPTION", text_value(description(entry, url, image))),
        ("CATEGORIES", text_value(event.type.name)),
        ("LOCATION", text_value(event.location)),
        ("URL", uri_value(url)),
        ("IMAGE;VALUE=URI;DISPLAY=BADGE;FMTTYPE=image/webp", uri_value(image)),
        ('CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL="Webcast"', uri_value(webcast)),
    )


def _permalink(context: RenderContext, event: Event) -> str:
    """Return the absolute URL; ``""`` without a base URL."""
    return context.site.base_url and context.site.base_url + urls.permalink(event.id)


def anniversary(context: RenderContext, entry: CalendarEntry) -> bytes:
    """Return the VEVENT that recurs every year, from the first year after the event.

    29 February recurs on the last day of February, since recurrences on a day that a year does not
    have are left out (RFC 5545 section 3.3.10).
    """
    event, day = entry.event, entry.event.date.day
    assert day, "only events whose day is known have anniversaries"
    is_leap_day = (day.month, day.day) == (2, 29)
    start = day.replace(year=day.year + 1, day=28 if is_leap_day else day.day)
    url = _permalink(context, event)
    paragraphs = (f"{event.type.name}, {event.date.display}", url, CREDIT)
    return _vevent(
        f"ll2-event-{event.id}-anniversary",
        entry,
        ("TRANSP", "TRANSPARENT"),
        ("DTSTART;VALUE=DATE", basic_format(start.isoformat())),
        ("RRULE", "FREQ=YEARLY" + ";BYMONTH=2;BYMONTHDAY=-1" * is_leap_day),
        ("SUMMARY", text_value(f"{day.year}: {event.name}")),
        ("DESCRIPTION", text_value("\n\n".join(filter(None, paragraphs)))),
        ("CATEGORIES", f"Anniversary,{text_value(event.type.name)}"),
        ("URL", uri_value(url)),
    )


def _vevent(name: str, entry: CalendarEntry, *properties: tuple[str, str]) -> bytes:
    """Return a component with those of ``properties`` that have a value.

    The UID is made of ``name``, so that a name must never change.
    """
    modified = basic_format(format_utc(entry.last_modified))
    properties = (
        ("UID", f"{name}@events-archive"),
        ("DTSTAMP", modified),
        ("LAST-MODIFIED", modified),
        ("SEQUENCE", str(entry.sequence)),
        *properties,
    )
    lines = [content_line(name, value) for name, value in properties if value]
    return "".join(("BEGIN:VEVENT\r\n", *lines)).encode() + _END


def start_and_end(event: Event) -> tuple[str, str]:
    """Return start and end (ISO 8601): date-times if the time is known, else days."""
    interval = event.date.interval
    assert interval, "an event without a date is in no calendar"
    if event.date.has_time:
        end = interval.start + default_duration(event.type)
        return format_utc(interval.start), format_utc(end)
    return interval.first_day.isoformat(), interval.end_date_exclusive.isoformat()


def summary(entry: CalendarEntry) -> str:
    """Return the name, with the date if it is coarse, as calendars show it as several days."""
    event = entry.event
    name = event.name if event.date.has_time else f"{event.name} ({event.date.display})"
    return f"Withdrawn: {name}" if entry.status == "CANCELLED" else name


def description(entry: CalendarEntry, url: str, image: str) -> str:
    """Return the plain text for programs that show nothing else of an event."""
    event, date = entry.event, entry.event.date.display
    if event.date.has_time:
        length = format_duration(default_duration(event.type))
        time = f"Time: {date}. The length, {length}, is nominal: the source has none."
    else:
        time = f"Date: {date}. No time of day is known."
    links = {
        "Webcast": event.videos[0].url if event.videos else "",
        "More": event.links[0].url if event.links else "",
        "In the archive": url,
    }
    credit = event.image.credit if image and event.image else ""
    paragraphs = (
        "Launch Library 2 no longer lists this event." if entry.status == "CANCELLED" else "",
        normalize_newlines(event.description),
        time,
        "\n".join(f"{label}: {link}" for label, link in links.items() if link),
        f"Picture: {credit}\n{CREDIT}" if credit else CREDIT,
    )
    return "\n\n".join(filter(None, paragraphs))


def text_value(value: str) -> str:
    """Return a TEXT value (section 3.3.11)."""
    escaped = _FORBIDDEN.sub("", _LINE_END.sub("\n", value)).replace("\\", r"\\")
    return escaped.replace(";", r"\;").replace(",", r"\,").replace("\n", r"\n")


def uri_value(value: str) -> str:
    """Return a URI value (section 3.3.13), which is not escaped, without white space."""
    return "".join(_FORBIDDEN.sub("", value).split())


def basic_format(value: str) -> str:
    """Return the DATE or DATE-TIME of a day or date-time in UTC (sections 3.3.4 and 3.3.5).

    ISO 8601 calls it the basic format: ``20210704T001100Z`` for ``2021-07-04T00:11:00Z``.
    """
    return value.replace("-", "").replace(":", "")


def content_line(name: str, value: str) -> str:
    """Return a content line that ends with CRLF, folded to `LINE_OCTETS` between characters."""
    line = f"{name}:{value}"
    if len(line) <= LINE_OCTETS and line.isascii():  # As most are: 1 % of a build.
        return f"{line}\r\n"
    octets = line.encode()
    pieces: list[bytes] = []
    start, limit = 0, LINE_OCTETS
    while len(octets) - start > limit:
        end = start + limit
        while octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        pieces.append(octets[start:end])
        start, limit = end, LINE_OCTETS - 1  # the space before a continuation counts
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode() + "\r\n"
