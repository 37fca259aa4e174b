"""Checks that ids once published stay the same, from the bytes about to be published.

Feed readers and calendar programs recognise an event by its id. If ids changed, subscribers would
get every entry again and every event twice; a build that would do that is refused. The ids are read
from the rendered files by regular expressions, independently of the code that renders them.

Ids are stored as patterns, such as ``ll2-event-{0}@events-archive``: every id in a namespace is the
pattern with what is the entry's own (the id of its event) in place of the numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct, field

from events_archive.errors import ArchiveError
from events_archive.render.calendars import size_warning
from events_archive.site import urls
from events_archive.site.calendars import Calendar
from events_archive.site.feeds import Feed
from events_archive.site.formats import format_of
from events_archive.site.page import Page

IdPatterns = Mapping[str, str]
"""By namespace: "calendars" and "anniversaries" (UIDs), "feeds" (entries of events), "changes"
(entries of changes), "days" (entries of days)."""

_LINE_FOLD = b"\r\n "

_MAX_SHOWN = 3
"""The number of problems that an error message lists."""


class IdAudit(Struct, kw_only=True):
    """The ids in a site, compared with those published before."""

    published: IdPatterns
    """Of the last published site; empty before the first."""
    patterns: dict[str, str] = field(default_factory=dict)
    """Of this site."""
    changed: set[str] = field(default_factory=set)
    """A message for each id that has changed."""
    duplicates: list[str] = field(default_factory=list)
    """A message for each file that does not have a different id for each of its entries."""
    size_warnings: dict[str, str] = field(default_factory=dict)
    """By path, a message for each calendar that is larger than clients keep."""

    @property
    def warnings(self) -> list[str]:
        """The messages about sizes, but for that about the calendar that has to be large."""
        found = sorted(self.size_warnings.items())
        return [message for path, message in found if path != urls.COMPLETE_CALENDAR]

    @property
    def remark(self) -> str | None:
        """The message about the size of the complete calendar, if it is large."""
        return self.size_warnings.get(urls.COMPLETE_CALENDAR)

    @property
    def all_patterns(self) -> IdPatterns:
        """The patterns of all ids published so far, those of this site included."""
        return {**self.published, **self.patterns}

    def collect(self, page: Page, content: bytes) -> None:
        """Collect the ids in the content of a page, if it is a feed or a calendar."""
        calendar, feed = page.context.get("calendar"), page.context.get("feed")
        if isinstance(calendar, Calendar):
            namespace = "anniversaries" if calendar.is_recurring else "calendars"
            if message := size_warning(calendar, content):
                self.size_warnings[page.path] = message
            self._compare(
                page.path,
                content,
                [(namespace, (str(entry.event.id),)) for entry in calendar.entries],
            )
        elif isinstance(feed, Feed):
            self._compare(
                page.path, content, [(entry.id_namespace, entry.id_parts) for entry in feed.entries]
            )

    def merge(self, other: "IdAudit") -> None:
        """Add what was collected from other pages."""
        for namespace, pattern in other.patterns.items():
            if self.patterns.setdefault(namespace, pattern) != pattern:
                self.changed.add(f"{namespace} are both {self.patterns[namespace]} and {pattern}")
        self.changed |= other.changed
        self.duplicates += other.duplicates
        self.size_warnings |= other.size_warnings

    def verify(self, *, allow_change: bool = False) -> IdPatterns:
        """Return the patterns of all ids published so far, those of this site included.

        Raises ArchiveError if an id repeats, or if one has changed and that is not allowed.
        """
        problems = [*sorted(self.duplicates), *([] if allow_change else sorted(self.changed))]
        if not problems:
            return self.all_patterns
        rest = len(problems) - _MAX_SHOWN
        more = f" (and {rest} more)" if rest > 0 else ""
        advice = (
            "this is a fault of the archive: report it"
            if self.duplicates
            else "subscribers would see every event twice; if it must be, --allow-id-change"
        )
        shown = "; ".join(problems[:_MAX_SHOWN])
        raise ArchiveError(f"nothing was published: {shown}{more}; {advice}")

    def _compare(
        self, path: str, content: bytes, expected: Sequence[tuple[str, tuple[str, ...]]]
    ) -> None:
        """Check that each id in a file is the published pattern, or else that of the other ids.

        ``expected`` has the namespace of each id, and the parts of it that are its own.
        """
        found = entry_ids(path, content)
        if len(found) != len(expected) or len(set(found)) != len(found):
            self.duplicates.append(
                f"{path} has {len(set(found))} different ids for {len(expected)} entries"
            )
            return
        for (namespace, parts), entry_id in zip(expected, found, strict=True):
            if not parts:
                continue
            if namespace not in self.patterns:
                self.patterns[namespace] = _pattern_of(entry_id, parts)
            unchanged_id = _fill(self.published.get(namespace, self.patterns[namespace]), parts)
            if unchanged_id != entry_id:
                self.changed.add(f"{unchanged_id} would become {entry_id}")


def entry_ids(path: str, content: bytes) -> list[str]:
    """Return the ids of the entries in a feed or calendar, in their order."""
    format = format_of(path)
    assert format and format.entry_ids, f"{path} has no format with ids"
    # In calendars a long line continues on the next, after a space.
    found = (entry_id.replace(_LINE_FOLD, b"") for entry_id in format.entry_ids.findall(content))
    return [entry_id.decode("utf-8", "replace") for entry_id in found]


@lru_cache(maxsize=1 << 15)  # An entry is in a dozen files.
def _fill(pattern: str, parts: tuple[str, ...]) -> str:
    for number, part in enumerate(parts):
        pattern = pattern.replace(f"{{{number}}}", part)
    return pattern


def _pattern_of(entry_id: str, parts: Iterable[str]) -> str:
    """Return the id with numbers in place of its parts, which are searched from the right."""
    rest, tail = entry_id, ""
    for number, part in reversed(list(enumerate(parts))):
        head, found, after = rest.rpartition(part)
        rest, tail = (head, f"{{{number}}}{after}{tail}") if found else (rest, tail)
    return rest + tail
