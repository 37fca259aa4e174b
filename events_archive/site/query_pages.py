"""The page that answers questions, and the events in parts for the script that does it.

Opened from disk, a page can load nothing but pictures, styles and classic scripts, so that the
events come as scripts. Columns to choose by come at once; words are loaded when words are looked
for, whole records when they are taken along.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from events_archive.query.parameters import GROUPS, ORDERINGS
from events_archive.query.rows import Entry
from events_archive.site import urls
from events_archive.site.categories import FAMILIES, by_family
from events_archive.site.page import WHOLE, Crumb, Page
from events_archive.site.site import Site
from events_archive.site.timelines import months_of

IDS_OF_A_PART = 2000
"""How many ids a part spans: an event never moves to another part, whatever comes or goes."""

IDS_OF_RECORDS = 50
"""Records are large, and seldom wanted: a part of them spans fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorePart:
    """Some of the events."""

    name: str
    """What the script knows it by: ``events-000``."""
    entries: tuple[Entry, ...]


def explore_pages(site: Site) -> Iterator[Page]:
    """The page, its table of parameters and names, and the parts."""
    parts = {kind: _parts(site, kind) for kind in ("events", "words", "records")}
    by_id = {event.id: event for event in site.catalogue.events}
    years = site.catalogue.by_year
    types = [(type, site.catalogue.by_type[type.id]) for type in site.types_by_name()]
    yield Page(
        address=urls.EXPLORE,
        template="pages/explore.html",
        title="Ask the archive",
        description="Choose among all spaceflight events by type, date, place, agency, programme "
        "and words, with the questions that Launch Library 2's API understands.",
        crumbs=(Crumb(label="Home", address=urls.HOME),),
        context={
            "families": by_family(types),
            "all_families": FAMILIES,
            "years": years,
            "months": {year: months_of(site, year) for year in years},
            "count": len(site.catalogue.events),
            "groups": GROUPS,
            "orderings": ORDERINGS,
        },
        depends=WHOLE,
    )
    yield Page(
        address=urls.EXPLORE_TABLE,
        template="explore-table",
        context={"parts": [part.name for part in parts["events"]]},
        depends=WHOLE,
    )
    for kind, members in parts.items():
        for part in members:
            yield Page(
                address=urls.explore_part(part.name),
                template=f"explore-{kind}",
                context={"part": part},
                depends=tuple(by_id[entry.id] for entry in part.entries),
            )


def _parts(site: Site, kind: str) -> list[ExplorePart]:
    width = IDS_OF_RECORDS if kind == "records" else IDS_OF_A_PART
    groups: dict[int, list[Entry]] = {}
    for entry in site.holdings.entries:
        groups.setdefault(entry.id // width, []).append(entry)
    return [
        ExplorePart(name=f"{kind}-{number:03}", entries=tuple(entries))
        for number, entries in sorted(groups.items())
    ]
