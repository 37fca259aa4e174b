"""Publishing from a fork, with real git: its data, runs in any order, and upstream's updates."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import PROJECT, Build, run_build
from tests.fork import DATA_BRANCH, Fork, clock, commit_all, environment, git, make_upstream
from tests.ll2_server import EventDatabase, Fault, LL2Server

LONG_AGO = {"GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"}


@pytest.fixture
def server() -> Iterator[LL2Server]:
    with LL2Server(EventDatabase.generate(12, images=2), max_image_width=320) as server:
        yield server


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_upstream(tmp_path_factory.mktemp("upstream") / "archive")


@pytest.fixture
def fork(tmp_path: Path, server: LL2Server, upstream: Path) -> Fork:
    return Fork(tmp_path, upstream, server.url, environ={"NO_PICTURES": "true"})


def rename(server: LL2Server, name: str) -> None:
    server.database.advance(hours=1)
    server.database.rename(min(server.database.ids), name)


def test_data_are_committed_to_a_branch_of_their_own_with_the_summary_of_the_build(
    fork: Fork, server: LL2Server
) -> None:
    code = fork.log("main")
    assert "Committed: Data: 2 new" in fork.run()
    (first,) = fork.log()
    assert first.startswith("Data: 2 new")
    assert fork.log("main") == code
    names = git(fork.origin, "ls-tree", "-r", "--name-only", DATA_BRANCH).splitlines()
    data = ("events.jsonl", "history.jsonl", "ledger.json", "published-ids.json")
    assert {".gitattributes", ".gitignore", *(f"content_cache/{name}" for name in data)} <= set(
        names
    )
    assert not [name for name in names if re.search("contact|lock|builds", name)]

    sent = len(server.requests.api)
    assert "Nothing new" in fork.run()
    assert len(server.requests.api) == sent
    assert "Nothing new" in fork.run(FULL="true")
    assert fork.log() == [first]

    rename(server, "Another name altogether")
    assert "Committed" in fork.run(FULL="true")
    assert "1 renamed" in fork.log()[0]


def test_a_fork_that_has_its_data_on_the_branch_of_the_code_goes_on_with_them(
    fork: Fork, server: LL2Server
) -> None:
    cache = fork.clone / "content_cache"
    run_build("--api-url", server.url, "--no-pictures", cache=cache, output=fork.folder / "site")
    commit_all(fork.clone, "Data: 2 new")
    git(fork.clone, "push", "--quiet", "origin", "main")
    old = cache.joinpath("history.jsonl").read_text()
    rename(server, "Another name altogether")
    fork.run(FULL="true")
    assert fork.data("history.jsonl").startswith(old.rstrip("\n"))
    # What it has there from then on is not looked at.
    git(fork.clone, "rm", "--quiet", "-r", "content_cache")
    fork.edit("README.md", "Without data")
    before = fork.data("ledger.json")
    fork.publish(fork.pretend_to_build("news"))
    assert fork.data("ledger.json") == before


def test_a_run_that_another_has_overtaken_neither_commits_nor_publishes(fork: Fork) -> None:
    overtaken = fork.pretend_to_build("one thing")
    fork.publish(fork.pretend_to_build("everything"))
    before = fork.log()
    for _ in range(2):
        log = fork.publish(overtaken)
        assert "::notice::The branch archive-data has changed" in log
        assert fork.log() == before
        assert (fork.site / "index.html").read_text() == "everything"
        # Nor does the next run believe that the API was asked since.
        assert [path.read_text() for path in fork.caches.glob("contact-*")] == ["everything"]


def test_a_deployment_that_is_repeated_finds_its_data_committed(fork: Fork) -> None:
    attempt = fork.pretend_to_build("news")
    fork.publish(attempt)
    before = fork.log()
    (fork.site / "index.html").unlink()
    fork.publish(attempt)
    assert fork.log() == before
    assert (fork.site / "index.html").exists()


def test_the_data_of_a_run_are_kept_and_its_site_is_not_when_the_code_has_changed(
    fork: Fork,
) -> None:
    attempt = fork.pretend_to_build("news")
    fork.edit("README.md", "Meanwhile")
    assert "::notice::The code has changed" in fork.publish(attempt)
    assert fork.log() == ["Data: news"]
    assert not (fork.site / "index.html").exists()


def test_what_the_owner_has_removed_from_the_data_by_force_does_not_come_back(fork: Fork) -> None:
    for news in ("news", "what is to be removed"):
        fork.publish(fork.pretend_to_build(news))
    attempt = fork.pretend_to_build("more")
    git(fork.origin, "update-ref", f"refs/heads/{DATA_BRANCH}", f"{DATA_BRANCH}~1")
    before = fork.log()
    assert "::notice::The branch archive-data has changed" in fork.publish(attempt)
    assert fork.log() == before
    fork.publish(fork.pretend_to_build("more"))
    assert fork.data("history.jsonl") == "news\nmore"
    assert fork.log()[:2] == ["Data: more", "Data: news"]


def test_a_branch_of_data_that_was_deleted_is_not_begun_anew(fork: Fork) -> None:
    fork.publish(fork.pretend_to_build("news"))
    attempt = fork.pretend_to_build("more")
    deleted = git(fork.origin, "rev-parse", DATA_BRANCH)
    git(fork.origin, "branch", "-D", DATA_BRANCH)
    log = fork.publish(attempt, expect=1)
    assert f"::error::The branch {DATA_BRANCH} was deleted" in log
    assert f"git push origin {deleted}:refs/heads/{DATA_BRANCH}" in log


def test_a_host_that_cannot_be_asked_for_the_data_is_not_taken_for_one_without(fork: Fork) -> None:
    clone = fork.checkout()
    git(clone, "remote", "set-url", "origin", str(fork.folder / "nowhere"))
    status, log = fork.step(clone, "load_data.sh", {})
    assert status != 0
    assert "no branch" not in log


def test_of_a_protected_branch_the_run_says_what_to_set(fork: Fork) -> None:
    hook = fork.origin / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'GH006: Protected branch update failed' >&2\nexit 1\n")
    hook.chmod(0o755)
    log = fork.publish(fork.pretend_to_build("news"), expect=1)
    assert "GH006" in log
    assert "::error::GitHub refused the data. If the branch archive-data is protected" in log
    assert "Settings → Rules → Rulesets" in log
    assert not list(fork.caches.glob("contact-*"))


@pytest.mark.parametrize("is_protected", [False, True])
def test_after_fifty_days_without_a_commit_an_empty_one_keeps_the_schedule_running(
    fork: Fork, is_protected: bool
) -> None:
    git(fork.clone, "commit", "--quiet", "--amend", "--no-edit", **LONG_AGO)
    git(fork.clone, "push", "--quiet", "--force", "origin", "main")
    before = git(fork.origin, "rev-parse", "main^{tree}")
    if is_protected:
        (fork.origin / "hooks/pre-receive").write_text("#!/bin/sh\nexit 1\n")
        (fork.origin / "hooks/pre-receive").chmod(0o755)
    status, log = fork.step(fork.checkout(), "keep_schedule.sh", {"BRANCH": "main"})
    assert status == 0
    if is_protected:
        assert "::warning::The last commit on main is" in log
        assert "Settings → Rules → Rulesets" in log
        return
    assert fork.log("main")[0].startswith("Still here after")
    assert git(fork.origin, "rev-parse", "main^{tree}") == before
    status, log = fork.step(fork.checkout(), "keep_schedule.sh", {"BRANCH": "main"})
    assert (status, log) == (0, "")


def test_a_local_build_in_a_clone_of_the_data_changes_nothing_unless_there_are_news(
    fork: Fork, server: LL2Server
) -> None:
    one, other = fork.clone, fork.folder / "other"
    folders = {"output": fork.folder / "local"}
    options = ("--api-url", server.url, "--no-pictures", "--full")
    run_build(*options, cache=one / "content_cache", **folders)
    commit_all(one, "Data")
    git(fork.folder, "clone", "--quiet", str(one), str(other))
    run_build(*options, cache=other / "content_cache", **folders)
    assert git(other, "status", "--porcelain") == ""
    # Both see the same news, at different times, and one sees more.
    look = datetime.now(UTC)
    for clones, name in (([one, other], "Another name altogether"), ([other], "A third name")):
        rename(server, name)
        for clone in clones:
            look += timedelta(hours=1)
            cache = clone / "content_cache"
            run_build("fetch", *options, cache=cache, **folders, **clock(look))
            commit_all(clone, "News")
    pulled = git(other, "pull", "--no-rebase", "--no-edit", str(one), check=False)
    assert re.findall(r"conflict in (\S+)", pulled) == ["content_cache/ledger.json"]
    commit_all(other, "A merge with its conflict markers")
    run = run_build("--offline", "--json", cache=other / "content_cache", **folders)
    assert "conflict markers" in str(run.report["warnings"])
    ledger = json.loads((other / "content_cache/ledger.json").read_text())
    assert {"another-name-altogether", "a-third-name"} <= ledger["event_addresses"].keys()
    run = run_build("diff", "--json", "--since", "2020-01-01", cache=other / "content_cache",
                    **folders)  # fmt: skip
    names = [change["new"] for change in run.report["changes"] if change["field"] == "name"]
    assert names == ["Another name altogether", "A third name"]


def test_the_age_that_a_fork_allows_its_data_counts_and_else_three_hours(
    fork: Fork, server: LL2Server
) -> None:
    clone = fork.checkout()
    assert fork.step(clone, "build.sh", {})[0] == 0
    with (clone / "pyproject.toml").open("a") as settings:
        settings.write('max_age = "0s"\n')
    sent = len(server.requests.api)
    assert fork.step(clone, "build.sh", {})[0] == 0
    assert len(server.requests.api) == sent + 1


def test_a_build_of_data_that_are_two_weeks_old_says_so(fork: Fork, server: LL2Server) -> None:
    clone = fork.checkout()
    server.faults.add(Fault.NOT_FOUND, path="/events", times=None)
    status, log = fork.step(clone, "build.sh", {})
    assert status == 0
    # The ten events of a new clone, which has never reached the API.
    assert re.search(r"^overdue=The data are \d{2,} days old: ", log, re.MULTILINE)
    server.faults.clear()
    assert "overdue=\n" in fork.step(clone, "build.sh", {})[1]


def test_what_is_noted_about_pictures_is_cached_with_them(fork: Fork, server: LL2Server) -> None:
    server.faults.add(Fault.SERVER_ERROR, path=".png", times=None, status=404)
    server.faults.add(Fault.SERVER_ERROR, path=".jp", times=None, status=404)
    clone, keys = fork.checkout(), []
    for year in ("2031", "2032"):
        status, log = fork.step(clone, "build.sh", {"NO_PICTURES": "false"})
        assert status == 0
        keys += re.findall("^images=(.*)$", log, re.MULTILINE)
        note = clone / "content_cache/originals/validators.json"
        note.write_text(re.sub(r'"until":"\d{4}', f'"until":"{year}', note.read_text()))
    assert len(set(keys)) == 2


def test_a_command_that_fails_within_another_is_not_overlooked(fork: Fork) -> None:
    clone = fork.checkout()
    (clone / "build.py").write_text("print('no report')\n")
    status, log = fork.step(clone, "build.sh", {})
    assert status != 0
    assert "images=" not in log


def test_the_summary_of_a_build_that_failed_has_its_errors(build: Build, tmp_path: Path) -> None:
    (tmp_path / "build.json").write_text(build("--offline", "--json", expect=1).stdout)
    script = [sys.executable, str(PROJECT / ".github/scripts/summary.py")]
    done = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "## The build failed" in done.stdout
    assert "events.jsonl has no events" in done.stdout


def test_a_site_with_an_error_stops_before_it_is_published_and_the_summary_says_so(
    fork: Fork,
) -> None:
    clone = fork.checkout()

    def summary() -> str:
        script = [sys.executable, str(clone / ".github/scripts/summary.py")]
        return subprocess.run(
            script, cwd=clone, env=environment(), capture_output=True, text=True, check=True
        ).stdout

    assert "The build failed" in summary()
    assert fork.step(clone, "build.sh", {})[0] == 0
    home = clone / "output/index.html"
    home.write_text(home.read_text().replace("years/index.html", "years/lost.html"))
    status, log = fork.step(clone, "check.sh", {})
    assert status == 1
    assert "years/lost.html" in log
    text = summary()
    assert "## 2 new" in text
    assert re.search(r"\| size \| [\d.]+ MB \([\d.]+%\) \| 1 GB \|", text)
    assert "10 minutes" in text
    assert "years/lost.html" in text
