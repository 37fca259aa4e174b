"""Which files count as a change of the site."""

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
     "content_cache/events.jsonl", "content_cache/ledger.json", "content_cache/history.jsonl",
     "content_cache/links.json"],
)  # fmt: skip
def test_a_file_that_the_site_is_built_from_is_relevant(path: str) -> None:
    assert is_relevant(Path("/a") / path, SETTINGS)


@pytest.mark.parametrize(
    "path",
    ["templates/.base.html.swp", "templates/base.html~", "content_cache/.ledger.json.tmp",
     "content_cache/archive.lock", "content_cache/thumbnails/a.webp",
     "templates/__pycache__/__jinja2_0.cache"],
)  # fmt: skip
def test_a_file_that_an_editor_or_a_build_writes_is_not(path: str) -> None:
    assert not is_relevant(Path("/a") / path, SETTINGS)
