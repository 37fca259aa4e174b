"""Taxonomies and their terms: lists of events by type, year, place, agency, astronaut, ..."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from msgspec import Struct

from events_archive.model.catalogue import Catalogue, Events, with_neighbours
from events_archive.model.event import Event
from events_archive.model.places import place_of
from events_archive.model.slugs import SlugRegistry
from events_archive.search.index import RELATION
from events_archive.site.categories import Category
from events_archive.site.pagination import Layout, split_by_year


class Taxonomy(Struct, frozen=True, kw_only=True, eq=False):
    """A way of sorting events into terms: a row of `taxonomies.TAXONOMIES`."""

    name: str
    """The folder of its pages: ``agencies``."""
    title: str
    """Its name in links and breadcrumbs: "Agencies"."""
    singular: str
    """What one of its terms is called: "Agency"."""
    find: Callable[["Taxonomy", Catalogue, SlugRegistry], Iterable["Term"]]
    """Finds its terms, in the order of its index."""
    intro: str = ""
    """What it is, for its index."""
    is_optional: bool = True
    """Whether it has no index while no event has a term of it."""
    has_index: bool = True
    navigation_label: str = ""
    """Its name in the navigation of every page; ``""`` to leave it out there."""
    is_cyclic: bool = False
    """Whether its last term is followed by its first."""
    layout: Layout = split_by_year
    """Splits the list of a term over pages."""
    template: str = "pages/term.html"
    """Of a term's pages, as are the title and the description."""
    page_title: str = "{name} · {taxonomy}"
    page_description: str = "{events}: {name}, by date."
    index_template: str = "pages/taxonomy.html"
    index_title: str = ""
    """If not `title`."""
    index_description: str = ""
    """If not made from `intro` and the number of terms."""
    phrase: str = "the {taxonomy} {name}"
    """A term within a sentence: "the type Docking"."""
    feed_id: str = ""
    """What the ids of its terms' feeds call it, for good; ``""`` for no feeds."""
    min_events: int = 3
    """The fewest events of a term that has feeds and a calendar, unless it ever had them."""
    has_archives: bool = False
    """Whether its terms' feeds come in both orders, each with archive documents (RFC 5005)."""
    calendar_refresh: str = ""
    """How often programs are asked to fetch its terms' calendars, as a DURATION (RFC 5545);
    ``""`` for no calendars."""
    records_terms: bool = True
    """Whether the paths of its terms are recorded once published, so that they are redirected when
    the term is gone. Types have slugs of their own in the state, and days are never gone."""
    search_places: int = RELATION
    """Where a word in a term's name occurs for its events, as the search ranks it
    (`search.index`): `TYPE`, `PLACE` or `RELATION`; 0 for periods, which dates find."""
    canonical_slug: Callable[[str], str] = str
    """Returns what a former slug and a present one of the same term have in common."""

    @property
    def index_url(self) -> str:
        """The page that lists its terms: ``agencies/index.html``."""
        return f"{self.name}/index.html"


class Term(Struct, frozen=True, kw_only=True, eq=False):
    """One type, year, place, agency, ..., and its events."""

    taxonomy: Taxonomy
    key: Hashable
    """Identifies it in its taxonomy: an id, a year, a (year, month), a slug."""
    slug: str
    name: str
    events: Events
    """Without withdrawn ones, oldest first; of a counted series, in the order of its numbers."""
    value: Any = None
    """The `EventType`, `Agency`, `Series`, ... that it stands for."""
    group: str = ""
    """The heading that it comes under in the index."""
    facts: tuple[tuple[str, str], ...] = ()
    """What is known of it, as (name, text)."""
    description: str = ""
    """Plain text from LL2; untrusted."""
    website: str = ""
    category: Category | None = None
    """What gives its calendar a colour."""
    same_as: "Term | None" = None
    """The term of another taxonomy that is the same thing and has the page of both."""

    @property
    def url(self) -> str:
        """The page of its events: ``agencies/nasa-44.html``."""
        return self.same_as.url if self.same_as else self.path

    @property
    def path(self) -> str:
        """Where its page is, or the redirect to that of the term which is the same."""
        return f"{self.taxonomy.name}/{self.slug}.html"

    @property
    def stem(self) -> str:
        """`url` without its suffix, which its feeds and calendars share: ``agencies/nasa-44``."""
        return self.url.removesuffix(".html")

    @property
    def phrase(self) -> str:
        """The term within a sentence: "the type Docking", "2021"."""
        taxonomy = self.taxonomy.singular.lower()
        return self.taxonomy.phrase.format(taxonomy=taxonomy, name=self.name)


class SeriesPosition(NamedTuple):
    """The events next to an event in a series."""

    term: Term
    previous: Event | None
    next: Event | None


class TaxonomyIndex(Struct, frozen=True, kw_only=True, dict=True):
    """All terms of all taxonomies."""

    taxonomies: tuple[Taxonomy, ...]
    terms: Mapping[str, tuple[Term, ...]]
    """By the taxonomy's name, in the order of its index."""

    @property
    def listed(self) -> tuple[tuple[Taxonomy, tuple[Term, ...]], ...]:
        """Each taxonomy that has an index, with its terms."""
        return tuple(
            (taxonomy, self.terms[taxonomy.name])
            for taxonomy in self.taxonomies
            if self.has_index(taxonomy)
        )

    def has_index(self, taxonomy: Taxonomy) -> bool:
        """Whether there is an index of the taxonomy's terms."""
        return taxonomy.has_index and bool(self.terms[taxonomy.name] or not taxonomy.is_optional)

    def term(self, name: str, key: Hashable) -> Term | None:
        """Return the term with that key; None if there is none."""
        return self._by_key.get((name, key))

    @cached_property
    def _by_key(self) -> dict[tuple[str, Hashable], Term]:
        return {(name, term.key): term for name, terms in self.terms.items() for term in terms}

    def title(self, term: Term) -> str:
        """Return the title of the term's page, which no other term's page has."""
        if self.name_counts[term.taxonomy.name, term.name] > 1:
            return f"{term.name} ({term.slug})"
        return term.taxonomy.page_title.format(name=term.name, taxonomy=term.taxonomy.title)

    def place(self, event: Event) -> Term | None:
        """Return the event's place; None for none, or for one that only withdrawn events have."""
        place = place_of(event.location)
        return self.term("places", place.slug) if place else None

    def term_urls(self, event: Event) -> dict[str, dict[int, str]]:
        """Return the pages of what the event names: by taxonomy and id, ``""`` for no page.

        It has the taxonomies that are called like an attribute of events, such as "agencies".
        """
        return {
            name: {member.id: urls.get(member.id, "") for member in getattr(event, name)}
            for name, urls in self._member_urls.items()
        }

    @cached_property
    def _member_urls(self) -> dict[str, dict[Hashable, str]]:
        attributes = set(Event.__struct_fields__)
        return {
            one.name: {term.key: term.url for term in self.terms[one.name]}
            for one in self.taxonomies
            if one.name in attributes
        }

    @cached_property
    def name_counts(self) -> Counter[tuple[str, str]]:
        """How many terms of a taxonomy have one name, by (taxonomy, name)."""
        return Counter((name, term.name) for name, terms in self.terms.items() for term in terms)

    @cached_property
    def series_positions(self) -> Mapping[int, tuple[SeriesPosition, ...]]:
        """The neighbours of each event in each series that it is in, by its id."""
        found: dict[int, tuple[SeriesPosition, ...]] = {}
        for term in self.terms["series"]:
            for event, before, after in with_neighbours(term.events):
                position = SeriesPosition(term, before, after)
                found[event.id] = (*found.get(event.id, ()), position)
        return found
