"""The downloads as one dataset: what each file is, and its columns if it is a table."""

from datetime import date

from msgspec import Struct

from events_archive.site import urls
from events_archive.site.export_columns import ARTICLE_COLUMNS, COLUMNS, VISIT_COLUMNS, Column
from events_archive.site.formats import content_type
from events_archive.site.site import Site

DATASET_NAME = "spaceflight-events"
"""A name for programs: lower case, without spaces."""

AUTHOR = "The Space Devs"
"""Who collects the data."""

SOURCE_NAME, SOURCE_URL = f"Launch Library 2 by {AUTHOR}", "https://thespacedevs.com/llapi"
"""Where the data come from, and the page with the terms of their use."""


class DatasetFile(Struct, frozen=True):
    """A file to download."""

    path: str
    description: str
    columns: tuple[Column, ...] = ()
    """Its columns, if it is a CSV file."""

    @property
    def name(self) -> str:
        """``events.csv``."""
        return self.path.rpartition("/")[2]

    @property
    def media_type(self) -> str:
        """``text/csv``."""
        return content_type(self.path)


DATASET_FILES = (
    DatasetFile(
        urls.EVENTS_JSONL,
        "All events, one record of Launch Library 2 per line, with what the archive adds.",
    ),
    DatasetFile(urls.EVENTS_CSV, "All events, one per row.", COLUMNS),
    DatasetFile(
        urls.EVENTS_SQLITE,
        "All events, visits and articles with related objects, changes and full-text search.",
    ),
    DatasetFile(
        urls.VISITS_JSON,
        "The visits of spacecraft to space stations, derived from the events.",
    ),
    DatasetFile(
        urls.VISITS_CSV,
        "The visits of spacecraft to space stations, one per row.", VISIT_COLUMNS,
    ),
    DatasetFile(
        urls.ARTICLES_CSV,
        "Titles and links of articles about the events, one per row.", ARTICLE_COLUMNS,
    ),
    DatasetFile(
        urls.CONTENT_CACHE,
        "What the archive is made from: its records as they were received, and all that it has "
        "observed and published.",
    ),
)  # fmt: skip
"""The files to download, in the order in which they are listed."""


def dataset_description(site: Site) -> str:
    """Return what the dataset is, in a sentence."""
    count = len(site.catalogue.all_events)
    return (
        f"{count:,} events of spaceflight, such as dockings, spacewalks, landings and flybys, from "
        f"{SOURCE_NAME}, with the visits to space stations that follow from them."
    )


def last_change(site: Site) -> date | None:
    """Return the day (UTC) on which the source last changed an event; None without events."""
    times = (event.last_updated for event in site.catalogue.all_events)
    latest = max((time for time in times if time), default=None)
    return latest.date() if latest else None


def years_covered(site: Site) -> str:
    """Return the years of all dated events as an ISO 8601 interval, ``2018/2027``, or ``""``."""
    years = [event.date.year for event in site.catalogue.all_events if event.date.year]
    return f"{min(years):04}/{max(years):04}" if years else ""
