"""Finds the events whose pages cannot be made, so that all others are still published.

Records are bounded and checked when they are read (`ll2.load.read_event`). What still fails for an
event later, in whatever is made from it (lists, series, places, feeds, calendars, JSON-LD, data
files), ends up here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from events_archive.console import Console
from events_archive.errors import ArchiveError, PageError
from events_archive.images.thumbnails import Thumbnails
from events_archive.ll2.load import read_event
from events_archive.model.catalogue import Events
from events_archive.model.event import Event
from events_archive.output.fingerprints import Fingerprints
from events_archive.output.id_audit import IdAudit
from events_archive.pages.plan import plan_site
from events_archive.render.assets import read_assets
from events_archive.render.context import RenderContext
from events_archive.render.renderer import Renderer
from events_archive.site.page import Writer
from events_archive.site.site import Site
from events_archive.store.files import write_atomically
from events_archive.store.records import EVENTS_FILE, RecordLine

MAX_FAILING = 5
"""With more events that fail, the fault is hardly that of the events."""


def without_failing_events(
    site: Site, thumbnails: Thumbnails, console: Console, error: Exception
) -> Site:
    """Return the site without the events with which its pages cannot be made; warn of each.

    They are found by making the pages of half of the events in memory, then of half of those that
    fail, and so on. If the refresh of this run has brought what fails, the former record is used
    and written back to the cache. Otherwise the event's addresses have placeholders until its pages
    can be made again.

    Catches what is raised by planning and rendering pages, except for mistakes in templates, and
    raises it again if it is due to no event or to many of them. Files that cannot be written, and
    other errors with a message of their own, are raised again at once.
    """
    if isinstance(error, OSError) or (
        isinstance(error, ArchiveError) and not isinstance(error, PageError)
    ):
        raise error
    found = _failing(site.catalogue.all_events, lambda some: _failure(site, some, thumbnails))
    failing = dict(islice(found, MAX_FAILING + 1))
    if not failing or len(failing) > MAX_FAILING:
        raise error
    former = _former_events(site, failing, thumbnails)
    for event_id, reason in failing.items():
        text = str(reason) if isinstance(reason, PageError) else repr(reason)
        consequence = "its last good version stays" if event_id in former else "it is left out"
        console.warn(f"event {event_id} cannot be shown: {text[:300]}; {consequence}")
    remaining = [event for event in site.catalogue.all_events if event.id not in failing]
    lines = {event_id: site.replaced[event_id] for event_id in former}
    site = site.with_events([*remaining, *former.values()], lines)
    if former:
        write_atomically(site.settings.cache / EVENTS_FILE, site.records.data)
    return site


def _former_events(site: Site, failing: Iterable[int], thumbnails: Thumbnails) -> dict[int, Event]:
    """Return those of the ``failing`` events whose pages can be made of their former records."""
    former: dict[int, Event] = {}
    for event_id in failing:
        line = site.replaced.get(event_id)
        if line is None or not isinstance(event := read_event(event_id, line), Event):
            continue
        if _failure(site, (event,), thumbnails, {event_id: line}) is None:
            former[event_id] = event
    return former


def _failing(
    events: Events, failure: Callable[[Events], Exception | None]
) -> Iterator[tuple[int, Exception]]:
    """Yield the id of each of ``events`` that fails alone, and what ``failure`` returns for it."""
    if not events or (reason := failure(events)) is None:
        return
    if len(events) == 1:
        yield events[0].id, reason
        return
    middle = len(events) // 2
    yield from _failing(events[:middle], failure)
    yield from _failing(events[middle:], failure)


def _failure(
    site: Site,
    events: Events,
    thumbnails: Thumbnails,
    former: Mapping[int, RecordLine] | None = None,
) -> Exception | None:
    """Return what is raised when the pages of ``events`` are made; None if all can be made."""
    try:
        site = site.with_events(events, former)
        assets, templates = read_assets(site.settings.static), site.settings.templates
        context = RenderContext(site=site, assets=assets, thumbnails=thumbnails)
        renderer = Renderer(context=context, templates=templates)
        fingerprints, audit = Fingerprints(site, thumbnails), IdAudit(published={})
        for page in plan_site(site):
            if page.writer is not Writer.DERIVED:
                fingerprints.page(page)
                audit.collect(page, renderer.content(page))
    except Exception as error:
        return error
    return None
