"""What is searched: names, texts, and the things that events share.

An event is known by its row, its place in the order of ids.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from events_archive.search.synonyms import MONTHS, PHRASES, TIMES
from events_archive.search.words import Token, is_year, tokens, words

NAME, TYPE, PLACE, RELATION, TEXT = 512, 256, 128, 64, 32
"""Where a word occurs; a set of them is their sum."""
BEGINNING = 32
"""Divides places where a word is the beginning of a longer one."""


class Span(Struct, frozen=True):
    """When an event is, in POSIX seconds; ``end`` is exclusive. A known time is one second."""

    start: int
    end: int


class ThingKind(Struct, frozen=True):
    """A kind of things."""

    folder: str
    """The folder of their pages: "types"; ``""`` if they have none."""
    singular: str
    """What one of them is called: "Type"."""
    where: int
    """Where a word in their names occurs for their events: `TYPE`, `PLACE` or `RELATION`; 0 for
    periods, which are found by their dates."""


class Thing(Struct, frozen=True, kw_only=True):
    """What several events can share: a type, a place, an agency, a launch, ..."""

    kind: ThingKind
    name: str
    stem: str = ""
    """The name of its page's file, without suffix."""
    aliases: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    """Its events, in ascending order."""

    @property
    def path(self) -> str:
        """Its page: ``types/eva.html``."""
        return f"{self.kind.folder}/{self.stem}.html"

    @property
    def names(self) -> tuple[str, ...]:
        """`name`, then `aliases`."""
        return (self.name, *self.aliases)


class Document(Struct, frozen=True):
    """What is searched of one event."""

    name: str
    span: Span | None
    """None for an event without a date."""
    text: str


class WordEntry(Struct, frozen=True):
    """What the index has for one word."""

    shown: str
    """A form of the word that can be shown: "release"."""
    texts: list[int] = []
    """The rows of events that have it in their text and not in their name."""
    names: list[int] = []
    """The rows of events that have it in their name."""
    things: list[int] = []
    """The numbers of things that have it in one of their names."""


class SearchIndex(Struct, frozen=True, kw_only=True, dict=True):
    """All events, and in which of them a word occurs."""

    names: tuple[str, ...]
    spans: tuple[Span | None, ...]
    """None for events without a date."""
    things: tuple[Thing, ...]
    entries: Mapping[str, WordEntry]
    """By word; those that occur in names first, then those of things, of phrases, of texts."""

    @cached_property
    def vocabulary(self) -> dict[str, str]:
        """Every word that is known, with the form of it that is shown."""
        return {word: entry.shown for word, entry in self.entries.items()}

    def where(self, word: str) -> defaultdict[int, int]:
        """Return where a word occurs, by row."""
        found: defaultdict[int, int] = defaultdict(int)
        entry = self.entries.get(word, WordEntry(word))
        for row in entry.texts:
            found[row] |= TEXT
        for number in entry.things:
            for row in self.things[number].rows:
                found[row] |= self.things[number].kind.where
        for row in entry.names:
            found[row] |= NAME
        return found


def build_index(events: Iterable[Document], things: Iterable[Thing]) -> SearchIndex:
    """Return the index of ``events``, in the order of rows, and of the things that they share."""
    events, things = tuple(events), tuple(things)
    entries: dict[str, WordEntry] = {}
    for row, event in enumerate(events):
        for token in _distinct(event.name):
            entries.setdefault(token.word, WordEntry(token.surface)).names.append(row)
    for number, thing in enumerate(things):
        for token in _distinct(" ".join(thing.names)):
            entries.setdefault(token.word, WordEntry(token.surface)).things.append(number)
    for token in _distinct(" ".join((*PHRASES, *MONTHS, *TIMES))):
        entries.setdefault(token.word, WordEntry(token.surface))
    for shown, word, rows in sorted(_text_postings(events)):
        entries.setdefault(word, WordEntry(shown)).texts.extend(rows)
    return SearchIndex(
        names=tuple(event.name for event in events),
        spans=tuple(event.span for event in events),
        things=things,
        entries=entries,
    )


def _distinct(text: str) -> Iterable[Token]:
    return {token.word: token for token in reversed(tokens(text))}.values()


def _text_postings(events: Iterable[Document]) -> Iterator[tuple[str, str, list[int]]]:
    """Yield each word of the texts: in its most frequent form, as it is compared, and its rows.

    Of an event, words that are in its name as well are left out.
    """
    rows: defaultdict[str, list[int]] = defaultdict(list)
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row, event in enumerate(events):
        found = dict(_text_words(event.text))
        for word in found.keys() - set(words(event.name)):
            rows[word].append(row)
            forms[word][found[word]] += 1
    for word, counts in forms.items():
        yield min(counts, key=lambda form: (-counts[form], form)), word, rows[word]


def _text_words(text: str) -> Iterator[tuple[str, str]]:
    """Yield each word of a text, with its form.

    A number counts as one word with the word before it, "crew 10", unless it is part of a date.
    """
    before = None
    for token in tokens(text):
        if not token.is_number:
            yield token.word, token.surface
            before = None if token.surface in MONTHS else token
        elif before:
            if not is_year(token.word):
                yield before.word + token.word, f"{before.surface} {token.word}"
            before = None
