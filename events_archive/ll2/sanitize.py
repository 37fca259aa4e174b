"""Cleans text that strangers wrote: what may stand on a page, and what a scraper picked up.

LL2's text is untrusted everywhere. Markup is left as it is, since escaping is the business of
whoever publishes; but characters that no XML document may hold, and those that reorder or hide
what follows, end here.
"""

import html
import re
import unicodedata
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# C0 but for tab and newline, DEL and C1, lone surrogates, bidirectional overrides and isolates
# (they would reorder the page after them), the byte order mark and U+FFF9 to U+FFFB, and the
# noncharacters, of which XML 1.0 forbids two and HTML all.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffb\ufffe\uffff" + "".join(f"{chr((p << 16) + 0xFFFE)}-{chr((p << 16) + 0xFFFF)}"
    for p in range(1, 17)) + "]"
)  # fmt: skip

# What nearly every address is: nothing in it is to be cleaned, and to see that is all it takes.
_PLAIN_URL = re.compile(
    r"https?://[a-z0-9.-]+(?::(?:\d{2,4}|[1-5]\d{4}))?(?:/[\w%/:@!$&'()*+,;=~\[\].-]*)?"
    r"(?:\?[\w%/:@!$&'()*+,;=~\[\]?.-]+)?(?:#[\w%/:@!$&'()*+,;=~\[\]?.-]+)?",
    re.ASCII,
)
_FORMAT = "?format=json"
_SITE_NAMES = frozenset(
    {
        "youtube", "- youtube", "twitter", "x", "facebook", "instagram", "home", "homepage",
        "untitled", "login", "log in", "sign in", "error", "access denied", "forbidden",
        "403 forbidden", "404", "404 not found", "not found", "page not found", "just a moment...",
        "attention required! | cloudflare", "before you continue to youtube", "video unavailable",
    }
)  # fmt: skip
# A page title that lost its end ("Timeline | Mission –") or its beginning.
_DANGLING = ("|", "–", "—", "·", ":", "-")
# LL2 takes the word NASA out of titles: "’s SpaceX Crew-5 to Discuss ...", "Sets Briefings for".
_BEHEADED = re.compile(r"['’]s\s|to [A-Z]|Sets ")
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
_LONGEST_JUNK = max(map(len, _JUNK_DESCRIPTIONS))


def clean_text(text: str) -> str:
    """The text in NFC, with ``\\n`` for every line end and no character a page may not hold."""
    # To ask Python whether a text is printable, which no unwanted character is and no line end,
    # takes a tenth of the time in which they are looked for.
    if not text.isprintable():
        cleaned = text.replace("\r\n", "\n")
        if not cleaned.replace("\n", "").isprintable():
            cleaned = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
        text = cleaned
    return _composed(text).strip()


def clean_line(text: str) -> str:
    """The text on one line, each run of white space a single space."""
    if "  " not in text and text.isprintable():
        return (text if text.isascii() else _composed(text)).strip()
    return " ".join(clean_text(text).split())


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def clean_title(text: str) -> str:
    """A scraped title fit to be a link's label, or "" where it is junk."""
    title = clean_line(html.unescape(text))
    is_cut = title.startswith(_DANGLING) or title.endswith(_DANGLING) or _BEHEADED.match(title)
    return "" if is_cut or title.casefold() in _SITE_NAMES else title


def clean_summary(text: str) -> str:
    """A scraped description on one line, or "" where a page spoke of itself instead."""
    summary = clean_line(html.unescape(text))
    beginning = summary[:_LONGEST_JUNK].casefold()
    return "" if beginning.startswith(_JUNK_DESCRIPTIONS) else summary


def clean_url(text: str) -> str:
    """An absolute http(s) URL in ASCII but for its host, or "" for anything else.

    Percent signs are never touched: a file name like ``112520cygnus%20release`` is encoded once.
    """
    if _PLAIN_URL.fullmatch(text):
        return text
    try:
        parts = urlsplit(clean_text(text))
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
            return ""
        # A user name before the host only serves to make a link look as if it led elsewhere.
        if "@" in parts.netloc or re.search(r"[\s\\<>\"'`{}|^]", parts.netloc):
            return ""
        _ = parts.port  # raises for what is not a port
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
    """The URL without the ``format`` that LL2 echoes into every address it sends."""
    if url.endswith(_FORMAT) and url.count("?") == 1:
        return url.removesuffix(_FORMAT)
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "format"]
    return urlunsplit(parts._replace(query=urlencode(query)))
