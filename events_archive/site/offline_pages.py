"""What makes the published site readable without a network, and its whole as one file."""

from collections.abc import Iterator

from events_archive.site import urls
from events_archive.site.page import Breadcrumb, Page
from events_archive.site.site import Site

PRECACHE_MANIFEST, SERVICE_WORKER, DOWNLOAD = "kept-files", "service-worker", "download"
"""Templates of files that are about all the other files."""


def offline_pages(site: Site) -> Iterator[Page]:
    """The page on which readers say what their browser keeps, and what a browser needs for it."""
    yield Page(
        path=urls.OFFLINE,
        template="pages/offline.html",
        title="Read offline",
        description="How to read the archive with no network: in the browser, or from a disk.",
        context={"download": urls.DOWNLOAD if site.settings.offer_download else ""},
        breadcrumbs=(Breadcrumb(label="Home", url=urls.HOME),),
    )
    yield Page(path=urls.MANIFEST, template="web-manifest")
    if site.settings.cname:
        yield Page(path=urls.CNAME, template="cname")


def derived_pages(site: Site) -> Iterator[Page]:
    """Files that can only be made when all others are known; each may name those before it."""
    yield Page(path=urls.PRECACHE_MANIFEST, template=PRECACHE_MANIFEST)
    yield Page(path=urls.SERVICE_WORKER, template=SERVICE_WORKER)
    if site.settings.offer_download:
        yield Page(path=urls.DOWNLOAD, template=DOWNLOAD)


def is_derived(page: Page) -> bool:
    """Whether the page is one of `closing_pages`."""
    return page.template in (PRECACHE_MANIFEST, SERVICE_WORKER, DOWNLOAD)
