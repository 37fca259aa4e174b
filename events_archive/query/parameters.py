"""The table of parameters: what the API can be asked, and what this archive can be asked beyond it.

Page, command line, documentation, OpenAPI description and tests are all made from it. Meanings are
those of https://ll.thespacedevs.com/2.3.0/schema/ and of Django REST Framework, which LL2 is
written in.
"""

from dataclasses import dataclass
from enum import StrEnum

API_EVENTS = "https://ll.thespacedevs.com/2.3.0/events/"
"""Where the same questions can be put to the API itself."""

DEFAULT_LIMIT, LARGEST_LIMIT = 10, 100
"""Events of an answer: what the API gives to who does not say, and the most it gives."""

MODES = ("list", "normal", "detailed")
"""The API's levels of detail, each with all that the one before it has."""

ORDERINGS = ("date", "-date", "last_updated", "-last_updated")
"""What the API can sort by; it ignores any other word."""

FORMATS = ("json", "api")
"""How the API answers: JSON, or a page for people that shows the same."""


class ParameterType(StrEnum):
    """How a parameter's values are written, and what they are held against."""

    NUMBERS = "numbers"
    """Numbers separated by commas; one of them must fit."""
    NUMBER = "number"
    """A single number."""
    REPEATED = "repeated"
    """Whole numbers, the parameter repeated for each; one of them must fit."""
    TEXTS = "texts"
    """Exact texts separated by commas; one of them must fit."""
    UUIDS = "uuids"
    """UUIDs separated by commas; one of them must fit."""
    TEXT = "text"
    """An exact text."""
    REPEATED_TEXT = "each"
    """Exact texts that may hold commas, the parameter repeated for each; one of them must fit."""
    DATETIME = "moment"
    """A date-time, in UTC where it does not say."""
    WORDS = "words"
    """Words separated by blanks or commas; each must occur, in capitals or not."""
    CHOICE = "choice"
    """One of a few words."""
    COUNT = "count"
    """A whole number, nought or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One row of the table."""

    name: str
    type: ParameterType
    meaning: str
    """What it asks for, in a few words."""
    help: str
    """All that there is to know about it, in a sentence or two."""
    example: str
    field: str = ""
    """Which attribute of `Entry` it is held against; "" where it does not choose events."""
    compare: str = ""
    """Of a `Kind.MOMENT`: "gt", "gte", "lt" or "lte"."""
    choices: tuple[str, ...] = ()
    """All that a `Kind.CHOICE` may be."""
    origin: str = "api"
    """"api"; "later" where the API learned it after its first year; "archive" where it never did.
    """
    former: str = ""
    """A name that the API used before."""


_NUMBERS = "Numbers, separated by commas."
_DAYS = "A day or a date-time (ISO 8601), in UTC unless it names a zone."
_REPEAT = "Repeat it to ask for several: an event that fits one of them fits."
_COMMAS = "Separate several by commas: an event that fits one of them fits."

MODE = Parameter(
    name="mode",
    type=ParameterType.CHOICE,
    choices=MODES,
    meaning="How much is told of each event.",
    help="“list” leaves out updates, “detailed” adds agencies, launches, programmes and people.",
    example="detailed",
)
ORDERING = Parameter(
    name="ordering",
    type=ParameterType.CHOICE,
    choices=ORDERINGS,
    meaning="What the events are sorted by.",
    help="By date or by last change; a minus sign turns the order round. Without it, by date.",
    example="-date",
)
LIMIT = Parameter(
    name="limit",
    type=ParameterType.COUNT,
    meaning="How many events one answer holds.",
    help=f"{DEFAULT_LIMIT} where it is not said, {LARGEST_LIMIT} at most.",
    example="100",
)
OFFSET = Parameter(
    name="offset",
    type=ParameterType.COUNT,
    meaning="How many events are passed over first.",
    help="Beyond the last event the answer is empty, and still says how many events there are.",
    example="100",
)
FORMAT = Parameter(
    name="format",
    type=ParameterType.CHOICE,
    choices=FORMATS,
    meaning="How the API answers.",
    help="“json” for programs, “api” for people. It changes nothing in what is answered.",
    example="json",
)


def _ids(name: str, field: str, meaning: str, example: str, origin: str = "api") -> Parameter:
    return Parameter(
        name=name, type=ParameterType.NUMBERS, field=field, meaning=meaning, help=_COMMAS,
        example=example, origin=origin,
    )  # fmt: skip


def _date_part(name: str, meaning: str, example: str) -> Parameter:
    return Parameter(
        name=name, type=ParameterType.NUMBERS, field=name, meaning=meaning, example=example,
        help=f"{_NUMBERS} The date is taken in UTC.",
    )  # fmt: skip


def _datetime(name: str, meaning: str, former: str = "") -> Parameter:
    field, _, compare = name.partition("__")
    return Parameter(
        name=name, type=ParameterType.DATETIME, field=field, compare=compare, meaning=meaning,
        help=_DAYS, example="2021-07-04T00:11:00Z", former=former,
    )  # fmt: skip


FILTERS = (
    _ids("agency__ids", "agencies", "Events in which one of these agencies takes part.", "44,121"),
    _datetime("date__gt", "Events later than this."),
    _datetime("date__gte", "Events at this time or later."),
    _datetime("date__lt", "Events earlier than this.", former="date__gt__lt"),
    _datetime("date__lte", "Events at this time or earlier."),
    _date_part("day", "Events on these days of the month.", "4,20"),
    _ids("id", "id", "The events with these ids.", "309,310"),
    _datetime("last_updated__gte", "Events last changed in the API at this time or later."),
    _datetime("last_updated__lte", "Events last changed in the API at this time or earlier."),
    _date_part("month", "Events in these months, 1 to 12.", "6,7"),
    Parameter(
        name="program",
        type=ParameterType.REPEATED,
        field="programs",
        meaning="Events of one of these programmes, by id.",
        help=_REPEAT,
        example="17",
    ),
    Parameter(
        name="slug",
        type=ParameterType.TEXT,
        field="slug",
        meaning="The event with this slug.",
        help="The API's present slug, exactly. It changes when an event is renamed.",
        example="tiangong-eva-1",
    ),
    Parameter(
        name="type",
        type=ParameterType.NUMBER,
        field="type",
        meaning="Events of this type, by id.",
        help="A single number; type__ids takes several.",
        example="2",
    ),
    _ids("type__ids", "type", "Events of one of these types, by id.", "2,8"),
    Parameter(
        name="video_url",
        type=ParameterType.TEXTS,
        field="videos",
        meaning="Events that one of these webcasts belongs to.",
        help=f"Whole addresses. {_COMMAS}",
        example="https://www.youtube.com/watch?v=21X5lGlDOfg",
    ),
    _date_part("year", "Events in these years.", "2020,2021"),
)
"""The sixteen filters of 2.3.0."""

LATER_FILTERS = (
    _ids("program__ids", "programs", "Events of one of these programmes.", "17,18", "later"),
    _ids("expedition__ids", "expeditions", "Events of one of these expeditions.", "65", "later"),
    _ids("spacestation__ids", "stations", "Events at one of these stations.", "4,18", "later"),
    Parameter(
        name="launch__ids",
        type=ParameterType.UUIDS,
        field="launches",
        origin="later",
        meaning="Events that one of these launches belongs to.",
        help=f"UUIDs. {_COMMAS}",
        example="92dd20c7-6afc-484c-8369-2f6751bd0d8f",
    ),
)
"""Filters that were added to 2.3.0 while it was in use."""

SEARCH = Parameter(
    name="search",
    type=ParameterType.WORDS,
    field="name",
    meaning="Events whose name holds these words.",
    help="Separated by blanks or commas; each must occur in the name, also within a word.",
    example="crew docking",
)

EXTENSIONS = (
    Parameter(
        name="q",
        type=ParameterType.WORDS,
        field="text",
        origin="archive",
        meaning="Events that hold these words anywhere.",
        help="Like search, and also in descriptions, places, types, agencies, programmes, "
        "launches, stations, expeditions and people. The API has nothing like it.",
        example="solar array",
    ),
    Parameter(
        name="place",
        type=ParameterType.REPEATED_TEXT,
        field="place",
        origin="archive",
        meaning="Events at this place, as the API writes it.",
        help=f"{_REPEAT} The API tells the place and cannot be asked for it.",
        example="International Space Station",
    ),
)
"""What only this archive can be asked."""

PARAMETERS = (MODE, *FILTERS, *LATER_FILTERS, SEARCH, ORDERING, LIMIT, OFFSET, FORMAT, *EXTENSIONS)
"""The whole table."""

BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}

FILTER_PARAMETERS = tuple(parameter for parameter in PARAMETERS if parameter.field)
"""The parameters that choose events."""

GROUPS = (
    ("Which events", FILTERS),
    ("Words", (SEARCH,)),
    ("How much, how many, in which order", (MODE, ORDERING, LIMIT, OFFSET, FORMAT)),
    ("Added to the API later", LATER_FILTERS),
    ("Beyond the API: only here", EXTENSIONS),
)
"""The table as people read it."""

MESSAGES = {
    "number": "Enter a number.",
    "moment": "Enter a valid date/time.",
    "uuid": "Enter a valid UUID.",
    "value": "“{value}” is not a valid value.",
    "format": "Not found.",
    "detail": "{name} was given as “{value}”, and takes something like {example}.",
    "unknown": "The API does not know “{name}” and ignores it, and so does this answer.",
    "former": "“{name}” is a former name that the API now ignores; it is called {now}.",
    "ordering": "“{value}” in ordering is ignored: the API sorts by {choices}.",
    "mode": "“{value}” is not a mode; the answer is in mode normal. There are {choices}.",
    "limit": "limit is {value}: the API gives at most {largest} events at a time.",
    "count": "{name} was given as “{value}”, which is not a number of events, and is ignored.",
}
"""What is said of values that are refused (as Django REST Framework says it) or ignored."""
