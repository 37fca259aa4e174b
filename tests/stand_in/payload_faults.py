"""Faults of the payload: well-formed JSON that does not follow the schema."""

import copy
from collections.abc import Callable
from typing import Any

from tests.stand_in.faults import Fault

Payload = dict[str, Any]
Record = dict[str, Any]
PayloadFault = Callable[[Payload, dict[str, Any]], Payload]
"""Takes a payload and the fault's options."""


class PayloadFaults:
    """Applies faults to payloads; holds the previous page for duplicates across pages."""

    def __init__(self) -> None:
        self._previous_results: list[Record] = []

    def apply(
        self, payload: Payload, faults: list[tuple[Fault, dict[str, Any]]], url: str
    ) -> Payload:
        """Return a copy of the payload with all faults applied; `url` is the payload's own."""
        context = {"previous_results": self._previous_results, "url": url}
        self._previous_results = payload.get("results", [])
        for fault, options in faults:
            payload = PAYLOAD_FAULTS[fault](copy.deepcopy(payload), context | options)
        return payload


def _set(**fields: Any) -> PayloadFault:
    """Set fields of the page to constants."""
    return lambda payload, options: payload | fields


def _next(payload: Payload, options: dict[str, Any]) -> Payload:
    return payload | {"next": options["to"]}


def _next_loop(payload: Payload, options: dict[str, Any]) -> Payload:
    """Let `next` name the page itself."""
    return payload | {"next": options["url"]}


def _results_object(payload: Payload, options: dict[str, Any]) -> Payload:
    return payload | {"results": {"detail": "not a list", "items": payload["results"]}}


def _results_missing(payload: Payload, options: dict[str, Any]) -> Payload:
    return {name: value for name, value in payload.items() if name != "results"}


def _id_string(payload: Payload, options: dict[str, Any]) -> Payload:
    for record in _records(payload):
        record["id"] = f"x{record['id']}"
    return payload


def _wrong_type(payload: Payload, options: dict[str, Any]) -> Payload:
    for record in _records(payload):
        parent, name = _find_field(record, options["field"])
        parent[name] = options["value"]
    return payload


def _nulls(payload: Payload, options: dict[str, Any]) -> Payload:
    for parent, name in _find_fields(payload, options):
        parent[name] = None
    return payload


def _missing(payload: Payload, options: dict[str, Any]) -> Payload:
    for parent, name in _find_fields(payload, options):
        parent.pop(name, None)
    return payload


def _unknown_fields(payload: Payload, options: dict[str, Any]) -> Payload:
    for record in _records(payload):
        record |= {"hashtag": "#new", "nested": {"deep": [1, None, {"er": True}]}}
        record["type"] |= {"colour": "blue"}
    return payload | {"took_ms": 12}


def _duplicate_in_page(payload: Payload, options: dict[str, Any]) -> Payload:
    results = payload["results"]
    return payload | {"results": [*results[:-1], results[0]] if len(results) > 1 else results * 2}


def _duplicate_across_pages(payload: Payload, options: dict[str, Any]) -> Payload:
    """Replace the first event of this page by the last one of the previous page."""
    return payload | {"results": [*options["previous_results"][-1:], *payload["results"][1:]]}


def _count_wrong(payload: Payload, options: dict[str, Any]) -> Payload:
    return payload | {"count": payload["count"] + options.get("by", 1)}


def _edit(payload: Payload, options: dict[str, Any]) -> Payload:
    return dict(options["edit"](payload))


def _records(payload: Payload) -> list[Record]:
    return list(payload["results"]) if "results" in payload else [payload]


def _find_fields(payload: Payload, options: dict[str, Any]) -> list[tuple[Record, str]]:
    """Return `options["field"]` in every record; without that option, another field in each.

    A field is a pair: the object that holds it, and its name.
    """
    fields = []
    for index, record in enumerate(_records(payload)):
        names = sorted(record.keys() - {"id"})
        fields.append(_find_field(record, options.get("field") or names[index % len(names)]))
    return fields


def _find_field(record: Record, path: str) -> tuple[Record, str]:
    """Return the object that holds `image.credit` or `info_urls.0.title`, and the last name.

    The object is an empty one if the path does not exist.
    """
    *parents, name = path.split(".")
    parent: Any = record
    for key in parents:
        if isinstance(parent, list):
            parent = parent[int(key)] if int(key) < len(parent) else {}
        else:
            parent = parent.get(key) or {}
    return (parent, name) if isinstance(parent, dict) else ({}, name)


PAYLOAD_FAULTS: dict[Fault, PayloadFault] = {
    Fault.NEXT_ELSEWHERE: _next,
    Fault.NEXT_LOOP: _next_loop,
    Fault.RESULTS_OBJECT: _results_object,
    Fault.RESULTS_MISSING: _results_missing,
    Fault.ID_STRING: _id_string,
    Fault.WRONG_TYPE: _wrong_type,
    Fault.NULLS: _nulls,
    Fault.MISSING: _missing,
    Fault.UNKNOWN_FIELDS: _unknown_fields,
    Fault.DUPLICATE_IN_PAGE: _duplicate_in_page,
    Fault.DUPLICATE_ACROSS_PAGES: _duplicate_across_pages,
    Fault.EMPTY_PAGE: _set(results=[]),
    Fault.COUNT_ZERO: _set(count=0),
    Fault.COUNT_WRONG: _count_wrong,
    Fault.EDIT: _edit,
}
