"""Atomic writes: a file is the old one or the new one, whatever happens."""

import os
import re
from pathlib import Path

import pytest

from events_archive.errors import CacheError
from events_archive.store.files import (
    keep_original,
    read_bytes,
    read_checked,
    read_lines,
    read_text,
    remove_temporary_files,
    replacing,
    write_atomically,
    write_checked,
)
from events_archive.store.lock import lock_cache
from tests.plants import PLANTS, flip_each_bit

TEXT = '{"name":"Expédition 1"}\n{"name":"\u2028 \U0001f680"}\n'


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


def test_the_temporary_files_of_a_killed_run_are_removed_by_the_next(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "events.jsonl") as temporary:
        temporary.with_name(temporary.name.replace(".events", ".ledger")).write_bytes(b"half a li")
        raise KeyboardInterrupt
    (tmp_path / ".events.jsonl.tmp").write_bytes(b"of an earlier version")
    (tmp_path / ".gitignore").touch()
    remove_temporary_files(tmp_path, of="events.jsonl")
    assert len(list(tmp_path.iterdir())) == 2
    with lock_cache(tmp_path):
        assert sorted(path.name for path in tmp_path.iterdir()) == [".gitignore", "archive.lock"]


def test_nobody_can_know_the_name_of_a_temporary_file(tmp_path: Path) -> None:
    names = set()
    for _ in range(2):
        with replacing(tmp_path / "file") as temporary:
            names.add(temporary.name)
    assert len(names) == 2


@pytest.mark.parametrize("plant", PLANTS)
def test_what_stands_in_the_place_of_a_file_is_not_followed_and_replaced(
    plant: str, tmp_path: Path
) -> None:
    path, outside = tmp_path / "inside/file", tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"content")
    path.parent.mkdir()
    PLANTS[plant](path, outside)
    with pytest.raises(
        CacheError, match=r"file cannot be read: it is a [a-z ]+ and not a file; move"
    ):
        read_bytes(path)
    assert read_checked(path, dict) is None
    if plant == "folder":
        with pytest.raises(CacheError, match="cannot be written: Is a directory"):
            write_atomically(path, b"content")
    else:
        assert write_atomically(path, b"content")
        assert path.read_bytes() == b"content"
    assert [file.read_bytes() for file in outside.iterdir()] == [b"content"]
    assert len(list(path.parent.iterdir())) == 1


def test_no_flipped_bit_of_a_file_with_a_checksum_goes_unnoticed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_checked(path, {"a": [1]})
    for number in flip_each_bit(path):
        assert read_checked(path, dict) is None, number
    assert read_checked(path, dict) == {"a": [1]}


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").mkdir()
    for read in (read_bytes, lambda path: list(read_lines(path))):
        with pytest.raises(CacheError, match="cannot be read"):
            read(tmp_path / "events.jsonl")


def test_lines_end_at_line_feeds_and_after_carriage_returns_before_them_only(
    tmp_path: Path,
) -> None:
    (tmp_path / "lines").write_bytes("a\u2028b\r\n\nc".encode())
    assert list(read_lines(tmp_path / "lines")) == [(1, "a\u2028b".encode()), (3, b"c")]
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
    path = tmp_path / "ledger.json"
    for content in (b"{", b"[", b"{"):
        path.write_bytes(content)
        copy = keep_original(path)
        assert copy.read_bytes() == content
        assert re.fullmatch(r"ledger\.damaged-[0-9a-f]{8}\.json", copy.name)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    "saved",
    [
        TEXT.encode(), TEXT.encode("utf-8-sig"), TEXT.replace("\n", "\r\n").encode(),
        TEXT.encode("utf-16"), b"\xfe\xff" + TEXT.replace("\n", "\r\n").encode("utf-16-be"),
    ],
)  # fmt: skip
def test_a_text_is_the_same_however_a_program_has_saved_it(tmp_path: Path, saved: bytes) -> None:
    (tmp_path / "file").write_bytes(saved)
    assert read_text(tmp_path / "file") == TEXT.encode()


def test_what_is_not_in_the_encoding_of_its_mark_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xff\xfe\x00\xd8")
    assert read_text(tmp_path / "file") == b"\xff\xfe\x00\xd8"
    assert read_text(tmp_path / "none") == b""
