"""``build.json``: what a site was made from, by which code and with which settings."""

import sqlite3
import zlib
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from msgspec import Struct

from events_archive import __version__
from events_archive.settings import SETTINGS
from events_archive.site import urls
from events_archive.site.site import Site
from events_archive.store.state_files import contact_members

TOOLS = {"SQLite": sqlite3.sqlite_version, "zlib": zlib.ZLIB_RUNTIME_VERSION}
"""The versions of the libraries on which bytes of `TOOL_FILES` depend."""

TOOL_FILES = frozenset(
    {
        urls.EVENTS_SQLITE,
        urls.CONTENT_CACHE,
        urls.DOWNLOAD,
        # These state the digests or the sizes of those.
        *(urls.DATA, urls.DATA_PACKAGE, urls.CROISSANT, urls.CHECKSUMS, urls.BUILD_INFO),
        *(urls.OFFLINE, urls.PRECACHE_MANIFEST, urls.SERVICE_WORKER),
    }
)
"""Paths of files that other versions of `TOOLS` make differently, of equal data."""


class BuildInfo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The content of the file."""

    day: date
    """The UTC day that the site takes for today."""
    version: str
    """Of the code."""
    commit: str = ""
    """Of the code, if it is known."""
    events_sha256: str
    """Of the ``events.jsonl`` of the cache."""
    content_cache_sha256: str = ""
    """Of `urls.CONTENT_CACHE`, if there are events."""
    tools: dict[str, str]
    """See `TOOLS`."""
    settings: dict[str, Any]
    """Those that affect the pages, by name."""
    contact: dict[str, Any] | None = None
    """What ``contact.json`` holds: when and how LL2 was last asked. None in a clone that never did.

    When the news API was asked changes no page, and so no file of the site."""
    published_ids: dict[str, str]
    """The patterns of the ids in feeds and calendars."""


def build_info(
    site: Site, *, commit: str, published_ids: Mapping[str, str], content_cache: bytes
) -> BuildInfo:
    """Return what is stated about a site; ``content_cache`` is the download, ``b""`` if none."""
    state = site.history.state
    return BuildInfo(
        day=site.catalogue.today,
        version=__version__,
        commit=commit,
        events_sha256=sha256(site.records.data).hexdigest(),
        content_cache_sha256=sha256(content_cache).hexdigest() if content_cache else "",
        tools=TOOLS,
        settings={
            row.name: getattr(site.settings, row.name) for row in SETTINGS if row.affects_output
        },
        # Without a URL, it is only inferred from what the archive has learned.
        contact=contact_members(state) if state.api_url else None,
        published_ids=dict(sorted(published_ids.items())),
    )
