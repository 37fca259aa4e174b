"""The history is only ever appended to, and a damaged line costs no other."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from events_archive.errors import CacheError
from events_archive.store.history_file import (
    append_lines,
    encode_changes,
    load_history,
    remove_conflict_markers,
    repaired_history,
)
from tests.store.changes import a_change

TUESDAY = datetime(2026, 9, 8, 6, tzinfo=UTC)


def test_what_is_appended_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    first, second = (
        a_change(1),
        a_change(2, change_type="renamed", old="é", new="\u2028", is_live=False),
    )
    append_lines(path, encode_changes([first]), offset=0)
    append_lines(path, encode_changes([second]), offset=path.stat().st_size)
    assert load_history(path) == ((first, second), ())


def test_appending_the_same_lines_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    append_lines(path, encode_changes([a_change(1)]), offset=0)
    size, lines = path.stat().st_size, encode_changes([a_change(2), a_change(3)])
    append_lines(path, lines, offset=size)
    whole = path.read_bytes()
    for length in range(size, len(whole) + 1):
        path.write_bytes(whole[:length])
        append_lines(path, lines, offset=size)
        assert path.read_bytes() == whole


def test_lines_that_others_appended_are_retained(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    ours, theirs = encode_changes([a_change(1)]), encode_changes([a_change(2, observed=TUESDAY)])
    path.write_bytes(theirs)
    append_lines(path, ours, offset=0)
    append_lines(path, ours, offset=0)
    assert path.read_bytes() == theirs + ours


def test_an_incomplete_line_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(encode_changes([a_change(1)]) + b'{"id":2,"kind":"mo')
    append_lines(path, encode_changes([a_change(3)]), offset=path.stat().st_size)
    changes, damaged = load_history(path)
    assert [change.event_id for change in changes] == [1, 3]
    assert len(damaged) == 1
    assert f"{path}, line 2" in damaged[0]


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b'{"id":1}',
        b'{"id":1,"kind":"x","observed":"2026-09-07T06:00:00Z"}',
        b'{"id":1,"kind":"added","observed":"2026-09-07"}',
        b'{"id":true,"kind":"added","observed":"2026-09-07T06:00:00Z"}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_a_line_that_is_not_a_change_is_reported(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "history.jsonl").write_bytes(line)
    changes, damaged = load_history(tmp_path / "history.jsonl")
    assert (changes, len(damaged)) == ((), 1)


def test_a_folder_that_cannot_be_written_to_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError):
        append_lines(tmp_path / "file" / "history.jsonl", b"x\n", offset=0)


def test_what_two_sides_of_a_merge_saw_counts_once_and_markers_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    ours = encode_changes([a_change(1), a_change(2), a_change(3)])
    theirs = encode_changes([a_change(1, observed=TUESDAY), a_change(4, observed=TUESDAY)])
    path.write_bytes(b"<<<<<<< HEAD\n" + ours + b"=======\n" + theirs + b">>>>>>> upstream/main\n")
    changes, (message,) = load_history(path)
    assert [change.event_id for change in changes] == [1, 2, 3, 4]
    assert f"{path}, lines 1, 5, 8: conflict markers" in message
    remove_conflict_markers(path)
    assert path.read_bytes() == ours + theirs
    assert load_history(path) == (changes, ())


def test_a_change_back_and_forth_is_no_repetition(tmp_path: Path) -> None:
    path, values = tmp_path / "history.jsonl", ["a", "b", "a", "b"]
    renamed = [
        a_change(1, change_type="renamed", field="name", old=old, new=new, observed=TUESDAY)
        for old, new in pairwise(values)
    ]
    gone = [
        a_change(2, change_type=kind, field="", observed=TUESDAY)
        for kind in ("withdrawn", "returned")
    ]
    path.write_bytes(encode_changes([*renamed, *gone, *gone]))
    assert load_history(path)[0] == (*renamed, *gone, *gone)


def test_a_line_that_no_run_has_written_is_left_out_or_can_be_shown(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    lines = encode_changes([a_change(1), a_change(2, new="a\ud83d"), a_change(3)]).split(b"\n")
    lines[0] = lines[0].replace(b'"observed":"2', b'"observed":"9')
    path.write_bytes(b"\n".join(lines))
    changes, damaged = load_history(path)
    assert [change.event_id for change in changes] == [2, 3]
    assert changes[0].new == "a?"
    assert len(damaged) == 1


def test_the_same_correction_after_another_image_counts_again(tmp_path: Path) -> None:
    credit = {"field": "credit", "old": "NASA", "new": "ESA"}
    changes = tuple(
        a_change(1, observed=TUESDAY + timedelta(days=day), change_type="changed", **facts)
        for day, facts in enumerate((credit, {"field": "image", "new": "8-a.jpg"}, credit, credit))
    )
    (tmp_path / "history.jsonl").write_bytes(encode_changes(changes))
    assert load_history(tmp_path / "history.jsonl")[0] == changes[:3]


def test_a_repaired_history_has_every_entry_once_in_the_order_of_time(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    first, second, third = a_change(1), a_change(2), a_change(1, observed=TUESDAY)
    newer = encode_changes([second]).replace(b"{", b'{"orbits":1,', 1)
    path.write_bytes(encode_changes([third, first]) + b"?\n" + newer + encode_changes([first]))
    content, faults = repaired_history(path)
    assert [json.loads(line) for line in content.splitlines()] == [
        json.loads(line) for line in (encode_changes([first]), newer, encode_changes([third]))
    ]
    assert [line.partition(",")[0] for line in faults] == [str(path)]
    path.write_bytes(content)
    assert repaired_history(path) == (content, ())


def test_an_unknown_member_that_is_not_utf_8_costs_no_entry(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    line = encode_changes([a_change(1)])
    path.write_bytes(line.replace(b"{", b'{"\xe1\xe1":1,', 1))
    assert repaired_history(path) == (line, ())


def test_a_kind_of_change_that_a_newer_version_knows_is_named_and_never_removed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(encode_changes([a_change(1)]).replace(b'"moved"', b'"orbited"'))
    changes, (message,) = load_history(path)
    assert changes == ()
    assert "line 1: “orbited” is unknown to this version" in message
    with pytest.raises(CacheError, match=r"history\.jsonl, line 1: .*update the code"):
        repaired_history(path)
