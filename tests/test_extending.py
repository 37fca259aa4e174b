"""Changes that contributors make: each is one or two places, and complete in the next build."""

import csv
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import feedparser
import pytest

from tests.conftest import PROJECT, Run, copy_seed, run_build

COPIED = ("events_archive", "static", "templates", "build.py", "pyproject.toml")
BASE_URL = "https://events.example/"

BuildProject = Callable[..., Run]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, to be changed."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in COPIED:
        if (PROJECT / name).is_dir():
            skip = shutil.ignore_patterns("__pycache__")
            shutil.copytree(PROJECT / name, folder / name, ignore=skip)
        else:
            shutil.copy(PROJECT / name, folder)
    return folder


@pytest.fixture
def build_project(project: Path, tmp_path: Path) -> BuildProject:
    """``build_project(*options)`` builds the site of ten events with the copy of the project.

    All builds of a test update one output folder, and the first is made without a change.
    """
    copy_seed(tmp_path / "cache")

    def build(*options: str, command: tuple[str, ...] = ()) -> Run:
        return run_build(
            *command, "--offline", "--base-url", BASE_URL, *options,
            project=project, cache=tmp_path / "cache", output=tmp_path / "output",
        )  # fmt: skip

    build()
    return build


def insert(file: Path, before: str, text: str) -> None:
    """Insert ``text`` before the one place of the file where a line begins with ``before``."""
    start, end = file.read_text("utf-8").split(f"\n{before}")
    file.write_text(f"{start}\n{text}{before}{end}", "utf-8")


def records(run: Run) -> list[dict[str, object]]:
    """Return the records of the cache."""
    return [json.loads(line) for line in (run.cache / "events.jsonl").read_text().splitlines()]


def test_a_field_of_the_record_is_parsed_and_shown_on_the_page_of_each_event(
    project: Path, build_project: BuildProject
) -> None:
    """Three places, since the cache, the event and the page are three layers."""
    insert(project / "events_archive/model/event.py", "    location: str", "    api_mode: str\n")
    insert(
        project / "events_archive/ll2/parse.py",
        '        location=fields.single_line("location"),',
        '        api_mode=fields.single_line("response_mode"),\n',
    )
    insert(
        project / "templates/pages/event.html",
        "{{ record(",
        "<p>Read in the API's mode {{ event.api_mode }}</p>\n",
    )
    run = build_project()
    for record in records(run):
        page = (run.output / f"events/{record['slug']}.html").read_text("utf-8")
        assert f"<p>Read in the API's mode {record['response_mode']}</p>" in page


def test_a_taxonomy_is_a_row_and_a_function_that_finds_its_terms(
    project: Path, build_project: BuildProject
) -> None:
    taxonomies = project / "events_archive/site/taxonomies.py"
    insert(
        taxonomies,
        "TAXONOMIES = (",
        "def find_licences(taxonomy, catalogue, slugs):\n"
        "    licences = {}\n"
        "    for event in catalogue.events:\n"
        "        if event.image and event.image.licence:\n"
        "            licences.setdefault(event.image.licence, []).append(event)\n"
        "    for licence, events in licences.items():\n"
        '        yield Term(taxonomy=taxonomy, key=licence.id, slug=f"licence-{licence.id}",\n'
        "                   name=licence.name, events=tuple(events), website=licence.url)\n\n\n",
    )
    insert(
        taxonomies,
        ")  # fmt: skip\n" + '"""In the order of the home page',
        "    Taxonomy(\n"
        '        name="licences", title="Licences of images", singular="Licence",\n'
        '        intro="How the images may be used.", find=find_licences,\n'
        '        navigation_label="Licences", feed_id="licence", calendar_refresh=DAILY,\n'
        "    ),\n",
    )
    text = taxonomies.read_text("utf-8")
    taxonomies.write_text(text.replace("import Taxonomy\n", "import Taxonomy, Term\n"), "utf-8")

    run = build_project()
    terms = {
        record["image"]["license"]["id"]: record["image"]["license"]["name"]
        for record in records(run)
        if record["image"]
    }
    index = (run.output / "licences/index.html").read_text("utf-8")
    sitemap = (run.output / "sitemap.xml").read_text("utf-8")
    assert terms
    counts: list[int] = []
    for id, name in terms.items():
        page = (run.output / f"licences/licence-{id}.html").read_text("utf-8")
        assert f'href="licence-{id}.html"' in index or f"licences/licence-{id}.html" in index
        assert name in page
        assert f"{BASE_URL}licences/licence-{id}.html" in sitemap
        count = sum(bool(r["image"]) and r["image"]["license"]["id"] == id for r in records(run))
        feed, calendar = (run.output / f"licences/licence-{id}{end}" for end in (".rss", ".ics"))
        assert feed.exists() == calendar.exists() == (count >= 3)
        if count >= 3:
            counts.append(count)
            assert len(feedparser.parse(feed.read_bytes()).entries) == count
            assert f'href="../licences/licence-{id}.rss"' in page
    assert counts
    opml = (run.output / "feeds.opml").read_text("utf-8")
    assert '<outline text="Licences of images">' in opml
    home = (run.output / "index.html").read_text("utf-8")
    assert 'href="licences/index.html"' in home
    build_project(command=("check",))


def test_a_feed_format_is_a_row_and_a_template(project: Path, build_project: BuildProject) -> None:
    formats = project / "events_archive/site/formats.py"
    insert(
        formats,
        "JSON_FEED = Format(",
        'PLAIN = Format(\n    ".plain", "text/x-plain-feed", label="Plain", noun="feed",\n'
        '    is_feed=True, template="feeds/plain.txt",\n'
        '    entry_ids=re.compile(rb"^(\\S+)", re.MULTILINE),\n)\n',
    )
    insert(formats, "    JSON_FEED,", "    PLAIN,\n")
    (project / "templates/feeds/plain.txt").write_text(
        "{% for entry in feed.entries %}\n{{ entry.id }} {{ absolute(entry.url, root) }}\n"
        "{% endfor %}\n"
    )
    run = build_project()
    feeds = list(run.output.rglob("*.rss"))
    assert feeds
    for path in feeds:
        ids = [entry.id for entry in feedparser.parse(path.read_bytes()).entries]
        lines = path.with_suffix(".plain").read_text("utf-8").splitlines()
        assert [line.split()[0] for line in lines] == ids
    assert 'type="text/x-plain-feed"' in (run.output / "index.html").read_text("utf-8")
    subscribe = (run.output / "subscribe.html").read_text("utf-8")
    assert '<a href="feed.plain" type="text/x-plain-feed">Plain<' in subscribe
    build_project(command=("check",))


def test_an_option_that_changes_the_pages_is_a_setting_and_its_use(
    project: Path, build_project: BuildProject
) -> None:
    insert(
        project / "events_archive/settings.py",
        "    quiet: bool",
        '    contact: str = setting("", parse_text, option="--contact", affects_output=True, '
        'in_toml=True, help="whom to write to")\n',
    )
    insert(
        project / "templates/base.html",
        "</footer>",
        "{% if site.settings.contact %}<p>Write to {{ site.settings.contact }}</p>{% endif %}\n",
    )

    def pages(*options: str) -> list[str]:
        texts = (path.read_text("utf-8") for path in build_project(*options).output.rglob("*.html"))
        return [text for text in texts if "</footer>" in text]

    assert not any("Write to" in page for page in pages())
    assert all("<p>Write to a&amp;b</p>" in page for page in pages("--contact", "a&b"))
    insert(project / "pyproject.toml", "# base_url", 'contact = "me"\n')
    assert all("<p>Write to me</p>" in page for page in pages())
    assert len(pages()) > 100


def test_a_column_of_the_downloads_is_a_row(project: Path, build_project: BuildProject) -> None:
    insert(
        project / "events_archive/site/export_columns.py",
        '    _names("agencies", "Agencies"),',
        '    Column("name_length", "INTEGER", "Letters.", lambda site, event: len(event.name)),\n',
    )
    run = build_project()
    expected = {record["id"]: len(str(record["name"])) for record in records(run)}
    with (run.output / "data/events.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {int(row["id"]): int(row["name_length"]) for row in rows} == expected
    with sqlite3.connect(run.output / "data/events.sqlite") as database:
        assert dict(database.execute("SELECT id, name_length FROM events")) == expected
    database.close()
    assert "name_length" in (run.output / "data.html").read_text("utf-8")
