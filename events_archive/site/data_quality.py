"""The data report: what is missing or odd at the source, so that people can get it fixed there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from events_archive.model.catalogue import Events
from events_archive.model.event import Event
from events_archive.site import urls
from events_archive.site.page import WHOLE, Crumb, Deferred, Page
from events_archive.site.quality_rules import ODDITIES, Oddity, twins, written_otherwise
from events_archive.site.site import Site

_TEMPLATE = "pages/report.html"

NAMED = 25
"""How many events of each kind are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One kind of oddity and the events that have it."""

    oddity: Oddity
    events: Events
    """The latest first."""

    @property
    def named(self) -> Events:
        """Those that are named."""
        return self.events[:NAMED]


def report_pages(site: Site) -> Iterator[Page]:
    """The page, with its findings in the order of the table."""
    yield Deferred(urls.REPORT, _TEMPLATE, partial(report_page, site), depends=WHOLE)


def report_page(site: Site) -> Page:
    """What is missing or odd."""
    findings = tuple(_findings(site))
    return Page(
        address=urls.REPORT,
        template=_TEMPLATE,
        title="Gaps in the data",
        description="What is missing or odd in the data of this archive, and where to mend it.",
        context={
            "findings": findings,
            "named": NAMED,
            "clean": sum(not finding.events for finding in findings),
            "count": len(site.catalogue.events),
        },
        crumbs=(Crumb(label="Home", address=urls.HOME),),
    )


def _findings(site: Site) -> Iterator[Finding]:
    catalogue = site.catalogue
    compared: dict[str, Callable[[Event], bool]] = {
        "twins": twins(catalogue.events),
        "places": written_otherwise(catalogue.events),
    }
    for oddity in ODDITIES:
        among = compared.get(oddity.key)
        found = tuple(
            event
            for event in reversed(catalogue.events)
            if (among(event) if among else oddity.found(event, catalogue.today))
        )
        yield Finding(oddity=oddity, events=found)
