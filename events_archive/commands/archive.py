"""Loads the archive and makes the site of it: the first steps of most commands."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from events_archive.console import Console
from events_archive.ll2.parse import load_events
from events_archive.ll2.refresh import refresh
from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.catalogue import Catalogue
from events_archive.model.changes import count_changes
from events_archive.query.index import build_query_index
from events_archive.settings import Settings
from events_archive.site.site import Site
from events_archive.site.urls import Urls
from events_archive.store.lock import locked
from events_archive.store.records import Records
from events_archive.store.state_files import persist_slugs


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The cache after a refresh, parsed."""

    catalogue: Catalogue
    history: ArchiveHistory
    records: Records


def cache_lock(settings: Settings) -> AbstractContextManager[None]:
    """Return the context of a command that writes to the cache; a dry run writes nothing."""
    return nullcontext() if settings.dry_run else locked(settings.cache)


def load_archive(settings: Settings, console: Console) -> Archive:
    """Refresh the cache if it is old, and return what it holds.

    Raises ArchiveError where there are no events, or a file of the cache cannot be used.
    """
    now = datetime.now(UTC)
    with console.timed("fetch"):
        result = refresh(settings, console, now=now)
        events = load_events(result.records, console)
        history = persist_slugs(settings, result.archive_state, events, console)
        catalogue = Catalogue.from_events(
            events,
            today=settings.today or result.as_of.date(),
            withdrawn=history.state.withdrawn,
        )
    console.add_fact("events", len(events))
    console.add_fact("requests", result.requests)
    console.add_fact(
        "refresh", {"outcome": result.outcome, "changes": count_changes(result.changes)}
    )
    console.add_summary(result.summary)
    if settings.pictures and result.has_network:
        _download_images(settings, catalogue, console, now)
    return Archive(catalogue=catalogue, history=history, records=result.records)


def _download_images(
    settings: Settings, catalogue: Catalogue, console: Console, now: datetime
) -> None:
    # Imports an HTTP client, which a run without a network does not need.
    from events_archive.images.download import download_images  # noqa: PLC0415

    with console.timed("pictures"):
        download_images(
            catalogue.images_excluding(settings.excluded_licences),
            folder=settings.cache / "originals",
            api_url=settings.api_url,
            user_agent=settings.user_agent,
            jobs=settings.jobs,
            console=console,
            now=now,
            refresh=settings.full,
        )


def make_site(settings: Settings, archive: Archive) -> Site:
    """Return the site that shows the archive."""
    catalogue, history = archive.catalogue, archive.history
    return Site(
        settings=settings,
        catalogue=catalogue,
        urls=Urls.from_registry(history.slugs),
        history=history,
        query_index=build_query_index(
            archive.records, catalogue.all_events, history.state.withdrawn
        ),
    )
