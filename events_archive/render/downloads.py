"""Writes the downloads: all events as JSON Lines, CSV and a SQLite database, with checksums.

The same events make the same database with one version of SQLite, which is written into the file.
"""

import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from events_archive.model.event import Event
from events_archive.model.timestamps import format_utc
from events_archive.render.api_mirror import ApiMirror
from events_archive.site import urls
from events_archive.site.export_columns import COLUMNS, Value, rows
from events_archive.site.page import Page, Writer
from events_archive.site.site import Site

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

RELATIONS = {
    "agencies": "agency",
    "programs": "program",
    "launches": "launch",
    "stations": "station",
    "expeditions": "expedition",
    "astronauts": "astronaut",
}
"""Tables of related objects by name, each with the singular."""

_SETTINGS = "PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA journal_mode = OFF;"
_SEARCH = """
CREATE VIEW searchable AS SELECT id, name, description, location,
  type || '; ' || coalesce(agencies || '; ', '') || coalesce(programs || '; ', '')
  || coalesce(launches || '; ', '') || coalesce(stations || '; ', '')
  || coalesce(expeditions || '; ', '') || coalesce(astronauts, '') AS related
  FROM events;
CREATE VIRTUAL TABLE search USING fts5(name, description, location, related,
  content = 'searchable', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO search (search) VALUES ('rebuild');
INSERT INTO search (search) VALUES ('optimize');
"""


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


def database_bytes(site: Site, event_rows: Sequence[tuple[Value, ...]]) -> bytes:
    """Return the file; ``event_rows`` are the rows of `export_columns.rows`."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.executescript(_SETTINGS + _schema())
        database.execute("BEGIN")
        for table, rows in _tables(site, event_rows).items():
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        database.execute("COMMIT")
        database.executescript(_SEARCH)
        database.execute("VACUUM")
        return database.serialize()


def _schema() -> str:
    """Return the statements that create the tables, except that of the full-text search."""
    columns = ", ".join(
        f"{column.name} {column.type}{' PRIMARY KEY' if column.name == 'id' else ''}"
        for column in COLUMNS
    )
    statements = [f"CREATE TABLE events ({columns})"]
    for table, singular in RELATIONS.items():
        key = "TEXT" if table == "launches" else "INTEGER"
        statements += (
            f"CREATE TABLE {table} (id {key} PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID",
            f"CREATE TABLE event_{table} (event_id INTEGER NOT NULL REFERENCES events, "
            f"{singular}_id {key} NOT NULL REFERENCES {table}, "
            f"PRIMARY KEY (event_id, {singular}_id)) WITHOUT ROWID",
        )
    statements += (
        "CREATE TABLE changes (observed TEXT NOT NULL, event_id INTEGER NOT NULL, "
        "kind TEXT NOT NULL, field TEXT NOT NULL, old TEXT, new TEXT, live INTEGER NOT NULL)",
        "CREATE INDEX events_by_date ON events (starts)",
    )
    return "; ".join(statements) + ";"


def _tables(
    site: Site, event_rows: Sequence[tuple[Value, ...]]
) -> dict[str, Sequence[tuple[Value, ...]]]:
    """Return the rows of every table by its name, in a constant order."""
    events = sorted(site.catalogue.all_events, key=lambda event: event.id)
    tables = {"events": event_rows}
    for relation in RELATIONS:
        tables[relation] = _members(events, relation)
        tables[f"event_{relation}"] = sorted(
            (event.id, member.id) for event in events for member in getattr(event, relation)
        )
    tables["changes"] = [
        (
            format_utc(change.observed), change.event_id, change.change_type,
            change.field, _as_text(change.old), _as_text(change.new), int(change.is_live),
        )
        for change in site.history.changes
    ]  # fmt: skip
    return tables


def _members(events: Iterable[Event], relation: str) -> list[tuple[Value, ...]]:
    """Return id and name of each related object; if events disagree, the name in the last one."""
    names = {member.id: member.name for event in events for member in getattr(event, relation)}
    return sorted(names.items())


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
