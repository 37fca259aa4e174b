"""Writes the API mirror: records as the API sent them, and what the archive adds to them.

All additions are members of one object, `ADDED_KEY`, so that no client mistakes them for the API's.
"""

import json
from collections.abc import Iterable
from typing import Any

from msgspec import to_builtins

from events_archive.model.event import Event, EventType
from events_archive.model.timestamps import format_utc
from events_archive.pages.data_pages import API_LISTS
from events_archive.render.context import RenderContext
from events_archive.site import urls
from events_archive.site.page import Page
from events_archive.store.canonical_json import compact_json, decode

ADDED_KEY = "_archive"

ATTRIBUTION = "Data: Launch Library 2 by The Space Devs, https://thespacedevs.com/llapi"


def to_json(value: Any) -> bytes:
    """Return ``value`` as JSON in UTF-8 without white space; a lone surrogate becomes ``?``."""
    return compact_json(value).encode("utf-8", "replace")


def mirror_record(context: RenderContext, event: Event, root: str, mode: str = "detailed") -> bytes:
    """Return the event's record in ``mode`` with the additions; ``root`` precedes site paths.

    The additions are encoded once, since an event is in several files.
    """
    added = context.cached(
        ("API additions", event.id, root),
        lambda: b"," + to_json({ADDED_KEY: _added_members(context, event, root)})[1:-1],
    )
    api_record = context.site.query_index.api_records[event.id]
    return api_record.json(mode, root + urls.api_event(event.id), added)


def sample_record(context: RenderContext, event: Event) -> str:
    """Return the event's record in its shortest mode as JSON with line breaks, in ASCII."""
    record = mirror_record(context, event, context.absolute(""), "list")
    return json.dumps(decode(record), indent=2)


def api_root(context: RenderContext, page: Page) -> bytes:
    """Return the endpoints, as the API's root has them, and the age of the data."""
    root, site = context.root(page), context.site
    members = {
        **{f"events/{name}".rstrip("/"): root + urls.api_list(name) for name in API_LISTS},
        "config/event_types": root + urls.API_MIRROR_TYPES,
        ADDED_KEY: {
            "attribution": ATTRIBUTION,
            "documentation": root + urls.API,
            "openapi": root + urls.OPENAPI,
            "events": len(site.catalogue.events),
            "last_contact": format_utc(site.history.state.last_refreshed),
            "last_sweep": format_utc(site.history.state.last_full_refresh),
        },
    }
    return to_json(members) + b"\n"


def api_event(context: RenderContext, page: Page) -> bytes:
    """Return the detailed record of an event."""
    return mirror_record(context, page.context["event"], context.root(page)) + b"\n"


def api_event_list(context: RenderContext, page: Page) -> bytes:
    """Return one page of a list of events, in the mode of the list."""
    shown, root = page.context, context.root(page)
    records = (mirror_record(context, event, root, shown["mode"]) for event in shown["events"])
    return _envelope(records, root, shown["count"], shown["next"], shown["previous"])


def api_type_list(context: RenderContext, page: Page) -> bytes:
    """Return the list of all types."""
    types, root = context.site.catalogue.types, context.root(page)
    return _envelope((to_json(_type(context, type, root)) for type in types), root, len(types))


def api_type(context: RenderContext, page: Page) -> bytes:
    """Return one type."""
    return to_json(_type(context, page.context["type"], context.root(page))) + b"\n"


def _type(context: RenderContext, type: EventType, root: str) -> dict[str, Any]:
    return {
        "id": type.id,
        "name": type.name,
        ADDED_KEY: {
            "page": root + context.site.urls.type(type),
            "calendar": root + context.site.urls.type(type, ".ics"),
            "events": len(context.site.catalogue.by_type.get(type.id, ())),
        },
    }


def _added_members(context: RenderContext, event: Event, root: str) -> dict[str, Any]:
    """Return what the archive adds to a record; ``root`` precedes the site's paths."""
    history = context.site.history
    last_seen = history.last_seen(event.id)
    interval = event.date.interval
    thumbnail = context.thumbnails.of(event.image)
    return {
        "page": root + context.site.urls.event(event),
        "permalink": root + urls.permalink(event.id),
        "source": event.source_url,
        "record_sha256": event.digest,
        "date_in_words": event.date.display,
        "starts": format_utc(interval.start) if interval else None,
        "ends": format_utc(interval.end) if interval else None,
        "first_seen": format_utc(history.state.first_seen.get(event.id)),
        "last_seen": last_seen.isoformat() if last_seen else None,
        "withdrawn": event.id in history.state.withdrawn,
        "history": [
            {name: value for name, value in to_builtins(change).items() if name != "id"}
            for change in history.changes_of(event.id)
        ],
        "pictures": [
            {"url": root + thumbnail.file(width), "width": width, "height": height}
            for width, height in thumbnail.sizes
        ]
        if thumbnail
        else [],
        "articles": [
            {
                "kind": article.kind,
                "title": article.title,
                "url": article.url,
                "site": article.site,
                "authors": article.authors,
                "published": format_utc(article.published),
            }
            for article in context.site.articles.get(event.id, ())
        ],
    }


def _envelope(
    results: Iterable[bytes], root: str, count: int, next: str = "", previous: str = ""
) -> bytes:
    """Return one page of a list, as the API returns it; ``count`` is the number on all pages.

    ``next`` and ``previous`` are the paths of the pages beside it, or ``""``.
    """
    envelope = {
        "count": count,
        "next": root + next if next else None,
        "previous": root + previous if previous else None,
        ADDED_KEY: {"attribution": ATTRIBUTION, "documentation": root + urls.API},
    }
    return b'%b,"results":[%b]}\n' % (to_json(envelope)[:-1], b",".join(results))
