"""Slugs by LL2's rules: Django's `slugify`, cut at 50 characters, with `-2` if it is taken.

The rules are those of `AutoSlugField(populate_from=["name"], overwrite=True)`: a renamed event gets
a new slug, and its old slug can be given to another event.
"""

import re
import unicodedata
from collections.abc import Container

MAX_LENGTH = 50


def slugify(text: str) -> str:
    """Write a name in lower-case ASCII letters, digits, `-` and `_`."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    cleaned = re.sub(r"[^\w\s-]", "", ascii_text.lower())
    return re.sub(r"[-\s]+", "-", cleaned).strip("-_")


def unique_slug(name: str, taken: Container[str], first: int = 2) -> str:
    """Return the slug that LL2 gives to `name` when the slugs in `taken` are in use.

    `first` is the first number to try; the caller may know that smaller ones are taken.
    """
    base = slugify(name)[:MAX_LENGTH].strip("-")
    if base and base not in taken:
        return base
    number = first
    while (slug := _numbered(base, number)) in taken:
        number += 1
    return slug


def _numbered(base: str, number: int) -> str:
    suffix = f"-{number}"
    return base[: MAX_LENGTH - len(suffix)].rstrip("-") + suffix
