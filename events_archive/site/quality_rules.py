"""What can be missing or odd in a record: one table of rules, each told in a sentence.

A rule looks at one event and the archive's day; two compare events with one another.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

from events_archive.model.event import Event, Link
from events_archive.model.places import place_of
from events_archive.site.image_credits import is_known


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """One kind of thing that may be wanting."""

    key: str
    title: str
    why: str
    """Why it matters, and what would be right."""
    found: Callable[[Event, date], bool]
    """Whether an event has it on the given day."""


_FUTURE = re.compile(
    r"\b(?:will|are to|is to|(?:is|are) (?:scheduled|expected|planned|set|due|slated) to)\b",
    re.IGNORECASE,
)
_GONE_HOSTS = ("twitter.com", "mobile.twitter.com", "blogs.nasa.gov", "periscope.tv")
_COARSE_DAYS = 2


def _never(event: Event, today: date) -> bool:
    return False


def _no_precision(event: Event, today: date) -> bool:
    return event.moment.date is not None and event.moment.precision_id is None


def _midnight(event: Event, today: date) -> bool:
    moment = event.moment
    is_exact = moment.precision_id in (0, 1)
    return moment.date is not None and is_exact and moment.date.time() == time()


def _coarse_past(event: Event, today: date) -> bool:
    moment = event.moment
    if moment.is_timed or moment.span is None or moment.precision_id is None:
        return False
    length = moment.span.day_after - moment.span.first_day
    return length.days >= _COARSE_DAYS and moment.is_over(today)


def _future_tense(event: Event, today: date) -> bool:
    return event.moment.is_over(today) and _FUTURE.search(event.description) is not None


def _unknown_licence(event: Event, today: date) -> bool:
    return event.image is not None and not is_known(event.image.licence)


def _no_credit(event: Event, today: date) -> bool:
    return event.image is not None and not event.image.credit


def _nameless_link(event: Event, today: date) -> bool:
    return any(not link.title for link in (*event.links, *event.videos))


def _gone_host(event: Event, today: date) -> bool:
    return any(_host(link) in _GONE_HOSTS for link in (*event.links, *event.videos))


def _host(link: Link) -> str:
    try:
        return link.host
    except ValueError:
        return ""


def _no_links(event: Event, today: date) -> bool:
    return event.moment.is_over(today) and not event.links and not event.videos


ODDITIES: tuple[Oddity, ...] = (
    Oddity(
        key="picture",
        title="No picture",
        why="A drawn sky stands in. The source can attach one of the pictures that it has.",
        found=lambda event, today: event.image is None,
    ),
    Oddity(
        key="licence",
        title="A picture of unknown licence",
        why="Nobody can tell whether it may be shown. Somebody who knows its origin can say so.",
        found=_unknown_licence,
    ),
    Oddity(
        key="credit",
        title="A picture without a credit",
        why="Whoever made it goes unnamed.",
        found=_no_credit,
    ),
    Oddity(
        key="precision",
        title="How exact the date is, is not stated",
        why="Events from before spring 2023 have no precision. With midnight for a time it may be "
        "the day that is meant, or the month.",
        found=_no_precision,
    ),
    Oddity(
        key="midnight",
        title="Midnight to the minute",
        why="Probably entered before the time was known, and said to be exact.",
        found=_midnight,
    ),
    Oddity(
        key="coarse",
        title="Past, but known to a week or more only",
        why="When it happened must be known by now.",
        found=_coarse_past,
    ),
    Oddity(
        key="undated",
        title="No date",
        why="It stands in no year, no calendar and no order.",
        found=lambda event, today: event.moment.date is None,
    ),
    Oddity(
        key="tense",
        title="Past, and told in the future tense",
        why="The description still says what will happen, not what did.",
        found=_future_tense,
    ),
    Oddity(
        key="description",
        title="No description",
        why="The page has a name and a date, and nothing to read.",
        found=lambda event, today: not event.description.strip(),
    ),
    Oddity(
        key="place",
        title="No place",
        why="It is on no place's page.",
        found=lambda event, today: not event.location.strip(),
    ),
    Oddity(
        key="places",
        title="A place that others write differently",
        why="Most events at the same place have another name for it. This archive knows that they "
        "are one; other readers of the data may not.",
        found=_never,
    ),
    Oddity(
        key="twins",
        title="Twins: one name and one type, within a day of each other",
        why="Perhaps two different events of one name, perhaps one that was entered twice.",
        found=_never,
    ),
    Oddity(
        key="nameless",
        title="A link without a usable title",
        why="Its title is missing, or is that of an error page; the host's name stands in.",
        found=_nameless_link,
    ),
    Oddity(
        key="gone",
        title="A link to a place that has closed its doors",
        why="Such links seldom lead anywhere now: a page that was archived would.",
        found=_gone_host,
    ),
    Oddity(
        key="sources",
        title="Past, with no link and no webcast",
        why="There is nothing to check it against.",
        found=_no_links,
    ),
)
"""In the order of the report."""


def twins(events: Iterable[Event]) -> Callable[[Event], bool]:
    """Whether an event has one of its own name and type within a day."""
    by_name: dict[tuple[str, int], list[Event]] = {}
    for event in events:
        if event.moment.date:
            by_name.setdefault((_plain(event.name), event.type.id), []).append(event)
    found = {id for members in by_name.values() for id in _close(members)}
    return lambda event: event.id in found


def _close(members: list[Event]) -> Iterator[int]:
    for before, after in pairwise(members):
        assert before.moment.date, "undated events are left out"
        assert after.moment.date, "undated events are left out"
        if abs((after.moment.date - before.moment.date).total_seconds()) <= 86_400:
            yield from (before.id, after.id)


def written_otherwise(events: Iterable[Event]) -> Callable[[Event], bool]:
    """Whether an event's place goes by a name that is not its most common one."""
    names: dict[str, Counter[str]] = {}
    for event in events:
        if place := place_of(event.location):
            names.setdefault(place.stem, Counter())[event.location.strip()] += 1
    usual = {
        stem: min(counts, key=lambda name: (-counts[name], name))
        for stem, counts in ((stem, dict(found)) for stem, found in names.items())
    }

    def has(event: Event) -> bool:
        place = place_of(event.location)
        return place is not None and event.location.strip() != usual.get(place.stem)

    return has


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
