"""Reads a page as strictly as we write: what a browser would quietly repair is a finding here.

The parser of the standard library reports every tag and judges none, and that is enough: our pages
close what they open, so a stack tells the rest. (A full HTML 5 parser in Python takes three times
as long; the tests have one.)
"""

from dataclasses import dataclass, field
from html.entities import html5
from html.parser import HTMLParser

_VOID_TAGS = "area base br col embed hr img input link meta source track wbr"
_BLOCK_TAGS = (
    "address article aside blockquote details dialog div dl fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr main menu nav ol p pre search section table ul"
)
VOID = frozenset(_VOID_TAGS.split())
"""What has no end (HTML, 13.1.2)."""
BLOCKS = frozenset(_BLOCK_TAGS.split())
"""What ends an open paragraph (HTML, 13.2.6.4.7)."""
_FOREIGN = frozenset({"svg", "math"})
"""Inside these a tag may close itself."""
_ADDRESS_OF = {
    "a": "href",
    "area": "href",
    "form": "action",
    "iframe": "src",
    "img": "src",
    "link": "href",
    "script": "src",
    "source": "src",
    "track": "src",
    "use": "href",
    "video": "src",
}
_LOADING_LINKS = frozenset({"stylesheet", "icon", "preload"})

Attributes = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedHtml:
    """What the checks want to know of a page."""

    links: tuple[str, ...]
    """Every address that it names, as written."""
    loads: tuple[str, ...]
    """Those that a browser fetches at once when the page is opened."""
    ids: frozenset[str]
    redirect_target: str = ""
    """Where it sends the reader on; "" if it does not."""
    problems: tuple[str, ...] = ()
    """Where it is not well-formed."""
    image_problems: tuple[str, ...] = ()
    """Which pictures lack something, and what."""


def parse(text: str) -> ParsedHtml:
    """The page of this HTML."""
    reader = _Reader()
    if not text.lower().startswith("<!doctype html>"):
        reader.object("it does not begin with <!doctype html>")
    reader.feed(text)
    reader.close()
    reader.finish()
    return ParsedHtml(
        links=tuple(dict.fromkeys(reader.links)),
        loads=tuple(dict.fromkeys(reader.loads)),
        ids=frozenset(reader.ids),
        redirect_target=reader.leads_to,
        problems=tuple(reader.problems),
        image_problems=tuple(reader.pictures),
    )


@dataclass
class _Gathered:
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    leads_to: str = ""
    problems: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    """The tags that are open, outermost first."""


class _Reader(_Gathered, HTMLParser):
    def __init__(self) -> None:
        _Gathered.__init__(self)
        HTMLParser.__init__(self, convert_charrefs=False)

    def object(self, problem: str) -> None:
        self.problems.append(f"line {self.getpos()[0]}: {problem}")

    def finish(self) -> None:
        """What is left open at the end is a problem too."""
        for tag in self.open:
            self.object(f"<{tag}> is never closed")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = self._attributes(tag, attrs)
        if "p" in self.open and tag in BLOCKS:
            self.object(f"<{tag}> inside <p> ends the paragraph")
        if tag == "a" and "a" in self.open:
            self.object("a link inside a link")
        if tag not in VOID:
            self.open.append(tag)
        self._note(tag, attributes)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = self._attributes(tag, attrs)
        if tag not in VOID and not _FOREIGN & {*self.open, tag}:
            self.object(f"<{tag}/> closes itself, which HTML does not know")
        self._note(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag in self.open:
            while (left := self.open.pop()) != tag:
                self.object(f"<{left}> is still open where </{tag}> stands")
        else:
            self.object(f"</{tag}> closes nothing")

    def handle_entityref(self, name: str) -> None:
        if f"{name};" not in html5:
            self.object(f"&{name}; is unknown, or a bare &")

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> Attributes:
        attributes = {name: value or "" for name, value in attrs}
        if len(attributes) < len(attrs):
            self.object(f"<{tag}> has an attribute twice")
        if (name := attributes.get("id")) is not None:
            if name in self.ids:
                self.object(f'the id "{name}" is given twice')
            self.ids.add(name)
        return attributes

    def _note(self, tag: str, attributes: Attributes) -> None:
        """Take what the element names, loads and shows."""
        address = attributes.get(_ADDRESS_OF.get(tag, ""), "")
        candidates = [part.split()[0] for part in attributes.get("srcset", "").split(",") if part]
        if address and attributes.get("rel") not in ("canonical", "preconnect"):
            self.links.append(address)
        self.links.extend(candidates)
        if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            self.leads_to = attributes.get("content", "").partition("url=")[2]
            self.links.append(self.leads_to)
        if tag == "img":
            self._look_at_picture(attributes)
        if self._is_loaded(tag, attributes):
            self.loads.append(address)

    def _look_at_picture(self, attributes: Attributes) -> None:
        wanted = ["alt", "width", "height"]
        if " " in attributes.get("srcset", "").strip() and "w" in attributes["srcset"].split()[-1]:
            wanted.append("sizes")
        if missing := [name for name in wanted if name not in attributes]:
            self.pictures.append(f"{attributes.get('src', '?')} has no {', '.join(missing)}")

    def _is_loaded(self, tag: str, attributes: Attributes) -> bool:
        if tag == "link":
            return bool(_LOADING_LINKS & set(attributes.get("rel", "").split()))
        if tag == "img":
            return attributes.get("loading") != "lazy"
        return tag == "script" and "src" in attributes
