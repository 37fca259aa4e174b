"""The archive and LL2 over weeks: it only grows, and it tells what happened."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events_archive.console import Console
from events_archive.errors import ApiError, CacheError
from events_archive.ll2 import refresh_run
from events_archive.ll2.client import ApiClient, ApiPage
from events_archive.ll2.refresh import persist_published_lists, refresh
from events_archive.ll2.refresh_result import RefreshResult
from events_archive.model.archive_state import ArchiveHistory
from events_archive.settings import Settings
from events_archive.store import transaction
from events_archive.store.history_file import load_history
from events_archive.store.records import RecordLine, load_records
from tests.ll2.archives import BEGINNING, Archive, Upstream
from tests.ll2_server import Fault, LL2Server, World


@pytest.fixture(scope="module")
def grown() -> list[dict[str, Any]]:
    return World.grown(1071).records()


@pytest.fixture
def upstream(grown: list[dict[str, Any]]) -> Upstream:
    return Upstream(World(grown[:250], clock=BEGINNING))


@pytest.fixture
def archive(tmp_path: Path, upstream: Upstream) -> Archive:
    return Archive(tmp_path, upstream)


def latest(archive: Archive) -> list[tuple[int, str]]:
    changes = load_history(archive.settings.cache / "history.jsonl").changes
    return [(c.event_id, c.change_type) for c in changes if c.observed == archive.now]


def upstream_state(archive: Archive) -> dict[int, dict[str, Any]]:
    records: dict[int, dict[str, Any]] = {
        record["id"]: record for record in archive.upstream.world.records()
    }
    return records


def cached(archive: Archive) -> dict[int, dict[str, Any]]:
    return {
        number: record | {"url": upstream_state(archive).get(number, record)["url"]}
        for number, record in load_records(archive.settings.cache / "events.jsonl").by_id.items()
    }


def test_a_refresh_writes_down_anew_only_what_changed(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.seed()
    archive.run()
    changed = archive.upstream.world.ids[0]
    archive.upstream.world.advance(hours=20)
    archive.upstream.world.rename(changed, "Another name")
    written: list[int] = []
    encode = RecordLine.encode

    def noting(record: dict[str, Any]) -> RecordLine:
        written.append(record["id"])
        return encode(record)

    monkeypatch.setattr(RecordLine, "encode", noting)
    assert archive.run().summary.text == "1 renamed"
    assert written == [changed]
    assert cached(archive)[changed]["name"] == "Another name"


def test_a_first_sweep_takes_eleven_requests_a_refresh_one(
    tmp_path: Path, grown: list[dict[str, Any]]
) -> None:
    archive = Archive(tmp_path, Upstream(World(grown, clock=BEGINNING)))
    archive.seed()
    first = archive.run()
    assert (first.outcome, first.requests, len(first.records.by_id)) == ("sweep", 11, 1071)
    assert first.summary.text == "1061 new"
    assert not list((tmp_path / "sweep").iterdir())
    assert not any(change.is_live for change in first.changes)
    quiet = archive.run()
    assert (quiet.outcome, quiet.requests, quiet.summary.text) == ("delta", 1, "no changes")
    archive.upstream.world.advance(hours=20)
    archive.upstream.world.rename(archive.upstream.world.ids[0], "Another name")
    busy = archive.run()
    assert (busy.outcome, busy.requests, busy.summary.text) == ("delta", 1, "1 renamed")
    assert all(change.is_live for change in busy.changes)
    assert archive.run(after=1).requests == 0
    assert archive.warnings == []


def test_records_are_kept_exactly_as_they_were_sent(archive: Archive) -> None:
    archive.run()
    assert cached(archive) == upstream_state(archive)


def test_a_refresh_without_news_changes_one_line_of_one_file(archive: Archive) -> None:
    archive.remember(archive.run())
    archive.run()
    before = archive.files()
    archive.run()
    after = archive.files()
    assert {name for name in after if after[name] != before.get(name)} == {"ledger.json"}
    lines = zip(before["ledger.json"].splitlines(), after["ledger.json"].splitlines(), strict=True)
    assert sum(old != new for old, new in lines) == 1


def test_a_deletion_is_found_by_the_weekly_sweep_and_the_event_stays(archive: Archive) -> None:
    archive.run()
    victim = min(upstream_state(archive).values(), key=lambda record: record["last_updated"])["id"]
    archive.upstream.world.delete(victim)
    assert archive.run().summary.text == "no changes"
    found = archive.run(after=24 * 7)
    assert (found.outcome, found.summary.text) == ("sweep", "1 withdrawn")
    assert victim in found.records.by_id
    assert found.archive_state.withdrawn == {victim: (BEGINNING + timedelta(hours=7)).date()}
    assert found.requests == 4, "three pages, and the question whether it is really gone"
    assert archive.run().outcome == "delta"


def test_a_withdrawn_event_that_comes_back_is_no_longer_marked(archive: Archive) -> None:
    archive.run()
    victim = archive.upstream.world.ids[3]
    archive.upstream.world.delete(victim)
    assert archive.run(full=True).archive_state.withdrawn.keys() == {victim}
    archive.upstream.world.restore(victim)
    back = archive.run(full=True)
    assert back.archive_state.withdrawn == {}
    assert latest(archive) == [(victim, "returned")]


def test_a_recent_deletion_makes_the_delta_disagree_and_all_is_asked_for(archive: Archive) -> None:
    archive.run()
    newest = max(upstream_state(archive).values(), key=lambda record: record["last_updated"])["id"]
    archive.upstream.world.delete(newest)
    found = archive.run()
    assert (found.outcome, found.summary.text) == ("sweep", "1 withdrawn")


def test_a_server_that_ignores_the_filter_is_asked_for_everything(archive: Archive) -> None:
    archive.run()
    archive.upstream.ll2.unknown = {"last_updated__gte"}
    found = archive.run()
    assert (found.outcome, found.requests) == ("sweep", 4)


def test_a_silent_change_is_found_by_a_sweep_and_is_not_called_live(archive: Archive) -> None:
    archive.run()
    oldest = min(upstream_state(archive).values(), key=lambda record: record["last_updated"])["id"]
    archive.upstream.world.change(oldest, silently=True, location="Elsewhere")
    assert archive.run().summary.text == "no changes"
    found = archive.run(after=24 * 7)
    assert [(c.event_id, c.change_type, c.field, c.is_live) for c in found.changes] == [
        (oldest, "changed", "location", False)
    ]


def test_a_slip_is_remembered_with_both_dates(archive: Archive) -> None:
    archive.run()
    number = archive.upstream.world.ids[5]
    before = archive.remember(archive.run(after=0))[0][5].date
    archive.upstream.world.advance(hours=8)
    archive.upstream.world.change(number, date="2026-12-24T00:00:00Z", date_precision=None)
    [change] = archive.run(after=8).changes
    assert (change.change_type, change.is_live) == ("moved", True)
    assert (change.old_date, change.new_date.display) == (before, "24 December 2026")


def test_a_catch_up_after_a_gap_is_not_called_live(archive: Archive) -> None:
    archive.run()
    archive.upstream.world.advance(hours=9)
    archive.upstream.world.add(name="New")
    assert [change.is_live for change in archive.run(after=48).changes] == [False]


def test_another_level_of_detail_is_no_news(archive: Archive) -> None:
    archive.run(mode="normal")
    assert archive.run(mode="detailed").summary.text == "no changes"
    assert archive.run(after=7).outcome == "delta"


# --- interrupted, refused, lied to


def test_a_sweep_goes_on_where_it_was_refused(archive: Archive) -> None:
    archive.seed()
    before = archive.files()
    archive.upstream.refuse_after = 2
    refused = archive.run()
    assert (refused.outcome, refused.requests) == ("throttled", 3)
    assert archive.files() == before
    assert len(refused.records.by_id) == 10
    [warning] = archive.warnings
    assert "try again after 19:30 UTC, from the 2 pages" in warning
    assert "came with the archive" in warning
    archive.upstream.refuse_after = None
    assert archive.run(after=1).outcome == "sweep"
    assert len(archive.upstream.asked) == 1
    assert cached(archive) == upstream_state(archive)


def test_what_moved_while_a_sweep_was_interrupted_is_found(archive: Archive) -> None:
    archive.upstream.refuse_after = 2
    with pytest.raises(ApiError, match="no cache to build from"):
        archive.run()
    world = archive.upstream.world
    world.advance(hours=8)
    world.add(name="New")
    for number in world.ids[:30:3]:
        world.delete(number)
    world.rename(world.ids[40], "Another")
    archive.upstream.refuse_after = None
    archive.run(after=1)
    assert upstream_state(archive).items() <= cached(archive).items()
    archive.run(full=True)
    withdrawn = cached(archive).keys() - upstream_state(archive).keys()
    assert len(withdrawn) <= 10


def test_a_sweep_of_another_server_or_from_long_ago_is_not_continued(archive: Archive) -> None:
    archive.seed()
    archive.upstream.refuse_after = 2
    archive.run()
    archive.upstream.refuse_after = None
    archive.run(after=49)
    assert len(archive.upstream.asked) == 3
    archive.upstream.refuse_after = 2
    archive.run(full=True)
    archive.upstream.refuse_after = None
    archive.run(full=True, mode="normal")
    assert len(archive.upstream.asked) == 3


def test_a_damaged_page_of_a_sweep_is_asked_for_again(archive: Archive) -> None:
    archive.seed()
    archive.upstream.refuse_after = 2
    archive.run()
    (archive.settings.cache / "sweep" / "page-0001.json").write_bytes(b'{"count": 250, "rec')
    archive.upstream.refuse_after = None
    assert archive.run(after=1).outcome == "sweep"
    assert len(archive.upstream.asked) == 3


def test_ctrl_c_in_a_sweep_keeps_its_pages(archive: Archive) -> None:
    def interrupt(number: int) -> None:
        if number == 2:
            raise KeyboardInterrupt

    archive.upstream.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        archive.run()
    archive.upstream.before = lambda number: None
    archive.run(after=0.1)
    assert len(archive.upstream.asked) == 1


def test_pages_that_an_earlier_sweep_left_behind_are_not_taken_for_this_one(
    archive: Archive,
) -> None:
    archive.seed()
    archive.upstream.refuse_after = 2
    archive.run()
    folder = archive.settings.cache / "sweep"
    (folder / "page-0001.json").unlink()
    archive.upstream.refuse_after = 1
    archive.run(after=1)
    assert not (folder / "page-0002.json").exists()
    archive.upstream.refuse_after = None
    archive.run(after=1)
    assert len(archive.upstream.asked) == 2


def test_a_sweep_that_was_kept_is_not_kept_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(refresh_run, "delete", lambda folder: None)
        first = archive.run()
    again = archive.run(after=1)
    assert (again.outcome, again.as_of) == ("fresh", first.as_of)


def test_a_power_cut_while_the_cache_is_written_is_made_good_by_the_next_run(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(transaction, "append_lines", power_cut)
        with pytest.raises(KeyboardInterrupt):
            archive.run()
    assert not (archive.settings.cache / "ledger.json").exists()
    refreshed = archive.run(after=1)
    assert (refreshed.outcome, refreshed.requests) == ("fresh", 0)
    assert len(archive.remember(refreshed)[1].changes) == 250


def test_withdrawals_that_the_server_does_not_answer_for_wait(archive: Archive) -> None:
    archive.run()
    archive.upstream.world.delete(archive.upstream.world.ids[0])
    archive.upstream.ll2.unknown = {"id"}
    assert archive.run(full=True).archive_state.withdrawn == {}
    assert "does not answer for them by id" in archive.warnings[0]


def test_a_great_loss_is_not_believed_until_it_is_accepted(archive: Archive) -> None:
    archive.remember(archive.run())
    before = archive.files()
    world = archive.upstream.world
    for number in world.ids[:13]:
        world.delete(number)
    refused = archive.run(full=True)
    assert refused.outcome == "not-believed"
    assert archive.files() == before
    assert "13 of 250 events are gone" in archive.warnings[0]
    assert "--accept-withdrawals" in archive.warnings[0]
    accepted = archive.run(after=0.1, full=True, accept_withdrawals=True)
    assert (accepted.summary.text, accepted.requests) == ("13 withdrawn", 0)
    assert len(accepted.records.by_id) == 250


def test_a_small_loss_is_believed(archive: Archive) -> None:
    archive.run()
    for number in archive.upstream.world.ids[:12]:
        archive.upstream.world.delete(number)
    assert archive.run(full=True).summary.text == "12 withdrawn"


def test_a_sweep_that_was_not_believed_is_made_anew_when_its_time_has_come(
    archive: Archive,
) -> None:
    archive.run()
    world = archive.upstream.world
    gone = world.ids[:100]
    for number in gone:
        world.delete(number)
    assert archive.run(after=24 * 7).outcome == "not-believed"
    assert archive.run(after=1).requests == 0
    for number in gone:
        world.restore(number)
    assert archive.run(after=7).outcome == "sweep"
    assert archive.run(after=7).archive_state.withdrawn == {}


def test_an_empty_upstream_is_never_believed(tmp_path: Path) -> None:
    archive = Archive(tmp_path, Upstream(World()))
    archive.seed()
    before = archive.files()
    for options in ({}, {"full": True, "accept_withdrawals": True}):
        assert archive.run(**options).outcome == "not-believed"
        assert archive.files() == before


def test_a_sum_that_never_comes_right_does_not_stop_the_archive_from_growing(
    archive: Archive,
) -> None:
    archive.run()
    archive.upstream.world.advance(hours=10)
    added = archive.upstream.world.add(name="New")["id"]
    archive.upstream.spoil = lambda page: replace(page, count=page.count + (page.count > 200))
    found = archive.run(full=True)
    assert found.outcome == "delta"
    assert added in found.records.by_id
    assert "251 events and gave" not in archive.warnings[0]
    assert "252 events and gave 251" in archive.warnings[0]


def test_a_record_that_cannot_be_read_does_not_replace_one_that_can(archive: Archive) -> None:
    archive.run()
    world = archive.upstream.world
    number, good = world.ids[0], world[world.ids[0]]
    world.advance(hours=8)
    world.change(number, date="soon")
    world.change(world.ids[1], location="Elsewhere")
    found = archive.run()
    assert found.records.by_id[number]["date"] == good["date"]
    assert found.summary.text == "1 changed"
    [warning] = archive.warnings
    assert f"event {number} cannot be read" in warning
    assert "last good version stays" in warning
    assert archive.run().outcome == "delta"
    world.change(number, date="2026-10-01T00:00:00Z")
    assert archive.run().summary.text == "1 moved"


def test_records_without_an_id_are_told_and_left_out(archive: Archive) -> None:
    archive.upstream.spoil = lambda page: replace(page, records=page.records[1:], without_id=1)
    assert archive.run().outcome == "sweep"
    assert "3 records came without a usable id" in archive.warnings[0]


def test_a_delta_page_from_a_stale_copy_takes_nothing_back(archive: Archive) -> None:
    archive.run()
    world = archive.upstream.world
    world.advance(hours=8)
    number = world.ids[0]
    world.change(number, location="New")
    archive.run()
    stale = world[number] | {"location": "Old", "last_updated": "2026-09-01T19:00:00Z"}

    def spoil(page: ApiPage) -> ApiPage:
        return replace(page, records=tuple(stale if r["id"] == number else r for r in page.records))

    archive.upstream.spoil = spoil
    assert archive.run().records.by_id[number]["location"] == "New"


@pytest.mark.parametrize("files", [("events.jsonl",), ("ledger.json",), ("history.jsonl",)])
def test_a_damaged_file_is_told_copied_and_healed(archive: Archive, files: tuple[str]) -> None:
    archive.remember(archive.run())
    [name] = files
    path = archive.settings.cache / name
    whole = path.read_bytes()
    damaged = b"<<<<<<< ours\n" + whole[: len(whole) * 2 // 3]
    path.write_bytes(damaged)
    events, memory = archive.remember(archive.run())
    assert len(events) == 250
    assert len(memory.slugs.events.slugs) == 250
    if name != "history.jsonl":
        assert archive.upstream.asked, "a damaged cache is reason enough to ask"
        copy = path.with_name(f"{path.stem}.damaged{path.suffix}")
        assert copy.read_bytes() == damaged
        assert cached(archive) == upstream_state(archive)


def test_without_network_and_cache_there_is_a_clear_error(archive: Archive) -> None:
    archive.upstream.refuse_after = 0
    with pytest.raises(ApiError, match=r"try again after .* UTC.*no cache to build from"):
        archive.run()
    with pytest.raises(ApiError, match="without --offline"):
        archive.run(offline=True)


def test_a_dry_run_tells_the_plan_and_writes_nothing(archive: Archive) -> None:
    archive.seed()
    before = archive.files()
    planned = archive.run(dry_run=True)
    assert planned.outcome == "planned"
    assert "every event is asked for" in planned.message
    assert (archive.files(), archive.upstream.asked) == (before, [])


def test_offline_nothing_is_asked_and_the_archive_speaks_of_its_newest_record(
    archive: Archive,
) -> None:
    archive.seed()
    refreshed = archive.run(offline=True)
    assert (refreshed.outcome, refreshed.has_network) == ("offline", False)
    assert refreshed.as_of == max(event.last_updated for event in archive.remember(refreshed)[0])
    archive.run()
    assert archive.run(offline=True).as_of == archive.now - timedelta(hours=7)


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path, upstream: Upstream) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError):
        Archive(tmp_path / "file" / "cache", upstream).run()


# --- memory


def test_addresses_and_lists_are_written_down_before_anything_is_published(
    archive: Archive,
) -> None:
    refreshed = archive.run()
    _, memory = archive.remember(refreshed)
    persist_published_lists(archive.settings.cache, memory.state, ["months/2021-07.html"])
    ledger = archive.run(offline=True).archive_state
    assert ledger.event_owners.keys() == set(memory.slugs.events.slugs.values())
    assert ledger.published_lists == ("months/2021-07.html",)
    persist_published_lists(archive.settings.cache, ledger, ["months/2021-08.html"])
    assert len(archive.run(offline=True).archive_state.published_lists) == 2


def test_a_reused_slug_leads_to_its_present_owner(archive: Archive) -> None:
    archive.remember(archive.run())
    world = archive.upstream.world
    first, second = world.ids[:2]
    slug = world[first]["slug"]
    world.advance(hours=8)
    world.rename(first, "Another name")
    world.change(second, slug=slug)
    former = archive.run(offline=True).records.by_id[second]["slug"]
    _, memory = archive.remember(archive.run())
    assert memory.slugs.event_slug(second) == slug
    assert memory.slugs.redirects == {former: second}
    assert [change.change_type for change in memory.provenance(first).changes] == [
        "added",
        "renamed",
        "renamed",
    ]


def test_the_history_of_multipolygon_is_remembered_without_a_dead_address(tmp_path: Path) -> None:
    """Slugs as they really went round in December 2020 (ids 204, 206, 207)."""
    states = [
        {204: "starship-sn9-testing"},
        {204: "starship-sn9-pressure-test", 206: "starship-sn9-testing"},
        {204: "starship-sn9-pressure-test", 206: "starship-sn9-rcs", 207: "starship-sn9-testing"},
        {204: "starship-sn9-pressure-test", 206: "starship-sn9-rcs", 207: "sn9-static-fire"},
    ]
    world = World(clock=BEGINNING)
    archive = Archive(tmp_path, Upstream(world))
    for number in (204, 206, 207):
        world.add(id=number, name=f"Test {number}", slug=f"test-{number}")
    for state in states:
        world.advance(hours=7)
        for number, slug in state.items():
            world.change(number, slug=slug, name=slug)
        _, memory = archive.remember(archive.run())
        for number, slug in state.items():
            assert memory.slugs.event_slug(number) == slug
    assert memory.slugs.redirects == {
        "starship-sn9-testing": 207, "test-206": 206, "test-207": 207,
    }  # fmt: skip


def test_with_a_real_server_a_run_that_is_throttled_goes_on_later(tmp_path: Path) -> None:
    with LL2Server(World.grown(320), throttled=True) as server:
        options = Settings(cache=tmp_path, api_url=server.url, timeout=2.0)
        report = Console(quiet=True)
        server.throttle.limit = 3
        with pytest.raises(ApiError, match="no cache"):
            refresh(options, report, now=BEGINNING)
        assert len([a for a in server.requests.api if "events" in a.path]) == 4
        server.requests.clear()
        with pytest.raises(ApiError, match="no cache"):
            refresh(options, report, now=BEGINNING)
        assert ["api-throttle" in asked.path for asked in server.requests.api] == [True]
        server.throttle.advance(3601)
        assert refresh(options, report, now=BEGINNING).requests == 1
        server.faults.add(Fault.HTML, times=None)
        later = BEGINNING + timedelta(hours=7)
        assert refresh(options, report, now=later).outcome == "unreachable"
        assert "text/html" in report.warnings[-1]
        assert "7 hours ago" in report.warnings[-1]


def test_the_settings_say_whom_to_ask_and_how_long_to_wait() -> None:
    settings = Settings(api_key="k", base_url="https://a.example/", timeout=6)
    with ApiClient.from_settings(settings) as api:
        assert api.root == "https://ll.thespacedevs.com/2.3.0/"
        assert api.limits.read == 6
        assert "a.example" in api.user_agent


edits = st.lists(
    st.sampled_from(
        ["add", "change", "silent", "rename", "reuse", "delete", "restore", "run", "sweep", "crash",
         "throttle", "insert"]
    ),
    max_size=14,
)  # fmt: skip


def a_plain_world(size: int) -> World:
    """So many events about which there is little to say, edited a minute after each other."""
    world = World(clock=BEGINNING - timedelta(minutes=size))
    for number in range(1, size + 1):
        world.advance(minutes=1)
        world.add(id=number, name=f"Event {number}")
    return world


@given(steps=edits, seed=st.integers(0, 2**16))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_after_whatever_happened_the_cache_is_upstream_and_no_address_is_dead(
    tmp_path: Path, steps: list[str], seed: int
) -> None:
    shutil.rmtree(tmp_path, ignore_errors=True)
    story = _Story(Archive(tmp_path, Upstream(a_plain_world(120))), seed)
    for step in steps:
        story.tell(step)
    story.end()


class _Story:
    """Edits upstream and runs of the archive, in some order."""

    def __init__(self, archive: Archive, seed: int) -> None:
        self.archive, self.seed = archive, seed
        self.published: set[str] = set()
        self.names: set[str] = set()
        self.check(archive.run())

    def pick(self, numbers: list[int]) -> int:
        self.seed = (self.seed * 1103515245 + 12345) % 2**31
        return numbers[self.seed % len(numbers)]

    def tell(self, step: str) -> None:
        world = self.archive.upstream.world
        world.advance(minutes=10)
        number = self.pick(world.ids)
        match step:
            case "add":
                world.add(name=f"New {self.seed}")
            case "change":
                world.change(number, location=f"Place {self.seed}")
            case "silent":
                world.change(number, silently=True, description=f"Text {self.seed}")
            case "rename":
                world.rename(number, f"Name {self.seed % 3}")
            case "reuse":
                slug = world[number]["slug"]
                world.rename(number, f"Former {self.seed}")
                world.change(self.pick(world.ids), slug=slug, name=slug)
            case "delete":
                world.delete(number)
            case "restore" if world._deleted:
                world.restore(self.pick(sorted(world._deleted)))
            case "run" | "sweep":
                self.check(self.archive.run(full=step == "sweep"))
            case "crash" | "throttle" | "insert":
                self.disturbed(step)

    def disturbed(self, how: str) -> None:
        """A sweep in which something happens before its second request."""
        upstream = self.archive.upstream

        def before(number: int) -> None:
            if number == 1 and how == "crash":
                raise KeyboardInterrupt
            if number == 1 and how == "insert":
                upstream.world.advance(minutes=1)
                upstream.world.add(name="Inserted")
                upstream.world.delete(self.pick(upstream.world.ids))

        upstream.before = before
        upstream.refuse_after = 1 if how == "throttle" else None
        try:
            self.check(self.archive.run(full=True))
        except KeyboardInterrupt:
            pass
        finally:
            upstream.before, upstream.refuse_after = (lambda number: None), None

    def check(self, refreshed: RefreshResult) -> ArchiveHistory:
        """No address that was ever published is dead, and none leads to two."""
        events, memory = self.archive.remember(refreshed)
        book = memory.slugs
        pages = list(book.events.slugs.values())
        assert len(set(pages)) == len(pages) == len(events)
        self.published |= set(pages)
        assert self.published <= {*pages, *book.redirects}
        self.names |= {f"{event.id}" for event in events}
        assert self.names == {f"{event.id}" for event in events}
        return memory

    def end(self) -> None:
        memory = self.check(self.archive.run(after=24 * 8, accept_withdrawals=True))
        memory = self.check(self.archive.run(full=True, accept_withdrawals=True))
        truth, kept = upstream_state(self.archive), cached(self.archive)
        assert {n: kept[n] for n in truth} == truth
        assert kept.keys() - truth.keys() == memory.state.withdrawn.keys()
        for number, record in truth.items():
            assert memory.slugs.event_slug(number) == record["slug"]
        self.check_history(memory)

    def check_history(self, memory: ArchiveHistory) -> None:
        """The last entries agree with what is, and none stands there twice."""
        lines = (self.archive.settings.cache / "history.jsonl").read_bytes().splitlines()
        assert len(set(lines)) == len(lines)
        assert [json.loads(line)["observed"] for line in lines] == sorted(
            json.loads(line)["observed"] for line in lines
        )
        for number in memory.state.first_seen:
            kinds = [change.change_type for change in memory.provenance(number).changes]
            assert kinds.count("added") == 1
            comings = [kind for kind in kinds if kind in ("withdrawn", "returned")]
            assert comings == (["withdrawn", "returned"] * len(comings))[: len(comings)]
            assert (len(comings) % 2 == 1) == memory.is_withdrawn(number)
