"""The pages and files that exist once: home, upcoming, browse, about, 404, robots, sitemap, ..."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from events_archive.pages.charts import year_overview
from events_archive.pages.subscriptions import AlternateLinks
from events_archive.site import pagination, urls
from events_archive.site.page import ALL_EVENTS, HOME, Alternate, LazyContext, Page, Writer
from events_archive.site.site import Site

UPCOMING_ON_HOME = 5
"""How many upcoming events the home page shows."""

UPCOMING_RESERVE = 10
"""How many more it holds, hidden, for readers who come when some of those are over."""

RECENT_ON_HOME = 9
"""How many past events the home page shows."""

TERMS_TO_BROWSE = 12
"""How many terms of each taxonomy the page that leads to all of them shows."""

DAYS_ON_HOME = 9
"""How many days from today on it has anniversaries of, since it is read for days after a build."""


def static_pages(site: Site) -> Iterator[Page]:
    """Yield home, upcoming, browse, about, 404 and offline reading, and what hosts read."""
    main_alternates = AlternateLinks(site).main
    yield home_page(site, main_alternates)
    yield from upcoming_pages(site, main_alternates)
    yield browse_page(site, main_alternates)
    yield Page(
        path=urls.ABOUT,
        template="pages/about.html",
        title="About this archive",
        description="What this archive of spaceflight events is, and how it is made.",
        breadcrumbs=(HOME,),
        alternates=main_alternates,
        cache_inputs=ALL_EVENTS,
    )
    yield Page(
        path=urls.NOT_FOUND,
        template="pages/404.html",
        title="Page not found",
        description="There is no page at this address.",
        indexable=False,
    )
    yield Page(
        path=urls.MY_LIST,
        template="pages/my_list.html",
        title="My list",
        description="The events that you have starred, to share, to print, or for your calendar.",
        breadcrumbs=(HOME,),
    )
    yield Page(
        path=urls.EMBED,
        template="pages/embed.html",
        title="The next spaceflight events",
        description="The next spaceflight events, in a frame for other websites.",
        indexable=False,
    )
    yield offline_page(site)
    yield Page(path=urls.MANIFEST, template="manifest.webmanifest")
    yield Page(path=urls.NO_JEKYLL, writer=Writer.EMPTY)
    yield Page(path=urls.ROBOTS, template="feeds/robots.txt")
    if site.settings.cname:
        yield Page(path=urls.CNAME, writer=Writer.CNAME)


def offline_page(site: Site, download_size: int | None = None) -> Page:
    """Return the page on reading offline, with the size of the ZIP in bytes.

    Where a ZIP is offered, the page is rendered after it, with its size.
    """
    is_waiting = site.settings.offer_download and download_size is None
    return Page(
        path=urls.OFFLINE,
        writer=Writer.DERIVED if is_waiting else Writer.TEMPLATE,
        template="pages/offline.html",
        title="Read offline",
        description="How to read the archive with no network: in the browser, or from a disk.",
        context={"download_size": download_size},
        breadcrumbs=(HOME,),
        alternates=AlternateLinks(site).main,
    )


def home_page(site: Site, alternates: tuple[Alternate, ...]) -> Page:
    """Return the home page: what is next, what just happened, and links to all lists."""
    return Page(
        path=urls.HOME,
        template="pages/home.html",
        title=site.title,
        description=(
            "Dockings, spacewalks, landings, flybys and press events: "
            "an archive of spaceflight events with pictures, feeds and calendars."
        ),
        context=LazyContext(partial(_home_context, site)),
        alternates=alternates,
        modified=max(
            (site.publications.of(event).updated for event in site.catalogue.all_events),
            default=None,
        ),
        cache_inputs=ALL_EVENTS,
    )


def _home_context(site: Site) -> Mapping[str, Any]:
    catalogue = site.catalogue
    return {
        "upcoming": catalogue.upcoming[: UPCOMING_ON_HOME + UPCOMING_RESERVE],
        "shown": UPCOMING_ON_HOME,
        "recent": catalogue.past[:RECENT_ON_HOME],
        "year_overview": year_overview(site),
        "categories": tuple(category for category, _ in site.types_by_category),
        "days": catalogue.anniversaries(catalogue.today, DAYS_ON_HOME),
        "count": len(catalogue.events),
        "sample_count": site.sample_count,
    }


def upcoming_pages(site: Site, alternates: tuple[Alternate, ...]) -> Iterator[Page]:
    """Yield the list of upcoming events: month by month, then those whose day is not known."""
    title, limit = "Upcoming spaceflight events", site.settings.list_limit
    for page in pagination.split_upcoming(urls.UPCOMING, site.catalogue.upcoming, limit):
        yield Page(
            path=page.path,
            template="pages/upcoming.html",
            title=pagination.numbered_title(title, page.path, page.pages),
            description="The spaceflight events that are announced, soonest first: "
            "when they are, which have a webcast, and an entry for your calendar.",
            context={"event_list": page},
            breadcrumbs=(HOME,),
            alternates=alternates,
        )


def browse_page(site: Site, alternates: tuple[Alternate, ...]) -> Page:
    """Return the page that leads to every taxonomy, with the terms that have the most events."""
    groups = [
        (taxonomy, terms, sorted(terms, key=lambda term: -len(term.events))[:TERMS_TO_BROWSE])
        for taxonomy, terms in site.taxonomies.listed
        if taxonomy.intro
    ]
    return Page(
        path=urls.BROWSE,
        template="pages/browse.html",
        title="Browse spaceflight events",
        description="All spaceflight events by type, series, place, space station, agency, "
        "programme and astronaut.",
        context={"groups": groups, "count": len(site.catalogue.events)},
        breadcrumbs=(HOME,),
        alternates=alternates,
        cache_inputs=ALL_EVENTS,
    )


def sitemap_pages(site: Site, pages: Iterable[Page]) -> Iterator[Page]:
    """Yield the sitemap of ``pages``; nothing for a site without a base URL, which it needs."""
    if site.base_url:
        listed = sorted((p.path, p.modified) for p in pages if p.is_html and p.indexable)
        yield Page(
            path=urls.SITEMAP, template="feeds/sitemap.xml", context={"pages": tuple(listed)}
        )


def derived_pages(site: Site) -> Iterator[Page]:
    """Yield the files that are made from all others, in the order in which they are written."""
    yield Page(path=urls.BUILD_INFO, writer=Writer.DERIVED)
    yield Page(path=urls.PRECACHE_MANIFEST, writer=Writer.DERIVED)
    yield Page(path=urls.SERVICE_WORKER, writer=Writer.DERIVED)
    if site.settings.offer_download:
        yield Page(path=urls.DOWNLOAD, writer=Writer.DERIVED)
