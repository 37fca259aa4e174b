"""Our build, restricted to the pages that the peers make too; takes build.py's arguments."""

import re
import sys
from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

_EQUIVALENT = re.compile(
    r"index\.html|404\.html|feed\.(?:rss|atom|json)|sitemap\.xml|robots\.txt|\.nojekyll"
    r"|(?:events|years|months)/.+\.html|types/(?!.*\.happened\b).+\.(?:html|rss|atom|feed\.json)"
    r"|(?:assets|pictures)/.+"
)
_ARCHIVE_DOCUMENT = re.compile(r"types/.+/\d+-\d+\.(?:rss|atom)")


def is_equivalent(address: str) -> bool:
    """Whether the peers make the file at ``address`` too."""
    return bool(_EQUIVALENT.fullmatch(address)) and not _ARCHIVE_DOCUMENT.fullmatch(address)


def restricted(pages: Iterable) -> tuple:
    """The plan without the pages that the peers do not make; so is the sitemap's list of them."""
    return tuple(_restricted(page) for page in pages if is_equivalent(page.path))


def _restricted(page):
    if page.path != "sitemap.xml":
        return page
    kept = tuple(entry for entry in page.context["pages"] if is_equivalent(entry[0]))
    return replace(page, context={"pages": kept})


def plan_equivalent(site) -> tuple:
    """Our own plan, as far as the peers make one."""
    from events_archive.site import plan  # noqa: PLC0415 - the project is on the path only now

    def list_pages(site):
        # Types, years and months come first.
        return takewhile(lambda page: page.path != "days/index.html", plan.list_pages(site))

    planners = (plan.static_pages, plan.event_pages, list_pages, plan.feed_pages)
    return restricted(plan.plan_site(site, planners))


def main() -> int:
    sys.path.insert(0, str(PROJECT))
    from events_archive.output.up_to_date import is_up_to_date  # noqa: PLC0415

    # As build.py does before anything else.
    if (said := is_up_to_date(sys.argv[1:], str(PROJECT / "build.py"))) is not None:
        sys.stderr.write(said)
        return 0
    from events_archive import cli  # noqa: PLC0415
    from events_archive.commands import publish  # noqa: PLC0415

    publish.plan_site = plan_equivalent
    # No peer has a service worker, nor the list that it works by.
    publish.write_derived_files = lambda settings, site, output: None
    return cli.main(sys.argv[1:], PROJECT)


if __name__ == "__main__":
    sys.exit(main())
