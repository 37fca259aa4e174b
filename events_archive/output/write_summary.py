"""What a build did to the output folder, in numbers and in words."""

from collections import Counter

from msgspec import Struct

from events_archive.console import quantity
from events_archive.site.formats import format_of

_NOUNS = ("page", "feed", "calendar", "picture", "file")
"""The nouns of formats, in the order of a summary."""


class WriteSummary(Struct, frozen=True, kw_only=True):
    """What a build did to the output folder, as paths below it."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    """The number of files that were current."""
    size: int
    """The size of the whole site in bytes."""

    @property
    def total(self) -> int:
        """The number of files in the site."""
        return self.unchanged + len(self.added) + len(self.changed)

    @property
    def counts(self) -> dict[str, int]:
        """The number of files by what was done to them."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "removed": len(self.removed),
            "unchanged": self.unchanged,
        }

    @property
    def text(self) -> str:
        """``14 pages, 5 feeds, 1 picture written, 2 files removed``."""
        formats = map(format_of, (*self.added, *self.changed))
        counts = Counter(format.noun if format else "file" for format in formats)
        written = [quantity(counts[noun], noun) for noun in _NOUNS if counts[noun]]
        parts = [", ".join(written) + " written"] if written else []
        if self.removed:
            parts.append(quantity(len(self.removed), "file") + " removed")
        return ", ".join(parts) or "no file written"
