"""Links that add a calendar or an event to Google Calendar and Outlook.

Neither documents its URLs. These are the ones that their own buttons use. Google subscribes to a
calendar only if its scheme is ``webcal:``.
"""

from urllib.parse import quote

from msgspec import Struct

from events_archive.model.event import Event
from events_archive.render.calendars import basic_format, start_and_end
from events_archive.site import urls
from events_archive.site.calendars import Calendar
from events_archive.site.site import Site

_GOOGLE_SUBSCRIBE = "https://calendar.google.com/calendar/r?cid="
_OUTLOOK_SUBSCRIBE = "https://outlook.live.com/calendar/0/addfromweb?url="
_GOOGLE_ADD = "https://calendar.google.com/calendar/render?action=TEMPLATE"
_OUTLOOK_ADD = (
    "https://outlook.live.com/calendar/0/deeplink/compose"
    "?path=%2Fcalendar%2Faction%2Fcompose&rru=addevent"
)


class CalendarLinks(Struct, frozen=True, kw_only=True):
    """Links that add a calendar or an event."""

    google: str
    outlook: str
    webcal: str = ""
    """Of a calendar, for calendar programs."""
    end: str = ""
    """Of an event, when calendars show that it is over: a date-time, or the first day after."""


def subscription_links(site: Site, calendar: Calendar) -> CalendarLinks | None:
    """Return the links that subscribe to ``calendar``; None without a base URL."""
    if not site.base_url:
        return None
    url = site.base_url + calendar.path
    webcal = f"webcal:{url.partition(':')[2]}"
    return CalendarLinks(
        webcal=webcal,
        google=_GOOGLE_SUBSCRIBE + _quote(webcal),
        outlook=f"{_OUTLOOK_SUBSCRIBE}{_quote(url)}&name={_quote(calendar.name)}",
    )


def event_links(site: Site, event: Event) -> CalendarLinks:
    """Return the links that add ``event``, which has a date."""
    details = event.date.display
    title = event.name if event.date.has_time else f"{event.name} ({details})"
    if site.base_url:
        details += f"\n{site.base_url}{urls.permalink(event.id)}"
    title, details, location = _quote(title), _quote(details), _quote(event.location)
    start, end = start_and_end(event)
    dates = basic_format(f"{start}/{end}")
    all_day = "" if event.date.has_time else "&allday=true"
    return CalendarLinks(
        google=f"{_GOOGLE_ADD}&text={title}&dates={dates}&details={details}&location={location}",
        outlook=f"{_OUTLOOK_ADD}&subject={title}&startdt={start}&enddt={end}{all_day}"
        f"&body={details}&location={location}",
        end=end,
    )


def _quote(text: str) -> str:
    return quote(text, safe="", errors="ignore")
