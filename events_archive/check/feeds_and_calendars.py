"""Feeds, calendars and other XML, parsed back and checked for what readers of them require."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Set
from xml.etree.ElementTree import Element, ParseError, fromstring

from events_archive.check.built_site import BuiltSite, Problem
from events_archive.site.formats import CALENDAR, format_of
from events_archive.store.opener import read_file

ATOM = "{http://www.w3.org/2005/Atom}"
_FOLD = re.compile(rb"\r\n[ \t]")
"""A line break within a content line (RFC 5545, section 3.1)."""
_REQUIRED_PROPERTIES = {
    "VEVENT": ("UID", "DTSTAMP", "DTSTART", "SUMMARY"),
    "VALARM": ("UID", "ACTION", "TRIGGER", "DESCRIPTION"),
}


def invalid_feeds(site: BuiltSite) -> Iterator[Problem]:
    """Yield what a feed reader, or another program that reads XML, would refuse or misread."""
    return _invalid_files(site, VALIDATORS.keys() - {CALENDAR.validator})


def invalid_calendars(site: BuiltSite) -> Iterator[Problem]:
    """Yield what a calendar program would refuse or misread."""
    return _invalid_files(site, {CALENDAR.validator})


def _invalid_files(site: BuiltSite, validators: Set[str]) -> Iterator[Problem]:
    """Yield the problems of the files whose formats have one of these ``validators``."""
    for path, file in site.files.items():
        format = format_of(path)
        if format and format.validator in validators:
            try:
                problems = list(VALIDATORS[format.validator](read_file(file)))
            except (ParseError, ValueError, KeyError, TypeError, AttributeError) as error:
                problems = [f"it cannot be read: {type(error).__name__}, {error}"]
            yield from ((path, problem) for problem in problems)


def validate_rss(content: bytes) -> Iterator[str]:
    """Yield what is wrong with an RSS 2.0 feed, by the RSS Advisory Board's specification."""
    root = _parse_xml(content)
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
    """Yield what is wrong with an Atom feed (RFC 4287)."""
    root = _parse_xml(content)
    if root.tag != f"{ATOM}feed":
        yield "it is not an Atom feed"
        return
    entries = root.findall(f"{ATOM}entry")
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            if not (element.findtext(f"{ATOM}{name}") or "").strip():
                id = element.findtext(f"{ATOM}id") or "an entry"
                yield f"{'the feed' if element is root else id} has no {name}"
    yield from _duplicate_ids([entry.findtext(f"{ATOM}id") or "" for entry in entries])


def validate_json_feed(content: bytes) -> Iterator[str]:
    """Yield what is wrong with a JSON Feed (version 1.1)."""
    feed = json.loads(content)
    if not str(feed.get("version", "")).startswith("https://jsonfeed.org/version/"):
        yield "it is not a JSON Feed"
        return
    if not feed["title"]:
        yield "it has no title"
    yield from _duplicate_ids([item["id"] for item in feed["items"]])


def validate_xml(content: bytes) -> Iterator[str]:
    """Yield nothing; raise `ParseError` when it is not XML."""
    _parse_xml(content)
    return iter(())


def validate_calendar(content: bytes) -> Iterator[str]:
    """Yield what is wrong with iCalendar data (RFC 5545): its lines, events and alarms."""
    if b"\n" in content.replace(b"\r\n", b""):
        yield "a line does not end in CR LF"
    if any(len(line) > 75 for line in content.split(b"\r\n")):
        yield "a line is longer than 75 octets"
    open_components: list[tuple[str, dict[str, str]]] = [("", {})]
    uids: list[str] = []
    for line in _FOLD.sub(b"", content).decode().splitlines():
        name, _, value = line.partition(":")
        if name == "BEGIN":
            open_components.append((value, {}))
        elif name == "END":
            component, properties = open_components.pop()
            if component != value:
                yield f"END:{value} closes what is not open"
                return
            required = _REQUIRED_PROPERTIES.get(component, ())
            missing = [part for part in required if part not in properties]
            yield from (f"a {component} has no {part}" for part in missing)
            if required:
                uids.append(properties.get("UID", ""))
        else:
            open_components[-1][1][name.partition(";")[0]] = value
    if len(open_components) > 1 or not content.startswith(b"BEGIN:VCALENDAR\r\n"):
        yield "it is not one whole calendar"
    yield from _duplicate_ids(uids)


def _duplicate_ids(ids: list[str]) -> Iterator[str]:
    """Yield the ids that are empty or not unique, for which subscribers would lose entries."""
    for id, count in Counter(ids).items():
        if not id:
            yield f"{count} entries have no id"
        elif count > 1:
            yield f"the id {id} occurs {count} times"


def _parse_xml(content: bytes) -> Element:
    if b"<!DOCTYPE" in content:
        raise ValueError("it declares a document type, which strict readers refuse")
    return fromstring(content)


VALIDATORS: dict[str, Callable[[bytes], Iterator[str]]] = {
    "rss": validate_rss,
    "atom": validate_atom,
    "json-feed": validate_json_feed,
    "xml": validate_xml,
    "icalendar": validate_calendar,
}
"""By `Format.validator`; each yields the problems of a file."""
