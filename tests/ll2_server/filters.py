"""The query parameters of the event lists, with the meaning the API's documentation gives them.

Unknown parameters are ignored, empty ones too; a value that cannot be read is answered with 400
and the wording of Django REST Framework.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from operator import ge, gt, le, lt
from typing import Any

from tests.ll2_server.dates import format_utc
from tests.ll2_server.reference_data import Record

Query = dict[str, list[str]]
Test = Callable[[Record], bool]
Tiebreak = Callable[[Record], Any]

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$")
_ORDERINGS = {"date", "-date", "last_updated", "-last_updated"}


class BadValueError(Exception):
    """A parameter whose value cannot be read; its text is what DRF would say."""


class BadParametersError(Exception):
    """Some parameters cannot be read; `errors` is the body of the answer."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def matches(records: Iterable[Record], query: Query) -> list[Record]:
    """Keep the records that pass every filter; raises `BadParametersError` naming all bad ones."""
    tests, errors = [], {}
    for name, make in FILTERS.items():
        values = [value for value in query.get(name, ()) if value.strip()]
        try:
            if values:
                tests.append(make(values))
        except BadValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise BadParametersError(errors)
    return [record for record in records if all(test(record) for test in tests)]


def ordered(
    records: Iterable[Record], query: Query, *, default: str, tiebreak: Tiebreak
) -> list[Record]:
    """Sort as `ordering` asks; fields that LL2 does not sort by are ignored silently."""
    asked = ",".join(query.get("ordering", [])[-1:]).split(",")
    known = [term.strip() for term in asked if term.strip() in _ORDERINGS]
    result = sorted(records, key=tiebreak)
    # The least important term first: sorting is stable.
    for term in reversed(known or [default]):
        result.sort(key=_field(term.lstrip("-")), reverse=term.startswith("-"))
    return result


def is_upcoming(now: datetime, query: Query) -> Test:
    """Future events and, unless `hide_recent_previous`, those of the last 24 hours."""
    hide = (query.get("hide_recent_previous") or [""])[-1].lower() in ("true", "1")
    since = format_utc(now if hide else now - timedelta(days=1))
    return lambda record: record["date"] is not None and record["date"] >= since


def is_previous(now: datetime) -> Test:
    """Past events, the last 24 hours included: the two lists overlap."""
    until = format_utc(now)
    return lambda record: record["date"] is not None and record["date"] < until


def _field(name: str) -> Callable[[Record], tuple[bool, str]]:
    # As PostgreSQL does: null is greater than everything.
    return lambda record: (record[name] is None, str(record[name]))


def _numbers(values: list[str]) -> set[float]:
    try:
        return {float(part) for part in values[-1].split(",") if part.strip()}
    except ValueError:
        raise BadValueError("Enter a number.") from None


def _moment(values: list[str]) -> str:
    try:
        if not _MOMENT.match(values[-1]):
            raise ValueError
        moment = datetime.fromisoformat(values[-1])
    except ValueError:
        raise BadValueError("Enter a valid date/time.") from None
    return format_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _one_of(read: Callable[[Record], Any]) -> Callable[[list[str]], Test]:
    """Filter by one value of the record, against a comma-separated list."""

    def make(values: list[str]) -> Test:
        wanted = _numbers(values)
        return lambda record: read(record) in wanted

    return make


def _date_part(begin: int, end: int) -> Callable[[list[str]], Test]:
    def read(record: Record) -> int | None:
        return int(record["date"][begin:end]) if record["date"] else None

    return _one_of(read)


def _any_of(relation: str) -> Callable[[list[str]], Test]:
    """Filter by the ids of related things, against a comma-separated list."""

    def make(values: list[str]) -> Test:
        wanted = _numbers(values)
        return lambda record: any(item["id"] in wanted for item in record[relation] or ())

    return make


def _compared(field: str, passes: Callable[[str, str], bool]) -> Callable[[list[str]], Test]:
    def make(values: list[str]) -> Test:
        bound = _moment(values)
        return lambda record: record[field] is not None and passes(record[field], bound)

    return make


def _program(values: list[str]) -> Test:
    """Filter by `program=17&program=18`: repeated, unlike all other lists."""
    try:
        wanted = {int(value) for value in values}
    except ValueError:
        bad = next(value for value in values if not value.strip().isdigit())
        raise BadValueError(f"“{bad}” is not a valid value.") from None
    return lambda record: any(item["id"] in wanted for item in record["program"] or ())


def _type(values: list[str]) -> Test:
    if "," in values[-1]:
        raise BadValueError("Enter a number.")
    wanted = _numbers(values)
    return lambda record: record["type"]["id"] in wanted


def _slug(values: list[str]) -> Test:
    return lambda record: record["slug"] == values[-1]


def _video_url(values: list[str]) -> Test:
    wanted = set(values[-1].split(","))
    return lambda record: any(link["url"] in wanted for link in record["vid_urls"])


def _launches(values: list[str]) -> Test:
    wanted = set(values[-1].lower().split(","))
    return lambda record: any(launch["id"] in wanted for launch in record["launches"])


def _search(values: list[str]) -> Test:
    terms = values[-1].lower().replace(",", " ").split()

    def test(record: Record) -> bool:
        name = record["name"].lower()
        return all(term in name for term in terms)

    return test


FILTERS: dict[str, Callable[[list[str]], Test]] = {
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
    "date__gt": _compared("date", gt),
    "date__gte": _compared("date", ge),
    "date__lt": _compared("date", lt),
    # What "date less than" was first called; the API (see `Api.unknown`) has forgotten it.
    "date__gt__lt": _compared("date", lt),
    "date__lte": _compared("date", le),
    "last_updated__gte": _compared("last_updated", ge),
    "last_updated__lte": _compared("last_updated", le),
}
