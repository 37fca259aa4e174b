"""A page for each event, and the permalinks that redirect to them."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from events_archive.model.changes import Change
from events_archive.model.event import Event, Program, SpaceStation
from events_archive.model.interval import MONTHS
from events_archive.pages.slips import drawn_slip
from events_archive.pages.subscriptions import AlternateLinks
from events_archive.site import urls
from events_archive.site.calendars import has_calendar
from events_archive.site.formats import MARKDOWN
from events_archive.site.page import (
    HOME,
    Alternate,
    Breadcrumb,
    LazyContext,
    Page,
    Writer,
    redirect,
)
from events_archive.site.site import Site
from events_archive.site.terms import Term

MAX_OTHERS_OF_TYPE = 4
"""How many other events of its type an event's page links to."""

DESCRIPTION_LENGTH = 155
"""How many characters of a description search engines show."""


def event_pages(site: Site) -> Iterator[Page]:
    """Yield the page of every event, withdrawn ones included, and permalinks that redirect."""
    alternates = AlternateLinks(site)
    for event in site.catalogue.all_events:
        page = event_page(site, event, alternates.of_event(event))
        yield page
        yield markdown_page(site, event, page)
    for event in site.catalogue.all_events:
        yield redirect(urls.permalink(event.id), event.name, site.urls.event(event))


def markdown_page(site: Site, event: Event, page: Page) -> Page:
    """Return the Markdown of an event, for programs, from what its ``page`` is made from."""
    names = ("event", "withdrawn", "articles", "gone_links", "changelog")
    return Page(
        path=site.urls.event(event, MARKDOWN.suffix),
        writer=Writer.EVENT_MARKDOWN,
        title=event.name,
        context=LazyContext(lambda: {name: page.context[name] for name in names}),
    )


def event_page(site: Site, event: Event, alternates: tuple[Alternate, ...] = ()) -> Page:
    """Return the page of one event."""
    is_withdrawn = event.id in site.history.state.withdrawn
    return Page(
        path=site.urls.event(event),
        template="pages/event.html",
        title=f"{event.name} ({event.date.display_date}{', withdrawn' if is_withdrawn else ''})",
        description=meta_description(event, is_withdrawn=is_withdrawn),
        context=LazyContext(partial(_context, site, event)),
        breadcrumbs=(HOME,) if is_withdrawn else _breadcrumbs(event.date.year, event.date.month),
        alternates=alternates,
        modified=site.publications.of(event).page_changed,
    )


def _context(site: Site, event: Event) -> Mapping[str, Any]:
    """Return what the template of an event's page shows."""
    catalogue, taxonomies, state = site.catalogue, site.taxonomies, site.history.state
    previous, next = catalogue.neighbours.get(event.id, (None, None))
    changes, withdrawn = site.history.changes_of(event.id), state.withdrawn.get(event.id)
    place, term_urls = taxonomies.place(event), taxonomies.term_urls(event)
    story = site.stories[0].get(event.id)
    return {
        "event": event,
        "previous": previous,
        "next": next,
        "others": catalogue.others_of_type(event, MAX_OTHERS_OF_TYPE),
        "place": place,
        "series": tuple(
            position
            for position in taxonomies.series_positions.get(event.id, ())
            if not story or position.term.url != story.url
        ),
        "term_urls": term_urls,
        "members": _named_once(event, place, term_urls),
        "related": site.related.get(event.id, {}),
        "story": story,
        "presence": None if withdrawn else site.visit_index.present_at(event),
        "has_calendar": not withdrawn and has_calendar(site, event),
        "is_coming": not event.date.is_over(catalogue.today),
        "articles": site.articles.get(event.id, ()),
        "gone_links": site.gone_links_of(event),
        "updated": site.publications.of(event).updated,
        "first_seen": state.first_seen.get(event.id),
        "withdrawn": withdrawn,
        "changes": changes,
        "changelog": _changelog(changes),
        "slip": drawn_slip(site, event),
    }


def _named_once(
    event: Event, place: Term | None, term_urls: Mapping[str, Mapping[int, str]]
) -> dict[str, tuple[Program | SpaceStation, ...]]:
    """Return the stations and programmes of an event but those that have the page of another.

    A station can be the place of the event too, whose page the heading links to.
    """
    linked = {place.url} if place else set()
    members: dict[str, tuple[Program | SpaceStation, ...]] = {}
    for name in ("stations", "programs"):
        urls = term_urls[name]
        members[name] = tuple(one for one in getattr(event, name) if urls[one.id] not in linked)
        linked |= {url for one in members[name] if (url := urls[one.id])}
    return members


def _changelog(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return the changes that the page lists, oldest first; none if the event was only added."""
    shown = tuple(change for change in changes if change.is_published)
    return shown if any(change.change_type != "added" for change in shown) else ()


def meta_description(event: Event, *, is_withdrawn: bool = False) -> str:
    """Return the event in a sentence or two, for search engines and link previews.

    It is cut between words, with an ellipsis.
    """
    facts = ", ".join(fact for fact in (event.date.display, event.location) if fact)
    status = "Withdrawn. " if is_withdrawn else ""
    text = f"{status}{event.type.name}, {facts}. {' '.join(event.description.split())}".strip()
    if len(text) <= DESCRIPTION_LENGTH:
        return text
    return text[: DESCRIPTION_LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:.–-") + "…"


def _breadcrumbs(year: int | None, month: tuple[int, int] | None) -> tuple[Breadcrumb, ...]:
    """Return home, and the pages of the year and of the month where they are known."""
    crumbs = [HOME]
    if year:
        crumbs.append(Breadcrumb(label=str(year), url=urls.year(year)))
    if month:
        crumbs.append(Breadcrumb(label=MONTHS[month[1] - 1], url=urls.month(*month)))
    return tuple(crumbs)
