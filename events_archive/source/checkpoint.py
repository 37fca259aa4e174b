"""The pages of an unfinished full refresh, saved so that the next run can continue it.

A header holds the request and the start, and each fetched page has a numbered file beside it. A
refresh that is committed or expires deletes them.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import asdict

from events_archive.model.timestamps import AwareDatetime
from events_archive.source.api_page import ApiPage
from events_archive.store.files import read_checked, write_checked
from events_archive.store.records import id_of_record

MAX_CHECKPOINT_AGE = timedelta(hours=48)
"""The age from which a checkpoint is not resumed, since its first pages are out of date."""


class PageRequest(Struct, frozen=True, kw_only=True):
    """One request for a page of a list."""

    role: str
    """Why it is made, or for which list."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters in addition to those of every request, or in their place."""


class _Header(msgspec.Struct):
    """The content of the header."""

    asked: dict[str, str]
    """The API's URL and the parameters of every request."""
    started: AwareDatetime


class _PageFile(msgspec.Struct, rename={"without_id": "nameless"}):
    """The content of a page's file: the fields of `PageRequest` and of `ApiPage`."""

    role: str
    query: Mapping[str, str]
    count: int
    has_next: bool
    without_id: int
    records: tuple[Any, ...]


class Checkpoint(Struct, frozen=True, kw_only=True):
    """The files of an unfinished full refresh of one API."""

    header: Path
    page_prefix: str
    """What the names of the pages' files begin with; they are beside the header."""
    signature: Mapping[str, str]
    """What must be equal for a full refresh to be continued."""
    roles: frozenset[str]
    """The roles that requests may have."""

    def create(self, now: datetime) -> None:
        """Save that a full refresh starts; a checkpoint that exists is deleted."""
        self.delete()
        write_checked(self.header, _Header(asked=dict(self.signature), started=now))

    def save_page(self, index: int, request: PageRequest, page: ApiPage) -> None:
        """Save the page with this ``index``, from 0.

        One that is nested too deeply to be written is fetched again if the refresh is continued.
        """
        content = _PageFile(**asdict(request), **asdict(page))
        with suppress(ValueError):
            write_checked(self._path(index), content)

    def load(
        self, now: datetime, last_full_refresh: datetime | None
    ) -> tuple[tuple[PageRequest, ApiPage], ...] | None:
        """Return the saved pages, if there is a checkpoint from which to continue.

        None if it is too old or was committed, or has another signature. Pages from the first one
        that cannot be read are deleted.
        """
        header = read_checked(self.header, _Header)
        if header is None or header.asked != self.signature:
            return None
        if not timedelta() <= now - header.started < MAX_CHECKPOINT_AGE:
            return None
        pages: list[tuple[PageRequest, ApiPage]] = []
        while fetched := self._load_page(self._path(len(pages))):
            pages.append(fetched)
        self._delete_pages(first=len(pages))
        # A run may have ended after it committed the refresh and before it deleted the checkpoint.
        is_new = last_full_refresh is None or header.started > last_full_refresh
        return tuple(pages) if is_new else None

    @property
    def saved_page_count(self) -> int:
        """The number of saved pages."""
        return len(self._page_files())

    def delete(self) -> None:
        """Delete the checkpoint, if there is one.

        The header goes first: without it, pages that cannot be deleted are ignored.
        """
        with suppress(OSError):
            self.header.unlink(missing_ok=True)
        self._delete_pages(first=0)

    def _delete_pages(self, *, first: int) -> None:
        for path in self._page_files()[first:]:
            with suppress(OSError):
                path.unlink()

    def _page_files(self) -> list[Path]:
        return sorted(self.header.parent.glob(f"{self.page_prefix}-*.json"))

    def _path(self, index: int) -> Path:
        return self.header.with_name(f"{self.page_prefix}-{index + 1:04}.json")

    def _load_page(self, path: Path) -> tuple[PageRequest, ApiPage] | None:
        """Return the page in ``path`` and its request; None if it is missing or damaged."""
        content = read_checked(path, _PageFile)
        if content is None or content.role not in self.roles:
            return None
        page = ApiPage(
            count=content.count,
            has_next=content.has_next,
            records=tuple(record for record in content.records if id_of_record(record) is not None),
            without_id=content.without_id,
        )
        return PageRequest(role=content.role, query=content.query), page
