"""khal, a calendar program, reads the calendars in several time zones."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.factories import a_change, a_history, a_site, an_event
from tests.khal import Khal, open_khal
from tests.render.rendered import BASE_URL, render_site

ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu")


@pytest.fixture
def khal(tmp_path: Path, request: pytest.FixtureRequest) -> Khal:
    """khal in a time zone, by default UTC."""
    return open_khal(tmp_path, getattr(request, "param", "UTC"))


def _calendar(*events, **fields) -> bytes:
    site = a_site(*events, **{"base_url": BASE_URL, "today": "2026-01-01"} | fields)
    return render_site(site)["calendar-all.ics"]


def _local_time(zone: str) -> str:
    """The start and the end date of an event at 23:30 UTC on 30 September, in a time zone."""
    return {
        "UTC": "2026-09-30|23:30|2026-10-01",
        "Asia/Tokyo": "2026-10-01|08:30|2026-10-01",
        "America/Los_Angeles": "2026-09-30|16:30|2026-09-30",
        "Pacific/Kiritimati": "2026-10-01|13:30|2026-10-01",
        "Asia/Kathmandu": "2026-10-01|05:15|2026-10-01",
    }[zone]


@pytest.mark.parametrize(("khal", "zone"), [(z, z) for z in ZONES], indirect=["khal"], ids=ZONES)
def test_a_time_is_shown_in_the_zone_and_coarse_dates_do_not_move(khal: Khal, zone: str) -> None:
    raw = _calendar(
        an_event(1, "2026-09-30T23:30:00Z", name="Timed"),
        an_event(2, "2026-09-30T00:00:00Z", precision=5, name="Day"),
        an_event(3, "2026-09-30T00:00:00Z", precision=7, name="Month"),
        an_event(4, "2026-09-27T00:00:00Z", precision=6, name="Week"),
    )
    lines = khal(raw, "2026-09-30", "2d")
    assert [line for line in lines if "Timed" in line] == [f"{_local_time(zone)}|Timed|CONFIRMED"]
    days = [line for line in lines if "Timed" not in line]
    assert days == [
        "2026-09-01||2026-09-30|Month (September 2026)|TENTATIVE",
        "2026-09-30||2026-09-30|Day (30 September 2026)|TENTATIVE",
    ]


@pytest.mark.parametrize("khal", ["Pacific/Kiritimati", "America/Los_Angeles"], indirect=True)
def test_a_coarse_date_is_listed_only_on_days_of_its_period(khal: Khal) -> None:
    raw = _calendar(
        an_event(1, "2026-09-30T00:00:00Z", precision=7, name="Month"),
        an_event(2, "2026-09-30T00:00:00Z", precision=10, name="Quarter"),
    )
    assert khal(raw, "2026-06-30", "1d") == []
    assert len(khal(raw, "2026-07-01", "1d")) == 1
    assert len(khal(raw, "2026-09-30", "1d")) == 2
    assert khal(raw, "2026-10-01", "1d") == []


def test_a_postponed_event_moves_and_is_not_listed_twice(khal: Khal) -> None:
    planned = an_event(1, "2026-09-30T12:00:00Z", name="Docking")
    assert khal(_calendar(planned), "2026-09-01", "90d") == [
        "2026-09-30|12:00|2026-09-30|Docking|CONFIRMED"
    ]
    updated = datetime(2026, 9, 29, tzinfo=UTC)
    postponed = an_event(
        1, "2026-10-31T00:00:00Z", precision=7, name="Docking", last_updated=updated
    )
    assert khal(_calendar(postponed), "2026-09-01", "90d") == [
        "2026-10-01||2026-10-31|Docking (October 2026)|TENTATIVE"
    ]


def test_a_withdrawn_event_is_shown_as_cancelled(khal: Khal) -> None:
    history = a_history(
        a_change("2026-01-01T00:00:00+00:00", "withdrawn", event_id=1),
        withdrawn={1: datetime(2026, 1, 1, tzinfo=UTC).date()},
    )
    raw = _calendar(an_event(1, "2026-09-30T12:00:00Z", name="Docking"), history=history)
    assert khal(raw, "2026-09-30", "1d") == [
        "2026-09-30|12:00|2026-09-30|Withdrawn: Docking|CANCELLED"
    ]


def test_khal_reads_every_event_of_the_archive(khal: Khal, tmp_path: Path, generated_run) -> None:
    raw = (generated_run.output / "calendar-all.ics").read_bytes()
    khal(raw, "2026-01-01", "1d")
    assert len(list((tmp_path / "events").glob("*.ics"))) == raw.count(b"BEGIN:VEVENT") > 140


def test_khal_reads_calendars_of_terms_and_those_with_reminders(
    khal: Khal, tmp_path: Path, generated_run
) -> None:
    names = ("agencies/*.ics", "series/*.ics", "calendar.reminders.ics", "calendar-approximate.ics")
    uids = set()
    for name in names:
        path = max(generated_run.output.glob(name), key=lambda path: path.stat().st_size)
        khal(path.read_bytes(), "2026-01-01", "1d")
        uids |= set(re.findall(rb"\nUID:(ll2-event-\d+@)", path.read_bytes()))
        assert len(list((tmp_path / "events").glob("*.ics"))) == len(uids)
