"""The files of a built site, parsed as a browser or a crawler does."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib

XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
LINK_ATTRIBUTES = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src"}


@dataclass(frozen=True)
class PublishedPage:
    """One HTML file of the site; ``path`` is relative to its root."""

    path: str
    html: bytes

    @cached_property
    def _parsed(self) -> tuple[Element, list[str]]:
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"))
        # Under the trace function of coverage, parsing takes four times as long.
        trace = sys.gettrace()
        sys.settrace(None)
        try:
            document = parser.parse(self.html, transport_encoding="utf-8")
        finally:
            sys.settrace(trace)
        errors = [f"{position}: {code} {data}" for position, code, data in parser.errors]
        return document, errors

    @property
    def document(self) -> Element:
        return self._parsed[0]

    @property
    def parse_errors(self) -> list[str]:
        return self._parsed[1]

    def elements(self, tag: str) -> list[Element]:
        return list(self.document.iter(XHTML + tag))

    def first(self, tag: str) -> Element:
        return self.elements(tag)[0]

    @property
    def ids(self) -> list[str]:
        return [element.attrib["id"] for element in self.document.iter() if "id" in element.attrib]

    @property
    def text(self) -> str:
        return "".join(self.document.itertext())

    def links(self) -> Iterator[str]:
        """Yield every URL in the page as written, including links in charts."""
        for link in self.document.iter(SVG + "a"):
            yield link.attrib["href"]
        for tag, attribute in LINK_ATTRIBUTES.items():
            for element in self.elements(tag):
                if attribute in element.attrib:
                    yield element.attrib[attribute]
                yield from _candidates(element.attrib.get("srcset", ""))

    def links_of(self, tag: str) -> Iterator[str]:
        """Yield the URLs in the elements with one tag."""
        return (element.attrib[LINK_ATTRIBUTES[tag]] for element in self.elements(tag))

    def loads(self) -> Iterator[str]:
        """Yield every URL that a browser requests when it opens the page."""
        for tag in ("img", "script", "source"):
            for element in self.elements(tag):
                if "src" in element.attrib:
                    yield element.attrib["src"]
                yield from _candidates(element.attrib.get("srcset", ""))
        for element in self.elements("link"):
            if {"stylesheet", "icon", "preload", "manifest"} & set(element.attrib["rel"].split()):
                yield element.attrib["href"]


def _candidates(srcset: str) -> Iterator[str]:
    return (candidate.split()[0] for candidate in srcset.split(",") if candidate.strip())


@dataclass(frozen=True)
class PublishedSite:
    """The files in ``output/``."""

    folder: Path

    @cached_property
    def files(self) -> frozenset[str]:
        return frozenset(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
        )

    @cached_property
    def pages(self) -> tuple[PublishedPage, ...]:
        return tuple(self.page(name) for name in sorted(self.files) if name.endswith(".html"))

    def page(self, path: str) -> PublishedPage:
        return PublishedPage(path, (self.folder / path).read_bytes())

    def resolve(self, path: str, link: str, base_url: str) -> tuple[str, str] | None:
        """Return the file and the fragment that ``link`` on the page ``path`` leads to.

        ``base_url`` is the URL of the site's root, such as ``https://host/repo/``. Returns None
        for an external link. For a link to another folder of the same host, the file is a text
        that says so.
        """
        target, base = urlsplit(urljoin(base_url + path, link)), urlsplit(base_url)
        if (target.scheme, target.netloc) != (base.scheme, base.netloc):
            return None
        target_path, root = unquote(target.path), unquote(base.path)
        if not target_path.startswith(root):
            return f"outside the site: {target_path}", target.fragment
        return normpath(target_path[len(root) :] or "."), unquote(target.fragment)
