"""Which links are published: one decision for those of records and those in texts."""

import re
from urllib.parse import quote, urlsplit, urlunsplit

from events_archive.model.event import host_of
from events_archive.source.bounds import MAX_URL
from events_archive.source.text import clean_text

# URLs in which nothing has to be cleaned: nearly all of them.
_PLAIN_URL = re.compile(
    r"https?://[a-z0-9.-]+(?::(?:\d{2,4}|[1-5]\d{4}))?(?:/[\w%/:@!$&'()*+,;=~\[\].-]*)?"
    r"(?:\?[\w%/:@!$&'()*+,;=~\[\]?.-]+)?(?:#[\w%/:@!$&'()*+,;=~\[\]?.-]+)?",
    re.ASCII,
)
_TOP_LEVEL = re.compile(r"[^\W\d_]{2,}|xn--.+")
_HOST_IN_WORDS = re.compile(r"[^\W_][\w-]{0,62}(?:\.[^\W_][\w-]{0,62})+")


def clean_url(text: str) -> str:
    """Return an absolute http(s) URL, percent-encoded except for its host; "" for anything else.

    Percent signs remain: a path like ``112520cygnus%20release`` is encoded already.
    """
    if len(text) > MAX_URL:
        return ""
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


def host_note(url: str, words: str) -> str:
    """Return " (host)" of ``url`` if ``words``, which link to it, name another host; else ""."""
    names = (name.lower() for name in _HOST_IN_WORDS.findall(words))
    # No top-level domain is a number or a letter, so that neither "CC BY 2.0" nor "U.S." is a host.
    hosts = {name for name in names if _TOP_LEVEL.fullmatch(name.rpartition(".")[2])}
    named = {name.removeprefix("www.") for name in hosts}
    return f" ({host_of(url)})" if named and host_of(url) not in named else ""
