"""What the cache holds after a build, for the download from which the archive can be restored."""

from functools import cached_property
from hashlib import sha256

from msgspec import Struct

from events_archive.pages.feed_pages import feed_dates
from events_archive.pages.redirects import is_permanent_list
from events_archive.site.page import Page
from events_archive.site.site import Site
from events_archive.store.articles_file import ARTICLES_FILE
from events_archive.store.history_file import HISTORY_FILE, encode_changes
from events_archive.store.links_file import LINKS_FILE
from events_archive.store.publications_file import PUBLICATIONS_FILE, encode_publications
from events_archive.store.records import EVENTS_FILE
from events_archive.store.state_files import STATE_FILE, encode_state, with_published_lists


class StoredData(Struct, frozen=True, kw_only=True, dict=True, eq=False):
    """The files of the cache that a site is made from, which are made when they are first needed.

    They change when the archive learns something, not whenever the APIs are asked. So when that was
    is not in them, but in `site.build_info`.
    """

    site: Site
    pages: tuple[Page, ...]
    """All pages of the site but the downloads: their paths are in the ledger."""

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The contents by name."""
        site = self.site
        lists = (page.path for page in self.pages if is_permanent_list(page))
        state = with_published_lists(site.history.state, lists, feed_dates(self.pages))
        publications = site.publications.all(site.catalogue.all_events)
        return {
            ARTICLES_FILE: site.article_records.data,
            EVENTS_FILE: site.records.data,
            HISTORY_FILE: encode_changes(site.history.changes),
            LINKS_FILE: site.links_file,
            STATE_FILE: encode_state(state),
            PUBLICATIONS_FILE: encode_publications(publications),
        }

    @cached_property
    def digest(self) -> str:
        """A digest of all of them, for the fingerprints of pages."""
        return sha256(b"\0".join(self.files.values())).hexdigest()
