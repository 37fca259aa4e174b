"""Slugs by LL2's rules: Django's slugify, cut at 50 characters, `-2` when somebody has it already.

The rules are those of `AutoSlugField(populate_from=["name"], overwrite=True)`: a slug belongs to
the present name, not to the event, and a freed one goes to whoever comes next.
"""

import re
import unicodedata
from collections.abc import Container

LONGEST = 50


def slugify(text: str) -> str:
    """Say a name in lower-case ASCII letters, digits, `-` and `_`."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    kept = re.sub(r"[^\w\s-]", "", ascii_text.lower())
    return re.sub(r"[-\s]+", "-", kept).strip("-_")


def unique_slug(name: str, taken: Container[str], first: int = 2) -> str:
    """Find the slug that LL2 would give to `name` when the slugs in `taken` have owners.

    `first` is the number to begin counting at, for callers who know the smaller ones are taken.
    """
    base = slugify(name)[:LONGEST].strip("-")
    if base and base not in taken:
        return base
    number = first
    while (slug := _numbered(base, number)) in taken:
        number += 1
    return slug


def _numbered(base: str, number: int) -> str:
    ending = f"-{number}"
    return base[: LONGEST - len(ending)].rstrip("-") + ending
