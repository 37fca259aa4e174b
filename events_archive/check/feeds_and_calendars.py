"""Feeds and calendars, parsed back by simple means of our own and held to what readers ask."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from events_archive.check.built_site import BuiltSite
from events_archive.check.findings import Finding
from events_archive.site.formats import CALENDAR, format_of

ATOM = "{http://www.w3.org/2005/Atom}"
_FOLDED = re.compile(rb"\r\n[ \t]")


def invalid_feeds_and_calendars(site: BuiltSite) -> Iterator[Finding]:
    """Yield what a feed reader or a calendar program would refuse."""
    for path, file in site.paths.items():
        format = format_of(path)
        if format and format.validator:
            rule = "calendar" if format is CALENDAR else "feed"
            for problem in _problems(file, VALIDATORS[format.validator]):
                yield Finding(rule=rule, path=path, message=problem)


def _problems(path: Path, read: Callable[[bytes], Iterator[str]]) -> list[str]:
    try:
        return list(read(path.read_bytes()))
    except (ElementTree.ParseError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"it cannot be read: {type(error).__name__}, {error}"]


def validate_rss(content: bytes) -> Iterator[str]:
    """RSS 2.0, as its advisory board has it."""
    root = _xml(content)
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None:
        yield "it is not RSS 2.0"
        return
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            yield f"its channel has no {name}"
    items = channel.findall("item")
    yield from _duplicate_ids([item.findtext("guid") or "" for item in items])


def validate_atom(content: bytes) -> Iterator[str]:
    """Atom 1.0 (RFC 4287)."""
    root = _xml(content)
    if root.tag != f"{ATOM}feed":
        yield "it is not an Atom feed"
        return
    entries = root.findall(f"{ATOM}entry")
    for part in (root, *entries):
        for name in ("id", "title", "updated"):
            if not (part.findtext(f"{ATOM}{name}") or "").strip():
                what = "the feed" if part is root else part.findtext(f"{ATOM}id") or "an entry"
                yield f"{what} has no {name}"
    yield from _duplicate_ids([entry.findtext(f"{ATOM}id") or "" for entry in entries])


def validate_json_feed(content: bytes) -> Iterator[str]:
    """JSON Feed 1.1."""
    feed = json.loads(content)
    if not str(feed.get("version", "")).startswith("https://jsonfeed.org/version/"):
        yield "it is not a JSON Feed"
        return
    if not feed["title"]:
        yield "it has no title"
    yield from _duplicate_ids([item["id"] for item in feed["items"]])


def validate_xml(content: bytes) -> Iterator[str]:
    """Any other XML: it parses."""
    _xml(content)
    return iter(())


def validate_calendar(content: bytes) -> Iterator[str]:
    """ICalendar (RFC 5545): its lines, its nesting, and what every event must have."""
    if b"\n" in content.replace(b"\r\n", b""):
        yield "a line does not end in CR LF"
    if any(len(line) > 75 for line in content.split(b"\r\n")):
        yield "a line is longer than 75 octets"
    open_parts: list[str] = []
    seen: dict[str, str] = {}
    uids: list[str] = []
    for line in _FOLDED.sub(b"", content).decode().splitlines():
        name, _, value = line.partition(":")
        if name == "BEGIN":
            open_parts.append(value)
            seen = {}
        elif name == "END":
            if not open_parts or open_parts.pop() != value:
                yield f"END:{value} closes what is not open"
            if value == "VEVENT":
                yield from (
                    f"an event has no {part}" for part in _REQUIRED_PROPERTIES if part not in seen
                )
                uids.append(seen.get("UID", ""))
        else:
            seen[name.partition(";")[0]] = value
    if open_parts or not content.startswith(b"BEGIN:VCALENDAR\r\n"):
        yield "it is not one whole calendar"
    yield from _duplicate_ids(uids)


_REQUIRED_PROPERTIES = ("UID", "DTSTAMP", "DTSTART", "SUMMARY")


def _duplicate_ids(ids: list[str]) -> Iterator[str]:
    """Ids that are empty or stand twice in one file: subscribers would lose entries."""
    counted: dict[str, int] = {}
    for id in ids:
        counted[id] = counted.get(id, 0) + 1
    for id, count in counted.items():
        if not id:
            yield f"{count} entries have no id"
        elif count > 1:
            yield f"the id {id} stands in it {count} times"


def _xml(content: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in content:
        raise ValueError("it declares a document type, which strict readers refuse")
    return ElementTree.fromstring(content)


VALIDATORS: dict[str, Callable[[bytes], Iterator[str]]] = {
    "rss": validate_rss,
    "atom": validate_atom,
    "json-feed": validate_json_feed,
    "xml": validate_xml,
    "icalendar": validate_calendar,
}
"""By `Format.validator`; each yields the faults of a file."""
