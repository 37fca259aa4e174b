"""Parse the records of the cache."""

from collections.abc import Sequence

from events_archive.console import Console
from events_archive.ll2.parse import EventParser, InvalidRecordError
from events_archive.model.event import Event
from events_archive.store.records import Records

_MAX_DETAILED_WARNINGS = 10


def load_events(records: Records, console: Console) -> list[Event]:
    """Return the events of all valid records, by id; warn of each damaged or invalid one."""
    for damage in records.damaged:
        console.warn(f"{damage}; it is left out until the next full sweep brings it again")
    parser = EventParser()
    events: list[Event] = []
    invalid: list[InvalidRecordError] = []
    for line in records.lines.values():
        try:
            events.append(parser.parse(line))
        except InvalidRecordError as error:
            invalid.append(error)
    warn_of_invalid_records(invalid, console, "it is left out")
    return events


def warn_of_invalid_records(
    errors: Sequence[InvalidRecordError], console: Console, consequence: str
) -> None:
    """Warn of each error; beyond the first ten, in one message that has the other ids."""
    for error in errors[:_MAX_DETAILED_WARNINGS]:
        console.warn(f"{error}; {consequence}")
    if rest := errors[_MAX_DETAILED_WARNINGS:]:
        ids = ", ".join(str(error.record_id) for error in rest)
        console.warn(f"{len(rest)} more events cannot be read ({ids}); {consequence}")
