"""Load events from the lines of the cache; an invalid record costs no other event."""

from collections.abc import Sequence
from typing import Any

from events_archive.console import Console, quantity
from events_archive.ll2.parse import InvalidRecordError, abbreviated, parse_event
from events_archive.ll2.parsed_events import ParsedEvents
from events_archive.model.event import Event
from events_archive.source.bounds import MAX_NESTING, MAX_RECORD_BYTES
from events_archive.store.files import ADVICE
from events_archive.store.records import RecordLine, Records

_MAX_DETAILED_WARNINGS = 10


def load_events(
    records: Records, console: Console, parsed: ParsedEvents | None = None
) -> list[Event]:
    """Return the events of all valid records, by id; warn of each damaged or invalid one.

    Those that are in ``parsed`` are not parsed again; all others are added to it.
    """
    of_last_run = parsed.of_last_run if parsed else {}
    for damage in records.damaged:
        console.warn(f"{damage}; {ADVICE}")
    events: list[Event] = []
    invalid: list[InvalidRecordError] = []
    notes: list[str] = []
    for event_id, line in records.lines.items():
        notes_on_event: list[str] = []
        event = of_last_run.get(line.digest) or read_event(event_id, line, notes_on_event)
        if isinstance(event, Event):
            events.append(event)
            if parsed and not notes_on_event:
                parsed.of_this_run[event.digest] = event
            notes += (f"event {event_id}: {note}" for note in dict.fromkeys(notes_on_event))
        else:
            invalid.append(event)
    warn_of_invalid_records(invalid, console, has_former=False)
    for note in notes[:_MAX_DETAILED_WARNINGS]:
        console.warn(note)
    if rest := notes[_MAX_DETAILED_WARNINGS:]:
        console.warn(f"{len(rest)} more values are beyond the bounds of a record")
    return events


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
