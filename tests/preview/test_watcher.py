"""What counts as a change of the site, and what a build does to its own cache does not."""

from pathlib import Path

import pytest

from events_archive.preview.watcher import is_relevant
from events_archive.settings import Settings

SETTINGS = Settings(
    cache=Path("/a/content_cache"), templates=Path("/a/templates"), static=Path("/a/static")
)


@pytest.mark.parametrize(
    "path",
    ["templates/base.html", "templates/pages/home.html", "static/style.css",
     "content_cache/events.jsonl", "content_cache/ledger.json", "content_cache/history.jsonl"],
)  # fmt: skip
def test_what_the_site_is_made_of_counts(path: str) -> None:
    assert is_relevant(Path("/a") / path, SETTINGS)


@pytest.mark.parametrize(
    "path",
    ["templates/.base.html.swp", "templates/base.html~", "content_cache/.ledger.json.tmp",
     "content_cache/archive.lock", "content_cache/thumbnails/a.webp", "content_cache/links.json",
     "templates/__pycache__/templates.cpython-311.bin"],
)  # fmt: skip
def test_what_editors_and_builds_leave_lying_about_does_not(path: str) -> None:
    assert not is_relevant(Path("/a") / path, SETTINGS)
