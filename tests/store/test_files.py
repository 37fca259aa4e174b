"""Atomic writes: a file is the old one or the new one, whatever happens."""

import os
from pathlib import Path

import pytest

from events_archive.errors import CacheError
from events_archive.store.files import (
    backup_damaged,
    read_bytes,
    read_lines,
    replacing,
    write_atomically,
)


def test_the_content_is_written_and_the_same_content_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    assert write_atomically(path, b"content")
    assert path.read_bytes() == b"content"
    before = path.stat()
    assert not write_atomically(path, b"content")
    assert path.stat() == before


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    write_atomically(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CacheError, match=r"events.jsonl cannot be written: No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_temporary_file_of_a_killed_run_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".events.jsonl.tmp").write_bytes(b"half a li")
    assert write_atomically(tmp_path / "events.jsonl", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").mkdir()
    for read in (read_bytes, lambda path: list(read_lines(path))):
        with pytest.raises(CacheError, match="cannot be read"):
            read(tmp_path / "events.jsonl")


def test_lines_end_at_line_feeds_only(tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes("a\u2028b\r\n\nc".encode())
    assert list(read_lines(tmp_path / "lines")) == [(1, "a\u2028b\r".encode()), (3, b"c")]
    assert list(read_lines(tmp_path / "none")) == []


def test_a_block_that_raises_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:
        temporary.write_bytes(b"ne")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_file_is_copied_beside_itself(tmp_path: Path) -> None:
    (tmp_path / "ledger.json").write_bytes(b"{")
    backup_damaged(tmp_path / "ledger.json")
    assert (tmp_path / "ledger.damaged.json").read_bytes() == b"{"
