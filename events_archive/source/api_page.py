"""The pages of a list of records: what counts as one, and which of its records can be read."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from events_archive.errors import ApiError, UnreachableError
from events_archive.net.http_client import HttpResponse, display_url
from events_archive.safe_text import safe_text
from events_archive.source.bounds import MAX_RECORD_BYTES
from events_archive.source.json_fields import JsonFields
from events_archive.store import canonical_json
from events_archive.store.records import Record, id_of_record

_MAX_SHORT = 50
"""Bytes of a number or a date-time in JSON that is decoded by itself."""


class ListForm(Struct, frozen=True, kw_only=True):
    """The form of an API's lists."""

    noun: str
    """How messages call what is listed."""
    max_size: int
    """The number of records that a page may have."""
    identity: frozenset[str]
    """The members that are read of a record of which no others can be: its id and its version."""


class ApiPage(Struct, frozen=True, kw_only=True):
    """One page of a list."""

    count: int
    """The number of records in the whole list at the time of the response."""
    has_next: bool
    """Whether the API says that another page follows. Its address is not used."""
    records: tuple[Record, ...]
    """The records that have an id. Of one that is too long there is only its identity, so that it
    is invalid and its last good version stays."""
    without_id: int = 0
    """The number of records that have none and were dropped."""

    @property
    def size(self) -> int:
        """The number of records that the API sent."""
        return len(self.records) + self.without_id


def json_of(response: HttpResponse) -> bytes:
    """Return the body of a response that says that it is JSON. Raises `UnreachableError`."""
    media_type = response.headers.get("content-type", "")
    if "json" not in media_type.lower():
        label = safe_text(media_type)[:60] if media_type else "something"
        raise UnreachableError(f"{display_url(response.url)} answers with {label} instead of JSON")
    return response.body


def parse_page(body: bytes, url: str, form: ListForm) -> ApiPage:
    """Return the page in ``body``.

    Raises `UnreachableError` if it is not JSON as a whole, `ApiError` if it is no page of a list.
    """
    url = display_url(url)
    try:
        members = _split_page(body)
        count = JsonFields(_decode_short(members, ("count",))).integer("count")
        is_list = members.get("results", b"").startswith(b"[")
        results = canonical_json.split_list(members["results"]) if is_list else []
    except ValueError as error:
        raise UnreachableError(f"{url} answers with broken JSON ({error})") from error
    if not is_list or count is None or count < 0 or len(results) > form.max_size:
        raise ApiError(f"{url} answers with JSON that is no page of {form.noun}")
    values = [_read_record(result, form.identity) for result in results]
    records = tuple(record for record in values if id_of_record(record) is not None)
    if results and not records:
        raise ApiError(f"{url} answers with {form.noun} of which none has an id")
    return ApiPage(
        count=count,
        has_next=members.get("next", b"null") != b"null",
        records=records,
        without_id=len(results) - len(records),
    )


def _split_page(body: bytes) -> dict[str, bytes]:
    try:
        return canonical_json.split_members(body)
    except ValueError:
        # One record with a value that is nested too deeply for the decoder costs no other.
        return canonical_json.split_members(canonical_json.pruned(body))


def _read_record(data: bytes, identity: Iterable[str]) -> Any:
    """Return an item of ``results``; only its identity if it is too long or cannot be decoded."""
    try:
        if len(data) <= MAX_RECORD_BYTES:
            return canonical_json.decode(data)
    except ValueError:
        # Well-formed, as the page is, but a number with thousands of digits, say.
        pass
    try:
        return _decode_short(canonical_json.split_members(data), identity)
    except ValueError:
        return None


def _decode_short(members: Mapping[str, bytes], names: Iterable[str]) -> dict[str, Any]:
    """Return the values of those of ``names`` that exist and are no longer than `_MAX_SHORT`."""
    return {
        name: canonical_json.decode(members[name])
        for name in names
        if name in members and len(members[name]) <= _MAX_SHORT
    }
