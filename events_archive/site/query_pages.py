"""The page that answers questions, and the events in parts for the script that does it.

Opened from disk, a page can load nothing but pictures, styles and classic scripts, so that the
events come as scripts. Columns to choose by come at once; words are loaded when words are looked
for, whole records when they are taken along.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from events_archive.model.catalogue import Events, grouped
from events_archive.query.parameters import GROUPS, ORDERINGS
from events_archive.site import urls
from events_archive.site.categories import by_category
from events_archive.site.page import ALL_EVENTS, Breadcrumb, Page
from events_archive.site.site import Site
from events_archive.site.timelines import month_counts

IDS_PER_FILE = 2000
"""How many ids a part spans: an event never moves to another part, whatever comes or goes."""

IDS_PER_RECORD_FILE = 50
"""Records are large, and seldom wanted: a part of them spans fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryDataFile:
    """Some of the events."""

    name: str
    """What the script knows it by: ``events-000``."""
    events: Events


def query_pages(site: Site) -> Iterator[Page]:
    """The page, its table of parameters and names, and the parts."""
    parts = {kind: _parts(site, kind) for kind in ("events", "words", "records")}
    years = site.catalogue.by_year
    types = [(type, site.catalogue.by_type[type.id]) for type in site.types_by_name()]
    yield Page(
        path=urls.QUERY_PAGE,
        template="pages/explore.html",
        title="Ask the archive",
        description="Choose among all spaceflight events by type, date, place, agency, programme "
        "and words, with the questions that Launch Library 2's API understands.",
        breadcrumbs=(Breadcrumb(label="Home", url=urls.HOME),),
        context={
            "types_by_category": by_category(types),
            "years": years,
            "months": {year: month_counts(site, year) for year in years},
            "count": len(site.catalogue.events),
            "groups": GROUPS,
            "orderings": ORDERINGS,
        },
        cache_inputs=ALL_EVENTS,
    )
    yield Page(
        path=urls.QUERY_TABLES,
        template="explore-table",
        context={"parts": [part.name for part in parts["events"]]},
        cache_inputs=ALL_EVENTS,
    )
    for kind, members in parts.items():
        for part in members:
            yield Page(
                path=urls.query_data(part.name),
                template=f"explore-{kind}",
                context={"part": part},
            )


def _parts(site: Site, kind: str) -> list[QueryDataFile]:
    width = IDS_PER_RECORD_FILE if kind == "records" else IDS_PER_FILE
    by_id = {event.id: event for event in site.catalogue.events}
    events = [by_id[row.id] for row in site.query_index.rows]
    groups = grouped(events, lambda event: event.id // width)
    return [
        QueryDataFile(name=f"{kind}-{number:03}", events=members)
        for number, members in sorted(groups.items())
    ]
