"""The entries of the feed of changes: what one refresh found about one event is one entry.

Readers do not show a changed entry again, so a change is not only an update of its event's entry.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import groupby

from msgspec import Struct

from events_archive.model.catalogue import grouped
from events_archive.model.changes import Change
from events_archive.model.event import Event
from events_archive.model.timestamps import FIRST_DATE
from events_archive.site import urls
from events_archive.site.feed_entries import TAG, FeedEntry
from events_archive.site.page import HOME, Page
from events_archive.site.site import Site

MANY = 50
"""If one refresh finds more events than this with one type of change, they share an entry."""

_MANY_IN_WORDS = {
    "added": "joined the archive",
    "withdrawn": "were withdrawn",
    "returned": "are listed again",
    "renamed": "have other names",
    "moved": "have other dates",
    "changed": "have changed",
}
"""By type of change. An entry about several has the id of the first of them."""

_TYPES = tuple(_MANY_IN_WORDS)


class _Finding(Struct, frozen=True, kw_only=True):
    """What a refresh found about an event, as far as it is in one entry."""

    observed: datetime
    change_type: str
    event: Event
    changes: tuple[Change, ...]


@lru_cache(maxsize=1)
def change_entries(site: Site) -> tuple[FeedEntry, ...]:
    """Return an entry for each finding, latest first; many of one refresh and type share one."""
    since = site.history.state.changes_combined_since or FIRST_DATE
    entries: list[FeedEntry] = []
    findings = sorted(_findings(site, since), key=_order, reverse=True)
    for (observed, change_type), group in groupby(findings, key=lambda one: _order(one)[:2]):
        found = tuple(group)
        own = tuple(_entry(site, one) for one in found)
        if change_type == "added":
            # Those of a first refresh would hide all other entries.
            is_one = sum(not change.is_live for one in found for change in one.changes) > MANY
        else:
            is_one = len(found) > MANY and observed > since
        entries += [_shared_entry(observed, change_type, own)] if is_one else own
    return tuple(entries)


def change_list_pages(site: Site) -> Iterator[Page]:
    """Yield a page for each entry about many events, but for those that years list."""
    for entry in change_entries(site):
        if entry.members:
            yield Page(
                path=entry.url,
                template="pages/changes.html",
                title=entry.title,
                description=f"{entry.title}, found by one refresh of the archive.",
                context={"entries": entry.members, "observed": entry.published},
                breadcrumbs=(HOME,),
                indexable=False,
            )


def _order(finding: _Finding) -> tuple[datetime, str, int]:
    return finding.observed, finding.change_type, finding.event.id


def _findings(site: Site, since: datetime) -> Iterator[_Finding]:
    """Yield all findings. Up to ``since`` each type of change was published by itself."""
    events = {event.id: event for event in site.catalogue.all_events}
    published = [one for one in site.history.changes if one.is_published and one.event_id in events]
    for (observed, event_id), changes in grouped(
        published, lambda change: (change.observed, change.event_id)
    ).items():
        parts = {min((one.change_type for one in changes), key=_TYPES.index): changes}
        if observed <= since:
            parts = grouped(changes, lambda change: change.change_type)
            parts.pop("changed", None)
        for change_type, part in parts.items():
            yield _Finding(
                observed=observed, change_type=change_type, event=events[event_id], changes=part
            )


def _entry(site: Site, finding: _Finding) -> FeedEntry:
    event, observed = finding.event, f"{finding.observed:%Y%m%dT%H%M%SZ}"
    return FeedEntry(
        id=f"{TAG}:change:{event.id}:{observed}:{finding.change_type}",
        id_parts=(str(event.id), observed, finding.change_type),
        title=_title(finding, site.history.changes_of(event.id)),
        url=urls.permalink(event.id),
        published=finding.observed,
        updated=finding.observed,
        event=event,
        is_change=True,
    )


def _shared_entry(
    observed: datetime, change_type: str, members: tuple[FeedEntry, ...]
) -> FeedEntry:
    time, is_listed = f"{observed:%Y%m%dT%H%M%SZ}", change_type == "added"
    return FeedEntry(
        id=f"{TAG}:changes:{time}:{change_type}",
        title=f"{len(members):,} events {_MANY_IN_WORDS[change_type]}",
        url=urls.ALL_YEARS if is_listed else urls.change_list(time, change_type),
        published=observed,
        updated=observed,
        is_change=True,
        members=() if is_listed else members,
    )


def _title(finding: _Finding, changes: tuple[Change, ...]) -> str:
    """Return what happened, with the event's name and date at that time, so that it stays."""
    later = [other for other in changes if other.observed > finding.observed and other.is_published]
    names = (str(other.old) for other in later if other.change_type == "renamed")
    dates = (other.old_date for other in later if other.change_type == "moved")
    name = next(names, finding.event.name)
    date = next(dates, finding.event.date).display
    if len(finding.changes) > 1:
        return _joint_title(finding, name, date)
    (change,) = finding.changes
    match change.change_type:
        case "moved":
            what, dates_in_words = change.move
            return f"{what}: {name}, {dates_in_words}"
        case "renamed":
            return f"Renamed: {change.old} is now {change.new}"
        case "changed":
            return f"Changed: {name}. {change.text.removesuffix('.')}"
    words = {"added": "New", "withdrawn": "Withdrawn", "returned": "Back again"}
    return f"{words[change.change_type]}: {name} ({date})"


def _joint_title(finding: _Finding, name: str, date: str) -> str:
    """Return several changes as one: "A is now B, moved from ... to ...; the place changed"."""
    clauses = []
    for change in sorted(finding.changes, key=lambda one: _TYPES.index(one.change_type)):
        match change.change_type:
            case "renamed":
                name = f"{change.old} is now {change.new}"
            case "returned":
                clauses.append(f"back again ({date})")
            case "added" | "withdrawn":
                clauses.append(change.change_type)
            case _:
                clauses.append(change.text[0].lower() + change.text[1:].removesuffix("."))
    return f"{name}, {'; '.join(clauses)}"
