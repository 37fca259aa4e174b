"""Access to a JSON object of which any member may be missing, null or of a wrong type.

Texts and URLs are untrusted. Characters that XML does not allow or that reorder or hide other text
are removed; markup remains, since it is escaped when a page is rendered. Titles and descriptions
that LL2 scraped from web pages are dropped if they do not describe the page.
"""

import html
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from events_archive.model.timestamps import parse_utc

_DURATION = re.compile(
    r"([+-]?)P(?=.)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# C0 except tab and newline, DEL and C1, lone surrogates, bidirectional overrides and isolates
# (which would reorder the rest of the page), the byte order mark, U+FFF9 to U+FFFB, and the
# noncharacters (two of which XML 1.0 forbids, HTML all of them).
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffb\ufffe\uffff" + "".join(f"{chr((p << 16) + 0xFFFE)}-{chr((p << 16) + 0xFFFF)}"
    for p in range(1, 17)) + "]"
)  # fmt: skip

# URLs in which nothing has to be cleaned: nearly all of them.
_PLAIN_URL = re.compile(
    r"https?://[a-z0-9.-]+(?::(?:\d{2,4}|[1-5]\d{4}))?(?:/[\w%/:@!$&'()*+,;=~\[\].-]*)?"
    r"(?:\?[\w%/:@!$&'()*+,;=~\[\]?.-]+)?(?:#[\w%/:@!$&'()*+,;=~\[\]?.-]+)?",
    re.ASCII,
)
_JUNK_TITLES = frozenset(
    {
        "youtube", "- youtube", "twitter", "x", "facebook", "instagram", "home", "homepage",
        "untitled", "login", "log in", "sign in", "error", "access denied", "forbidden",
        "403 forbidden", "404", "404 not found", "not found", "page not found", "just a moment...",
        "attention required! | cloudflare", "before you continue to youtube", "video unavailable",
    }
)  # fmt: skip
# A title whose beginning or end is missing: "Timeline | Mission –".
_DANGLING = ("|", "–", "—", "·", ":", "-")
# LL2 removes the word NASA from titles: "’s SpaceX Crew-5 to Discuss ...", "Sets Briefings for".
_NO_SUBJECT = re.compile(r"['’]s\s|to [A-Z]|Sets ")
_JUNK_DESCRIPTIONS = (
    "javascript is not available", "we’ve detected that javascript is disabled",
    "we've detected that javascript is disabled", "please enable javascript",
    "you need to enable javascript", "this browser is no longer supported",
    "enjoy the videos and music you love", "checking your browser", "just a moment",
)  # fmt: skip


class JsonFields:
    """A JSON object; its methods return the value of a key, or an empty one ("", (), None)."""

    __slots__ = ("_values",)

    def __init__(self, value: object) -> None:
        self._values: dict[str, Any] = value if isinstance(value, dict) else {}

    def raw(self, key: str) -> object:
        """Return the value as it is."""
        return self._values.get(key)

    def multi_line(self, key: str) -> str:
        """Return clean text that may have several lines."""
        return self.with_filter(key, clean_text)

    def single_line(self, key: str) -> str:
        """Return clean text on one line."""
        return self.with_filter(key, clean_line)

    def url(self, key: str) -> str:
        """Return a clean http(s) URL."""
        return self.with_filter(key, clean_url)

    def with_filter(self, key: str, clean: Callable[[str], str]) -> str:
        """Return text after ``clean``."""
        value = self._values.get(key)
        return clean(value) if isinstance(value, str) else ""

    def integer(self, key: str) -> int | None:
        """Return an integer; ``true`` and ``false`` are none."""
        value = self._values.get(key)
        return value if type(value) is int else None

    def date_time(self, key: str) -> datetime | None:
        """Return a date-time in UTC."""
        return parse_utc(self.raw(key))

    def day(self, key: str) -> date | None:
        """Return the day of a date-time in UTC."""
        value = self.date_time(key)
        return value.date() if value else None

    def child(self, key: str) -> "JsonFields":
        """Return the object at ``key``."""
        return JsonFields(self.raw(key))

    def children(self, key: str) -> "list[JsonFields]":
        """Return the objects in the list at ``key``, which may also be an object itself."""
        value = self.raw(key)
        members = value if isinstance(value, list) else [value]
        return [JsonFields(member) for member in members if isinstance(member, dict)]

    def name_of(self, key: str) -> str:
        """Return a name: API 2.3 sends an object with a name where 2.2 sent only the name."""
        return self.single_line(key) or self.child(key).single_line("name")


def parse_duration(value: object) -> timedelta | None:
    """Return an ISO 8601 duration of weeks to seconds, which may be negative; else None."""
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    parts = {unit: float(number) for unit, number in match.groupdict().items() if number}
    try:
        return timedelta(**parts) * (-1 if match[1] == "-" else 1)
    except OverflowError:
        return None


def clean_text(text: str) -> str:
    """Return ``text`` in NFC with ``\\n`` as line end, without unwanted characters."""
    if not text.isprintable():  # line ends and unwanted characters are not
        text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", text).strip()


@lru_cache(maxsize=10_000)  # Most names are those of agencies, stations, ... of other events, too.
def clean_line(text: str) -> str:
    """Return ``text`` on one line, clean, with single spaces."""
    return " ".join(clean_text(text).split())


def clean_title(text: str) -> str:
    """Return a scraped title on one line; "" if it cannot be a link's label."""
    title = clean_line(html.unescape(text))
    is_cut = title.startswith(_DANGLING) or title.endswith(_DANGLING) or _NO_SUBJECT.match(title)
    return "" if is_cut or title.casefold() in _JUNK_TITLES else title


def clean_summary(text: str) -> str:
    """Return a scraped description on one line; "" if it is the error message of a page."""
    summary = clean_line(html.unescape(text))
    return "" if summary.casefold().startswith(_JUNK_DESCRIPTIONS) else summary


def clean_url(text: str) -> str:
    """Return an absolute http(s) URL, percent-encoded except for its host; "" for anything else.

    Percent signs remain: a path like ``112520cygnus%20release`` is encoded already.
    """
    if _PLAIN_URL.fullmatch(text):
        return text
    try:
        parts = urlsplit(clean_text(text))
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
            return ""
        # A user name before the host can only disguise where a link leads.
        if "@" in parts.netloc or re.search(r"[\s\\<>\"'`{}|^]", parts.netloc):
            return ""
        _ = parts.port  # raises if it is not a port
    except ValueError:
        return ""
    safe = "%/:@!$&'()*+,;=~[]"
    path = quote(parts.path, safe)
    query, fragment = (quote(part, f"{safe}?") for part in (parts.query, parts.fragment))
    return urlunsplit((parts.scheme.lower(), parts.netloc, path, query, fragment))


def without_format(url: str) -> str:
    """Return ``url`` without the parameter ``format``, which LL2 repeats in every URL it sends."""
    # Nearly all URLs have this query or none.
    url = url.removesuffix("?format=json")
    if "?" not in url:
        return url
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "format"]
    return urlunsplit(parts._replace(query=urlencode(query)))
