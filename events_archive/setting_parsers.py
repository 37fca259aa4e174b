"""Texts and TOML's values into what the settings hold; each raises what argparse can tell."""

import argparse
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_WEIGHT = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg])b", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "": "seconds"}


def web_folder(text: str) -> str:
    """An http(s) address with a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address such as https://example.org/")
    return text if text.endswith("/") else f"{text}/"


def path(text: str) -> Path:
    """A file or folder, from where we are."""
    return Path(text).absolute()


def duration(text: str) -> timedelta:
    """``30m``, ``6h``, ``2d``."""
    match = _DURATION.fullmatch(text.strip())
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration such as 30m, 6h or 2d")
    try:
        return timedelta(**{_UNITS[match[2].lower()]: float(match[1])})
    except OverflowError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is longer than can be counted") from error


def seconds(text: str) -> float:
    """A duration that leaves time for something, in seconds."""
    total = duration(text).total_seconds()
    if total <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} leaves no time for an answer")
    return total


def day(text: str) -> date:
    """``2026-09-30``."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-09-30") from error


def port(text: str) -> int:
    """A port; 0 is any free one."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, a number from 0 to 65535")
    return int(text)


def prefix(text: str) -> str:
    """A folder of a host, with a slash at both ends."""
    folders = text.strip("/")
    if not re.fullmatch(r"[\w.~/-]*", folders) or ".." in folders or "//" in folders:
        raise argparse.ArgumentTypeError(f"{text!r} is not a folder such as /repo/")
    return f"/{folders}/" if folders else "/"


def count(text: str) -> int:
    """How many at a time: 1 to 64."""
    if not text.isdecimal() or not 0 < int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 64")
    return int(text)


def one_of(*words: str) -> Callable[[Any], str]:
    """What reads one of ``words``."""

    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"{value!r} is none of {', '.join(words)}")
        return str(value)

    return read


def text(value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def ids(value: Any) -> tuple[int, ...]:
    """A list of ids."""
    if not isinstance(value, list) or not all(type(item) is int for item in value):
        raise TypeError(f"{value!r} is not a list of whole numbers")
    return tuple(value)


def size(value: Any) -> int:
    """A whole number above 0."""
    if type(value) is not int or value < 1:
        raise ValueError(f"{value!r} is not a whole number above 0")
    return value


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def domain(value: Any) -> str:
    """``events.example.org``, or ""."""
    name = text(value).strip().lower()
    if name and not _DOMAIN.fullmatch(name):
        raise ValueError(f"{value!r} is not a domain such as events.example.org")
    return name


def weight(value: Any) -> int:
    """``300 kB`` in bytes, thousands as hosts count them."""
    match = _WEIGHT.fullmatch(text(value).strip())
    if not match:
        raise ValueError(f'{value!r} is not a weight such as "300 kB" or "500 MB"')
    return int(float(match[1]) * {"k": 10**3, "m": 10**6, "g": 10**9}[match[2].lower()])


SETTING_PARSERS: dict[str, Callable[[Any], Any]] = {
    "api_url": lambda value: web_folder(text(value)),
    "base_url": lambda value: web_folder(text(value)) if value else "",
    "cname": domain,
    "excluded_licences": ids,
    "full_sweep_every": lambda value: duration(text(value)),
    "jobs": lambda value: count(str(value)),
    "list_limit": size,
    "max_age": lambda value: duration(text(value)),
    "mode": one_of("detailed", "normal"),
    "offer_download": flag,
    "page_budget": weight,
    "site_budget": weight,
    "timeout": lambda value: seconds(text(value)),
    "title": text,
}
"""The settings that may last, each with what makes its value from TOML's."""
