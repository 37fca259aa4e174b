"""The history is only ever added to; and a crash between its files loses and doubles nothing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveState, Change
from events_archive.store import transaction
from events_archive.store.history_file import append_lines, encode_changes, load_history
from events_archive.store.records import Records, load_records
from events_archive.store.state_file import load_state
from events_archive.store.transaction import JOURNAL_FILE, commit, recover
from tests.store.saved import save_records

MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 8, 6, tzinfo=UTC)


def a_change(event_id: int = 1, **facts: Any) -> Change:
    defaults: dict[str, Any] = {
        "observed": MONDAY, "change_type": "moved", "field": "moment", "is_live": True,
        "old": {"date": None, "precision": 7},
        "new": {"date": "2026-09-28T11:45:11Z", "precision": 0},
    }  # fmt: skip
    return Change(event_id=event_id, **{**defaults, **facts})


def test_what_is_appended_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    first, second = (
        a_change(1),
        a_change(2, change_type="renamed", old="é", new="\u2028", is_live=False),
    )
    append_lines(path, encode_changes([first]), at=0)
    append_lines(path, encode_changes([second]), at=path.stat().st_size)
    assert load_history(path).changes == (first, second)
    assert load_history(path).damaged == ()


def test_appending_the_same_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    append_lines(path, encode_changes([a_change(1)]), at=0)
    size, lines = path.stat().st_size, encode_changes([a_change(2), a_change(3)])
    append_lines(path, lines, at=size)
    whole = path.read_bytes()
    for kept in range(size, len(whole) + 1):
        path.write_bytes(whole[:kept])
        append_lines(path, lines, at=size)
        assert path.read_bytes() == whole


def test_what_others_added_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    ours, theirs = encode_changes([a_change(1)]), encode_changes([a_change(2, observed=TUESDAY)])
    path.write_bytes(theirs)
    append_lines(path, ours, at=0)
    append_lines(path, ours, at=0)
    assert path.read_bytes() == theirs + ours


def test_a_torn_line_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(encode_changes([a_change(1)]) + b'{"id":2,"kind":"mo')
    append_lines(path, encode_changes([a_change(3)]), at=path.stat().st_size)
    history = load_history(path)
    assert [change.event_id for change in history.changes] == [1, 3]
    assert len(history.damaged) == 1
    assert f"{path}, line 2" in history.damaged[0]


@pytest.mark.parametrize(
    "line", [b"[]", b'{"id":1}', b'{"id":1,"kind":"x","observed":"2026-09-07T06:00:00Z"}']
)
def test_what_is_no_entry_is_told(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "history.jsonl").write_bytes(line)
    assert len(load_history(tmp_path / "history.jsonl").damaged) == 1


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError):
        append_lines(tmp_path / "file" / "history.jsonl", b"x\n", at=0)


OLD, NEW = {1: {"id": 1, "name": "old"}}, {1: {"id": 1, "name": "new"}}
CHANGES = (a_change(1), a_change(2))
LEDGER = ArchiveState(api_url="https://ll.example/", last_full_refresh=MONDAY)


class PowerCut(BaseException):
    """The machine stops."""


def cache_of(folder: Path) -> tuple[object, object, object]:
    return (
        load_records(folder / "events.jsonl").by_id,
        load_history(folder / "history.jsonl").changes,
        load_state(folder / "ledger.json")[0],
    )


@pytest.mark.parametrize("survived", range(5))
def test_after_a_power_cut_the_cache_is_the_old_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    save_records(tmp_path / "events.jsonl", OLD)
    append_lines(tmp_path / "history.jsonl", encode_changes([a_change(9)]), at=0)
    before = cache_of(tmp_path)
    done = []

    def dying(write: Any) -> Any:
        def step(*args: Any, **options: Any) -> Any:
            if len(done) >= survived:
                raise PowerCut
            done.append(write.__name__)
            return write(*args, **options)

        return step

    with monkeypatch.context() as patch:
        for name in ("write_atomically", "append_lines"):
            patch.setattr(transaction, name, dying(getattr(transaction, name)))
        try:
            commit(tmp_path, Records().merged(NEW), CHANGES, LEDGER)
        except PowerCut:
            assert survived < 4
    recover(tmp_path)
    after = (NEW, (a_change(9), *CHANGES), LEDGER)
    assert cache_of(tmp_path) == (after if survived >= 2 else before)
    assert not (tmp_path / JOURNAL_FILE).exists()
    # What was dropped is observed again, what was kept is not.
    commit(tmp_path, Records().merged(NEW), () if survived >= 2 else CHANGES, LEDGER)
    assert cache_of(tmp_path) == after


def test_a_journal_that_means_nothing_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "sweep").mkdir()
    for text in (b"{", b"{}", b"[]", b'{"events": 5}'):
        (tmp_path / JOURNAL_FILE).write_bytes(text)
        recover(tmp_path)
        assert cache_of(tmp_path) == ({}, (), ArchiveState())
