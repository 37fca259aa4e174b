"""Random searches, made from the words of events: whole, cut, joined and misspelt."""

from collections.abc import Callable, Sequence
from random import Random

from events_archive.search.synonyms import MONTHS, PHRASES, TIMES

_ODD = (
    "the", "of", "10", "7", "2020", "1998", "2021-07", "-", "*", "(((.*)+", "<b>", "\0", "½",
    "ﬁrst", "É", "a", "xx", "__proto__", "constructor", "\u202e", "🚀", "Zürich", "Ⅻ", "ẞ",
    "x" * 60,
)  # fmt: skip


class SearchGenerator:
    """Makes searches; the same seed makes the same ones."""

    def __init__(self, texts: Sequence[str], seed: int = 7) -> None:
        self._rng = Random(seed)
        self._words = sorted({word for text in texts for word in text.split()})
        self._phrases = sorted({*PHRASES, *TIMES, *MONTHS})
        self._parts: tuple[Callable[[], str], ...] = (
            self._word, self._word, self._word, self._cut, self._misspelt, self._joined, self._date,
            lambda: self._rng.choice(self._phrases), lambda: self._rng.choice(_ODD),
        )  # fmt: skip

    def search(self) -> str:
        """Return one to five parts."""
        rng = self._rng
        parts = [rng.choice(self._parts)() for _ in range(rng.choice((1, 1, 2, 2, 3, 5)))]
        text = rng.choice((" ", " ", "-", ", ")).join(parts)
        return rng.choice((text, text.lower(), text.upper()))

    def _word(self) -> str:
        return self._rng.choice(self._words)

    def _cut(self) -> str:
        return self._word()[: self._rng.randrange(1, 8)]

    def _joined(self) -> str:
        return self._word() + self._word()

    def _misspelt(self) -> str:
        rng, letters = self._rng, list(self._word())
        for _ in range(rng.choice((1, 1, 2))):
            at = rng.randrange(len(letters) + 1)
            letters[at : at + rng.choice((0, 1, 1, 2))] = rng.choice(("", "e", "q", "ss"))
        return "".join(letters)

    def _date(self) -> str:
        rng = self._rng
        month, year, day = rng.choice(list(MONTHS)), rng.randrange(2019, 2029), rng.randrange(1, 32)
        forms = (f"{month} {year}", f"{day} {month}", f"{month} {day} {year}", f"{year}", month)
        return rng.choice(forms)
