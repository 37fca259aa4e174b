"""The checkpoint of a full refresh from LL2, in ``content_cache/sweep/``."""

from datetime import datetime
from typing import get_args

from events_archive.ll2.pagination import Pagination, Role, base_query, start_reading
from events_archive.model.archive_state import ArchiveState
from events_archive.settings import Settings
from events_archive.source.checkpoint import Checkpoint
from events_archive.store.transaction import CHECKPOINT_FOLDER, CHECKPOINT_HEADER


def checkpoint_of(settings: Settings) -> Checkpoint:
    """Return the checkpoint in the cache; one of another API or mode is not continued."""
    return Checkpoint(
        header=settings.cache / CHECKPOINT_FOLDER / CHECKPOINT_HEADER,
        page_prefix="page",
        signature={"api_url": settings.api_url, **base_query(settings.mode)},
        roles=frozenset(get_args(Role)),
    )


def load_checkpoint(settings: Settings, state: ArchiveState, now: datetime) -> Pagination | None:
    """Return what an unfinished refresh has read; None if there is none to continue."""
    pages = checkpoint_of(settings).load(now, state.last_full_refresh)
    if pages is None:
        return None
    pagination = start_reading(state)
    for request, page in pages:
        pagination = pagination.with_page(request, page)
    return pagination
