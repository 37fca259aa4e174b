"""How a list of events is laid out on a page, and how a long one is split so that none grows on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Event
from events_archive.model.event_date import MONTHS, month_in_words
from events_archive.site import urls


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Some events under a heading."""

    title: str
    """``""`` where the page's own heading says it all."""
    anchor: str
    """The heading's id: unique on its page."""
    events: Events
    address: str = ""
    """The page that holds these events by themselves, if there is one."""
    anchors: Mapping[int, str] = field(default_factory=dict)
    """Ids for single events, by theirs: what a link to a day leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One step of a row of pages that belong together."""

    label: str
    address: str
    count: int
    is_here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a list page shows."""

    count: int
    """How many events the whole list has, wherever they stand."""
    sections: tuple[Section, ...]
    parts: tuple[Part, ...] = ()
    """The pages over which the list is split, this one included; none for a whole list."""


Layout = Callable[[], Listing]
"""Lays a list page out, once it is made: on most runs it is not."""


def in_sections(events: Events, sections: Callable[[Events], tuple[Section, ...]]) -> Layout:
    """The whole list on one page, in ``sections``."""
    return lambda: Listing(count=len(events), sections=sections(events))


class Sheet(NamedTuple):
    """One of the pages on which a list stands."""

    address: str
    layout: Layout
    shown: Events | Listing
    """All that it is laid out from: of a list in numbered pages, no more than is on this one."""


def divided(
    address: str, events: Events, limit: int, sections: Callable[[Events], tuple[Section, ...]]
) -> list[Sheet]:
    """The list on one page in ``sections``, or beyond the limit in numbered pages."""
    if len(events) <= limit:
        return [Sheet(address, in_sections(events, sections), events)]
    parts = in_parts(address, events, limit)
    return [Sheet(place, partial(_as_it_is, part), part) for place, part in parts]


def _as_it_is(part: Listing) -> Listing:
    return part


def by_month(events: Events, year: int | None) -> tuple[Section, ...]:
    """A year's events month by month; those known less exactly come last, under the year."""
    months = grouped(events, lambda event: event.moment.month or (0, 0))
    dated = sorted(months.items(), key=lambda item: item[0] if item[0][1] else (9999, 13))
    return tuple(_month_section(month, members, year) for month, members in dated)


def _month_section(month: tuple[int, int], members: Events, year: int | None) -> Section:
    if not month[1]:
        title = f"Some time in {year}" if year else "Not known to the year"
        return Section(title=title, anchor="some-time", events=members)
    return Section(
        title=MONTHS[month[1] - 1] if month[0] == year else month_in_words(*month),
        anchor=f"{month[0]}-{month[1]:02}",
        events=members,
        address=urls.month(*month),
    )


def by_year(events: Events) -> tuple[Section, ...]:
    """The latest year first and in it the latest event; what has no year leads."""
    years = grouped(reversed(events), lambda event: event.moment.year or 0)
    ordered = sorted(years.items(), key=lambda item: -(item[0] or 9999))
    return tuple(
        Section(
            title=str(year) if year else "Not known to the year",
            anchor=f"y{year}" if year else "undated",
            events=members,
            address=urls.year(year) if year else "",
        )
        for year, members in ordered
    )


def in_a_row(events: Events) -> tuple[Section, ...]:
    """The events as they come, without headings."""
    return (Section(title="", anchor="events", events=events),)


def in_parts(address: str, events: Events, limit: int) -> list[tuple[str, Listing]]:
    """The list in numbered pages of ``limit`` events: what is done when nothing else divides it."""
    pieces = [events[start : start + limit] for start in range(0, len(events), limit)] or [()]
    return [
        (
            urls.part(address, number),
            Listing(
                count=len(events),
                sections=in_a_row(piece),
                parts=_numbered(address, pieces, number),
            ),
        )
        for number, piece in enumerate(pieces, start=1)
    ]


def month_in_parts(address: str, events: Events, limit: int) -> list[tuple[str, Listing]]:
    """A month's list in parts; the first event of each day has an anchor, on whatever part."""
    first: dict[str, int] = {}
    for event in events:
        if anchor := day_anchor(event):
            first.setdefault(anchor, event.id)
    anchors = {event_id: anchor for anchor, event_id in first.items()}
    return [
        (place, replace(part, sections=tuple(replace(s, anchors=anchors) for s in part.sections)))
        for place, part in in_parts(address, events, limit)
    ]


def day_anchor(event: Event) -> str:
    """``d04``; ``""`` for an event that is not known to the day."""
    day = event.moment.day
    return f"d{day.day:02}" if day else ""


def _numbered(address: str, pieces: Sequence[Events], here: int) -> tuple[Part, ...]:
    if len(pieces) == 1:
        return ()
    return tuple(
        Part(
            label=f"Part {number}",
            address=urls.part(address, number),
            count=len(piece),
            is_here=number == here,
        )
        for number, piece in enumerate(pieces, start=1)
    )


def split(
    groups: dict[int, Events], label: Callable[[int], str], address: Callable[[int], str]
) -> tuple[Part, ...]:
    """One part for each group, in the order given."""
    return tuple(
        Part(label=label(key), address=address(key), count=len(members))
        for key, members in groups.items()
    )


def counted(count: int) -> str:
    """``1 spaceflight event``, ``12 spaceflight events``."""
    return "1 spaceflight event" if count == 1 else f"{count} spaceflight events"


def numbered_title(title: str, events: Listing) -> str:
    """Keeps titles unique: later parts of a list carry their number."""
    here = [part.label for part in events.parts if part.is_here]
    return f"{title}, {here[0].lower()}" if here and here[0] != "Part 1" else title


def year_or_zero(event: Event) -> int:
    """The event's year as a group's key; 0 gathers those that have none."""
    return event.moment.year or 0
