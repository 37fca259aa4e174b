"""Faults of the payload: well-formed JSON that is not what the schema promises."""

import copy
from collections.abc import Callable
from typing import Any

from tests.ll2_server.faults import Fault
from tests.ll2_server.reference_data import Record

Payload = dict[str, Any]
Spoil = Callable[[Payload, dict[str, Any]], Payload]


class PayloadSpoiler:
    """Spoils payloads, and remembers the last good page for duplicates across pages."""

    def __init__(self) -> None:
        self._last_results: list[Record] = []

    def spoil(
        self, payload: Payload, faults: list[tuple[Fault, dict[str, Any]]], here: str
    ) -> Payload:
        """Let every fault do its harm, to a copy; `here` is the address of the payload."""
        memory = {"before": self._last_results, "here": here}
        self._last_results = payload.get("results", [])
        for fault, options in faults:
            payload = SPOIL[fault](copy.deepcopy(payload), memory | options)
        return payload


def _set(**fields: Any) -> Spoil:
    """Put constants into the page."""
    return lambda payload, options: payload | fields


def _next(payload: Payload, options: dict[str, Any]) -> Payload:
    return payload | {"next": options["to"]}


def _next_loop(payload: Payload, options: dict[str, Any]) -> Payload:
    """Let the page be followed by itself."""
    return payload | {"next": options["here"]}


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
        holder, name = _place(record, options["field"])
        holder[name] = options["value"]
    return payload


def _nulls(payload: Payload, options: dict[str, Any]) -> Payload:
    for holder, name in _places(payload, options):
        holder[name] = None
    return payload


def _missing(payload: Payload, options: dict[str, Any]) -> Payload:
    for holder, name in _places(payload, options):
        holder.pop(name, None)
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
    """Let the last event of the page before take the place of the first of this one."""
    return payload | {"results": [*options["before"][-1:], *payload["results"][1:]]}


def _count_wrong(payload: Payload, options: dict[str, Any]) -> Payload:
    return payload | {"count": payload["count"] + options.get("by", 1)}


def _edit(payload: Payload, options: dict[str, Any]) -> Payload:
    return dict(options["edit"](payload))


def _records(payload: Payload) -> list[Record]:
    return list(payload["results"]) if "results" in payload else [payload]


def _places(payload: Payload, options: dict[str, Any]) -> list[tuple[Record, str]]:
    """Find the asked field in every record; none asked, another field in each."""
    places = []
    for index, record in enumerate(_records(payload)):
        names = sorted(record.keys() - {"id"})
        places.append(_place(record, options.get("field") or names[index % len(names)]))
    return places


def _place(record: Record, path: str) -> tuple[Record, str]:
    """Find where `image.credit` or `info_urls.0.title` is; what is not there is nowhere."""
    *way, name = path.split(".")
    holder: Any = record
    for step in way:
        if isinstance(holder, list):
            holder = holder[int(step)] if int(step) < len(holder) else {}
        else:
            holder = holder.get(step) or {}
    return (holder, name) if isinstance(holder, dict) else ({}, name)


SPOIL: dict[Fault, Spoil] = {
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
