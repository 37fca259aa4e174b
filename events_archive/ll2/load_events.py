"""From the records of the cache to events: who cannot be read is named and set aside."""

import marshal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from events_archive.console import Report
from events_archive.ll2.event_summaries import (
    Extract,
    event_of,
    extract_of,
    load_extracts,
    save_extracts,
)
from events_archive.ll2.lazy_event import unread
from events_archive.ll2.memo import Readings
from events_archive.ll2.parse import (
    SHARED,
    Record,
    UnreadableRecord,
    details_of,
    parse_headline,
)
from events_archive.model.event import Event
from events_archive.store.canonical_json import Decoder
from events_archive.store.records import NEVER, Line, Reader, Records, decoded
from events_archive.workers import Share, can_share

_TOLD_IN_FULL = 10
_MANY = 1200
"""So many new records are read sooner by two processes than by one."""
_PIECE = 100
"""Lines that one of them takes at a time."""


class EventReader(Reader):
    """Reads events from records, and remembers what lists need to know of them."""

    def __init__(
        self, extracts: Mapping[str, Extract] | None = None, *, processes: int = 1
    ) -> None:
        self._extracts = dict(extracts or {})
        self._kept = len(self._extracts)
        self._processes = processes
        self._readings = Readings()
        self._decoder = Decoder(SHARED)
        self._learnt: dict[str, Event | UnreadableRecord] = {}
        """By digest, what was read from records that no extract is known of."""
        self._unread: dict[str, Any] = {}
        """By digest, what another process has decoded for the details to be read from."""

    @classmethod
    def open(cls, cache: Path, *, processes: int = 1) -> "EventReader":
        """A reader that knows what the last run knew."""
        return cls(load_extracts(cache), processes=processes)

    def foresee(self, lines: Sequence[Line]) -> None:
        """Read the lines that are new, if they are so many that a second process helps."""
        new = [line for line in lines if line.digest not in self._extracts]
        if len(new) < _MANY or self._processes == 1 or not can_share():
            return
        pieces = [new[start : start + _PIECE] for start in range(0, len(new), _PIECE)]
        told: dict[str, tuple[Extract, Any]] = {}

        def read(piece: int) -> None:
            for line in pieces[piece]:
                # A line that is not as we write it is read by whoever comes to it.
                with suppress(ValueError):
                    self.learn(line, self._decoder.members(line.data.decode()))

        def read_and_tell(piece: int) -> None:
            read(piece)
            for line in pieces[piece]:
                event = self._learnt.get(line.digest)
                if isinstance(event, Event):
                    told[line.digest] = (extract_of(event, self._readings), unread(event))

        # Half as long on its way as if it were pickled.
        outcome = partial(marshal.dumps, told)
        with Share(len(pieces), read, outcome, there=read_and_tell) as share:
            learnt = marshal.loads(share.finish())
        for digest, (extract, members) in learnt.items():
            self._extracts[digest] = extract
            self._unread[digest] = members

    def recall(self, line: Line) -> tuple[int, datetime] | None:
        """The event's id and stamp, where an extract has them or it has been read."""
        extract = self._extracts.get(line.digest)
        if extract:
            return extract[0], datetime.fromisoformat(extract[1]) if extract[1] else NEVER
        event = self._learnt.get(line.digest)
        return (event.id, event.last_updated or NEVER) if isinstance(event, Event) else None

    def learn(self, line: Line, record: Record) -> None:
        """Read the record while it is at hand."""
        try:
            self._learnt[line.digest] = parse_headline(record, line.digest, self._readings)
        except UnreadableRecord as problem:
            self._learnt[line.digest] = problem

    def event(self, line: Line) -> Event:
        """The event of a line; raises UnreadableRecord."""
        if extract := self._extracts.get(line.digest):
            # The event has them from now on, until somebody asks for its details.
            members = self._unread.pop(line.digest, None)
            late = (self._details, line) if members is None else (details_of, members)
            return event_of(extract, line.digest, self._readings, *late)
        if line.digest not in self._learnt:
            self.learn(line, line.record)
        learnt = self._learnt[line.digest]
        if isinstance(learnt, UnreadableRecord):
            raise learnt
        return learnt

    def keep(self, cache: Path, events: list[Event]) -> None:
        """Keep the extracts of ``events``, if they are not those that are kept."""
        if self._learnt or not len(events) == len(self._extracts) == self._kept:
            known, readings = self._extracts, self._readings
            save_extracts(
                cache, ((e.digest, known.get(e.digest) or extract_of(e, readings)) for e in events)
            )

    def _details(self, line: Line) -> Mapping[str, Any]:
        return details_of(decoded(line, self._decoder)[1])


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
