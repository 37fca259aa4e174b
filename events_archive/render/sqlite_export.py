"""The archive as a SQLite database with full-text search; the same events give the same bytes.

Nothing in it tells when or where it was made. The bytes depend on the version of SQLite, which
writes its number into the file.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path

import msgspec

from events_archive.model.event import Event
from events_archive.model.timestamps import format_utc
from events_archive.site.export_columns import COLUMNS, Value
from events_archive.site.site import Site
from events_archive.store.files import replacing

RELATIONS = {
    "agencies": "agency",
    "programs": "program",
    "launches": "launch",
    "stations": "station",
    "expeditions": "expedition",
    "astronauts": "astronaut",
}
"""Tables of related things, each with what one of them is called."""

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


def schema() -> str:
    """The tables, without the full-text search."""
    columns = ", ".join(
        f"{column.name} {column.type}{' PRIMARY KEY' if column.name == 'id' else ''}"
        for column in COLUMNS
    )
    tables = [f"CREATE TABLE events ({columns})"]
    for table, one in RELATIONS.items():
        key = "TEXT" if table == "launches" else "INTEGER"
        tables += (
            f"CREATE TABLE {table} (id {key} PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID",
            f"CREATE TABLE event_{table} (event_id INTEGER NOT NULL REFERENCES events, "
            f"{one}_id {key} NOT NULL REFERENCES {table}, PRIMARY KEY (event_id, {one}_id)) "
            "WITHOUT ROWID",
        )
    tables.append(
        "CREATE TABLE changes (observed TEXT NOT NULL, event_id INTEGER NOT NULL, "
        "kind TEXT NOT NULL, field TEXT NOT NULL, old TEXT, new TEXT, live INTEGER NOT NULL)"
    )
    return "; ".join((*tables, "CREATE INDEX events_by_date ON events (starts)")) + ";"


def database_bytes(site: Site, rows: list[tuple[Value, ...]], kept: Path | None = None) -> bytes:
    """The whole file; taken from the folder ``kept`` where one of the same content lies there."""
    content = _content(site, rows)
    inputs = msgspec.json.encode((sqlite3.sqlite_version, schema(), _SEARCH, content))
    key = blake2b(inputs, digest_size=12).hexdigest()
    file = kept / f"events-{key}.sqlite" if kept else None
    if file and file.is_file():
        return file.read_bytes()
    data = _serialize(content)
    if file:
        _cache(file, data)
    return data


def _content(site: Site, rows: list[tuple[Value, ...]]) -> dict[str, list[tuple[Value, ...]]]:
    """The rows of every table, in order."""
    events = sorted(site.catalogue.all_events, key=lambda event: event.id)
    content = {"events": rows}
    for relation in RELATIONS:
        content[relation] = sorted(_related(events, relation))
        content[f"event_{relation}"] = sorted(_pairs(events, relation))
    content["changes"] = [
        (
            format_utc(change.observed), change.event_id, change.change_type,
            change.field, _as_text(change.old), _as_text(change.new), int(change.is_live),
        )
        for change in site.history.changes
    ]  # fmt: skip
    return content


def _related(events: Iterable[Event], relation: str) -> Iterable[tuple[Value, ...]]:
    """Each thing once; where events disagree on its name, the last event's counts."""
    return {
        member.id: member.name for event in events for member in getattr(event, relation)
    }.items()


def _pairs(events: Iterable[Event], relation: str) -> Iterator[tuple[Value, ...]]:
    return ((event.id, member.id) for event in events for member in getattr(event, relation))


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _serialize(content: dict[str, list[tuple[Value, ...]]]) -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.executescript(_SETTINGS + schema())
        database.execute("BEGIN")
        for table, rows in content.items():
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        database.execute("COMMIT")
        database.executescript(_SEARCH)
        database.execute("VACUUM")
        return database.serialize()


def _cache(file: Path, data: bytes) -> None:
    """Keep it for the next build, and no other; where that fails, the next build makes it anew."""
    with suppress(OSError):
        for previous in file.parent.glob("events-*.sqlite"):
            previous.unlink()
        with replacing(file) as temporary:
            temporary.write_bytes(data)
