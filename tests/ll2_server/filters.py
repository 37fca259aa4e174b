"""The query parameters of the event lists, as the API's documentation defines them.

Unknown parameters and empty ones are ignored. An invalid value gives a 400 with the messages of
Django REST Framework.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from operator import ge, gt, le, lt
from typing import Any

from tests.ll2_server.dates import format_utc
from tests.ll2_server.reference_data import Record
from tests.stand_in.pagination import Query
from tests.stand_in.server import InvalidParametersError

Predicate = Callable[[Record], bool]
Tiebreak = Callable[[Record], Any]

_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$")
_ORDERINGS = {"date", "-date", "last_updated", "-last_updated"}


class InvalidValueError(Exception):
    """A parameter has an invalid value; the message is Django REST Framework's."""


def filter_records(records: Iterable[Record], query: Query) -> list[Record]:
    """Return the records that pass all filters; raises `InvalidParametersError`."""
    predicates: list[Predicate] = []
    errors: dict[str, list[str]] = {}
    for name, make_predicate in FILTERS.items():
        values = [value for value in query.get(name, ()) if value.strip()]
        try:
            if values:
                predicates.append(make_predicate(values))
        except InvalidValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise InvalidParametersError(errors)
    return [record for record in records if all(passes(record) for passes in predicates)]


def sort_records(
    records: Iterable[Record], query: Query, *, default: str, tiebreak: Tiebreak
) -> list[Record]:
    """Sort by the parameter `ordering`; fields that LL2 does not sort by are ignored silently."""
    given = ",".join(query.get("ordering", [])[-1:]).split(",")
    fields = [field.strip() for field in given if field.strip() in _ORDERINGS]
    result = sorted(records, key=tiebreak)
    # Sorting is stable, so the least important field comes first.
    for field in reversed(fields or [default]):
        result.sort(key=_sort_key(field.lstrip("-")), reverse=field.startswith("-"))
    return result


def upcoming_predicate(now: datetime, query: Query) -> Predicate:
    """Select future events and, without `hide_recent_previous`, those of the last 24 hours."""
    hide = (query.get("hide_recent_previous") or [""])[-1].lower() in ("true", "1")
    since = format_utc(now if hide else now - timedelta(days=1))
    return lambda record: record["date"] is not None and record["date"] >= since


def previous_predicate(now: datetime) -> Predicate:
    """Select past events, including the last 24 hours: the two lists overlap."""
    until = format_utc(now)
    return lambda record: record["date"] is not None and record["date"] < until


def filter_by_time(records: Iterable[Record], query: Query, now: datetime) -> list[Record]:
    """Return the records that pass the booleans of 2.4.0: it has no lists of upcoming events."""
    wanted = {name for name in query if query[name][-1].lower() in ("true", "1")}
    predicates = {
        "upcoming": upcoming_predicate(now, {"hide_recent_previous": ["true"]}),
        "upcoming_with_recent": upcoming_predicate(now, {}),
        "previous": previous_predicate(now),
    }
    applied = [predicate for name, predicate in predicates.items() if name in wanted]
    return [record for record in records if all(passes(record) for passes in applied)]


def _sort_key(name: str) -> Callable[[Record], tuple[bool, str]]:
    # As in PostgreSQL, null is greater than any value.
    return lambda record: (record[name] is None, str(record[name]))


def _parse_numbers(values: list[str]) -> set[float]:
    try:
        return {float(part) for part in values[-1].split(",") if part.strip()}
    except ValueError:
        raise InvalidValueError("Enter a number.") from None


def _parse_datetime(values: list[str]) -> str:
    try:
        if not _DATE_TIME.match(values[-1]):
            raise ValueError
        parsed = datetime.fromisoformat(values[-1])
    except ValueError:
        raise InvalidValueError("Enter a valid date/time.") from None
    return format_utc(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))


def _one_of(read: Callable[[Record], Any]) -> Callable[[list[str]], Predicate]:
    """Compare one value of the record with a comma-separated list."""

    def make_predicate(values: list[str]) -> Predicate:
        wanted = _parse_numbers(values)
        return lambda record: read(record) in wanted

    return make_predicate


def _date_part(begin: int, end: int) -> Callable[[list[str]], Predicate]:
    def read(record: Record) -> int | None:
        return int(record["date"][begin:end]) if record["date"] else None

    return _one_of(read)


def _any_of(relation: str) -> Callable[[list[str]], Predicate]:
    """Compare the ids of related objects with a comma-separated list."""

    def make_predicate(values: list[str]) -> Predicate:
        wanted = _parse_numbers(values)
        return lambda record: any(item["id"] in wanted for item in record[relation] or ())

    return make_predicate


def _comparison(field: str, passes: Callable[[str, str], bool]) -> Callable[[list[str]], Predicate]:
    def make_predicate(values: list[str]) -> Predicate:
        bound = _parse_datetime(values)
        return lambda record: record[field] is not None and passes(record[field], bound)

    return make_predicate


def _program(values: list[str]) -> Predicate:
    """Read `program=17&program=18`: a repeated parameter, unlike all other lists."""
    try:
        wanted = {int(value) for value in values}
    except ValueError:
        invalid = next(value for value in values if not value.strip().isdigit())
        raise InvalidValueError(f"“{invalid}” is not a valid value.") from None
    return lambda record: any(item["id"] in wanted for item in record["program"] or ())


def _type(values: list[str]) -> Predicate:
    if "," in values[-1]:
        raise InvalidValueError("Enter a number.")
    wanted = _parse_numbers(values)
    return lambda record: record["type"]["id"] in wanted


def _slug(values: list[str]) -> Predicate:
    return lambda record: record["slug"] == values[-1]


def _video_url(values: list[str]) -> Predicate:
    wanted = set(values[-1].split(","))
    return lambda record: any(link["url"] in wanted for link in record["vid_urls"])


def _launches(values: list[str]) -> Predicate:
    wanted = set(values[-1].lower().split(","))
    return lambda record: any(launch["id"] in wanted for launch in record["launches"])


def _search(values: list[str]) -> Predicate:
    terms = values[-1].lower().replace(",", " ").split()

    def predicate(record: Record) -> bool:
        name = record["name"].lower()
        return all(term in name for term in terms)

    return predicate


FILTERS: dict[str, Callable[[list[str]], Predicate]] = {
    "id": _one_of(lambda record: record["id"]),
    "year": _date_part(0, 4),
    "month": _date_part(5, 7),
    "day": _date_part(8, 10),
    "type": _type,
    "type__ids": _one_of(lambda record: record["type"]["id"]),
    "agency__ids": _any_of("agencies"),
    "program": _program,
    "program__ids": _any_of("program"),
    "expedition__ids": _any_of("expeditions"),
    "spacestation__ids": _any_of("spacestations"),
    "launch__ids": _launches,
    "slug": _slug,
    "video_url": _video_url,
    "search": _search,
    "date__gt": _comparison("date", gt),
    "date__gte": _comparison("date", ge),
    "date__lt": _comparison("date", lt),
    # The first name of `date__lt`; the API ignores it (`Api.ignored_parameters`).
    "date__gt__lt": _comparison("date", lt),
    "date__lte": _comparison("date", le),
    "last_updated__gte": _comparison("last_updated", ge),
    "last_updated__lte": _comparison("last_updated", le),
}
