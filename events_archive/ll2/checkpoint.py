"""The pages of an unfinished full sweep, kept so that the next run goes on where this one stopped.

``content_cache/sweep/``: ``sweep.json`` says what was asked of whom and when it began, and each
request has a numbered file. Not under version control: a sweep is finished or forgotten.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from events_archive.ll2.client import Page
from events_archive.ll2.json_fields import Fields
from events_archive.ll2.pagination import Read, Restless, Step, Walk
from events_archive.ll2.refresh_plan import stamp
from events_archive.model.archive_state import Ledger
from events_archive.settings import Settings
from events_archive.store import canonical_json
from events_archive.store.records import identity, read_bytes, write_atomically
from events_archive.store.transaction import SWEEP_FOLDER, SWEEP_HEAD

STALE_AFTER = timedelta(hours=48)
"""How long an unfinished sweep may be continued. Its early pages then tell of another week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A full sweep as far as it came."""

    folder: Path
    walk: Walk
    started: datetime

    @classmethod
    def begin(cls, folder: Path, asked: Mapping[str, str], now: datetime) -> "Sweep":
        """A new one; what was there before is forgotten."""
        forget(folder)
        head = canonical_json.encode({"asked": dict(asked), "started": stamp(now)})
        write_atomically(folder / SWEEP_HEAD, head)
        return cls(folder=folder, walk=Walk(), started=now)

    @classmethod
    def load(cls, folder: Path, asked: Mapping[str, str], now: datetime) -> "Sweep | None":
        """The unfinished one; None where none is, or it is too old or asked for something else.

        A page that cannot be read ends what is taken from it.
        """
        started = _started(folder / SWEEP_HEAD, asked)
        if started is None or not timedelta() <= now - started < STALE_AFTER:
            return None
        reads: list[Read] = []
        while (read := _load_read(folder / _name(len(reads)))) is not None:
            reads.append(read)
        _remove_pages(folder, beyond=len(reads))
        return cls(folder=folder, walk=Walk(reads=tuple(reads)), started=started)

    def keep(self, step: Step, page: Page) -> "Sweep":
        """The sweep one page on, safely on the disk."""
        value = {
            "role": step.role,
            "url": step.url,
            "query": dict(step.query),
            "count": page.count,
            "next": page.next,
            "nameless": page.nameless,
            "records": page.records,
        }
        write_atomically(self.folder / _name(len(self.walk.reads)), canonical_json.encode(value))
        walk = self.walk.with_page(step, page)
        return Sweep(folder=self.folder, walk=walk, started=self.started)


def unfinished(
    settings: Settings, asked: Mapping[str, str], ledger: Ledger, now: datetime
) -> Sweep | None:
    """The sweep with which it makes sense to go on, if there is one."""
    sweep = Sweep.load(settings.cache / SWEEP_FOLDER, asked, now)
    if sweep is None or _is_known(sweep, ledger) or _is_spent(sweep, settings, now):
        return None
    return sweep


def _is_known(sweep: Sweep, ledger: Ledger) -> bool:
    """Whether the ledger holds what the sweep found: a run ended before it could forget it."""
    return ledger.last_sweep is not None and sweep.started <= ledger.last_sweep


def _is_spent(sweep: Sweep, settings: Settings, now: datetime) -> bool:
    """Whether a sweep is of no more use: it was read to its end and not believed.

    Who accepts it need not ask for it again; else it is asked for anew when the cache is too old.
    """
    try:
        is_whole = bool(sweep.walk.reads) and sweep.walk.next_step() is None
    except Restless:
        return True
    if not is_whole or settings.accept_withdrawals:
        return False
    return settings.full or now - sweep.started >= settings.max_age


def forget(folder: Path) -> None:
    """Remove the pages; the head goes first, so that what is left behind counts for nothing."""
    with suppress(OSError):
        (folder / SWEEP_HEAD).unlink(missing_ok=True)
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
    fields = Fields(head)
    return fields.when("started") if fields.raw("asked") == dict(asked) else None


def _load_read(path: Path) -> Read | None:
    try:
        fields = Fields(canonical_json.decode(read_bytes(path)))
    except ValueError:
        return None
    count, records, query = fields.integer("count"), fields.raw("records"), fields.raw("query")
    if count is None or not isinstance(records, list) or not isinstance(query, dict):
        return None
    following = fields.raw("next")
    page = Page(
        count=count,
        next=following if isinstance(following, str) else None,
        records=tuple(record for record in records if identity(record) is not None),
        nameless=fields.integer("nameless") or 0,
    )
    step = Step(role=fields.line("role"), url=str(fields.raw("url") or ""), query=query)
    return Read(step=step, page=page)
