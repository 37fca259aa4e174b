"""The site: everything that pages are made from."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.article import Article
from events_archive.model.catalogue import Catalogue, grouped
from events_archive.model.event import Event
from events_archive.model.publication import Publication
from events_archive.model.slugs import SlugRegistry, SlugTable, update_registry
from events_archive.model.visits import Visit, find_visits
from events_archive.query.index import QueryIndex
from events_archive.settings import Settings
from events_archive.site import urls as paths
from events_archive.site.categories import CATEGORIES, Category
from events_archive.site.missions import Story, find_stories
from events_archive.site.publications import Publications
from events_archive.site.related import Related, find_related
from events_archive.site.taxonomies import TAXONOMIES, find_terms
from events_archive.site.term_feeds import TermFeeds
from events_archive.site.terms import TaxonomyIndex, Term
from events_archive.site.urls import Urls
from events_archive.site.visits import VisitIndex
from events_archive.store.articles_file import ArticleRecords
from events_archive.store.records import RecordLine, Records


class Site(Struct, frozen=True, kw_only=True, dict=True, eq=False):
    """Everything that decides which pages exist and what they show."""

    catalogue: Catalogue
    settings: Settings = field(default_factory=Settings)
    """Pages may be made from those that affect the output (`Settings.output_values`) alone."""
    history: ArchiveHistory = field(default_factory=ArchiveHistory)
    """When events were added, changed and withdrawn."""
    former_publications: Mapping[int, Publication] = field(default_factory=dict)
    """What was last published about events, by id."""
    query_index: QueryIndex = field(default_factory=QueryIndex)
    """The events in the API's form, for the query page and the mirror of the API."""
    replaced: Mapping[int, RecordLine] = field(default_factory=dict)
    """The records that the refresh before this build has replaced, by event id."""
    sample_count: int = 0
    """How many of the events came with the code, and stand in until the first refresh."""
    articles: Mapping[int, tuple[Article, ...]] = field(default_factory=dict)
    """Articles and blogs about events of the archive, by event id, newest last."""
    gone_links: frozenset[str] = frozenset()
    """The URLs of pages of other sites that are gone."""
    articles_refreshed: datetime | None = None
    """When the news API last responded (UTC); None if that is not known."""
    records: Records = Records()
    """All records of events in the cache, those included of which no event can be made."""
    article_records: ArticleRecords = ArticleRecords()
    """All records of articles in the cache."""
    links_file: bytes = b""
    """The content of ``links.json``, from which `gone_links` is; empty if it cannot be read."""

    def with_events(
        self, events: Iterable[Event], former: Mapping[int, RecordLine] | None = None
    ) -> "Site":
        """Return the site of some of its events; the addresses of all others have placeholders.

        Those with an id in ``former`` are made of that record.
        """
        events, state = sorted(events, key=lambda event: event.id), self.history.state
        slugs = SlugRegistry(
            events=SlugTable(owners=self.history.slugs.events.owners),
            types=SlugTable(owners=self.history.slugs.types.owners),
        )
        slugs = update_registry(events, slugs, withdrawn=state.withdrawn)
        return replace(
            self,
            catalogue=Catalogue.from_events(
                events, today=self.catalogue.today, withdrawn=state.withdrawn
            ),
            history=replace(self.history, slugs=slugs),
            query_index=replace(
                self.query_index,
                events=tuple(events),
                lines={**self.query_index.lines, **(former or {})},
            ),
            records=self.records.merged(former or {}),
        )

    def warm_up(self) -> None:
        """Compute what the contexts of many pages share, so that each process need not."""
        _ = self.related, self.stories

    def gone_links_of(self, event: Event) -> tuple[str, ...]:
        """Return the URLs of links, videos and articles of an event whose pages are gone."""
        urls = (
            *(link.url for link in event.links),
            *(video.url for video in event.videos),
            *(article.url for article in self.articles.get(event.id, ())),
        )
        return tuple(url for url in dict.fromkeys(urls) if url in self.gone_links)

    @cached_property
    def all_articles(self) -> tuple[Article, ...]:
        """Every article about an event of the archive, by kind and id."""
        listed = self.articles.values()
        found = {(one.kind, one.id): one for articles in listed for one in articles}
        return tuple(found[key] for key in sorted(found))

    @property
    def title(self) -> str:
        """The name of the site."""
        return self.settings.title

    @property
    def base_url(self) -> str:
        """The URL at which the site is published, with a slash at its end, or ``""``."""
        return self.settings.base_url

    @cached_property
    def urls(self) -> Urls:
        """The URLs of events and types."""
        return Urls(self.history.slugs)

    @cached_property
    def publications(self) -> Publications:
        """What is published about each event."""
        return Publications(
            history=self.history,
            today=self.catalogue.today,
            former=self.former_publications,
            articles=self.articles,
            articles_refreshed=self.articles_refreshed,
        )

    @cached_property
    def taxonomies(self) -> TaxonomyIndex:
        """The types, years, places, agencies, ... of the events."""
        terms = find_terms(TAXONOMIES, self.catalogue, self.history.slugs)
        return TaxonomyIndex(taxonomies=TAXONOMIES, terms=terms)

    @cached_property
    def term_feeds(self) -> TermFeeds:
        """Which terms have feeds and calendars."""
        return TermFeeds(taxonomies=self.taxonomies, history=self.history)

    @cached_property
    def related(self) -> dict[int, Related]:
        """The related events of each event, by its id."""
        series = {
            event_id: frozenset(position.term.slug for position in positions)
            for event_id, positions in self.taxonomies.series_positions.items()
        }
        return find_related(self.catalogue.events, series=series)

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """The visits of spacecraft at space stations, in the order of time."""
        return find_visits(self.catalogue.events)

    @cached_property
    def visit_index(self) -> VisitIndex:
        """The visits by event, station and day."""
        return VisitIndex(
            visits=self.visits,
            catalogue=self.catalogue,
            taxonomies=self.taxonomies,
            urls=self.urls,
        )

    @cached_property
    def stories(self) -> tuple[dict[int, Story], dict[str, Story]]:
        """The stories of missions by the ids of their events, and by name."""
        return find_stories(self.visit_index)

    @property
    def updated(self) -> datetime | None:
        """When LL2 last responded (UTC); None if it never did."""
        return self.history.state.last_refreshed

    @property
    def as_of(self) -> datetime:
        """`updated`, or the start of `Catalogue.today` if that is another day."""
        today = self.catalogue.today
        if self.updated and self.updated.date() == today:
            return self.updated
        return datetime.combine(today, time(), tzinfo=UTC)

    @cached_property
    def navigation(self) -> dict[str, str]:
        """The pages that every page links to: their paths by label."""
        indexes = {
            taxonomy.navigation_label: taxonomy.index_url
            for taxonomy, _ in self.taxonomies.listed
            if taxonomy.navigation_label
        }
        return {
            "Upcoming": paths.UPCOMING,
            "Browse": paths.BROWSE,
            **indexes,
            "Search": paths.QUERY_PAGE,
            "Subscribe": paths.SUBSCRIBE,
        }

    @cached_property
    def types_by_category(self) -> tuple[tuple[Category, tuple[Term, ...]], ...]:
        """Each category that has types, with these in the order of their index."""
        terms = grouped(self.taxonomies.terms["types"], lambda term: term.category)
        return tuple((category, terms[category]) for category in CATEGORIES if category in terms)
