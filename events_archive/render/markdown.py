"""Markdown to HTML: files of the archive, which are trusted, and LL2's texts, which are not.

LL2's texts are plain text by many authors: CRLF, bullets ``- ``, ``* `` and ``• `` right below a
sentence, bare links, ``#`` before numbers. Markup in them is shown as text, and the HTML that
Markdown makes of them passes through a sanitizer.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from events_archive.source.bounds import reason_for_plain_text
from events_archive.source.links import clean_url
from events_archive.source.text import without_unwanted

if TYPE_CHECKING:
    from markdown import Markdown

_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_BULLET = re.compile(r"^[ \t]*[-*•‣◦▪–][ \t]+(?=\S)")
_LINK = re.compile(r"(?<![<(\[\"'=\w/])https?://[^\s<>\"\[\]`\\]+", re.IGNORECASE)
_HAS_MARKUP = re.compile(
    r"[*_`\[\]<>\\|~^]|&#?\w+;|https?://|^[^\S\n]*(?:[-*•‣◦▪–+#>=]|\d+[.)])", re.M | re.I
)

_TAGS = {"p", "br", "ul", "ol", "li", "em", "strong", "code", "a", "blockquote"}


@lru_cache(maxsize=65536)
def markdown_to_html(text: str) -> Markup:
    """Return a text of LL2 as HTML paragraphs and lists that are safe in any page.

    A text that is too long or too deeply nested for Markdown has paragraphs only.
    """
    lines = normalize_newlines(text)
    if not lines:
        return Markup()
    if not _HAS_MARKUP.search(lines) or reason_for_plain_text(lines):
        return _paragraphs(lines)
    parser = _untrusted_markdown()
    parser.reset()
    import nh3  # noqa: PLC0415 - only texts with markup need it

    safe = nh3.clean(
        parser.convert(_as_markdown(lines)),
        tags=_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_filter_attribute,
        url_schemes={"http", "https"},
        link_rel="nofollow noopener noreferrer",
    )
    # Markdown decodes what is still a character reference in a text whose references were decoded.
    return Markup(without_unwanted(safe))


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    return (clean_url(value) or None) if name == "href" else value


def _paragraphs(text: str) -> Markup:
    """Return the paragraphs of a text without any markup, for which Markdown is not needed."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    return Markup(
        "\n".join(
            "<p>" + "<br>\n".join(escape(line.strip()) for line in block.split("\n")) + "</p>"
            for block in blocks
            if block
        )
    )


def _as_markdown(text: str) -> str:
    """Return a text of LL2 in Markdown: one kind of bullet, lists set off, links marked."""
    lines: list[str] = []
    in_list = False
    for line in text.split("\n"):
        bullet = _BULLET.match(line)
        is_blank = not line.strip()
        starts_or_ends_list = bool(bullet) != in_list and not is_blank
        if starts_or_ends_list and lines and lines[-1]:
            lines.append("")
        in_list = bool(bullet) or (in_list and is_blank)
        lines.append("- " + line[bullet.end() :] if bullet else line.strip())
    return _LINK.sub(_autolink, "\n".join(lines))


def _autolink(match: re.Match[str]) -> str:
    """Return ``<https://...>``, without the punctuation of the sentence around the link."""
    url = match.group()
    end, closing = len(url), url.count(")") - url.count("(")
    while url[end - 1] in ".,;:!?'*_…" or (url[end - 1] == ")" and closing > 0):
        closing -= url[end - 1] == ")"
        end -= 1
    return f"<{url[:end]}>{url[end:]}" if clean_url(url[:end]) else url


@cache
def _untrusted_markdown() -> "Markdown":
    """Return a parser without HTML, headings, indented code, images and reference links."""
    # Imported here since most texts have no markup. Extensions are given as objects: for names,
    # Markdown searches the entry points of all installed packages.
    from markdown import Markdown  # noqa: PLC0415
    from markdown.extensions.nl2br import Nl2BrExtension  # noqa: PLC0415
    from markdown.extensions.sane_lists import SaneListExtension  # noqa: PLC0415

    from events_archive.render.markdown_links import LINK, LinkProcessor  # noqa: PLC0415

    parser = Markdown(extensions=[Nl2BrExtension(), SaneListExtension()], output_format="html")
    parser.preprocessors.deregister("html_block")
    for block in ("hashheader", "setextheader", "code", "hr", "reference"):
        parser.parser.blockprocessors.deregister(block)
    images = ("image_link", "image_reference", "short_image_ref")
    for inline in ("html", "automail", "reference", "short_reference", *images):
        parser.inlinePatterns.deregister(inline)
    parser.inlinePatterns.register(LinkProcessor(LINK, parser), "link", 160)
    return parser


def render_markdown_file(path: Path) -> Markup:
    """Return a Markdown file of the archive as HTML; raises OSError if it cannot be read."""
    from markdown import markdown  # noqa: PLC0415

    return Markup(markdown(path.read_text(encoding="utf-8"), output_format="html"))


def normalize_newlines(text: str) -> str:
    """Return a text with ``\\n`` as the only line end and without white space around it."""
    return _LINE_END.sub("\n", text).strip()
