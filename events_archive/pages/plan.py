"""The plan: all pages of the site, listed before any is rendered."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from events_archive.errors import PageError
from events_archive.pages.calendar_pages import calendar_pages
from events_archive.pages.change_entries import change_list_pages
from events_archive.pages.data_pages import data_pages, download_pages
from events_archive.pages.data_quality import report_pages
from events_archive.pages.event_pages import event_pages
from events_archive.pages.feed_pages import feed_pages
from events_archive.pages.image_credits import credits_pages
from events_archive.pages.list_pages import list_pages
from events_archive.pages.next_events import next_pages
from events_archive.pages.redirects import redirect_pages, retired_list_redirects
from events_archive.pages.slips import slip_pages
from events_archive.pages.static_pages import derived_pages, sitemap_pages, static_pages
from events_archive.pages.subscriptions import subscription_pages
from events_archive.pages.superlatives import record_pages
from events_archive.site.page import Page
from events_archive.site.site import Site

Planner = Callable[[Site], Iterator[Page]]

PLANNERS: tuple[Planner, ...] = (
    static_pages,
    feed_pages,
    change_list_pages,
    event_pages,
    list_pages,
    credits_pages,
    report_pages,
    slip_pages,
    record_pages,
    subscription_pages,
    calendar_pages,
    next_pages,
    data_pages,
)
"""Each yields the pages of one kind.

The two processes of a build start at the two ends. So what shares much is at one of them, like
feeds: their entries are rendered once.
"""


def plan_site(site: Site, planners: Sequence[Planner] = PLANNERS) -> tuple[Page, ...]:
    """Return all pages of the site; raises PageError where two have the same path."""
    pages = tuple(chain.from_iterable(plan(site) for plan in planners))
    pages += tuple(redirect_pages(site, pages))
    pages += tuple(retired_list_redirects(site.history.state.published_lists, pages))
    pages += tuple(download_pages(site, pages))
    return refuse_duplicate_paths(chain(pages, sitemap_pages(site, pages), derived_pages(site)))


def refuse_duplicate_paths(pages: Iterable[Page]) -> tuple[Page, ...]:
    """Return the pages; raises PageError if two have paths that differ in case at most.

    On Windows and macOS they would be the same file.
    """
    planned: dict[str, Page] = {}
    for page in pages:
        other = planned.setdefault(page.path.casefold(), page)
        if other is not page:
            raise PageError(
                f'two pages at one address: "{other.title}" at {other.path} and '
                f'"{page.title}" at {page.path}; this is a fault of the archive: report it'
            )
    return tuple(planned.values())
