"""The pages of an unfinished full refresh, saved so that the next run can continue it.

In ``content_cache/sweep/``, ``sweep.json`` holds the request and the start, and each fetched page
has a numbered file. A refresh that is committed or expires deletes them.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import asdict

from events_archive.ll2.api_page import ApiPage
from events_archive.ll2.pagination import (
    PageRequest,
    Pagination,
    Role,
    base_query,
    start_reading,
)
from events_archive.model.archive_state import ArchiveState
from events_archive.model.timestamps import AwareDatetime
from events_archive.settings import Settings
from events_archive.store.files import read_checked, write_checked
from events_archive.store.records import id_of_record
from events_archive.store.transaction import CHECKPOINT_FOLDER, CHECKPOINT_HEADER

MAX_CHECKPOINT_AGE = timedelta(hours=48)
"""The age from which a checkpoint is not resumed, since its first pages are out of date."""


class _Header(msgspec.Struct):
    """The content of ``sweep.json``."""

    asked: dict[str, str]
    """The API's URL and the parameters of every request."""
    started: AwareDatetime


class _PageFile(msgspec.Struct, rename={"without_id": "nameless"}):
    """The content of a page's file: the fields of `PageRequest` and of `ApiPage`."""

    role: Role
    query: Mapping[str, str]
    count: int
    has_next: bool
    without_id: int
    records: tuple[Any, ...]


def create_checkpoint(settings: Settings, now: datetime) -> None:
    """Save that a full refresh starts; a checkpoint that exists is deleted."""
    delete_checkpoint(settings.cache)
    header = _Header(asked=_signature(settings), started=now)
    write_checked(settings.cache / CHECKPOINT_FOLDER / CHECKPOINT_HEADER, header)


def save_page(cache: Path, index: int, request: PageRequest, page: ApiPage) -> None:
    """Save the page with this ``index``, from 0, in the checkpoint of the folder ``cache``.

    One that is nested too deeply to be written is fetched again if the refresh is continued.
    """
    content = _PageFile(**asdict(request), **asdict(page))
    with suppress(ValueError):
        write_checked(_page_path(cache, index), content)


def load_checkpoint(settings: Settings, state: ArchiveState, now: datetime) -> Pagination | None:
    """Return the saved pages, if there is a checkpoint from which to continue.

    None if it is too old or was committed, or if ``settings`` name another API or mode. Pages from
    the first one that cannot be read are deleted.
    """
    header = read_checked(settings.cache / CHECKPOINT_FOLDER / CHECKPOINT_HEADER, _Header)
    if header is None or header.asked != _signature(settings):
        return None
    age = now - header.started
    if not timedelta() <= age < MAX_CHECKPOINT_AGE:
        return None
    pagination = start_reading(state)
    while fetched := _load_page(_page_path(settings.cache, len(pagination.pages))):
        pagination = pagination.with_page(*fetched)
    _delete_pages(settings.cache, first=len(pagination.pages))
    # A run may have ended after it committed the refresh and before it deleted the checkpoint.
    is_new = state.last_full_refresh is None or header.started > state.last_full_refresh
    return pagination if is_new else None


def saved_page_count(cache: Path) -> int:
    """Return the number of pages in the checkpoint of the folder ``cache``."""
    return len(_page_files(cache))


def delete_checkpoint(cache: Path) -> None:
    """Delete the checkpoint of the folder ``cache``, if there is one.

    The header goes first: without it, pages that cannot be deleted are ignored.
    """
    with suppress(OSError):
        (cache / CHECKPOINT_FOLDER / CHECKPOINT_HEADER).unlink(missing_ok=True)
    _delete_pages(cache, first=0)


def _delete_pages(cache: Path, *, first: int) -> None:
    for path in _page_files(cache)[first:]:
        with suppress(OSError):
            path.unlink()


def _page_files(cache: Path) -> list[Path]:
    return sorted((cache / CHECKPOINT_FOLDER).glob("page-*.json"))


def _page_path(cache: Path, index: int) -> Path:
    return cache / CHECKPOINT_FOLDER / f"page-{index + 1:04}.json"


def _signature(settings: Settings) -> dict[str, str]:
    """Return what must be equal for a full refresh to be continued."""
    return {"api_url": settings.api_url, **base_query(settings.mode)}


def _load_page(path: Path) -> tuple[PageRequest, ApiPage] | None:
    """Return the page in ``path`` and its request; None if it is missing or damaged."""
    content = read_checked(path, _PageFile)
    if content is None:
        return None
    request = PageRequest(role=content.role, query=content.query)
    page = ApiPage(
        count=content.count,
        has_next=content.has_next,
        records=tuple(record for record in content.records if id_of_record(record) is not None),
        without_id=content.without_id,
    )
    return request, page
