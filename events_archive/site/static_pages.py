"""Home, about and 404, and the few files that only programs read."""

from collections.abc import Iterable, Iterator
from functools import partial

from events_archive.site import urls
from events_archive.site.categories import FAMILIES, by_family
from events_archive.site.on_this_day import LOOK_AHEAD, anniversaries
from events_archive.site.page import WHOLE, Crumb, Deferred, Page
from events_archive.site.site import Site
from events_archive.site.subscriptions import main_alternates
from events_archive.site.timelines import almanac

UPCOMING = 5
"""How many coming events home shows."""

RESERVE = 10
"""How many more it holds for readers on whose day some of those are over."""

RECENT = 9
"""How many past events home shows."""

_HOME_TEMPLATE = "pages/home.html"

_HOME = Crumb(label="Home", address=urls.HOME)


def plain_pages(site: Site) -> Iterator[Page]:
    """The pages that exist once."""
    yield Deferred(
        urls.HOME,
        _HOME_TEMPLATE,
        partial(home_page, site),
        depends=WHOLE,
        modified=site.updated,
    )
    yield Page(
        address=urls.ABOUT,
        template="pages/about.html",
        title="About this archive",
        description="What this archive of spaceflight events is, and how it is made.",
        depends=WHOLE,
        crumbs=(_HOME,),
        alternates=main_alternates(site),
    )
    yield Page(
        address=urls.NOT_FOUND,
        template="pages/404.html",
        title="Page not found",
        description="There is no page at this address.",
        indexable=False,
    )


def home_page(site: Site) -> Page:
    """What is next, what just happened, and the ways in."""
    catalogue = site.catalogue
    return Page(
        address=urls.HOME,
        template=_HOME_TEMPLATE,
        title=site.title,
        description=(
            "Dockings, spacewalks, landings, flybys and press events since 2019: "
            "an archive of spaceflight events with pictures, feeds and calendars."
        ),
        context={
            "upcoming": catalogue.upcoming[: UPCOMING + RESERVE],
            "shown": UPCOMING,
            "recent": catalogue.past[:RECENT],
            "families": by_family(
                (type, catalogue.by_type[type.id]) for type in site.types_by_name()
            ),
            "almanac": almanac(site),
            "all_families": FAMILIES,
            "days": tuple(anniversaries(catalogue, catalogue.today, LOOK_AHEAD)),
            "count": len(catalogue.events),
        },
        alternates=main_alternates(site),
        modified=site.updated,
    )


def machine_pages(site: Site, pages: Iterable[Page]) -> Iterator[Page]:
    """Files that only programs read; the sitemap needs to know where the site is published."""
    yield Page(address=urls.NO_JEKYLL, template="empty")
    yield Page(address=urls.ROBOTS, template="feeds/robots.txt")
    if site.base_url:
        listed = tuple(page for page in pages if page.is_html and page.indexable)
        yield Page(
            address=urls.SITEMAP,
            template="feeds/sitemap.xml",
            context={"pages": listed},
            depends=tuple((page.address, page.modified) for page in listed),
        )
