"""The state: small, stable, one entry a line; a damaged line costs no other."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from events_archive.model.archive_state import ArchiveState
from events_archive.store.state_files import encode_state, load_state, save_state

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
    published_lists={"months/2021-07.html": 1, "types/eva/2021.html": 1},
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    assert save_state(tmp_path / "ledger.json", FULL)
    assert load_state(tmp_path / "ledger.json") == (FULL, ())
    assert not save_state(tmp_path / "ledger.json", FULL)


def test_no_file_is_an_empty_state(tmp_path: Path) -> None:
    assert load_state(tmp_path / "ledger.json") == (ArchiveState(), ())


def test_a_run_without_news_changes_one_line() -> None:
    before = encode_state(FULL).splitlines()
    after = encode_state(replace(FULL, last_incremental_refresh=MONDAY)).splitlines()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


def test_entries_are_one_a_line_in_the_order_of_their_ids() -> None:
    lines = encode_state(FULL).decode().splitlines()
    assert lines.index('"9": "2026-09-07T06:00:01Z",') + 1 == lines.index(
        '"10": "2026-09-07T06:00:01Z"'
    )
    assert '"us-eva-74": [10,9]' in lines


def test_of_a_damaged_file_all_valid_lines_are_used(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    text = encode_state(FULL).replace(b'"count": 1071,\n', b"<<<<<<< ours\n")
    text = text.replace(b'"docking": [2]', b'"docking": [2')
    path.write_bytes(text.replace(b'"a": [9],', b'"a": [9],\n"b": 5,'))
    state, damaged = load_state(path)
    assert state.event_owners == FULL.event_owners
    assert (state.first_seen, state.withdrawn) == (FULL.first_seen, FULL.withdrawn)
    assert (state.count, state.type_owners) == (None, {})
    assert state.published_lists == FULL.published_lists
    assert str(path) in damaged[0]
    assert "git" in damaged[0]


@pytest.mark.parametrize(
    "text",
    [b"[]", b"5", b'{"withdrawn": []}', b'{"withdrawn": {"x": "2026-01-01"}}', b"\xff",
     b'{"event_addresses": {"a": 5}}', b'{"event_addresses": {"a": {}}}',
     b'{"event_addresses": {"a": []}}', b'{"first_seen": {"1": null}}'],
)  # fmt: skip
def test_a_file_of_another_shape_is_reported(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(text)
    state, damaged = load_state(path)
    assert state == ArchiveState()
    assert damaged


@pytest.mark.parametrize(
    "lines",
    [b'"more": 5,\n"more": {\n"a": 1\n},', b'"more": {\n"count": 5\n},', b'"count": "many",',
     b'"count": {\n"a": 1\n},', b'"withdrawn": [],', b'"withdrawn": {},'],
)  # fmt: skip
def test_unknown_and_wrong_members_cost_no_other(tmp_path: Path, lines: bytes) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(encode_state(FULL).replace(b"{\n", b"{\n<<<<<<<\n" + lines + b"\n", 1))
    state, damaged = load_state(path)
    assert state == FULL
    assert damaged


def test_unknown_members_of_a_whole_file_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(encode_state(FULL).replace(b"{\n", b'{\n"more": {"a": 1},\n', 1))
    assert load_state(path) == (FULL, ())


@given(st.integers(0), st.binary(max_size=5))
def test_no_damage_of_any_kind_stops_the_archive(
    tmp_path_factory: pytest.TempPathFactory, place: int, junk: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-ledger.json"
    whole = encode_state(FULL)
    cut = place % len(whole)
    path.write_bytes(whole[:cut] + junk)
    state, _ = load_state(path)
    assert set(state.event_owners.items()) <= set(FULL.event_owners.items())
