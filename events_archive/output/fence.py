"""The fence around each event of a build: what one of them breaks costs the others nothing.

Records are bounded and checked when they are read (`ll2.parse.read_event`). What still fails for an
event later, in whatever is made from it (lists, series, places, feeds, calendars, JSON-LD, data
files), ends up here.
"""

from collections.abc import Callable

from events_archive.console import Console
from events_archive.errors import ArchiveError, PageError
from events_archive.images.thumbnails import Thumbnails
from events_archive.model.catalogue import Events
from events_archive.output.fingerprints import Fingerprints
from events_archive.output.id_audit import IdAudit
from events_archive.render.assets import read_assets
from events_archive.render.context import RenderContext
from events_archive.render.renderer import Renderer
from events_archive.site.page import Writer
from events_archive.site.plan import plan_site
from events_archive.site.site import Site

MAX_FAILING = 5
"""With more events that fail, the fault is hardly that of the events."""


def without_failing_events(
    site: Site, thumbnails: Thumbnails, console: Console, error: Exception
) -> Site:
    """Return the site without the events with which its pages cannot be made; warn of each.

    They are found by making the pages of half of the events in memory, then of half of those that
    fail, and so on. Their addresses have placeholders until their pages can be made again.

    Catches what is raised by planning and rendering pages, except for mistakes in templates, and
    raises it again if it is due to no event or to many of them. Files that cannot be written, and
    other errors with a message of their own, are raised again at once.
    """
    if isinstance(error, OSError) or (
        isinstance(error, ArchiveError) and not isinstance(error, PageError)
    ):
        raise error
    failing: list[tuple[int, Exception]] = []
    _find(site.catalogue.all_events, lambda events: _failure(site, events, thumbnails), failing)
    if not failing or len(failing) > MAX_FAILING:
        raise error
    for event_id, reason in failing:
        text = str(reason) if isinstance(reason, PageError) else repr(reason)
        console.warn(f"event {event_id} cannot be shown: {text[:300]}; it is left out")
    ids = {event_id for event_id, _ in failing}
    return site.with_events(event for event in site.catalogue.all_events if event.id not in ids)


def _find(
    events: Events,
    failure: Callable[[Events], Exception | None],
    failing: list[tuple[int, Exception]],
) -> None:
    """Add to ``failing`` each of ``events`` that fails alone, until there are too many."""
    if not events or len(failing) > MAX_FAILING or (reason := failure(events)) is None:
        return
    if len(events) == 1:
        failing.append((events[0].id, reason))
        return
    middle = len(events) // 2
    _find(events[:middle], failure, failing)
    _find(events[middle:], failure, failing)


def _failure(site: Site, events: Events, thumbnails: Thumbnails) -> Exception | None:
    """Return what the pages of the site of ``events`` raise; None if all can be made."""
    try:
        site = site.with_events(events)
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
