"""All events in one file: as JSON Lines, as a table and as a database, with their checksums."""

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from events_archive.publish.database import database_bytes
from events_archive.publish.mirror import Mirror
from events_archive.site import addresses
from events_archive.site.columns import COLUMNS, Value, rows
from events_archive.site.site import Site

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One file, as its page describes it."""

    address: str
    size: int
    """In bytes."""
    sha256: str
    """In hexadecimal."""


@dataclass(frozen=True, kw_only=True)
class Downloads:
    """The files, each made once."""

    site: Site
    mirror: Mirror
    kept: Path | None = None
    """A folder in which the database is kept from one build to the next."""

    @property
    def makers(self) -> dict[str, Callable[[], bytes]]:
        """What makes a file, by the template of its page."""
        return {
            "data-lines": lambda: self.lines,
            "data-table": lambda: self.table,
            "database": lambda: self.database,
            "checksums": lambda: self.checksums,
        }

    @cached_property
    def lines(self) -> bytes:
        """JSON Lines: the detailed records with what we add, by id, withdrawn events included."""
        events = sorted(self.site.catalogue.all_events, key=lambda event: event.id)
        records = (self.mirror.record(event, addresses.DATA_LINES) for event in events)
        return "".join(f"{record}\n" for record in records).encode("utf-8", "replace")

    @cached_property
    def _rows(self) -> list[tuple[Value, ...]]:
        return rows(self.site)

    @cached_property
    def table(self) -> bytes:
        """CSV as RFC 4180 has it, in UTF-8."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(column.name for column in COLUMNS)
        writer.writerows([harmless(value) for value in row] for row in self._rows)
        return text.getvalue().encode("utf-8", "replace")

    @cached_property
    def database(self) -> bytes:
        """SQLite, made anew only if what it holds has changed."""
        return database_bytes(self.site, self._rows, self.kept)

    @cached_property
    def files(self) -> dict[str, Download]:
        """The three files by address."""
        contents = {
            addresses.DATA_LINES: self.lines,
            addresses.DATA_TABLE: self.table,
            addresses.DATABASE: self.database,
        }
        return {
            address: Download(
                address=address, size=len(content), sha256=hashlib.sha256(content).hexdigest()
            )
            for address, content in contents.items()
        }

    @property
    def checksums(self) -> bytes:
        """What ``sha256sum --check`` reads, in the folder of the files."""
        names = {address.rpartition("/")[2]: file for address, file in self.files.items()}
        return "".join(f"{file.sha256}  {name}\n" for name, file in names.items()).encode()


def harmless(value: Value) -> Value:
    """The value for a table: text that a spreadsheet would run as a formula begins with a '."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
