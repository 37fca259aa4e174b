"""The data report: what is missing or odd at the source, so that people can get it fixed there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from events_archive.model.catalogue import Events
from events_archive.model.event import Event
from events_archive.site import urls
from events_archive.site.page import ALL_EVENTS, Breadcrumb, Page
from events_archive.site.quality_rules import (
    QUALITY_RULES,
    QualityRule,
    inconsistent_place_names,
    likely_duplicates,
)
from events_archive.site.site import Site

MAX_NAMED_EVENTS = 25
"""How many events of each kind are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityIssue:
    """One kind of oddity and the events that have it."""

    rule: QualityRule
    events: Events
    """The latest first."""

    @property
    def named(self) -> Events:
        """Those that are named."""
        return self.events[:MAX_NAMED_EVENTS]


def report_pages(site: Site) -> Iterator[Page]:
    """The page, with its findings in the order of the table."""
    yield report_page(site)


def report_page(site: Site) -> Page:
    """What is missing or odd."""
    findings = tuple(_findings(site))
    return Page(
        path=urls.REPORT,
        template="pages/report.html",
        title="Gaps in the data",
        description="What is missing or odd in the data of this archive, and where to mend it.",
        context={
            "findings": findings,
            "named": MAX_NAMED_EVENTS,
            "clean": sum(not finding.events for finding in findings),
            "count": len(site.catalogue.events),
        },
        breadcrumbs=(Breadcrumb(label="Home", url=urls.HOME),),
        cache_inputs=ALL_EVENTS,
    )


def _findings(site: Site) -> Iterator[QualityIssue]:
    catalogue = site.catalogue
    compared: dict[str, Callable[[Event], bool]] = {
        "twins": likely_duplicates(catalogue.events),
        "places": inconsistent_place_names(catalogue.events),
    }
    for oddity in QUALITY_RULES:
        among = compared.get(oddity.key)
        found = tuple(
            event
            for event in reversed(catalogue.events)
            if (among(event) if among else oddity.matches(event, catalogue.today))
        )
        yield QualityIssue(rule=oddity, events=found)
