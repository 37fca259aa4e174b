"""The three levels of detail, and how a record is dressed for the client who asked.

Records are kept detailed and with the real hosts; what goes out has the stand-in's own address in
every `url` and picture, and repeats the `format` of the request as LL2 does.
"""

import json
import re
from typing import Any

from tests.ll2_server.reference_data import Record

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
    """Leave out of a detailed record what `mode` does not tell."""
    hidden = _HIDDEN[mode]
    kept = {field: value for field, value in record.items() if field not in hidden}
    return kept | {"response_mode": mode}


def to_json(payload: Any, *, origin: str, format_name: str | None) -> str:
    """Write a payload with the addresses of the server at `origin` (`http://127.0.0.1:8000`)."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    ending = f"?format={format_name}" if format_name else ""
    # On the text, not on the tree: one pass in C over a page of a hundred detailed events.
    text = _API_URL.sub(rf'"{origin}/2.3.0/\1{ending}"', text)
    return _MEDIA_URL.sub(f'"{origin}/media/', text)
