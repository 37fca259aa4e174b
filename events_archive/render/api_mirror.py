"""Writes the API mirror: records as the API sent them, and what the archive adds to them.

All additions are members of one object, `ADDED_KEY`, so that no client mistakes them for the API's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from events_archive.images.thumbnails import Thumbnails
from events_archive.model.event import Event, EventType
from events_archive.model.timestamps import format_utc
from events_archive.site import urls
from events_archive.site.data_pages import ApiList
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site
from events_archive.store.canonical_json import compact_json
from events_archive.store.history_file import change_to_json

ADDED_KEY = "_archive"

ATTRIBUTION = "Data: Launch Library 2 by The Space Devs, https://thespacedevs.com/llapi"


def to_json(value: Any) -> bytes:
    """Return ``value`` as JSON in UTF-8 without white space; a lone surrogate becomes ``?``."""
    return compact_json(value).encode("utf-8", "replace")


@dataclass(frozen=True, kw_only=True)
class ApiMirror:
    """Writes the files below ``api/``, and the records of the downloads."""

    site: Site
    thumbnails: Thumbnails
    _added: dict[tuple[int, str], bytes] = field(default_factory=dict)
    """Encoded additions by event id and root, since an event is in several files."""

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

    def record(self, event: Event, path: str, mode: str = "detailed") -> bytes:
        """Return the event's record in ``mode`` with the additions, for the file at ``path``."""
        root = self._root(path)
        key = (event.id, root)
        if key not in self._added:
            members = {ADDED_KEY: self._added_members(event, root)}
            self._added[key] = b"," + to_json(members)[1:-1]
        api_record = self.site.query_index.api_records[event.id]
        return api_record.json(mode, root + urls.api_event(event.id), self._added[key])

    def _root(self, path: str) -> str:
        """Return what precedes the site's paths in the file at ``path``."""
        return self.site.base_url or urls.relative_root(path)

    def _root_page(self, page: Page) -> bytes:
        """Return the endpoints, as the API's root has them, and the age of the data."""
        root, state = self._root(page.path), self.site.history.state
        members = {
            "events": root + urls.API_MIRROR_EVENTS,
            "config/event_types": root + urls.API_MIRROR_TYPES,
            ADDED_KEY: {
                "attribution": ATTRIBUTION,
                "documentation": root + urls.API,
                "openapi": root + urls.OPENAPI,
                "events": len(self.site.catalogue.events),
                "last_contact": format_utc(state.last_refreshed),
                "last_sweep": format_utc(state.last_full_refresh),
            },
        }
        return to_json(members) + b"\n"

    def _event_page(self, page: Page) -> bytes:
        event = page.context["event"]
        assert isinstance(event, Event)
        return self.record(event, page.path) + b"\n"

    def _event_list(self, page: Page) -> bytes:
        api_list = page.context["list"]
        assert isinstance(api_list, ApiList)
        events = (event for event in api_list.results if isinstance(event, Event))
        records = (self.record(event, page.path, api_list.mode) for event in events)
        return _envelope(api_list, records, self._root(page.path))

    def _type_list(self, page: Page) -> bytes:
        api_list, root = page.context["list"], self._root(page.path)
        assert isinstance(api_list, ApiList)
        types = (type for type in api_list.results if isinstance(type, EventType))
        return _envelope(api_list, (to_json(self._type(type, root)) for type in types), root)

    def _type_page(self, page: Page) -> bytes:
        type = page.context["type"]
        assert isinstance(type, EventType)
        return to_json(self._type(type, self._root(page.path))) + b"\n"

    def _type(self, type: EventType, root: str) -> dict[str, Any]:
        return {
            "id": type.id,
            "name": type.name,
            ADDED_KEY: {
                "page": root + self.site.urls.type(type),
                "calendar": root + self.site.urls.type(type, ".ics"),
                "events": len(self.site.catalogue.by_type.get(type.id, ())),
            },
        }

    def _added_members(self, event: Event, root: str) -> dict[str, Any]:
        """Return what the archive adds to a record; ``root`` precedes the site's paths."""
        provenance = self.site.history.provenance(event.id)
        interval = event.date.interval
        thumbnail = self.thumbnails.of(event.image)
        return {
            "page": root + self.site.urls.event(event),
            "permalink": root + urls.permalink(event.id),
            "source": event.source_url,
            "record_sha256": event.digest,
            "date_in_words": event.date.display,
            "starts": format_utc(interval.start) if interval else None,
            "ends": format_utc(interval.end) if interval else None,
            "first_seen": format_utc(provenance.first_seen),
            "last_seen": provenance.last_seen.isoformat() if provenance.last_seen else None,
            "withdrawn": provenance.withdrawn is not None,
            "history": [
                {name: value for name, value in change_to_json(change).items() if name != "id"}
                for change in provenance.changes
            ],
            "pictures": [
                {"url": root + thumbnail.file(width), "width": width, "height": height}
                for width, height in thumbnail.sizes
            ]
            if thumbnail
            else [],
        }


def _envelope(api_list: ApiList, results: Iterable[bytes], root: str) -> bytes:
    """Return one page of a list, as the API returns it, with ``results`` in JSON."""
    envelope = {
        "count": api_list.count,
        "next": root + api_list.next if api_list.next else None,
        "previous": root + api_list.previous if api_list.previous else None,
        ADDED_KEY: {"attribution": ATTRIBUTION, "documentation": root + urls.API},
    }
    return b'%b,"results":[%b]}\n' % (to_json(envelope)[:-1], b",".join(results))
