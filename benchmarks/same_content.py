"""Find where two files say different things: in elements, attributes, text or structured data.

What has no meaning may differ: white space between blocks, how a character is spelled ("&#43;" for
"+"), and the order of attributes and of members of JSON.
"""

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

Token = tuple[Any, ...]

_SPACE = re.compile(r"\s+")
_INLINE = frozenset(
    (
        "a", "abbr", "b", "bdi", "br", "button", "code", "em", "i", "img", "input", "label",
        "small", "span", "strong", "svg", "time",
    )
)  # fmt: skip
"""Elements beside which white space is shown."""
_URLS = frozenset({"action", "href", "src", "srcset"})
"""Attributes in which a character may be percent-encoded or not."""


def first_difference(file: Path, other: Path) -> str:
    """Return where the content of two files begins to differ; ``""`` if it does not."""
    read = _READERS.get(file.suffix, _of_bytes)
    pairs = zip_longest(read(file.read_bytes()), read(other.read_bytes()), fillvalue=("end",))
    for token, of_other in pairs:
        if token != of_other:
            return f"{_shown(token)} and {_shown(of_other)}"
    return ""


def _shown(token: Token) -> str:
    return " ".join(map(str, token))[:200]


def _of_bytes(content: bytes) -> Iterator[Token]:
    yield (content,)


def _of_html(content: bytes) -> Iterator[Token]:
    return _of_markup(content.decode())


def _of_xml(content: bytes) -> Iterator[Token]:
    return _of_element(ET.fromstring(content))


def _of_json(content: bytes) -> Iterator[Token]:
    return _of_value(json.loads(content))


_READERS: dict[str, Callable[[bytes], Iterator[Token]]] = {
    ".html": _of_html,
    ".rss": _of_xml,
    ".atom": _of_xml,
    ".xml": _of_xml,
    ".json": _of_json,
}


def _of_element(element: ET.Element) -> Iterator[Token]:
    """Yield the parts of an element of XML, whose text may be HTML."""
    yield ("<", element.tag, *sorted(element.items()))
    yield from _of_markup((element.text or "").strip())
    for child in element:
        yield from _of_element(child)
    yield (">", element.tag)


def _of_value(value: Any) -> Iterator[Token]:
    """Yield the parts of a value of JSON, whose texts may be HTML."""
    if isinstance(value, dict):
        for name in sorted(value):
            yield ("member", name)
            yield from _of_value(value[name])
    elif isinstance(value, list):
        yield ("list of", len(value))
        for item in value:
            yield from _of_value(item)
    elif isinstance(value, str) and "<" in value:
        yield from _of_markup(value)
    else:
        yield ("value", value)


def _of_markup(text: str) -> Iterator[Token]:
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return iter(parser.tokens)


class _Parser(HTMLParser):
    """Collects the tags, texts and structured data of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: list[Token] = []
        self._text: list[str] = []
        self._is_after_block = True
        self._keeps_space = False
        self._is_json = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_text(before=tag)
        values = {name: _SPACE.sub(" ", value or "").strip() for name, value in attrs}
        values |= {name: unquote(values[name]) for name in _URLS & values.keys()}
        self.tokens.append(("<", tag, *sorted(values.items())))
        self._keeps_space = tag == "pre" or (self._keeps_space and tag == "code")
        self._is_json = values.get("type") == "application/ld+json"

    def handle_endtag(self, tag: str) -> None:
        self._end_text(before=tag)
        self.tokens.append((">", tag))
        self._keeps_space = self._is_json = False

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def close(self) -> None:
        """End the document."""
        super().close()
        self._end_text(before="")

    def _end_text(self, *, before: str) -> None:
        """Add the text since the last tag, without white space that is not shown."""
        text = "".join(self._text)
        self._text.clear()
        is_before_block = before not in _INLINE
        if self._is_json:
            self.tokens += _of_value(json.loads(text))
            text = ""
        elif not self._keeps_space:
            text = _SPACE.sub(" ", text)
            text = text.lstrip() if self._is_after_block else text
            text = text.rstrip() if is_before_block else text
        if text:
            self.tokens.append(("text", text))
        self._is_after_block = is_before_block
