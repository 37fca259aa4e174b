"""Converts the values of parameters as Django REST Framework does.

A conversion raises `ValueError` with the framework's own message for a value that it refuses.
"""

import re
from collections.abc import Callable
from datetime import datetime

from events_archive.model.timestamps import as_utc
from events_archive.query.parameters import MESSAGES, ParameterType

Value = float | str | datetime

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_DATETIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def split_list(text: str) -> list[str]:
    """Return the parts of ``text`` between commas, without blank ones."""
    return [part.strip() for part in text.split(",") if part.strip()]


def parse_count(text: str, *, minimum: int) -> int | None:
    """Return the number; None, which the API takes as not given, for anything else."""
    if not _INTEGER.fullmatch(text.strip()):
        return None
    number = int(text[:20])
    return number if number >= minimum else None


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
    uuids = split_list(text.lower())
    if not all(map(_UUID.fullmatch, uuids)):
        raise ValueError(MESSAGES["uuid"])
    return tuple(uuids)


def _datetime(text: str) -> datetime:
    if not _DATETIME.fullmatch(text.strip()):
        raise ValueError(MESSAGES["moment"])
    try:
        return as_utc(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError) as error:
        raise ValueError(MESSAGES["moment"]) from error


COERCIONS: dict[ParameterType, Callable[[list[str]], tuple[Value, ...]]] = {
    ParameterType.NUMBERS: lambda values: tuple(map(_number, split_list(values[-1]))),
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
