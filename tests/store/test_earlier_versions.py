"""The files that earlier versions wrote, in ``tests/data/cache/``, are read and written alike."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from events_archive.images.download import DownloadState, FailedDownload
from events_archive.model.archive_state import ArchiveState
from events_archive.model.changes import Change
from events_archive.store.canonical_json import encode_lines
from events_archive.store.files import read_checked
from events_archive.store.history_file import encode_changes, load_history
from events_archive.store.links_file import LinkStatus, load_links
from events_archive.store.published_ids_file import load_published_ids, save_published_ids
from events_archive.store.records import load_records
from events_archive.store.state_files import encode_state, load_state
from events_archive.store.transaction import recover

CACHE = Path(__file__).parents[1] / "data" / "cache"
MONDAY = datetime(2026, 9, 7, 6, 0, 1, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 8, 4, tzinfo=UTC)


def test_records() -> None:
    records = load_records(CACHE / "events.jsonl")
    assert list(records.lines) == [264]
    assert records.lines[264].decode() == {
        "id": 264, "last_updated": "2026-09-07T05:00:00Z", "name": "US EVA-74",
    }  # fmt: skip
    assert records.data == (CACHE / "events.jsonl").read_bytes()


def test_state() -> None:
    state = ArchiveState(
        api_url="https://ll.thespacedevs.com/2.3.0/",
        mode="detailed",
        count=1071,
        last_full_refresh=MONDAY,
        last_incremental_refresh=TUESDAY,
        withdrawn={302: date(2026, 9, 1)},
        first_seen={264: TUESDAY, 1093: MONDAY},
        event_owners={"iss-nanoracks-cubesats-deployment": (302,), "us-eva-74": (264, 1093)},
        type_owners={"docking": (2,)},
        published_lists={"months/2021-07.html": 1, "types/eva/2021.html": 1},
    )
    assert load_state(CACHE / "ledger.json") == (state, ())
    # What is no data of the archive has a file of its own now.
    *_, kept = (
        (CACHE / "ledger.json").read_bytes().partition(b'"last_delta": "2026-09-08T04:00:00Z",')
    )
    assert encode_state(state) == b"{" + kept


def test_history() -> None:
    changes, damaged = load_history(CACHE / "history.jsonl")
    assert damaged == ()
    assert changes == (
        Change(
            observed=MONDAY, event_id=264, change_type="moved", field="moment", is_live=True,
            old={"date": None, "precision": 7},
            new={"date": "2026-09-28T11:45:11Z", "precision": 0},
        ),
        Change(
            observed=MONDAY, event_id=302, change_type="withdrawn", field="", is_live=False,
            old=None, new=None,
        ),
        Change(
            observed=TUESDAY, event_id=1093, change_type="changed", field="agencies", is_live=True,
            old=["NASA"], new=["NASA", "ESA \u2028é"],
        ),
    )  # fmt: skip
    assert encode_changes(changes) == (CACHE / "history.jsonl").read_bytes()


def test_published_ids(tmp_path: Path) -> None:
    patterns = load_published_ids(CACHE / "published-ids.json")
    assert patterns == {
        "calendars": "ll2-event-{0}@events-archive",
        "feeds": "tag:thespacedevs.com,2020:ll2:event:{0}",
    }
    save_published_ids(tmp_path / "ids.json", patterns)
    assert (tmp_path / "ids.json").read_bytes() == (CACHE / "published-ids.json").read_bytes()


def test_links() -> None:
    links = load_links(CACHE / "links.json")
    assert links
    assert links == {
        "https://example.org/a": LinkStatus(
            first_seen=MONDAY, last_checked=TUESDAY, last_ok=MONDAY, fault="answers 404"
        ),
        "https://example.org/b": LinkStatus(
            first_seen=TUESDAY, last_checked=TUESDAY, last_ok=None, fault="no such host"
        ),
    }
    assert encode_lines(links) + b"\n" == (CACHE / "links.json").read_bytes()


def test_a_transaction_that_an_earlier_version_began_is_completed(tmp_path: Path) -> None:
    (tmp_path / "sweep").mkdir()
    for name in ("events.jsonl", "sweep/journal.json"):
        shutil.copy(CACHE / name, tmp_path / name)
    recover(tmp_path)
    for name in ("events.jsonl", "history.jsonl", "ledger.json"):
        assert (tmp_path / name).read_bytes() == (CACHE / name).read_bytes()
    assert list((tmp_path / "sweep").iterdir()) == []


def test_failed_downloads() -> None:
    state = read_checked(CACHE / "validators.json", DownloadState)
    assert state
    assert state.validators == {"1_a.jpg": {"If-None-Match": '"x"'}}
    assert state.failed == {
        "2_b.jpg": FailedDownload(
            url="https://e/b.jpg",
            reason="answers 404",
            at=datetime(2026, 9, 7, 6, 0, 1, 250_000, tzinfo=UTC),
            until=datetime(2026, 9, 14, 6, 0, 1, 250_000, tzinfo=UTC),
        )
    }
