"""The patterns of the ids under which events were published."""

from pathlib import Path

import pytest

from events_archive.errors import CacheError
from events_archive.store.published_ids_file import load_published_ids, save_published_ids

PATTERNS = {"feeds": "tag:x:{0}", "calendars": "ll2-event-{0}@events-archive"}


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    assert save_published_ids(tmp_path / "ids.json", PATTERNS)
    assert load_published_ids(tmp_path / "ids.json") == PATTERNS


def test_the_same_patterns_change_nothing(tmp_path: Path) -> None:
    save_published_ids(tmp_path / "ids.json", PATTERNS)
    assert not save_published_ids(tmp_path / "ids.json", dict(reversed(PATTERNS.items())))


def test_no_file_means_nothing_was_published(tmp_path: Path) -> None:
    assert load_published_ids(tmp_path / "ids.json") == {}


@pytest.mark.parametrize("damaged", [b"{", b"[]", b"7", b'{"feeds"', b'{"feeds": 5}'])
def test_a_damaged_file_is_an_error(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "ids.json").write_bytes(damaged)
    with pytest.raises(CacheError, match="damaged"):
        load_published_ids(tmp_path / "ids.json")
