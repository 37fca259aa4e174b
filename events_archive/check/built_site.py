"""The finished site as the checks see it: every file by address, every page read once."""

import gzip
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urljoin, urlsplit

from events_archive.check.html import ParsedHtml, parse

_MOUNT = "https://site.invalid/"
"""Where the site hangs while links are followed; a name that is reserved (RFC 6761)."""
_WORTH_WORKERS = 1000
"""Pages from which on other processes are started to read them."""
_TEXT = (".css", ".html", ".js", ".json", ".svg", ".webmanifest", ".xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """One HTML file."""

    path: str
    parsed: ParsedHtml
    gzip_size: int
    """Bytes with gzip, as it travels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltSite:
    """All files of the site."""

    base_url: str
    paths: Mapping[str, Path]
    """By address, those that are there."""
    missing: tuple[str, ...]
    """Addresses that the build made and that are not there any more."""
    pages: Mapping[str, PageFile] = field(default_factory=dict)
    """By address."""

    @classmethod
    def read(cls, files: Iterable[tuple[str, Path]], *, base_url: str, jobs: int) -> "BuiltSite":
        """The site of ``files``, its pages read by ``jobs`` processes."""
        paths = dict(files)
        there = {address: path for address, path in paths.items() if path.is_file()}
        html = [(address, path) for address, path in there.items() if address.endswith(".html")]
        return cls(
            base_url=base_url,
            paths=there,
            missing=tuple(sorted(paths.keys() - there.keys())),
            pages={page.path: page for page in _read_pages(html, jobs)},
        )

    def target(self, address: str, link: str) -> tuple[str, str] | None:
        """The (address, fragment) that a link in the file ``address`` leads to.

        None for a link that leaves the site; one that climbs out of it begins with ``../``.
        """
        if self.base_url and link.startswith(self.base_url):
            link = _MOUNT + link.removeprefix(self.base_url)
        try:
            whole = urlsplit(urljoin(_MOUNT + "inside/" + address, link))
        except ValueError:
            return (f"not an address: {link}", "")
        if f"{whole.scheme}://{whole.netloc}/" != _MOUNT:
            return None
        path = unquote(whole.path)
        if link.startswith(_MOUNT):
            inside = path[1:]
        elif path.startswith("/inside/"):
            inside = path.removeprefix("/inside/")
        else:
            inside = f"..{path}"
        if not inside or inside.endswith("/"):
            inside += "index.html"
        return (normpath(inside), unquote(whole.fragment))

    def weight(self, address: str) -> int:
        """Bytes of a file as it travels; of what is packed by itself, its size."""
        path = self.paths[address]
        if address in self.pages:
            return self.pages[address].gzip_size
        if address.endswith(_TEXT):
            return len(gzip.compress(path.read_bytes(), 6))
        return path.stat().st_size


def _read_pages(files: list[tuple[str, Path]], jobs: int) -> list[PageFile]:
    if len(files) < _WORTH_WORKERS or jobs == 1:
        return [_read_page(file) for file in files]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_read_page, files, chunksize=100))


def _read_page(file: tuple[str, Path]) -> PageFile:
    address, path = file
    content = path.read_bytes()
    return PageFile(
        path=address,
        parsed=parse(content.decode("utf-8", "replace")),
        gzip_size=len(gzip.compress(content, 6)),
    )
