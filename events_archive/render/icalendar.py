"""The syntax of iCalendar (RFC 5545): escaped and folded content lines, dates and date-times."""

import re
from datetime import date, datetime

from events_archive.model.timestamps import format_utc

# TEXT must not have control characters but tab and line end (RFC 5545 section 3.3.11). DEL, C1
# controls and lone surrogates are not valid in UTF-8 text either.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Some readers split lines at every line end that Unicode knows, not only at CR and LF.
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")

LINE_OCTETS = 75
"""The greatest length of a content line without its CRLF (section 3.1)."""


def text(value: str) -> str:
    """Return a TEXT value (section 3.3.11)."""
    escaped = _FORBIDDEN.sub("", _LINE_END.sub("\n", value)).replace("\\", r"\\")
    return escaped.replace(";", r"\;").replace(",", r"\,").replace("\n", r"\n")


def uri(value: str) -> str:
    """Return a URI value (section 3.3.13), which is not escaped, without white space."""
    return "".join(_FORBIDDEN.sub("", value).split())


def utc(value: datetime) -> str:
    """Return a DATE-TIME in UTC: ``20210704T001100Z`` (section 3.3.5, form 2)."""
    return format_utc(value).replace("-", "").replace(":", "")


def day(value: date) -> str:
    """Return a DATE: ``20210704`` (section 3.3.4)."""
    return f"{value:%Y%m%d}"


def line(name: str, value: str) -> str:
    """Return a content line that ends with CRLF, folded to `LINE_OCTETS` between characters."""
    octets = f"{name}:{value}".encode()
    pieces: list[bytes] = []
    start, limit = 0, LINE_OCTETS
    while len(octets) - start > limit:
        end = start + limit
        while octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        pieces.append(octets[start:end])
        start, limit = end, LINE_OCTETS - 1  # the space before a continuation counts
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode() + "\r\n"
