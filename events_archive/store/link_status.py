"""``links.json``: how the pages of other sites that we link to answered, one link a line."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from events_archive.store.canonical_json import AwareDatetime, decode_as, encode, object_lines
from events_archive.store.files import read_bytes, write_atomically

LINKS_FILE = "links.json"


class LinkStatus(msgspec.Struct, frozen=True, kw_only=True, rename={"last_checked": "last_tried"}):
    """What is known of one link; date-times in UTC, to the second."""

    first_seen: AwareDatetime
    """When it was first requested."""
    last_checked: AwareDatetime
    """When it was last requested."""
    last_ok: AwareDatetime | None = None
    """When it last worked; None if it never did."""
    fault: str = ""
    """Why it did not work at the last request; "" if it did."""

    @classmethod
    def updated(cls, before: "LinkStatus | None", fault: str | None, now: datetime) -> "LinkStatus":
        """Return the status after a request at ``now`` that ended with ``fault``.

        ``fault`` is "" for a link that works, and None for one that was not requested; such a link
        must have a status ``before``.
        """
        if fault is None:
            assert before is not None
            return before
        now = now.replace(microsecond=0)
        last_ok = before.last_ok if before else None
        return cls(
            first_seen=before.first_seen if before else now,
            last_checked=now,
            last_ok=last_ok if fault else now,
            fault=fault,
        )


def load_link_statuses(path: Path) -> dict[str, LinkStatus]:
    """Return the status of each URL; none when the file is missing or damaged.

    Nothing is lost with it but the requests of one run.

    Raises `CacheError` when the file exists and cannot be read.
    """
    try:
        return decode_as(read_bytes(path) or b"{}", dict[str, LinkStatus])
    except ValueError:
        return {}


def save_link_statuses(path: Path, links: Mapping[str, LinkStatus]) -> bool:
    """Write the status of each URL; return whether the file changed.

    Raises `CacheError` when it cannot be written.
    """
    members = {url: encode(msgspec.to_builtins(status)) for url, status in sorted(links.items())}
    return write_atomically(path, object_lines(members) + b"\n")
