"""The page on gaps in the data: what is missing or odd in LL2's records, to be corrected there."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Set
from datetime import time, timedelta
from itertools import pairwise

from msgspec import Struct

from events_archive.model.catalogue import Catalogue, Events, grouped
from events_archive.model.event import Event, Link, host_of
from events_archive.pages.image_credits import has_known_licence
from events_archive.pages.subscriptions import AlternateLinks
from events_archive.site import urls
from events_archive.site.page import ALL_EVENTS, HOME, Page
from events_archive.site.site import Site

MAX_NAMED_EVENTS = 25
"""How many events that break a rule are listed."""


class QualityRule(Struct, frozen=True, kw_only=True):
    """Something that can be missing or odd."""

    key: str
    title: str
    explanation: str
    """Why it matters, and what would be right."""
    find: Callable[[Catalogue], Set[int]]
    """Returns the ids of the events that break it."""


def report_pages(site: Site) -> Iterator[Page]:
    """Yield the page of all issues; its template asks for the `quality_issues`."""
    yield Page(
        path=urls.REPORT,
        template="pages/report.html",
        title="Gaps in the data",
        description="What is missing or odd in the data of this archive, and where to report it.",
        context={"max_named": MAX_NAMED_EVENTS},
        breadcrumbs=(HOME,),
        alternates=AlternateLinks(site).main,
        cache_inputs=ALL_EVENTS,
    )


def dead_links(site: Site) -> dict[str, tuple[tuple[str, Event], ...]]:
    """Return the links of events to pages that are gone, by host, the host with most first.

    Each is a URL with the event whose page has it, the latest event first.
    """
    found = [
        (url, event)
        for event in reversed(site.catalogue.events)
        for url in site.gone_links_of(event)
    ]
    hosts = grouped(found, lambda link: host_of(link[0]))
    return dict(sorted(hosts.items(), key=lambda row: (-len(row[1]), row[0])))


def quality_issues(catalogue: Catalogue) -> list[tuple[QualityRule, Events]]:
    """Return each rule with the events that break it, latest first, also one that none breaks."""
    found = [(rule, rule.find(catalogue)) for rule in QUALITY_RULES]
    return [
        (rule, tuple(event for event in reversed(catalogue.events) if event.id in ids))
        for rule, ids in found
    ]


def _each(
    test: Callable[[Event], object], *, only_past: bool = False
) -> Callable[[Catalogue], Set[int]]:
    """Return a function that finds the ids of the events, or of the past ones, with ``test``."""

    def find(catalogue: Catalogue) -> Set[int]:
        events = catalogue.past if only_past else catalogue.events
        return {event.id for event in events if test(event)}

    return find


_FUTURE_TENSE = re.compile(
    r"\b(?:will|are to|is to|(?:is|are) (?:scheduled|expected|planned|set|due|slated) to)\b",
    re.IGNORECASE,
)
_CLOSED_HOSTS = ("twitter.com", "mobile.twitter.com", "blogs.nasa.gov", "periscope.tv")


def _is_midnight(event: Event) -> bool:
    is_exact = event.date.precision_id in (0, 1)  # to the second, to the minute
    return event.date.utc is not None and is_exact and event.date.utc.time() == time()


def _is_coarse(event: Event) -> bool:
    interval = event.date.interval
    if event.date.has_time or interval is None or event.date.precision_id is None:
        return False
    return (interval.end_date_exclusive - interval.first_day).days >= 2


def _links(event: Event) -> tuple[Link, ...]:
    return (*event.links, *event.videos)


def likely_duplicates(catalogue: Catalogue) -> Set[int]:
    """Return the ids of events with another of the same name and type within a day."""
    dated = [(event, event.date.utc) for event in catalogue.events if event.date.utc]
    by_name = grouped(dated, lambda row: (" ".join(row[0].name.split()).casefold(), row[0].type.id))
    return {
        event.id
        for rows in by_name.values()
        for (before, start), (after, end) in pairwise(rows)
        if abs(end - start) <= timedelta(days=1)
        for event in (before, after)
    }


def inconsistent_place_names(catalogue: Catalogue) -> Set[int]:
    """Return the ids of events whose place mostly has another name."""
    ids = set()
    for events in catalogue.by_place.values():
        counts = Counter(event.location.strip() for event in events)
        usual = min(counts, key=lambda name: (-counts[name], name))
        ids |= {event.id for event in events if event.location.strip() != usual}
    return ids


QUALITY_RULES = (
    QualityRule(
        key="picture", title="No picture", find=_each(lambda event: event.image is None),
        explanation="A drawn sky is shown instead. The source can add one of its pictures.",
    ),
    QualityRule(
        key="licence", title="A picture with an unknown licence",
        find=_each(lambda event: event.image and not has_known_licence(event.image)),
        explanation="It is unclear whether it may be shown. "
        "Anyone who knows where it comes from can help.",
    ),
    QualityRule(
        key="credit", title="A picture without a credit",
        find=_each(lambda event: event.image and not event.image.credit),
        explanation="Its maker is not named.",
    ),
    QualityRule(
        key="precision", title="A date of unknown precision",
        find=_each(lambda event: event.date.utc is not None and event.date.precision_id is None),
        explanation="Events from before spring 2023 have no precision. "
        "A time of midnight may stand for the whole day, or for the month.",
    ),
    QualityRule(
        key="midnight", title="Exactly midnight", find=_each(_is_midnight),
        explanation="Probably entered before the time was known, and marked as exact.",
    ),
    QualityRule(
        key="coarse", title="Past, but not known to the day",
        find=_each(_is_coarse, only_past=True),
        explanation="By now it should be known when it happened.",
    ),
    QualityRule(
        key="undated", title="No date", find=_each(lambda event: event.date.utc is None),
        explanation="It appears in no year and no calendar, and cannot be sorted by date.",
    ),
    QualityRule(
        key="tense", title="Past, but described in the future tense",
        find=_each(lambda event: _FUTURE_TENSE.search(event.description), only_past=True),
        explanation="The description still says what will happen, not what happened.",
    ),
    QualityRule(
        key="description", title="No description",
        find=_each(lambda event: not event.description.strip()),
        explanation="The page has a name and a date, but nothing to read.",
    ),
    QualityRule(
        key="place", title="No place", find=_each(lambda event: not event.location.strip()),
        explanation="It is missing from the pages of places.",
    ),
    QualityRule(
        key="places", title="A place under an unusual name", find=inconsistent_place_names,
        explanation="Most events at the same place have another name for it. "
        "This archive treats them as one place; other users of the data may not.",
    ),
    QualityRule(
        key="twins", title="Possible duplicates: the same name and type within a day",
        find=likely_duplicates,
        explanation="Perhaps two events with one name, perhaps one event that was entered twice.",
    ),
    QualityRule(
        key="nameless", title="A link without a usable title",
        find=_each(lambda event: any(not link.title for link in _links(event))),
        explanation="Its title is missing or that of an error page; the host is shown instead.",
    ),
    QualityRule(
        key="gone", title="A link to a site that has closed or moved",
        find=_each(lambda event: any(link.host in _CLOSED_HOSTS for link in _links(event))),
        explanation="Such links rarely work now; a link to an archived copy would.",
    ),
    QualityRule(
        key="sources", title="Past, with no link and no webcast",
        find=_each(lambda event: not any(_links(event)), only_past=True),
        explanation="There is nothing to check it against.",
    ),
)  # fmt: skip
"""In the order of the page."""
