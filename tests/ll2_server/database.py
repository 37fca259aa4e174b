"""The events of the stand-in server, which tests add, change, rename and delete."""

import copy
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any, Self

from tests.ll2_server.dates import NOW, format_utc
from tests.ll2_server.records import generate_records, plain_record
from tests.ll2_server.reference_data import API_ROOT, Record
from tests.ll2_server.slugs import unique_slug


class EventDatabase:
    """All events of the stand-in server; can be changed from any thread.

    A record is never changed in place but replaced, so a list of records stays consistent.
    """

    def __init__(self, records: Iterable[Record] = (), *, clock: datetime = NOW) -> None:
        self._lock = RLock()
        self._records = {record["id"]: record for record in records}
        self._deleted: dict[int, Record] = {}
        self._clock = clock
        self._version = 0

    @classmethod
    def generate(cls, count: int, **options: Any) -> Self:
        """Generate `count` events; `options` are passed to `generate_records`."""
        return cls(generate_records(count, **options))

    @property
    def clock(self) -> datetime:
        """The server's current time, also the `last_updated` of changed events."""
        return self._clock

    @clock.setter
    def clock(self, now: datetime) -> None:
        with self._lock:
            self._clock = now.astimezone(UTC)
            self._version += 1

    def advance(self, **amount: float) -> None:
        """Advance the clock: `database.advance(hours=6)`."""
        self.clock = self._clock + timedelta(**amount)

    @property
    def version(self) -> int:
        """A number that grows with every change."""
        return self._version

    @property
    def ids(self) -> list[int]:
        """The ids of all events, ascending."""
        with self._lock:
            return sorted(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, number: object) -> bool:
        return number in self._records

    def __getitem__(self, number: int) -> Record:
        """Return a copy of one record, which may be changed."""
        with self._lock:
            return copy.deepcopy(self._records[number])

    def records(self) -> list[Record]:
        """Return all records in no particular order; they must not be changed."""
        with self._lock:
            return list(self._records.values())

    def find(self, number: int) -> Record | None:
        """Return one record, which must not be changed, or None."""
        return self._records.get(number)

    def add(self, record: Record | None = None, **fields: Any) -> Record:
        """Add an event: a record, or single fields (`name="..."`) on top of a plain one.

        Without an id it gets the next free one, without a slug the one that LL2 would give it.
        """
        with self._lock:
            given = copy.deepcopy((record or {}) | fields)
            number = given.get("id") or max([1, *self._records, *self._deleted]) + 1
            if number in self._records:
                raise ValueError(f"there is already an event {number}")
            plain = plain_record(number, given.get("name", f"Event {number}"))
            plain |= {"date": format_utc(self._clock), "last_updated": format_utc(self._clock)}
            added = plain | given
            if "slug" not in given:
                added["slug"] = unique_slug(added["name"], self._slugs())
            return self._put(added)

    def change(self, number: int, *, silently: bool = False, **fields: Any) -> Record:
        """Change fields of an event; with `silently`, its `last_updated` stays the same.

        With a new name the event gets a new slug, unless one is given. LL2 makes some changes
        silently.
        """
        with self._lock:
            changed = self._records[number] | copy.deepcopy(fields)
            if "name" in fields and "slug" not in fields:
                changed["slug"] = unique_slug(fields["name"], self._slugs(exclude=number))
            if not silently and "last_updated" not in fields:
                changed["last_updated"] = format_utc(self._clock)
            return self._put(changed)

    def rename(self, number: int, name: str, *, silently: bool = False) -> str:
        """Change the name of an event; return its new slug. Other events may get the old one."""
        return str(self.change(number, silently=silently, name=name)["slug"])

    def delete(self, number: int) -> None:
        """Delete an event; as in LL2, no trace of it is left."""
        with self._lock:
            self._deleted[number] = self._records.pop(number)
            self._version += 1

    def restore(self, number: int) -> Record:
        """Restore a deleted event; it gets another slug if its own was taken meanwhile."""
        with self._lock:
            record = self._deleted.pop(number)
            if record["slug"] in self._slugs():
                record = record | {"slug": unique_slug(record["name"], self._slugs())}
            return self._put(record)

    def _put(self, record: Record) -> Record:
        record = record | {"url": f"{API_ROOT}events/{record['id']}/"}
        self._records[record["id"]] = record
        self._version += 1
        return record

    def _slugs(self, exclude: int | None = None) -> set[str]:
        records = self._records.values()
        return {record["slug"] for record in records if record["id"] != exclude}
