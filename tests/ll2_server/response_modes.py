"""The three levels of detail (`mode`), and the JSON of a response.

The database has detailed records with URLs of the real hosts. A response has URLs of the stand-in
server instead, which repeat the `format` of the request as LL2's do.
"""

import json
import re
from typing import Any

from tests.ll2_server.reference_data import ENGLISH, VIDEO_TYPES, Record

MODES = ("list", "normal", "detailed")

_DETAILED_ONLY = ("agencies", "launches", "expeditions", "spacestations", "program", "astronauts")
_HIDDEN = {
    "list": frozenset((*_DETAILED_ONLY, "updates", "last_updated")),
    "normal": frozenset(_DETAILED_ONLY),
    "detailed": frozenset[str](),
}
_API_URL = re.compile(r'"https://ll(?:dev)?\.thespacedevs\.com/2\.3\.0/([^"?]*)(?:\?format=\w+)?"')
_MEDIA_URL = re.compile(r'"https://thespacedevs-(?:dev|prod)\.nyc3\.digitaloceanspaces\.com/media/')


def project(record: Record, mode: str) -> Record:
    """Return a detailed record without the fields that `mode` does not have."""
    hidden = _HIDDEN[mode]
    fields = {field: value for field, value in record.items() if field not in hidden}
    return fields | {"response_mode": mode}


def as_in_2_4_0(record: Record) -> Record:
    """Return a record without the nulls that 2.4.0 does not have."""
    videos = [
        video | {"type": video["type"] or VIDEO_TYPES[3], "language": video["language"] or ENGLISH}
        for video in record["vid_urls"]
    ]
    return record | {"date": record["date"] or "2031-12-31T00:00:00Z", "vid_urls": videos}


def to_json(payload: Any, *, origin: str, format_name: str | None, version: str = "2.3.0") -> str:
    """Write a payload with the URLs of the server at `origin` (`http://127.0.0.1:8000`)."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    suffix = f"?format={format_name}" if format_name else ""
    text = _API_URL.sub(rf'"{origin}/{version}/\1{suffix}"', text)
    return _MEDIA_URL.sub(f'"{origin}/media/', text)
