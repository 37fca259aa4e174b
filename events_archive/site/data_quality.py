"""The page on gaps in the data: what is missing or odd in LL2's records, to be corrected there."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, time
from itertools import pairwise

from msgspec import Struct

from events_archive.model.catalogue import Catalogue, Events, grouped
from events_archive.model.event import Event, Link
from events_archive.model.places import place_of
from events_archive.site import urls
from events_archive.site.image_credits import is_known
from events_archive.site.page import ALL_EVENTS, HOME, Page
from events_archive.site.site import Site

MAX_NAMED_EVENTS = 25
"""How many events of each issue are listed."""

Test = Callable[[Event, date], bool]
"""Whether an event has an issue on the given day."""


class QualityRule(Struct, frozen=True, kw_only=True):
    """Something that can be missing or odd."""

    key: str
    title: str
    explanation: str
    """Why it matters, and what would be right."""
    test: Test | None = None
    """None for a rule that compares events with each other, see `quality_issues`."""


class QualityIssue(Struct, frozen=True, kw_only=True):
    """A rule and the events that break it."""

    rule: QualityRule
    events: Events
    """Latest first."""

    @property
    def named(self) -> Events:
        """The events that are listed."""
        return self.events[:MAX_NAMED_EVENTS]


def report_pages(site: Site) -> Iterator[Page]:
    """Yield the page of all issues, in the order of the rules."""
    issues = quality_issues(site.catalogue)
    yield Page(
        path=urls.REPORT,
        template="pages/report.html",
        title="Gaps in the data",
        description="What is missing or odd in the data of this archive, and where to report it.",
        context={
            "issues": issues,
            "max_named": MAX_NAMED_EVENTS,
            "clean": sum(not issue.events for issue in issues),
            "count": len(site.catalogue.events),
        },
        breadcrumbs=(HOME,),
        cache_inputs=ALL_EVENTS,
    )


def quality_issues(catalogue: Catalogue) -> tuple[QualityIssue, ...]:
    """Return an issue for each rule, also for those that no event breaks."""
    events, today = catalogue.events[::-1], catalogue.today
    comparisons = {
        "places": inconsistent_place_names(catalogue.events),
        "twins": likely_duplicates(catalogue.events),
    }
    return tuple(
        QualityIssue(
            rule=rule,
            events=tuple(
                event
                for event in events
                if (rule.test(event, today) if rule.test else event.id in comparisons[rule.key])
            ),
        )
        for rule in QUALITY_RULES
    )


_FUTURE_TENSE = re.compile(
    r"\b(?:will|are to|is to|(?:is|are) (?:scheduled|expected|planned|set|due|slated) to)\b",
    re.IGNORECASE,
)
_CLOSED_HOSTS = ("twitter.com", "mobile.twitter.com", "blogs.nasa.gov", "periscope.tv")
_COARSE_DAYS = 2
_EXACT_PRECISIONS = (0, 1)


def _is_midnight(event: Event, today: date) -> bool:
    is_exact = event.date.precision_id in _EXACT_PRECISIONS
    return event.date.utc is not None and is_exact and event.date.utc.time() == time()


def _is_coarse_past(event: Event, today: date) -> bool:
    interval = event.date.interval
    if event.date.has_time or interval is None or event.date.precision_id is None:
        return False
    days = (interval.end_date_exclusive - interval.first_day).days
    return days >= _COARSE_DAYS and event.date.is_over(today)


def _links(event: Event) -> Iterator[Link]:
    yield from event.links
    yield from event.videos


def _is_on_closed_host(link: Link) -> bool:
    try:
        return link.host in _CLOSED_HOSTS
    except ValueError:
        return False


QUALITY_RULES: tuple[QualityRule, ...] = (
    QualityRule(
        key="picture",
        title="No picture",
        explanation="A drawn sky is shown instead. The source can add one of its pictures.",
        test=lambda event, today: event.image is None,
    ),
    QualityRule(
        key="licence",
        title="A picture with an unknown licence",
        explanation="It is unclear whether it may be shown. "
        "Anyone who knows where it comes from can help.",
        test=lambda event, today: event.image is not None and not is_known(event.image.licence),
    ),
    QualityRule(
        key="credit",
        title="A picture without a credit",
        explanation="Its maker is not named.",
        test=lambda event, today: event.image is not None and not event.image.credit,
    ),
    QualityRule(
        key="precision",
        title="A date of unknown precision",
        explanation="Events from before spring 2023 have no precision. "
        "A time of midnight may stand for the whole day, or for the month.",
        test=lambda event, today: event.date.utc is not None and event.date.precision_id is None,
    ),
    QualityRule(
        key="midnight",
        title="Exactly midnight",
        explanation="Probably entered before the time was known, and marked as exact.",
        test=_is_midnight,
    ),
    QualityRule(
        key="coarse",
        title="Past, but not known to the day",
        explanation="By now it should be known when it happened.",
        test=_is_coarse_past,
    ),
    QualityRule(
        key="undated",
        title="No date",
        explanation="It appears in no year and no calendar, and cannot be sorted by date.",
        test=lambda event, today: event.date.utc is None,
    ),
    QualityRule(
        key="tense",
        title="Past, but described in the future tense",
        explanation="The description still says what will happen, not what happened.",
        test=lambda event, today: (
            event.date.is_over(today) and _FUTURE_TENSE.search(event.description) is not None
        ),
    ),
    QualityRule(
        key="description",
        title="No description",
        explanation="The page has a name and a date, but nothing to read.",
        test=lambda event, today: not event.description.strip(),
    ),
    QualityRule(
        key="place",
        title="No place",
        explanation="It is missing from the pages of places.",
        test=lambda event, today: not event.location.strip(),
    ),
    QualityRule(
        key="places",
        title="A place under an unusual name",
        explanation="Most events at the same place have another name for it. "
        "This archive treats them as one place; other users of the data may not.",
    ),
    QualityRule(
        key="twins",
        title="Possible duplicates: the same name and type within a day",
        explanation="Perhaps two events with one name, perhaps one event that was entered twice.",
    ),
    QualityRule(
        key="nameless",
        title="A link without a usable title",
        explanation="Its title is missing or that of an error page; the host is shown instead.",
        test=lambda event, today: any(not link.title for link in _links(event)),
    ),
    QualityRule(
        key="gone",
        title="A link to a site that has closed or moved",
        explanation="Such links rarely work now; a link to an archived copy would.",
        test=lambda event, today: any(map(_is_on_closed_host, _links(event))),
    ),
    QualityRule(
        key="sources",
        title="Past, with no link and no webcast",
        explanation="There is nothing to check it against.",
        test=lambda event, today: event.date.is_over(today) and not any(_links(event)),
    ),
)
"""In the order of the page."""


def likely_duplicates(events: Iterable[Event]) -> frozenset[int]:
    """Return the ids of events with another of the same name and type within a day."""
    dated = (event for event in events if event.date.utc)
    by_name = grouped(dated, lambda event: (" ".join(event.name.split()).casefold(), event.type.id))
    return frozenset(
        event.id
        for members in by_name.values()
        for pair in pairwise(members)
        if _seconds_between(*pair) <= 86_400
        for event in pair
    )


def _seconds_between(before: Event, after: Event) -> float:
    assert before.date.utc, "undated events are left out"
    assert after.date.utc, "undated events are left out"
    return abs((after.date.utc - before.date.utc).total_seconds())


def inconsistent_place_names(events: Iterable[Event]) -> frozenset[int]:
    """Return the ids of events whose place mostly has another name."""
    names: dict[str, Counter[str]] = {}
    located = [(event, place) for event in events if (place := place_of(event.location))]
    for event, place in located:
        names.setdefault(place.slug, Counter())[event.location.strip()] += 1
    usual = {
        slug: min(counts, key=lambda name: (-counts[name], name))
        for slug, counts in ((slug, dict(counter)) for slug, counter in names.items())
    }
    return frozenset(
        event.id for event, place in located if event.location.strip() != usual[place.slug]
    )
