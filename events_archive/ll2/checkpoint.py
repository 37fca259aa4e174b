"""The pages of an unfinished full sweep, kept so that the next run goes on where this one stopped.

``content_cache/sweep/``: ``sweep.json`` says what was asked of whom and when it began, and each
request has a numbered file. Not under version control: a sweep is finished or forgotten.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from events_archive.ll2.client import ApiPage
from events_archive.ll2.json_fields import JsonFields
from events_archive.ll2.pagination import (
    FetchedPage,
    PageRequest,
    Pagination,
    UnstablePaginationError,
)
from events_archive.model.archive_state import ArchiveState
from events_archive.model.timestamps import format_utc
from events_archive.settings import Settings
from events_archive.store import canonical_json
from events_archive.store.files import read_bytes, write_atomically
from events_archive.store.records import id_of_record
from events_archive.store.transaction import CHECKPOINT_FOLDER, CHECKPOINT_HEADER

MAX_CHECKPOINT_AGE = timedelta(hours=48)
"""How long an unfinished sweep may be continued. Its early pages then tell of another week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A full sweep as far as it came."""

    folder: Path
    pagination: Pagination
    started: datetime

    @classmethod
    def create(cls, folder: Path, asked: Mapping[str, str], now: datetime) -> "Checkpoint":
        """A new one; what was there before is forgotten."""
        delete(folder)
        head = canonical_json.encode({"asked": dict(asked), "started": format_utc(now)})
        write_atomically(folder / CHECKPOINT_HEADER, head)
        return cls(folder=folder, pagination=Pagination(), started=now)

    @classmethod
    def load(cls, folder: Path, asked: Mapping[str, str], now: datetime) -> "Checkpoint | None":
        """The unfinished one; None where none is, or it is too old or asked for something else.

        A page that cannot be read ends what is taken from it.
        """
        started = _started(folder / CHECKPOINT_HEADER, asked)
        if started is None or not timedelta() <= now - started < MAX_CHECKPOINT_AGE:
            return None
        reads: list[FetchedPage] = []
        while (read := _load_page(folder / _name(len(reads)))) is not None:
            reads.append(read)
        _remove_pages(folder, beyond=len(reads))
        return cls(folder=folder, pagination=Pagination(pages=tuple(reads)), started=started)

    def save_page(self, step: PageRequest, page: ApiPage) -> "Checkpoint":
        """The sweep one page on, safely on the disk."""
        value = {
            "role": step.role,
            "url": step.url,
            "query": dict(step.query),
            "count": page.count,
            "next": page.next,
            "nameless": page.without_id,
            "records": page.records,
        }
        write_atomically(
            self.folder / _name(len(self.pagination.pages)), canonical_json.encode(value)
        )
        walk = self.pagination.with_page(step, page)
        return Checkpoint(folder=self.folder, pagination=walk, started=self.started)


def resumable(
    settings: Settings, asked: Mapping[str, str], ledger: ArchiveState, now: datetime
) -> Checkpoint | None:
    """The sweep with which it makes sense to go on, if there is one."""
    sweep = Checkpoint.load(settings.cache / CHECKPOINT_FOLDER, asked, now)
    if sweep is None or _is_committed(sweep, ledger) or _is_expired(sweep, settings, now):
        return None
    return sweep


def _is_committed(sweep: Checkpoint, ledger: ArchiveState) -> bool:
    """Whether the ledger holds what the sweep found: a run ended before it could forget it."""
    return ledger.last_full_refresh is not None and sweep.started <= ledger.last_full_refresh


def _is_expired(sweep: Checkpoint, settings: Settings, now: datetime) -> bool:
    """Whether a sweep is of no more use: it was read to its end and not believed.

    Who accepts it need not ask for it again; else it is asked for anew when the cache is too old.
    """
    try:
        is_whole = bool(sweep.pagination.pages) and sweep.pagination.next_request() is None
    except UnstablePaginationError:
        return True
    if not is_whole or settings.accept_withdrawals:
        return False
    return settings.full or now - sweep.started >= settings.max_age


def delete(folder: Path) -> None:
    """Remove the pages; the head goes first, so that what is left behind counts for nothing."""
    with suppress(OSError):
        (folder / CHECKPOINT_HEADER).unlink(missing_ok=True)
    _remove_pages(folder, beyond=0)


def _remove_pages(folder: Path, *, beyond: int) -> None:
    for path in sorted(folder.glob("page-*.json"))[beyond:]:
        with suppress(OSError):
            path.unlink()


def _name(number: int) -> str:
    return f"page-{number + 1:04}.json"


def _started(path: Path, asked: Mapping[str, str]) -> datetime | None:
    try:
        head = canonical_json.decode(read_bytes(path))
    except ValueError:
        return None
    fields = JsonFields(head)
    return fields.date_time("started") if fields.raw("asked") == dict(asked) else None


def _load_page(path: Path) -> FetchedPage | None:
    try:
        fields = JsonFields(canonical_json.decode(read_bytes(path)))
    except ValueError:
        return None
    count, records, query = fields.integer("count"), fields.raw("records"), fields.raw("query")
    if count is None or not isinstance(records, list) or not isinstance(query, dict):
        return None
    following = fields.raw("next")
    page = ApiPage(
        count=count,
        next=following if isinstance(following, str) else None,
        records=tuple(record for record in records if id_of_record(record) is not None),
        without_id=fields.integer("nameless") or 0,
    )
    step = PageRequest(
        role=fields.single_line("role"), url=str(fields.raw("url") or ""), query=query
    )
    return FetchedPage(request=step, page=page)
