"""The site as a whole: what every page may know of it."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.catalogue import Catalogue, Events
from events_archive.model.event import EventType
from events_archive.query.rows import QueryIndex
from events_archive.settings import Settings
from events_archive.site import urls as paths
from events_archive.site.publication_dates import PublicationDates
from events_archive.site.related import Related, find_related
from events_archive.site.taxonomies import TAXONOMIES
from events_archive.site.terms import TaxonomyIndex
from events_archive.site.urls import Urls


@dataclass(frozen=True, kw_only=True)
class Site:
    """All that decides which pages exist and what they say."""

    catalogue: Catalogue
    urls: Urls
    settings: Settings = field(default_factory=Settings)
    """Pages may be made from those that affect the output (`Settings.output_values`) alone."""
    history: ArchiveHistory = field(default_factory=ArchiveHistory.empty)
    """When events came, changed and went, as far as the archive saw it."""

    query_index: QueryIndex = field(default_factory=QueryIndex)
    """What can be asked of the events, and told of them, in the API's own words."""

    @property
    def title(self) -> str:
        """The name of the site."""
        return self.settings.title

    @property
    def base_url(self) -> str:
        """The URL at which the site is published, with a slash at its end, or ``""``."""
        return self.settings.base_url

    @property
    def list_limit(self) -> int:
        """The most events on one list page."""
        return self.settings.list_limit

    @cached_property
    def publication_dates(self) -> PublicationDates:
        """The dates of events as news, none of them after the last contact."""
        return PublicationDates(history=self.history, last_refreshed=self.updated)

    @cached_property
    def taxonomies(self) -> TaxonomyIndex:
        """The types, years, places, agencies, ... that the events have."""
        return TaxonomyIndex.build(TAXONOMIES, self.catalogue, self.urls)

    @cached_property
    def related(self) -> dict[int, tuple[Related, ...]]:
        """The events that have to do with each, by its id; its own series leads to the others."""
        series = {
            event_id: frozenset(one.term.slug for one in found)
            for event_id, found in self.taxonomies.series_positions.items()
        }
        return find_related(self.catalogue.events, series=series)

    @property
    def updated(self) -> datetime | None:
        """When the archive last heard from its source (UTC); None for a cache that never did."""
        return self.history.state.last_refreshed

    @cached_property
    def navigation(self) -> dict[str, str]:
        """The pages that every page links to: their paths by label."""
        indexes = {
            taxonomy.navigation_label: paths.taxonomy_index(taxonomy.name)
            for taxonomy, _ in self.taxonomies.listed
            if taxonomy.navigation_label
        }
        return {**indexes, "Ask": paths.QUERY_PAGE, "Subscribe": paths.SUBSCRIBE}

    def types_by_name(self) -> tuple[EventType, ...]:
        """Return all types, in the order of their index."""
        return tuple(term.value for term in self.taxonomies.terms("types"))

    def events_by_type(self) -> tuple[tuple[EventType, Events], ...]:
        """Return all types in the order of their index, each with its events."""
        return tuple((term.value, term.events) for term in self.taxonomies.terms("types"))
