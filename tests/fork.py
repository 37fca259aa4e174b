"""A fork of the archive at its host: a repository, and runs of the workflow that publishes.

The scripts of the workflow run in fresh clones, as on the host's runners, in its order. What the
host's actions do is played here: caches, artifacts and the deployment.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.browser import serve_folder
from tests.conftest import PROJECT, clean_environment

DATA_BRANCH = "archive-data"
BUILD_SCRIPTS = ("load_data.sh", "build.sh", "check.sh")
PUBLISH_SCRIPTS = ("commit_data.sh", "keep_schedule.sh")
"""The scripts of the two jobs, in their order."""
PICTURES = ("originals", "sweep", "thumbnails")
CONTACTS = ("articles-contact.json", "contact.json")
CODE_FOLDERS = (".github", "content_cache", "static", "templates")
CODE_FILES = (".gitattributes", ".gitignore", "build.py")


def git(folder: Path, *arguments: str, check: bool = True, **environ: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**environment(), **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 or not check, done.stdout + done.stderr
    return done.stdout.strip()


def environment() -> dict[str, str]:
    return {
        **clean_environment(),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "Owner",
        "GIT_AUTHOR_EMAIL": "owner@example.org",
        "GIT_COMMITTER_NAME": "Owner",
        "GIT_COMMITTER_EMAIL": "owner@example.org",
    }


def make_upstream(folder: Path) -> Path:
    """Make a repository with the code of this one, as it is in the working tree."""
    folder.mkdir(parents=True)
    tracked = git(PROJECT, "ls-files", "--", *CODE_FOLDERS, *CODE_FILES).splitlines()
    added = git(PROJECT, "ls-files", "--others", "--exclude-standard", "--", ".github")
    for name in (*tracked, *added.splitlines()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    (folder / "events_archive").symlink_to(PROJECT / "events_archive")
    (folder / "pyproject.toml").write_text("[tool.events-archive]\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit_all(folder, "The code")
    return folder


def commit_all(folder: Path, subject: str, **environ: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", subject, **environ)


def clock(now: datetime) -> dict[str, str]:
    """Return the environment in which it is ``now`` for git, the scripts and the program."""
    folder = PROJECT / "tests/false_clock"
    return {
        "FALSE_NOW": str(int(now.timestamp())),
        "GIT_AUTHOR_DATE": now.isoformat(),
        "GIT_COMMITTER_DATE": now.isoformat(),
        "PATH": f"{folder}{os.pathsep}{environment()['PATH']}",
        "PYTHONPATH": str(folder),
    }


@dataclass
class Attempt:
    """One attempt of a run: what its job Build handed on."""

    status: int
    """0 if the job was green."""
    log: str
    outputs: dict[str, str]
    artifacts: Path
    """A folder with the artifacts ``data`` and ``site``."""


@dataclass
class Fork:
    """A fork of ``upstream`` and its published site."""

    folder: Path
    upstream: Path
    api_url: str
    news_api_url: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    """For the owner's commits, and every script."""
    _clones: int = 0

    def __post_init__(self) -> None:
        self.origin = self.folder / "origin.git"
        """The repository at the host."""
        self.clone = self.folder / "clone"
        """The owner's clone."""
        self.caches = self.folder / "caches"
        self.site = self.folder / "site"
        self.site.mkdir(parents=True)
        git(self.folder, "clone", "--quiet", "--bare", str(self.upstream), str(self.origin))
        git(self.folder, "clone", "--quiet", str(self.origin), str(self.clone))
        git(self.clone, "remote", "add", "upstream", str(self.upstream))
        settings = f'api_url = "{self.api_url}"\nnews_api_url = "{self.news_api_url}"\n'
        self.edit("pyproject.toml", f"[tool.events-archive]\n{settings}")

    def edit(self, name: str, text: str) -> None:
        """Commit an edit of the owner and push it."""
        (self.clone / name).write_text(text)
        commit_all(self.clone, f"Edit {name}", **self.environ)
        git(self.clone, "push", "--quiet", "origin", "main")

    def take_over_updates(self) -> None:
        """Do what the README says."""
        git(self.clone, "pull", "--quiet", "--no-rebase", "origin", "main")
        pull = ("pull", "--quiet", "--no-rebase", "--no-edit", "upstream", "main")
        git(self.clone, *pull, **self.environ)
        git(self.clone, "push", "--quiet", "origin", "main")

    def log(self, branch: str = DATA_BRANCH) -> list[str]:
        """Return the subjects of all commits on a branch at the host, newest first."""
        return git(self.origin, "log", "--format=%s", branch).splitlines()

    def data(self, name: str) -> str:
        """Return a file of the data that are committed."""
        return git(self.origin, "show", f"{DATA_BRANCH}:content_cache/{name}")

    def build(self, *, expect: int = 0, **environ: str) -> Attempt:
        """Run the job Build; it stops after the first script that fails."""
        clone = self.checkout()
        cached = self.caches / "content_cache"
        if cached.is_dir():
            shutil.copytree(cached, clone / "content_cache", dirs_exist_ok=True)
        outputs: dict[str, str] = {}
        log, status = "", 0
        for script in BUILD_SCRIPTS:
            status, text = self.step(clone, script, {**outputs, **environ})
            log += text
            outputs |= dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
            if status:
                break
            if script == "load_data.sh":
                for name in CONTACTS:
                    if (contact := self._contact(name, outputs["data"])).exists():
                        shutil.copy(contact, clone / "content_cache" / name)
        assert status == expect, log
        artifacts = clone.with_suffix(".artifacts")
        if not status:
            self._upload(clone, artifacts)
        for name in PICTURES:
            if (clone / "content_cache" / name).is_dir():
                shutil.copytree(clone / "content_cache" / name, cached / name, dirs_exist_ok=True)
        return Attempt(status, log, outputs, artifacts)

    def pretend_to_build(self, news: str) -> Attempt:
        """Run the job Build without the program: the data have a line more, the site one page."""
        clone = self.checkout()
        status, log = self.step(clone, "load_data.sh", {})
        assert status == 0, log
        outputs = {**dict(re.findall(r"^(\w+)=(.*)$", log, re.MULTILINE)), "summary": news}
        with (clone / "content_cache/history.jsonl").open("a") as history:
            history.write(f"{news}\n")
        (clone / "content_cache/contact.json").write_text(news)
        (clone / "output").mkdir()
        (clone / "output/index.html").write_text(news)
        self._upload(clone, clone.with_suffix(".artifacts"))
        return Attempt(status, log, outputs, clone.with_suffix(".artifacts"))

    def _upload(self, clone: Path, artifacts: Path) -> None:
        (artifacts / "data").mkdir(parents=True)
        for path in (clone / "content_cache").glob("*.json*"):
            shutil.copy(path, artifacts / "data")
        if (clone / "content_cache/generations").is_dir():
            shutil.copytree(clone / "content_cache/generations", artifacts / "data/generations")
        (clone / "output").rename(artifacts / "site")

    def publish(self, attempt: Attempt, *, expect: int = 0) -> str:
        """Run the other jobs, with the artifacts of a build; return what they printed."""
        clone = self.checkout()
        shutil.rmtree(clone / "content_cache", ignore_errors=True)
        shutil.copytree(attempt.artifacts / "data", clone / "content_cache")
        environ = {
            "BRANCH": "main",
            **{name.upper(): value for name, value in attempt.outputs.items()},
        }
        status, log = self.step(clone, "commit_data.sh", environ)
        outputs = dict(re.findall(r"^(\w+)=(.*)$", log, re.MULTILINE))
        if outputs.get("committed") == "true":
            self.caches.mkdir(exist_ok=True)
            for name in CONTACTS:
                if (clone / "content_cache" / name).exists():
                    contact = self._contact(name, outputs["data"])
                    shutil.copy(clone / "content_cache" / name, contact)
        if "current=true" in log:
            shutil.rmtree(self.site)
            shutil.copytree(attempt.artifacts / "site", self.site)
            if (clone / "content_cache/generations").is_dir():
                cached = self.caches / "content_cache/generations"
                shutil.rmtree(cached, ignore_errors=True)
                shutil.copytree(clone / "content_cache/generations", cached)
        if not status:
            status, text = self.step(clone, "keep_schedule.sh", environ)
            log += text
        # The last job fails if the data are old.
        assert (status or bool(attempt.outputs.get("overdue"))) == expect, log
        return log

    def _contact(self, name: str, data: str) -> Path:
        return self.caches / f"{name.removesuffix('.json')}-{data}"

    def run(self, **environ: str) -> str:
        """Run the workflow; return what the job Publish printed."""
        return self.publish(self.build(**environ))

    def addresses(self) -> set[str]:
        """Return the paths of all pages, feeds and calendars of the published site."""
        paths = {path.relative_to(self.site).as_posix() for path in self.site.rglob("*.*")}
        return {path for path in paths if not path.startswith(("assets/", "pictures/", "."))}

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve the published site; yield its URL, which is also that of later builds."""
        with serve_folder(self.site) as url:
            self.environ["ARCHIVE_BASE_URL"] = url
            yield url
        del self.environ["ARCHIVE_BASE_URL"]

    def checkout(self) -> Path:
        """Return a clone of the latest commit of the branch, as ``actions/checkout`` makes it."""
        self._clones += 1
        clone = self.folder / f"runner-{self._clones}"
        git(
            self.folder, "clone", "--quiet", "--depth=1", "--single-branch", "--branch=main",
            f"file://{self.origin}", str(clone),
        )  # fmt: skip
        return clone

    def step(self, clone: Path, script: str, environ: dict[str, str]) -> tuple[int, str]:
        done = subprocess.run(
            [str(clone / ".github/scripts" / script)],
            cwd=clone,
            env={**environment(), **self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr
