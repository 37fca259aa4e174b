"""What is searched: names, texts, and the things that events share.

An event is known by its row, its place in the order of ids.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TypeVar

from msgspec import Struct, field

from events_archive.search.synonyms import MONTHS, PHRASES, TIMES
from events_archive.search.words import is_year, tokens, words

NAME, TYPE, PLACE, RELATION, TEXT = 512, 256, 128, 64, 32
"""Where a word occurs; a set of them is their sum."""
BEGINNING = 32
"""Divides places where a word is the beginning of a longer one."""

Item = TypeVar("Item")


class Span(Struct, frozen=True):
    """When an event is, in POSIX seconds; ``end`` is exclusive. A known time is one second."""

    start: int
    end: int


class Kind(Struct, frozen=True):
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

    kind: Kind
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


class SearchIndex(Struct, frozen=True, kw_only=True, dict=True):
    """All events, and in which of them a word occurs."""

    names: tuple[str, ...]
    spans: tuple[Span | None, ...]
    """None for events without a date."""
    things: tuple[Thing, ...] = ()
    texts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Rows by the words of descriptions and titles of articles, as `index_texts` has them."""

    def where(self, word: str) -> defaultdict[int, int]:
        """Return where a word occurs, by row."""
        found: defaultdict[int, int] = defaultdict(int)
        for row in self._rows_by_text.get(word, ()):
            found[row] |= TEXT
        for thing in self._things_by_word.get(word, ()):
            for row in thing.rows:
                found[row] |= thing.kind.where
        for row in self._rows_by_name.get(word, ()):
            found[row] |= NAME
        return found

    @cached_property
    def vocabulary(self) -> dict[str, str]:
        """Every word that is known, with a form of it that can be shown: releas, "release"."""
        things = (name for thing in self.things for name in thing.names)
        known: dict[str, str] = {}
        for phrase in (*self.names, *things, *PHRASES, *MONTHS, *TIMES):
            for token in tokens(phrase):
                known.setdefault(token.word, token.surface)
        for shown in self.texts:
            known.setdefault("".join(words(shown)), shown)
        return known

    @cached_property
    def thing_words(self) -> list[list[list[str]]]:
        """The words of each name of each thing."""
        return [[words(name) for name in thing.names] for thing in self.things]

    @cached_property
    def _rows_by_name(self) -> dict[str, list[int]]:
        return _by_word((row, words(name)) for row, name in enumerate(self.names))

    @cached_property
    def _things_by_word(self) -> dict[str, list[Thing]]:
        things = zip(self.things, self.thing_words, strict=True)
        return _by_word((thing, chain(*names)) for thing, names in things)

    @cached_property
    def _rows_by_text(self) -> dict[str, Sequence[int]]:
        return {"".join(words(shown)): rows for shown, rows in self.texts.items()}


def index_texts(names: Iterable[str], texts: Iterable[str]) -> dict[str, list[int]]:
    """Return the rows by the words of the texts, without the words of the event's own name.

    A word has the form that is most frequent. A number counts as one word with the word before it,
    "crew 10", unless it is part of a date.
    """
    rows: defaultdict[str, list[int]] = defaultdict(list)
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row, (name, text) in enumerate(zip(names, texts, strict=True)):
        found = dict(_text_words(text))
        for word in found.keys() - set(words(name)):
            rows[word].append(row)
            forms[word][found[word]] += 1
    shown = {word: _most_frequent(forms[word]) for word in rows}
    return {shown[word]: rows[word] for word in sorted(rows, key=shown.__getitem__)}


def _most_frequent(forms: Counter[str]) -> str:
    return min(forms, key=lambda form: (-forms[form], form))


def _text_words(text: str) -> Iterator[tuple[str, str]]:
    """Yield each word of a text with the form that is shown."""
    before = None
    for token in tokens(text):
        if not token.is_number:
            yield token.word, token.surface
            before = None if token.surface in MONTHS else token
        elif before:
            if not is_year(token.word):
                yield before.word + token.word, f"{before.surface} {token.word}"
            before = None


def _by_word(items: Iterable[tuple[Item, Iterable[str]]]) -> dict[str, list[Item]]:
    """Return the items by each of their words."""
    found: defaultdict[str, list[Item]] = defaultdict(list)
    for item, names in items:
        for word in dict.fromkeys(names):
            found[word].append(item)
    return found
