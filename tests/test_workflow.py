"""The workflows: their form, their permissions, and what their steps do in which order."""

import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
from ruamel.yaml import YAML

from events_archive.check.external_links import DEFAULT_POLICY
from events_archive.site import urls
from events_archive.site.dataset import DATASET_FILES
from events_archive.store.links_file import LINKS_FILE
from tests.conftest import PROJECT, Run
from tests.fork import BUILD_SCRIPTS, DATA_BRANCH, PUBLISH_SCRIPTS

WORKFLOWS = sorted((PROJECT / ".github/workflows").glob("*.yml"))
FORMS = {
    **dict.fromkeys((str(path.relative_to(PROJECT)) for path in WORKFLOWS), "github-workflows"),
    ".github/dependabot.yml": "dependabot",
    ".github/ISSUE_TEMPLATE/bug.yml": "github-issue-forms",
    ".github/ISSUE_TEMPLATE/feature.yml": "github-issue-forms",
    ".github/ISSUE_TEMPLATE/config.yml": "github-issue-config",
    "CITATION.cff": "citation-file-format",
}
"""The files that GitHub reads, with the schema of each."""

CONTACTS = "content_cache/articles-contact.json\ncontent_cache/contact.json\n"
"""The paths of what is cached about the last requests to the APIs."""

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
        "publish": {"contents": "write", "pages": "write", "id-token": "write"},
        "attest": {"attestations": "write", "id-token": "write"},
        "overdue": {},
    }


def test_what_is_published_is_attested_by_a_job_that_does_nothing_else(
    publishing: Workflow, seed_run: Run
) -> None:
    jobs = publishing["jobs"]
    job = jobs["attest"]
    assert job["needs"] == ["build", "publish"]
    assert job["if"] == (
        "needs.publish.outputs.current == 'true' && !github.event.repository.private"
    )
    assert jobs["publish"]["outputs"] == {"current": "${{ steps.commit.outputs.current }}"}
    download, attest = job["steps"]
    assert [step["uses"].partition("@")[0] for step in job["steps"]] == [
        "actions/download-artifact", "actions/attest-build-provenance",
    ]  # fmt: skip
    (upload,) = (
        step
        for step in jobs["build"]["steps"]
        if step.get("with", {}).get("name", "").startswith("downloads-")
    )
    # The artifact has the paths of the files below their common folder.
    patterns = [path.removeprefix("output/") for path in upload["with"]["path"].split()]
    uploaded = {path for path in seed_run.output.rglob("*") if _fits(path, seed_run, patterns)}
    folder = download["with"]["path"]
    subjects = [path.removeprefix(f"{folder}/") for path in attest["with"]["subject-path"].split()]
    assert uploaded == {path for path in uploaded if _fits(path, seed_run, subjects)}
    names = {path.relative_to(seed_run.output).as_posix() for path in uploaded}
    assert names == {
        "build.json", urls.CHECKSUMS, urls.DATA_PACKAGE, urls.CROISSANT,
        *(file.path for file in DATASET_FILES),
    }  # fmt: skip
    assert urls.DOWNLOAD in patterns


def _fits(path: Path, run: Run, patterns: list[str]) -> bool:
    return any(path in run.output.glob(pattern) for pattern in patterns)


def test_the_site_names_the_commit_that_is_built_and_not_the_one_that_started_the_run(
    publishing: Workflow,
) -> None:
    (build,) = (s for s in publishing["jobs"]["build"]["steps"] if s.get("id") == "build")
    assert build["env"]["ARCHIVE_COMMIT"] == "${{ steps.data.outputs.code }}"
    script = (PROJECT / ".github/scripts/load_data.sh").read_text("utf-8")
    assert "code=$(git rev-parse HEAD)" in script


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


@pytest.mark.parametrize(
    ("job", "command"),
    [
        ("lowest", "--resolution lowest-direct -r pyproject.toml"),
        ("audit", "pip-audit --disable-pip --require-hashes --requirement requirements-dev.txt"),
    ],
)
def test_libraries_are_tested_in_their_lowest_versions_and_audited(
    testing: Workflow, job: str, command: str
) -> None:
    [own] = [
        step["run"].removeprefix("make ")
        for step in testing["jobs"][job]["steps"]
        if step.get("run", "").startswith("make ") and step["run"] != "make install"
    ]
    rule = (PROJECT / "Makefile").read_text("utf-8").partition(f"\n{own}:")[2].partition("\n\n")[0]
    assert command in rule


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
    assert "event_name != 'pull_request'" in jobs["publish"]["if"]
    assert jobs["publish"]["needs"] == "build"


def test_each_job_of_publishing_works_on_the_latest_commit_of_the_branch(
    publishing: Workflow,
) -> None:
    checkouts = [step for step in _steps(publishing) if "/checkout@" in step.get("uses", "")]
    assert [step["with"]["ref"] for step in checkouts] == ["${{ github.ref }}"] * 2


def test_the_jobs_of_publishing_run_the_scripts_that_are_tested_in_their_order(
    publishing: Workflow,
) -> None:
    for job, tested in (("build", BUILD_SCRIPTS), ("publish", PUBLISH_SCRIPTS)):
        commands = " ".join(step.get("run", "") for step in publishing["jobs"][job]["steps"])
        assert tuple(re.findall(r"scripts/(\w+\.sh)", commands)) == tested
    script = (PROJECT / ".github/scripts/data_branch.sh").read_text("utf-8")
    assert f"\nDATA_BRANCH={DATA_BRANCH}\n" in script


def test_the_artifacts_of_each_attempt_of_a_run_have_names_of_their_own(
    publishing: Workflow,
) -> None:
    jobs = publishing["jobs"]
    assert jobs["build"]["outputs"]["artifacts"] == "${{ github.run_attempt }}"
    uploaded = [
        step["with"]["name"].removesuffix("${{ github.run_attempt }}")
        for step in jobs["build"]["steps"]
        if "/upload-" in step.get("uses", "")
    ]
    used = [
        (options.get("artifact_name") or options["name"]).removesuffix(
            "${{ needs.build.outputs.artifacts }}"
        )
        for job in (jobs["publish"], jobs["attest"])
        for options in (step.get("with", {}) for step in job["steps"])
        if options.keys() & {"artifact_name", "name"}
    ]
    assert sorted(uploaded) == sorted(used) == ["data-", "downloads-", "github-pages-"]


def test_nothing_is_deployed_or_remembered_that_is_out_of_date(publishing: Workflow) -> None:
    steps = publishing["jobs"]["publish"]["steps"]
    conditions = [
        (step["uses"].partition("@")[0], step["with"].get("path"), step["if"])
        for step in steps
        if "uses" in step and "if" in step
    ]
    committed, current = (
        f"steps.commit.outputs.{name} == 'true'" for name in ("committed", "current")
    )
    assert conditions == [
        ("actions/cache/save", CONTACTS, committed),
        ("actions/deploy-pages", None, current),
        ("actions/cache/save", "content_cache/generations", current),
    ]


def test_when_the_apis_were_last_asked_is_restored_for_the_very_same_data(
    publishing: Workflow,
) -> None:
    restored, saved = (
        step["with"]
        for step in _steps(publishing)
        if "/cache/" in step.get("uses", "") and step["with"]["path"] == CONTACTS
    )
    assert restored["restore-keys"] == "contact-${{ steps.data.outputs.data }}-"
    assert saved["key"].startswith("contact-${{ steps.commit.outputs.data }}-")


def test_publishing_runs_every_six_hours_at_an_odd_minute(publishing: Workflow) -> None:
    minute, hour, *rest = publishing["on"]["schedule"][0]["cron"].split()
    assert int(minute) % 2 == 1
    assert re.fullmatch(r"[0-5]/6", hour)
    assert rest == ["*", "*", "*"]


def test_links_to_other_sites_are_checked_monthly_and_never_fail_the_run(
    publishing: Workflow,
) -> None:
    _, monthly = (entry["cron"] for entry in publishing["on"]["schedule"])
    minute, hour, day, *rest = monthly.split()
    assert (minute.isdecimal(), hour.isdecimal(), day.isdecimal(), rest) == (
        True, True, True, ["*", "*"],
    )  # fmt: skip
    steps = publishing["jobs"]["build"]["steps"]
    names = [step.get("name", "") for step in steps]
    check = steps[names.index("Check the links to other sites")]
    assert check["if"] == f"github.event.schedule == '{monthly}' || inputs.check_links"
    assert check["continue-on-error"] is True
    assert DEFAULT_POLICY.max_seconds < 60 * check["timeout-minutes"]
    assert check["run"] == "python build.py check --external"


def test_the_results_of_the_check_of_links_are_kept_with_the_data(publishing: Workflow) -> None:
    steps = publishing["jobs"]["build"]["steps"]
    names = [step.get("name", "") for step in steps]
    assert names.index("Check the links to other sites") < names.index("Upload the data")
    paths = steps[names.index("Upload the data")]["with"]["path"].splitlines()
    file = f"content_cache/{LINKS_FILE}"
    assert any(fnmatch(file, path) for path in paths)
    ignored = subprocess.run(["git", "check-ignore", "--quiet", file], cwd=PROJECT, check=False)
    assert ignored.returncode == 1


def test_two_weeks_without_the_api_make_the_run_fail_after_it_has_published(
    publishing: Workflow,
) -> None:
    job = publishing["jobs"]["overdue"]
    assert job["needs"] == ["build", "publish"]
    assert job["if"] == "needs.build.outputs.overdue != ''"
    assert publishing["jobs"]["build"]["outputs"]["overdue"] == "${{ steps.build.outputs.overdue }}"
    [step] = job["steps"]
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        env={"OVERDUE": "The data are old."}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "::error::The data are old.\n")


def test_no_status_is_lost_in_a_command_substitution(workflow: Workflow) -> None:
    """It is lost unless all that a command does is to set a variable to what another prints."""
    scripts = [path.read_text("utf-8") for path in (PROJECT / ".github/scripts").glob("*.sh")]
    scripts += [step["run"] for step in _steps(workflow) if "run" in step]
    lines = [line.strip() for script in scripts for line in script.splitlines()]
    found = [line for line in lines if re.search(r"\$\((?!\()", line)]
    allowed = re.compile(r"(if )?\w+=\$\(|cd \"\$\(dirname \"\$0\"\)|#")
    assert [line for line in found if not allowed.match(line)] == []


def test_no_expression_of_github_is_pasted_into_a_shell_command(workflow: Workflow) -> None:
    assert [step["run"] for step in _steps(workflow) if "${{" in step.get("run", "")] == []


def test_dependabot_updates_actions_libraries_and_hooks() -> None:
    updates = _load(".github/dependabot.yml")["updates"]
    assert {update["package-ecosystem"] for update in updates} == {
        "github-actions",
        "pip",
        "pre-commit",
    }
