"""The records: what is written is read back, and a damaged line costs no other."""

import hashlib
import json
from pathlib import Path
from typing import Any

from events_archive.store.records import Records, load_records
from tests.store.record_files import decoded, save_records

SEED_FILE = Path(__file__).parents[1] / "data" / "seed_events.json"


def seed() -> dict[int, dict[str, Any]]:
    return {record["id"]: record for record in json.loads(SEED_FILE.read_text("utf-8"))}


def test_records_are_one_a_line_by_id_with_sorted_keys(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert save_records(path, {9: {"id": 9, "b": "é", "a": [1, None]}, 2: {"id": 2}})
    assert path.read_bytes() == '{"id":2}\n{"a":[1,null],"b":"é","id":9}\n'.encode()


def test_what_is_saved_is_loaded_and_the_same_bytes_are_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert save_records(path, seed())
    before = path.stat()
    loaded = load_records(path)
    assert decoded(loaded) == seed()
    assert loaded.damaged == ()
    assert not save_records(path, decoded(loaded))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert [name.name for name in tmp_path.iterdir()] == ["events.jsonl"]


def test_the_digest_of_a_record_is_that_of_its_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    save_records(path, seed())
    lines = path.read_bytes().splitlines()
    loaded = load_records(path).lines.values()
    assert [line.data for line in loaded] == lines
    assert [line.digest for line in loaded] == [hashlib.sha256(line).hexdigest() for line in lines]


def test_no_file_holds_no_records(tmp_path: Path) -> None:
    assert load_records(tmp_path / "events.jsonl") == Records()


def test_a_damaged_line_is_reported_and_the_others_are_used(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"id":1}\r\n<<<<<<< ours\n{"id":2,\n\n{"id":"3"}\n[]\n{"id":4,"x":NaN}\n'
        b'{"id":5,"x":"\xff"}\n' + b"[" * 100_000 + b'\n{"id":6}'
    )
    loaded = load_records(path)
    assert list(loaded.lines) == [1, 6]
    assert [sentence.split(", ")[1].split(":")[0] for sentence in loaded.damaged] == [
        *(f"line {n}" for n in (3, 5, 6, 7, 8, 9)),
        "lines 2",
    ]
    assert str(path) in loaded.damaged[0]


def test_of_two_records_with_one_id_the_newer_is_used(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    fresh = b'{"id":1,"last_updated":"2024-01-02T00:00:00Z","name":"new"}\n'
    stale = b'{"id":1,"last_updated":"2024-01-01T00:00:00Z","name":"old"}\n'
    for order in (fresh + stale, stale + fresh):
        path.write_bytes(order)
        loaded = load_records(path)
        assert decoded(loaded)[1]["name"] == "new"
        assert "more than once" in loaded.damaged[0]


def test_after_a_merge_with_conflicts_no_record_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    ours = b'{"id":1,"last_updated":"2024-01-02T00:00:00Z"}\r\n{"id":2}\r\n'
    theirs = b'{"id":1,"last_updated":"2024-01-01T00:00:00Z"}\r\n{"id":3}\r\n'
    path.write_bytes(b"<<<<<<< HEAD\r\n" + ours + b"=======\r\n" + theirs + b">>>>>>> up\r\n")
    loaded = load_records(path)
    assert loaded.data == (ours + b'{"id":3}\r\n').replace(b"\r\n", b"\n")
    assert f"{path}, lines 1, 4, 7: conflict markers" in loaded.damaged[0]
