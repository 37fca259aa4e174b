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
    ranked = (
        (
            min(edits(surface, shown, limit), edits(folded, word, limit)),
            shown[0] != surface[0],
            shown,
        )
        for word, shown in vocabulary.items()
    )
    similar = [one for one in ranked if one[0] <= limit]
    return min(similar, key=lambda one: one[:2])[2] if similar else ""


def edits(one: str, other: str, limit: int) -> int:
    """Return how many letters are missing, too many, wrong or swapped with the next one.

    It is the optimal string alignment distance, or more than ``limit`` if that is.
    """
    if abs(len(one) - len(other)) > limit or not (one and other):
        return max(len(one), len(other))
    if one[0] == other[0]:
        return edits(one[1:], other[1:], limit)
    if not limit:
        return 1
    pairs = [(1, 1), (1, 0), (0, 1)]
    if one[:2] == other[1::-1]:
        pairs.append((2, 2))
    return 1 + min(edits(one[n:], other[m:], limit - 1) for n, m in pairs)
