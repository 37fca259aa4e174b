"""A visitor of the finished site: reads its files as a browser or a crawler would."""

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
LINKING = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src"}


@dataclass(frozen=True)
class PublishedPage:
    """One HTML file of the site."""

    path: str
    html: bytes

    @cached_property
    def _parsed(self) -> tuple[Element, list[str]]:
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"))
        document = parser.parse(self.html, transport_encoding="utf-8")
        errors = [f"{place}: {code} {facts}" for place, code, facts in parser.errors]
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
        """Every address the page names, as written; marks of drawings are links too."""
        for mark in self.document.iter(SVG + "a"):
            yield mark.attrib["href"]
        for tag, attribute in LINKING.items():
            for element in self.elements(tag):
                if attribute in element.attrib:
                    yield element.attrib[attribute]
                yield from _candidates(element.attrib.get("srcset", ""))

    def links_of(self, tag: str) -> Iterator[str]:
        """The addresses that elements of one kind name."""
        return (element.attrib[LINKING[tag]] for element in self.elements(tag))

    def loads(self) -> Iterator[str]:
        """Every address that a browser fetches by itself when the page is opened."""
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
    """The folder ``output/``, seen from outside."""

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

    def page(self, address: str) -> PublishedPage:
        return PublishedPage(address, (self.folder / address).read_bytes())

    def resolve(self, address: str, link: str, mount: str) -> tuple[str, str] | None:
        """The (file, fragment) that ``link`` on the page ``address`` leads to.

        ``mount`` is where the site hangs: ``https://host/``, ``https://host/repo/``. None for a
        link that leaves the site; a link that climbs out of the mount keeps its full address.
        """
        whole, base = urlsplit(urljoin(mount + address, link)), urlsplit(mount)
        if (whole.scheme, whole.netloc) != (base.scheme, base.netloc):
            return None
        path = unquote(whole.path)
        root = unquote(base.path)
        if not path.startswith(root):
            return f"outside the site: {path}", whole.fragment
        return normpath(path[len(root) :] or "."), unquote(whole.fragment)
