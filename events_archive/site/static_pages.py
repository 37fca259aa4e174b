"""Home, about and 404, and the few files that only programs read."""

from collections.abc import Iterable, Iterator

from events_archive.site import urls
from events_archive.site.categories import CATEGORIES, by_category
from events_archive.site.on_this_day import LOOK_AHEAD, anniversaries
from events_archive.site.page import ALL_EVENTS, Breadcrumb, Page
from events_archive.site.site import Site
from events_archive.site.subscriptions import AlternateLinks
from events_archive.site.timelines import year_overview

UPCOMING_ON_HOME = 5
"""How many coming events home shows."""

UPCOMING_RESERVE = 10
"""How many more it holds for readers on whose day some of those are over."""

RECENT_ON_HOME = 9
"""How many past events home shows."""

_HOME = Breadcrumb(label="Home", url=urls.HOME)


def static_pages(site: Site) -> Iterator[Page]:
    """The pages that exist once."""
    yield home_page(site)
    yield Page(
        path=urls.ABOUT,
        template="pages/about.html",
        title="About this archive",
        description="What this archive of spaceflight events is, and how it is made.",
        cache_inputs=ALL_EVENTS,
        breadcrumbs=(_HOME,),
        alternates=AlternateLinks(site).main,
    )
    yield Page(
        path=urls.NOT_FOUND,
        template="pages/404.html",
        title="Page not found",
        description="There is no page at this address.",
        indexable=False,
    )


def home_page(site: Site) -> Page:
    """What is next, what just happened, and the ways in."""
    catalogue = site.catalogue
    return Page(
        path=urls.HOME,
        template="pages/home.html",
        title=site.title,
        description=(
            "Dockings, spacewalks, landings, flybys and press events since 2019: "
            "an archive of spaceflight events with pictures, feeds and calendars."
        ),
        context={
            "upcoming": catalogue.upcoming[: UPCOMING_ON_HOME + UPCOMING_RESERVE],
            "shown": UPCOMING_ON_HOME,
            "recent": catalogue.past[:RECENT_ON_HOME],
            "types_by_category": by_category(
                (type, catalogue.by_type[type.id]) for type in site.types_by_name()
            ),
            "year_overview": year_overview(site),
            "categories": CATEGORIES,
            "days": tuple(anniversaries(catalogue, catalogue.today, LOOK_AHEAD)),
            "count": len(catalogue.events),
        },
        alternates=AlternateLinks(site).main,
        modified=site.updated,
        cache_inputs=ALL_EVENTS,
    )


def machine_pages(site: Site, pages: Iterable[Page]) -> Iterator[Page]:
    """Files that only programs read; the sitemap needs to know where the site is published."""
    yield Page(path=urls.NO_JEKYLL, template="empty")
    yield Page(path=urls.ROBOTS, template="feeds/robots.txt")
    if site.base_url:
        listed = sorted((p.path, p.modified) for p in pages if p.is_html and p.indexable)
        yield Page(
            path=urls.SITEMAP,
            template="feeds/sitemap.xml",
            context={"pages": tuple(listed)},
        )
