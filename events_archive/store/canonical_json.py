"""JSON as the standard has it (RFC 8259), which is narrower than what Python reads and writes."""

import json
import math
import re
from codecs import BOM_UTF8
from collections.abc import Container, Iterable
from itertools import zip_longest
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NoReturn

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_WHITE_SPACE = " \t\n\r"

Spans = dict[str, tuple[int, int]]
"""Where in an object's text each of its members stands, name and value."""

_MOST_KNOWN = 4_000
"""How many values a decoder keeps: some MB of them, whatever the lines hold."""


def decode(data: bytes) -> Any:
    """The value that UTF-8 ``data`` spells.

    Raises `ValueError` when it is not JSON in UTF-8, or nested deeper than a reader can follow.
    """
    text = data.removeprefix(BOM_UTF8).decode()
    try:
        return _only_value(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _only_value(text: str) -> Any:
    """What `json` makes of it, without looking for white space before there is reason to."""
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        return _DECODER.decode(text)
    return _DECODER.decode(text) if text[end:].strip(_WHITE_SPACE) else value


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


class Decoder:
    """Decodes the lines of a file, each an object as `encode` writes it.

    Where thousands of lines hold the same words in a member that ``shared`` names, these are
    decoded once: the lines' objects have one and the same value there, which nobody may change.
    """

    def __init__(self, shared: Container[str] = ()) -> None:
        self._shared = shared
        self._known: dict[str, Any] = {}
        """By its text, what an array or object of a shared member is."""
        self._expected: tuple[_Expected, ...] = ()
        """The members of the last line that was another than expected."""

    def members(self, text: str) -> dict[str, Any]:
        """The object that `spans` finds; raises `ValueError` where that does."""
        members, _ = self._as_expected(text) or self._looked_into(text)
        return members

    def spans(self, text: str) -> tuple[dict[str, Any], Spans]:
        """What `spans` finds; raises `ValueError` where that does."""
        if (found := self._as_expected(text)) is None:
            return self._looked_into(text)
        members, ends = found
        # Each begins behind the one character that is between it and what came before.
        starts = [1, *(end + 1 for end in ends)]
        return members, dict(zip(members, zip(starts, ends, strict=False), strict=True))

    def _looked_into(self, text: str) -> tuple[dict[str, Any], Spans]:
        members, places = spans(text)
        self._expected = _expected(places, self._shared)
        return members, places

    def _as_expected(self, text: str) -> tuple[dict[str, Any], list[int]] | None:
        """The object and where its members end; None for one of which anything is unexpected."""
        members: dict[str, Any] = {}
        ends: list[int] = []
        known, at = self._known, 0
        try:
            for name, opening, endings in self._expected:
                if not text.startswith(opening, at):
                    return None
                start = at + len(opening)
                if ending := endings.get(text[start]):
                    # An array or object ends where it ends, whatever follows: a text that is
                    # known to be a whole one needs no second look. If another ends here first,
                    # such as one inside it, its text is not known.
                    at = text.find(ending, start) + 1
                    value = known.get(text[start:at])
                    if value is None:
                        value, at = _scan(text, start)
                        if len(known) < _MOST_KNOWN:
                            known[text[start:at]] = value
                else:
                    value, at = _scan(text, start)
                members[name] = value
                ends.append(at)
        except (IndexError, StopIteration, ValueError, RecursionError):
            return None
        return (members, ends) if members and text[at:] == "}" else None


_Expected = tuple[str, str, dict[str, str]]
"""A member's name; the text before its value; and by the value's first character, for what may be
known, the text with which it ends and the next member begins."""


def _expected(names: Iterable[str], shared: Container[str]) -> tuple[_Expected, ...]:
    names = list(names)
    openings = [("," if at else "{") + f"{_ENCODER.encode(name)}:" for at, name in enumerate(names)]
    return tuple(
        (
            name,
            opening,
            {"[": "]" + following, "{": "}" + following} if name in shared and following else {},
        )
        for name, opening, following in zip_longest(names, openings, openings[1:], fillvalue="")
    )


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
