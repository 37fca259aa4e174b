"""Refreshes over weeks: the cache only grows, and its history has what changed upstream."""

import json
import shutil
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from events_archive.console import Console
from events_archive.errors import ApiError, CacheError
from events_archive.ll2.client import ApiClient
from events_archive.ll2.merge import without_timestamps
from events_archive.ll2.refresh import RefreshResult, refresh
from events_archive.model.archive_state import ArchiveHistory
from events_archive.settings import Settings
from events_archive.source.api_page import ApiPage
from events_archive.source.client import RateLimitedError
from events_archive.store import transaction
from events_archive.store.history_file import load_history
from events_archive.store.records import RecordLine, load_records
from events_archive.store.state_files import persist_published_lists
from tests.ll2.archives import START, Archive, Upstream
from tests.ll2_server import EventDatabase, Fault, LL2Server
from tests.store.record_files import decoded


@pytest.fixture(scope="module")
def grown() -> list[dict[str, Any]]:
    return EventDatabase.generate(1071).records()


@pytest.fixture
def upstream(grown: list[dict[str, Any]]) -> Upstream:
    return Upstream(EventDatabase(grown[:250], clock=START))


@pytest.fixture
def archive(tmp_path: Path, upstream: Upstream) -> Archive:
    return Archive(tmp_path, upstream)


def changes_of_last_refresh(archive: Archive) -> list[tuple[int, str]]:
    changes = load_history(archive.settings.cache / "history.jsonl")[0]
    return [
        (change.event_id, change.change_type)
        for change in changes
        if change.observed == archive.now
    ]


def upstream_records(archive: Archive) -> dict[int, dict[str, Any]]:
    records: dict[int, dict[str, Any]] = {
        record["id"]: record for record in archive.upstream.database.records()
    }
    return records


def ids_by_last_edit(archive: Archive) -> list[int]:
    """Return the ids of upstream's events, those edited longest ago first."""
    records = upstream_records(archive)
    return sorted(records, key=lambda number: records[number]["last_updated"])


def cached_records(archive: Archive) -> dict[int, dict[str, Any]]:
    cached = decoded(load_records(archive.settings.cache / "events.jsonl"))
    return {
        number: record | {"url": upstream_records(archive).get(number, record)["url"]}
        for number, record in cached.items()
    }


def test_only_changed_records_are_encoded_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.seed()
    archive.refresh()
    changed = archive.upstream.database.ids[0]
    archive.upstream.database.advance(hours=20)
    archive.upstream.database.rename(changed, "Another name")
    encoded: list[int] = []
    encode = RecordLine.encode

    def counting(record: dict[str, Any]) -> RecordLine:
        encoded.append(record["id"])
        return encode(record)

    monkeypatch.setattr(RecordLine, "encode", counting)
    assert archive.refresh().summary == "1 renamed"
    assert encoded == [changed]
    assert cached_records(archive)[changed]["name"] == "Another name"


def test_a_first_refresh_takes_eleven_requests_and_the_next_one_takes_one(
    tmp_path: Path, grown: list[dict[str, Any]]
) -> None:
    archive = Archive(tmp_path, Upstream(EventDatabase(grown, clock=START)))
    archive.seed()
    first = archive.refresh()
    assert (first.outcome, first.requests, len(first.records.lines)) == ("sweep", 11, 1071)
    assert first.summary == "1061 new"
    assert not list((tmp_path / "sweep").iterdir())
    assert not any(change.is_live for change in first.changes)
    quiet = archive.refresh()
    assert (quiet.outcome, quiet.requests, quiet.summary) == ("delta", 1, "no changes")
    archive.upstream.database.advance(hours=20)
    archive.upstream.database.rename(archive.upstream.database.ids[0], "Another name")
    busy = archive.refresh()
    assert (busy.outcome, busy.requests, busy.summary) == ("delta", 1, "1 renamed")
    assert all(change.is_live for change in busy.changes)
    assert archive.refresh(after=1).requests == 0
    assert archive.warnings == []


def test_records_are_cached_exactly_as_they_were_sent(archive: Archive) -> None:
    archive.refresh()
    assert cached_records(archive) == upstream_records(archive)


def test_a_refresh_without_changes_changes_nothing_that_is_in_git(archive: Archive) -> None:
    archive.load(archive.refresh())
    before = archive.files()
    for full in (False, True):
        result = archive.refresh(full=full)
        archive.load(result)
        after = archive.files()
        assert {name for name in after if after[name] != before.get(name)} == {"contact.json"}
        assert result.archive_state.last_refreshed == archive.now


def test_a_clone_that_lacks_the_time_of_the_last_contact_asks_for_everything(
    archive: Archive,
) -> None:
    first = archive.refresh()
    archive.load(first)
    (archive.settings.cache / "contact.json").unlink()
    offline = archive.refresh(offline=True)
    assert offline.as_of == first.as_of
    assert archive.refresh().outcome == "sweep"
    assert archive.refresh().outcome == "delta"


def test_the_weekly_full_refresh_finds_a_deletion_and_keeps_the_event(
    archive: Archive,
) -> None:
    archive.refresh()
    deleted = ids_by_last_edit(archive)[0]
    archive.upstream.database.delete(deleted)
    assert archive.refresh().summary == "no changes"
    result = archive.refresh(after=24 * 7)
    assert (result.outcome, result.summary) == ("sweep", "1 withdrawn")
    assert deleted in result.records.lines
    assert result.archive_state.withdrawn == {deleted: (START + timedelta(hours=7)).date()}
    assert result.requests == 4, "three pages, and a request for the event by id"
    assert archive.refresh().outcome == "delta"


def test_a_withdrawn_event_that_returns_is_no_longer_withdrawn(archive: Archive) -> None:
    archive.refresh()
    deleted = archive.upstream.database.ids[3]
    archive.upstream.database.delete(deleted)
    assert archive.refresh(full=True).archive_state.withdrawn.keys() == {deleted}
    archive.upstream.database.restore(deleted)
    returned = archive.refresh(full=True)
    assert returned.archive_state.withdrawn == {}
    assert changes_of_last_refresh(archive) == [(deleted, "returned")]


def test_a_recent_deletion_causes_a_full_refresh(
    archive: Archive,
) -> None:
    archive.refresh()
    newest = ids_by_last_edit(archive)[-1]
    archive.upstream.database.delete(newest)
    result = archive.refresh()
    assert (result.outcome, result.summary) == ("sweep", "1 withdrawn")


def test_a_server_that_ignores_the_filter_causes_a_full_refresh(archive: Archive) -> None:
    archive.refresh()
    archive.upstream.api.ignored_parameters = {"last_updated__gte"}
    result = archive.refresh()
    assert (result.outcome, result.requests) == ("sweep", 4)


def test_a_full_refresh_finds_a_silent_change_which_is_not_live(archive: Archive) -> None:
    archive.refresh()
    oldest = ids_by_last_edit(archive)[0]
    archive.upstream.database.change(oldest, silently=True, location="Elsewhere")
    assert archive.refresh().summary == "no changes"
    result = archive.refresh(after=24 * 7)
    assert [(c.event_id, c.change_type, c.field, c.is_live) for c in result.changes] == [
        (oldest, "changed", "location", False)
    ]


def test_a_moved_event_has_both_dates_in_the_history(archive: Archive) -> None:
    archive.refresh()
    number = archive.upstream.database.ids[5]
    before = archive.load(archive.refresh(after=0))[0][5].date
    archive.upstream.database.advance(hours=8)
    archive.upstream.database.change(number, date="2026-12-24T00:00:00Z", date_precision=None)
    [change] = archive.refresh(after=8).changes
    assert (change.change_type, change.is_live) == ("moved", True)
    assert (change.old_date, change.new_date.display) == (before, "24 December 2026")


@pytest.mark.parametrize(("hours", "is_live"), [(25, True), (48, False)])
def test_what_a_late_daily_refresh_finds_is_live_and_after_a_long_pause_it_is_not(
    archive: Archive, hours: int, is_live: bool
) -> None:
    archive.refresh()
    archive.upstream.database.advance(hours=9)
    archive.upstream.database.add(name="New")
    assert [change.is_live for change in archive.refresh(after=hours).changes] == [is_live]


def test_what_a_clock_that_was_ahead_has_observed_is_not_told(archive: Archive) -> None:
    archive.refresh()
    archive.upstream.database.advance(hours=9)
    archive.upstream.database.add(name="New")
    ahead = archive.load(archive.refresh(after=24 * 365 * 70))[1].changes
    archive.refresh()
    archive.now = START + timedelta(days=2)
    result = archive.refresh()
    assert result.archive_state.last_refreshed == archive.now
    assert archive.load(result)[1].changes == ahead[:-1]


def test_another_mode_is_not_a_change(archive: Archive) -> None:
    archive.refresh(mode="normal")
    assert archive.refresh(mode="detailed").summary == "no changes"
    assert archive.refresh(after=7).outcome == "delta"


# --- interruptions, rate limits, implausible responses


def test_a_rate_limited_refresh_continues_where_it_stopped(archive: Archive) -> None:
    archive.seed()
    before = archive.files()
    archive.upstream.rate_limit = 2
    limited = archive.refresh()
    assert (limited.outcome, limited.requests) == ("throttled", 3)
    assert archive.files() == before
    assert len(limited.records.lines) == 10
    [warning] = archive.warnings
    assert "try again after 19:30 UTC, continuing after the 2 pages" in warning
    assert "came with the archive" in warning
    archive.upstream.rate_limit = None
    assert archive.refresh(after=1).outcome == "sweep"
    assert len(archive.upstream.requested) == 1
    assert cached_records(archive) == upstream_records(archive)


@pytest.mark.parametrize(
    ("wait", "advice"), [(60, "after 19:01 UTC;"), (86400, "after 19:00 UTC on 2026-09-02;")]
)
def test_a_rate_limited_refresh_says_when_to_try_again(
    archive: Archive, wait: int, advice: str
) -> None:
    def refuse(_: int) -> None:
        raise RateLimitedError("LL2 has no more requests for us", wait)

    archive.seed()
    archive.upstream.before_request = refuse
    archive.refresh()
    assert advice in archive.warnings[-1]


def test_changes_during_an_interruption_are_found(archive: Archive) -> None:
    archive.upstream.rate_limit = 2
    with pytest.raises(ApiError, match="no cache to build from"):
        archive.refresh()
    database = archive.upstream.database
    database.advance(hours=8)
    database.add(name="New")
    for number in database.ids[:30:3]:
        database.delete(number)
    database.rename(database.ids[40], "Another")
    archive.upstream.rate_limit = None
    archive.refresh(after=1)
    assert upstream_records(archive).items() <= cached_records(archive).items()
    archive.refresh(full=True)
    withdrawn = cached_records(archive).keys() - upstream_records(archive).keys()
    assert len(withdrawn) <= 10


def test_a_refresh_of_another_mode_or_from_long_ago_is_not_continued(archive: Archive) -> None:
    archive.seed()
    archive.upstream.rate_limit = 2
    archive.refresh()
    archive.upstream.rate_limit = None
    archive.refresh(after=49)
    assert len(archive.upstream.requested) == 3
    archive.upstream.rate_limit = 2
    archive.refresh(full=True)
    archive.upstream.rate_limit = None
    archive.refresh(full=True, mode="normal")
    assert len(archive.upstream.requested) == 3


def test_a_damaged_page_of_a_checkpoint_is_fetched_again(archive: Archive) -> None:
    archive.seed()
    archive.upstream.rate_limit = 2
    archive.refresh()
    (archive.settings.cache / "sweep" / "page-0001.json").write_bytes(b'{"count": 250, "rec')
    archive.upstream.rate_limit = None
    assert archive.refresh(after=1).outcome == "sweep"
    assert len(archive.upstream.requested) == 3


def test_the_pages_before_ctrl_c_are_not_fetched_again(archive: Archive) -> None:
    def interrupt(number: int) -> None:
        if number == 2:
            raise KeyboardInterrupt

    archive.upstream.before_request = interrupt
    with pytest.raises(KeyboardInterrupt):
        archive.refresh()
    archive.upstream.before_request = lambda number: None
    archive.refresh(after=0.1)
    assert len(archive.upstream.requested) == 1


def test_pages_of_an_earlier_checkpoint_are_not_used(
    archive: Archive,
) -> None:
    archive.seed()
    archive.upstream.rate_limit = 2
    archive.refresh()
    folder = archive.settings.cache / "sweep"
    (folder / "page-0001.json").unlink()
    archive.upstream.rate_limit = 1
    archive.refresh(after=1)
    assert not (folder / "page-0002.json").exists()
    archive.upstream.rate_limit = None
    archive.refresh(after=1)
    assert len(archive.upstream.requested) == 2


def test_a_committed_checkpoint_that_was_not_deleted_is_ignored(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("events_archive.source.checkpoint.Checkpoint.delete", lambda self: None)
        first = archive.refresh()
    again = archive.refresh(after=1)
    assert (again.outcome, again.as_of) == ("fresh", first.as_of)


def test_the_next_run_completes_a_commit_that_a_power_cut_interrupted(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(transaction, "append_lines", power_cut)
        with pytest.raises(KeyboardInterrupt):
            archive.refresh()
    assert not (archive.settings.cache / "ledger.json").exists()
    result = archive.refresh(after=1)
    assert (result.outcome, result.requests) == ("fresh", 0)
    assert len(archive.load(result)[1].changes) == 250


def test_events_are_not_withdrawn_if_the_server_ignores_requests_by_id(archive: Archive) -> None:
    archive.refresh()
    archive.upstream.database.delete(archive.upstream.database.ids[0])
    archive.upstream.api.ignored_parameters = {"id"}
    assert archive.refresh(full=True).archive_state.withdrawn == {}
    assert "its other answers do not confirm that" in archive.warnings[0]


def test_after_a_great_loss_what_came_is_used_and_nothing_is_withdrawn_until_it_is_accepted(
    archive: Archive,
) -> None:
    archive.load(archive.refresh())
    database = archive.upstream.database
    for number in database.ids[:75]:
        database.delete(number)
    database.advance(hours=8)
    database.rename(database.ids[0], "Another name")
    doubtful = archive.refresh(full=True)
    assert (doubtful.outcome, doubtful.summary) == ("delta", "1 renamed")
    assert "75 of 250 events are missing" in archive.warnings[0]
    assert "--accept-withdrawals" in archive.warnings[0]
    assert archive.refresh(after=1).requests == 0
    assert archive.refresh(after=24 * 8).summary == "no changes"
    accepted = archive.refresh(after=0.1, full=True, accept_withdrawals=True)
    assert (accepted.summary, accepted.requests) == ("75 withdrawn", 2)
    assert len(accepted.records.lines) == 250


def test_a_small_loss_is_accepted(archive: Archive) -> None:
    archive.refresh()
    for number in archive.upstream.database.ids[:12]:
        archive.upstream.database.delete(number)
    assert archive.refresh(full=True).summary == "12 withdrawn"


def test_events_that_come_back_after_a_great_loss_were_never_gone(archive: Archive) -> None:
    archive.refresh()
    database = archive.upstream.database
    deleted = database.ids[:100]
    for number in deleted:
        database.delete(number)
    assert archive.refresh(after=24 * 7).summary == "no changes"
    for number in deleted:
        database.restore(number)
    assert archive.refresh().outcome == "sweep"
    result = archive.refresh()
    assert (result.archive_state.withdrawn, result.summary) == ({}, "no changes")


def test_an_empty_list_is_always_rejected(tmp_path: Path) -> None:
    archive = Archive(tmp_path, Upstream(EventDatabase()))
    archive.seed()
    before = archive.files()
    for options in ({}, {"full": True, "accept_withdrawals": True}):
        assert archive.refresh(**options).outcome == "not-believed"
        assert archive.files() == before


@pytest.mark.parametrize("is_full", [True, False])
def test_a_list_without_an_end_is_given_up_and_the_cache_stays(
    archive: Archive, is_full: bool
) -> None:
    archive.refresh()
    before = archive.files()
    numbers = count(10_000)

    def endless(page: ApiPage) -> ApiPage:
        records = tuple({**record, "id": next(numbers)} for record in page.records)
        return replace(page, count=10**9, has_next=True, records=records)

    archive.upstream.edit_page = endless
    for _ in range(2):
        result = archive.refresh(full=is_full, max_requests=5)
        assert result.outcome == "unreachable"
        assert result.requests <= 5
        assert "more than" in archive.warnings[-1]
        assert "cache stays as it was" in archive.warnings[-1]
        assert len(list((archive.settings.cache / "sweep").glob("page-*.json"))) < 5
    assert archive.files() == before


def test_events_are_added_even_if_the_list_is_never_complete(
    archive: Archive,
) -> None:
    archive.refresh()
    archive.upstream.database.advance(hours=10)
    added = archive.upstream.database.add(name="New")["id"]
    archive.upstream.edit_page = lambda page: replace(page, count=page.count + (page.count > 200))
    result = archive.refresh(full=True)
    assert result.outcome == "delta"
    assert added in result.records.lines
    assert "251 events but sent" not in archive.warnings[0]
    assert "252 events but sent 251" in archive.warnings[0]


def test_a_record_beyond_all_bounds_costs_no_other_and_no_good_version(archive: Archive) -> None:
    archive.refresh()
    database = archive.upstream.database
    database.advance(hours=8)
    deep: list[object] = []
    for _ in range(200):
        deep = [deep]
    long, nested, other = database.ids[:3]
    valid = database[long]["description"]
    new = database.add(name="Docking")["id"]
    database.change(long, description="x" * 300_000)
    database.change(nested, z=deep, location="Elsewhere")
    database.change(new, description="x" * 300_000)
    database.change(other, location="Elsewhere")
    result = archive.refresh()
    assert result.summary == "1 changed"
    assert new not in result.records.lines
    assert result.records.lines[long].decode()["description"] == valid
    ends = {warning.split()[1]: warning.rpartition("; ")[2] for warning in archive.warnings}
    stays = "its last good version stays"
    assert ends == {str(long): stays, str(nested): stays, str(new): "it is left out"}


def test_an_invalid_record_does_not_replace_a_valid_one(archive: Archive) -> None:
    archive.refresh()
    database = archive.upstream.database
    number, valid = database.ids[0], database[database.ids[0]]
    database.advance(hours=8)
    database.change(number, date="soon")
    database.change(database.ids[1], location="Elsewhere")
    result = archive.refresh()
    assert result.records.lines[number].decode()["date"] == valid["date"]
    assert result.summary == "1 changed"
    [warning] = archive.warnings
    assert f"event {number} cannot be read" in warning
    assert "last good version stays" in warning
    assert archive.refresh().outcome == "delta"
    database.change(number, date="2026-10-01T00:00:00Z")
    assert archive.refresh().summary == "1 moved"


def test_an_invalid_record_replaces_an_invalid_one(archive: Archive) -> None:
    database = archive.upstream.database
    number = database.ids[0]
    database.change(number, date="soon")
    archive.refresh()
    database.advance(hours=8)
    database.change(number, date="later")
    result = archive.refresh()
    assert result.records.lines[number].decode()["date"] == "later"
    assert (result.changes, archive.warnings) == ((), [])


def test_records_without_an_id_cause_a_warning(archive: Archive) -> None:
    archive.upstream.edit_page = lambda page: replace(page, records=page.records[1:], without_id=1)
    assert archive.refresh().outcome == "sweep"
    assert "3 records left out: no usable id" in archive.warnings[0]


def test_a_stale_page_of_an_incremental_refresh_is_ignored(archive: Archive) -> None:
    archive.refresh()
    database = archive.upstream.database
    database.advance(hours=8)
    number = database.ids[0]
    database.change(number, location="New")
    archive.refresh()
    stale = database[number] | {"location": "Old", "last_updated": "2026-09-01T19:00:00Z"}

    def replace_record(page: ApiPage) -> ApiPage:
        return replace(page, records=tuple(stale if r["id"] == number else r for r in page.records))

    archive.upstream.edit_page = replace_record
    assert archive.refresh().records.lines[number].decode()["location"] == "New"


@pytest.mark.parametrize("name", ["events.jsonl", "history.jsonl"])
def test_a_damaged_file_is_copied_and_its_events_are_fetched(archive: Archive, name: str) -> None:
    archive.load(archive.refresh())
    path = archive.settings.cache / name
    intact = path.read_bytes()
    damaged = b"<<<<<<< ours\n" + intact[: len(intact) * 2 // 3]
    path.write_bytes(damaged)
    events, history = archive.load(archive.refresh())
    assert len(events) == 250
    assert len(history.slugs.events.slugs) == 250
    if name != "history.jsonl":
        assert archive.upstream.requested, "a damaged cache causes a refresh"
        [copy] = path.parent.glob("events.damaged-*.jsonl")
        assert copy.read_bytes() == damaged
        assert cached_records(archive) == upstream_records(archive)


def test_without_a_network_and_a_cache_there_is_an_error(archive: Archive) -> None:
    archive.upstream.rate_limit = 0
    with pytest.raises(ApiError, match=r"try again after .* UTC.*no cache to build from"):
        archive.refresh()
    with pytest.raises(ApiError, match="without --offline"):
        archive.refresh(offline=True)


def test_a_dry_run_prints_the_plan_and_writes_nothing(archive: Archive) -> None:
    archive.seed()
    before = archive.files()
    planned = archive.refresh(dry_run=True)
    assert planned.outcome == "planned"
    assert "Fetch every event" in archive.output
    assert (archive.files(), archive.upstream.requested) == (before, [])


def test_offline_the_data_are_as_of_the_newest_record_or_the_last_refresh(
    archive: Archive,
) -> None:
    archive.seed()
    result = archive.refresh(offline=True)
    assert (result.outcome, result.has_network) == ("offline", False)
    assert result.as_of == max(event.last_updated for event in archive.load(result)[0])
    archive.refresh()
    assert archive.refresh(offline=True).as_of == archive.now - timedelta(hours=7)


def test_a_cache_that_cannot_be_written_is_an_error(tmp_path: Path, upstream: Upstream) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError):
        Archive(tmp_path / "file" / "cache", upstream).refresh()


# --- slugs and history


def test_slugs_and_published_lists_are_saved(
    archive: Archive,
) -> None:
    result = archive.refresh()
    _, history = archive.load(result)
    dates = {"feed": START}
    lists = ["months/2021-07.html"]
    persist_published_lists(archive.settings.cache, history.state, lists, dates)
    state = archive.refresh(offline=True).archive_state
    assert state.event_owners.keys() == set(history.slugs.events.slugs.values())
    assert state.published_lists == {"months/2021-07.html": 1}
    persist_published_lists(archive.settings.cache, state, ["months/2021-08.html"], dates)
    assert len(archive.refresh(offline=True).archive_state.published_lists) == 2


def test_a_reused_slug_belongs_to_its_present_event(archive: Archive) -> None:
    archive.load(archive.refresh())
    database = archive.upstream.database
    first, second = database.ids[:2]
    slug = database[first]["slug"]
    database.advance(hours=8)
    database.rename(first, "Another name")
    database.change(second, slug=slug)
    former = archive.refresh(offline=True).records.lines[second].decode()["slug"]
    _, history = archive.load(archive.refresh())
    assert history.slugs.events.slugs[second] == slug
    assert history.slugs.events.redirects == {former: second}
    assert [change.change_type for change in history.changes_of(first)] == [
        "added",
        "renamed",
        "renamed",
    ]


def test_slugs_that_events_pass_on_to_each_other_all_remain_reachable(tmp_path: Path) -> None:
    """The slugs of events 204, 206 and 207 as they changed in December 2020."""
    slugs_over_time = [
        {204: "starship-sn9-testing"},
        {204: "starship-sn9-pressure-test", 206: "starship-sn9-testing"},
        {204: "starship-sn9-pressure-test", 206: "starship-sn9-rcs", 207: "starship-sn9-testing"},
        {204: "starship-sn9-pressure-test", 206: "starship-sn9-rcs", 207: "sn9-static-fire"},
    ]
    database = EventDatabase(clock=START)
    archive = Archive(tmp_path, Upstream(database))
    for number in (204, 206, 207):
        database.add(id=number, name=f"Test {number}", slug=f"test-{number}")
    for slugs in slugs_over_time:
        database.advance(hours=7)
        for number, slug in slugs.items():
            database.change(number, slug=slug, name=slug)
        _, history = archive.load(archive.refresh())
        for number, slug in slugs.items():
            assert history.slugs.events.slugs[number] == slug
    assert history.slugs.events.redirects == {
        "starship-sn9-testing": 207, "test-206": 206, "test-207": 207,
    }  # fmt: skip


def test_over_http_a_rate_limited_refresh_continues_later(tmp_path: Path) -> None:
    with LL2Server(EventDatabase.generate(320), throttled=True) as server:
        options = Settings(cache=tmp_path, api_url=server.url, timeout=2.0)
        console = Console(quiet=True)
        server.throttle.limit = 3
        with pytest.raises(ApiError, match="no cache"):
            refresh(options, console, now=START)
        assert len([a for a in server.requests.api if "events" in a.path]) == 4
        server.requests.clear()
        with pytest.raises(ApiError, match="no cache"):
            refresh(options, console, now=START)
        assert ["api-throttle" in asked.path for asked in server.requests.api] == [True]
        server.throttle.advance(3601)
        assert refresh(options, console, now=START).requests == 1
        server.throttle.limit = 15
        server.faults.add(Fault.HTML, times=None)
        later = START + timedelta(hours=7)
        assert refresh(options, console, now=later).outcome == "unreachable"
        assert "text/html" in console.warnings[-1]
        assert "7 hours ago" in console.warnings[-1]


def test_the_client_has_the_url_and_the_timeout_of_the_settings() -> None:
    settings = Settings(api_key="k", base_url="https://a.example/", timeout=6)
    with ApiClient(settings) as client:
        assert client._root == "https://ll.thespacedevs.com/2.3.0/"
        assert client._limits.read == 6


edits = st.lists(
    st.sampled_from(
        ["add", "change", "silent", "rename", "reuse", "delete", "restore", "refresh", "full",
         "crash", "throttle", "insert"]
    ),
    max_size=14,
)  # fmt: skip


def plain_world(size: int) -> EventDatabase:
    """Return a database of minimal events, each edited a minute after the one before."""
    database = EventDatabase(clock=START - timedelta(minutes=size))
    for number in range(1, size + 1):
        database.advance(minutes=1)
        database.add(id=number, name=f"Event {number}")
    return database


@given(steps=edits, seed=st.integers(0, 2**16))
@settings(
    max_examples=settings.default.max_examples // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_happens_the_cache_becomes_that_of_upstream_and_slugs_remain_reachable(
    tmp_path: Path, steps: list[str], seed: int
) -> None:
    shutil.rmtree(tmp_path, ignore_errors=True)
    scenario = _Scenario(Archive(tmp_path, Upstream(plain_world(120))), seed)
    for step in steps:
        scenario.perform(step)
    scenario.finish()


class _Scenario:
    """Edits upstream and refreshes of the archive, in some order."""

    def __init__(self, archive: Archive, seed: int) -> None:
        self.archive, self.seed = archive, seed
        self.assigned_slugs: set[str] = set()
        self.ids: set[int] = set()
        self.check(archive.refresh())

    def pick(self, numbers: list[int]) -> int:
        self.seed = (self.seed * 1103515245 + 12345) % 2**31
        return numbers[self.seed % len(numbers)]

    def perform(self, step: str) -> None:
        database = self.archive.upstream.database
        database.advance(minutes=10)
        number = self.pick(database.ids)
        match step:
            case "add":
                database.add(name=f"New {self.seed}")
            case "change":
                database.change(number, location=f"Place {self.seed}")
            case "silent":
                database.change(number, silently=True, description=f"Text {self.seed}")
            case "rename":
                database.rename(number, f"Name {self.seed % 3}")
            case "reuse":
                slug = database[number]["slug"]
                database.rename(number, f"Former {self.seed}")
                database.change(self.pick(database.ids), slug=slug, name=slug)
            case "delete":
                database.delete(number)
            case "restore" if database._deleted:
                database.restore(self.pick(sorted(database._deleted)))
            case "refresh" | "full":
                self.check(self.archive.refresh(full=step == "full"))
            case "crash" | "throttle" | "insert":
                self.disturb(step)

    def disturb(self, how: str) -> None:
        """Make a full refresh in which something happens before its second request."""
        upstream = self.archive.upstream

        def before_request(number: int) -> None:
            if number == 1 and how == "crash":
                raise KeyboardInterrupt
            if number == 1 and how == "insert":
                upstream.database.advance(minutes=1)
                upstream.database.add(name="Inserted")
                upstream.database.delete(self.pick(upstream.database.ids))

        upstream.before_request = before_request
        upstream.rate_limit = 1 if how == "throttle" else None
        try:
            self.check(self.archive.refresh(full=True))
        except KeyboardInterrupt:
            pass
        finally:
            upstream.before_request, upstream.rate_limit = (lambda number: None), None

    def check(self, result: RefreshResult) -> ArchiveHistory:
        """Check that each slug that was ever assigned is a page or a redirect."""
        events, history = self.archive.load(result)
        slugs = list(history.slugs.events.slugs.values())
        assert len(set(slugs)) == len(slugs) == len(events)
        self.assigned_slugs |= set(slugs)
        assert self.assigned_slugs <= {*slugs, *history.slugs.events.redirects}
        self.ids |= {event.id for event in events}
        assert self.ids == {event.id for event in events}
        return history

    def finish(self) -> None:
        self.check(self.archive.refresh(after=24 * 8, accept_withdrawals=True))
        history = self.check(self.archive.refresh(full=True, accept_withdrawals=True))
        upstream, cached = upstream_records(self.archive), cached_records(self.archive)
        known = {number: cached[number] for number in upstream}
        assert without_timestamps(known) == without_timestamps(upstream)
        assert cached.keys() - upstream.keys() == history.state.withdrawn.keys()
        for number, record in upstream.items():
            assert history.slugs.events.slugs[number] == record["slug"]
        self.check_history(history)

    def check_history(self, history: ArchiveHistory) -> None:
        """Check that the history is sorted, without repetitions, and agrees with the state."""
        lines = (self.archive.settings.cache / "history.jsonl").read_bytes().splitlines()
        assert len(set(lines)) == len(lines)
        observed = [json.loads(line)["observed"] for line in lines]
        assert observed == sorted(observed)
        for number in history.state.first_seen:
            types = [change.change_type for change in history.changes_of(number)]
            assert types.count("added") == 1
            presence = [name for name in types if name in ("withdrawn", "returned")]
            assert presence == (["withdrawn", "returned"] * len(presence))[: len(presence)]
            assert (len(presence) % 2 == 1) == (number in history.state.withdrawn)
