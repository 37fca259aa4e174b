"""Parses a search into concepts: words with their synonyms, dates, and phrases of time."""

from collections.abc import Mapping, Sequence
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from events_archive.model.interval import MONTHS as MONTH_NAMES
from events_archive.search.spelling import nearest_word
from events_archive.search.synonyms import DATE_PATTERNS, MONTHS, PHRASES, TIMES, shown_as
from events_archive.search.words import Token, fold_word, is_number, is_year, lower, tokens, words

MAX_TOKENS = 16
"""Words of a search that are read."""
MAX_PHRASE = 4
"""Words of the longest phrase in the tables."""
MIN_PREFIX = 3
"""Letters from which on a word also stands for longer ones that begin with it."""

Alternative = tuple[str, ...]


class Dates(Struct, frozen=True, kw_only=True):
    """Dates that are searched for."""

    year: int | None = None
    """The year, month and day are any if None."""
    month: int | None = None
    day: int | None = None
    unit: str = ""
    """Of a period relative to now, the unit in `TIMES`; else ``""``."""
    offset: int = 0

    @property
    def labels(self) -> tuple[str, ...]:
        """The date as it is shown, and the month that it is in: 14 August 2025, August 2025."""
        month = MONTH_NAMES[self.month - 1] if self.month else None
        parts = ((self.day, month, self.year), (month, self.year))
        return tuple(" ".join(str(part) for part in each if part) for each in parts)


class Concept(Struct, frozen=True, kw_only=True):
    """A part of a search, which each result matches."""

    raw: str
    """As it was typed."""
    shown: str = ""
    """What it was taken for, if that has another name."""
    alternatives: tuple[Alternative, ...] = ()
    """Words, all of which must occur; one of the alternatives must match. A word that was typed
    ends with ``*``: it also stands for longer ones."""
    number: str = ""
    """The number that belongs to the words, as in "Crew-10"."""
    dates: Dates | None = None
    """Another alternative."""
    is_corrected: bool = False
    """Whether a word that was typed is not known, and `shown` is taken in its place."""

    @property
    def typed_words(self) -> list[str]:
        """The words as they were typed, folded; none of a date."""
        typed = self.alternatives[0] if self.alternatives and not self.dates else ()
        return [folded(word) for word in typed]

    @property
    def without_number(self) -> "Concept":
        """The concept without its number."""
        numbered = (one for one in self.alternatives if len(one) > 1 and one[-1] == self.number)
        alternatives = tuple(one[:-1] for one in numbered)
        return replace(self, alternatives=alternatives, number="")


def folded(word: str) -> str:
    """Return what a word of an alternative is compared as."""
    return fold_word(word[:-1]) if word.endswith("*") else word


def prefix_of(word: str) -> str:
    """Return what longer words begin with if they match a word of an alternative, or ``""``."""
    is_prefix = word.endswith("*") and len(word) > MIN_PREFIX and not is_number(word)
    return word[:-1] if is_prefix else ""


def parse_search(text: str, vocabulary: Mapping[str, str]) -> tuple[Concept, ...]:
    """Return the concepts of a search, each once; words that are not known are corrected."""
    typed = [
        known for token in tokens(text)[:MAX_TOKENS] for known in known_tokens(token, vocabulary)
    ]
    concepts: dict[str, Concept] = {}
    while typed:
        concept, length = _date(typed) or _phrase(typed) or _words(typed, vocabulary)
        rest = typed[length:]
        if not concept.dates and rest and rest[0].is_number and not _date(rest):
            concept = _numbered(concept, typed[length - 1], rest[0])
            rest = rest[1:]
        concepts.setdefault(concept.raw.lower(), concept)
        typed = rest
    return tuple(concepts.values())


def known_tokens(token: Token, vocabulary: Mapping[str, str]) -> list[Token]:
    """Return ``token`` if it is known, else two known words that it joins, else a similar one."""
    surface = token.surface
    is_prefix = len(surface) >= MIN_PREFIX and any(
        shown.startswith(surface) for shown in vocabulary.values()
    )
    if token.is_number or token.word in vocabulary or is_prefix:
        return [token]
    for cut in range(MIN_PREFIX, len(surface) - MIN_PREFIX + 1):
        parts = tokens(f"{surface[:cut]} {surface[cut:]}")
        if len(parts) == 2 and all(part.word in vocabulary for part in parts):
            return parts
    nearest = nearest_word(surface, vocabulary)
    return [Token(token.raw, nearest, fold_word(nearest))] if nearest else [token]


def _date(typed: Sequence[Token]) -> tuple[Concept, int] | None:
    """Return the date with which ``typed`` begins, and how many words it has."""
    for pattern in DATE_PATTERNS:
        part = typed[: len(pattern)]
        numbers = [_date_part(letter, token) for letter, token in zip(pattern, part, strict=False)]
        if len(part) == len(pattern) and all(numbers):
            by_letter = dict(zip(pattern.upper(), numbers, strict=True))
            dates = Dates(year=by_letter.get("Y"), month=by_letter.get("M"), day=by_letter.get("D"))
            # "Mars 2020" is also a name.
            alternatives = ((part[0].word,),) if pattern == "Y" else ()
            return _concept(part, dates.labels[0], alternatives, dates), len(part)
    return None


def _date_part(letter: str, token: Token) -> int:
    """Return the number that the token has as this part of a date; 0 if it cannot be one."""
    if letter == "M":
        return MONTHS.get(token.surface, 0)
    if not token.is_number or is_year(token.word) != (letter == "Y"):
        return 0
    number = int(token.word[:5])
    return number if letter == "Y" or number <= (12 if letter == "m" else 31) else 0


def _phrase(typed: Sequence[Token]) -> tuple[Concept, int] | None:
    """Return the phrase of the tables with which ``typed`` begins, and how many words it has."""
    for length in range(min(len(typed), MAX_PHRASE), 0, -1):
        part = typed[:length]
        phrase = phrases().get(" ".join(token.word for token in part))
        if phrase:
            shown, synonyms, dates = phrase
            as_typed = tuple(f"{token.surface}*" for token in part)
            alternatives = () if dates else (as_typed, *synonyms)
            return _concept(part, shown, alternatives, dates), length
    return None


@cache
def phrases() -> dict[str, tuple[str, tuple[Alternative, ...], Dates | None]]:
    """Return what each phrase stands for: how that is shown, and alternatives or dates."""
    synonyms = {
        _key(phrase): (
            shown_as(phrase),
            tuple(tuple(words(synonym)) for synonym in group),
            None,
        )
        for phrase, group in PHRASES.items()
    }
    times = {
        _key(phrase): ("", (), Dates(unit=unit, offset=offset))
        for phrase, (unit, offset) in TIMES.items()
    }
    return {**synonyms, **times}


def _key(phrase: str) -> str:
    return " ".join(words(phrase))


def _words(typed: Sequence[Token], vocabulary: Mapping[str, str]) -> tuple[Concept, int]:
    """Return the first word, with the next one if they are also written as one: "fly by"."""
    first = (f"{typed[0].surface}*",)
    if len(typed) > 1 and not typed[0].is_number and not typed[1].is_number:
        joined = fold_word(typed[0].surface + typed[1].surface)
        if joined in vocabulary:
            both = (*first, f"{typed[1].surface}*")
            return _concept(typed[:2], vocabulary[joined], (both, (joined,))), 2
    return _concept(typed[:1], "", (first,)), 1


def _numbered(concept: Concept, last: Token, number: Token) -> Concept:
    """Return the concept with the number that follows its last word."""
    alternatives = tuple((*one, number.word) for one in concept.alternatives)
    return replace(
        concept,
        raw=f"{concept.raw} {number.raw}",
        shown=f"{concept.shown} {number.raw}" if concept.shown else "",
        # In texts, the word and its number are indexed as one.
        alternatives=(*alternatives, (last.word + number.word,)),
        number=number.word,
    )


def _concept(
    part: Sequence[Token],
    shown: str,
    alternatives: tuple[Alternative, ...],
    dates: Dates | None = None,
) -> Concept:
    raw = " ".join(token.raw for token in part)
    is_corrected = any(lower(token.raw) != token.surface for token in part)
    if is_corrected and not shown:
        shown = " ".join(token.surface for token in part)
    return Concept(
        raw=raw,
        shown="" if words(shown) == words(raw) else shown,
        alternatives=alternatives,
        dates=dates,
        is_corrected=is_corrected,
    )
