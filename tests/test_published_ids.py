"""The build refuses to change ids by which feed readers and calendars know events."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import PROJECT, Build, copy_seed


def _ids_file(cache: Path) -> Path:
    return cache / "published-ids.json"


def test_a_build_saves_the_patterns_of_its_ids(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline")
    ids = json.loads(_ids_file(run.cache).read_bytes())
    assert ids["calendars"] == "ll2-event-{0}@events-archive"
    assert ids["feeds"] == "tag:thespacedevs.com,2020:ll2:event:{0}"
    before = _ids_file(run.cache).read_bytes()
    build("--offline", "--base-url", "https://elsewhere.example/")
    assert _ids_file(run.cache).read_bytes() == before


def test_a_fresh_clone_has_the_patterns_before_its_first_build(
    build: Build, tmp_path: Path
) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline")
    shipped = json.loads((PROJECT / "content_cache" / "published-ids.json").read_bytes())
    assert json.loads(_ids_file(run.cache).read_bytes()).items() <= shipped.items()


def test_a_build_with_changed_ids_fails_and_leaves_the_site(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline")
    before = (run.output / "calendar-all.ics").read_bytes()
    other = json.dumps({"calendars": "event-{0}@another-archive"})
    _ids_file(run.cache).write_text(other, "utf-8")
    refused = build("--offline", "--base-url", "https://example.org/", expect=1)
    message = r"event-(\d+)@another-archive would become ll2-event-\1@events-archive"
    assert re.search(message, refused.stderr)
    assert "--allow-id-change" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert (run.output / "calendar-all.ics").read_bytes() == before
    assert _ids_file(run.cache).read_text("utf-8") == other


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_id_with_half_of_a_surrogate_pair_is_another_id(
    build: Build, tmp_path: Path, jobs: str
) -> None:
    copy_seed(tmp_path / "cache")
    ids = '{"calendars": "ll2-event-{0}@\\udfff"}'
    (tmp_path / "cache/published-ids.json").write_text(ids, "utf-8")
    refused = build("--offline", "--jobs", jobs, expect=1)
    assert "would become ll2-event-" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_ids_can_be_changed_with_an_option(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    (tmp_path / "cache/published-ids.json").write_text('{"calendars": "event-{0}@x"}', "utf-8")
    run = build("--offline", "--allow-id-change")
    ids = json.loads(_ids_file(run.cache).read_bytes())
    assert ids["calendars"] == "ll2-event-{0}@events-archive"
    build("--offline")
