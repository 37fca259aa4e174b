"""Clean the untrusted text and URLs of LL2's records.

Markup remains: it is escaped when a page is rendered. Characters that XML does not allow are
removed, and so are those that reorder or hide other text. Titles and descriptions that LL2 scraped
from web pages are dropped if they do not describe the page.
"""

import html
import re
import unicodedata
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

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
_FORMAT_QUERY = "?format=json"
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
    "javascript is not available",
    "we’ve detected that javascript is disabled",
    "we've detected that javascript is disabled",
    "please enable javascript",
    "you need to enable javascript",
    "this browser is no longer supported",
    "enjoy the videos and music you love",
    "checking your browser",
    "just a moment",
)
_MAX_JUNK_LENGTH = max(map(len, _JUNK_DESCRIPTIONS))


def clean_text(text: str) -> str:
    """Return ``text`` in NFC with ``\\n`` as line end, without unwanted characters."""
    if not text.isprintable():  # as line ends and all unwanted characters are
        text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    return _normalize(text).strip()


def clean_line(text: str) -> str:
    """Return ``text`` on one line, clean, with single spaces."""
    if "  " not in text and text.isprintable():
        return (text if text.isascii() else _normalize(text)).strip()
    return " ".join(clean_text(text).split())


def _normalize(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def clean_title(text: str) -> str:
    """Return a scraped title on one line; "" if it cannot be a link's label."""
    title = clean_line(html.unescape(text))
    is_cut = title.startswith(_DANGLING) or title.endswith(_DANGLING) or _NO_SUBJECT.match(title)
    return "" if is_cut or title.casefold() in _JUNK_TITLES else title


def clean_summary(text: str) -> str:
    """Return a scraped description on one line; "" if it is the error message of a page."""
    summary = clean_line(html.unescape(text))
    start = summary[:_MAX_JUNK_LENGTH].casefold()
    return "" if start.startswith(_JUNK_DESCRIPTIONS) else summary


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
    return urlunsplit(
        (
            parts.scheme.lower(),
            parts.netloc,
            quote(parts.path, safe="%/:@!$&'()*+,;=~[]"),
            quote(parts.query, safe="%/:@!$&'()*+,;=~[]?"),
            quote(parts.fragment, safe="%/:@!$&'()*+,;=~[]?"),
        )
    )


def without_format(url: str) -> str:
    """Return ``url`` without the parameter ``format``, which LL2 repeats in every URL it sends."""
    if url.endswith(_FORMAT_QUERY) and url.count("?") == 1:
        return url.removesuffix(_FORMAT_QUERY)
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "format"]
    return urlunsplit(parts._replace(query=urlencode(query)))
