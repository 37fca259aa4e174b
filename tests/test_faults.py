"""With any fault of the API a run ends in bounded time, with the old cache or a complete new one.

Each test runs ``build.py`` with a cache against a server with one fault.
"""

import json
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, edit_contact, run_build
from tests.ll2_server import EventDatabase, Fault, LL2Server

OPTIONS = ("--full", "--max-age", "0", "--no-pictures", "-v")
SILENT = {Fault.STALL, Fault.STALL_MIDWAY, Fault.DRIP, Fault.ENDLESS}
EVENTS = 130


@dataclass(frozen=True)
class Case:
    """A fault, the requests that it hits, and the expected warning."""

    fault: Fault
    options: dict[str, Any] = field(default_factory=dict)
    path: str = "/events/"
    warning: str = ""
    """A regular expression for the warning; empty if the run must succeed without one."""

    def __str__(self) -> str:
        details = "-".join(str(value) for value in self.options.values())
        return f"{self.fault}-{details}-{self.path}" if details else f"{self.fault}-{self.path}"


SECOND_PAGE = "offset=100"
FATAL = [
    Case(Fault.THROTTLED, {"wait": 1631}, warning=r"try again after \d\d:\d\d UTC"),
    Case(Fault.THROTTLED, path=SECOND_PAGE, warning="the 1 page already fetched"),
    Case(Fault.SERVER_ERROR, {"status": 500}, warning="500"),
    Case(Fault.SERVER_ERROR, {"status": 503}, path=SECOND_PAGE, warning="503"),
    Case(Fault.NOT_FOUND, warning="404"),
    Case(Fault.HTML, warning="HTML|html|web page|not JSON"),
    Case(Fault.EMPTY_BODY, warning="."),
    Case(Fault.TRUNCATED_JSON, warning="."),
    Case(Fault.INVALID_JSON, path=SECOND_PAGE, warning="."),
    Case(Fault.INVALID_UTF8, warning="."),
    Case(Fault.CUT_GZIP, warning="."),
    Case(Fault.LENGTH_TOO_LONG, warning="."),
    Case(Fault.LENGTH_TOO_SHORT, warning="."),
    Case(Fault.RESET, warning="."),
    Case(Fault.STALL, path=SECOND_PAGE, warning="."),
    Case(Fault.STALL_MIDWAY, warning="."),
    Case(Fault.DRIP, {"interval": 0.05}, warning="."),
    Case(Fault.REDIRECT_LOOP, warning="redirect"),
    Case(Fault.REDIRECT, {"to": "http://127.0.0.2:1/steal"}, warning="redirect|another"),
    Case(Fault.GZIP_BOMB, warning="."),
    Case(Fault.ENDLESS, warning="."),
    Case(Fault.RESULTS_OBJECT, warning="no page of events"),
    Case(Fault.RESULTS_MISSING, path=SECOND_PAGE, warning="no page of events"),
]
TOLERATED = [
    Case(Fault.UNKNOWN_FIELDS),
    Case(Fault.DUPLICATE_ACROSS_PAGES),
    Case(Fault.NEXT_ELSEWHERE, {"to": "http://127.0.0.2:1/2.3.0/events/"}),
    Case(Fault.NEXT_LOOP),
    Case(Fault.COUNT_WRONG, {"by": 7}),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, EventDatabase]:
    """The folder of an archive after its first refresh, and the database that it is a copy of."""
    folder = tmp_path_factory.mktemp("archive")
    database = EventDatabase.generate(EVENTS, images=0)
    with LL2Server(database) as server:
        run_build(
            "--api-url", server.url, "--no-pictures",
            cache=folder / "cache", output=folder / "output",
        )  # fmt: skip
    return folder, database


def _run(
    case: Case, archive: tuple[Path, EventDatabase], tmp_path: Path
) -> tuple[Run, LL2Server, float]:
    """Run against a changed database, with the fault in every request that matches."""
    folder, database = archive
    shutil.copytree(folder / "cache", tmp_path / "cache")
    shutil.copytree(folder / "output", tmp_path / "output")
    changed = EventDatabase(database.records())
    changed.change(database.ids[5], description="Edited upstream")
    with LL2Server(changed) as server:
        server.faults.add(case.fault, path=case.path, times=None, **case.options)
        edit_contact(tmp_path / "cache", api_url=server.url)
        started = time.monotonic()
        # Short if the timeout must expire, otherwise long enough for a slow machine.
        timeout = "1s" if case.fault in SILENT else "8s"
        run = run_build(
            "--api-url", server.url, *OPTIONS, "--timeout", timeout,
            cache=tmp_path / "cache", output=tmp_path / "output", expect=None,
        )  # fmt: skip
        return run, server, time.monotonic() - started


def _event_count(output: Path) -> int:
    return len(list((output / "id").glob("*.html")))


@pytest.mark.parametrize("case", FATAL, ids=str)
def test_a_fault_is_one_warning_and_leaves_the_cache_and_the_site(
    case: Case, archive: tuple[Path, EventDatabase], tmp_path: Path
) -> None:
    run, server, seconds = _run(case, archive, tmp_path)
    assert run.status == 0, run.stderr
    warnings = [line for line in run.stderr.splitlines() if line.startswith("warning:")]
    assert len(warnings) == 1, run.stderr
    assert re.search(case.warning, warnings[0]), warnings[0]
    assert "the cache stays as it was" in warnings[0]
    assert "Traceback" not in run.stderr
    before = (archive[0] / "cache/events.jsonl").read_bytes()
    assert (tmp_path / "cache/events.jsonl").read_bytes() == before
    assert _event_count(run.output) == EVENTS
    assert len(server.requests.api) <= 6
    assert seconds < 60


@pytest.mark.parametrize("case", TOLERATED, ids=str)
def test_tolerated_faults_do_not_prevent_a_refresh(
    case: Case, archive: tuple[Path, EventDatabase], tmp_path: Path
) -> None:
    run, _, _ = _run(case, archive, tmp_path)
    assert run.status == 0, run.stderr
    assert "Edited upstream" in (tmp_path / "cache/events.jsonl").read_text("utf-8")
    assert _event_count(run.output) == EVENTS


@pytest.mark.parametrize(
    "case",
    [
        Case(Fault.COUNT_ZERO),
        Case(Fault.DUPLICATE_IN_PAGE),
        Case(Fault.EMPTY_PAGE, path=SECOND_PAGE),
        Case(Fault.ID_STRING),
        Case(Fault.WRONG_TYPE, {"field": "type", "value": []}),
        Case(Fault.NULLS),
        Case(Fault.MISSING),
    ],
    ids=str,
)
def test_an_implausible_response_removes_no_event(
    case: Case, archive: tuple[Path, EventDatabase], tmp_path: Path
) -> None:
    run, server, seconds = _run(case, archive, tmp_path)
    assert run.status == 0, run.stderr
    assert "Traceback" not in run.stderr
    lines = (tmp_path / "cache/events.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == EVENTS
    assert _event_count(run.output) == EVENTS
    withdrawn = json.loads((tmp_path / "cache/ledger.json").read_text("utf-8"))["withdrawn"]
    assert withdrawn == {}
    assert len(server.requests.api) <= 15
    assert seconds < 60


def test_a_first_run_is_not_lost_to_faults_that_pass(tmp_path: Path) -> None:
    with LL2Server(EventDatabase.generate(EVENTS, images=0)) as server:
        for nth, fault, options in (
            (1, Fault.CUT_GZIP, {}),
            (2, Fault.THROTTLED, {"wait": 1}),
            (4, Fault.RESET, {}),
            (5, Fault.SERVER_ERROR, {"status": 502}),
        ):
            server.faults.add(fault, path="/events/", nth=nth, **options)
        run = run_build(
            "--api-url", server.url, *OPTIONS, "--timeout", "8s",
            cache=tmp_path / "cache", output=tmp_path / "output",
        )  # fmt: skip
        assert len(server.requests.api) == 6
    assert "warning" not in run.stderr
    assert _event_count(run.output) == EVENTS


def test_a_throttled_first_refresh_is_continued_by_the_next_run(tmp_path: Path) -> None:
    folders = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    with LL2Server(EventDatabase.generate(330, images=0), throttled=True) as server:
        server.throttle.limit = 2
        first = run_build("--api-url", server.url, *OPTIONS, **folders, expect=1)
        assert "2 pages already fetched" in first.stderr
        assert not (tmp_path / "cache/events.jsonl").exists()
        server.throttle.reset()
        sent = len(server.requests.api)
        run_build("--api-url", server.url, *OPTIONS, **folders)
        assert len(server.requests.api) - sent <= 3
    assert _event_count(tmp_path / "output") == 330


def test_a_refresh_that_lacks_many_events_is_refused_until_accepted(
    archive: tuple[Path, EventDatabase], tmp_path: Path
) -> None:
    folder, database = archive
    shutil.copytree(folder / "cache", tmp_path / "cache")
    folders = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    smaller = EventDatabase(database.records())
    deleted = smaller.ids[::4]
    for event_id in deleted:
        smaller.delete(event_id)
    with LL2Server(smaller) as server:
        edit_contact(tmp_path / "cache", api_url=server.url)
        refused = run_build("--api-url", server.url, *OPTIONS, **folders)
        assert "--accept-withdrawals" in refused.stderr
        assert not json.loads((tmp_path / "cache/ledger.json").read_text("utf-8"))["withdrawn"]
        run = run_build("--api-url", server.url, *OPTIONS, "--accept-withdrawals", **folders)
    assert f"{len(deleted)} withdrawn" in run.stderr
    assert _event_count(run.output) == EVENTS
    lines = (tmp_path / "cache/events.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == EVENTS


def test_a_damaged_line_of_the_cache_is_named_and_the_others_are_used(
    archive: tuple[Path, EventDatabase], tmp_path: Path
) -> None:
    shutil.copytree(archive[0] / "cache", tmp_path / "cache")
    file = tmp_path / "cache/events.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:9], lines[9][:200], b"\n", *lines[10:]]))
    run = run_build("--offline", cache=tmp_path / "cache", output=tmp_path / "output")
    assert "events.jsonl, line 10" in run.stderr
    assert _event_count(run.output) == EVENTS
    damaged = json.loads(lines[9])["id"]
    placeholder = (run.output / f"id/{damaged}.html").read_text("utf-8")
    assert "cannot be read at the moment" in placeholder
    before = {path.name for path in (archive[0] / "output/events").iterdir()}
    after = {path.name for path in (run.output / "events").iterdir()}
    assert {name for name in before - after if name.endswith(".html")} == set()


def test_a_refresh_without_changes_but_timestamps_changes_no_data(
    tmp_path: Path,
) -> None:
    folders = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    options = ("--max-age", "0", "--no-pictures", "--json")
    with LL2Server(EventDatabase.generate(EVENTS, images=0)) as server:
        run_build("--api-url", server.url, *options, **folders)
        before = _lines(tmp_path / "cache")
        time.sleep(1.1)
        sent = len(server.requests.api)
        second = run_build("--api-url", server.url, *options, **folders)
        assert len(server.requests.api) - sent == 1
        after = _lines(tmp_path / "cache")
        assert after == before
        # As LL2 does for hundreds of events at once.
        server.database.advance(hours=1)
        for event_id in server.database.ids[::2]:
            server.database.change(event_id)
        stamped = run_build("--api-url", server.url, *options, **folders)
        assert _lines(tmp_path / "cache") == before
        # Pages that state when LL2 was last asked.
        assert stamped.report["written"]["changed"] <= 5
        assert stamped.report["written"]["added"] == 0
        server.database.advance(hours=1)
        server.database.change(
            server.database.ids[3], name="Renamed docking", date="2027-01-01T00:00:00Z"
        )
        sent = len(server.requests.api)
        third = run_build("--api-url", server.url, *options, **folders)
        assert len(server.requests.api) - sent == 1
    assert second.report["refresh"]["changes"] == {}
    assert third.report["refresh"]["changes"] == {"moved": 1, "renamed": 1, "changed": 1} or (
        third.report["refresh"]["changes"] == {"moved": 1, "renamed": 1}
    )
    assert third.report["summary"].startswith("1 moved, 1 renamed")
    diff = run_build("diff", **folders)
    assert "Renamed docking" in diff.stdout
    assert "Moved from" in diff.stdout


def _lines(cache: Path) -> list[str]:
    files = sorted(set(cache.glob("*.json*")) - {cache / "contact.json"})
    return [line for path in files for line in path.read_text("utf-8").splitlines()]


def test_an_event_page_has_the_changes_and_is_marked_when_withdrawn(tmp_path: Path) -> None:
    folders = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    with LL2Server(EventDatabase.generate(60, images=0)) as server:
        options = ("--api-url", server.url, "--max-age", "0", "--no-pictures", "--full")
        moved, withdrawn = server.database.ids[20], server.database.ids[21]
        server.database.change(moved, date="2027-01-01T00:00:00Z", date_precision=None)
        run_build(*options, **folders)
        server.database.advance(hours=1)
        server.database.change(moved, date="2027-03-05T00:00:00Z")
        old_slug = server.database[withdrawn]["slug"]
        server.database.delete(withdrawn)
        run_build(*options, **folders)
        page = _event_page(tmp_path / "output", moved)
        assert "Moved from 1 January 2027 to 5 March 2027" in page
        withdrawn_page = (tmp_path / f"output/events/{old_slug.lower()}.html").read_text("utf-8")
        assert "no longer lists this event" in withdrawn_page
        assert f'events/{old_slug.lower()}.html"' not in (
            tmp_path / "output/years/index.html"
        ).read_text("utf-8")
        server.database.restore(withdrawn)
        run_build(*options, **folders)
    restored_page = (tmp_path / f"output/events/{old_slug.lower()}.html").read_text("utf-8")
    assert "no longer lists this event" not in restored_page
    assert "Listed by the source again" in restored_page


def _event_page(output: Path, event_id: int) -> str:
    redirect = (output / f"id/{event_id}.html").read_text("utf-8")
    target = re.search(r'url=\.\./(events/[^"]+)"', redirect)
    assert target, redirect
    return (output / target[1]).read_text("utf-8")
