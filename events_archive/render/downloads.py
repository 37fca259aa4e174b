"""All events in one file: as JSON Lines, as a table and as a database, with their checksums."""

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from events_archive.render.api_mirror import ApiMirror
from events_archive.site import urls
from events_archive.site.export_columns import COLUMNS, Value, rows
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadFile:
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
    mirror: ApiMirror
    cache_dir: Path | None = None
    """A folder in which the database is kept from one build to the next."""
    _described: dict[str, DownloadFile] = field(default_factory=dict)
    _waiting: dict[str, bytes] = field(default_factory=dict)
    """What was made to be described, until it is wanted itself."""

    @property
    def writers(self) -> dict[Writer, Callable[[Page], bytes]]:
        """The functions that write its files."""
        return {
            Writer.EVENTS_JSONL: lambda page: self.take(urls.EVENTS_JSONL),
            Writer.EVENTS_CSV: lambda page: self.take(urls.EVENTS_CSV),
            Writer.EVENTS_SQLITE: lambda page: self.take(urls.EVENTS_SQLITE),
            Writer.CHECKSUMS: lambda page: self.checksums,
        }

    @property
    def files(self) -> dict[str, DownloadFile]:
        """The three files by address."""
        return {address: self._describe(address) for address in self._contents}

    def take(self, address: str) -> bytes:
        """One of the files: large, so that it is not kept beyond this."""
        self._describe(address)
        content = self._waiting.pop(address, None)
        return self._contents[address]() if content is None else content

    def _describe(self, address: str) -> DownloadFile:
        if address not in self._described:
            content = self._waiting[address] = self._contents[address]()
            digest = hashlib.sha256(content).hexdigest()
            self._described[address] = DownloadFile(
                address=address, size=len(content), sha256=digest
            )
        return self._described[address]

    @property
    def _contents(self) -> dict[str, Callable[[], bytes]]:
        return {
            urls.EVENTS_JSONL: self._lines,
            urls.EVENTS_CSV: self._table,
            urls.EVENTS_SQLITE: self._database,
        }

    def _lines(self) -> bytes:
        """JSON Lines: the detailed records with what we add, by id, withdrawn events included."""
        events = sorted(self.site.catalogue.all_events, key=lambda event: event.id)
        records = [self.mirror.record(event, urls.EVENTS_JSONL) for event in events]
        return b"\n".join([*records, b""])

    def _table(self) -> bytes:
        """CSV as RFC 4180 has it, in UTF-8."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(column.name for column in COLUMNS)
        writer.writerows([escape_formula(value) for value in row] for row in self._rows)
        return text.getvalue().encode("utf-8", "replace")

    def _database(self) -> bytes:
        """SQLite, made anew only if what it holds has changed."""
        from events_archive.render.sqlite_export import database_bytes  # noqa: PLC0415 - only here

        return database_bytes(self.site, self._rows, self.cache_dir)

    @cached_property
    def _rows(self) -> list[tuple[Value, ...]]:
        return rows(self.site)

    @property
    def checksums(self) -> bytes:
        """What ``sha256sum --check`` reads, in the folder of the files."""
        names = {address.rpartition("/")[2]: file for address, file in self.files.items()}
        return "".join(f"{file.sha256}  {name}\n" for name, file in names.items()).encode()


def escape_formula(value: Value) -> Value:
    """The value for a table: text that a spreadsheet would run as a formula begins with a '."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
