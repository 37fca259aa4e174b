"""Merge a response into the cache: which records to store, and what has changed.

A member that a record lacks says nothing: the API has three levels of detail, and a server may not
send the one it was asked for. So the member keeps the value that is known. One that is null or
empty is a statement, and is stored.

A record that differs from the known one in timestamps alone is no news, and is not stored: LL2 sets
them anew without a change, for hundreds of events at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from events_archive.ll2.load import read_event
from events_archive.ll2.parse import InvalidRecordError
from events_archive.model.archive_state import ArchiveState
from events_archive.model.changes import Change, diff_events
from events_archive.model.event import Event
from events_archive.model.timestamps import EARLIEST, FIRST_DATE, LATEST
from events_archive.source.bounds import MAX_RECORD_BYTES
from events_archive.source.refresh import is_stale
from events_archive.store.records import Record, RecordLine, Records, last_updated

LIVE_WINDOW = timedelta(hours=36)
"""A change is live if the cache was refreshed at most this long before the change was found: a
daily refresh that is late counts."""

_MODES = {"detailed": "agencies", "normal": "updates", "list": "id"}
"""The levels of detail, each with a member that it has and the next one has not."""


class MergeResult(Struct, frozen=True, kw_only=True):
    """The contents of the cache after a response was merged."""

    records: Records
    archive_state: ArchiveState
    is_full: bool
    """Whether the response was a full refresh."""
    changes: tuple[Change, ...]
    invalid: tuple[InvalidRecordError, ...]
    """Records of the response that were dropped: in favour of valid cached ones, or because they
    are too long or too deep to be stored."""


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

    ``withdrawn_ids`` are cached events that LL2 no longer has; their records remain. Those of the
    sample that were not fetched go.
    """
    updates, invalid = _updates(cached, fetched, now, is_full=is_full)
    replaced = cached.sample - fetched.keys()
    others = {id: line for id, line in cached.lines.items() if id not in replaced}
    records = Records(lines=others).merged(updates)
    withdrawn = {
        **{event_id: day for event_id, day in state.withdrawn.items() if event_id not in fetched},
        **{event_id: _last_seen(event_id, cached, state) for event_id in withdrawn_ids},
    }
    edits = (line.last_updated for line in cached.lines.values())
    latest = now if now >= max(edits, default=EARLIEST) else LATEST
    return MergeResult(
        records=records,
        archive_state=_state_after(state, records, withdrawn, now, latest, is_full=is_full),
        is_full=is_full,
        changes=tuple(_changes(cached, updates, state, withdrawn, now)),
        invalid=tuple(invalid),
    )


def _updates(
    cached: Records, fetched: Mapping[int, Record], now: datetime, *, is_full: bool
) -> tuple[dict[int, RecordLine], list[InvalidRecordError]]:
    """Return the lines to store, by event id, and the errors of the records that are dropped.

    A full refresh counts even where it has older versions: records were reset upstream. In an
    incremental one, an older version comes from a copy that lags behind, and is ignored, unless the
    known one is from the future by this computer's clock.
    """
    updates: dict[int, RecordLine] = {}
    invalid: list[InvalidRecordError] = []
    for event_id, sent in fetched.items():
        known = cached.lines.get(event_id)
        try:
            known_record = known.decode() if known else {}
            record = _with_known_members(sent, known_record)
            if record == known_record or (
                without_timestamps(record) == without_timestamps(known_record)
            ):
                continue
            edited = last_updated(record)
            if known and not is_full and is_stale(edited, known.last_updated, now):
                continue
            line = RecordLine.encode(record)
        except Exception as error:
            invalid.append(InvalidRecordError(event_id, [str(error)]))
            continue
        event = read_event(event_id, line)
        if isinstance(event, InvalidRecordError) and (
            _event(known) or len(line.data) > MAX_RECORD_BYTES
        ):
            invalid.append(event)
        else:
            updates[event_id] = line
    return updates, invalid


def _state_after(
    state: ArchiveState,
    records: Records,
    withdrawn: Mapping[int, date],
    now: datetime,
    latest: datetime,
    *,
    is_full: bool,
) -> ArchiveState:
    """Return the state after a refresh at ``now``, with no observation later than ``latest``.

    If this computer's clock was ahead, there are observations later than ``now``, to which they are
    moved. If edits are later too, the clock is behind, and ``latest`` is the end of time.
    """
    first_seen = {**dict.fromkeys(records.lines, now), **state.first_seen}
    full, incremental = state.last_full_refresh, state.last_incremental_refresh
    combined_since = state.changes_combined_since or state.last_refreshed or FIRST_DATE
    return replace(
        state,
        withdrawn={event_id: min(day, latest.date()) for event_id, day in withdrawn.items()},
        first_seen={event_id: min(seen, latest) for event_id, seen in first_seen.items()},
        last_full_refresh=now if is_full else full and min(full, now),
        last_incremental_refresh=incremental and min(incremental, now) if is_full else now,
        changes_combined_since=min(combined_since, latest),
    )


def count_incomplete(records: Iterable[Record], mode: str) -> int:
    """Return how many of ``records`` have fewer details than records of ``mode``."""
    return sum(_MODES[mode] not in record for record in records)


def _event(line: RecordLine | None) -> Event | None:
    """Return the event of a line; None if there is no line or it is invalid."""
    event = read_event(0, line) if line else None
    return event if isinstance(event, Event) else None


def without_timestamps(value: Any) -> Any:
    """Return a JSON value without when LL2 touched it: ``last_updated``, of related objects too."""
    if isinstance(value, dict):
        members = value.items()
        return {name: without_timestamps(v) for name, v in members if name != "last_updated"}
    return [without_timestamps(item) for item in value] if isinstance(value, list) else value


def _with_known_members(record: Record, known: Record) -> Record:
    """Return ``record`` with the members of ``known`` that it lacks; the higher mode is theirs.

    What lacks even a name is no record of any mode, but a fault.
    """
    if known.keys() <= record.keys() or not record.keys() >= {"name", "slug", "type"}:
        return record
    modes = [known.get("response_mode"), record.get("response_mode")]
    highest = [{"response_mode": mode} for mode in _MODES if mode in modes][:1]
    return {**known, **record, **dict(*highest)}


def _last_seen(event_id: int, cached: Records, state: ArchiveState) -> date:
    """Return the last day on which LL2 certainly had the event.

    That is the day of the last full refresh, or of a later edit.
    """
    edited, first_seen = cached.lines[event_id].last_updated, state.first_seen.get(event_id)
    return max(filter(None, (edited, state.last_full_refresh, first_seen))).date()


def _changes(
    cached: Records,
    updates: Mapping[int, RecordLine],
    state: ArchiveState,
    withdrawn: Mapping[int, date],
    now: datetime,
) -> Iterator[Change]:
    """Yield the changes by event id; ``state`` is that before the merge, ``withdrawn`` after it."""
    withdrawn_or_returned = (withdrawn.keys() ^ state.withdrawn.keys()) & cached.lines.keys()
    for event_id in sorted(updates.keys() | withdrawn_or_returned):
        known, update = cached.lines.get(event_id), updates.get(event_id)
        event = _event(update or known)
        name = event.name if event else ""
        differences = list(_differences(known, update, state))
        if event_id in withdrawn and event_id not in state.withdrawn:
            differences.append((state.last_full_refresh, "withdrawn", "", name, None))
        if event_id in state.withdrawn and event_id not in withdrawn:
            differences.append((state.last_full_refresh, "returned", "", None, name))
        for since, change_type, field, old, new in differences:
            yield Change(
                observed=now,
                event_id=event_id,
                change_type=change_type,
                field=field,
                old=old,
                new=new,
                is_live=since is not None and timedelta() <= now - since <= LIVE_WINDOW,
            )


def _differences(
    known: RecordLine | None, update: RecordLine | None, state: ArchiveState
) -> Iterator[tuple[datetime | None, str, str, Any, Any]]:
    """Yield the time since which a record differs, change type, field, old value, new value.

    None if one of the two records is invalid.
    """
    before, after = _event(known), _event(update)
    if known is None:
        yield (state.last_refreshed, "added", "", None, after.name if after else "")
    elif update and before and after:
        # Only a full refresh finds an edit that did not change ``last_updated``.
        is_silent = update.last_updated == known.last_updated
        since = state.last_full_refresh if is_silent else state.last_refreshed
        # Only "detailed" records have relations.
        one, other = (line.decode().get("response_mode") for line in (known, update))
        for difference in diff_events(before, after, relations=one == other):
            yield (since, *difference)
