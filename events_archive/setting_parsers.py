"""Parsers of setting values, for the command line and for ``pyproject.toml`` alike.

Each takes a text, or what TOML makes of a value, and returns the value that a setting holds. Each
raises ArgumentTypeError, whose message argparse prints, with a sentence that names the value.
"""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from events_archive.model.timestamps import FIRST_YEAR, LAST_YEAR

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}
_BYTES = {"kb": 10**3, "mb": 10**6, "gb": 10**9}
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


def parse_text(value: Any) -> str:
    """Return the text as it is."""
    if not isinstance(value, str):
        raise ArgumentTypeError(f"{value!r} is not a text")
    return value


def parse_bool(value: Any) -> bool:
    """Return a TOML boolean, or one that is written out, as in the environment."""
    if value in ("true", "false"):
        return bool(value == "true")
    if not isinstance(value, bool):
        raise ArgumentTypeError(f"{value!r} is neither true nor false")
    return value


def parse_url(value: Any) -> str:
    """Return an absolute HTTP or HTTPS URL, with a slash at its end."""
    text = parse_text(value).strip()
    # `urlsplit` and `port` raise for what is no address and no port.
    with suppress(ValueError):
        url = urlsplit(text)
        is_plain = text.isprintable() and not {" ", "\\"} & set(text) and url.port != 0
        is_root = url.hostname and not (url.query or url.fragment or "@" in url.netloc)
        if url.scheme in ("http", "https") and is_root and is_plain:
            return text if text.endswith("/") else f"{text}/"
    if "@" in text:
        # The value is not repeated, since there may be a password in it.
        raise ArgumentTypeError(
            "an address with a user name or password in it is not allowed, since it would be "
            "published with the data: remove what precedes the @, and the @"
        )
    raise ArgumentTypeError(f"{text!r} is not an address such as https://example.org/")


def parse_api_key(value: Any) -> str | None:
    """Return an API key without the spaces and line ends around it; None if nothing remains.

    No message repeats the key.
    """
    key = parse_text(value).strip()
    if not re.fullmatch(r"[!-~]*", key):
        raise ArgumentTypeError(
            "the key has a space, a line end or a character that is not ASCII in it, so that it "
            "cannot be sent; copy the key again, and nothing else, or unset the variable"
        )
    return key or None


def parse_domain(value: Any) -> str:
    """Return a domain such as ``events.example.org`` in lower case; "" is allowed."""
    name = parse_text(value).strip().lower()
    if name and not _DOMAIN.fullmatch(name):
        raise ArgumentTypeError(f"{value!r} is not a domain such as events.example.org")
    return name


def parse_commit(value: Any) -> str:
    """Return the name of a commit of git: the hexadecimal digits of its digest."""
    name = parse_text(value).strip().lower()
    if not re.fullmatch(r"[0-9a-f]{7,64}", name):
        raise ArgumentTypeError(f"{value!r} is not a commit such as 6d521b9, in hexadecimal digits")
    return name


def parse_path(value: Any) -> Path:
    """Return the absolute path; a relative one starts at the working directory."""
    return Path(parse_text(value)).absolute()


def parse_site(value: Any) -> Path | str:
    """Return the URL of a site as `parse_url` does, or else the path of its folder."""
    return parse_url(value) if "://" in parse_text(value) else parse_path(value)


def _parse_quantity(value: Any, units: Mapping[str, int], expected: str) -> float:
    """Return a number with one of ``units``, such as ``30m``, times that unit."""
    match = _QUANTITY.fullmatch(parse_text(value).strip())
    if not match or match[2].lower() not in units:
        raise ArgumentTypeError(f"{value!r} is not {expected}")
    return float(match[1]) * units[match[2].lower()]


def parse_duration(value: Any) -> timedelta:
    """Return a duration such as ``30m``, ``6h`` or ``2d``; a number alone is in seconds."""
    seconds = _parse_quantity(value, _SECONDS, "a duration such as 30m, 6h or 2d")
    try:
        return timedelta(seconds=seconds)
    except OverflowError as error:
        raise ArgumentTypeError(f"{value!r} is longer than can be counted") from error


def parse_byte_size(value: Any) -> int:
    """Return a size such as ``300 kB`` in bytes; 1 kB is 1,000 bytes."""
    return int(_parse_quantity(value, _BYTES, 'a weight such as "300 kB" or "500 MB"'))


def parse_timeout(value: Any) -> float:
    """Return a duration above zero, in seconds."""
    seconds = parse_duration(value).total_seconds()
    if seconds <= 0:
        raise ArgumentTypeError(f"{value!r} leaves no time for an answer")
    return seconds


def parse_date(value: Any) -> date:
    """Return a date in the form ``2026-09-30``."""
    text = parse_text(value)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-09-30") from error


def parse_today(value: Any) -> date:
    """Return a date in a year that an event may have."""
    day = parse_date(value)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ArgumentTypeError(f"{day} is not in the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


def parse_ids(value: Any) -> tuple[int, ...]:
    """Return a TOML array of integers."""
    if not isinstance(value, list) or not all(type(item) is int for item in value):
        raise ArgumentTypeError(f"{value!r} is not a list of whole numbers")
    return tuple(value)


def parse_url_prefix(value: Any) -> str:
    """Return a URL path such as ``/repo/``, with a slash at both ends."""
    text = parse_text(value)
    folders = text.strip("/")
    if not re.fullmatch(r"[\w.~/-]*", folders) or ".." in folders or "//" in folders:
        raise ArgumentTypeError(f"{text!r} is not a folder such as /repo/")
    return f"/{folders}/" if folders else "/"


def one_of(*choices: str) -> Callable[[Any], str]:
    """Return a parser that accepts ``choices`` only."""

    def parse(value: Any) -> str:
        if value not in choices:
            raise ArgumentTypeError(f"{value!r} is none of {', '.join(choices)}")
        return str(value)

    return parse


def whole_number(lowest: int, highest: float, expected: str) -> Callable[[Any], int]:
    """Return a parser of whole numbers within bounds; its errors say what is ``expected``."""

    def parse(value: Any) -> int:
        text = str(value)
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise ArgumentTypeError(f"{value!r} is not {expected}")
        return int(text)

    return parse
