"""Reads a question: a query string, an address of the API, or one of this archive's own.

What the API would refuse is refused in its words; what it would ignore is ignored, and said.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from events_archive.errors import UsageError
from events_archive.model.timestamps import format_utc
from events_archive.query.coercion import COERCIONS, Value, count, ordering
from events_archive.query.parameters import (
    BY_NAME,
    DEFAULT_LIMIT,
    FILTER_PARAMETERS,
    FORMATS,
    LARGEST_LIMIT,
    MESSAGES,
    MODES,
    Parameter,
)
from events_archive.query.query_warnings import query_warnings

Pairs = tuple[tuple[str, str], ...]

_EVENTS = re.compile(r"/events?(?:/(?P<part>upcoming|previous))?(?:/(?P<id>\d+)(?:\.json)?)?/?")
_OURS = re.compile(r"(?:^|/)explore(?:\.html)?$")


class InvalidQueryError(UsageError):
    """A question that the API would answer with 400; `errors` is what its answer would hold."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        sentences = (" ".join(messages) for messages in errors.values())
        super().__init__(" ".join(sentences))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter with the values that were asked for, of which an event must fit one.

    Of `Kind.WORDS` it must fit all.
    """

    parameter: Parameter
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What was asked."""

    pairs: Pairs = ()
    """Names and values as they came, of parameters that exist and have a value."""
    filters: tuple[Filter, ...] = ()
    ordering: tuple[str, ...] = ("date",)
    """The most important first; a minus sign turns one round."""
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    mode: str = "normal"
    warnings: tuple[str, ...] = ()
    """What was ignored, a sentence each."""

    @property
    def is_paged(self) -> bool:
        """Whether it asks for a part of the answer, or leaves it to the API to give a part."""
        return any(name in ("limit", "offset") for name, _ in self.pairs)

    def query_string(self, **changed: int | None) -> str:
        """The query string, sorted as the API does; ``offset=None`` leaves the offset out.

        Commas and colons, which may stand in a query (RFC 3986 section 3.4), stay legible.
        """
        kept = [(name, value) for name, value in self.pairs if name not in changed]
        added = [(name, str(value)) for name, value in changed.items() if value is not None]
        return urlencode(sorted((*kept, *added), key=lambda pair: pair[0]), safe=",:")


def parse_query(text: str, now: datetime) -> Query:
    """The question that ``text`` asks: a query string, or a whole address with or without one.

    ``now`` (UTC) is what "upcoming" and "previous" in an address mean.

    Raises `RefusedQuestion` for values that the API refuses, and for an address of something else.
    """
    path, query = _split(text.strip())
    given = parse_qsl(query, keep_blank_values=True)
    pairs = tuple((name, value) for name, value in given if value.strip())
    asked = (*pairs, *_pairs_from_path(path, {name for name, _ in pairs}, now))
    last = dict(asked)
    conditions = _filters(asked)
    return Query(
        pairs=tuple(pair for pair in asked if pair[0] in BY_NAME),
        filters=conditions,
        ordering=ordering(last.get("ordering", "")) or ("date",),
        limit=min(count(last.get("limit", ""), least=1) or DEFAULT_LIMIT, LARGEST_LIMIT),
        offset=count(last.get("offset", ""), least=0) or 0,
        mode=last["mode"] if last.get("mode") in MODES else "normal",
        warnings=tuple(query_warnings(given, last)),
    )


def _split(text: str) -> tuple[str, str]:
    """Path and query; a bare query has no path, and may itself hold an address with a ?."""
    is_address = "://" in text.partition("=")[0] or text.startswith("/")
    if is_address:
        text = text.partition("#")[0]
    before, mark, after = text.partition("?")
    if mark and (is_address or "=" not in before):
        return before, after
    return (text, "") if is_address or "=" not in text else ("", text)


def _pairs_from_path(path: str, given: set[str], now: datetime) -> Pairs:
    """What an address asks before its query begins."""
    found = _EVENTS.search(path)
    if found is None or found.end() != len(path):
        if path and not _OURS.search(path):
            detail = f"“{path}” is not a query, nor an address of the API's events."
            raise InvalidQueryError({"detail": [detail]})
        return ()
    if found["id"]:
        return (("id", found["id"]),)
    pairs: Pairs = ()
    if found["part"] == "upcoming":
        pairs = (("date__gte", format_utc(now - timedelta(days=1))),)
    if found["part"] == "previous":
        pairs = (("date__lt", format_utc(now)), ("ordering", "-date"))
    return tuple(pair for pair in pairs if pair[0] not in given)


def _filters(pairs: Pairs) -> tuple[Filter, ...]:
    conditions, errors = [], {}
    for parameter in FILTER_PARAMETERS:
        values = [value for name, value in pairs if name == parameter.name]
        if not values:
            continue
        try:
            conditions.append(Filter(parameter=parameter, values=COERCIONS[parameter.type](values)))
        except ValueError as problem:
            errors[parameter.name] = [_error_message(parameter, values, str(problem))]
    asked_format = dict(pairs).get("format")
    if asked_format is not None and asked_format not in FORMATS:
        errors["format"] = [_error_message(BY_NAME["format"], [asked_format], MESSAGES["format"])]
    if errors:
        raise InvalidQueryError(errors)
    return tuple(conditions)


def _error_message(parameter: Parameter, values: list[str], words: str) -> str:
    shown = "&".join(values) if len("&".join(values)) <= 80 else f"{'&'.join(values)[:77]}..."
    detail = MESSAGES["detail"].format(name=parameter.name, value=shown, example=parameter.example)
    return f"{words} {detail}"
