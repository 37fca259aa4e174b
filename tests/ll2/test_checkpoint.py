"""The files of an unfinished full refresh."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from events_archive.ll2.checkpoint import checkpoint_of, load_checkpoint
from events_archive.ll2.pagination import Pagination
from events_archive.model.archive_state import ArchiveState
from events_archive.settings import Settings
from events_archive.source.api_page import ApiPage
from events_archive.source.checkpoint import PageRequest
from tests.plants import flip_each_bit

NOW = datetime(2026, 9, 8, 12, tzinfo=UTC)
API_URL = "https://ll2.example/2.3.0/"
HEADER = {
    "asked": {
        "api_url": API_URL,
        "format": "json",
        "limit": "100",
        "mode": "detailed",
        "ordering": "-last_updated,-date",
    },
    "started": "2026-09-08T11:00:00Z",
}


def settings_of(cache: Path) -> Settings:
    return Settings(cache=cache, api_url=API_URL)


def page_file(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "role": "next",
        "query": {},
        "count": 500,
        "has_next": True,
        "nameless": 0,
        "records": [{"id": number, "name": "Half a surrogate: \ud83d"}],
    } | fields


def write_checkpoint(cache: Path, *pages: dict[str, Any]) -> Path:
    """Write the files of a checkpoint; return their folder."""
    folder = cache / "sweep"
    folder.mkdir()
    (folder / "sweep.json").write_text(json.dumps(HEADER))
    for number, page in enumerate(pages, start=1):
        (folder / f"page-{number:04}.json").write_text(json.dumps(page))
    return folder


def test_a_saved_checkpoint_is_loaded_as_it_was(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    checkpoint_of(settings).create(NOW)
    record = {"id": 5, "name": "Half a surrogate: \ud83d", "n": [2**70, 0.1, 1.0, -7]}
    page = ApiPage(count=2, has_next=True, records=(record,), without_id=1)
    requests = [
        PageRequest(role="next", query={"offset": "100", "ordering": "date"}),
        PageRequest(role="gap", query={"offset": "50"}),
        PageRequest(role="ids", query={"id": "1,2"}),
    ]
    pagination = Pagination()
    for index, request in enumerate(requests):
        checkpoint_of(settings).save_page(index, request, page)
        pagination = pagination.with_page(request, page)
    assert load_checkpoint(settings, ArchiveState(), NOW + timedelta(hours=1)) == pagination


@pytest.mark.parametrize(
    "fields",
    [
        {"count": None}, {"count": "500"}, {"records": None}, {"query": []}, {"role": "backwards"},
        {"has_next": "x"}, {"role": "overlap"},
    ],
)  # fmt: skip
def test_a_page_with_wrong_values_and_those_after_it_are_deleted(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    folder = write_checkpoint(tmp_path, page_file(1), page_file(2, **fields), page_file(3))
    checkpoint = load_checkpoint(settings_of(tmp_path), ArchiveState(), NOW)
    assert checkpoint is not None
    assert checkpoint.records.keys() == {1}
    assert sorted(path.name for path in folder.glob("page-*")) == ["page-0001.json"]


def test_records_without_an_id_in_a_file_are_ignored(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, page_file(1, records=[None, {"id": "7"}, {"id": 7}]))
    checkpoint = load_checkpoint(settings_of(tmp_path), ArchiveState(), NOW)
    assert checkpoint is not None
    assert checkpoint.records == {7: {"id": 7}}


@pytest.mark.parametrize("other", [{"mode": "normal"}, {"api_url": "https://other.example/2.3.0/"}])
def test_a_checkpoint_of_another_mode_or_api_is_not_continued(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    write_checkpoint(tmp_path, page_file(1))
    assert load_checkpoint(replace(settings_of(tmp_path), **other), ArchiveState(), NOW) is None


@pytest.mark.parametrize("hours", [-1.5, 47.0])
def test_a_checkpoint_that_is_too_old_or_from_the_future_is_not_continued(
    tmp_path: Path, hours: float
) -> None:
    write_checkpoint(tmp_path, page_file(1))
    assert (
        load_checkpoint(settings_of(tmp_path), ArchiveState(), NOW + timedelta(hours=hours)) is None
    )


@pytest.mark.parametrize("header", [b"", b"[]", b'{"asked": {}}', b'{"asked": 5, "started": ""}'])
def test_a_damaged_header_means_no_checkpoint(tmp_path: Path, header: bytes) -> None:
    folder = write_checkpoint(tmp_path, page_file(1))
    (folder / "sweep.json").write_bytes(header)
    assert load_checkpoint(settings_of(tmp_path), ArchiveState(), NOW) is None


def test_a_committed_checkpoint_is_not_resumed(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, page_file(1))
    settings = settings_of(tmp_path)
    assert load_checkpoint(settings, ArchiveState(), NOW) is not None
    committed = ArchiveState(last_full_refresh=NOW - timedelta(hours=1))
    assert load_checkpoint(settings, committed, NOW) is None


def test_no_flipped_bit_of_a_checkpoint_goes_unnoticed(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    page = ApiPage(count=2, has_next=True, records=({"id": 5},), without_id=1)
    checkpoint_of(settings).create(NOW)
    checkpoint_of(settings).save_page(0, PageRequest(role="next"), page)
    header, first = tmp_path / "sweep/sweep.json", tmp_path / "sweep/page-0001.json"
    for number in flip_each_bit(header):
        assert load_checkpoint(settings, ArchiveState(), NOW) is None, number
    content = first.read_bytes()
    for number in range(0, 8 * len(content), 5):
        damaged = bytearray(content)
        damaged[number // 8] ^= 1 << number % 8
        first.write_bytes(damaged)
        assert load_checkpoint(settings, ArchiveState(), NOW) == Pagination(), number
        # A page that is damaged is deleted.
        assert not first.exists()
