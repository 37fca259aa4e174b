"""Ids that were published stay: proved from the very bytes that are about to be published.

Whoever subscribed knows an event by its id. If ids change, every entry comes back as new and every
event stands in every calendar twice; so a build that would do that is refused. What is read here is
the output, by simple means of its own, and not the code that made it.

Ids are kept as patterns, ``ll2-event-{0}@events-archive``: each id that was ever published is the
pattern with the event's id in it, so a line says it of all of them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from events_archive.errors import ArchiveError
from events_archive.render.calendars import size_warning
from events_archive.site import urls
from events_archive.site.calendars import Calendar
from events_archive.site.feeds import Feed
from events_archive.site.page import Page

IdPatterns = Mapping[str, str]
"""By kind: "calendars" and "anniversaries" (UIDs), "feeds" (entries of events), "changes" (entries
of changes), "days" (entries of days)."""

_FOLD = b"\r\n "
_UID = re.compile(rb"\nUID:([^\r\n]*(?:\r\n [^\r\n]*)*)")
# What is told of an event is escaped in all three, so none of these can stand in a text.
_ENTRY_IDS = {
    ".rss": re.compile(rb"<guid[^>]*>([^<]*)</guid>"),
    ".atom": re.compile(rb"<entry>.*?<id>([^<]*)</id>", re.DOTALL),
    ".json": re.compile(rb'[{,]"id":"([^"]*)"'),
}

_SHOWN = 3


@dataclass(slots=True, kw_only=True)
class IdAudit:
    """What the ids of a site are, against what they were."""

    published: IdPatterns
    """As the last published site had them; empty before the first."""
    patterns: dict[str, str] = field(default_factory=dict)
    """As this site has them."""
    changed: dict[str, None] = field(default_factory=dict)
    """A sentence for each id that is not what it was."""
    duplicates: list[str] = field(default_factory=list)
    """A sentence for each file that has an id twice, or not one for each of its entries."""
    size_warnings: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """By address, a sentence for each calendar that large clients would not keep whole; and
    whether nobody can mend that, since it is large by its nature."""

    @property
    def warnings(self) -> list[str]:
        """What somebody could mend."""
        return [sentence for _, (sentence, is_remark) in sorted(self.size_warnings.items()) if not is_remark]

    @property
    def remarks(self) -> list[str]:
        """What is only to be known."""
        return [sentence for _, (sentence, is_remark) in sorted(self.size_warnings.items()) if is_remark]

    def collect(self, page: Page, content: bytes) -> None:
        """Take the ids from the bytes of a page, if it is a feed or a calendar."""
        calendar, feed = page.context.get("calendar"), page.context.get("feed")
        if isinstance(calendar, Calendar):
            uids = [uid.replace(_FOLD, b"") for uid in _UID.findall(content)]
            kind = "anniversaries" if calendar.is_recurring else "calendars"
            planned = [(kind, (str(item.event.id),)) for item in calendar.entries]
            self._compare(page.path, planned, uids)
            if warning := size_warning(calendar, content):
                is_whole = calendar.path == urls.COMPLETE_CALENDAR
                self.size_warnings[page.path] = (warning, is_whole)
        elif isinstance(feed, Feed):
            ids = _ENTRY_IDS[page.path[page.path.rindex(".") :]].findall(content)
            kinds = (entry.id_namespace for entry in feed.entries)
            about = (entry.id_parts for entry in feed.entries)
            self._compare(page.path, list(zip(kinds, about, strict=True)), ids)

    def merge(self, other: "IdAudit") -> None:
        """Take over what another process read."""
        for kind, pattern in other.patterns.items():
            if self.patterns.setdefault(kind, pattern) != pattern:
                self.changed[f"{kind} are both {self.patterns[kind]} and {pattern}"] = None
        self.changed |= other.changed
        self.duplicates += other.duplicates
        self.size_warnings |= other.size_warnings

    def verify(self, *, allow_change: bool = False) -> IdPatterns:
        """The patterns to remember.

        Raises ArchiveError where an id repeats, or has changed and that is not allowed.
        """
        problems = [*sorted(self.duplicates), *([] if allow_change else sorted(self.changed))]
        if not problems:
            return {**self.published, **self.patterns}
        more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
        advice = (
            "this is a fault of the archive: report it"
            if self.duplicates
            else "subscribers would see every event twice; if it must be, --allow-id-change"
        )
        raise ArchiveError(f"nothing was published: {'; '.join(problems[:_SHOWN])}{more}; {advice}")

    def _compare(
        self, address: str, planned: Sequence[tuple[str, tuple[str, ...]]], found: list[bytes]
    ) -> None:
        if len(found) != len(planned) or len(set(found)) != len(found):
            self.duplicates.append(
                f"{address} has {len(set(found))} different ids for {len(planned)} entries"
            )
            return
        for (kind, about), identity in zip(planned, found, strict=True):
            self._check_id(kind, about, identity.decode())

    def _check_id(self, kind: str, about: tuple[str, ...], identity: str) -> None:
        """Whether the id is the one that this event or change always had."""
        if not about:
            return
        if kind not in self.patterns:
            self.patterns[kind] = _pattern(identity, about)
        before = _filled(self.published.get(kind, self.patterns[kind]), about)
        if before != identity:
            self.changed[f"{before} would become {identity}"] = None


def _filled(pattern: str, about: Iterable[str]) -> str:
    for number, part in enumerate(about):
        pattern = pattern.replace(f"{{{number}}}", part)
    return pattern


def _pattern(identity: str, about: Iterable[str]) -> str:
    """The id with what tells it from others taken out, from the right, where that stands."""
    rest, tail = identity, ""
    for number, part in reversed(list(enumerate(about))):
        head, found, after = rest.rpartition(part)
        rest, tail = (head, f"{{{number}}}{after}{tail}") if found else (rest, tail)
    return rest + tail
