"""The publishing workflow: its form, its rights, and its shell steps in a scratch repository."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import PROJECT, clean_environment
from tests.ll2_server import LL2Server, World

WORKFLOW = PROJECT / ".github/workflows/pages.yml"


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(WORKFLOW.read_text("utf-8")))


def _steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_it_has_the_form_that_github_knows() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    done = subprocess.run(
        [*command, "vendor.github-workflows", str(WORKFLOW)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_action_is_pinned_by_its_commit_with_the_version_beside_it() -> None:
    used = re.findall(r"uses: (.*)", WORKFLOW.read_text("utf-8"))
    assert len(used) >= 8
    for action in used:
        assert re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_each_job_has_no_right_that_it_does_not_need(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "build": {"contents": "read", "pages": "read"},
        "keep": {"contents": "write"},
        "deploy": {"pages": "write", "id-token": "write"},
    }
    checkouts = [step for step in _steps(workflow) if "/checkout@" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_a_pull_request_neither_commits_nor_deploys(workflow: dict[str, Any]) -> None:
    jobs = workflow["jobs"]
    assert "event_name != 'pull_request'" in jobs["keep"]["if"]
    assert set(jobs["deploy"]["needs"]) == {"build", "keep"}
    assert "pull_request_target" not in workflow[True if True in workflow else "on"]


def test_the_schedule_is_every_six_hours_at_an_odd_minute(workflow: dict[str, Any]) -> None:
    (entry,) = workflow[True if True in workflow else "on"]["schedule"]
    minute, hour, *rest = entry["cron"].split()
    assert int(minute) % 2 == 1
    assert re.fullmatch(r"[0-5]/6", hour)
    assert rest == ["*", "*", "*"]


def test_nothing_that_others_wrote_is_pasted_into_a_shell(workflow: dict[str, Any]) -> None:
    assert [step["run"] for step in _steps(workflow) if "${{" in step.get("run", "")] == []


@dataclass
class Repository:
    """A clone of an archive, its origin, and the steps of the workflow in it."""

    folder: Path
    origin: Path

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd or self.folder,
            env=_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def step(self, script: str, *, expect: int = 0, **environ: str) -> str:
        """One script of the workflow; its outputs and its words."""
        done = subprocess.run(
            [str(self.folder / ".github/scripts" / script)],
            cwd=self.folder,
            env={**_environment(), **environ},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    def run(self, **environ: str) -> str:
        """A whole run of the workflow; what the last step said."""
        outputs = self.step("build.sh", **environ)
        self.step("check.sh")
        summary = re.search(r"^summary=(.+)$", outputs, re.MULTILINE)
        assert summary
        return self.step("keep.sh", BRANCH="main", SUMMARY=summary[1])

    @property
    def published(self) -> list[str]:
        """The subjects of all commits that are at the origin, the newest first."""
        return self.git("log", "--format=%s", "main", cwd=self.origin).splitlines()

    def ledger(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "content_cache/ledger.json").read_bytes()))


def _environment() -> dict[str, str]:
    return {
        **clean_environment(measured=False),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "Somebody",
        "GIT_AUTHOR_EMAIL": "somebody@example.org",
        "GIT_COMMITTER_NAME": "Somebody",
        "GIT_COMMITTER_EMAIL": "somebody@example.org",
    }


@pytest.fixture(scope="module")
def server() -> Iterator[LL2Server]:
    with LL2Server(World.grown(12, pictures=2), largest_picture=320) as server:
        yield server


@pytest.fixture
def repository(tmp_path: Path, server: LL2Server) -> Repository:
    """An archive as a fork has it, which asks the stand-in instead of the real API."""
    folder, origin = tmp_path / "clone", tmp_path / "origin.git"
    folder.mkdir()
    for name in ("templates", "static", ".github"):
        shutil.copytree(PROJECT / name, folder / name)
    for name in ("build.py", ".gitignore"):
        shutil.copy(PROJECT / name, folder / name)
    (folder / "events_archive").symlink_to(PROJECT / "events_archive")
    settings = f'[tool.events-archive]\napi_url = "{server.url}"\n'
    (folder / "pyproject.toml").write_text(settings)
    repository = Repository(folder, origin)
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "The code")
    repository.git("clone", "--quiet", "--bare", str(folder), str(origin))
    repository.git("remote", "add", "origin", str(origin))
    return repository


def test_news_are_committed_with_the_builds_own_summary_and_no_news_are_not(
    repository: Repository, server: LL2Server
) -> None:
    assert "Committed" in repository.run()
    first, *_ = repository.published
    assert first.startswith("Data: 12 new")
    kept = repository.git("ls-tree", "-r", "--name-only", "main", cwd=repository.origin)
    data = {name for name in kept.splitlines() if name.startswith("content_cache/")}
    assert {"content_cache/events.jsonl", "content_cache/ledger.json"} <= data
    assert not [name for name in data if "originals" in name or name.endswith(".lock")]

    before = repository.published
    assert "no commit" in repository.run()
    assert repository.published == before

    server.world.rename(
        min(record["id"] for record in server.world.records()), "Another name altogether"
    )
    assert "Committed" in repository.run(FULL="true")
    assert "1 renamed" in repository.published[0]
    assert repository.git("status", "--porcelain") == ""


def test_to_have_asked_again_is_no_news_but_a_full_sweep_is(repository: Repository) -> None:
    repository.run()
    before = repository.published
    file = repository.folder / "content_cache/ledger.json"
    asked = re.sub(
        r'"last_delta": [^\n]*', '"last_delta": "2031-01-01T00:00:00Z",', file.read_text()
    )
    file.write_text(asked)
    assert "no commit" in repository.step("keep.sh", BRANCH="main", SUMMARY="no changes")
    swept = re.sub(r'"last_sweep": [^\n]*', '"last_sweep": "2031-01-01T00:00:00Z",', asked)
    file.write_text(swept)
    assert "Committed" in repository.step("keep.sh", BRANCH="main", SUMMARY="no changes")
    assert repository.published == ["Data: no changes", *before]


def test_a_schedule_is_kept_alive_by_a_commit_before_its_sixty_days(repository: Repository) -> None:
    repository.run()
    old = ("commit", "--quiet", "--amend", "--no-edit", "--date", "2020-01-01T00:00:00Z")
    subprocess.run(
        ["git", *old],
        cwd=repository.folder,
        env={**_environment(), "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"},
        check=True,
    )
    repository.git("push", "--quiet", "--force", "origin", "main")
    said = repository.step("keep.sh", BRANCH="main", SUMMARY="no changes")
    assert "still here after" in said
    assert "still here after" in repository.published[0]


def test_a_push_in_between_is_kept_below_the_data(repository: Repository, tmp_path: Path) -> None:
    other = tmp_path / "other"
    repository.git("clone", "--quiet", str(repository.origin), str(other))
    (other / "NOTES").write_text("meanwhile\n")
    repository.git("add", "NOTES", cwd=other)
    repository.git("commit", "--quiet", "--message", "Meanwhile", cwd=other)
    repository.git("push", "--quiet", "origin", "HEAD:main", cwd=other)
    assert "Committed" in repository.run()
    assert repository.published[0].startswith("Data: 12 new")
    assert repository.published[1] == "Meanwhile"


def test_a_site_with_an_error_stops_before_it_is_published(repository: Repository) -> None:
    repository.step("build.sh")
    home = repository.folder / "output/index.html"
    home.write_text(home.read_text().replace("years/index.html", "years/lost.html"))
    said = repository.step("check.sh", expect=1)
    assert "years/lost.html" in said


def test_the_page_of_the_run_tells_what_changed_and_how_large_the_site_is(
    repository: Repository,
) -> None:
    script = [sys.executable, str(repository.folder / ".github/scripts/summary.py")]

    def told() -> str:
        return subprocess.run(
            script, cwd=repository.folder, capture_output=True, text=True, check=True
        ).stdout

    assert "The build failed" in told()
    repository.run()
    text = told()
    assert "## 12 new" in text
    assert re.search(r"\| size \| [\d.]+ MB \([\d.]+%\) \| 1 GB \|", text)
    assert "10 minutes" in text
