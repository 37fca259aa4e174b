"""What a build wrote, in numbers and in words."""

from collections import Counter
from dataclasses import dataclass

from events_archive.site.formats import format_of

_NOUNS = ("page", "feed", "calendar", "picture", "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSummary:
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
        counts = Counter(_noun_for(path) for path in (*self.added, *self.changed))
        written = [_counted(counts[noun], noun) for noun in _NOUNS if counts[noun]]
        parts = [", ".join(written) + " written"] if written else []
        if self.removed:
            parts.append(_counted(len(self.removed), "file") + " removed")
        return ", ".join(parts) or "no file written"


def _noun_for(path: str) -> str:
    """Return what a file is called in the summary."""
    format = format_of(path)
    return format.noun if format else "file"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
