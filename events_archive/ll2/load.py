"""Load events from the lines of the cache; an invalid record costs no other event."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct, field, msgpack

from events_archive.console import Console, quantity
from events_archive.ll2.parse import InvalidRecordError, abbreviated, parse_event
from events_archive.ll2.parsed_events import ParsedEvents
from events_archive.model.event import Event
from events_archive.source.bounds import MAX_NESTING, MAX_RECORD_BYTES
from events_archive.store.files import ADVICE
from events_archive.store.records import RecordLine, Records
from events_archive.workers import process_all

_MAX_DETAILED_WARNINGS = 10

_CHUNK_SIZE = 20
"""The number of lines that one process takes at a time."""

_MIN_SHARED = 300
"""The number of lines from which on a second process saves more time than its start takes."""


class _ReadLines(Struct, frozen=True):
    """What was read of some lines, by the ids of their events."""

    events: dict[int, Event] = field(default_factory=dict)
    invalid: dict[int, InvalidRecordError] = field(default_factory=dict)
    notes: dict[int, list[str]] = field(default_factory=dict)
    """A sentence for each value that is beyond a bound."""

    def __reduce__(self) -> tuple[object, ...]:
        """Return what is pickled; events in MessagePack take a fifth of the time."""
        return _unpickle, (msgpack.encode(self.events), self.invalid, self.notes)


def _unpickle(events: bytes, *others: Any) -> _ReadLines:
    return _ReadLines(msgpack.decode(events, type=dict[int, Event]), *others)


def load_events(
    records: Records, console: Console, parsed: ParsedEvents | None = None, *, jobs: int = 1
) -> list[Event]:
    """Return the events of all valid records, by id; warn of each damaged or invalid one.

    Those that are in ``parsed`` are not parsed again; all others are added to it. With more than
    one of ``jobs``, a worker process helps.
    """
    for damage in records.damaged:
        console.warn(f"{damage}; {ADVICE}")
    of_last_run = parsed.of_last_run if parsed else {}
    known: dict[int, Event] = {}
    if of_last_run:
        found = ((id, of_last_run.get(line.digest)) for id, line in records.lines.items())
        known = {id: event for id, event in found if event}
    unread = [(id, line) for id, line in records.lines.items() if id not in known]
    read = _read_all(unread, jobs)
    events = [event for _, event in sorted((known | read.events).items())]
    if parsed:
        parsed.of_this_run.update(
            (event.digest, event) for event in events if event.id not in read.notes
        )
    invalid = [error for _, error in sorted(read.invalid.items())]
    warn_of_invalid_records(invalid, console, has_former=False)
    notes = [f"event {id}: {note}" for id, notes in sorted(read.notes.items()) for note in notes]
    for note in notes[:_MAX_DETAILED_WARNINGS]:
        console.warn(note)
    if rest := notes[_MAX_DETAILED_WARNINGS:]:
        console.warn(f"{len(rest)} more values are beyond the bounds of a record")
    return events


def _read_all(lines: Sequence[tuple[int, RecordLine]], jobs: int) -> _ReadLines:
    if jobs < 2 or len(lines) < _MIN_SHARED:
        return _read_lines(lines)
    chunks = [lines[at : at + _CHUNK_SIZE] for at in range(0, len(lines), _CHUNK_SIZE)]
    read = _ReadLines()
    for chunk in process_all(_read_lines, chunks):
        read.events.update(chunk.events)
        read.invalid.update(chunk.invalid)
        read.notes.update(chunk.notes)
    return read


def _read_lines(lines: Iterable[tuple[int, RecordLine]]) -> _ReadLines:
    read = _ReadLines()
    for event_id, line in lines:
        notes: list[str] = []
        event = read_event(event_id, line, notes)
        if isinstance(event, Event):
            read.events[event_id] = event
            if notes:
                read.notes[event_id] = list(dict.fromkeys(notes))
        else:
            read.invalid[event_id] = event
    return read


def read_event(
    event_id: int, line: RecordLine, notes: list[str] | None = None
) -> Event | InvalidRecordError:
    """Return the event of a line, or why it cannot be read; ``notes`` gets what was cut.

    Whatever is wrong with a record, foreseen or not, is an error of this event and not the end of
    the run. What fails later, when its pages are made, is caught by
    `output.failing_events`.
    """
    try:
        if len(line.data) > MAX_RECORD_BYTES:
            raise ValueError(f"it has {len(line.data):,} bytes")
        record = line.decode()
        # Nearly no record has as many brackets.
        if line.data.count(b"[") + line.data.count(b"{") > MAX_NESTING:
            _require_flat(record, MAX_NESTING)
        event = parse_event(record, line.digest, notes)
        _ = event.sort_key  # whatever is made of events is made in their order
        return event
    except InvalidRecordError as error:
        return error
    except Exception as error:
        reason = str(error) if isinstance(error, ValueError) else repr(error)
        return InvalidRecordError(event_id, [abbreviated(reason)[1:-1]])


def _require_flat(value: Any, levels: int) -> None:
    if not levels:
        raise ValueError("nested too deeply")
    for member in value.values() if isinstance(value, dict) else value:
        if isinstance(member, dict | list):
            _require_flat(member, levels - 1)


def warn_of_invalid_records(
    errors: Sequence[InvalidRecordError], console: Console, *, has_former: bool
) -> None:
    """Warn of each error; beyond the first ten, in one message that has the other ids.

    ``has_former`` is whether the archive has a former version of the events, which it keeps.
    """
    one, several = (
        ("its last good version stays", "their last good versions stay")
        if has_former
        else ("it is left out", "they are left out")
    )
    for error in errors[:_MAX_DETAILED_WARNINGS]:
        console.warn(f"{error}; {one}")
    if rest := errors[_MAX_DETAILED_WARNINGS:]:
        ids = ", ".join(str(error.record_id) for error in rest)
        count, consequence = quantity(len(rest), "more event"), several if len(rest) > 1 else one
        console.warn(f"{count} cannot be read ({ids}); {consequence}")
