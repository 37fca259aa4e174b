"""Parsers of setting values, for the command line and for ``pyproject.toml`` alike.

Each takes a text, or what TOML makes of a value, and returns the value that a setting holds. Each
raises ValueError with a sentence that names the value.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)", re.IGNORECASE)
_DURATION_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "": "seconds"}
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_BYTE_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg])b", re.IGNORECASE)
_BYTE_UNITS = {"k": 10**3, "m": 10**6, "g": 10**9}


def parse_text(value: Any) -> str:
    """Return the text as it is."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text")
    return value


def parse_bool(value: Any) -> bool:
    """Return a TOML boolean."""
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def parse_url(value: Any) -> str:
    """Return an absolute HTTP or HTTPS URL, with a slash at its end."""
    text = parse_text(value)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{text!r} is not an address such as https://example.org/")
    return text if text.endswith("/") else f"{text}/"


def parse_domain(value: Any) -> str:
    """Return a domain such as ``events.example.org`` in lower case; "" is allowed."""
    name = parse_text(value).strip().lower()
    if name and not _DOMAIN.fullmatch(name):
        raise ValueError(f"{value!r} is not a domain such as events.example.org")
    return name


def parse_path(value: Any) -> Path:
    """Return the absolute path; a relative one starts at the working directory."""
    return Path(parse_text(value)).absolute()


def parse_duration(value: Any) -> timedelta:
    """Return a duration such as ``30m``, ``6h`` or ``2d``; a number alone is in seconds."""
    text = parse_text(value)
    match = _DURATION.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not a duration such as 30m, 6h or 2d")
    try:
        return timedelta(**{_DURATION_UNITS[match[2].lower()]: float(match[1])})
    except OverflowError as error:
        raise ValueError(f"{text!r} is longer than can be counted") from error


def parse_timeout(value: Any) -> float:
    """Return a duration above zero, in seconds."""
    seconds = parse_duration(value).total_seconds()
    if seconds <= 0:
        raise ValueError(f"{value!r} leaves no time for an answer")
    return seconds


def parse_date(value: Any) -> date:
    """Return a date in the form ``2026-09-30``."""
    text = parse_text(value)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day such as 2026-09-30") from error


def parse_jobs(value: Any) -> int:
    """Return a number from 1 to 64."""
    text = str(value)
    if not text.isdecimal() or not 0 < int(text) <= 64:
        raise ValueError(f"{text!r} is not a number from 1 to 64")
    return int(text)


def parse_positive_int(value: Any) -> int:
    """Return a TOML integer above 0."""
    if type(value) is not int or value < 1:
        raise ValueError(f"{value!r} is not a whole number above 0")
    return value


def parse_ids(value: Any) -> tuple[int, ...]:
    """Return a TOML array of integers."""
    if not isinstance(value, list) or not all(type(item) is int for item in value):
        raise ValueError(f"{value!r} is not a list of whole numbers")
    return tuple(value)


def parse_byte_size(value: Any) -> int:
    """Return a size such as ``300 kB`` in bytes; 1 kB is 1,000 bytes."""
    match = _BYTE_SIZE.fullmatch(parse_text(value).strip())
    if not match:
        raise ValueError(f'{value!r} is not a weight such as "300 kB" or "500 MB"')
    return int(float(match[1]) * _BYTE_UNITS[match[2].lower()])


def parse_port(value: Any) -> int:
    """Return a TCP port; 0 stands for any free one."""
    text = parse_text(value)
    if not text.isdecimal() or int(text) > 65535:
        raise ValueError(f"{text!r} is not a port, a number from 0 to 65535")
    return int(text)


def parse_url_prefix(value: Any) -> str:
    """Return a URL path such as ``/repo/``, with a slash at both ends."""
    text = parse_text(value)
    folders = text.strip("/")
    if not re.fullmatch(r"[\w.~/-]*", folders) or ".." in folders or "//" in folders:
        raise ValueError(f"{text!r} is not a folder such as /repo/")
    return f"/{folders}/" if folders else "/"


def one_of(*choices: str) -> Callable[[Any], str]:
    """Return a parser that accepts ``choices`` only."""

    def parse(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"{value!r} is none of {', '.join(choices)}")
        return str(value)

    return parse
