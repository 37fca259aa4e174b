"""Whatever the API answers, a run ends in bounded time with the old cache, or the new one, whole.

Each fault is met by a real run of ``build.py`` that has a cache already.
"""

import json
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, run_build
from tests.ll2_server import EventDatabase, Fault, LL2Server

OPTIONS = ("--full", "--max-age", "0", "--no-pictures", "-v")
SILENT = {Fault.STALL, Fault.STALL_MIDWAY, Fault.DRIP, Fault.ENDLESS}
EVENTS = 130


@dataclass(frozen=True)
class Case:
    """A fault, where it strikes, and what the run must make of it."""

    fault: Fault
    options: dict[str, Any] = field(default_factory=dict)
    path: str = "/events/"
    says: str = ""
    """A pattern that the one sentence must match; "" where the fault is overcome."""

    def __str__(self) -> str:
        details = "-".join(str(value) for value in self.options.values())
        return f"{self.fault}-{details}-{self.path}" if details else f"{self.fault}-{self.path}"


SECOND_PAGE = "offset=100"
FATAL = [
    Case(Fault.THROTTLED, {"wait": 1631}, says=r"try again after \d\d:\d\d UTC"),
    Case(Fault.THROTTLED, path=SECOND_PAGE, says="the 1 page of the sweep"),
    Case(Fault.SERVER_ERROR, {"status": 500}, says="500"),
    Case(Fault.SERVER_ERROR, {"status": 503}, path=SECOND_PAGE, says="503"),
    Case(Fault.NOT_FOUND, says="404"),
    Case(Fault.HTML, says="HTML|html|web page|not JSON"),
    Case(Fault.EMPTY_BODY, says="."),
    Case(Fault.TRUNCATED_JSON, says="."),
    Case(Fault.INVALID_JSON, path=SECOND_PAGE, says="."),
    Case(Fault.INVALID_UTF8, says="."),
    Case(Fault.LENGTH_TOO_LONG, says="."),
    Case(Fault.LENGTH_TOO_SHORT, says="."),
    Case(Fault.RESET, says="."),
    Case(Fault.STALL, path=SECOND_PAGE, says="."),
    Case(Fault.STALL_MIDWAY, says="."),
    Case(Fault.DRIP, {"interval": 0.05}, says="."),
    Case(Fault.REDIRECT_LOOP, says="redirect"),
    Case(Fault.REDIRECT, {"to": "http://127.0.0.2:1/steal"}, says="redirect|another"),
    Case(Fault.GZIP_BOMB, says="."),
    Case(Fault.ENDLESS, says="."),
    Case(Fault.NEXT_ELSEWHERE, {"to": "http://127.0.0.2:1/2.3.0/events/"}, says="next"),
    Case(Fault.RESULTS_OBJECT, says="no page of events"),
    Case(Fault.RESULTS_MISSING, path=SECOND_PAGE, says="no page of events"),
]
OVERCOME = [
    Case(Fault.UNKNOWN_FIELDS),
    Case(Fault.DUPLICATE_ACROSS_PAGES),
]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, EventDatabase]:
    """An archive that has had its first sweep, and the upstream it was made from."""
    folder = tmp_path_factory.mktemp("settled")
    database = EventDatabase.generate(EVENTS, images=0)
    with LL2Server(database) as server:
        run_build(
            "--api-url", server.url, "--no-pictures",
            cache=folder / "cache", output=folder / "output",
        )  # fmt: skip
    return folder, database


def _meet(
    case: Case, settled: tuple[Path, EventDatabase], tmp_path: Path
) -> tuple[Run, LL2Server, float]:
    """A run against a changed upstream, with the fault striking every request that it can."""
    folder, database = settled
    shutil.copytree(folder / "cache", tmp_path / "cache")
    shutil.copytree(folder / "output", tmp_path / "output")
    changed = EventDatabase(database.records())
    changed.change(database.ids[5], description="Edited upstream")
    with LL2Server(changed) as server:
        server.faults.add(case.fault, path=case.path, times=None, **case.options)
        _pretend_the_same_place(tmp_path / "cache/ledger.json", server.url)
        started = time.monotonic()
        # Short where it has to run out; else long enough for the slowest machine.
        patience = "1s" if case.fault in SILENT else "8s"
        run = run_build(
            "--api-url", server.url, *OPTIONS, "--timeout", patience,
            cache=tmp_path / "cache", output=tmp_path / "output", expect=None,
        )  # fmt: skip
        return run, server, time.monotonic() - started


def _pretend_the_same_place(ledger: Path, url: str) -> None:
    """The stand-in has another port each time, which is another source to the archive."""
    text = ledger.read_text("utf-8")
    ledger.write_text(
        re.sub(r'"api_url":\s*"[^"]*"', f'"api_url": {json.dumps(url)}', text), "utf-8"
    )


def _permalinks(output: Path) -> int:
    return len(list((output / "id").glob("*.html")))


@pytest.mark.parametrize("case", FATAL, ids=str)
def test_a_fault_costs_a_sentence_and_nothing_else(
    case: Case, settled: tuple[Path, EventDatabase], tmp_path: Path
) -> None:
    run, server, seconds = _meet(case, settled, tmp_path)
    assert run.status == 0, run.stderr
    warnings = [line for line in run.stderr.splitlines() if line.startswith("warning:")]
    assert len(warnings) == 1, run.stderr
    assert re.search(case.says, warnings[0]), warnings[0]
    assert "the cache stays as it was" in warnings[0]
    assert "Traceback" not in run.stderr
    before = (settled[0] / "cache/events.jsonl").read_bytes()
    assert (tmp_path / "cache/events.jsonl").read_bytes() == before
    assert _permalinks(run.output) == EVENTS
    assert len(server.requests.api) <= 6
    assert seconds < 60


@pytest.mark.parametrize("case", OVERCOME, ids=str)
def test_an_oddity_is_overcome_and_the_news_comes_in(
    case: Case, settled: tuple[Path, EventDatabase], tmp_path: Path
) -> None:
    run, _, _ = _meet(case, settled, tmp_path)
    assert run.status == 0, run.stderr
    assert "Edited upstream" in (tmp_path / "cache/events.jsonl").read_text("utf-8")
    assert _permalinks(run.output) == EVENTS


@pytest.mark.parametrize(
    "case",
    [
        Case(Fault.COUNT_ZERO),
        Case(Fault.COUNT_WRONG, {"by": 7}),
        Case(Fault.DUPLICATE_IN_PAGE),
        Case(Fault.EMPTY_PAGE, path=SECOND_PAGE),
        Case(Fault.NEXT_LOOP),
        Case(Fault.ID_STRING),
        Case(Fault.WRONG_TYPE, {"field": "type", "value": []}),
        Case(Fault.NULLS),
        Case(Fault.MISSING),
    ],
    ids=str,
)
def test_what_cannot_be_believed_takes_nothing_away(
    case: Case, settled: tuple[Path, EventDatabase], tmp_path: Path
) -> None:
    run, server, seconds = _meet(case, settled, tmp_path)
    assert run.status == 0, run.stderr
    assert "Traceback" not in run.stderr
    kept = (tmp_path / "cache/events.jsonl").read_text("utf-8").splitlines()
    assert len(kept) == EVENTS
    assert _permalinks(run.output) == EVENTS
    withdrawn = json.loads((tmp_path / "cache/ledger.json").read_text("utf-8"))["withdrawn"]
    assert withdrawn == {}
    assert len(server.requests.api) <= 15
    assert seconds < 60


def test_one_fault_that_passes_is_tried_again_within_the_budget(
    settled: tuple[Path, EventDatabase], tmp_path: Path
) -> None:
    with LL2Server(EventDatabase.generate(EVENTS, images=0)) as server:
        server.faults.add(Fault.SERVER_ERROR, path=SECOND_PAGE, times=1, status=502)
        run = run_build(
            "--api-url", server.url, *OPTIONS,
            cache=tmp_path / "cache", output=tmp_path / "output",
        )  # fmt: skip
        assert len(server.requests.api) == 3
    assert "warning" not in run.stderr
    assert _permalinks(run.output) == EVENTS


def test_a_throttled_first_sweep_is_continued_by_the_next_run(tmp_path: Path) -> None:
    places = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    with LL2Server(EventDatabase.generate(330, images=0), throttled=True) as server:
        server.throttle.limit = 2
        first = run_build("--api-url", server.url, *OPTIONS, **places, expect=1)
        assert "2 pages of the sweep" in first.stderr
        assert not (tmp_path / "cache/events.jsonl").exists()
        server.throttle.reset()
        asked = len(server.requests.api)
        run_build("--api-url", server.url, *OPTIONS, **places)
        assert len(server.requests.api) - asked <= 3
    assert _permalinks(tmp_path / "output") == 330


def test_a_sweep_in_which_many_are_gone_is_not_believed_until_accepted(
    settled: tuple[Path, EventDatabase], tmp_path: Path
) -> None:
    folder, database = settled
    shutil.copytree(folder / "cache", tmp_path / "cache")
    places = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    emptier = EventDatabase(database.records())
    gone = emptier.ids[::4]
    for event_id in gone:
        emptier.delete(event_id)
    with LL2Server(emptier) as server:
        _pretend_the_same_place(tmp_path / "cache/ledger.json", server.url)
        doubted = run_build("--api-url", server.url, *OPTIONS, **places)
        assert "--accept-withdrawals" in doubted.stderr
        assert not json.loads((tmp_path / "cache/ledger.json").read_text("utf-8"))["withdrawn"]
        run = run_build("--api-url", server.url, *OPTIONS, "--accept-withdrawals", **places)
    assert f"{len(gone)} withdrawn" in run.stderr
    assert _permalinks(run.output) == EVENTS
    lines = (tmp_path / "cache/events.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == EVENTS


def test_a_damaged_cache_file_is_named_and_the_rest_of_it_is_used(
    settled: tuple[Path, EventDatabase], tmp_path: Path
) -> None:
    shutil.copytree(settled[0] / "cache", tmp_path / "cache")
    file = tmp_path / "cache/events.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:9], lines[9][:200], b"\n", *lines[10:]]))
    run = run_build("--offline", cache=tmp_path / "cache", output=tmp_path / "output")
    assert "events.jsonl, line 10" in run.stderr
    assert _permalinks(run.output) == EVENTS
    lost = json.loads(lines[9])["id"]
    stand_in = (run.output / f"id/{lost}.html").read_text("utf-8")
    assert "cannot be read at present" in stand_in
    before = {path.name for path in (settled[0] / "output/events").iterdir()}
    now = {path.name for path in (run.output / "events").iterdir()}
    assert {name for name in before - now if name.endswith(".html")} == set()


def test_a_refresh_without_news_costs_one_request_and_changes_a_line_of_the_ledger(
    tmp_path: Path,
) -> None:
    places = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    options = ("--max-age", "0", "--no-pictures", "--json")
    with LL2Server(EventDatabase.generate(EVENTS, images=0)) as server:
        run_build("--api-url", server.url, *options, **places)
        before = _lines(tmp_path / "cache")
        time.sleep(1.1)
        asked = len(server.requests.api)
        second = run_build("--api-url", server.url, *options, **places)
        assert len(server.requests.api) - asked == 1
        after = _lines(tmp_path / "cache")
        assert sum(a != b for a, b in zip(before, after, strict=True)) <= 2
        server.database.advance(hours=1)
        server.database.change(
            server.database.ids[3], name="Renamed docking", date="2027-01-01T00:00:00Z"
        )
        asked = len(server.requests.api)
        third = run_build("--api-url", server.url, *options, **places)
        assert len(server.requests.api) - asked == 1
    assert second.report["refresh"]["changes"] == {}
    assert third.report["refresh"]["changes"] == {"moved": 1, "renamed": 1, "changed": 1} or (
        third.report["refresh"]["changes"] == {"moved": 1, "renamed": 1}
    )
    assert third.report["summary"].startswith("1 moved, 1 renamed")
    told = run_build("diff", **places)
    assert "Renamed docking" in told.stdout
    assert "Moved from" in told.stdout


def _lines(cache: Path) -> list[str]:
    files = sorted(path for path in cache.glob("*.json*") if "link" not in path.name)
    return [line for path in files for line in path.read_text("utf-8").splitlines()]


def test_what_changed_stands_on_the_event_s_page_and_a_withdrawal_marks_it(tmp_path: Path) -> None:
    places = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    with LL2Server(EventDatabase.generate(60, images=0)) as server:
        options = ("--api-url", server.url, "--max-age", "0", "--no-pictures", "--full")
        moved, gone = server.database.ids[20], server.database.ids[21]
        server.database.change(moved, date="2027-01-01T00:00:00Z", date_precision=None)
        run_build(*options, **places)
        server.database.advance(hours=1)
        server.database.change(moved, date="2027-03-05T00:00:00Z")
        old_slug = server.database[gone]["slug"]
        server.database.delete(gone)
        run_build(*options, **places)
        page = _target(tmp_path / "output", moved)
        assert "Moved from 1 January 2027 to 5 March 2027" in page
        marked = (tmp_path / f"output/events/{old_slug.lower()}.html").read_text("utf-8")
        assert "no longer lists this event" in marked
        assert f'events/{old_slug.lower()}.html"' not in (
            tmp_path / "output/years/index.html"
        ).read_text("utf-8")
        server.database.restore(gone)
        run_build(*options, **places)
    back = (tmp_path / f"output/events/{old_slug.lower()}.html").read_text("utf-8")
    assert "no longer lists this event" not in back
    assert "Listed by the source again" in back


def _target(output: Path, event_id: int) -> str:
    stub = (output / f"id/{event_id}.html").read_text("utf-8")
    found = re.search(r'url=\.\./(events/[^"]+)"', stub)
    assert found, stub
    return (output / found[1]).read_text("utf-8")
