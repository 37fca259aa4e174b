"""From text to words that can be compared: without case, accents, apostrophes and endings.

``crew10``, ``crew 10`` and ``Crew-10`` are the words ``crew`` and ``10``; ``dockings`` and
``docked`` are the word ``dock``. The endings are cut by rules and not by a dictionary, so that a
word need not be one of the language: ``releas``.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

APOSTROPHES = "'’‘ʼ`′"
"""Characters that are left out of words: "Chang'e" is written in many ways."""

MARKS = "\u0300-\u036f\u0653-\u0655\u3099\u309a"
"""Accents, as ranges of characters, once Unicode has decomposed a text."""

LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
}  # fmt: skip
"""Letters that Unicode does not decompose (https://unicode.org/reports/tr15/)."""

ENDINGS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("(..+)ies", "y"), ("(.+(?:ss|x|z|ch|sh))es", ""), ("(..+[^sui])s", "")),
    (
        ("(.+)eed", "eed"),
        ("(..+)ied", "y"),
        (r"(.*[aeiouy].*([^aeiouylsz]))\2(?:ed|ing)", ""),
        ("(?=.{3,}(?:ed|ing)$)(.*[aeiouy].*)(?:ed|ing)", ""),
        ("(.{5,}t)ion", ""),
        ("(.{4,})ment", ""),
    ),
    (("(..+[^e])e", ""),),
)
"""Steps, of each of which the first pattern that matches a whole word is replaced by its first
group and the text beside it. JavaScript reads the patterns as Python does."""

_ORDINALS = """
    zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
    thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
"""
_ROMAN = "i ii iii iv v vi vii viii ix"

IRREGULAR = {
    **{word: str(number) for number, word in enumerate(_ORDINALS.split())},
    **{word: str(number) for number, word in enumerate(_ROMAN.split(), start=1)},
    "st": "", "nd": "", "rd": "", "th": "",
    "hope": "hope", "mars": "mars", "flew": "fly", "flown": "fly",
    "centre": "center", "centres": "center", "programme": "program", "programmes": "program",
    "manoeuvre": "maneuver", "manoeuvres": "maneuver",
}  # fmt: skip
"""Words that are not what `ENDINGS` make of them: "Artemis II" is "Artemis 2", and "Eighth Flight"
is "8th flight"."""

_STOP_WORDS = """
    a an and any are as at be been by did do does for from had has have he her his how in is it its
    me of on or she show that the their there they to was were what when where which who will with
    event events
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that say nothing about an event."""

FIRST_YEAR, LAST_YEAR = 1950, 2099
"""Numbers that are taken for years."""

MAX_LETTERS = 40
"""Letters of a word that are compared; the time that `ENDINGS` take grows with their square."""

_LETTERS = str.maketrans({**LETTERS, **dict.fromkeys(APOSTROPHES, "")})
_DIGITS = frozenset("0123456789")
_TOKEN = re.compile(rf"[0-9]+|(?:[^\W_0-9]|[{APOSTROPHES}])+")
_MARKS = re.compile(f"[{MARKS}]+")
_ENDINGS = tuple(
    tuple((re.compile(pattern), ending) for pattern, ending in step) for step in ENDINGS
)


class Token(Struct, frozen=True):
    """A word or a number in a text."""

    raw: str
    """As it was written, without accents: "Guyane", "francaise"."""
    surface: str
    """Its letters in lower case: what the beginnings of words are compared with."""
    word: str
    """What whole words are compared by: "guyan", "francais"."""

    @property
    def is_number(self) -> bool:
        """Whether it is a number, in digits or as an ordinal."""
        return is_number(self.word)


def tokens(text: str) -> list[Token]:
    """Return the words and numbers of a text in order, without `STOP_WORDS`."""
    return [token for raw in _raw_tokens(text) if (token := _token(raw))]


def words(text: str) -> list[str]:
    """Return what the words of a text are compared as, in order, without `STOP_WORDS`."""
    return [token.word for token in tokens(text)]


def is_number(word: str) -> bool:
    """Whether a word is a number."""
    return word[:1] in _DIGITS


def is_year(word: str) -> bool:
    """Whether a word is a number that is more likely a year."""
    return len(word) == 4 and is_number(word) and FIRST_YEAR <= int(word) <= LAST_YEAR


def lower(raw: str) -> str:
    """Return the letters of a token in lower case, at most `MAX_LETTERS`."""
    return raw[:MAX_LETTERS].lower().translate(_LETTERS)


def fold_word(raw: str) -> str:
    """Return what a token is compared as; ``""`` for an ending such as that of "8th"."""
    word = lower(raw)
    if word in IRREGULAR:
        return IRREGULAR[word]
    if is_number(word):
        return word.lstrip("0") or "0"
    for step in _ENDINGS:
        for pattern, ending in step:
            if match := pattern.fullmatch(word):
                word = match[1] + ending
                break
    return word


def _raw_tokens(text: str) -> Iterator[str]:
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return map(re.Match.group, _TOKEN.finditer(text))


@lru_cache(maxsize=1 << 15)
def _token(raw: str) -> Token | None:
    """Return the token that is written so; None for one that says nothing."""
    surface = lower(raw)
    word = "" if surface in STOP_WORDS else fold_word(raw)
    return Token(raw, surface, word) if word else None
