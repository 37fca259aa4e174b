"""The built site as the checks read it: every file by its path, every page parsed once."""

import gzip
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urljoin, urlsplit

from events_archive.check.html import ParsedHtml, parse_html

_ROOT = "https://site.invalid/"
"""The base URL for resolving links; the name is reserved (RFC 6761)."""
_SITE_FOLDER = "inside/"
"""The site's folder below `_ROOT`, which shows whether a link leads out of the site."""
_MIN_PAGES_FOR_WORKERS = 1000
_TEXT_SUFFIXES = (".css", ".html", ".js", ".json", ".svg", ".webmanifest", ".xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """One HTML file."""

    path: str
    parsed: ParsedHtml
    gzip_size: int
    """Bytes, compressed with gzip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltSite:
    """All files of the site. Paths are relative to its root, with forward slashes."""

    base_url: str
    files: Mapping[str, Path]
    """The files that exist, by path."""
    missing: tuple[str, ...]
    """Paths of files that the build wrote and that no longer exist."""
    pages: Mapping[str, PageFile] = field(default_factory=dict)
    """By path."""

    @classmethod
    def read(cls, files: Iterable[tuple[str, Path]], *, base_url: str, jobs: int) -> "BuiltSite":
        """Return the site of ``files``, pairs of (path, file), parsed by ``jobs`` processes."""
        expected = dict(files)
        existing = {path: file for path, file in expected.items() if file.is_file()}
        html = [(path, file) for path, file in existing.items() if path.endswith(".html")]
        return cls(
            base_url=base_url,
            files=existing,
            missing=tuple(sorted(expected.keys() - existing.keys())),
            pages={page.path: page for page in _read_pages(html, jobs)},
        )

    def resolve_link(self, page_path: str, link: str) -> tuple[str, str] | None:
        """Return the path and the fragment that ``link``, in the page ``page_path``, points to.

        Return None for a link to another site. The path of a link to a folder above the site
        begins with ``../``.
        """
        if self.base_url and link.startswith(self.base_url):
            link = f"{_ROOT}{_SITE_FOLDER}{link.removeprefix(self.base_url)}"
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

    def transfer_size(self, path: str) -> int:
        """Return the bytes of a file as a server sends it, texts compressed with gzip."""
        file = self.files[path]
        if path in self.pages:
            return self.pages[path].gzip_size
        if path.endswith(_TEXT_SUFFIXES):
            return len(gzip.compress(file.read_bytes(), 6))
        return file.stat().st_size

    @property
    def total_size(self) -> int:
        """Return the bytes of all files."""
        return sum(file.stat().st_size for file in self.files.values())


def _read_pages(files: list[tuple[str, Path]], jobs: int) -> list[PageFile]:
    if len(files) < _MIN_PAGES_FOR_WORKERS or jobs == 1:
        return [_read_page(pair) for pair in files]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_read_page, files, chunksize=100))


def _read_page(pair: tuple[str, Path]) -> PageFile:
    path, file = pair
    content = file.read_bytes()
    return PageFile(
        path=path,
        parsed=parse_html(content.decode("utf-8", "replace")),
        gzip_size=len(gzip.compress(content, 6)),
    )
