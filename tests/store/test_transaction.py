"""Records, history and state are written as one: a crash between them loses and doubles nothing."""

from pathlib import Path
from typing import Any

import pytest

from events_archive.model.archive_state import ArchiveState
from events_archive.store import transaction
from events_archive.store.history_file import append_lines, encode_changes, load_history
from events_archive.store.records import Records, load_records
from events_archive.store.state_files import load_state
from events_archive.store.transaction import JOURNAL_FILE, commit, recover
from tests.store.changes import MONDAY, a_change
from tests.store.record_files import decoded, save_records

OLD, NEW = {1: {"id": 1, "name": "old"}}, {1: {"id": 1, "name": "new"}}
CHANGES = (a_change(1), a_change(2))
STATE = ArchiveState(api_url="https://ll.example/", last_full_refresh=MONDAY)


class PowerCut(BaseException):
    """The machine stops."""


def cache_of(folder: Path) -> tuple[object, object, object]:
    return (
        decoded(load_records(folder / "events.jsonl")),
        load_history(folder / "history.jsonl")[0],
        load_state(folder / "ledger.json")[0],
    )


@pytest.mark.parametrize("survived", range(5))
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
        for name in ("write_sealed", "write_atomically", "append_lines"):
            patch.setattr(transaction, name, dying(getattr(transaction, name)))
        try:
            commit(tmp_path, Records().merged(NEW), CHANGES, STATE)
        except PowerCut:
            assert survived < 4
    recover(tmp_path)
    after = (NEW, (a_change(9), *CHANGES), STATE)
    assert cache_of(tmp_path) == (after if survived >= 2 else before)
    assert not (tmp_path / JOURNAL_FILE).exists()
    # Changes that were dropped are found again by the next refresh.
    commit(tmp_path, Records().merged(NEW), () if survived >= 2 else CHANGES, STATE)
    assert cache_of(tmp_path) == after


def test_an_invalid_journal_is_removed(tmp_path: Path) -> None:
    (tmp_path / "sweep").mkdir()
    for text in (b"{", b"{}", b"[]", b'{"events": 5}', b"\xff"):
        (tmp_path / JOURNAL_FILE).write_bytes(text)
        recover(tmp_path)
        assert cache_of(tmp_path) == ({}, (), ArchiveState())
        assert not (tmp_path / JOURNAL_FILE).exists()
