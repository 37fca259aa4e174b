"""The ledger: small, stable, one entry a line, and never forgotten because of one bad line."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.model.archive_state import ArchiveState
from events_archive.store.state_file import encode_state, load_state, save_state

MONDAY = datetime(2026, 9, 7, 6, 0, 1, tzinfo=UTC)
FULL = ArchiveState(
    api_url="https://ll.example/2.3.0/",
    mode="detailed",
    count=1071,
    last_full_refresh=MONDAY,
    first_seen={10: MONDAY, 9: MONDAY},
    withdrawn={9: date(2026, 9, 1)},
    event_owners={"us-eva-74": (10, 9), "a": (9,)},
    type_owners={"docking": (2,)},
    published_lists=("months/2021-07.html", "types/eva/2021.html"),
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    assert save_state(tmp_path / "ledger.json", FULL)
    assert load_state(tmp_path / "ledger.json") == (FULL, ())
    assert not save_state(tmp_path / "ledger.json", FULL)


def test_no_file_is_an_empty_ledger(tmp_path: Path) -> None:
    assert load_state(tmp_path / "ledger.json") == (ArchiveState(), ())


def test_a_run_without_news_changes_one_line() -> None:
    before = encode_state(FULL).splitlines()
    after = encode_state(replace(FULL, last_incremental_refresh=MONDAY)).splitlines()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


def test_entries_stand_one_a_line_in_the_order_of_numbers() -> None:
    lines = encode_state(FULL).decode().splitlines()
    assert lines.index('"9": "2026-09-07T06:00:01Z",') + 1 == lines.index(
        '"10": "2026-09-07T06:00:01Z"'
    )
    assert '"us-eva-74": [10,9]' in lines


def test_of_a_damaged_ledger_all_whole_lines_are_used(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    text = encode_state(FULL).replace(b'"count": 1071,\n', b"<<<<<<< ours\n")
    text = text.replace(b'"docking": [2]', b'"docking": [2')
    path.write_bytes(text.replace(b'"a": [9],', b'"a": [9],\n"b": 5,'))
    ledger, damaged = load_state(path)
    assert ledger.event_owners == FULL.event_owners
    assert (ledger.first_seen, ledger.withdrawn) == (FULL.first_seen, FULL.withdrawn)
    assert (ledger.count, ledger.type_owners) == (None, {})
    assert ledger.published_lists == FULL.published_lists
    assert str(path) in damaged[0]
    assert "git" in damaged[0]


@pytest.mark.parametrize(
    "text",
    [b"[]", b"5", b'{"withdrawn": []}', b'{"withdrawn": {"x": "2026-01-01"}}', b"\xff",
     b'{"event_addresses": {"a": 5}}', b'{"event_addresses": {"a": {}}}',
     b'{"event_addresses": {"a": []}}', b'{"first_seen": {"1": null}}'],
)  # fmt: skip
def test_a_ledger_of_another_shape_is_told(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(text)
    ledger, damaged = load_state(path)
    assert ledger == ArchiveState()
    assert damaged


@given(st.integers(0), st.binary(max_size=5))
def test_no_damage_of_any_kind_stops_the_archive(
    tmp_path_factory: pytest.TempPathFactory, place: int, junk: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-ledger.json"
    whole = encode_state(FULL)
    cut = place % len(whole)
    path.write_bytes(whole[:cut] + junk)
    ledger, _ = load_state(path)
    assert set(ledger.event_owners.items()) <= set(FULL.event_owners.items())
