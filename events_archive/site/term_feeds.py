"""Which terms have feeds and calendars: those with enough events, and those that ever had them.

Addresses of feeds and calendars never go, since programs have stored them and follow no redirect
of a web page. So what was published is recorded, by the path of one file of each term.
"""

import re
from collections.abc import Iterator, Mapping, Set
from functools import cached_property

from msgspec import Struct

from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.catalogue import grouped
from events_archive.site.formats import RSS
from events_archive.site.terms import Taxonomy, TaxonomyIndex, Term


class TermFeeds(Struct, frozen=True, kw_only=True, dict=True, eq=False):
    """Which terms have feeds and calendars, given what was published."""

    taxonomies: TaxonomyIndex
    history: ArchiveHistory

    def has(self, term: Term) -> bool:
        """Whether a term that has a page has feeds or a calendar."""
        taxonomy = term.taxonomy
        if not taxonomy.feed_id and not taxonomy.calendar_refresh:
            return False
        if len(term.events) >= taxonomy.min_events:
            return True
        return any(
            one.taxonomy.canonical_slug(one.slug) in self._published[one.taxonomy.name]
            for one in (term, *self._same.get(term.url, ()))
        )

    def of(self, taxonomy: Taxonomy) -> tuple[Term, ...]:
        """Return the terms of a taxonomy that have feeds or a calendar.

        The last are terms that no event has any more: their files stay, if empty.
        """
        return (*self.listed(taxonomy), *self._retired(taxonomy))

    def listed(self, taxonomy: Taxonomy) -> tuple[Term, ...]:
        """Return those of the terms that have a page of their own."""
        terms = self.taxonomies.terms[taxonomy.name]
        return tuple(term for term in terms if not term.same_as and self.has(term))

    @cached_property
    def moved(self) -> dict[str, str]:
        """The present path of each term whose files were published at another, without suffixes.

        By the former path: ``agencies/russian-space-agency-63`` became ``agencies/roscosmos-63``,
        and the files of a place are those of the station that it is.
        """
        return {
            f"{taxonomy.name}/{slug}": term.stem
            for taxonomy in self.taxonomies.taxonomies
            for key, term in self._present[taxonomy.name].items()
            for slug in self._published[taxonomy.name].get(key, ())
            if slug not in self._slugs[taxonomy.name]
        }

    def _retired(self, taxonomy: Taxonomy) -> Iterator[Term]:
        if taxonomy.name == "types":
            for slug, id in self.history.slugs.types.unresolved.items():
                name = slug.replace("-", " ").title()
                yield Term(taxonomy=taxonomy, key=id, slug=slug, name=name, events=())
        for key, slugs in self._published[taxonomy.name].items():
            for slug in sorted(slugs) if key not in self._present[taxonomy.name] else ():
                yield Term(taxonomy=taxonomy, key=key, slug=slug, name=slug, events=())

    @cached_property
    def _present(self) -> Mapping[str, Mapping[str, Term]]:
        """By taxonomy and canonical slug."""
        return {
            taxonomy.name: {
                taxonomy.canonical_slug(term.slug): term
                for term in self.taxonomies.terms[taxonomy.name]
            }
            for taxonomy in self.taxonomies.taxonomies
        }

    @cached_property
    def _slugs(self) -> Mapping[str, Set[str]]:
        terms = self.taxonomies.terms
        return {
            name: {term.slug for term in found if not term.same_as} for name, found in terms.items()
        }

    @cached_property
    def _same(self) -> Mapping[str, tuple[Term, ...]]:
        """The terms that have the page of another, by its URL."""
        terms = (term for found in self.taxonomies.terms.values() for term in found)
        return grouped(filter(lambda term: term.same_as, terms), lambda term: term.url)

    @cached_property
    def _published(self) -> Mapping[str, Mapping[str, Set[str]]]:
        """The slugs at which terms had feeds or a calendar, by taxonomy and canonical slug."""
        paths = self.history.state.published_lists
        found: dict[str, dict[str, set[str]]] = {}
        for taxonomy in self.taxonomies.taxonomies:
            slugs = found.setdefault(taxonomy.name, {})
            # Years have a calendar from the first day of their page on.
            suffix = RSS.suffix if taxonomy.feed_id else ".html"
            pattern = re.compile(rf"{re.escape(taxonomy.name)}/([^/.]+){re.escape(suffix)}")
            for match in filter(None, map(pattern.fullmatch, paths)):
                if match[1] != "index":
                    slugs.setdefault(taxonomy.canonical_slug(match[1]), set()).add(match[1])
        return found
