"""Run build.py restricted to the pages that Hugo makes, too; takes build.py's arguments."""

import gc
import os
import re
import sys
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

from msgspec.structs import replace

PROJECT = Path(__file__).resolve().parent.parent

_EQUIVALENT = re.compile(
    r"index\.html|404\.html|feed\.(?:rss|atom|json)|sitemap\.xml|robots\.txt|\.nojekyll"
    r"|(?:events|years|months)/.+\.html|types/(?!.*\.happened\b).+\.(?:html|rss|atom|feed\.json)"
    r"|(?:assets|pictures)/.+"
)
_ARCHIVE_DOCUMENT = re.compile(r"types/.+/\d+-\d+\.(?:rss|atom)")


def is_equivalent(path: str) -> bool:
    """Whether Hugo makes the file at ``path``, too."""
    return bool(_EQUIVALENT.fullmatch(path)) and not _ARCHIVE_DOCUMENT.fullmatch(path)


def restrict(pages: Iterable) -> tuple:
    """Return the pages that Hugo makes, too; the sitemap lists only these."""
    return tuple(_restrict_page(page) for page in pages if is_equivalent(page.path))


def _restrict_page(page):
    if page.path != "sitemap.xml":
        return page
    entries = tuple(entry for entry in page.context["pages"] if is_equivalent(entry[0]))
    return replace(page, context={"pages": entries})


def plan_equivalent(site) -> tuple:
    """Plan the pages that Hugo makes, too."""
    from events_archive.pages import plan  # noqa: PLC0415 - needs the path that main() adds

    # What Hugo makes comes first: the feeds of the site and of types, the pages of events, then
    # the lists of types, years and months.
    def feed_pages(site):
        return takewhile(lambda page: not page.path.startswith("series/"), plan.feed_pages(site))

    def event_pages(site):
        return takewhile(lambda page: page.path.startswith("events/"), plan.event_pages(site))

    def list_pages(site):
        return takewhile(lambda page: page.path != "days/index.html", plan.list_pages(site))

    planners = (plan.static_pages, feed_pages, event_pages, list_pages)
    return restrict(plan.plan_site(site, planners))


def main() -> int:
    # build.py begins with the same.
    gc.disable()
    sys.path.insert(0, str(PROJECT))
    from events_archive.output.up_to_date import is_up_to_date  # noqa: PLC0415

    message = is_up_to_date(sys.argv[1:], str(PROJECT / "build.py"))
    if message is not None:
        sys.stderr.write(message)
        return 0
    from events_archive import cli  # noqa: PLC0415
    from events_archive.output import stage  # noqa: PLC0415

    stage.plan_site = plan_equivalent
    # Hugo's site has no service worker and no precache manifest.
    stage.stage_derived_files = lambda *_: None
    return cli.main(sys.argv[1:], PROJECT)


if __name__ == "__main__":
    # As build.py does.
    os._exit(main())
