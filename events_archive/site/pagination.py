"""How a list of events is laid out on a page, and how a long one is split so that none grows on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event
from events_archive.model.event_date import MONTHS, format_month
from events_archive.site import urls


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Some events under a heading."""

    title: str
    """``""`` where the page's own heading says it all."""
    anchor: str
    """The heading's id: unique on its page."""
    events: Events
    url: str = ""
    """The page that holds these events by themselves, if there is one."""
    anchors: Mapping[int, str] = field(default_factory=dict)
    """Ids for single events, by theirs: what a link to a day leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """One step of a row of pages that belong together."""

    label: str
    url: str
    count: int
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventList:
    """What a list page shows."""

    count: int
    """How many events the whole list has, wherever they stand."""
    sections: tuple[Section, ...]
    pages: tuple[PageLink, ...] = ()
    """The pages over which the list is split, this one included; none for a whole list."""


Grouping = Callable[[Events], tuple[Section, ...]]
"""Groups the events of a list into sections."""


class ListPage(NamedTuple):
    """One of the pages over which a list is split."""

    path: str
    event_list: EventList


def paginate(path: str, events: Events, limit: int, grouping: Grouping) -> list[ListPage]:
    """Return the list as one grouped page or, beyond ``limit`` events, as numbered pages."""
    if len(events) <= limit:
        return [ListPage(path, EventList(count=len(events), sections=grouping(events)))]
    return numbered_pages(path, events, limit)


def by_month(events: Events, year: int | None) -> tuple[Section, ...]:
    """A year's events month by month; those known less exactly come last, under the year."""
    months = grouped(events, lambda event: event.date.month or (0, 0))
    dated = sorted(months.items(), key=lambda item: item[0] if item[0][1] else (9999, 13))
    return tuple(_month_section(month, members, year) for month, members in dated)


def _month_section(month: tuple[int, int], members: Events, year: int | None) -> Section:
    if not month[1]:
        title = f"Some time in {year}" if year else "Not known to the year"
        return Section(title=title, anchor="some-time", events=members)
    return Section(
        title=MONTHS[month[1] - 1] if month[0] == year else format_month(*month),
        anchor=f"{month[0]}-{month[1]:02}",
        events=members,
        url=urls.month(*month),
    )


def by_year(events: Events) -> tuple[Section, ...]:
    """The latest year first and in it the latest event; what has no year leads."""
    years = grouped(reversed(events), lambda event: event.date.year or 0)
    ordered = sorted(years.items(), key=lambda item: -(item[0] or 9999))
    return tuple(
        Section(
            title=str(year) if year else "Not known to the year",
            anchor=f"y{year}" if year else "undated",
            events=members,
            url=urls.year(year) if year else "",
        )
        for year, members in ordered
    )


def ungrouped(events: Events) -> tuple[Section, ...]:
    """The events as they come, without headings."""
    return (Section(title="", anchor="events", events=events),)


def numbered_pages(address: str, events: Events, limit: int) -> list[ListPage]:
    """The list in numbered pages of ``limit`` events: what is done when nothing else divides it."""
    pieces = [events[start : start + limit] for start in range(0, len(events), limit)] or [()]
    return [
        ListPage(
            urls.list_page(address, number),
            EventList(
                count=len(events),
                sections=ungrouped(piece),
                pages=_numbered(address, pieces, number),
            ),
        )
        for number, piece in enumerate(pieces, start=1)
    ]


def numbered_month_pages(address: str, events: Events, limit: int) -> list[ListPage]:
    """A month's list in parts; the first event of each day has an anchor, on whatever part."""
    first: dict[str, int] = {}
    for event in events:
        if anchor := day_anchor(event):
            first.setdefault(anchor, event.id)
    anchors = {event_id: anchor for anchor, event_id in first.items()}
    return [
        ListPage(
            place, replace(part, sections=tuple(replace(s, anchors=anchors) for s in part.sections))
        )
        for place, part in numbered_pages(address, events, limit)
    ]


def day_anchor(event: Event) -> str:
    """``d04``; ``""`` for an event that is not known to the day."""
    day = event.date.day
    return f"d{day.day:02}" if day else ""


def _numbered(address: str, pieces: Sequence[Events], here: int) -> tuple[PageLink, ...]:
    if len(pieces) == 1:
        return ()
    return tuple(
        PageLink(
            label=f"Part {number}",
            url=urls.list_page(address, number),
            count=len(piece),
            is_current=number == here,
        )
        for number, piece in enumerate(pieces, start=1)
    )


def links_to_groups(
    groups: dict[int, Events], label: Callable[[int], str], address: Callable[[int], str]
) -> tuple[PageLink, ...]:
    """One part for each group, in the order given."""
    return tuple(
        PageLink(label=label(key), url=address(key), count=len(members))
        for key, members in groups.items()
    )


def event_count_text(count: int) -> str:
    """``1 spaceflight event``, ``12 spaceflight events``."""
    return "1 spaceflight event" if count == 1 else f"{count} spaceflight events"


def numbered_title(title: str, events: EventList) -> str:
    """Keeps titles unique: later parts of a list carry their number."""
    here = [part.label for part in events.pages if part.is_current]
    return f"{title}, {here[0].lower()}" if here and here[0] != "Part 1" else title


def year_or_zero(event: Event) -> int:
    """The event's year as a group's key; 0 gathers those that have none."""
    return event.date.year or 0
