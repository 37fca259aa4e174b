"""A source that drifts, ties, shrinks or changes its mind: no event is lost or withdrawn for it."""

import json
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from events_archive.console import Console
from events_archive.ll2.client import FREE_REQUESTS_PER_HOUR
from events_archive.ll2.merge import without_timestamps
from events_archive.ll2.refresh import RefreshResult, refresh
from events_archive.settings import Settings
from events_archive.source.api_page import ApiPage
from events_archive.store.history_file import load_history
from tests.ll2.archives import START, Archive, Upstream
from tests.ll2_server import EventDatabase, LL2Server, generate_records, plain_record
from tests.ll2_server.dates import format_utc

BULK_EDIT = "2024-03-05T12:00:00Z"
STORMS = int(os.environ.get("ARCHIVE_STORMS", "3"))
"""``ARCHIVE_STORMS=500 pytest tests/ll2/test_source.py`` runs more than the usual few."""
RELATIONS = ("agencies", "launches", "expeditions", "spacestations", "program", "astronauts")


@pytest.fixture(scope="module")
def grown() -> list[dict[str, Any]]:
    return generate_records(230, images=20)


@pytest.fixture
def archive(tmp_path: Path, grown: list[dict[str, Any]]) -> Archive:
    return Archive(tmp_path, Upstream(EventDatabase(grown, clock=START)))


def upstream_of(archive: Archive) -> dict[int, dict[str, Any]]:
    return {record["id"]: record for record in archive.upstream.database.records()}


def cached(result: RefreshResult) -> dict[int, dict[str, Any]]:
    return {event_id: line.decode() for event_id, line in result.records.lines.items()}


def edit_records(edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[ApiPage], ApiPage]:
    return lambda page: replace(page, records=tuple(edit(record) for record in page.records))


# --- order and count


@pytest.fixture(params=[True, False], ids=["date-is-second-key", "no-second-key"])
def tied(request: pytest.FixtureRequest, archive: Archive) -> Archive:
    """An archive of events with one timestamp, which come in another order in each response."""
    database = archive.upstream.database
    for number in database.ids:
        database.change(number, last_updated=BULK_EDIT)
    archive.upstream.api.stable_ties = False
    archive.upstream.api.has_second_key = request.param
    return archive


def test_a_first_refresh_finds_all_events_that_have_one_timestamp(tied: Archive) -> None:
    result = tied.refresh()
    assert (result.outcome, tied.warnings) == ("sweep", [])
    assert cached(result) == upstream_of(tied)
    assert result.requests <= FREE_REQUESTS_PER_HOUR


def test_a_later_refresh_finds_all_events_that_have_one_timestamp(tied: Archive) -> None:
    tied.upstream.api.stable_ties = True
    tied.refresh()
    tied.upstream.api.stable_ties = False
    for full in (True, False):
        result = tied.refresh(full=full)
        assert (result.summary, result.archive_state.withdrawn, tied.warnings) == (
            "no changes", {}, [],
        )  # fmt: skip
        assert result.requests <= FREE_REQUESTS_PER_HOUR


def test_a_long_list_is_complete_at_the_second_attempt(tmp_path: Path) -> None:
    database = EventDatabase(generate_records(1071, images=20), clock=START)
    for number in database.ids[:500]:
        database.change(number, last_updated=BULK_EDIT)
    archive = Archive(tmp_path, Upstream(database))
    archive.upstream.api.stable_ties = archive.upstream.api.has_second_key = False
    archive.upstream.rate_limit = FREE_REQUESTS_PER_HOUR
    first = archive.refresh()
    assert (first.outcome, first.archive_state.withdrawn) == ("delta", {})
    assert 900 < len(first.records.lines) < 1071
    second = archive.refresh()
    assert (second.outcome, archive.warnings) == ("sweep", [])
    assert cached(second) == upstream_of(archive)


def test_the_rate_limit_is_requested_once_where_the_api_does_not_say_it(tmp_path: Path) -> None:
    records = [plain_record(number, f"Event {number}") for number in range(1, 1702)]
    archive = Archive(tmp_path, Upstream(EventDatabase(records, clock=START)))
    result = archive.refresh()
    assert (len(result.records.lines), result.requests) == (1701, 18)
    assert archive.upstream.rate_limit_requests == 1


def test_what_came_of_a_list_in_no_order_at_all_is_used_and_the_rest_follows(
    archive: Archive,
) -> None:
    shuffler = random.Random(1)
    database = archive.upstream.database

    def some_events(page: ApiPage) -> ApiPage:
        records = shuffler.sample(database.records(), page.size)
        return replace(page, records=tuple(json.loads(json.dumps(records))))

    archive.upstream.edit_page = some_events
    # More requests than this one run does not make.
    result = archive.refresh(max_requests=4)
    assert result.outcome == "delta"
    assert 100 < len(result.records.lines) < 230
    [warning] = archive.warnings
    assert f"230 events but sent {len(result.records.lines)}; what came is used" in warning
    assert archive.refresh(after=1).requests == 0
    for _ in range(3):
        result = archive.refresh()
        assert result.requests <= FREE_REQUESTS_PER_HOUR
        assert result.archive_state.withdrawn == {}
    assert cached(result) == upstream_of(archive)


def test_a_wrong_count_is_believed_to_be_wrong_when_a_second_refresh_agrees(
    archive: Archive,
) -> None:
    archive.upstream.edit_page = lambda page: replace(page, count=page.count + (page.count > 200))
    first = archive.refresh()
    assert (first.outcome, len(first.records.lines)) == ("delta", 230)
    assert "231 events but sent 230" in archive.warnings[0]
    second = archive.refresh()
    assert (second.outcome, archive.warnings) == ("sweep", [])
    assert second.requests <= FREE_REQUESTS_PER_HOUR
    assert archive.refresh().outcome == "delta"


def test_events_that_stand_in_a_page_twice_cost_no_other_event(archive: Archive) -> None:
    twice = archive.upstream.database.ids[7]

    def repeat(page: ApiPage) -> ApiPage:
        repeated = [record for record in page.records if record["id"] == twice]
        return replace(page, records=(*repeated, *page.records[: 100 - len(repeated)]))

    archive.upstream.edit_page = repeat
    result = archive.refresh()
    assert cached(result) == upstream_of(archive)
    assert result.requests <= FREE_REQUESTS_PER_HOUR


def test_a_bulk_edit_between_two_pages_loses_no_event(archive: Archive) -> None:
    def edit_all(number: int) -> None:
        if number == 1:
            database = archive.upstream.database
            database.advance(hours=1)
            for event_id in database.ids:
                database.change(event_id, webcast_live=False)

    archive.upstream.before_request = edit_all
    result = archive.refresh()
    assert (result.outcome, result.records.lines.keys()) == ("sweep", upstream_of(archive).keys())
    assert result.requests <= FREE_REQUESTS_PER_HOUR
    archive.upstream.before_request = lambda number: None
    assert cached(archive.refresh()) == upstream_of(archive)


# --- levels of detail


def test_what_is_known_of_an_event_survives_records_of_a_lower_mode(archive: Archive) -> None:
    database = archive.upstream.database
    before = cached(archive.refresh())
    archive.upstream.api.ignored_parameters = {"mode"}
    number = next(i for i, record in before.items() if record["agencies"])
    database.advance(hours=10)
    database.change(number, location="Elsewhere", agencies=[])
    for full in (False, True):
        result = archive.refresh(full=full)
        assert "fewer details than mode “detailed” has" in archive.warnings[0]
    after = cached(result)
    assert load_history(archive.settings.cache / "history.jsonl")[0][-1].field == "location"
    assert after[number]["location"] == "Elsewhere"
    assert after[number]["response_mode"] == "detailed"
    names = ("response_mode", *RELATIONS)
    for event_id, record in before.items():
        assert [after[event_id][name] for name in names] == [record[name] for name in names]
    archive.upstream.api.ignored_parameters = set()
    assert cached(archive.refresh(full=True)) == upstream_of(archive)
    assert archive.warnings == []


@pytest.mark.parametrize("field", ["date", "last_updated", "name"])
def test_a_field_that_is_left_out_stays_as_it_was(archive: Archive, field: str) -> None:
    before = cached(archive.refresh())

    def leave_out(record: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in record.items() if name != field}

    archive.upstream.edit_page = edit_records(leave_out)
    result = archive.refresh(full=True)
    assert (cached(result), result.summary) == (before, "no changes")


@pytest.fixture(scope="module")
def newer_server(grown: list[dict[str, Any]]) -> Iterator[LL2Server]:
    with LL2Server(EventDatabase(grown, clock=START), version="2.4.0") as server:
        yield server


@pytest.mark.parametrize("mode", ["detailed", "normal"])
def test_version_2_4_0_is_read_from_the_list_of_the_mode(
    newer_server: LL2Server, tmp_path: Path, mode: str
) -> None:
    server, console = newer_server, Console(quiet=True)
    server.requests.clear()
    server.throttle.reset()
    settings = Settings(cache=tmp_path, api_url=server.url, mode=mode)
    first = refresh(settings, console, now=START)
    assert (first.outcome, len(first.records.lines)) == ("sweep", 230)
    changed = server.database.ids[0]
    server.database.advance(hours=10)
    server.database.change(changed, location=f"Elsewhere in mode {mode}")
    later = refresh(settings, console, now=START + timedelta(hours=10))
    assert (later.outcome, later.requests) == ("delta", 1)
    assert cached(later)[changed]["location"] == f"Elsewhere in mode {mode}"
    has_relations = {"agencies" in record for record in cached(later).values()}
    assert has_relations == {mode == "detailed"}
    path = "/2.4.0/events/detailed/" if mode == "detailed" else "/2.4.0/events/"
    assert {request.path for request in server.requests.api} == {path}
    server.throttle.limit = 0
    throttled = refresh(replace_mode(settings), console, now=START + timedelta(hours=10.5))
    server.throttle.limit = 1_000_000
    assert throttled.outcome == "throttled"
    assert "/2.4.0/api-throttle/status/" in {request.path for request in server.requests.api}
    assert len(console.warnings) == 1


def replace_mode(settings: Settings) -> Settings:
    """Return settings that cause a full refresh soon after the last one."""
    return Settings(cache=settings.cache, api_url=settings.api_url, mode=settings.mode, full=True)


def test_a_cache_of_version_2_3_0_goes_over_to_2_4_0_without_a_change(
    newer_server: LL2Server, tmp_path: Path, grown: list[dict[str, Any]]
) -> None:
    console = Console(quiet=True)
    database = EventDatabase([record for record in grown if record["date"]], clock=START)
    with LL2Server(database) as server:
        refresh(Settings(cache=tmp_path, api_url=server.url), console, now=START)
    with LL2Server(database, version="2.4.0") as server:
        settings = Settings(cache=tmp_path, api_url=server.url)
        result = refresh(settings, console, now=START + timedelta(hours=1))
        assert {change.field for change in result.changes} <= {"videos"}
        assert result.outcome == "sweep"
        assert cached(result)[309]["url"] == f"{server.url}events/309/?format=json"


# --- clocks


@pytest.mark.parametrize("stamp", ["2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_after_a_wrong_timestamp_refreshes_still_ask_for_what_changed(
    archive: Archive, stamp: str
) -> None:
    database = archive.upstream.database
    archive.refresh()
    wrong, other = database.ids[3:5]
    database.change(wrong, location="One", last_updated=stamp)
    archive.refresh(full=True)
    database.advance(hours=30)
    database.change(other, location="Two")
    result = archive.refresh(after=23)
    assert (result.outcome, result.summary) == ("delta", "1 changed")
    database.change(wrong, location="Three")
    result = archive.refresh()
    assert (result.outcome, cached(result)[wrong]["location"]) == ("delta", "Three")


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_clock_that_was_wrong_leaves_nothing_behind(archive: Archive, year: int) -> None:
    database = archive.upstream.database
    before = archive.refresh().archive_state.first_seen
    archive.now = datetime(year, 1, 1, tzinfo=UTC)
    database.advance(hours=8)
    database.add(name="New")
    archive.load(archive.refresh())
    archive.load(archive.refresh())
    archive.now = START + timedelta(days=1)
    archive.load(archive.refresh())
    database.rename(database.ids[0], "Another name")
    result = archive.refresh()
    assert (result.outcome, result.summary) == ("delta", "1 renamed")
    state = result.archive_state
    assert before.items() <= state.first_seen.items()
    assert max(state.first_seen.values()) <= archive.now
    assert result.as_of == archive.now
    assert max(change.observed for change in archive.load(result)[1].changes) == archive.now


# --- shrinking


@pytest.mark.parametrize("how", ["nothing", "everything"])
def test_an_event_is_not_withdrawn_if_a_query_by_id_returns(archive: Archive, how: str) -> None:
    archive.refresh()
    missing = archive.upstream.database.ids[5]

    def hide(page: ApiPage) -> ApiPage:
        if "id=" in archive.upstream.requested[-1] and how == "nothing":
            return ApiPage(count=0, has_next=False, records=())
        return replace(
            page,
            count=page.count - 1,
            records=tuple(record for record in page.records if record["id"] != missing),
        )

    archive.upstream.edit_page = hide
    if how == "everything":
        archive.upstream.api.ignored_parameters = {"id"}
    result = archive.refresh(full=True)
    assert result.archive_state.withdrawn == {}
    assert "no event is withdrawn" in archive.warnings[0]


def test_pages_without_events_withdraw_none(archive: Archive) -> None:
    archive.refresh()
    archive.upstream.edit_page = lambda page: replace(page, records=())
    before = archive.files()
    for full in (True, False):
        result = archive.refresh(full=full)
        assert result.outcome == "not-believed"
        assert result.requests <= FREE_REQUESTS_PER_HOUR
        assert archive.files() == before


def test_a_source_that_was_restored_from_a_backup_is_told_once(archive: Archive) -> None:
    database = archive.upstream.database
    archive.refresh()
    backup = database.records()
    database.advance(hours=30)
    renamed, added = database.ids[3], database.add(name="New")["id"]
    former = database[renamed]["name"]
    database.rename(renamed, "Another name")
    archive.refresh(after=30)
    database.delete(added)
    for record in backup:
        database.change(**{"number": record["id"], **record})
    told = []
    for full in (False, False, True, False, True):
        result = archive.refresh(full=full)
        told += [(change.event_id, change.change_type, change.new) for change in result.changes]
        assert archive.warnings == []
    assert told == [
        (renamed, "renamed", former),
        (renamed, "renamed", database[renamed]["slug"]),
        (added, "withdrawn", None),
    ]
    assert {i: record for i, record in cached(result).items() if i != added} == upstream_of(archive)


# --- everything at once


class Storm:
    """An archive and a source with many faults, which differ from run to run."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.database = EventDatabase(clock=START)
        for number in range(1, 231):
            self.database.add(id=number, name=f"Event {number}", last_updated=BULK_EDIT)
        self.archive = Archive(folder, Upstream(self.database))
        self.deleted: set[int] = set()
        self.known = set(self.database.ids)

    def run(self) -> None:
        """Edit the source, choose its faults, and refresh the archive."""
        upstream, chance = self.archive.upstream, self.random.random
        for _ in range(self.random.randrange(4)):
            self.edit()
        upstream.api.stable_ties, upstream.api.has_second_key = chance() < 0.3, chance() < 0.5
        ignored = ("mode", "id", "last_updated__gte", "ordering")
        upstream.api.ignored_parameters = {name for name in ignored if chance() < 0.15}
        fault = self.random.choice(("none", "count", "repeat", "empty", "hole", "bare"))
        upstream.edit_page = lambda page: self.spoiled(page, fault)
        drift = self.random.randrange(6)
        upstream.before_request = lambda number: self.edit() if number == drift else None
        upstream.rate_limit = self.random.choice((None, None, 1, 4))
        self.refresh(full=chance() < 0.5)

    def edit(self) -> None:
        """Change something in the source."""
        database, number = self.database, self.random.choice(self.database.ids)
        database.advance(hours=self.random.choice((0, 1, 50)))
        match self.random.choice(("bulk", "add", "change", "silent", "delete", "future")):
            case "bulk":
                for event_id in self.random.sample(database.ids, 120):
                    database.change(event_id, webcast_live=False)
            case "add":
                database.add(name=f"New {self.random.random()}")
            case "change":
                database.change(number, location=f"Place {self.random.random()}")
            case "silent":
                database.change(number, silently=True, description=f"{self.random.random()}")
            case "delete" if len(self.deleted) < 5:
                self.deleted.add(number)
                database.delete(number)
            case "future":
                stamp = format_utc(database.clock + timedelta(days=20_000))
                database.change(number, location="Future", last_updated=stamp)

    def spoiled(self, page: ApiPage, fault: str) -> ApiPage:
        """Return the page, in half of all cases with a fault."""
        records = list(page.records)
        if not records or self.random.random() < 0.5:
            return page
        match fault:
            case "count":
                return replace(page, count=max(0, page.count + self.random.randint(-9, 9)))
            case "repeat":
                records[0] = records[-1]
            case "empty":
                records = []
            case "hole":
                records.pop(self.random.randrange(len(records)))
            case "bare":
                names = self.random.sample(sorted(records[0].keys() - {"id"}), 3)
                records[0] = {key: records[0][key] for key in records[0] if key not in names}
        return replace(page, records=tuple(records))

    def refresh(self, **options: Any) -> RefreshResult:
        """Refresh the archive, and check what must hold whatever the source does."""
        result = self.archive.refresh(**options)
        # The last one is that to which LL2 says that there are no more.
        assert result.requests <= FREE_REQUESTS_PER_HOUR + 1
        assert result.records.lines.keys() >= self.known
        self.known = set(result.records.lines)
        assert result.archive_state.withdrawn.keys() <= self.deleted
        return result

    def calm(self) -> None:
        """End all faults."""
        upstream = self.archive.upstream
        upstream.api.stable_ties, upstream.api.ignored_parameters = True, set()
        upstream.edit_page, upstream.before_request = (lambda page: page), (lambda number: None)
        upstream.rate_limit = None


@pytest.mark.parametrize("seed", range(STORMS))
def test_whatever_a_source_does_no_event_is_lost_and_one_refresh_then_has_all_as_it_is(
    tmp_path: Path, seed: int
) -> None:
    storm = Storm(tmp_path, seed)
    storm.refresh()
    for _ in range(10):
        storm.run()
    storm.calm()
    # Pages of a refresh that was interrupted are too old by then.
    result = storm.refresh(full=True, after=49)
    assert result.archive_state.withdrawn.keys() == storm.deleted & storm.known
    present = result.records.lines.keys() - result.archive_state.withdrawn.keys()
    known = {event_id: cached(result)[event_id] for event_id in present}
    upstream = {record["id"]: record for record in storm.database.records()}
    assert without_timestamps(known) == without_timestamps(upstream)
    assert storm.refresh(full=True).summary == "no changes"
