"""The workflows: their form and permissions, and the publishing scripts in a scratch repository."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
from ruamel.yaml import YAML

from tests.conftest import PROJECT, clean_environment
from tests.ll2_server import EventDatabase, LL2Server

WORKFLOWS = sorted((PROJECT / ".github/workflows").glob("*.yml"))
FORMS = {
    **dict.fromkeys((str(path.relative_to(PROJECT)) for path in WORKFLOWS), "github-workflows"),
    ".github/dependabot.yml": "dependabot",
    ".github/ISSUE_TEMPLATE/bug.yml": "github-issue-forms",
    ".github/ISSUE_TEMPLATE/feature.yml": "github-issue-forms",
    ".github/ISSUE_TEMPLATE/config.yml": "github-issue-config",
}
"""The files that GitHub reads, with the schema of each."""

Workflow = dict[str, Any]


def _load(name: str) -> Workflow:
    loaded = dict(YAML(typ="safe").load((PROJECT / name).read_text("utf-8")))
    # YAML 1.1 reads the key `on` as true.
    return {"on" if key is True else key: value for key, value in loaded.items()}


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> Workflow:
    """Each workflow in turn."""
    return _load(str(request.param.relative_to(PROJECT)))


@pytest.fixture(scope="module")
def publishing() -> Workflow:
    return _load(".github/workflows/pages.yml")


@pytest.fixture(scope="module")
def testing() -> Workflow:
    return _load(".github/workflows/tests.yml")


def _steps(workflow: Workflow) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("name", FORMS)
def test_a_file_for_github_has_the_form_that_github_documents(name: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    done = subprocess.run(
        [*command, f"vendor.{FORMS[name]}", str(PROJECT / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_action_is_pinned_by_commit_with_its_version_as_a_comment() -> None:
    versions: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for action in re.findall(r"uses: (.*)", path.read_text("utf-8")):
            assert re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
            name, _, version = action.partition("@")
            versions.setdefault(name, set()).add(version)
    assert len(versions) >= 8
    assert all(len(used) == 1 for used in versions.values()), "two versions of one action"


def test_a_workflow_has_no_permissions_beyond_those_of_its_jobs(workflow: Workflow) -> None:
    assert workflow["permissions"] == {}
    checkouts = [step for step in _steps(workflow) if "/checkout@" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert "pull_request_target" not in workflow["on"]


def test_publishing_has_the_permissions_that_it_needs(publishing: Workflow) -> None:
    assert {name: job["permissions"] for name, job in publishing["jobs"].items()} == {
        "build": {"contents": "read", "pages": "read"},
        "commit": {"contents": "write"},
        "deploy": {"pages": "write", "id-token": "write"},
    }


def test_testing_only_reads(testing: Workflow) -> None:
    assert all(job["permissions"] == {"contents": "read"} for job in testing["jobs"].values())


def test_pushes_and_pull_requests_are_tested_on_every_python_that_the_project_admits(
    testing: Workflow,
) -> None:
    assert {"push", "pull_request"} <= testing["on"].keys()
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    admitted = SpecifierSet(project["requires-python"])
    tested = testing["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert [f"3.{minor}" for minor in range(20) if f"3.{minor}" in admitted][
        : len(tested)
    ] == tested


def test_the_build_is_tested_on_macos_and_windows(testing: Workflow) -> None:
    job = testing["jobs"]["portable"]
    assert job["strategy"]["matrix"]["os"] == ["macos-latest", "windows-latest"]
    commands = " ".join(step.get("run", "") for step in job["steps"])
    assert "build.py --offline" in commands
    assert "pytest" in commands


def test_libraries_are_installed_from_the_lock_files_by_hash(workflow: Workflow) -> None:
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    assert "pip install --quiet --require-hashes --requirement requirements-dev.txt" in makefile
    installs = [step["run"] for step in _steps(workflow) if "install" in step.get("run", "")]
    libraries = [command for command in installs if "apt-get" not in command]
    assert libraries
    for command in libraries:
        assert command == "make install" or "--require-hashes --requirement" in command


def test_a_pull_request_neither_commits_nor_deploys(publishing: Workflow) -> None:
    jobs = publishing["jobs"]
    assert "event_name != 'pull_request'" in jobs["commit"]["if"]
    assert set(jobs["deploy"]["needs"]) == {"build", "commit"}


def test_publishing_runs_every_six_hours_at_an_odd_minute(publishing: Workflow) -> None:
    (entry,) = publishing["on"]["schedule"]
    minute, hour, *rest = entry["cron"].split()
    assert int(minute) % 2 == 1
    assert re.fullmatch(r"[0-5]/6", hour)
    assert rest == ["*", "*", "*"]


def test_no_expression_of_github_is_pasted_into_a_shell_command(workflow: Workflow) -> None:
    assert [step["run"] for step in _steps(workflow) if "${{" in step.get("run", "")] == []


def test_dependabot_updates_actions_libraries_and_hooks() -> None:
    updates = _load(".github/dependabot.yml")["updates"]
    assert {update["package-ecosystem"] for update in updates} == {
        "github-actions",
        "pip",
        "pre-commit",
    }


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
        """Run one script of the workflow; return its output."""
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
        """Run all scripts of the workflow; return the output of the last."""
        outputs = self.step("build.sh", **environ)
        self.step("check.sh")
        summary = re.search(r"^summary=(.+)$", outputs, re.MULTILINE)
        assert summary
        return self.step("commit_data.sh", BRANCH="main", SUMMARY=summary[1])

    @property
    def published(self) -> list[str]:
        """The subjects of all commits at the origin, newest first."""
        return self.git("log", "--format=%s", "main", cwd=self.origin).splitlines()

    def ledger(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "content_cache/ledger.json").read_bytes()))


def _environment() -> dict[str, str]:
    return {
        **clean_environment(coverage=False),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "Author",
        "GIT_AUTHOR_EMAIL": "author@example.org",
        "GIT_COMMITTER_NAME": "Author",
        "GIT_COMMITTER_EMAIL": "author@example.org",
    }


@pytest.fixture(scope="module")
def server() -> Iterator[LL2Server]:
    with LL2Server(EventDatabase.generate(12, images=2), max_image_width=320) as server:
        yield server


@pytest.fixture
def repository(tmp_path: Path, server: LL2Server) -> Repository:
    """A fork of the archive whose API is the test server."""
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


def test_changes_are_committed_with_the_summary_of_the_build(
    repository: Repository, server: LL2Server
) -> None:
    assert "Committed" in repository.run()
    first, *_ = repository.published
    assert first.startswith("Data: 12 new")
    tracked = repository.git("ls-tree", "-r", "--name-only", "main", cwd=repository.origin)
    data = {name for name in tracked.splitlines() if name.startswith("content_cache/")}
    assert {"content_cache/events.jsonl", "content_cache/ledger.json"} <= data
    assert not [name for name in data if "originals" in name or name.endswith(".lock")]

    before = repository.published
    assert "no commit" in repository.run()
    assert repository.published == before

    server.database.rename(
        min(record["id"] for record in server.database.records()), "Another name altogether"
    )
    assert "Committed" in repository.run(FULL="true")
    assert "1 renamed" in repository.published[0]
    assert repository.git("status", "--porcelain") == ""


def test_an_incremental_refresh_without_changes_is_not_committed_but_a_full_one_is(
    repository: Repository,
) -> None:
    repository.run()
    before = repository.published
    file = repository.folder / "content_cache/ledger.json"
    refreshed = re.sub(
        r'"last_delta": [^\n]*', '"last_delta": "2031-01-01T00:00:00Z",', file.read_text()
    )
    file.write_text(refreshed)
    assert "no commit" in repository.step("commit_data.sh", BRANCH="main", SUMMARY="no changes")
    fully_refreshed = re.sub(
        r'"last_sweep": [^\n]*', '"last_sweep": "2031-01-01T00:00:00Z",', refreshed
    )
    file.write_text(fully_refreshed)
    assert "Committed" in repository.step("commit_data.sh", BRANCH="main", SUMMARY="no changes")
    assert repository.published == ["Data: no changes", *before]


def test_after_fifty_days_without_changes_an_empty_commit_keeps_the_schedule_running(
    repository: Repository,
) -> None:
    repository.run()
    old = ("commit", "--quiet", "--amend", "--no-edit", "--date", "2020-01-01T00:00:00Z")
    subprocess.run(
        ["git", *old],
        cwd=repository.folder,
        env={**_environment(), "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"},
        check=True,
    )
    repository.git("push", "--quiet", "--force", "origin", "main")
    output = repository.step("commit_data.sh", BRANCH="main", SUMMARY="no changes")
    assert "still here after" in output
    assert "still here after" in repository.published[0]


def test_data_are_committed_on_top_of_what_was_pushed_in_between(
    repository: Repository, tmp_path: Path
) -> None:
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
    output = repository.step("check.sh", expect=1)
    assert "years/lost.html" in output


def test_the_summary_of_the_run_has_the_changes_and_the_size_of_the_site(
    repository: Repository,
) -> None:
    script = [sys.executable, str(repository.folder / ".github/scripts/summary.py")]

    def summary() -> str:
        return subprocess.run(
            script, cwd=repository.folder, capture_output=True, text=True, check=True
        ).stdout

    assert "The build failed" in summary()
    repository.run()
    text = summary()
    assert "## 12 new" in text
    assert re.search(r"\| size \| [\d.]+ MB \([\d.]+%\) \| 1 GB \|", text)
    assert "10 minutes" in text
