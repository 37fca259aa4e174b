"""The downloads, opened by the tools that users open them with."""

import csv
import hashlib
import html
import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from events_archive.render.downloads import csv_text, database_bytes
from events_archive.site.export_columns import (
    ARTICLE_COLUMNS,
    COLUMNS,
    VISIT_COLUMNS,
    rows_of,
)
from tests.conftest import Run, copy_seed, run_build
from tests.factories import a_site, an_article, an_event
from tests.ll2_server.reference_data import Record


@pytest.fixture
def cached(generated_run: Run) -> dict[int, Record]:
    """The records of the cache, by id."""
    lines = (generated_run.cache / "events.jsonl").read_bytes().splitlines()
    return {record["id"]: record for record in map(json.loads, lines)}


@pytest.fixture
def database(generated_run: Run) -> Iterator[sqlite3.Connection]:
    file = generated_run.output / "data" / "events.sqlite"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def test_the_jsonl_file_has_all_records_by_id(
    generated_run: Run, cached: dict[int, Record]
) -> None:
    text = (generated_run.output / "data" / "events.jsonl").read_text("utf-8")
    records = [json.loads(line) for line in text.split("\n")[:-1]]
    assert [record["id"] for record in records] == sorted(cached)
    for record in records:
        original = cached[record["id"]]
        assert {key: record[key] for key in original if key != "url"} == {
            key: value for key, value in original.items() if key != "url"
        }


def test_the_csv_file_has_all_events_and_all_documented_columns(
    generated_run: Run, cached: dict[int, Record]
) -> None:
    with (generated_run.output / "data" / "events.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, strict=True))
    assert [int(row["id"]) for row in table] == sorted(cached)
    assert list(table[0]) == [column.name for column in COLUMNS]
    for line in table:
        assert line["date"] == (cached[int(line["id"])]["date"] or "")
        assert line["type_id"] == str(cached[int(line["id"])]["type"]["id"])
    page = (generated_run.output / "data.html").read_text("utf-8")
    assert all(f"<code>{column.name}</code>" in page for column in COLUMNS)


def test_no_cell_can_be_evaluated_as_a_formula(generated_run: Run) -> None:
    with (generated_run.output / "data" / "events.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    site = a_site(an_event(name="=HYPERLINK(1)", description="-1+1"))
    assert "=HYPERLINK(1)" in rows_of(COLUMNS, site, site.catalogue.events)[0]


def test_the_database_has_all_events_and_relations(
    database: sqlite3.Connection, cached: dict[int, Record]
) -> None:
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    events = database.execute("SELECT id, date, type_id, withdrawn FROM events ORDER BY id")
    assert list(events) == [
        (number, record["date"], record["type"]["id"], 0)
        for number, record in sorted(cached.items())
    ]
    related = {(number, item["id"]) for number, r in cached.items() for item in r["agencies"]}
    assert set(database.execute("SELECT event_id, agency_id FROM event_agencies")) == related


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="no sqlite3 on the PATH")
def test_the_example_on_the_data_page_works_with_sqlite3(generated_run: Run) -> None:
    example = re.search(
        r"sqlite3 events\.sqlite \"(.*?)\"",
        (generated_run.output / "data.html").read_text("utf-8"),
        re.DOTALL,
    )
    assert example
    query = example[1].replace("solar AND array*", "docking")
    process = subprocess.run(
        ["sqlite3", "events.sqlite", query],
        cwd=generated_run.output / "data", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(process.stdout.splitlines()) == 10


@pytest.mark.parametrize("word", ["docking", "station", "soyuz", "nasa", "crew", "nowhere"])
def test_full_text_search_finds_every_event_with_the_word(
    database: sqlite3.Connection, cached: dict[int, Record], word: str
) -> None:
    found = {number for (number,) in database.execute(
        "SELECT rowid FROM search WHERE search MATCH ?", (word,)
    )}  # fmt: skip
    titles = "SELECT event_id, lower(title) FROM event_articles JOIN articles ON id = article_id"
    titled = {id for id, title in database.execute(titles) if word in re.findall(r"\w+", title)}
    assert found == titled | {id for id, record in cached.items() if word in _words(record)}


def _words(record: Record) -> set[str]:
    related = [
        item["name"]
        for key in ("agencies", "launches", "expeditions", "spacestations", "program", "astronauts")
        for item in record[key] or ()
    ]
    texts = (
        record["name"],
        record["description"],
        record["location"] or "",
        record["type"]["name"],
    )
    return set(re.findall(r"[^\W_]+", " ".join((*texts, *related)).lower()))


def test_the_checksums_are_those_of_the_files(generated_run: Run) -> None:
    folder = generated_run.output / "data"
    lines = (folder / "SHA256SUMS").read_text("ascii").splitlines()
    assert len(lines) == 7
    page = (generated_run.output / "data.html").read_text("utf-8")
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        assert digest in page


def test_visits_are_the_same_in_json_csv_and_the_database(
    generated_run: Run, database: sqlite3.Connection
) -> None:
    folder = generated_run.output / "data"
    visits = json.loads((folder / "visits.json").read_bytes())["visits"]
    with (folder / "visits.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, strict=True))
    names = [column.name for column in VISIT_COLUMNS]
    rows = list(database.execute(f"SELECT {', '.join(names)} FROM visits"))
    assert len(visits) == len(table) == len(rows) > 20
    assert [list(visit) for visit in visits] == [names] * len(visits)
    for visit, line, row_ in zip(visits, table, rows, strict=True):
        visit["event_ids"] = "; ".join(map(str, visit["event_ids"]))
        assert tuple(visit.values()) == row_
        # An apostrophe precedes what would be a formula.
        assert [value.removeprefix("'") for value in line.values()] == [
            "" if value is None else str(value).removeprefix("'") for value in row_
        ]
    page = (generated_run.output / "data.html").read_text("utf-8")
    assert all(f"<code>{name}</code>" in page for name in names)


def test_articles_are_the_same_in_csv_and_the_database_and_joined_to_their_events(
    generated_run: Run, database: sqlite3.Connection
) -> None:
    with (generated_run.output / "data/articles.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, strict=True))
    names = [column.name for column in ARTICLE_COLUMNS]
    rows = list(
        database.execute(f"SELECT {', '.join(names)} FROM articles ORDER BY kind, length(id), id")
    )
    assert [tuple(line.values()) for line in table] == rows
    text = (generated_run.cache / "articles.jsonl").read_text("utf-8")
    stored = {f"{one['kind']}-{one['id']}": one for one in map(json.loads, text.splitlines())}
    assert [line["id"] for line in table] == list(stored)
    for line in table:
        record = stored[line["id"]]
        assert (line["title"], line["url"]) == (record["title"], record["url"])
        assert (line["site"], line["authors"]) == (
            record["news_site"], record["authors"][0]["name"],
        )  # fmt: skip
        ids = sorted(event["event_id"] for event in record["events"])
        assert line["event_ids"] == "; ".join(map(str, ids))
        joined = "SELECT event_id FROM event_articles WHERE article_id = ? ORDER BY 1"
        assert [id for (id,) in database.execute(joined, (line["id"],))] == ids
    page = (generated_run.output / "data.html").read_text("utf-8")
    assert all(f"<code>{name}</code>" in page for name in names)
    assert "one of 90 articles per row" in page


def test_titles_of_articles_are_in_the_full_text_index(database: sqlite3.Connection) -> None:
    query = "SELECT rowid FROM search WHERE search MATCH 'articles: \"beautiful sight\"'"
    found = {id for (id,) in database.execute(query)}
    expected = (
        "SELECT event_id FROM event_articles JOIN articles ON articles.id = article_id "
        "WHERE title LIKE '%beautiful sight%'"
    )
    assert found == {id for (id,) in database.execute(expected)}
    assert found


def test_hostile_titles_are_text_in_csv_and_sqlite(tmp_path: Path) -> None:
    article = an_article(title='=HYPERLINK(1)"; DROP TABLE events', authors=("@x",), site="\ud83d")
    site = a_site(an_event(309), articles={309: (article,)})
    text = csv_text(ARTICLE_COLUMNS, rows_of(ARTICLE_COLUMNS, site, [article]))
    [line] = csv.DictReader(text.splitlines(), strict=True)
    assert line["title"] == "'=HYPERLINK(1)\"; DROP TABLE events"
    assert line["authors"] == "'@x"


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="no sqlite3 on the PATH")
def test_the_example_for_visits_on_the_data_page_works_with_sqlite3(seed_run: Run) -> None:
    page = html.unescape((seed_run.output / "data.html").read_text("utf-8"))
    (query,) = re.findall(r'sqlite3 events\.sqlite "(\s*SELECT craft.*?)"', page, re.DOTALL)
    query = query.replace("06-25", "06-29").replace("06-26", "06-30")
    process = subprocess.run(
        ["sqlite3", "events.sqlite", query],
        cwd=seed_run.output / "data", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert process.stdout == "Cygnus NG-15|International Space Station|\n"


def test_the_same_events_make_the_same_database_and_others_another(tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    databases = []
    for name in ("one", "two"):
        run_build("--offline", cache=tmp_path / "cache", output=tmp_path / name)
        databases.append((tmp_path / name / "data" / "events.sqlite").read_bytes())
    assert databases[0] == databases[1]
    site = a_site(an_event(name="Another"))
    tables = {"events": rows_of(COLUMNS, site, site.catalogue.events)}
    assert database_bytes(site, tables) != databases[0]
