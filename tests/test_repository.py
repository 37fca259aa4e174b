"""Files for contributors: tasks, changelog, hooks and line ends."""

import json
import re
import subprocess
from hashlib import sha256
from itertools import pairwise

import pytest
from ruamel.yaml import YAML

from tests.conftest import PROJECT
from tests.test_packaging import pins

DOCUMENTS = (
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "docs/content_cache.md",
)
MAKEFILE = (PROJECT / "Makefile").read_text("utf-8")


def test_make_without_a_target_lists_every_target_with_a_description() -> None:
    completed = subprocess.run(["make"], cwd=PROJECT, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^  make ([a-z-]+) +\S", completed.stdout, re.MULTILINE))
    tasks = set(re.findall(r"^([a-z-]+):(?!=)", MAKEFILE, re.MULTILINE))
    assert listed == tasks
    declared = re.search(r"^\.PHONY: (.*?)\n\n", MAKEFILE, re.MULTILINE | re.DOTALL)
    assert declared
    assert tasks == set(declared[1].replace("\\\n", " ").split())


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "README.md", ".ci/run", "SECURITY.md"])
def test_every_task_that_a_document_names_exists(document: str) -> None:
    text = (PROJECT / document).read_text("utf-8")
    names = re.findall(r"`make ([a-z -]+)`|^make ([a-z -]+)$", text, re.MULTILINE)
    tasks = " ".join(inline or block for inline, block in names).split()
    for task in tasks:
        assert re.search(rf"^{task}:", MAKEFILE, re.MULTILINE), task


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_every_file_that_a_document_names_exists(document: str) -> None:
    text = (PROJECT / document).read_text("utf-8")
    for path in re.findall(r"`([\w./-]+\.(?:py|html|js|css|md|yml|toml|txt|json))`", text):
        folders = (PROJECT, PROJECT / "events_archive", PROJECT / ".github/workflows")
        assert any((folder / path).exists() for folder in folders), path


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_a_document_names_exists(document: str) -> None:
    text = (PROJECT / document).read_text("utf-8")
    modules = "".join(path.read_text("utf-8") for path in PROJECT.glob("tests/**/test_*.py"))
    defined = set(re.findall(r"^def (test_\w+)", modules, re.MULTILINE))
    assert set(re.findall(r"`(test_\w+)`", text)) <= defined


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (PROJECT / ".ci/run").read_text("utf-8")
    assert "grep -m1 'python -m pytest' README.md" in script
    assert "make lint" in script


def test_the_changelog_has_the_form_of_keep_a_changelog() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    released = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)", v) for v in versions[1:]]
    assert released
    assert all(released)
    assert all(newer[2] >= older[2] for newer, older in pairwise(released) if newer and older)
    sections = set(re.findall(r"^### (.*)$", text, re.MULTILINE))
    assert sections <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    package = (PROJECT / "events_archive/__init__.py").read_text("utf-8")
    version = re.search(r'__version__ = "(.*)"', package)
    assert version
    assert f"[{version[1]}]" in versions[1] or "dev" in version[1]


def test_pre_commit_hooks_run_the_linters_in_the_locked_versions() -> None:
    config = YAML(typ="safe").load((PROJECT / ".pre-commit-config.yaml").read_text("utf-8"))
    revisions = {repo["repo"].rpartition("/")[2]: repo.get("rev", "") for repo in config["repos"]}
    (ruff,) = pins("requirements-dev.txt")["ruff"]
    assert revisions["ruff-pre-commit"] == f"v{ruff.version}"
    assert all(
        re.fullmatch(r"v\d+\.\d+\.\d+|[0-9a-f]{40}", revision)
        for name, revision in revisions.items()
        if name != "local"
    )


def test_git_does_not_convert_line_ends_of_cache_and_golden_files() -> None:
    files = [
        *PROJECT.glob("content_cache/*.json*"),
        *(path for path in PROJECT.glob("tests/golden/**/*") if path.is_file()),
        *PROJECT.glob("tests/data/*.json"),
    ]
    names = [str(path.relative_to(PROJECT)) for path in files]
    command = ["git", "check-attr", "text", "--", *names]
    completed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert {line.rpartition(": ")[2] for line in completed.stdout.splitlines()} == {"unset"}


def test_all_other_text_has_unix_line_ends_on_every_system() -> None:
    names = ["build.py", "templates/base.html", "static/style.css", "static/theme.js", "Makefile"]
    command = ["git", "check-attr", "eol", "--", *names]
    completed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert {line.rpartition(": ")[2] for line in completed.stdout.splitlines()} == {"lf"}


def test_the_data_that_a_clone_comes_with_never_change() -> None:
    """Forks that have data of their own in these files could not take over an update."""
    digests = {
        name: sha256((PROJECT / "content_cache" / name).read_bytes()).hexdigest()[:16]
        for name in ("events.jsonl", "ledger.json", "published-ids.json")
    }
    assert digests == {
        "events.jsonl": "974f391644b5b084",
        "ledger.json": "e262950a6a5c5598",
        "published-ids.json": "8b790313220bebea",
    }


@pytest.mark.parametrize("name", ["events", "publications"])
def test_every_line_that_ships_is_marked_as_a_sample(name: str) -> None:
    marked = json.loads((PROJECT / "content_cache/sample.json").read_text("utf-8"))[name]
    lines = (PROJECT / "content_cache" / f"{name}.jsonl").read_bytes().splitlines()
    assert len(lines) == 10
    for line in lines:
        assert sha256(line).hexdigest() in marked[str(json.loads(line)["id"])]
