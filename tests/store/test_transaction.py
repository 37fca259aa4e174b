"""Records, history and state are written as one: a crash between them loses and doubles nothing."""

from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from events_archive.model.archive_state import ArchiveState
from events_archive.store import transaction
from events_archive.store.history_file import append_lines, encode_changes, load_history
from events_archive.store.lock import locked
from events_archive.store.records import load_records
from events_archive.store.state_files import load_state
from events_archive.store.transaction import JOURNAL_FILE, commit, read_committed, recover
from tests.store.changes import MONDAY, a_change
from tests.store.record_files import decoded, records_of, save_records

OLD, NEW = {1: {"id": 1, "name": "old"}}, {1: {"id": 1, "name": "new"}}
CHANGES = (a_change(10), a_change(11))
STATE = ArchiveState(api_url="https://ll.example/", last_full_refresh=MONDAY)


class PowerCut(BaseException):
    """The machine stops."""


def cache_of(folder: Path) -> tuple[object, object, object]:
    return (
        decoded(load_records(folder / "events.jsonl")),
        load_history(folder / "history.jsonl")[0],
        load_state(folder / "ledger.json")[0],
    )


@pytest.mark.parametrize("survived", range(6))
def test_after_a_power_cut_the_cache_is_the_old_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    save_records(tmp_path / "events.jsonl", OLD)
    append_lines(tmp_path / "history.jsonl", encode_changes([a_change(9)]), offset=0)
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
        for name in ("write_checked", "write_atomically", "append_lines"):
            patch.setattr(transaction, name, dying(getattr(transaction, name)))
        try:
            commit(tmp_path, records_of(NEW), CHANGES, STATE)
        except PowerCut:
            assert survived < 5
    recover(tmp_path)
    after = (NEW, (a_change(9), *CHANGES), STATE)
    assert cache_of(tmp_path) == (after if survived >= 2 else before)
    assert not (tmp_path / JOURNAL_FILE).exists()
    # Changes that were dropped are found again by the next refresh.
    commit(tmp_path, records_of(NEW), () if survived >= 2 else CHANGES, STATE)
    assert cache_of(tmp_path) == after


@pytest.mark.parametrize("survived", range(7))
def test_files_that_are_restored_with_the_others_are_part_of_the_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    others = {name: name.encode() for name in ("articles.jsonl", "published-ids.json")}
    done: list[Path] = []
    write = transaction.write_atomically

    def dying(path: Path, data: bytes) -> bool:
        if len(done) >= survived:
            raise PowerCut
        done.append(path)
        return write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(transaction, "write_atomically", dying)
        try:
            commit(tmp_path, records_of(NEW), CHANGES, STATE, others)
        except PowerCut:
            assert survived < 5
    recover(tmp_path)
    found = {name: (tmp_path / name).read_bytes() for name in others if (tmp_path / name).exists()}
    assert found == (others if survived else {})
    assert cache_of(tmp_path) == ((NEW, CHANGES, STATE) if survived else ({}, (), ArchiveState()))


def test_a_journal_writes_no_file_with_another_name(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    others = {"../outside": b"x", "articles.jsonl": b""}
    commit(tmp_path / "cache", records_of(NEW), CHANGES, STATE, others)
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    assert (tmp_path / "cache/articles.jsonl").exists()


def test_an_invalid_journal_is_removed(tmp_path: Path) -> None:
    (tmp_path / "sweep").mkdir()
    for text in (b"{", b"{}", b"[]", b'{"events": 5}', b"\xff"):
        (tmp_path / JOURNAL_FILE).write_bytes(text)
        recover(tmp_path)
        assert cache_of(tmp_path) == ({}, (), ArchiveState())
        assert not (tmp_path / JOURNAL_FILE).exists()


def test_a_reader_completes_what_a_killed_run_has_left(tmp_path: Path) -> None:
    commit(tmp_path, records_of(OLD), (), ArchiveState())
    _begin(tmp_path)
    assert read_committed(tmp_path, lambda: cache_of(tmp_path)) == (NEW, CHANGES, STATE)


def test_a_reader_waits_for_a_transaction_but_not_for_the_lock(tmp_path: Path) -> None:
    commit(tmp_path, records_of(OLD), (), ArchiveState())
    with locked(tmp_path):
        assert read_committed(tmp_path, lambda: cache_of(tmp_path))[0] == OLD
        _begin(tmp_path)
        writer = Timer(0.1, recover, (tmp_path,))
        writer.start()
        assert read_committed(tmp_path, lambda: cache_of(tmp_path)) == (NEW, CHANGES, STATE)
        writer.join()
        # One that is never completed is not waited for.
        _begin(tmp_path)
        assert read_committed(tmp_path, lambda: cache_of(tmp_path), timeout=0)[0] == NEW


def test_a_reader_reads_again_if_a_transaction_comes_between(tmp_path: Path) -> None:
    commit(tmp_path, records_of(OLD), (), ArchiveState())
    seen = []

    def read() -> object:
        seen.append(decoded(load_records(tmp_path / "events.jsonl")))
        if len(seen) == 1:
            commit(tmp_path, records_of(NEW), CHANGES, STATE)
        return cache_of(tmp_path)

    assert read_committed(tmp_path, read) == (NEW, CHANGES, STATE)
    assert seen == [OLD, NEW]


def _begin(cache: Path) -> None:
    """Begin the transaction that leads to the new cache, and stop before its second half."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transaction, "recover", lambda cache: None)
        commit(cache, records_of(NEW), CHANGES, STATE)
