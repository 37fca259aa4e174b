"""Compares what LL2 says with what the archive knew: which records to keep, what has changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from events_archive.ll2.json_fields import JsonFields
from events_archive.ll2.parse import (
    InvalidRecordError,
    parse_event,
    response_mode,
)
from events_archive.model.archive_state import ArchiveState, Change, diff_events
from events_archive.model.event import Event
from events_archive.store.records import Record, Records, is_older, last_updated

LIVE_WINDOW = timedelta(hours=24)
"""What changed since a look no older than this was observed as it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeResult:
    """What one contact with LL2 makes of the archive."""

    records: Records
    ledger: ArchiveState
    changes: tuple[Change, ...]
    unreadable: tuple[InvalidRecordError, ...] = ()
    """Records that came and cannot be read, though the cached ones can, which stay."""


def merge_records(
    cached: Records,
    incoming: Mapping[int, Record],
    ledger: ArchiveState,
    *,
    now: datetime,
    is_sweep: bool,
    gone: Iterable[int] = (),
) -> MergeResult:
    """The archive after ``incoming`` came at ``now`` and the events ``gone`` did not.

    A delta's page may be older than what we have, where it was read from a copy; a complete sweep
    is the truth, even where LL2 went back to an earlier state. What is gone keeps its record.
    """
    unreadable: list[InvalidRecordError] = []
    news: dict[int, Record] = {}
    for record_id, record in incoming.items():
        known = cached.by_id.get(record_id)
        if record == known or (is_older(record, known) and not is_sweep):
            continue
        if (problem := _validation_error(record, known)) is not None:
            unreadable.append(problem)
            continue
        news[record_id] = record
    withdrawn = {
        **{event_id: day for event_id, day in ledger.withdrawn.items() if event_id not in incoming},
        **{event_id: _last_seen(event_id, cached, ledger) for event_id in gone},
    }
    records = cached.merged(news)
    changes = _changes(cached.by_id, news, ledger, withdrawn, now)
    first_seen = {**dict.fromkeys(records.lines, now), **ledger.first_seen}
    return MergeResult(
        records=records,
        ledger=replace(ledger, withdrawn=withdrawn, first_seen=first_seen),
        changes=tuple(changes),
        unreadable=tuple(unreadable),
    )


def _validation_error(record: Record, known: Record | None) -> InvalidRecordError | None:
    """Why ``record`` must not replace ``known``, which can be read."""
    try:
        parse_event(record)
    except InvalidRecordError as problem:
        return problem if known is not None and _event(known) is not None else None
    return None


def _event(record: Record) -> Event | None:
    try:
        return parse_event(record)
    except InvalidRecordError:
        return None


def _last_seen(event_id: int, cached: Records, ledger: ArchiveState) -> date:
    """The last day on which LL2 surely had the event: it was in the last sweep, or edited since."""
    stamps = [cached.last_updated[event_id]]
    stamps += [when for when in (ledger.last_full_refresh, ledger.first_seen.get(event_id)) if when]
    return max(stamps).date()


def _changes(
    before: Mapping[int, Record],
    news: Mapping[int, Record],
    ledger: ArchiveState,
    withdrawn: Mapping[int, date],
    now: datetime,
) -> Iterator[Change]:
    def change(event_id: int, kind: str, since: datetime | None, *values: object) -> Change:
        field, old, new = values
        live = since is not None and timedelta() <= now - since <= LIVE_WINDOW
        return Change(
            observed=now,
            event_id=event_id,
            change_type=kind,
            field=str(field),
            old=old,
            new=new,
            is_live=live,
        )

    gone_or_back = withdrawn.keys() ^ ledger.withdrawn.keys()
    for event_id in sorted(news.keys() | (gone_or_back & before.keys())):
        known = before.get(event_id)
        record = news[event_id] if event_id in news else before[event_id]
        name = JsonFields(record).single_line("name")
        if known is None:
            yield change(event_id, "added", ledger.last_refreshed, "", None, name)
        elif event_id in news:
            # An edit that left the stamp alone shows in full sweeps only.
            is_silent = last_updated(record) == last_updated(known)
            since = ledger.last_full_refresh if is_silent else ledger.last_refreshed
            for kind, *values in _differences(known, record):
                yield change(event_id, kind, since, *values)
        if event_id in withdrawn and event_id not in ledger.withdrawn:
            yield change(event_id, "withdrawn", ledger.last_full_refresh, "", name, None)
        if event_id in ledger.withdrawn and event_id not in withdrawn:
            yield change(event_id, "returned", ledger.last_full_refresh, "", None, name)


def _differences(old: Record, new: Record) -> Iterator[tuple[str, str, object, object]]:
    """Nothing where either cannot be read: there is nothing to compare."""
    before, after = _event(old), _event(new)
    if before is not None and after is not None:
        relations = response_mode(old) == response_mode(new)
        yield from diff_events(before, after, relations=relations)
