"""Text to HTML: our own Markdown as it is, and LL2's plain text made right and made safe.

LL2's texts are written as plain text by many hands: CRLF, ``- ``, ``* `` and ``• `` bullets right
below a sentence, bare links, ``#`` before numbers. They are untrusted: markup in them is shown, not
obeyed, and what Markdown makes of them passes through a sanitiser.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from events_archive.render.templating.text import esc

if TYPE_CHECKING:
    from markdown import Markdown

_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_BULLET = re.compile(r"^[ \t]*[-*•‣◦▪–][ \t]+(?=\S)")
_LINK = re.compile(r"(?<![<(\[\"'=\w/])https?://[^\s<>\"\[\]`\\]+", re.IGNORECASE)
_MARKED_UP = re.compile(
    r"[*_`\[\]<>\\|~^]|&#?\w+;|https?://|^\s*(?:[-*•‣◦▪–+#>=]|\d+[.)])", re.M | re.I
)

_TAGS = {"p", "br", "ul", "ol", "li", "em", "strong", "code", "a", "blockquote"}
_REL = "nofollow noopener noreferrer"


@lru_cache(maxsize=65536)
def markdown_to_html(text: str) -> Markup:
    """LL2's plain text as HTML paragraphs and lists, safe to put into any page."""
    lines = _LINE_END.sub("\n", text).strip()
    if not lines:
        return Markup()
    if not _MARKED_UP.search(lines):
        return _paragraphs(lines)
    parser = _untrusted_markdown()
    parser.reset()
    return Markup(_sanitize(parser.convert(_as_markdown(lines)), _TAGS))


def _paragraphs(text: str) -> Markup:
    """What Markdown would make of text in which nothing is marked up, at a fraction of the cost."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    return Markup(
        "\n".join(
            "<p>" + "<br>\n".join(esc(line.strip()) for line in block.split("\n")) + "</p>"
            for block in blocks
            if block
        )
    )


def _as_markdown(text: str) -> str:
    """The same text as Markdown reads it: one kind of bullet, lists set off, links marked."""
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
    return _LINK.sub(_marked_link, "\n".join(lines))


def _marked_link(match: re.Match[str]) -> str:
    """``<https://...>``, without the full stop or bracket that ends the sentence around it."""
    url = match.group()
    bare = url.rstrip(".,;:!?'*_…")
    while bare.endswith(")") and bare.count(")") > bare.count("("):
        bare = bare[:-1].rstrip(".,;:!?'*_…")
    return f"<{bare}>{url[len(bare) :]}"


@cache
def _untrusted_markdown() -> "Markdown":
    """Markdown without what plain text never means: raw HTML, headings, indented code, pictures."""
    # Some 30 ms that most texts do not need; twice as long where extensions are given by name,
    # since then everything that is installed is asked for its name.
    from markdown import Markdown  # noqa: PLC0415
    from markdown.extensions.nl2br import Nl2BrExtension  # noqa: PLC0415
    from markdown.extensions.sane_lists import SaneListExtension  # noqa: PLC0415

    parser = Markdown(extensions=[Nl2BrExtension(), SaneListExtension()], output_format="html")
    parser.preprocessors.deregister("html_block")
    for block in ("hashheader", "setextheader", "code", "hr", "reference"):
        parser.parser.blockprocessors.deregister(block)
    for inline in ("html", "image_link", "image_reference", "reference", "short_reference"):
        parser.inlinePatterns.deregister(inline)
    for inline in ("short_image_ref", "automail"):
        parser.inlinePatterns.deregister(inline)
    return parser


def _sanitize(html: str, tags: set[str]) -> str:
    import nh3  # noqa: PLC0415 - only where there is something to sanitise

    return nh3.clean(
        html,
        tags=tags,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel=_REL,
    )


def render_markdown_file(path: Path) -> Markup:
    """A Markdown file of our own as HTML, relative links kept.

    Raises OSError where the file cannot be read.
    """
    from markdown import Markdown  # noqa: PLC0415
    from markdown.extensions import (  # noqa: PLC0415
        abbr,
        attr_list,
        def_list,
        fenced_code,
        footnotes,
        md_in_html,
        sane_lists,
        tables,
    )

    # What "extra" is, without asking everything that is installed for its name.
    extra = (fenced_code, footnotes, attr_list, def_list, tables, abbr, md_in_html)
    extensions = [module.makeExtension() for module in (*extra, sane_lists)]
    parser = Markdown(extensions=extensions, output_format="html")
    return Markup(parser.convert(path.read_text(encoding="utf-8")))


def normalize_newlines(text: str) -> str:
    """LL2's text for formats without markup: one kind of line end, no blank space at the ends."""
    return _LINE_END.sub("\n", text).strip()


def escaped(text: str) -> str:
    """The text escaped for HTML and XML alike."""
    return esc(text)
