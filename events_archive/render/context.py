"""The context of rendering: what the functions that write files know beside their page."""

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from events_archive.images.thumbnails import Thumbnails
from events_archive.render.assets import Assets
from events_archive.site import urls
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site


class RenderContext(Struct, frozen=True, kw_only=True, dict=True):
    """The site with its assets and thumbnails, and the links between its files."""

    site: Site
    assets: Assets
    thumbnails: Thumbnails

    @cached_property
    def _cache(self) -> dict[Hashable, Any]:
        return {}

    def cached(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what ``make`` returned when it was called first for ``key``.

        For parts of files that are in several files, such as an event in several calendars.
        """
        if key not in self._cache:
            self._cache[key] = make()
        return self._cache[key]

    def root(self, page: Page) -> str:
        """Return what leads from a page to the site's root: ``../``, ``""``, ...

        In feeds and in files of the API mirror it is the base URL, if there is one. GitHub Pages
        answers with 404.html at any depth, so this page starts from the root of the host.
        """
        is_for_programs = page.writer is not Writer.TEMPLATE or page.template.startswith("feeds/")
        if self.site.base_url and is_for_programs:
            return self.site.base_url
        if self.site.base_url and page.path == urls.NOT_FOUND:
            return urlsplit(self.site.base_url).path
        return urls.relative_root(page.path)

    def absolute(self, url: str, root: str = "") -> str:
        """Return an absolute link; without a base URL, one from a file with the given root."""
        if not self.site.base_url:
            return root + url
        return self.site.base_url + ("" if url == urls.HOME else url)
