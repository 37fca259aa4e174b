"""``publications.jsonl``: what was last published about each event, one event a line.

It is written before the site is. A run in which no event changed leaves it as it is.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from msgspec.structs import fields

from events_archive.model.publication import Publication
from events_archive.store.canonical_json import decode_as, encode
from events_archive.store.files import write_atomically
from events_archive.store.json_lines import NewerVersionError, UnusableLineError, read_json_lines
from events_archive.store.sample import load_sample

PUBLICATIONS_FILE = "publications.jsonl"


def load_publications(
    path: Path, first_seen: Collection[int] = ()
) -> tuple[dict[int, Publication], tuple[str, ...]]:
    """Return what can be read, by event id, and a sentence for each damaged line.

    Of two lines about an event, which a merge can leave, the later revision counts; but none that
    came with the code beside another, nor one that came with it about an event that is not among
    ``first_seen``, if there are any (see `store.sample`).

    Raises `CacheError` when the file exists and cannot be read, or a newer version of the program
    has written it.
    """
    shipped = load_sample(path.parent).publications

    def decode(data: bytes) -> Publication:
        try:
            return decode_as(data, Publication)
        except ValueError:
            if name := _unknown_member(data):
                raise NewerVersionError(name) from None
            raise UnusableLineError("not what was published about an event") from None

    lines, damaged = read_json_lines(
        path,
        decode,
        "of each event the later revision is used",
        consequence="it is left out",
        is_written_again=True,
    )
    ranks: dict[int, tuple[bool, int, datetime]] = {}
    publications: dict[int, Publication] = {}
    for line in lines:
        event_id, published = line.value.event_id, line.value
        is_own = not shipped.has(event_id, line.data)
        if first_seen and not is_own and event_id not in first_seen:
            continue
        rank = (is_own, published.sequence, published.page_changed)
        if event_id not in ranks or rank > ranks[event_id]:
            ranks[event_id], publications[event_id] = rank, published
    return publications, tuple(damaged)


def encode_publications(publications: Mapping[int, Publication]) -> bytes:
    """Return the content of the file."""
    return b"".join(encode(one) + b"\n" for _, one in sorted(publications.items()))


def save_publications(path: Path, publications: Mapping[int, Publication]) -> bool:
    """Write the file; return whether it changed. Raises `CacheError`."""
    return write_atomically(path, encode_publications(publications))


def _unknown_member(data: bytes) -> str:
    """Return a member for which alone a line is no publication; "" for any other line."""
    with suppress(ValueError):
        members = decode_as(data, dict)
        known = {name: value for name, value in members.items() if name in _MEMBERS}
        decode_as(encode(known), Publication)
        return min(members.keys() - known.keys(), default="")
    return ""


_MEMBERS = frozenset(member.encode_name for member in fields(Publication))
