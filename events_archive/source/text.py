"""Cleaning of texts, which are untrusted.

Character references are decoded first, then characters that XML does not allow or that reorder or
hide other text are removed. Markup remains, since it is escaped when a page is rendered. Titles and
descriptions that LL2 scraped from web pages are dropped if they do not describe the page.
"""

import html
import re
import unicodedata
from functools import lru_cache

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# C0 except tab and newline, DEL and C1, lone surrogates, bidirectional overrides and isolates
# (which would reorder the rest of the page), the byte order mark, U+FFF9 to U+FFFB, and the
# noncharacters (two of which XML 1.0 forbids, HTML all of them).
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffb\ufffe\uffff" + "".join(f"{chr((p << 16) + 0xFFFE)}-{chr((p << 16) + 0xFFFF)}"
    for p in range(1, 17)) + "]"
)  # fmt: skip
# With the semicolon, without which "&region=" in a URL would be one. No character has a number of
# more digits, no name more letters.
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][\dA-Za-z]{1,31});", re.ASCII)
# White space, and the characters besides that fonts show nothing for.
_INVISIBLE = re.compile(
    "[\\s\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]+"
)
# Unicode sorts the combining characters of a run, which takes the square of its length.
_PIECE = re.compile(r"\s+|\S{1,1000}")
_MAX_CACHED = 200

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


def clean_text(text: str) -> str:
    """Return ``text`` decoded, in NFC, with ``\\n`` as line end, without unwanted characters.

    A text of which nothing can be seen is empty.
    """
    if "&" in text:
        text = _REFERENCE.sub(lambda reference: html.unescape(reference[0]), text)
    if not text.isprintable():  # line ends and unwanted characters are not
        text = without_unwanted(_LINE_ENDS.sub("\n", text))
    if text.isascii():
        return text.strip()
    pieces = [text] if len(text) <= _MAX_CACHED else _PIECE.findall(text)
    text = "".join(unicodedata.normalize("NFC", piece) for piece in pieces).strip()
    return "" if _INVISIBLE.fullmatch(text) else text


def without_unwanted(text: str) -> str:
    """Return ``text`` without the characters that a page must not have."""
    return _UNWANTED.sub("", text)


def clean_line(text: str) -> str:
    """Return ``text`` on one line, clean, with single spaces."""
    return _clean_short_line(text) if len(text) <= _MAX_CACHED else _clean_line(text)


def _clean_line(text: str) -> str:
    return " ".join(clean_text(text).split())


_clean_short_line = lru_cache(maxsize=1 << 16)(_clean_line)
"""Most names are those of agencies, stations, ... of other events, too."""


def clean_title(text: str) -> str:
    """Return a scraped title on one line; "" if it cannot be a link's label."""
    title = clean_line(text)
    is_cut = title.startswith(_DANGLING) or title.endswith(_DANGLING) or _NO_SUBJECT.match(title)
    return "" if is_cut or title.casefold() in _JUNK_TITLES else title


def clean_summary(text: str) -> str:
    """Return a scraped description on one line; "" if it is the error message of a page."""
    summary = clean_line(text)
    return "" if summary.casefold().startswith(_JUNK_DESCRIPTIONS) else summary
