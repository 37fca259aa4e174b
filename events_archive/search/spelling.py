"""The nearest word to one that is not known."""

from collections.abc import Mapping

from events_archive.search.words import fold_word

LONG_WORD = 8
"""Letters from which on a word may have two mistakes."""
SHORTEST = 4
"""Letters of the shortest word that is corrected."""


def nearest_word(surface: str, vocabulary: Mapping[str, str]) -> str:
    """Return the form that is shown of the most similar word, or ``""`` if none is similar.

    Of words that are equally similar, those with the same first letter are better, then those that
    come first in the vocabulary.
    """
    limit = 0 if len(surface) < SHORTEST else 1 if len(surface) < LONG_WORD else 2
    folded = fold_word(surface)
    best = (limit, True)
    nearest = ""
    for word, shown in vocabulary.items():
        distance = min(_distance(surface, shown, best[0]), _distance(folded, word, best[0]))
        rank = (distance, shown[0] != surface[0])
        if rank < best or (rank == best and not nearest):
            best, nearest = rank, shown
    return nearest


def _distance(one: str, other: str, limit: int) -> int:
    """Return how many letters are missing, too many, wrong or swapped with the next one.

    It is the optimal string alignment distance; ``limit + 1`` if that is greater than ``limit``.
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        two_before, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)
