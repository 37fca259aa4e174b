"""The state: small, stable, one entry a line; a damaged line or a merge costs no entry."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveState
from events_archive.store.history_file import encode_changes
from events_archive.store.ledger_reader import read_ledger
from events_archive.store.state_files import encode_contact, encode_state, load_state, save_state
from tests.store.changes import a_change

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
CLONED = replace(
    FULL,
    api_url="",
    mode="",
    count=None,
    last_full_refresh=None,
    last_incremental_refresh=MONDAY,
)
"""What a clone knows: the archive was refreshed when it last saw something new."""
CONFLICTS = Path(__file__).parents[1] / "data/conflicts"


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    (tmp_path / "contact.json").write_bytes(encode_contact(FULL))
    assert save_state(path, FULL)
    assert load_state(path) == (FULL, ())
    assert not save_state(path, FULL)


def test_no_file_is_an_empty_state(tmp_path: Path) -> None:
    assert load_state(tmp_path / "ledger.json") == (ArchiveState(), ())


def test_a_run_without_news_changes_nothing_that_is_in_git() -> None:
    later = replace(FULL, last_incremental_refresh=MONDAY, api_url="http://mirror/", count=1072)
    assert encode_state(later) == encode_state(FULL)
    assert encode_contact(later) != encode_contact(FULL)


def test_a_clone_was_refreshed_when_the_archive_last_learned_something(tmp_path: Path) -> None:
    save_state(tmp_path / "ledger.json", FULL)
    assert load_state(tmp_path / "ledger.json")[0] == CLONED
    changed = encode_changes([a_change(9, observed=MONDAY + timedelta(days=3))])
    (tmp_path / "history.jsonl").write_bytes(changed)
    state, _ = load_state(tmp_path / "ledger.json")
    assert state.last_refreshed == MONDAY + timedelta(days=3)


def test_a_damaged_note_of_the_last_contact_is_as_good_as_none(tmp_path: Path) -> None:
    save_state(tmp_path / "ledger.json", FULL)
    (tmp_path / "contact.json").write_bytes(encode_contact(FULL)[:-9])
    assert load_state(tmp_path / "ledger.json") == (CLONED, ())


def test_entries_are_one_a_line_in_the_order_of_their_ids() -> None:
    lines = encode_state(FULL).decode().splitlines()
    assert lines.index('"9": "2026-09-07T06:00:01Z",') + 1 == lines.index(
        '"10": "2026-09-07T06:00:01Z"'
    )
    assert '"us-eva-74": [10,9]' in lines


def test_of_a_damaged_file_all_valid_lines_are_used(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    text = encode_state(FULL).replace(b'"docking": [2]', b'"docking": [2')
    path.write_bytes(text.replace(b'"a": [9],', b'"a": [9],\n"b": 5,'))
    ledger = read_ledger(path)
    state = ledger.state
    assert state.event_owners == FULL.event_owners
    assert (state.first_seen, state.withdrawn) == (FULL.first_seen, FULL.withdrawn)
    assert state.type_owners == {}
    assert state.published_lists == FULL.published_lists
    assert ledger.losses == (f"{path}, line 11, 15: not a whole entry",)


def test_a_run_stops_where_a_line_cannot_be_read_since_it_would_write_the_file_without_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(encode_state(FULL).replace(b'"docking": [2]', b'"docking": [2'))
    with pytest.raises(CacheError, match=r"ledger\.json, line 14: .*build\.py repair.*git log"):
        load_state(path)


@pytest.mark.parametrize("length", [3, 9])
def test_the_entries_below_a_line_that_is_cut_off_are_in_the_section_that_it_began(
    tmp_path: Path, length: int
) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(encode_state(FULL).replace(b'"lists": {', b'"lists": {'[:length]))
    assert load_state(path)[0] == CLONED


@pytest.mark.parametrize(
    "text",
    [b"[]", b"5", b'{"withdrawn": []}', b'{"withdrawn": {"x": "2026-01-01"}}', b"\xff",
     b'{"event_addresses": {"a": 5}}', b'{"event_addresses": {"a": {}}}',
     b'{"event_addresses": {"a": []}}', b'{"first_seen": {"1": null}}', b"", b"\n\n"],
)  # fmt: skip
def test_a_file_without_any_entry_stops_the_archive_that_would_forget_its_urls(
    tmp_path: Path, text: bytes
) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(text)
    with pytest.raises(CacheError, match=r"ledger\.json holds nothing that can be read .*git log"):
        load_state(path)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("name", ["two-sides.json", "one-marker.json"])
def test_of_a_file_with_conflict_markers_the_entries_of_both_sides_are_used(
    tmp_path: Path, name: str, line_end: bytes
) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes((CONFLICTS / name).read_bytes().replace(b"\n", line_end))
    state, (message, *contests) = load_state(path)
    numbers = [
        str(number)
        for number, line in enumerate(path.read_bytes().splitlines(), start=1)
        if line[:7] in (b"<<<<<<<", b"=======", b">>>>>>>")
    ]
    assert f"{path}, lines {', '.join(numbers)}: conflict markers" in message
    assert state.event_owners["us-eva-74"] == (264,)
    assert state.published_lists == {"months/2021-07.html": 1}
    if name == "two-sides.json":
        assert state.event_owners["tiangong-eva-1"] == (309, 78, 77)
        assert "lines 20, 22: events 77 and 78 both own" in contests[0]
        assert "events/tiangong-eva-1.html; 77, which was published first, keeps it" in contests[0]
        assert state.first_seen[309] == datetime(2026, 11, 28, 20, 23, tzinfo=UTC)
        assert set(state.first_seen) == {264, 309, 310, 311}


def test_the_owners_that_two_sides_of_a_merge_give_one_address_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    twice = encode_state(FULL).replace(b'"a": [9],', b'"a": [9],\n"a": [7,9],\n"a": [8],')
    path.write_bytes(twice)
    state, (message, contest) = load_state(path)
    # 9 was seen, and of 8 it is not known when.
    assert state == replace(CLONED, event_owners={**FULL.event_owners, "a": (7, 8, 9)})
    assert "a (lines 10, 11, 12) stand in it more than once" in message
    assert "events 8 and 9 both own the address events/a.html; 9, which was" in contest


@pytest.mark.parametrize(
    "lines",
    [
        b'"\xe1\xe1": {',
        b'"count": "many",',
        b'"count": {\n"a": 1\n},',
        b'"withdrawn": [],',
        b"?",
        b'"withdrawn": 5,',
    ],
)
def test_unknown_and_wrong_members_cost_no_other(tmp_path: Path, lines: bytes) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(encode_state(FULL).replace(b"{\n", b"{\n<<<<<<<\n" + lines + b"\n", 1))
    ledger = read_ledger(path)
    kept = replace(FULL, **{name: getattr(ArchiveState(), name) for name in OF_CONTACT})
    assert ledger.state == kept
    assert len(ledger.losses) == 1


OF_CONTACT = ("api_url", "mode", "count", "last_full_refresh", "last_incremental_refresh")


@pytest.mark.parametrize("marker", [b"", b"<<<<<<<\n"])
@pytest.mark.parametrize("lines", [b'"more": 5', b'"more": {"a": 1}', b'"more": {\n"a": 1\n}'])
def test_a_member_that_a_newer_version_knows_stops_this_one_which_would_lose_it(
    tmp_path: Path, lines: bytes, marker: bytes
) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(encode_state(FULL).replace(b"{\n", b"{\n" + marker + lines + b",\n", 1))
    with pytest.raises(CacheError, match=r"line \d: “more” is unknown .*: update the code"):
        load_state(path)


@given(st.integers(0), st.binary(max_size=5))
def test_no_damage_of_any_kind_brings_an_entry_that_was_not_there(
    tmp_path_factory: pytest.TempPathFactory, place: int, junk: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-ledger.json"
    whole = encode_state(FULL)
    cut = place % len(whole)
    path.write_bytes(whole[:cut] + junk)
    try:
        state = read_ledger(path).state
    except CacheError:
        return
    assert set(state.event_owners.items()) <= set(FULL.event_owners.items())


@pytest.mark.parametrize(
    ("entry", "edited"),
    [
        ('"9": "2026-09-07T06:00:01Z"', '"9": "9999-12-31T23:59:59Z"'),
        ('"9": "2026-09-01"', '"9": "0001-01-01"'),
        ('"docking": [2]', r'"dock\ud83d": [2]'),
        ('"months/2021-07.html": 1', r'"months/\udc00.html": 1'),
        ('"months/2021-07.html": 1', '"../../x.html": 1'),
        ('"docking": [2]', '"../../docking": [2]'),
        ('"us-eva-74": [10,9]', '"": [10,9]'),
        ('"us-eva-74": [10,9]', '"us-eva-74\\n": [10,9]'),
    ],
)
def test_an_entry_that_no_run_has_written_is_left_out(
    entry: str, edited: str, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.json"
    save_state(path, FULL)
    text = path.read_text("utf-8")
    assert entry in text
    path.write_text(text.replace(entry, edited), "utf-8")
    ledger = read_ledger(path)
    state = ledger.state
    assert len(ledger.losses) == 1
    saved, loaded = (
        {line.strip(",") for line in content.splitlines() if "{" not in line}
        for content in (text, encode_state(state).decode())
    )
    assert (saved - loaded, loaded - saved) == ({entry}, set())


def test_of_two_dates_of_a_feed_after_a_merge_the_later_counts(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    conflict = ("<<<<<<< HEAD", '"feed": "2026-09-01T00:00:00Z"', "=======",
                '"feed": "2026-09-02T00:00:00Z"', ">>>>>>> other")  # fmt: skip
    path.write_text("\n".join(("{", '"feeds": {', *conflict, "}", "}")), "utf-8")
    state, _ = load_state(path)
    assert state.feed_dates == {"feed": datetime(2026, 9, 2, tzinfo=UTC)}
