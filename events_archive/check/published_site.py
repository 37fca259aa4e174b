"""The site that is published now, which a new one replaces: none of its addresses may be gone.

The ledger knows every address too, but only until it is reset: `check --published` asks
the site itself for the list of its files, which it has for reading offline.
"""

import re

from events_archive.console import Console
from events_archive.errors import HttpError
from events_archive.net.http_client import HttpClient, HttpLimits
from events_archive.render.assets import listed_files
from events_archive.settings import Settings
from events_archive.site import urls

_PERMANENT = re.compile(r".+\.html|(events|id|types)/.+\.ics")
"""Other files may go: with an asset's or picture's content its name changes."""


def published_paths(settings: Settings, console: Console) -> frozenset[str]:
    """Return the paths of the pages and calendars at ``base_url``.

    Empty, with a message, if no archive is published there, or if it cannot be reached.
    """
    if not settings.base_url:
        console.print("No base_url is set: the site is not compared with the published one.")
        return frozenset()
    client = HttpClient(
        limits=HttpLimits.from_timeout(settings.timeout),
        headers={"User-Agent": settings.user_agent},
        root=settings.base_url,
    )
    try:
        with client:
            response = client.request("GET", f"{settings.base_url}{urls.PRECACHE_MANIFEST}")
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        files = listed_files(response.body)
    except (HttpError, ValueError) as error:
        console.print(
            f"{settings.base_url} has no list of its files ({error}): the site is not compared "
            "with the published one."
        )
        return frozenset()
    return frozenset(filter(_PERMANENT.fullmatch, files))
