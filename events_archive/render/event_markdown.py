"""An event as Markdown, for programs that read text: its facts, texts, links and changes.

All texts of others are escaped: they can add no headings, lists, links or HTML to the file.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import lru_cache

from events_archive.model.archived_copies import archived_copy_url, day_of_event
from events_archive.model.event import Event
from events_archive.model.interval import format_day
from events_archive.render.context import RenderContext
from events_archive.render.link_labels import with_labels
from events_archive.site import categories, urls
from events_archive.site.page import Page

_MARKS = re.compile(r"[\\`*_\[\]#|~!]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_NUMBER = re.compile(r"^(\d+)([.)])")
_ITEM = re.compile(r"^[-+=]")


def event_markdown(context: RenderContext, page: Page) -> bytes:
    """Return the Markdown of an event."""
    text = "\n\n".join(_blocks(context, page))
    return f"{text}\n".encode("utf-8", "replace")


def _blocks(context: RenderContext, page: Page) -> Iterator[str]:
    """Yield the heading, the facts, the description and the sections."""
    event: Event = page.context["event"]
    yield f"# {_line(event.name)}"
    yield _items(f"{name}: {value}" for name, value in _facts(context, page) if value)
    if event.description:
        yield _paragraphs(event.description)
    gone: tuple[str, ...] = page.context["gone_links"]
    sections = {
        "Webcasts": (
            _link(label, link.url) + (", no longer available" if link.url in gone else "")
            for link, label in with_labels(event.videos)
        ),
        "Updates": (f"{_day(update.created)}: {_line(update.comment)}" for update in event.updates),
        "Further reading": (
            _outward_link(label, link.url, day_of_event(event), gone)
            for link, label in with_labels(event.links)
        ),
        "In the news": (
            f"{_outward_link(article.label, article.url, article.published, gone)}, "
            f"{_line(article.site)}, {_day(article.published)}"
            for article in page.context["articles"]
        ),
        "Change history": (
            f"{_day(change.observed)}: {_line(change.text)}" for change in page.context["changelog"]
        ),
    }
    for title, items in sections.items():
        if text := _items(items):
            yield f"## {title}"
            yield text


def _facts(context: RenderContext, page: Page) -> Iterator[tuple[str, str]]:
    event, withdrawn = page.context["event"], page.context["withdrawn"]
    explanation = categories.type_explanation(event.type)
    yield "Type", _line(event.type.name) + (f" ({explanation})" if explanation else "")
    yield "Date", event.date.display
    yield "Place", _line(event.location)
    yield "Withdrawn", f"last listed by the source on {format_day(withdrawn)}" if withdrawn else ""
    for name, members in (
        ("Programmes", event.programs),
        ("Launches", event.launches),
        ("Astronauts", event.astronauts),
        ("Space stations", event.stations),
        ("Expeditions", event.expeditions),
        ("Agencies", event.agencies),
    ):
        yield name, ", ".join(_line(member.name) for member in members)
    yield "Source", f"<{event.source_url}>"
    yield "Permanent link", f"<{context.absolute(urls.permalink(event.id), '../')}>"


def _items(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _link(label: str, url: str) -> str:
    target = re.sub(r"[<>\s\\]", lambda found: f"%{ord(found[0]):02X}", url)
    return f"[{_line(label)}](<{target}>)"


def _outward_link(label: str, url: str, day: date | None, gone: Collection[str]) -> str:
    """Return a link to a page of another site, or to its archived copy if it is ``gone``."""
    copy = archived_copy_url(url, day) if url in gone else ""
    if not copy:
        return _link(label, url)
    return f"{_link(label, copy)} (archived copy; {_link('the original', url)} is gone)"


@lru_cache(maxsize=1 << 16)
def _line(text: str) -> str:
    """Return a text in one line, in which no character has a meaning in Markdown."""
    return _MARKS.sub(r"\\\g<0>", " ".join(text.split()).translate(_ENTITIES))


def _paragraphs(text: str) -> str:
    """Return a text with its paragraphs, none of which begins a list."""
    lines = (_line(paragraph) for paragraph in re.split(r"\n\s*\n", text.strip()))
    numbers = (_NUMBER.sub(r"\1\\\2", line) for line in lines)
    return "\n\n".join(_ITEM.sub(r"\\\g<0>", line) for line in numbers)


def _day(when: date | None) -> str:
    return format_day(when) if when else "Date unknown"
