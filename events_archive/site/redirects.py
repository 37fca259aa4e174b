"""Addresses that were published once and whose page has gone elsewhere: none answers with nothing.

Events and types that were renamed are in the address book. Lists can vanish too: the only event of
a month slips into the next, a list gets short enough to need no second part.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from events_archive.model.event import Event
from events_archive.site import urls
from events_archive.site.feeds import is_archive_document
from events_archive.site.page import Page, redirect
from events_archive.site.site import Site
from events_archive.site.taxonomies import TAXONOMIES

_TAXONOMIES = {taxonomy.name: taxonomy for taxonomy in TAXONOMIES}
_NAMED = re.compile(r"((?:events|types)/[^./]+)([./].+)")
_MONTH = re.compile(r"months/(\d{4})-\d\d(?:/.*)?\.html")


def redirect_pages(site: Site, pages: tuple[Page, ...]) -> Iterator[Page]:
    """A stub, or for programs a copy, at every former address that no page of the plan has."""
    yield from _renamed_events(site)
    yield from _renamed_types(site)
    yield from _placeholder_pages(site)
    moved = {
        f"events/{stem}": f"events/{site.urls.event_slugs[event_id]}"
        for stem, event_id in site.urls.event_redirects.items()
    } | {
        f"types/{stem}": f"types/{site.urls.type_slugs[type_id]}"
        for stem, type_id in site.urls.type_redirects.items()
    }
    yield from _feed_copies(moved, pages)


def _renamed_events(site: Site) -> Iterator[Page]:
    by_id: dict[int, Event] = {event.id: event for event in site.catalogue.all_events}
    for stem, event_id in site.urls.event_redirects.items():
        event = by_id[event_id]
        yield redirect(f"events/{stem}.html", event.name, site.urls.event(event))


def _renamed_types(site: Site) -> Iterator[Page]:
    types = {type.id: type for type in site.types_by_name()}
    for stem, type_id in site.urls.type_redirects.items():
        type = types[type_id]
        yield redirect(f"types/{stem}.html", type.name, site.urls.type(type))


def _placeholder_pages(site: Site) -> Iterator[Page]:
    """What stands in for an event whose record was damaged, until LL2 sends it again."""
    orphans = site.urls.unresolved
    absent = {f"events/{stem}.html": event_id for stem, event_id in orphans.items()}
    absent |= {urls.permalink(event_id): event_id for event_id in orphans.values()}
    for address, event_id in absent.items():
        yield Page(
            path=address,
            template="pages/absent.html",
            title=f"Event {event_id}",
            description="An event that cannot be shown at present.",
            context={"event_id": event_id},
            indexable=False,
        )


def _feed_copies(moved: Mapping[str, str], pages: Iterable[Page]) -> Iterator[Page]:
    """Feeds and calendars again at their old addresses: programs do not follow a stub."""
    if not moved:
        return
    former: dict[str, list[str]] = {}
    for old, new in moved.items():
        former.setdefault(new, []).append(old)
    for page in pages:
        named = _NAMED.fullmatch(page.path)
        if named and not page.is_html:
            for old in former.get(named[1], ()):
                yield replace(page, path=old + named[2])


def retired_list_redirects(published: Iterable[str], pages: Iterable[Page]) -> Iterator[Page]:
    """A stub at each of the ``published`` list pages that the plan no longer has."""
    planned = {page.path for page in pages}
    vanished = sorted(filter(_is_html, set(published) - planned))
    if not vanished:
        return
    known = {_identity(page): page for page in planned if page.count("/") == 1}
    for address in vanished:
        successor = known.get(_identity(address), "")
        target = next(place for place in (successor, *_ancestors(address)) if place in planned)
        yield redirect(address, "the list that these events now stand in", target)


def _identity(path: str) -> str:
    """Return what identifies a term's page whatever its slug: ``agencies/44``, ``places/moon``."""
    folder, _, rest = path.removesuffix(".html").partition("/")
    slug, taxonomy = rest.partition("/")[0], _TAXONOMIES.get(folder)
    return f"{folder}/{taxonomy.canonical_slug(slug) if taxonomy else slug}"


def _ancestors(address: str) -> Iterator[str]:
    """Where the events of a list may be found instead, the nearest first."""
    if month := _MONTH.fullmatch(address):
        yield urls.year(int(month[1]))
    folder = address.rpartition("/")[0]
    while folder:
        yield f"{folder}.html"
        yield f"{folder}/index.html"
        folder = folder.rpartition("/")[0]
    yield urls.ALL_YEARS if address.startswith("months/") else urls.HOME
    yield urls.HOME


def _is_html(address: str) -> bool:
    return address.endswith(".html")


def is_permanent_list(page: Page) -> bool:
    """Whether the page's path is recorded once published, to be redirected when it is gone."""
    if is_archive_document(page):
        return True
    if not page.is_html or not page.indexable:
        return False
    folder, _, name = page.path.partition("/")
    taxonomy = _TAXONOMIES.get(folder)
    if taxonomy is None:
        return folder == "credits"
    return taxonomy.records_terms or "/" in name
