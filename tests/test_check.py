"""``build.py check``: a good site passes, and every kind of error is found."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import BASE_URL, PROJECT, Run, run_build

EVA = "events/tiangong-eva-1.html"


def check(run: Run, *arguments: str, expect: int = 0, coverage: bool = False) -> Run:
    return run_build(
        "check", "--base-url", BASE_URL, *arguments,
        cache=run.cache, output=run.output, expect=expect, coverage=coverage,
    )  # fmt: skip


@pytest.fixture
def site(seed_run: Run, tmp_path: Path) -> Run:
    """A copy of the site, to be damaged."""
    for folder in (seed_run.cache, seed_run.output):
        shutil.copytree(folder, tmp_path / folder.name)
    return replace(seed_run, cache=tmp_path / "cache", output=tmp_path / "output")


def findings(run: Run, **arguments: int) -> set[tuple[str, str]]:
    """Check the site and return (kind, where) of every finding."""
    report = check(run, "--json", **arguments).report
    return {(finding["kind"], finding["where"]) for finding in report["findings"]}


def edit(run: Run, path: str, old: str, new: str) -> None:
    file = run.output / path
    text = file.read_bytes().decode()
    assert old in text, (path, old)
    file.write_bytes(text.replace(old, new, 1).encode())


@pytest.mark.parametrize("which", ["seed_run", "generated_run"])
def test_a_new_build_has_no_error_and_no_orphan(which: str, request: pytest.FixtureRequest) -> None:
    report = check(request.getfixturevalue(which), "--json").report
    assert [finding for finding in report["findings"] if finding["kind"] != "budget"] == []
    assert report["ok"]
    assert report["site"]["pages"] > 20
    assert report["site"]["heaviest"]["bytes"] > 1000


MISTAKES = [
    ("link", "about.html", 'href="browse.html"', 'href="types/none.html"'),
    ("link", "subscribe.html", 'href="#content"', 'href="#nowhere"'),
    ("link", "types/eva.html", 'href="../index.html"', 'href="../../index.html"'),
    ("html", EVA, "</main>", "</div></main>"),
    ("html", "index.html", 'id="content"', 'id="content" id="content"'),
    ("picture", "offline.html", "</main>", '<img src="404.html"></main>'),
    ("feed", "feed.rss", "</guid>", "</guid"),
    ("feed", "happened.atom", "<updated>", "<update>"),
    ("feed", "feed.json", '"title"', '"titel"'),
    ("calendar", "years/2021.ics", "DTSTAMP:", "DTSTOMP:"),
    ("gone", "calendar-all.ics", "UID:ll2-event-309@", "UID:ll2-evening-309@"),
    ("gone", "id/309.ics", "UID:ll2-event-309@", "UID:ll2-evening-309@"),
]
"""The kind of the finding, the file, and the text in it that is replaced by another."""


def test_each_mistake_is_an_error_that_names_its_file(site: Run) -> None:
    for _, path, old, new in MISTAKES:
        edit(site, path, old, new)
    report = check(site, "--json", expect=1, coverage=True).report
    errors = {(f["kind"], f["where"]) for f in report["findings"] if f["severity"] == "error"}
    assert errors == {(kind, path) for kind, path, *_ in MISTAKES}


def test_the_canonical_url_of_a_page_is_not_checked_as_a_link(site: Run) -> None:
    canonical = f'<link rel="canonical" href="{BASE_URL}{EVA}">'
    edit(site, EVA, canonical, canonical.replace(EVA, "events/nowhere.html"))
    assert findings(site) == set()


def test_a_deleted_file_is_missing_from_the_build_and_from_the_permanent_urls(site: Run) -> None:
    (site.output / EVA).unlink()
    (site.output / "id/309.html").unlink()
    kinds = findings(site, expect=1)
    assert {("missing", EVA), ("gone", EVA), ("gone", "id/309.html")} <= kinds
    assert ("link", "types/eva.html") in kinds


def test_a_url_that_was_ever_published_must_exist(site: Run) -> None:
    ledger = site.cache / "ledger.json"
    text = ledger.read_text("utf-8")
    ledger.write_text(
        text.replace('"lists": {', '"lists": {\n"months/1999-01.html": 1,', 1), "utf-8"
    )
    assert findings(site, expect=1) == {("gone", "months/1999-01.html")}


def test_an_event_that_is_in_no_feed_any_more_is_an_error(site: Run) -> None:
    feed = site.output / "feed.atom"
    text = feed.read_bytes().decode()
    entries = re.findall(r"<entry>.*?</entry>", text, re.DOTALL)
    (removed,) = (entry for entry in entries if ":event:309<" in entry)
    feed.write_bytes(text.replace(removed, "").encode())
    report = check(site, "--json", expect=1).report
    (finding,) = report["findings"]
    assert finding["what"] == "the entry tag:thespacedevs.com,2020:ll2:event:309"


def test_an_orphan_is_a_warning_and_fails_with_strict(site: Run) -> None:
    edit(site, "index.html", "offline.html", "about.html")
    for page in site.output.rglob("*.html"):
        page.write_bytes(page.read_bytes().replace(b"offline.html", b"about.html"))
    strict = check(site, "--strict", expect=1, coverage=True)
    assert "offline.html: cannot be reached from home" in strict.stdout
    assert "error" not in strict.stdout


def test_page_weights_are_compared_with_the_budgets_in_the_settings(
    site: Run, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    shutil.copy(PROJECT / "build.py", project)
    (project / "events_archive").symlink_to(PROJECT / "events_archive")
    table = '[tool.events-archive]\npage_budget = "5 kB"\nsite_budget = "0.1 MB"\n'
    (project / "pyproject.toml").write_text(table)
    run = run_build(
        "check", "--base-url", BASE_URL, "--json",
        cache=site.cache, output=site.output, project=project,
    )  # fmt: skip
    paths = {f["where"] for f in run.report["findings"] if f["kind"] == "budget"}
    assert {"index.html", "the whole"} <= paths
    assert all(finding["severity"] == "warning" for finding in run.report["findings"])


def test_the_printed_report_names_rule_file_and_problem(site: Run) -> None:
    edit(site, "about.html", 'href="browse.html"', 'href="types/none.html"')
    run = check(site, expect=1)
    assert "Links that lead nowhere: 1 (error)" in run.stdout
    assert "  about.html: types/none.html leads to a file that is not there" in run.stdout
    assert "1 error in the site" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_folder_without_a_site_is_reported_in_one_line(tmp_path: Path) -> None:
    run = run_build("check", cache=tmp_path / "cache", output=tmp_path / "output", expect=1)
    assert "run build.py first" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


def test_an_offline_check_of_external_links_writes_nothing(site: Run) -> None:
    def all_files() -> dict[Path, bytes]:
        files = (path for path in site.cache.parent.rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in files if path.name != "archive.lock"}

    before = all_files()
    run = check(site, "--external", "--offline", coverage=True)
    assert all_files() == before
    assert re.search(r"\d+ links to other sites would be checked", run.stderr)
