"""The file ``links.json``: what is known of the links to other sites.

``check --external`` writes it, and a build reads which pages are gone.
"""

import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from events_archive.model.timestamps import AwareDatetime
from events_archive.store.files import read_json

LINKS_FILE = "links.json"

_GONE_AFTER = {
    re.compile(r"answer(s|ed) (404|410)$"): timedelta(days=7),
    re.compile(r".* cannot be reached\b"): timedelta(days=60),
}
"""How long a page must have been missing at each request until it counts as gone, by what is wrong.

After any other fault it may well be there for readers: many hosts refuse programs.
"""


class LinkStatus(Struct, frozen=True, kw_only=True, rename={"last_checked": "last_tried"}):
    """What is known of one link; date-times in UTC, to the second."""

    first_seen: AwareDatetime
    """When it was first requested."""
    last_checked: AwareDatetime
    """When it was last requested."""
    last_ok: AwareDatetime | None = None
    """When it last worked; None if it never did."""
    fault: str = ""
    """Why it did not work at the last request; "" if it did."""
    failing_since: AwareDatetime | UnsetType = UNSET
    """When the first of the requests was made that have failed since it last worked."""

    def after_request(self, fault: str, now: AwareDatetime) -> "LinkStatus":
        """Return what is known after another request; ``fault`` is "" if it worked."""
        failing_since: AwareDatetime | UnsetType = UNSET
        if fault:
            # Earlier versions did not note when it began.
            failing_since = self.failing_since or (self.last_checked if self.fault else now)
        return LinkStatus(
            first_seen=self.first_seen,
            last_checked=now,
            last_ok=self.last_ok if fault else now,
            fault=fault,
            failing_since=failing_since,
        )

    @property
    def is_gone(self) -> bool:
        """Whether the page is gone, as far as repeated requests can tell."""
        if not self.failing_since:
            return False
        missing = self.last_checked - self.failing_since
        return any(
            missing >= patience and pattern.match(self.fault)
            for pattern, patience in _GONE_AFTER.items()
        )


def load_links(path: Path) -> dict[str, LinkStatus] | None:
    """Return what is known of each URL; None when there is no file or it is damaged.

    Raises `CacheError` when the file exists and cannot be read.
    """
    return read_json(path, dict[str, LinkStatus])


def load_gone_links(path: Path) -> frozenset[str] | None:
    """Return the URLs whose pages are gone; None when the file is damaged.

    A link of which nothing can be read does not count as gone.

    Raises `CacheError` when the file exists and cannot be read.
    """
    links = read_json(path, dict[str, Any])
    if links is None:
        return None if path.exists() else frozenset()
    gone = set()
    for url, link in links.items():
        with suppress(ValueError):
            if msgspec.convert(link, LinkStatus).is_gone:
                gone.add(url)
    return frozenset(gone)
