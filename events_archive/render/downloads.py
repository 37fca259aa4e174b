"""Writes the downloads: all events as JSON Lines, as CSV and as a database, with checksums."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from events_archive.render.api_mirror import ApiMirror
from events_archive.render.sqlite_export import database_bytes
from events_archive.site import urls
from events_archive.site.export_columns import COLUMNS, Value, rows
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadFile:
    """What the data page shows of a file."""

    path: str
    size: int
    """In bytes."""
    sha256: str
    """In hexadecimal."""


@dataclass(frozen=True, kw_only=True)
class Downloads:
    """Writes the files, each of them once."""

    site: Site
    mirror: ApiMirror
    _described: dict[str, DownloadFile] = field(default_factory=dict)
    _contents: dict[str, bytes] = field(default_factory=dict)
    """Files that were described and not yet written."""

    @property
    def writers(self) -> dict[Writer, Callable[[Page], bytes]]:
        """The functions that write its files."""
        return {
            Writer.EVENTS_JSONL: self._file,
            Writer.EVENTS_CSV: self._file,
            Writer.EVENTS_SQLITE: self._file,
            Writer.CHECKSUMS: lambda page: self._checksums(),
        }

    @property
    def files(self) -> dict[str, DownloadFile]:
        """The description of the three files, by path."""
        return {path: self._describe(path) for path in self._makers}

    @property
    def _makers(self) -> dict[str, Callable[[], bytes]]:
        return {
            urls.EVENTS_JSONL: self._jsonl,
            urls.EVENTS_CSV: lambda: csv_text(self._rows).encode("utf-8", "replace"),
            urls.EVENTS_SQLITE: lambda: database_bytes(self.site, self._rows),
        }

    def _describe(self, path: str) -> DownloadFile:
        if path not in self._described:
            content = self._contents[path] = self._makers[path]()
            self._described[path] = DownloadFile(
                path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest()
            )
        return self._described[path]

    def _file(self, page: Page) -> bytes:
        """Return a file, which is not kept in memory any longer, since it is large."""
        self._describe(page.path)
        content = self._contents.pop(page.path, None)
        return self._makers[page.path]() if content is None else content

    def _jsonl(self) -> bytes:
        """Return the detailed records with the archive's additions, by id, withdrawn ones too."""
        events = sorted(self.site.catalogue.all_events, key=lambda event: event.id)
        return b"".join(self.mirror.record(event, urls.EVENTS_JSONL) + b"\n" for event in events)

    @cached_property
    def _rows(self) -> list[tuple[Value, ...]]:
        return rows(self.site)

    def _checksums(self) -> bytes:
        """Return what ``sha256sum --check`` reads in the folder of the files."""
        return "".join(
            f"{file.sha256}  {Path(path).name}\n" for path, file in self.files.items()
        ).encode()


def csv_text(rows: Iterable[Iterable[Value]]) -> str:
    """Return ``rows`` as CSV (RFC 4180) below the names of the columns."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.name for column in COLUMNS)
    writer.writerows([_escape_formula(value) for value in row] for row in rows)
    return text.getvalue()


def _escape_formula(value: Value) -> Value:
    """Return ``value``; text that a spreadsheet would evaluate is preceded by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
