"""A strict HTML parser: whatever a browser would quietly repair is a problem here.

The parser of the standard library reports every tag and judges none. A stack of open tags is
enough to judge, since the site's templates close every element that they open. A complete HTML 5
parser written in Python takes three times as long; the tests compare the results with one.
"""

import gzip
from html.entities import html5
from html.parser import HTMLParser

from msgspec import Struct, field

_VOID = "area base br col embed hr img input link meta source track wbr"
_BLOCK = (
    "address article aside blockquote details dialog div dl fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr main menu nav ol p pre search section table ul"
)
VOID_TAGS = frozenset(_VOID.split())
"""Elements without an end tag (HTML standard, 13.1.2)."""
BLOCK_TAGS = frozenset(_BLOCK.split())
"""Elements that end an open paragraph (HTML standard, 13.2.6.4.7)."""
_FOREIGN_TAGS = frozenset({"svg", "math"})
"""Elements in which a tag may close itself."""
_URL_ATTRIBUTES = ("href", "src", "action")
_LOADING_LINKS = frozenset({"stylesheet", "icon", "preload"})

Attributes = dict[str, str]


class ParsedPage(Struct, kw_only=True):
    """What the checks need to know of a page."""

    gzip_size: int
    """Bytes, compressed with gzip."""
    links: list[str] = field(default_factory=list)
    """Every URL in the page, as written; each once."""
    loads: list[str] = field(default_factory=list)
    """The URLs that a browser requests at once when it opens the page."""
    ids: set[str] = field(default_factory=set)
    redirect_target: str = ""
    """The URL that the page redirects to; "" for none."""
    problems: list[str] = field(default_factory=list)
    """What is not well-formed."""
    image_problems: list[str] = field(default_factory=list)
    """Images with missing attributes, and which."""


def parse_html(content: bytes) -> ParsedPage:
    """Return what the checks need to know of the page ``content``."""
    page = ParsedPage(gzip_size=len(gzip.compress(content, 6)))
    text = content.decode("utf-8", "replace")
    parser = _Parser(page)
    if not text.lower().startswith("<!doctype html>"):
        parser.add_problem("it does not begin with <!doctype html>")
    parser.feed(text)
    parser.close()
    for tag in parser.open_tags:
        parser.add_problem(f"<{tag}> is never closed")
    page.links = list(dict.fromkeys(page.links))
    return page


class _Parser(HTMLParser):
    """Collects what the checks need to know of a page."""

    def __init__(self, page: ParsedPage) -> None:
        super().__init__(convert_charrefs=False)
        self.page = page
        self.open_tags: list[str] = []
        """Outermost first."""

    def add_problem(self, problem: str) -> None:
        self.page.problems.append(f"line {self.getpos()[0]}: {problem}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = self._check_attributes(tag, attrs)
        if "p" in self.open_tags and tag in BLOCK_TAGS:
            self.add_problem(f"<{tag}> inside <p> ends the paragraph")
        if tag == "a" and "a" in self.open_tags:
            self.add_problem("a link inside a link")
        if tag not in VOID_TAGS:
            self.open_tags.append(tag)
        self._collect(tag, attributes)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = self._check_attributes(tag, attrs)
        if tag not in VOID_TAGS and not _FOREIGN_TAGS & {*self.open_tags, tag}:
            self.add_problem(f"<{tag}/> closes itself, which HTML does not know")
        self._collect(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if self.open_tags and self.open_tags[-1] == tag:
            self.open_tags.pop()
        elif tag in self.open_tags:
            while (unclosed := self.open_tags.pop()) != tag:
                self.add_problem(f"<{unclosed}> is still open at </{tag}>")
        else:
            self.add_problem(f"</{tag}> closes nothing")

    def handle_entityref(self, name: str) -> None:
        if f"{name};" not in html5:
            self.add_problem(f"&{name}; is unknown, or a bare &")

    def _check_attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> Attributes:
        attributes = {name: value or "" for name, value in attrs}
        if len(attributes) < len(attrs):
            self.add_problem(f"<{tag}> has an attribute twice")
        if (name := attributes.get("id")) is not None:
            if name in self.page.ids:
                self.add_problem(f'the id "{name}" is given twice')
            self.page.ids.add(name)
        return attributes

    def _collect(self, tag: str, attributes: Attributes) -> None:
        """Add the URLs of an element, and check an image."""
        url = next((attributes[name] for name in _URL_ATTRIBUTES if name in attributes), "")
        candidates = [part.split()[0] for part in attributes.get("srcset", "").split(",") if part]
        if url and attributes.get("rel") not in ("canonical", "preconnect"):
            self.page.links.append(url)
        self.page.links.extend(candidates)
        if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            self.page.redirect_target = attributes.get("content", "").partition("url=")[2]
            self.page.links.append(self.page.redirect_target)
        if tag == "img":
            self._check_image(attributes)
        if _is_loaded(tag, attributes):
            self.page.loads.append(url)

    def _check_image(self, attributes: Attributes) -> None:
        required = ["alt", "width", "height"]
        if " " in attributes.get("srcset", "").strip() and "w" in attributes["srcset"].split()[-1]:
            required.append("sizes")
        if missing := [name for name in required if name not in attributes]:
            self.page.image_problems.append(
                f"{attributes.get('src', '?')} has no {', '.join(missing)}"
            )


def _is_loaded(tag: str, attributes: Attributes) -> bool:
    """Whether a browser requests the URL of the element at once."""
    if tag == "link":
        return bool(_LOADING_LINKS & set(attributes.get("rel", "").split()))
    if tag == "img":
        return attributes.get("loading") != "lazy"
    return tag == "script" and "src" in attributes
