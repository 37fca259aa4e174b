"""The text rules of iCalendar (RFC 5545): escape, fold, and the forms of dates.

Only these three; what a calendar says is decided in ``calendars.py``. A library would do it too,
at fifteen times the cost for each of the four calendars that hold an event.
"""

import re
from datetime import date, datetime

from events_archive.model.timestamps import format_utc

# Everything below U+0020 but tab and line end is forbidden in TEXT (RFC 5545 section 3.3.11), and
# DEL, C1 controls and lone surrogates have no place in UTF-8 text either.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# More than CR and LF: some readers split lines at whatever Unicode calls a line end.
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")

LINE_OCTETS = 75
"""The longest content line without its CRLF (section 3.1)."""


def text(value: str) -> str:
    """A TEXT value (section 3.3.11)."""
    # Paragraphs are usual, and nothing that has to be looked for.
    if not value.replace("\n", "").isprintable():
        value = _FORBIDDEN.sub("", _LINE_END.sub("\n", value))
    escaped = value.replace("\\", r"\\").replace(";", r"\;").replace(",", r"\,")
    return escaped.replace("\n", r"\n")


def uri(value: str) -> str:
    """A URI value (section 3.3.13): never escaped, so nothing in it may need to be."""
    return "".join(value.split()) if value.isprintable() else _FORBIDDEN.sub("", text(value))


def utc(moment: datetime) -> str:
    """A DATE-TIME in UTC: ``20210704T001100Z`` (section 3.3.5, form 2)."""
    return format_utc(moment).replace("-", "").replace(":", "")


def day(value: date) -> str:
    """A DATE: ``20210704`` (section 3.3.4)."""
    return value.isoformat()[:10].replace("-", "")


def line(name: str, value: str) -> str:
    """One content line, folded to 75 octets without cutting a character, ended by CRLF."""
    whole = f"{name}:{value}"
    if not whole.isascii():
        return _folded(whole.encode())
    if len(whole) <= LINE_OCTETS:
        return whole + "\r\n"
    # The space that continues a line counts.
    width = LINE_OCTETS - 1
    rest = [whole[at : at + width] for at in range(LINE_OCTETS, len(whole), width)]
    return "\r\n ".join([whole[:LINE_OCTETS], *rest]) + "\r\n"


def _folded(octets: bytes) -> str:
    pieces: list[bytes] = []
    start, limit = 0, LINE_OCTETS
    while len(octets) - start > limit:
        end = start + limit
        while octets[end] & 0xC0 == 0x80:  # inside a UTF-8 sequence
            end -= 1
        pieces.append(octets[start:end])
        start, limit = end, LINE_OCTETS - 1  # the space that continues a line counts
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode() + "\r\n"
