"""``links.json``: what other sites said of the pages that we link to; one link a line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from events_archive.store import canonical_json
from events_archive.store.files import read_bytes, write_atomically

LINKS_FILE = "links.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStatus:
    """What is known of one page elsewhere."""

    first_seen: datetime
    """When it was first asked for (UTC)."""
    last_checked: datetime
    last_ok: datetime | None = None
    """When it was last there; None if it never was."""
    fault: str = ""
    """Why it was not there at the last try; "" if it was."""

    @classmethod
    def updated(
        cls, before: "LinkStatus | None", answer: str | None, now: datetime
    ) -> "LinkStatus":
        """What is known after an ``answer``: "" for there, a fault, or None if it was not asked.

        A link that was never asked for before must have an answer.
        """
        if answer is None:
            assert before is not None
            return before
        known_ok = before.last_ok if before else None
        return cls(
            first_seen=before.first_seen if before else now,
            last_checked=now,
            last_ok=known_ok if answer else now,
            fault=answer,
        )

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> "LinkStatus":
        """The link that `as_json` wrote; raises what damaged data makes it raise."""
        return cls(
            first_seen=_when(fields["first_seen"]),
            last_checked=_when(fields["last_tried"]),
            last_ok=_when(fields["last_ok"]) if fields["last_ok"] else None,
            fault=str(fields["fault"]),
        )

    def as_json(self) -> dict[str, str | None]:
        """As the file has it."""
        return {
            "first_seen": _stamp(self.first_seen),
            "last_ok": _stamp(self.last_ok) if self.last_ok else None,
            "last_tried": _stamp(self.last_checked),
            "fault": self.fault,
        }


def load_link_statuses(path: Path) -> dict[str, LinkStatus]:
    """What is known; nothing where the file is missing or damaged: it costs a few questions."""
    try:
        document = canonical_json.decode(read_bytes(path) or b"{}")
        return {str(url): LinkStatus.parse(fields) for url, fields in document.items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


def save_link_statuses(path: Path, links: Mapping[str, LinkStatus]) -> bool:
    """Write it down, by address; whether the file's bytes changed.

    Raises `CacheError` where it cannot be written.
    """
    lines = (
        f"{canonical_json.encode(url).decode()}: {canonical_json.encode(link.as_json()).decode()}"
        for url, link in sorted(links.items())
    )
    return write_atomically(path, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _stamp(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
