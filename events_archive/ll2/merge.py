"""Merge a response into the cache: which records to store, and what has changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from events_archive.ll2.json_fields import JsonFields
from events_archive.ll2.parse import InvalidRecordError, parse_event, response_mode
from events_archive.model.archive_state import ArchiveState
from events_archive.model.changes import Change, diff_events
from events_archive.model.event import Event
from events_archive.store.records import Record, Records, is_older, last_updated

LIVE_WINDOW = timedelta(hours=24)
"""A change is live if the cache was refreshed at most this long before the change was found."""

_Difference = tuple[str, str, Any, Any]
"""Change type, field, old value, new value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeResult:
    """The contents of the cache after a response was merged."""

    records: Records
    archive_state: ArchiveState
    changes: tuple[Change, ...]
    invalid: tuple[InvalidRecordError, ...] = ()
    """Records of the response that were dropped in favour of valid cached ones."""


def merge_records(
    cached: Records,
    fetched: Mapping[int, Record],
    state: ArchiveState,
    *,
    now: datetime,
    is_full: bool,
    withdrawn_ids: Iterable[int] = (),
) -> MergeResult:
    """Return the cache after ``fetched`` was received at ``now``.

    ``withdrawn_ids`` are cached events that LL2 no longer has; their records remain. ``is_full``
    says whether ``fetched`` is a full refresh, which counts even where it has older versions:
    records were reset upstream. In an incremental refresh, an older version comes from a copy that
    lags behind, and is ignored.
    """
    invalid: list[InvalidRecordError] = []
    updates: dict[int, Record] = {}
    for event_id, record in fetched.items():
        known = cached.by_id.get(event_id)
        if record == known or (is_older(record, known) and not is_full):
            continue
        if (error := _replacement_error(record, known)) is not None:
            invalid.append(error)
            continue
        updates[event_id] = record
    withdrawn = {
        **{event_id: day for event_id, day in state.withdrawn.items() if event_id not in fetched},
        **{event_id: _last_seen(event_id, cached, state) for event_id in withdrawn_ids},
    }
    records = cached.merged(updates)
    first_seen = {**dict.fromkeys(records.lines, now), **state.first_seen}
    return MergeResult(
        records=records,
        archive_state=replace(state, withdrawn=withdrawn, first_seen=first_seen),
        changes=tuple(_changes(cached.by_id, updates, state, withdrawn, now)),
        invalid=tuple(invalid),
    )


def _replacement_error(record: Record, known: Record | None) -> InvalidRecordError | None:
    """Return why ``record`` must not replace ``known``; None if it may, or if both are invalid."""
    try:
        parse_event(record)
    except InvalidRecordError as error:
        return error if known is not None and _parse_if_valid(known) is not None else None
    return None


def _parse_if_valid(record: Record) -> Event | None:
    try:
        return parse_event(record)
    except InvalidRecordError:
        return None


def _last_seen(event_id: int, cached: Records, state: ArchiveState) -> date:
    """Return the last day on which LL2 certainly had the event.

    That is the day of the last full refresh, or of a later edit.
    """
    dates = (cached.last_updated[event_id], state.last_full_refresh, state.first_seen.get(event_id))
    return max(filter(None, dates)).date()


def _changes(
    cached: Mapping[int, Record],
    updates: Mapping[int, Record],
    state: ArchiveState,
    withdrawn: Mapping[int, date],
    now: datetime,
) -> Iterator[Change]:
    """Yield the changes by event id; ``state`` is that before the merge, ``withdrawn`` after it."""

    def change(event_id: int, since: datetime | None, difference: _Difference) -> Change:
        change_type, field, old, new = difference
        return Change(
            observed=now,
            event_id=event_id,
            change_type=change_type,
            field=field,
            old=old,
            new=new,
            is_live=since is not None and timedelta() <= now - since <= LIVE_WINDOW,
        )

    withdrawn_or_returned = (withdrawn.keys() ^ state.withdrawn.keys()) & cached.keys()
    for event_id in sorted(updates.keys() | withdrawn_or_returned):
        known = cached.get(event_id)
        record = updates[event_id] if event_id in updates else cached[event_id]
        name = JsonFields(record).single_line("name")
        if known is None:
            yield change(event_id, state.last_refreshed, ("added", "", None, name))
        elif event_id in updates:
            # Only a full refresh finds an edit that did not change ``last_updated``.
            is_silent = last_updated(record) == last_updated(known)
            since = state.last_full_refresh if is_silent else state.last_refreshed
            for difference in _differences(known, record):
                yield change(event_id, since, difference)
        if event_id in withdrawn and event_id not in state.withdrawn:
            yield change(event_id, state.last_full_refresh, ("withdrawn", "", name, None))
        if event_id in state.withdrawn and event_id not in withdrawn:
            yield change(event_id, state.last_full_refresh, ("returned", "", None, name))


def _differences(old: Record, new: Record) -> Iterator[_Difference]:
    """Yield the differences between two versions of an event; none if one of them is invalid."""
    before, after = _parse_if_valid(old), _parse_if_valid(new)
    if before is not None and after is not None:
        has_same_mode = response_mode(old) == response_mode(new)
        yield from diff_events(before, after, relations=has_same_mode)
