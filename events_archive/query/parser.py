"""Parses queries: a query string, a URL of the API, or a URL of this archive's query page.

A value that the API refuses raises `InvalidQueryError` with the API's message. What the API ignores
is ignored with a warning.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct
from msgspec.structs import replace

from events_archive.errors import UsageError
from events_archive.model.timestamps import as_utc, format_utc
from events_archive.query.parameters import (
    BY_NAME,
    DEFAULT_LIMIT,
    FILTER_PARAMETERS,
    FORMATS,
    MAX_LIMIT,
    MAX_QUERY_LENGTH,
    MESSAGES,
    MODES,
    NEAREST,
    ORDERINGS,
    PARAMETERS,
    Parameter,
    ParameterType,
)

Value = float | str | datetime
Pairs = tuple[tuple[str, str], ...]

_EVENTS_PATH = re.compile(
    r"/events?(?:/(?P<part>upcoming|previous))?(?:/(?P<id>\d+)(?:\.json)?)?/?\Z"
)
_QUERY_IN_FIELD = re.compile(r"^(?:https?|file):|^/\S*/events?\b|(?:^|[?&])\w+=\S", re.ASCII)
_QUERY_PAGE_PATH = re.compile(r"(?:^|/)explore(?:\.html)?\Z")
_FORMER_NAMES = {parameter.former: parameter.name for parameter in PARAMETERS if parameter.former}
_MINIMUM_COUNTS = {"limit": 1, "offset": 0}
_MAX_QUOTED_LENGTH = 80
_KNOWN_ORDERINGS = (*ORDERINGS, NEAREST)

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_DATETIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class InvalidQueryError(UsageError):
    """A query that the API refuses with status 400; `errors` is the body of its response."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        super().__init__(" ".join(" ".join(messages) for messages in errors.values()))


class Filter(Struct, frozen=True, kw_only=True):
    """A parameter with its values, of which a row must match one (`ParameterType.WORDS`: all)."""

    parameter: Parameter
    values: tuple[Value, ...]


class Query(Struct, frozen=True, kw_only=True):
    """A parsed query."""

    pairs: Pairs = ()
    """Names and values as given, of known parameters with a value."""
    filters: tuple[Filter, ...] = ()
    ordering: tuple[str, ...] = ()
    """Fields to sort by, the most important first; a leading ``-`` reverses the order. If there are
    none, a search has the best match first, and all else is sorted by date."""
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    mode: str = "normal"
    words: str = ""
    """What is searched for in plain words."""
    warnings: tuple[str, ...] = ()
    """A sentence for each name or value that is ignored."""

    def searching(self, words: str) -> "Query":
        """Return the query that searches for ``words`` as well."""
        words = words.encode("utf-8", "replace").decode()
        others = tuple(pair for pair in self.pairs if pair[0] != "q")
        return replace(self, words=words, pairs=(*others, ("q", words)))

    @property
    def is_paged(self) -> bool:
        """Whether the query has a limit or an offset."""
        return any(name in _MINIMUM_COUNTS for name, _ in self.pairs)

    def query_string(self, **changed: int | None) -> str:
        """Return the query string, sorted by name as the API's links are.

        The parameters ``changed`` have other values, or are left out if None. Commas and colons,
        which a query may contain (RFC 3986 section 3.4), are not encoded.
        """
        pairs = [pair for pair in self.pairs if pair[0] not in changed]
        pairs += [(name, str(value)) for name, value in changed.items() if value is not None]
        return urlencode(sorted(pairs, key=lambda pair: pair[0]), safe=",:")


def is_query(text: str) -> bool:
    """Whether a text in a search field is a query: a URL, or parameters with values."""
    return _QUERY_IN_FIELD.search(text.strip()) is not None


def parse_query(text: str, now: datetime) -> Query:
    """Return the query that ``text`` spells: a query string, or a URL with or without one.

    ``now`` (UTC) is the reference of the API's paths ``events/upcoming/`` and ``events/previous/``.

    Raises `InvalidQueryError` for values that the API refuses, for other URLs, and for queries that
    are too long.
    """
    text = text.strip()
    if len(text) > MAX_QUERY_LENGTH:
        message = MESSAGES["long"].format(length=len(text), largest=MAX_QUERY_LENGTH)
        raise InvalidQueryError({"detail": [message]})
    path, query_string = _split(text)
    given = parse_qsl(query_string, keep_blank_values=True)
    # The search field of a page sends what was pasted into it as words.
    if is_query(pasted := dict(given).get("q", "")):
        path, query_string = _split(pasted.strip())
        given = parse_qsl(query_string, keep_blank_values=True)
    pairs = tuple((name, value) for name, value in given if value.strip())
    pairs += _pairs_of_path(path, {name for name, _ in pairs}, now)
    # The last value of a name counts.
    values = dict(pairs)
    ordering = [
        term for term in _split_list(values.get("ordering", "")) if term in _KNOWN_ORDERINGS
    ]
    return Query(
        pairs=tuple(pair for pair in pairs if pair[0] in BY_NAME),
        filters=_filters(pairs),
        ordering=tuple(ordering),
        limit=min(_count(values, "limit") or DEFAULT_LIMIT, MAX_LIMIT),
        offset=_count(values, "offset") or 0,
        mode=values["mode"] if values.get("mode") in MODES else "normal",
        words=values.get("q", ""),
        warnings=tuple(_warnings([name for name, _ in given], values)),
    )


def _split(text: str) -> tuple[str, str]:
    """Return path and query string, either of which may be empty."""
    is_url = "://" in text.partition("=")[0] or text.startswith("/")
    if is_url:
        text = text.partition("#")[0]
    path, mark, query_string = text.partition("?")
    # The value of a bare query string may be a URL with a question mark.
    if mark and (is_url or "=" not in path):
        return path, query_string
    return (text, "") if is_url or "=" not in text else ("", text)


def _pairs_of_path(path: str, given: set[str], now: datetime) -> Pairs:
    """Return the filters that ``path`` stands for, without those whose names are ``given``."""
    match = _EVENTS_PATH.search(path)
    if match is None:
        if path and not _QUERY_PAGE_PATH.search(path):
            message = f"“{path}” is neither a query nor a URL of the API's events."
            raise InvalidQueryError({"detail": [message]})
        return ()
    if match["id"]:
        return (("id", match["id"]),)
    pairs: Pairs = ()
    if match["part"] == "upcoming":
        pairs = (("date__gte", format_utc(now - timedelta(days=1))),)
    if match["part"] == "previous":
        pairs = (("date__lt", format_utc(now)), ("ordering", "-date"))
    return tuple(pair for pair in pairs if pair[0] not in given)


def _filters(pairs: Pairs) -> tuple[Filter, ...]:
    filters: list[Filter] = []
    errors: dict[str, list[str]] = {}
    for parameter in FILTER_PARAMETERS:
        values = [value for name, value in pairs if name == parameter.name]
        if not values:
            continue
        try:
            filters.append(Filter(parameter=parameter, values=_COERCIONS[parameter.type](values)))
        except ValueError as error:
            errors[parameter.name] = [_error_message(parameter, values, str(error))]
    response_format = dict(pairs).get("format", FORMATS[0])
    if response_format not in FORMATS:
        message = _error_message(BY_NAME["format"], [response_format], MESSAGES["format"])
        errors["format"] = [message]
    if errors:
        raise InvalidQueryError(errors)
    return tuple(filters)


def _error_message(parameter: Parameter, values: list[str], reason: str) -> str:
    value = "&".join(values)
    if len(value) > _MAX_QUOTED_LENGTH:
        value = f"{value[: _MAX_QUOTED_LENGTH - 3]}..."
    detail = MESSAGES["detail"].format(name=parameter.name, value=value, example=parameter.example)
    return f"{reason} {detail}"


def _warnings(given: Iterable[str], values: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each unknown name of ``given``, and for each of ``values`` ignored."""
    for name in dict.fromkeys(given):
        if name in _FORMER_NAMES:
            yield MESSAGES["former"].format(name=name, now=_FORMER_NAMES[name])
        elif name not in BY_NAME:
            yield MESSAGES["unknown"].format(name=name)
    for term in _split_list(values.get("ordering", "")):
        if term not in _KNOWN_ORDERINGS:
            yield MESSAGES["ordering"].format(value=term, choices=", ".join(ORDERINGS))
    if (mode := values.get("mode", "normal")) not in MODES:
        yield MESSAGES["mode"].format(value=mode, choices=", ".join(MODES))
    for name in _MINIMUM_COUNTS:
        number = _count(values, name)
        if number is None and name in values:
            yield MESSAGES["count"].format(name=name, value=values[name])
        elif number and name == "limit" and number > MAX_LIMIT:
            yield MESSAGES["limit"].format(value=values[name], largest=MAX_LIMIT)


# Conversions of values as Django REST Framework makes them. Each raises `ValueError` with the
# framework's own message for a value that it refuses.


def _split_list(text: str) -> list[str]:
    """Return the parts of ``text`` between commas, without blank ones."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _count(values: Mapping[str, str], name: str) -> int | None:
    """Return the number of a parameter; None, as where it is not given, for anything else."""
    text = values.get(name, "")
    if not _INTEGER.fullmatch(text.strip()):
        return None
    number = int(text[:20])
    return number if number >= _MINIMUM_COUNTS[name] else None


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(MESSAGES["number"])
    return float(text)


def _repeated(values: list[str]) -> tuple[Value, ...]:
    for value in values:
        if not _INTEGER.fullmatch(value.strip()):
            raise ValueError(MESSAGES["value"].format(value=value))
    return tuple(float(value) for value in values)


def _uuids(text: str) -> tuple[Value, ...]:
    uuids = _split_list(text.lower())
    if not all(map(_UUID.fullmatch, uuids)):
        raise ValueError(MESSAGES["uuid"])
    return tuple(uuids)


def _datetime(text: str) -> datetime:
    if not _DATETIME.fullmatch(text.strip()):
        raise ValueError(MESSAGES["datetime"])
    try:
        return as_utc(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError) as error:
        raise ValueError(MESSAGES["datetime"]) from error


_COERCIONS: dict[ParameterType, Callable[[list[str]], tuple[Value, ...]]] = {
    ParameterType.NUMBERS: lambda values: tuple(map(_number, _split_list(values[-1]))),
    ParameterType.NUMBER: lambda values: (_number(values[-1]),),
    ParameterType.REPEATED: _repeated,
    ParameterType.TEXTS: lambda values: tuple(values[-1].split(",")),
    ParameterType.UUIDS: lambda values: _uuids(values[-1]),
    ParameterType.TEXT: lambda values: (values[-1].strip(),),
    ParameterType.REPEATED_TEXT: tuple,
    ParameterType.DATETIME: lambda values: (_datetime(values[-1]),),
    ParameterType.WORDS: lambda values: tuple(values[-1].replace(",", " ").lower().split()),
}
"""By type: from all values of a parameter, none of them blank, to those that a row must match.

Of a parameter that is not meant to be repeated, the last value counts.
"""
