"""The built site as the checks read it: every file by its path, every page parsed once."""

import gzip
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urljoin, urlsplit

from msgspec import Struct, field

from events_archive.check.html import ParsedPage, parse_html
from events_archive.settings import Settings
from events_archive.store.opener import is_file, read_file

_ROOT = "https://site.invalid/"
"""The base URL for resolving links; the name is reserved (RFC 6761)."""
_SITE_FOLDER = "inside/"
"""The site's folder below `_ROOT`, which shows whether a link leads out of the site."""
_MIN_PAGES_FOR_WORKERS = 1000
_TEXT_SUFFIXES = (".css", ".html", ".js", ".json", ".svg", ".webmanifest", ".xml")

Problem = tuple[str, str]
"""What a check finds: the path of a file and what is wrong with it."""


class BuiltSite(Struct, frozen=True, kw_only=True, dict=True):
    """All files of the site. Paths are relative to its root, with forward slashes."""

    settings: Settings
    files: Mapping[str, Path]
    """The files that exist, by path."""
    missing: tuple[str, ...] = ()
    """Paths of files that the build wrote and that no longer exist."""
    pages: Mapping[str, ParsedPage] = field(default_factory=dict)
    """By path."""
    published: frozenset[str] = frozenset()
    """Paths of the published site, none of which may be missing; empty unless it was requested."""

    @classmethod
    def read(
        cls,
        files: Iterable[tuple[str, Path]],
        settings: Settings,
        published: frozenset[str] = frozenset(),
    ) -> "BuiltSite":
        """Return the site of ``files``, pairs of (path, file)."""
        expected = dict(files)
        existing = {path: file for path, file in expected.items() if is_file(file)}
        return cls(
            settings=settings,
            files=existing,
            missing=tuple(sorted(expected.keys() - existing.keys())),
            pages=_parse_pages(existing, settings.jobs),
            published=published,
        )

    def resolve_link(self, page_path: str, link: str) -> tuple[str, str] | None:
        """Return the path and the fragment that ``link``, in the page ``page_path``, points to.

        Return None for a link to another site. The path of a link to a folder above the site
        begins with ``../``.
        """
        base_url = self.settings.base_url
        if base_url and link.startswith(base_url):
            link = f"{_ROOT}{_SITE_FOLDER}{link.removeprefix(base_url)}"
        try:
            url = urlsplit(urljoin(f"{_ROOT}{_SITE_FOLDER}{page_path}", link))
        except ValueError:
            return (f"not an address: {link}", "")
        if f"{url.scheme}://{url.netloc}/" != _ROOT:
            return None
        path = unquote(url.path).removeprefix("/")
        is_inside = path.startswith(_SITE_FOLDER)
        path = path.removeprefix(_SITE_FOLDER) if is_inside else f"../{path}"
        if not path or path.endswith("/"):
            path += "index.html"
        return (normpath(path), unquote(url.fragment))

    @cached_property
    def page_weights(self) -> Mapping[str, int]:
        """The bytes that a first visit to each page transfers, by path."""
        sizes: dict[str, int] = {}
        weights: dict[str, int] = {}
        for page_path, page in self.pages.items():
            targets = (self.resolve_link(page_path, link) for link in page.loads)
            assets = {target[0] for target in targets if target and target[0] in self.files}
            for path in assets - sizes.keys():
                sizes[path] = self._transfer_size(path)
            weights[page_path] = page.gzip_size + sum(sizes[path] for path in assets)
        return weights

    def _transfer_size(self, path: str) -> int:
        """Return the bytes of a file as a server sends it, texts compressed with gzip."""
        file = self.files[path]
        if path.endswith(_TEXT_SUFFIXES):
            return len(gzip.compress(read_file(file), 6))
        return file.stat().st_size

    @cached_property
    def total_size(self) -> int:
        """The bytes of all files."""
        return sum(file.stat().st_size for file in self.files.values())


def _parse_pages(files: Mapping[str, Path], jobs: int) -> dict[str, ParsedPage]:
    """Return the pages among ``files``, parsed by ``jobs`` processes."""
    html = {path: file for path, file in files.items() if path.endswith(".html")}
    if len(html) < _MIN_PAGES_FOR_WORKERS or jobs == 1:
        return {path: _parse_file(file) for path, file in html.items()}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        pages = pool.map(_parse_file, html.values(), chunksize=100)
        return dict(zip(html, pages, strict=True))


def _parse_file(file: Path) -> ParsedPage:
    return parse_html(read_file(file))
