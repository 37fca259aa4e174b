"""What links to other sites are called, so that no two of an event look alike."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from events_archive.model.event import Link, Video

_SUFFIX = re.compile(r"\.[a-z]{2,5}$|[-_]\d{5,}$", re.IGNORECASE)
_MIN_WORDS, _MAX_LENGTH = 3, 100


def with_labels(links: Iterable[Link]) -> Iterator[tuple[Link, str]]:
    """Yield each link with its label; a label that occurs again has a number: ``Live (2)``."""
    seen: Counter[str] = Counter()
    for link in links:
        label = link_label(link)
        seen[label] += 1
        yield link, label if seen[label] == 1 else f"{label} ({seen[label]})"


def link_label(link: Link) -> str:
    """Return the title of a link, else the words of its URL, else ``Official Page on nasa.gov``."""
    kind = link.type or ("Webcast" if isinstance(link, Video) else "Page")
    return link.title or words_of_url(link.url) or f"{kind} on {link.host}"


@lru_cache(maxsize=1 << 16)  # A link is on pages and in feeds.
def words_of_url(url: str) -> str:
    """Return the last part of a URL's path as words, ``""`` if it is hardly a title.

    ``https://www.nasa.gov/nasa-sets-coverage-for-docking/`` is "Nasa sets coverage for docking".
    """
    name = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    words = re.split(r"[-_]", _SUFFIX.sub("", name))
    text = " ".join(words)
    is_title = len(words) >= _MIN_WORDS and all(word.isalnum() for word in words)
    if not is_title or len(text) > _MAX_LENGTH or sum(map(str.isalpha, text)) < len(text) / 2:
        return ""
    return text[0].upper() + text[1:]
