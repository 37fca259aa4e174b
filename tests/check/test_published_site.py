"""The site is compared with the one that is published, whatever the ledger knows."""

import json
from pathlib import Path

import pytest

from events_archive.check.built_site import BuiltSite
from events_archive.check.permalinks import PERMANENT_URLS, missing_permalinks, published_urls
from events_archive.check.published_site import published_paths
from events_archive.console import Console
from events_archive.model.archive_state import ArchiveState
from events_archive.settings import Settings
from tests.browser import serve_folder

FILES = {
    "events/a.html": ["d1", 1], "events/a.ics": ["d2", 1], "id/1.html": ["d3", 1],
    "assets/style.0123456789.css": ["", 1], "years/2021.ics": ["d4", 1], "icon.png": ["d5", 1],
}  # fmt: skip


def test_pages_that_are_published_and_not_in_the_new_site_are_errors(tmp_path: Path) -> None:
    (tmp_path / "service-worker-files.json").write_text(json.dumps({"files": FILES}))
    with serve_folder(tmp_path, "/repo/") as url:
        settings = Settings(base_url=url, cache=tmp_path)
        published = published_paths(settings, Console(quiet=True))
    assert published == {"events/a.html", "events/a.ics", "id/1.html"}
    files = dict.fromkeys([*PERMANENT_URLS, "events/a.html"], tmp_path)
    site = BuiltSite(settings=settings, files=files, published=published)
    assert list(missing_permalinks(site)) == [
        (path, "is in the published site and not in this one")
        for path in ("events/a.ics", "id/1.html")
    ]


@pytest.mark.parametrize("content", [None, b"<html>", b"[]", b"{}"])
def test_where_no_archive_is_published_nothing_is_gone(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "service-worker-files.json").write_bytes(content)
    with serve_folder(tmp_path) as url:
        assert published_paths(Settings(base_url=url), Console()) == frozenset()
    assert "is not compared with the published one" in capsys.readouterr().err


def test_without_a_base_url_there_is_nothing_to_compare_with() -> None:
    assert published_paths(Settings(), Console(quiet=True)) == frozenset()


def test_a_recorded_feed_stands_for_the_files_beside_it() -> None:
    recorded = ("agencies/nasa-44.rss", "happened/2021.rss", "types/eva/0-499.rss", "places/a.html")
    state = ArchiveState(published_lists=dict.fromkeys(recorded, 1))
    assert published_urls(state).keys() - PERMANENT_URLS == {
        "agencies/nasa-44.rss", "agencies/nasa-44.atom", "agencies/nasa-44.feed.json",
        "agencies/nasa-44.ics", "agencies/nasa-44.reminders.ics",
        "happened/2021.rss", "happened/2021.atom",
        "types/eva/0-499.rss", "types/eva/0-499.atom",
        "places/a.html",
    }  # fmt: skip
