"""Writes the downloads: all events as JSON Lines, CSV and a SQLite database, visits, checksums.

The same events make the same database with one version of SQLite, which is written into the file,
and the same ZIP with one version of zlib.
"""

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from events_archive.model.event import Event
from events_archive.model.timestamps import format_utc
from events_archive.pages.stored_data import StoredData
from events_archive.render.api_mirror import ATTRIBUTION, mirror_record
from events_archive.render.content_cache import content_cache_zip
from events_archive.render.context import RenderContext
from events_archive.site import urls
from events_archive.site.export_columns import (
    ARTICLE_COLUMNS,
    COLUMNS,
    VISIT_COLUMNS,
    Column,
    Value,
    event_ids,
    rows_of,
    visit_record,
)
from events_archive.site.page import Page
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
  || coalesce(expeditions || '; ', '') || coalesce(astronauts, '') AS related,
  (SELECT group_concat(title, '; ') FROM articles JOIN event_articles ON article_id = articles.id
    WHERE event_id = events.id) AS articles
  FROM events;
CREATE VIRTUAL TABLE search USING fts5(name, description, location, related, articles,
  content = 'searchable', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO search (search) VALUES ('rebuild');
INSERT INTO search (search) VALUES ('optimize');
"""


Tables = Mapping[str, Sequence[tuple[Value, ...]]]
"""The rows of tables by the table's name, in the order in which they are written."""


class Download(NamedTuple):
    """One of the files."""

    content: bytes
    sha256: str
    """Its digest in hexadecimal."""


def downloads(context: RenderContext, page: Page) -> dict[str, Download]:
    """Return all files by path; they are made once.

    ``page`` is one of them, or one that describes them.
    """
    make = partial(_make, context, page.context["stored"])
    files: dict[str, Download] = context.cached("downloads", make)
    return files


def _make(context: RenderContext, stored: StoredData) -> dict[str, Download]:
    site = context.site
    root = site.base_url or urls.relative_root(urls.EVENTS_JSONL)
    events = sorted(site.catalogue.all_events, key=lambda event: event.id)
    visits = {
        "attribution": ATTRIBUTION,
        # The day alone, so that a refresh without news changes no file.
        "as_of": site.catalogue.today.isoformat(),
        "visits": [visit_record(site, visit) for visit in site.visits],
    }
    tables = {
        "events": rows_of(COLUMNS, site, events),
        "visits": rows_of(VISIT_COLUMNS, site, site.visits),
        "articles": rows_of(ARTICLE_COLUMNS, site, site.all_articles),
    }
    contents = {
        urls.EVENTS_JSONL: b"".join(mirror_record(context, e, root) + b"\n" for e in events),
        urls.EVENTS_CSV: csv_text(COLUMNS, tables["events"]).encode("utf-8", "replace"),
        urls.EVENTS_SQLITE: database_bytes(site, tables),
        urls.VISITS_JSON: indented_json(visits).encode("utf-8", "replace"),
        urls.VISITS_CSV: csv_text(VISIT_COLUMNS, tables["visits"]).encode("utf-8", "replace"),
        urls.ARTICLES_CSV: csv_text(ARTICLE_COLUMNS, tables["articles"]).encode("utf-8", "replace"),
        urls.CONTENT_CACHE: content_cache_zip(context, stored),
    }
    return {
        path: Download(content, sha256(content).hexdigest()) for path, content in contents.items()
    }


def download(context: RenderContext, page: Page) -> bytes:
    """Return one of the files."""
    return downloads(context, page)[page.path].content


def checksums(context: RenderContext, page: Page) -> bytes:
    """Return what ``sha256sum --check`` reads in the folder of the files."""
    files = downloads(context, page).items()
    return "".join(f"{file.sha256}  {Path(path).name}\n" for path, file in files).encode()


def csv_text(columns: Iterable[Column], rows: Iterable[Iterable[Value]]) -> str:
    """Return ``rows`` as CSV (RFC 4180) below the names of the columns."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.name for column in columns)
    writer.writerows([_escape_formula(value) for value in values] for values in rows)
    return text.getvalue()


def indented_json(value: object) -> str:
    """Return ``value`` as JSON with line breaks."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _escape_formula(value: Value) -> Value:
    """Return ``value``; text that a spreadsheet would evaluate is preceded by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def database_bytes(site: Site, tables: Tables) -> bytes:
    """Return the file; ``tables`` has the rows of events, by id, of visits and of articles."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.executescript(_SETTINGS + _schema())
        database.execute("BEGIN")
        for table, rows in {**tables, **_relations(site)}.items():
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        database.execute("COMMIT")
        database.executescript(_SEARCH)
        database.execute("VACUUM")
        return database.serialize()


def _schema() -> str:
    """Return the statements that create the tables, except that of the full-text search."""
    statements = [
        f"CREATE TABLE events ({_column_definitions(COLUMNS)})",
        f"CREATE TABLE visits ({_column_definitions(VISIT_COLUMNS)})",
        f"CREATE TABLE articles ({_column_definitions(ARTICLE_COLUMNS)}) WITHOUT ROWID",
        "CREATE TABLE event_articles (event_id INTEGER NOT NULL REFERENCES events, "
        "article_id TEXT NOT NULL REFERENCES articles, "
        "PRIMARY KEY (event_id, article_id)) WITHOUT ROWID",
    ]
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


def _column_definitions(columns: Iterable[Column]) -> str:
    return ", ".join(
        f"{column.name} {column.type}{' PRIMARY KEY' if column.name == 'id' else ''}"
        for column in columns
    )


def _relations(site: Site) -> Tables:
    """Return the rows of all other tables: what events are related to, and their changes."""
    events = sorted(site.catalogue.all_events, key=lambda event: event.id)
    tables: dict[str, Sequence[tuple[Value, ...]]] = {
        "event_articles": sorted(
            (event_id, article.key)
            for article in site.all_articles
            for event_id in event_ids(site, article)
        ),
    }
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
