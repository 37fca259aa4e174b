"""Links that put a calendar, or one event, into the calendars people have.

Google and Microsoft document none of these addresses; they are the ones that their own buttons and
every "add to calendar" library use. Google takes a calendar to subscribe to as ``webcal:`` only.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import quote

from events_archive.model.event import Event
from events_archive.model.interval import Interval
from events_archive.model.timestamps import format_utc
from events_archive.site import urls
from events_archive.site.calendars import Calendar
from events_archive.site.categories import default_duration
from events_archive.site.formats import CALENDAR
from events_archive.site.site import Site

_GOOGLE_FOLLOW = "https://calendar.google.com/calendar/r?cid="
_OUTLOOK_FOLLOW = "https://outlook.live.com/calendar/0/addfromweb?url="
_GOOGLE_ADD = "https://calendar.google.com/calendar/render?action=TEMPLATE"
_OUTLOOK_ADD = (
    "https://outlook.live.com/calendar/0/deeplink/compose"
    "?path=%2Fcalendar%2Faction%2Fcompose&rru=addevent"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLinks:
    """The ways to take over a calendar or an event."""

    google: str
    outlook: str
    url: str = ""
    """The .ics file, from the site's root."""
    webcal: str = ""


@dataclass(frozen=True, kw_only=True)
class CalendarLinkBuilder:
    """Makes them, for templates."""

    site: Site

    @cached_property
    def _encoded_base(self) -> str:
        return _encoded(self.site.base_url)

    def follow(self, calendar: Calendar) -> CalendarLinks | None:
        """The ways to subscribe; None where the archive does not know its own address."""
        if not self.site.base_url:
            return None
        url = self.site.base_url + calendar.path
        webcal = f"webcal:{url.partition(':')[2]}"
        return CalendarLinks(
            url=calendar.path,
            webcal=webcal,
            google=_GOOGLE_FOLLOW + _encoded(webcal),
            outlook=f"{_OUTLOOK_FOLLOW}{_encoded(url)}&name={_encoded(calendar.name)}",
        )

    def add(self, event: Event) -> CalendarLinks:
        """Return the ways to add one event that has a date."""
        span = event.date.interval
        assert span, "an event without a date is in no calendar"
        title = event.name if event.date.has_time else f"{event.name} ({event.date.display})"
        title, words = _encoded(title), _encoded(event.date.display)
        if self.site.base_url:
            words += f"%0A{self._encoded_base}{_encoded(urls.permalink(event.id))}"
        place = _encoded_place(event.location)
        google, outlook = _days(event, span)
        return CalendarLinks(
            url=self.site.urls.event(event, CALENDAR.suffix),
            google=f"{_GOOGLE_ADD}&text={title}&dates={google}&details={words}&location={place}",
            outlook=f"{_OUTLOOK_ADD}&subject={title}{outlook}&body={words}&location={place}",
        )


def _days(event: Event, span: Interval) -> tuple[str, str]:
    """From when to when, for Google and for Outlook."""
    if event.date.has_time:
        start, end = format_utc(span.start), format_utc(span.start + default_duration(event.type))
        return _compact(f"{start}/{end}"), f"&startdt={start}&enddt={end}"
    first, after = span.first_day.isoformat(), span.end_date_exclusive.isoformat()
    return _compact(f"{first}/{after}"), f"&startdt={first}&enddt={after}&allday=true"


def _compact(dates: str) -> str:
    return dates.replace("-", "").replace(":", "")


_ENCODED = {code: quote(chr(code), safe="") for code in range(128)}


def _encoded(text: str) -> str:
    # Five times as fast as quote, for what nearly all text is.
    return text.translate(_ENCODED) if text.isascii() else quote(text, safe="", errors="ignore")


_encoded_place = lru_cache(maxsize=4096)(_encoded)
"""Most events are at the place of another."""
