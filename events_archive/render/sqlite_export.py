"""Writes all events as a SQLite database with full-text search.

The same events make the same bytes with one version of SQLite, which is written into the file.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing

from events_archive.model.event import Event
from events_archive.model.timestamps import format_utc
from events_archive.site.export_columns import COLUMNS, Value
from events_archive.site.site import Site

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
