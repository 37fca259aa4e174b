"""The pages of an unfinished full refresh, saved so that the next run can continue it.

In ``content_cache/sweep/``, ``sweep.json`` holds the request and the start, and each fetched page
has a numbered file. A refresh that is committed or expires deletes them.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from events_archive.ll2.client import ApiPage
from events_archive.ll2.pagination import (
    PageRequest,
    Pagination,
    Role,
    UnstablePaginationError,
    base_query,
)
from events_archive.model.archive_state import ArchiveState
from events_archive.settings import Settings
from events_archive.store.canonical_json import AwareDatetime, encode
from events_archive.store.files import read_json, write_atomically
from events_archive.store.records import id_of_record
from events_archive.store.transaction import CHECKPOINT_FOLDER, CHECKPOINT_HEADER

MAX_CHECKPOINT_AGE = timedelta(hours=48)
"""The age from which a checkpoint is not resumed, since its first pages are out of date."""

_ROLES: Mapping[str, Role] = {
    **{"next": "next", "gap": "gap", "head": "head", "overlap": "overlap", "ids": "ids"},
    # Former names, which older versions wrote.
    **{"walk": "next", "front": "head", "again": "overlap"},
}
"""Roles of requests by their names in the files."""


class _Header(msgspec.Struct):
    """The content of ``sweep.json``."""

    asked: dict[str, str]
    """The API's URL and the parameters of every request."""
    started: AwareDatetime


class _PageFile(msgspec.Struct):
    """The content of a page's file."""

    role: str
    url: str
    query: dict[str, str]
    count: int
    next: str | None
    nameless: int
    records: list[Any]


class Checkpoint(Struct, frozen=True, kw_only=True):
    """A full refresh, as far as its pages have been fetched."""

    folder: Path
    pagination: Pagination
    started: datetime

    @classmethod
    def create(cls, settings: Settings, now: datetime) -> Self:
        """Start a checkpoint without pages; one that exists is deleted."""
        folder = settings.cache / CHECKPOINT_FOLDER
        delete_checkpoint(settings.cache)
        # The state has whole seconds, and `load_resumable` compares the two.
        header = _Header(asked=_signature(settings), started=now.replace(microsecond=0))
        write_atomically(folder / CHECKPOINT_HEADER, encode(header))
        return cls(folder=folder, pagination=Pagination(), started=header.started)

    @classmethod
    def load(cls, settings: Settings, now: datetime) -> Self | None:
        """Return the saved checkpoint.

        None if there is none, if it is too old, or if ``settings`` name another API or mode. Pages
        from the first one that cannot be read are deleted.
        """
        folder = settings.cache / CHECKPOINT_FOLDER
        header = read_json(folder / CHECKPOINT_HEADER, _Header)
        if header is None or header.asked != _signature(settings):
            return None
        if not timedelta() <= now - header.started < MAX_CHECKPOINT_AGE:
            return None
        pagination = Pagination()
        while fetched := _load_page(_page_path(folder, len(pagination.pages))):
            pagination = pagination.with_page(*fetched)
        _delete_pages(folder, first=len(pagination.pages))
        return cls(folder=folder, pagination=pagination, started=header.started)

    def save_page(self, request: PageRequest, page: ApiPage) -> Self:
        """Return the checkpoint with another page, after writing that to the disk."""
        content = _PageFile(
            role=request.role,
            url=request.url,
            query=dict(request.query),
            count=page.count,
            next=page.next,
            nameless=page.without_id,
            records=list(page.records),
        )
        write_atomically(_page_path(self.folder, len(self.pagination.pages)), encode(content))
        return replace(self, pagination=self.pagination.with_page(request, page))


def load_resumable(settings: Settings, state: ArchiveState, now: datetime) -> Checkpoint | None:
    """Return the checkpoint if there is one and the refresh should be continued from it."""
    checkpoint = Checkpoint.load(settings, now)
    if checkpoint is None or _is_expired(checkpoint, settings, now):
        return None
    # A run may have ended after it committed the refresh and before it deleted the checkpoint.
    is_new = state.last_full_refresh is None or checkpoint.started > state.last_full_refresh
    return checkpoint if is_new else None


def _is_expired(checkpoint: Checkpoint, settings: Settings, now: datetime) -> bool:
    """Whether the list was read completely, was rejected, and is due to be fetched again.

    With ``--accept-withdrawals``, the rejected list is used without fetching it again.
    """
    pagination = checkpoint.pagination
    try:
        is_complete = bool(pagination.pages) and pagination.next_request() is None
    except UnstablePaginationError:
        return True
    if not is_complete or settings.accept_withdrawals:
        return False
    return settings.full or now - checkpoint.started >= settings.max_age


def saved_page_count(cache: Path) -> int:
    """Return the number of pages in the checkpoint of the folder ``cache``."""
    return len(list((cache / CHECKPOINT_FOLDER).glob("page-*.json")))


def delete_checkpoint(cache: Path) -> None:
    """Delete the checkpoint of the folder ``cache``, if there is one.

    The header goes first: without it, pages that cannot be deleted are ignored.
    """
    folder = cache / CHECKPOINT_FOLDER
    with suppress(OSError):
        (folder / CHECKPOINT_HEADER).unlink(missing_ok=True)
    _delete_pages(folder, first=0)


def _delete_pages(folder: Path, *, first: int) -> None:
    for path in sorted(folder.glob("page-*.json"))[first:]:
        with suppress(OSError):
            path.unlink()


def _page_path(folder: Path, index: int) -> Path:
    return folder / f"page-{index + 1:04}.json"


def _signature(settings: Settings) -> dict[str, str]:
    """Return what must be equal for a full refresh to be continued."""
    return {"api_url": settings.api_url, **base_query(settings.mode)}


def _load_page(path: Path) -> tuple[PageRequest, ApiPage] | None:
    """Return the page in ``path`` and its request; None if it is missing or damaged."""
    content = read_json(path, _PageFile)
    if content is None or content.role not in _ROLES:
        return None
    request = PageRequest(role=_ROLES[content.role], url=content.url, query=content.query)
    page = ApiPage(
        count=content.count,
        next=content.next,
        records=tuple(record for record in content.records if id_of_record(record) is not None),
        without_id=content.nameless,
    )
    return request, page
