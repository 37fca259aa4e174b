"""Writes the API's mirror: each record as the API told it, and what the archive knows besides.

The API's own words are taken over as they are. What is added stands under `OWN_KEY` alone, so that
no client mistakes one for the other.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from events_archive.images.thumbnails import Thumbnails
from events_archive.model.changes import Change
from events_archive.model.event import Event, EventType
from events_archive.model.timestamps import format_utc
from events_archive.site import urls
from events_archive.site.data_pages import ApiList
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site

ADDED_KEY = "_archive"

ATTRIBUTION = "Data: Launch Library 2 by The Space Devs, https://thespacedevs.com/llapi"


to_json: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""JSON without blank space, text as it is; one encoder for thousands of small objects."""


@dataclass(frozen=True, kw_only=True)
class ApiMirror:
    """Makes the files below ``api/``, and what else is made of whole records."""

    site: Site
    thumbnails: Thumbnails
    _added_cache: dict[tuple[int, str], bytes] = field(default_factory=dict)

    @property
    def writers(self) -> dict[Writer, Callable[[Page], bytes]]:
        """The functions that write its files."""
        return {
            Writer.API_ROOT: self._root_page,
            Writer.API_EVENT_LIST: self._event_list,
            Writer.API_EVENT: self._event_page,
            Writer.API_TYPE_LIST: self._type_list,
            Writer.API_TYPE: self._type_page,
        }

    def record(self, event: Event, address: str, mode: str = "detailed") -> bytes:
        """The event's record in ``mode`` with what we add, for a file at ``address``."""
        root = self._root(address)
        telling = self.site.query_index.api_records[event.id]
        return telling.json(mode, root + urls.api_event(event.id), self._added(event, root))

    def _added(self, event: Event, root: str) -> bytes:
        key = (event.id, root)
        if key not in self._added_cache:
            text = f',"{ADDED_KEY}":{to_json(self.added_members(event, root))}'
            self._added_cache[key] = _utf8(text)
        return self._added_cache[key]

    def _root(self, address: str) -> str:
        """What stands before every address in the file: the site's own, or what leads to it."""
        return self.site.base_url or urls.relative_root(address)

    def _event_page(self, page: Page) -> bytes:
        event = page.context["event"]
        assert isinstance(event, Event)
        return self.record(event, page.path) + b"\n"

    def _event_list(self, page: Page) -> bytes:
        part = page.context["list"]
        assert isinstance(part, ApiList)
        events = (event for event in part.results if isinstance(event, Event))
        records = (self.record(event, page.path, part.mode) for event in events)
        return _envelope(part, records, self._root(page.path))

    def _type_list(self, page: Page) -> bytes:
        part = page.context["list"]
        assert isinstance(part, ApiList)
        root = self._root(page.path)
        types = (type for type in part.results if isinstance(type, EventType))
        return _envelope(part, (self._type(type, root) for type in types), root)

    def _type_page(self, page: Page) -> bytes:
        type = page.context["type"]
        assert isinstance(type, EventType)
        return self._type(type, self._root(page.path)) + b"\n"

    def _type(self, type: EventType, root: str) -> bytes:
        own = {
            "page": root + self.site.urls.type(type),
            "calendar": root + self.site.urls.type(type, ".ics"),
            "events": len(self.site.catalogue.by_type.get(type.id, ())),
        }
        return _utf8(to_json({"id": type.id, "name": type.name, ADDED_KEY: own}))

    def _root_page(self, page: Page) -> bytes:
        """As the API's root does, it names what there is; and it alone says how old that is."""
        root, ledger = self._root(page.path), self.site.history.state
        own = {
            "attribution": ATTRIBUTION,
            "documentation": root + urls.API,
            "openapi": root + urls.OPENAPI,
            "events": len(self.site.catalogue.events),
            "last_contact": format_utc(ledger.last_refreshed),
            "last_sweep": format_utc(ledger.last_full_refresh),
        }
        members = {
            "events": root + urls.API_MIRROR_EVENTS,
            "config/event_types": root + urls.API_MIRROR_TYPES,
            ADDED_KEY: own,
        }
        return _utf8(to_json(members) + "\n")

    def added_members(self, event: Event, root: str) -> dict[str, Any]:
        """What the archive adds to a record, with ``root`` before its own addresses."""
        remembered = self.site.history.provenance(event.id)
        moment = event.date
        copies = self.thumbnails.of(event.image)
        return {
            "page": root + self.site.urls.event(event),
            "permalink": root + urls.permalink(event.id),
            "source": event.source_url,
            "record_sha256": event.digest,
            "date_in_words": moment.display,
            "starts": format_utc(moment.interval.start) if moment.interval else None,
            "ends": format_utc(moment.interval.end) if moment.interval else None,
            "first_seen": format_utc(remembered.first_seen),
            "last_seen": remembered.last_seen.isoformat() if remembered.last_seen else None,
            "withdrawn": remembered.withdrawn is not None,
            "history": [change_members(change) for change in remembered.changes],
            "pictures": [
                {"url": root + copies.file(width), "width": width, "height": height}
                for width, height in copies.sizes
            ]
            if copies
            else [],
        }


def change_members(change: Change) -> dict[str, Any]:
    """One change that the archive saw, as JSON has it."""
    return {
        "observed": format_utc(change.observed),
        "kind": change.change_type,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "live": change.is_live,
    }


def _envelope(part: ApiList, results: Iterable[bytes], root: str) -> bytes:
    """The API's envelope for lists."""
    head = to_json(
        {
            "count": part.count,
            "next": root + part.next if part.next else None,
            "previous": root + part.previous if part.previous else None,
            ADDED_KEY: {"attribution": ATTRIBUTION, "documentation": root + urls.API},
        }
    )
    return b'%b,"results":[%b]}\n' % (_utf8(head[:-1]), b",".join(results))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
