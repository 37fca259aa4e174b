"""The build refuses to make subscribers see everything twice."""

import json
import re
from pathlib import Path

from tests.conftest import PROJECT, Build, copy_seed


def _published(cache: Path) -> Path:
    return cache / "published-ids.json"


def test_a_site_is_remembered_by_its_ids(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline")
    ids = json.loads(_published(run.cache).read_bytes())
    assert ids["calendars"] == "ll2-event-{0}@events-archive"
    assert ids["feeds"] == "tag:thespacedevs.com,2020:ll2:event:{0}"
    before = _published(run.cache).read_bytes()
    build("--offline", "--base-url", "https://elsewhere.example/")
    assert _published(run.cache).read_bytes() == before


def test_a_clone_knows_them_before_it_is_first_built(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline")
    shipped = json.loads((PROJECT / "content_cache" / "published-ids.json").read_bytes())
    assert json.loads(_published(run.cache).read_bytes()).items() <= shipped.items()


def test_changed_ids_leave_the_published_site_as_it_is(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline")
    was = (run.output / "calendar-all.ics").read_bytes()
    other = json.dumps({"calendars": "event-{0}@another-archive"})
    _published(run.cache).write_text(other, "utf-8")
    refused = build("--offline", "--base-url", "https://example.org/", expect=1)
    told = r"event-(\d+)@another-archive would become ll2-event-\1@events-archive"
    assert re.search(told, refused.stderr)
    assert "--allow-id-change" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert (run.output / "calendar-all.ics").read_bytes() == was
    assert _published(run.cache).read_text("utf-8") == other


def test_they_may_be_changed_on_purpose(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    (tmp_path / "cache/published-ids.json").write_text('{"calendars": "event-{0}@x"}', "utf-8")
    run = build("--offline", "--allow-id-change")
    ids = json.loads(_published(run.cache).read_bytes())
    assert ids["calendars"] == "ll2-event-{0}@events-archive"
    build("--offline")
