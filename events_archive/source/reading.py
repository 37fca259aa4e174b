"""From the records of the cache to events: who cannot be read is named and set aside."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from events_archive.model.event import Event
from events_archive.report import Report
from events_archive.source.cache import NEVER, Line, Reader, Records
from events_archive.source.extracts import (
    Extract,
    event_of,
    extract_of,
    load_extracts,
    save_extracts,
)
from events_archive.source.parsing import (
    Record,
    UnreadableRecord,
    details_of,
    parse_headline,
)
from events_archive.source.shared import Readings

_TOLD_IN_FULL = 10


class EventReader(Reader):
    """Reads events from records, and remembers what lists need to know of them."""

    def __init__(self, extracts: Mapping[str, Extract] | None = None) -> None:
        self._extracts = extracts or {}
        self._readings = Readings()
        self._learnt: dict[str, Event | UnreadableRecord] = {}
        """By digest, what was read from records that no extract is known of."""

    @classmethod
    def open(cls, cache: Path) -> "EventReader":
        """A reader that knows what the last run knew."""
        return cls(load_extracts(cache))

    def recall(self, line: Line) -> tuple[int, datetime] | None:
        """The event's id and stamp, where an extract has them."""
        extract = self._extracts.get(line.digest)
        if extract is None:
            return None
        return extract[0], datetime.fromisoformat(extract[1]) if extract[1] else NEVER

    def learn(self, line: Line, record: Record) -> None:
        """Read the record while it is at hand."""
        try:
            self._learnt[line.digest] = parse_headline(record, line.digest, self._readings)
        except UnreadableRecord as problem:
            self._learnt[line.digest] = problem

    def event(self, line: Line) -> Event:
        """The event of a line; raises UnreadableRecord."""
        if extract := self._extracts.get(line.digest):
            return event_of(extract, line.digest, partial(_details, line), self._readings)
        if line.digest not in self._learnt:
            self.learn(line, line.record)
        learnt = self._learnt[line.digest]
        if isinstance(learnt, UnreadableRecord):
            raise learnt
        return learnt

    def keep(self, cache: Path, events: list[Event]) -> None:
        """Keep the extracts of ``events``, if they are not those that are kept."""
        if self._learnt or len(events) != len(self._extracts):
            known, readings = self._extracts, self._readings
            save_extracts(
                cache, ((e.digest, known.get(e.digest) or extract_of(e, readings)) for e in events)
            )


def _details(line: Line) -> Mapping[str, Any]:
    return details_of(line.record)


def read_events(records: Records, report: Report, reader: EventReader | None = None) -> list[Event]:
    """The events of all readable records, by id; a warning for each of the others."""
    reader = reader or EventReader()
    for sentence in records.damaged:
        report.warn(f"{sentence}; it is left out until the next full sweep brings it again")
    events: list[Event] = []
    unreadable: list[UnreadableRecord] = []
    for line in records.lines.values():
        try:
            events.append(reader.event(line))
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
