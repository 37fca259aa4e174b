"""Reads the values of parameters as Django REST Framework does.

A reader raises ValueError with the framework's own words for values that it refuses.
"""

import re
from collections.abc import Callable
from datetime import datetime

from events_archive.model.timestamps import as_utc
from events_archive.query.parameters import MESSAGES, ORDERINGS, ParameterType

Value = float | str | datetime

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _numbers(values: list[str]) -> tuple[Value, ...]:
    parts = (part.strip() for part in values[-1].split(","))
    return tuple(_number(part) for part in parts if part)


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(MESSAGES["number"])
    return float(text)


def _repeated(values: list[str]) -> tuple[Value, ...]:
    for value in values:
        if not _WHOLE.fullmatch(value.strip()):
            raise ValueError(MESSAGES["value"].format(value=value))
    return tuple(float(value) for value in values)


def _uuids(values: list[str]) -> tuple[Value, ...]:
    parts = [part.strip().lower() for part in values[-1].split(",") if part.strip()]
    if not all(map(_UUID.fullmatch, parts)):
        raise ValueError(MESSAGES["uuid"])
    return tuple(parts)


def _moment(values: list[str]) -> tuple[Value, ...]:
    text = values[-1].strip()
    if not _MOMENT.fullmatch(text):
        raise ValueError(MESSAGES["moment"])
    try:
        return (as_utc(datetime.fromisoformat(text)),)
    except (ValueError, OverflowError) as error:
        raise ValueError(MESSAGES["moment"]) from error


def words(text: str) -> tuple[str, ...]:
    """The words to look for, in lower case."""
    return tuple(text.replace(",", " ").lower().split())


COERCIONS: dict[ParameterType, Callable[[list[str]], tuple[Value, ...]]] = {
    ParameterType.NUMBERS: _numbers,
    ParameterType.NUMBER: lambda values: (_number(values[-1]),),
    ParameterType.REPEATED: _repeated,
    ParameterType.TEXTS: lambda values: tuple(values[-1].split(",")),
    ParameterType.UUIDS: _uuids,
    ParameterType.TEXT: lambda values: (values[-1].strip(),),
    ParameterType.REPEATED_TEXT: tuple,
    ParameterType.DATETIME: _moment,
    ParameterType.WORDS: lambda values: words(values[-1]),
}


"""From the values of one parameter, none of them blank, to those that an event must fit."""


def ordering(text: str) -> tuple[str, ...]:
    """The terms that the API sorts by; it ignores the others."""
    return tuple(term for term in map(str.strip, text.split(",")) if term in ORDERINGS)


def count(text: str, *, least: int) -> int | None:
    """The number; None for what is none, which the API takes for not given."""
    if not _WHOLE.fullmatch(text.strip()):
        return None
    number = int(text[:20])
    return number if number >= least else None
