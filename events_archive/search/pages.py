"""Finds the pages of types, places, people, years, ... that fit a search."""

from collections.abc import Collection, Iterable, Sequence

from events_archive.search.index import SearchIndex, Thing
from events_archive.search.parser import Concept, folded, prefix_of
from events_archive.search.words import words

MAX_PAGES = 5
"""Pages that are shown at most."""


def find_pages(
    index: SearchIndex, concepts: Iterable[Concept], used: Iterable[Concept]
) -> tuple[Thing, ...]:
    """Return the pages that fit: those of dates, then the best others, `MAX_PAGES` in all.

    Other pages must fit the concepts that are ``used``.

    A page whose whole name is in the search is better than one that has all words of the search,
    and of two that are equally good, that with more events.
    """
    labels = {label for concept in concepts if concept.dates for label in concept.dates.labels}
    named = [concept for concept in used if not concept.dates]
    ranked: list[tuple[int, int, Thing]] = []
    for thing in index.things:
        if not thing.kind.folder:
            continue
        if thing.kind.where:
            names = [words(name) for name in thing.names]
            is_named = any(_covers(named, name) for name in names)
            has_all = bool(named) and all(_fits(one, set().union(*names)) for one in named)
            quality = 2 * is_named + has_all
        else:
            quality = 4 * (thing.name in labels)
        if quality:
            ranked.append((-quality, -len(thing.rows), thing))
    ranked.sort(key=lambda found: found[:2])
    # A space station can be a place and a programme as well.
    by_name: dict[str, Thing] = {}
    for _, _, thing in ranked:
        by_name.setdefault(thing.name, thing)
    return tuple(by_name.values())[:MAX_PAGES]


def _covers(concepts: Iterable[Concept], name: Sequence[str]) -> bool:
    """Return whether all words of a name are in the search."""
    missing = set(name)
    for concept in concepts:
        for alternative in concept.alternatives:
            found = {folded(word) for word in alternative}
            if found <= set(name):
                missing -= found
    return bool(name) and not missing


def _fits(concept: Concept, name: Collection[str]) -> bool:
    """Return whether a name has an alternative of the concept, or words that begin with it."""
    return any(
        all(folded(word) in name or _begins(word, name) for word in alternative)
        for alternative in concept.alternatives
    )


def _begins(word: str, name: Iterable[str]) -> bool:
    surface = prefix_of(word)
    return bool(surface) and any(other.startswith(surface) for other in name)
