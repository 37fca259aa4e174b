"""``build.json``: what the site was made from."""

import json
import sqlite3
import time
from hashlib import sha256
from pathlib import Path

import pytest

from tests.conftest import BASE_URL, Build, Run, copy_seed, run_build
from tests.ll2_server import LL2Server
from tests.test_restore import Contents, differences, files

COMMIT, OTHER = "6d521b9c0ffee", "0123456789abcdef0123456789abcdef01234567"


def test_it_names_the_data_the_settings_and_the_libraries(generated_run: Run) -> None:
    info = json.loads((generated_run.output / "build.json").read_bytes())
    data = (generated_run.cache / "events.jsonl").read_bytes()
    assert info["events_sha256"] == sha256(data).hexdigest()
    download = (generated_run.output / "data/content_cache.zip").read_bytes()
    assert info["content_cache_sha256"] == sha256(download).hexdigest()
    assert info["settings"]["base_url"] == BASE_URL
    assert info["tools"]["SQLite"] == sqlite3.sqlite_version
    ids = json.loads((generated_run.cache / "published-ids.json").read_bytes())
    assert info["published_ids"] == ids
    assert info["contact"].items() >= {"mode": "detailed", "count": 150}.items()


def test_without_a_known_commit_it_names_none(seed_run: Run) -> None:
    assert "commit" not in json.loads((seed_run.output / "build.json").read_bytes())


def test_another_commit_changes_no_other_file(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    before = files(build("--offline", ARCHIVE_COMMIT=COMMIT).output)
    assert json.loads(before["build.json"])["commit"] == COMMIT
    run = build("--offline", "--json", ARCHIVE_COMMIT=OTHER.upper())
    assert run.report["written"]["changed"] == 1
    after = files(run.output)
    assert differences(before, after) == {"build.json"}
    assert json.loads(after["build.json"])["commit"] == OTHER
    # A run that would be skipped otherwise sees the change as well.
    build("--offline", ARCHIVE_COMMIT=OTHER)
    build("--offline", ARCHIVE_COMMIT=COMMIT)
    assert files(run.output) == before


@pytest.mark.parametrize("name", ["main", "v1.0.0", "6d521b9 (dirty)", "abc"])
def test_what_is_no_commit_is_wrong_usage(build: Build, name: str) -> None:
    run = build("--offline", expect=2, ARCHIVE_COMMIT=name)
    assert "ARCHIVE_COMMIT in the environment" in run.stderr


def test_a_refresh_without_news_changes_no_download(
    generated_server: LL2Server, tmp_path: Path
) -> None:
    """When the API was asked is in this file and not in them."""

    def refreshed() -> Contents:
        run = run_build(
            "--api-url", generated_server.url, "--full", "--no-pictures", "--base-url", BASE_URL,
            cache=tmp_path / "cache", output=tmp_path / "output",
        )  # fmt: skip
        return files(run.output)

    before = refreshed()
    # Times are to the second.
    time.sleep(1.1)
    changed = differences(before, refreshed())
    assert "build.json" in changed
    assert not [path for path in changed if path.startswith("data/")]
