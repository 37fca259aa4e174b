"""From the records of the cache to events: who cannot be read is named and set aside."""

from events_archive.model.event import Event
from events_archive.report import Report
from events_archive.source.cache import Records
from events_archive.source.parsing import UnreadableRecord, parse_event

_TOLD_IN_FULL = 10


def read_events(records: Records, report: Report) -> list[Event]:
    """The events of all readable records, by id; a warning for each of the others."""
    for sentence in records.damaged:
        report.warn(f"{sentence}; it is left out until the next full sweep brings it again")
    events: list[Event] = []
    unreadable: list[UnreadableRecord] = []
    for record_id, record in records.by_id.items():
        try:
            events.append(parse_event(record, records.lines[record_id].digest))
        except UnreadableRecord as problem:
            unreadable.append(problem)
    warn_of_unreadable(unreadable, report, "it is left out")
    return events


def warn_of_unreadable(problems: list[UnreadableRecord], report: Report, consequence: str) -> None:
    """A warning for each problem, with the ids of all but the first few in one sentence."""
    for problem in problems[:_TOLD_IN_FULL]:
        report.warn(f"{problem}; {consequence}")
    if rest := problems[_TOLD_IN_FULL:]:
        ids = ", ".join(str(problem.record_id) for problem in rest)
        report.warn(f"{len(rest)} more events cannot be read ({ids}); {consequence}")
