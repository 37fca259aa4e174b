"""The data page and the files that it describes."""

from collections.abc import Iterator

from events_archive.site import urls
from events_archive.site.export_columns import COLUMNS
from events_archive.site.page import ALL_EVENTS, Breadcrumb, Page
from events_archive.site.site import Site


def download_pages(site: Site) -> Iterator[Page]:
    """All events in three files, their checksums, and a page that tells how to ask them."""
    if not site.query_index.api_records:
        return
    yield Page(path=urls.EVENTS_JSONL, template="data-lines", cache_inputs=ALL_EVENTS)
    yield Page(path=urls.EVENTS_CSV, template="data-table", cache_inputs=ALL_EVENTS)
    yield Page(path=urls.EVENTS_SQLITE, template="database", cache_inputs=ALL_EVENTS)
    yield Page(path=urls.CHECKSUMS, template="checksums", cache_inputs=ALL_EVENTS)
    # After the files, since it tells of them what is known once they are made.
    yield Page(
        path=urls.DATA,
        template="pages/data.html",
        title="Data to download",
        description="All events of the archive as JSON Lines, CSV and SQLite, with examples.",
        context={"columns": COLUMNS, "count": len(site.catalogue.all_events)},
        breadcrumbs=(Breadcrumb(label="Home", url=urls.HOME),),
        cache_inputs=ALL_EVENTS,
    )
