"""Finds the events that a search means, the best first."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import reduce

from msgspec import Struct

from events_archive.search.dates import OPEN_UNITS, distance, is_within, start
from events_archive.search.index import (
    BEGINNING,
    NAME,
    PLACE,
    RELATION,
    TEXT,
    TYPE,
    SearchIndex,
    Thing,
)
from events_archive.search.pages import find_pages
from events_archive.search.parser import Concept, folded, parse_search, prefix_of
from events_archive.search.words import words

POINTS = (
    (NAME | TYPE, 28), (NAME, 20), (TYPE, 16), (PLACE, 16), ((NAME | TYPE) // BEGINNING, 14),
    (RELATION, 10), (NAME // BEGINNING, 10), (TYPE // BEGINNING, 8), (PLACE // BEGINNING, 8),
    (RELATION // BEGINNING, 5), (TEXT, 2), (TEXT // BEGINNING, 1),
)  # fmt: skip
"""What a concept is worth by where it occurs: the first row whose places have it."""
DATE_POINTS = 16
BEGINNING_POINTS, PHRASE_POINTS = 6, 4
"""What it is worth if a name begins with the words of a search, or has them side by side."""

MESSAGES = {
    "corrected": "No events for “{word}”. Showing results for “{other}”.",
    "unknown": "No events for “{word}”.",
    "left_out": "No event matches all of this. Showing results without “{word}”.",
}

Points = dict[int, int]
"""Points by row, of the rows that match."""

Match = tuple[Concept, Points]
"""A concept that some events match."""


class Note(Struct, frozen=True):
    """What a search did other than asked: a key of `MESSAGES`, and the values in it."""

    message: str
    word: str
    other: str = ""

    @property
    def text(self) -> str:
        """The note as a sentence."""
        return MESSAGES[self.message].format(word=self.word, other=self.other)


class SearchResult(Struct, frozen=True, kw_only=True):
    """What a search finds."""

    rows: tuple[int, ...]
    """The events, the best first."""
    concepts: tuple[Concept, ...]
    """What was understood."""
    notes: tuple[Note, ...]
    pages: tuple[Thing, ...]


def search(index: SearchIndex, text: str, now: float) -> SearchResult:
    """Return what a search finds at the POSIX time ``now``."""
    concepts = parse_search(text, index.vocabulary)
    notes: list[Note] = []
    matches: list[Match] = []
    unknown = [] if concepts else [text.strip()[:80]]
    for concept in concepts:
        points = _concept_points(index, concept, now)
        taken_for = concept.shown if concept.is_corrected else ""
        if not points and concept.number:
            points = _concept_points(index, concept.without_number, now)
            taken_for = concept.raw.rpartition(" ")[0]
        if not points:
            unknown.append(concept.raw)
            continue
        if taken_for:
            notes.append(Note("corrected", concept.raw, taken_for))
        matches.append((concept, points))
    used = _compatible(matches)
    left_out = [concept.raw for concept, _ in matches if concept not in used]
    notes += [
        Note(message, "”, “".join(raws))
        for message, raws in (("unknown", unknown), ("left_out", left_out))
        if raws
    ]
    return SearchResult(
        rows=_ranked(index, [match for match in matches if match[0] in used], now),
        concepts=concepts,
        notes=tuple(notes),
        pages=find_pages(index, concepts, used),
    )


def _concept_points(index: SearchIndex, concept: Concept, now: float) -> Points:
    """Return what a concept is worth to each event that it matches."""
    found: defaultdict[int, int] = defaultdict(int)
    for alternative in concept.alternatives:
        each = [_places(index, word) for word in alternative]
        for row in set.intersection(*map(set, each)):
            found[row] |= reduce(_in_both, (places[row] for places in each))
    points = {
        row: next(n for wanted, n in POINTS if places & wanted == wanted)
        for row, places in found.items()
    }
    if concept.dates:
        for row, span in enumerate(index.spans):
            if is_within(span, concept.dates, now):
                points[row] = max(points.get(row, 0), DATE_POINTS)
    return points


def _in_both(one: int, other: int) -> int:
    """Return the places where both words are; if there are none, the less important ones."""
    return one & other or min(one, other)


def _places(index: SearchIndex, word: str) -> dict[int, int]:
    """Return where a word of an alternative occurs, by row."""
    whole, prefix = folded(word), prefix_of(word)
    found = index.where(whole)
    # If the word itself is known, longer ones count in names only, or "mars" would find "Marshall".
    wanted = NAME | TYPE | PLACE if found else NAME | TYPE | PLACE | RELATION | TEXT
    for longer, shown in index.vocabulary.items() if prefix else ():
        if longer != whole and (longer.startswith(prefix) or shown.startswith(prefix)):
            for row, places in index.where(longer).items():
                if places & wanted:
                    found[row] |= (places & wanted) // BEGINNING
    return found


def _compatible(matches: Sequence[Match]) -> list[Concept]:
    """Return the concepts that one event has together: all, or else as many as possible.

    Of several such events, that with the most points decides, then the first one.
    """
    counts: Counter[int] = Counter(row for _, points in matches for row in points)
    totals = {row: sum(points.get(row, 0) for _, points in matches) for row in counts}
    best = max(counts, key=lambda row: (counts[row], totals[row], -row), default=None)
    return [concept for concept, points in matches if best in points]


def _ranked(index: SearchIndex, matches: Sequence[Match], now: float) -> tuple[int, ...]:
    """Return the rows that match everything, the best first, then the nearest in time.

    If nothing but dates is searched for, they are in the order of time.
    """
    units = [concept.dates.unit for concept, _ in matches if concept.dates]
    is_open = any(unit in OPEN_UNITS for unit in units)
    rows = set.intersection(*(set(points) for _, points in matches)) if matches else set()
    if len(units) == len(matches) and not is_open:
        return tuple(sorted(rows, key=lambda row: (start(index.spans[row]), row)))
    typed = " ".join(word for concept, _ in matches for word in concept.typed_words)

    def rank(row: int) -> tuple[int, float, int]:
        points = sum(points[row] for _, points in matches)
        if not is_open:
            points += _name_points(" ".join(words(index.names[row])), typed)
        return -points, distance(index.spans[row], now), row

    return tuple(sorted(rows, key=rank))


def _name_points(name: str, typed: str) -> int:
    """Return what it is worth that the words of a name are those that were typed."""
    if not typed or f" {typed} " not in f" {name} ":
        return 0
    return BEGINNING_POINTS if f"{name} ".startswith(f"{typed} ") else PHRASE_POINTS
