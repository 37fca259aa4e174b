"""The store of record: what is written is read back, and no accident costs more than its line."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.console import Console
from events_archive.errors import CacheError
from events_archive.ll2.load_events import load_events
from events_archive.store import canonical_json
from events_archive.store.files import write_atomically
from events_archive.store.lock import locked
from events_archive.store.records import Records, load_records
from tests.store.saved import save_records

PROJECT = Path(__file__).parents[2]
SHIPPED = PROJECT / "content_cache" / "events.jsonl"
SEED_FILE = PROJECT / "tests" / "data" / "seed_events.json"


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
    assert loaded.by_id == seed()
    assert loaded.damaged == ()
    assert not save_records(path, loaded.by_id)
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


def test_what_cannot_be_read_is_told_by_file_and_line_and_the_rest_is_used(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"id":1}\r\n<<<<<<< ours\n{"id":2,\n\n{"id":"3"}\n[]\n{"id":4,"x":NaN}\n'
        b'{"id":5,"x":"\xff"}\n' + b"[" * 100_000 + b'\n{"id":6}'
    )
    loaded = load_records(path)
    assert list(loaded.by_id) == [1, 6]
    assert [sentence.split(", ")[1].split(":")[0] for sentence in loaded.damaged] == [
        f"line {n}" for n in (2, 3, 5, 6, 7, 8, 9)
    ]
    assert str(path) in loaded.damaged[0]


def test_of_two_records_with_one_id_the_fresher_counts(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    fresh = b'{"id":1,"last_updated":"2024-01-02T00:00:00Z","name":"new"}\n'
    stale = b'{"id":1,"last_updated":"2024-01-01T00:00:00Z","name":"old"}\n'
    for order in (fresh + stale, stale + fresh):
        path.write_bytes(order)
        loaded = load_records(path)
        assert loaded.by_id[1]["name"] == "new"
        assert "more than once" in loaded.damaged[0]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_any_json_survives_being_written_and_read(value: Any) -> None:
    line = canonical_json.encode(value)
    assert b"\n" not in line
    assert canonical_json.decode(line) == value
    assert canonical_json.encode(canonical_json.decode(line)) == line


@given(st.text(st.characters(min_codepoint=0xD7FF, max_codepoint=0xE000)))
def test_half_a_surrogate_pair_is_kept_as_it_came(text: str) -> None:
    sent = json.dumps({"id": 1, "name": text}).encode()
    record = canonical_json.decode(sent)
    assert canonical_json.decode(canonical_json.encode(record)) == record


@pytest.mark.parametrize("text", [b"NaN", b"[Infinity]", b"\xff", b"", b"[" * 100_000])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        canonical_json.decode(text)


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


def test_what_a_killed_run_left_does_not_disturb(tmp_path: Path) -> None:
    (tmp_path / ".events.jsonl.tmp").write_bytes(b"half a li")
    assert write_atomically(tmp_path / "events.jsonl", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").mkdir()
    with pytest.raises(CacheError, match="cannot be read"):
        load_records(tmp_path / "events.jsonl")


def test_one_unreadable_record_is_named_and_the_others_are_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    records = seed()
    records[309] = records[309] | {"date": "soon"}
    report = Console(stream=sys.stderr)
    events = load_events(Records().merged(records), report)
    assert len(events) == 9
    assert len(report.warnings) == 1
    assert "event 309 cannot be read: its date is 'soon'" in capsys.readouterr().err


def test_a_thousand_unreadable_records_do_not_flood_the_screen() -> None:
    report = Console(stream=open(os.devnull, "w"), quiet=True)  # noqa: SIM115, PTH123
    with report.stream:
        load_events(Records().merged({n: {"id": n} for n in range(1, 1001)}), report)
    assert len(report.warnings) == 11
    assert "990 more events" in report.warnings[-1]
    assert " 1000)" in report.warnings[-1]


def test_the_events_that_ship_with_a_clone_can_all_be_read() -> None:
    report = Console(stream=sys.stderr, quiet=True)
    assert load_events(load_records(SHIPPED), report)
    assert report.warnings == []


HOLD = """
import sys, time
from pathlib import Path
from events_archive.store.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_told_who_is_in_the_way_and_a_killed_one_is_not(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with (
            pytest.raises(CacheError, match=rf"process {holder.pid}.*archive\.lock"),
            locked(tmp_path, timeout=0.1),
        ):
            pass
        holder.kill()
        holder.wait()
    with locked(tmp_path, timeout=2):
        pass


def test_a_second_writer_waits_for_the_first_to_end(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass
    with locked(tmp_path, timeout=0):
        assert (tmp_path / "archive.lock").read_text() == str(os.getpid())


def test_a_folder_that_cannot_hold_a_lock_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError, match="cannot be opened"), locked(tmp_path / "file"):
        pass
