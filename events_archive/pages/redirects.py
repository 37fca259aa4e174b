"""Redirects from every path that was ever published and is no longer a page's.

The slugs of renamed events and types are in the registry. Lists can go too: the only event of a
month moves to the next one, or a list becomes short enough for one page.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from events_archive.model.catalogue import grouped
from events_archive.site import urls
from events_archive.site.calendars import Calendar, calendar_page
from events_archive.site.feeds import Feed
from events_archive.site.formats import CALENDAR, RSS
from events_archive.site.page import REDIRECT, Page, redirect
from events_archive.site.site import Site
from events_archive.site.taxonomies import TAXONOMIES

_TAXONOMIES = {taxonomy.name: taxonomy for taxonomy in TAXONOMIES}
_WITH_SLUG = re.compile(r"([^/]+/[^./]+)([./].+)")
_MONTH = re.compile(r"months/(\d{4})-\d\d(?:/.*)?\.html")


def redirect_pages(site: Site, pages: tuple[Page, ...]) -> Iterator[Page]:
    """Yield a page at each former path of events and types, and of lists that ``pages`` lacks."""
    catalogue, slugs = site.catalogue, site.history.slugs
    event_names = {event.id: event.name for event in catalogue.all_events}
    type_names = {type.id: type.name for type in catalogue.types}
    moved = dict(site.term_feeds.moved)
    for folder, table, names in (
        ("events", slugs.events, event_names),
        ("types", slugs.types, type_names),
    ):
        for slug, id in table.redirects.items():
            target = moved[f"{folder}/{slug}"] = f"{folder}/{table.slugs[id]}"
            yield redirect(f"{folder}/{slug}.html", names[id], f"{target}.html")
    for slug in slugs.types.unresolved:
        yield redirect(f"types/{slug}.html", "the list of types", urls.ALL_TYPES)
    yield from _placeholders(site)
    if moved:
        yield from _copies(moved, pages)


def _placeholders(site: Site) -> Iterator[Page]:
    """Yield pages for events that cannot be shown.

    Their records are damaged until LL2 sends them again, or they are sample events that LL2 does
    not have.
    """
    seen = site.history.state.first_seen
    unresolved = site.history.slugs.events.unresolved
    paths = {f"events/{slug}.html": event_id for slug, event_id in unresolved.items()}
    paths |= {urls.permalink(event_id): event_id for event_id in unresolved.values()}
    for path, event_id in paths.items():
        yield Page(
            path=path,
            template="pages/unavailable.html",
            title=f"Event {event_id}",
            description="An event that cannot be shown at the moment.",
            context={
                "event_id": event_id,
                "was_sample": bool(seen) and event_id not in seen,
            },
            indexable=False,
        )
        calendar = path.removesuffix(".html") + CALENDAR.suffix
        name = f"Event {event_id}"
        yield calendar_page(Calendar(name=name, description=name, path=calendar, html_url=path), ())


def _copies(moved: Mapping[str, str], pages: Iterable[Page]) -> Iterator[Page]:
    """Yield feeds, calendars and data again at former paths: programs follow no HTML redirect.

    ``moved`` has the present path, without a suffix, by the former one.
    """
    former = grouped(moved, lambda old: moved[old])
    for page in pages:
        path = _WITH_SLUG.fullmatch(page.path)
        if path and not page.is_html:
            for old in former.get(path[1], ()):
                yield replace(page, path=old + path[2])


def retired_list_redirects(published: Iterable[str], pages: Iterable[Page]) -> Iterator[Page]:
    """Yield a redirect for each of the ``published`` lists that is not among ``pages``."""
    planned = {page.path: page for page in pages}
    retired = sorted(path for path in set(published) - planned.keys() if path.endswith(".html"))
    if not retired:
        return
    same_term = {_term_identity(path): path for path in planned if path.count("/") == 1}
    for path in retired:
        candidates = (same_term.get(_term_identity(path), ""), *_broader_lists(path))
        target = next(candidate for candidate in candidates if candidate in planned)
        page = planned[target]
        target = page.context["target"] if page.template == REDIRECT else target
        yield redirect(path, "the list that these events are now in", target)


def _term_identity(path: str) -> str:
    """Return what identifies a term's page whatever its slug: ``agencies/44``, ``places/moon``."""
    folder, _, rest = path.removesuffix(".html").partition("/")
    slug, taxonomy = rest.partition("/")[0], _TAXONOMIES.get(folder)
    return f"{folder}/{taxonomy.canonical_slug(slug) if taxonomy else slug}"


def _broader_lists(path: str) -> Iterator[str]:
    """Yield the lists that may have the same events, the narrowest first; home is the last."""
    if month := _MONTH.fullmatch(path):
        yield urls.year(int(month[1]))
    folder = path.rpartition("/")[0]
    while folder:
        yield f"{folder}.html"
        yield f"{folder}/index.html"
        folder = folder.rpartition("/")[0]
    yield urls.ALL_YEARS if path.startswith("months/") else urls.HOME
    yield urls.HOME


def is_permanent_list(page: Page) -> bool:
    """Whether the page's path is recorded once published, to be redirected when it is gone."""
    folder, _, name = page.path.partition("/")
    taxonomy, feed = _TAXONOMIES.get(folder), _feed_of(page)
    if feed:
        return bool(feed.main or (feed.is_of_term and taxonomy and taxonomy.records_terms))
    if folder == "changes":
        return True
    # A place or programme that is a station has been linked as well, although it is a redirect.
    if not page.is_html or not (page.indexable or (taxonomy and page.template == REDIRECT)):
        return False
    if taxonomy is None:
        return folder in ("credits", "upcoming")
    return taxonomy.records_terms or "/" in name


def _feed_of(page: Page) -> Feed | None:
    """Return the feed if the page is its RSS file, the path by which all its files are recorded.

    None for other pages, and for copies at former paths.
    """
    feed: Feed | None = page.context["feed"] if page.template == RSS.template else None
    return feed if feed and page.path == feed.path(RSS) else None
