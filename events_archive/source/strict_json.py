"""JSON as the standard has it (RFC 8259), which is narrower than what Python reads and writes."""

import json
import math
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NoReturn

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

Spans = dict[str, tuple[int, int]]
"""Where in an object's text each of its members stands, name and value."""


def decode(data: bytes) -> Any:
    """The value that UTF-8 ``data`` spells.

    Raises `ValueError` when it is not JSON in UTF-8, or nested deeper than a reader can follow.
    """
    try:
        return _DECODER.decode(data.decode("utf-8-sig"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def spans(text: str) -> tuple[Any, Spans]:
    """An object as `encode` writes it, and where in ``text`` its members stand.

    So a member can be told again in the very words in which it came, at no cost.
    Raises `ValueError` for any other text.
    """
    members: dict[str, Any] = {}
    places: Spans = {}
    at = 0
    try:
        while text[at] == "{" if at == 0 else text[at] == ",":
            start = at + 1
            if text[start] != '"':
                break
            name, colon = scanstring(text, start + 1, True)
            if text[colon] != ":":
                break
            members[name], at = _scan(text, colon + 1)
            places[name] = (start, at)
    except (IndexError, StopIteration) as error:
        raise ValueError("not an object on one line") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if text[at:] != "}" or list(places) != sorted(places):
        raise ValueError("not as this archive writes it")
    return members, places


def encode(value: Any) -> bytes:
    """``value`` on one line, always the same bytes: keys sorted, no spaces, UTF-8 as it is.

    Half a surrogate pair, which JSON may carry and UTF-8 may not, is written as its escape.

    Raises `ValueError` when it is nested too deeply, or holds NaN or infinity.
    """
    try:
        text = _ENCODER.encode(value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def _number(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)
_DECODER = json.JSONDecoder(parse_float=_number, parse_constant=_refuse)
_scan = _DECODER.scan_once  # type: ignore[attr-defined]
