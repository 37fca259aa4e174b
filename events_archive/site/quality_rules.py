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
class QualityRule:
    """One kind of thing that may be wanting."""

    key: str
    title: str
    explanation: str
    """Why it matters, and what would be right."""
    matches: Callable[[Event, date], bool]
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
    return event.date.utc is not None and event.date.precision_id is None


def _midnight(event: Event, today: date) -> bool:
    moment = event.date
    is_exact = moment.precision_id in (0, 1)
    return moment.utc is not None and is_exact and moment.utc.time() == time()


def _coarse_past(event: Event, today: date) -> bool:
    moment = event.date
    if moment.has_time or moment.interval is None or moment.precision_id is None:
        return False
    length = moment.interval.end_date_exclusive - moment.interval.first_day
    return length.days >= _COARSE_DAYS and moment.is_over(today)


def _future_tense(event: Event, today: date) -> bool:
    return event.date.is_over(today) and _FUTURE.search(event.description) is not None


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
    return event.date.is_over(today) and not event.links and not event.videos


QUALITY_RULES: tuple[QualityRule, ...] = (
    QualityRule(
        key="picture",
        title="No picture",
        explanation="A drawn sky stands in. The source can attach one of the pictures that it has.",
        matches=lambda event, today: event.image is None,
    ),
    QualityRule(
        key="licence",
        title="A picture of unknown licence",
        explanation="Nobody can tell whether it may be shown. "
        "Somebody who knows its origin can say so.",
        matches=_unknown_licence,
    ),
    QualityRule(
        key="credit",
        title="A picture without a credit",
        explanation="Whoever made it goes unnamed.",
        matches=_no_credit,
    ),
    QualityRule(
        key="precision",
        title="How exact the date is, is not stated",
        explanation="Events from before spring 2023 have no precision. "
        "With midnight for a time it may be the day that is meant, or the month.",
        matches=_no_precision,
    ),
    QualityRule(
        key="midnight",
        title="Midnight to the minute",
        explanation="Probably entered before the time was known, and said to be exact.",
        matches=_midnight,
    ),
    QualityRule(
        key="coarse",
        title="Past, but known to a week or more only",
        explanation="When it happened must be known by now.",
        matches=_coarse_past,
    ),
    QualityRule(
        key="undated",
        title="No date",
        explanation="It stands in no year, no calendar and no order.",
        matches=lambda event, today: event.date.utc is None,
    ),
    QualityRule(
        key="tense",
        title="Past, and told in the future tense",
        explanation="The description still says what will happen, not what did.",
        matches=_future_tense,
    ),
    QualityRule(
        key="description",
        title="No description",
        explanation="The page has a name and a date, and nothing to read.",
        matches=lambda event, today: not event.description.strip(),
    ),
    QualityRule(
        key="place",
        title="No place",
        explanation="It is on no place's page.",
        matches=lambda event, today: not event.location.strip(),
    ),
    QualityRule(
        key="places",
        title="A place that others write differently",
        explanation="Most events at the same place have another name for it. "
        "This archive knows that they are one; other readers of the data may not.",
        matches=_never,
    ),
    QualityRule(
        key="twins",
        title="Twins: one name and one type, within a day of each other",
        explanation="Perhaps two different events of one name, perhaps one that was entered twice.",
        matches=_never,
    ),
    QualityRule(
        key="nameless",
        title="A link without a usable title",
        explanation="Its title is missing, or is that of an error page; the host's name stands in.",
        matches=_nameless_link,
    ),
    QualityRule(
        key="gone",
        title="A link to a place that has closed its doors",
        explanation="Such links seldom lead anywhere now: a page that was archived would.",
        matches=_gone_host,
    ),
    QualityRule(
        key="sources",
        title="Past, with no link and no webcast",
        explanation="There is nothing to check it against.",
        matches=_no_links,
    ),
)
"""In the order of the report."""


def likely_duplicates(events: Iterable[Event]) -> Callable[[Event], bool]:
    """Whether an event has one of its own name and type within a day."""
    by_name: dict[tuple[str, int], list[Event]] = {}
    for event in events:
        if event.date.utc:
            by_name.setdefault((_plain(event.name), event.type.id), []).append(event)
    found = {id for members in by_name.values() for id in _close(members)}
    return lambda event: event.id in found


def _close(members: list[Event]) -> Iterator[int]:
    for before, after in pairwise(members):
        assert before.date.utc, "undated events are left out"
        assert after.date.utc, "undated events are left out"
        if abs((after.date.utc - before.date.utc).total_seconds()) <= 86_400:
            yield from (before.id, after.id)


def inconsistent_place_names(events: Iterable[Event]) -> Callable[[Event], bool]:
    """Whether an event's place goes by a name that is not its most common one."""
    names: dict[str, Counter[str]] = {}
    for event in events:
        if place := place_of(event.location):
            names.setdefault(place.slug, Counter())[event.location.strip()] += 1
    usual = {
        stem: min(counts, key=lambda name: (-counts[name], name))
        for stem, counts in ((stem, dict(found)) for stem, found in names.items())
    }

    def has(event: Event) -> bool:
        place = place_of(event.location)
        return place is not None and event.location.strip() != usual.get(place.slug)

    return has


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
