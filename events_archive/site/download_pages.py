"""The data page and the files that it describes."""

from collections.abc import Iterator

from events_archive.site import urls
from events_archive.site.export_columns import COLUMNS
from events_archive.site.page import WHOLE, Crumb, Page
from events_archive.site.site import Site


def download_pages(site: Site) -> Iterator[Page]:
    """All events in three files, their checksums, and a page that tells how to ask them."""
    if not site.holdings.tellings:
        return
    yield Page(address=urls.DATA_LINES, template="data-lines", depends=WHOLE)
    yield Page(address=urls.DATA_TABLE, template="data-table", depends=WHOLE)
    yield Page(address=urls.DATABASE, template="database", depends=WHOLE)
    yield Page(address=urls.CHECKSUMS, template="checksums", depends=WHOLE)
    # After the files, since it tells of them what is known once they are made.
    yield Page(
        address=urls.DATA,
        template="pages/data.html",
        title="Data to download",
        description="All events of the archive as JSON Lines, CSV and SQLite, with examples.",
        context={"columns": COLUMNS, "count": len(site.catalogue.all_events)},
        crumbs=(Crumb(label="Home", address=urls.HOME),),
        depends=WHOLE,
    )
