"""The table of query parameters: those of the API, and those that only this archive has.

The query page, the command line's help, the OpenAPI description and tests are made from it.
Parameters mean what https://ll.thespacedevs.com/2.3.0/schema/ and Django REST Framework, on which
LL2 is built, define.
"""

from enum import StrEnum

from msgspec import Struct

API_EVENTS = "https://ll.thespacedevs.com/2.3.0/events/"
"""The endpoint that understands the same queries."""

DEFAULT_LIMIT, MAX_LIMIT = 10, 100
"""Events on a page of the API: without a ``limit``, and at most."""

MAX_QUERY_LENGTH = 4_000
"""Characters of a query: as many as servers take in a URL. The query page makes a link for each
value of a query, with all others in it, so that its work grows with the square."""

MODES = ("list", "normal", "detailed")
"""The API's response modes, each with all members of the one before it."""

ORDERINGS = ("date", "-date", "last_updated", "-last_updated")
"""What the API can sort by; it ignores any other word."""

NEAREST = "nearest"
"""What only this archive can sort by: the time between an event and now."""

FORMATS = ("json", "api")
"""The formats of the API: JSON, or an HTML page with the same content."""


class ParameterType(StrEnum):
    """How the values of a parameter are written and compared."""

    NUMBERS = "numbers"
    """Numbers separated by commas, one of which must match."""
    NUMBER = "number"
    REPEATED = "repeated"
    """A whole number; with the parameter repeated, one of them must match."""
    TEXTS = "texts"
    """Exact texts separated by commas, one of which must match."""
    UUIDS = "uuids"
    """UUIDs separated by commas, one of which must match."""
    TEXT = "text"
    """An exact text."""
    REPEATED_TEXT = "repeated_text"
    """An exact text, which may hold commas; with the parameter repeated, one of them must match."""
    DATETIME = "datetime"
    """A date-time, in UTC unless it has an offset."""
    WORDS = "words"
    """Words separated by spaces or commas, all of which must occur; case is ignored."""
    SEARCH = "search"
    """A search in plain words, which `events_archive.search` evaluates."""
    CHOICE = "choice"
    """One of `Parameter.choices`."""
    COUNT = "count"
    """A whole number that is not negative."""


class Parameter(Struct, frozen=True, kw_only=True):
    """One row of the table."""

    name: str
    type: ParameterType
    meaning: str
    """A few words for the documentation."""
    help: str
    """A sentence or two with the details."""
    example: str
    field: str = ""
    """The attribute of `QueryRow` that is compared; "" if the parameter is not a filter."""
    compare: str = ""
    """For `ParameterType.DATETIME`: "gt", "gte", "lt" or "lte"."""
    choices: tuple[str, ...] = ()
    """All values of a `ParameterType.CHOICE`."""
    origin: str = "api"
    """"api", "later" (added to 2.3.0 while it was in use), or "archive" (unknown to the API)."""
    former: str = ""
    """The parameter's name in earlier versions of the API."""


_DATE_PART = "Numbers, separated by commas. The date is taken in UTC."
_DAYS = "A day or a date-time (ISO 8601), in UTC unless it has an offset."
_REPEAT = "Repeat it for several values: matches any of them."
_COMMAS = "Separate several by commas: matches any of them."


def _list(
    name: str, field: str, meaning: str, example: str, origin: str = "api", *, help: str = _COMMAS
) -> Parameter:
    return Parameter(
        name=name, type=ParameterType.NUMBERS, field=field, meaning=meaning, help=help,
        example=example, origin=origin,
    )  # fmt: skip


def _datetime(name: str, meaning: str, former: str = "") -> Parameter:
    field, _, compare = name.partition("__")
    return Parameter(
        name=name, type=ParameterType.DATETIME, field=field, compare=compare, meaning=meaning,
        help=_DAYS, example="2021-07-04T00:11:00Z", former=former,
    )  # fmt: skip


FILTERS = (
    _list("agency__ids", "agencies", "Events in which one of these agencies takes part.", "44,121"),
    _datetime("date__gt", "Events later than this."),
    _datetime("date__gte", "Events at this time or later."),
    _datetime("date__lt", "Events earlier than this.", former="date__gt__lt"),
    _datetime("date__lte", "Events at this time or earlier."),
    _list("day", "day", "Events on these days of the month.", "4,20", help=_DATE_PART),
    _list("id", "id", "The events with these ids.", "309,310"),
    _datetime("last_updated__gte", "Events last changed in the API at this time or later."),
    _datetime("last_updated__lte", "Events last changed in the API at this time or earlier."),
    _list("month", "month", "Events in these months, 1 to 12.", "6,7", help=_DATE_PART),
    Parameter(
        name="program", type=ParameterType.REPEATED, field="programs", example="17",
        meaning="Events of one of these programmes, by id.",
        help=_REPEAT,
    ),
    Parameter(
        name="slug", type=ParameterType.TEXT, field="slug", example="tiangong-eva-1",
        meaning="The event with this slug.",
        help="The API's present slug, exactly. It changes when an event is renamed.",
    ),
    Parameter(
        name="type", type=ParameterType.NUMBER, field="type", example="2",
        meaning="Events of this type, by id.",
        help="A single number; type__ids takes several.",
    ),
    _list("type__ids", "type", "Events of one of these types, by id.", "2,8"),
    Parameter(
        name="video_url", type=ParameterType.TEXTS, field="videos",
        meaning="Events with one of these webcasts.",
        help=f"Full URLs. {_COMMAS}",
        example="https://www.youtube.com/watch?v=21X5lGlDOfg",
    ),
    _list("year", "year", "Events in these years.", "2020,2021", help=_DATE_PART),
)  # fmt: skip
"""The sixteen filters of 2.3.0."""

LATER_FILTERS = (
    _list("program__ids", "programs", "Events of one of these programmes.", "17,18", "later"),
    _list("expedition__ids", "expeditions", "Events of one of these expeditions.", "65", "later"),
    _list("spacestation__ids", "stations", "Events at one of these stations.", "4,18", "later"),
    Parameter(
        name="launch__ids", type=ParameterType.UUIDS, field="launches", origin="later",
        meaning="Events with one of these launches.",
        help=f"UUIDs. {_COMMAS}",
        example="92dd20c7-6afc-484c-8369-2f6751bd0d8f",
    ),
)  # fmt: skip
"""Filters that were added to 2.3.0 while it was in use."""

SEARCH = Parameter(
    name="search", type=ParameterType.WORDS, field="name", example="crew docking",
    meaning="Events whose name contains these words.",
    help="Separated by spaces or commas; each must occur in the name, even inside a word.",
)  # fmt: skip

MODE = Parameter(
    name="mode", type=ParameterType.CHOICE, choices=MODES, example="detailed",
    meaning="How much detail each event has.",
    help="“list” leaves out updates, “detailed” adds agencies, launches, programmes and people.",
)  # fmt: skip

PAGING = (
    Parameter(
        name="ordering", type=ParameterType.CHOICE, choices=ORDERINGS, example="-date",
        meaning="What the events are sorted by.",
        help="By date or by last change; a minus sign reverses the order. The default is by date. "
        f"“{NEAREST}”, the nearest to today first, works only in this archive.",
    ),
    Parameter(
        name="limit", type=ParameterType.COUNT, example="100",
        meaning="How many events a response has at most.",
        help=f"The default is {DEFAULT_LIMIT}, the largest value {MAX_LIMIT}.",
    ),
    Parameter(
        name="offset", type=ParameterType.COUNT, example="100",
        meaning="How many events are skipped.",
        help="Beyond the last event the response is empty, but still has the number of events.",
    ),
    Parameter(
        name="format", type=ParameterType.CHOICE, choices=FORMATS, example="json",
        meaning="The format of the API's response.",
        help="“json” for programs, “api” for people. The content is the same.",
    ),
)  # fmt: skip
"""Order, page and format of the results."""

EXTENSIONS = (
    Parameter(
        name="q", type=ParameterType.SEARCH, origin="archive", example="iss spacewalk 2021",
        meaning="Events that match this search, the best first unless there is an ordering.",
        help="In plain words, in any spelling: names, types, places, agencies, programmes, "
        "launches, stations, expeditions, people, descriptions, titles of articles, years, months "
        "and days.",
    ),
    Parameter(
        name="place", type=ParameterType.REPEATED_TEXT, field="places", origin="archive",
        meaning="Events at this place, by its name here or as the API writes it.",
        help=f"{_REPEAT} The API returns the place but cannot filter by it.",
        example="International Space Station",
    ),
)  # fmt: skip
"""Filters that only this archive has."""

GROUPS = (
    ("Filters", FILTERS),
    ("Search", (SEARCH,)),
    ("Detail, order and paging", (MODE, *PAGING)),
    ("Added to the API later", LATER_FILTERS),
    ("Only in this archive", EXTENSIONS),
)
"""The table as the query page shows it."""

PARAMETERS = (MODE, *FILTERS, *LATER_FILTERS, SEARCH, *PAGING, *EXTENSIONS)
"""The whole table."""

BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}

FILTER_PARAMETERS = tuple(parameter for parameter in PARAMETERS if parameter.field)

MESSAGES = {
    "number": "Enter a number.",
    "datetime": "Enter a valid date/time.",
    "uuid": "Enter a valid UUID.",
    "value": "“{value}” is not a valid value.",
    "format": "Not found.",
    "long": "The query has {length} characters; it may have {largest}.",
    "detail": "{name} was given as “{value}”; it takes a value such as {example}.",
    "unknown": "The API does not know “{name}” and ignores it; it is ignored here too.",
    "former": "“{name}” is a former name, which the API now ignores; use {now}.",
    "ordering": "“{value}” in ordering is ignored: the API sorts by {choices}.",
    "mode": "“{value}” is not a mode; normal is used instead. The modes are {choices}.",
    "limit": "limit is {value}: the API gives at most {largest} events at a time.",
    "count": "{name} was given as “{value}”, which is not a number of events, and is ignored.",
}
"""Messages for values that are refused (in Django REST Framework's words) or ignored."""
