"""Changes for tests."""

from datetime import UTC, datetime
from typing import Any

from events_archive.model.changes import Change

MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)


def a_change(event_id: int = 1, **facts: Any) -> Change:
    defaults: dict[str, Any] = {
        "observed": MONDAY, "change_type": "moved", "field": "moment", "is_live": True,
        "old": {"date": None, "precision": 7},
        "new": {"date": "2026-09-28T11:45:11Z", "precision": 0},
    }  # fmt: skip
    return Change(event_id=event_id, **{**defaults, **facts})
