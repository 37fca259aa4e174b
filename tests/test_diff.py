"""What ``build.py diff`` prints."""

from events_archive.commands.diff import describe_changes
from tests.factories import a_change


def test_a_rename_is_told_once_and_by_names() -> None:
    observed = "2026-01-11T06:17:00Z"
    changes = (
        a_change(observed, "renamed", field="name", old="US EVA-99", new="US EVA-100"),
        a_change(observed, "renamed", field="slug", old="us-eva-99", new="us-eva-100"),
    )
    assert list(describe_changes(changes, {309: "US EVA-100"})) == [
        "2026-01-11 06:17 UTC: 1 renamed",
        "  renamed   US EVA-100 [309]: Renamed from “US EVA-99” to “US EVA-100”.",
    ]
