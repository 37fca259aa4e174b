"""What the calendars say, as other programs read it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
import vobject

from events_archive.model.event import EventType, Licence
from events_archive.render.calendars import COLOURS, CREDIT, size_warning
from events_archive.site.calendars import Calendar
from events_archive.site.categories import CATEGORIES
from tests.factories import (
    DOCKING,
    a_change,
    a_history,
    a_link,
    a_site,
    a_video,
    an_event,
    an_image,
)
from tests.render.rendered import BASE_URL, pictures, rendered


def _events(raw: bytes) -> dict[str, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(raw)
    assert not calendar.errors
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def _one(*events: Any, **facts: Any) -> icalendar.Event:
    """The only event of a site as its complete calendar has it."""
    site = a_site(*events, **{"base_url": BASE_URL, **facts})
    (event,) = _events(rendered(site)["calendar-all.ics"]).values()
    return event


def test_an_event_is_told_completely(tmp_path: Path) -> None:
    image = an_image(licence=Licence(id=1, name="Unknown", url=""))
    event = an_event(
        309,
        name="Tiangong EVA-1",
        image=image,
        links=(a_link(url="https://spacenews.com/x"),),
        videos=(a_video(url="https://www.youtube.com/watch?v=1&t=2"),),
    )
    site = a_site(event, base_url=BASE_URL)
    files = rendered(site, thumbnails=pictures(tmp_path, image))
    (told,) = _events(files["calendar-all.ics"]).values()
    assert told["UID"] == "ll2-event-309@events-archive"
    assert told.decoded("DTSTART") == datetime(2021, 7, 4, 0, 11, tzinfo=UTC)
    assert told.decoded("DTEND") == datetime(2021, 7, 4, 6, 41, tzinfo=UTC)
    stamp = datetime(2024, 3, 5, 17, 26, 40, tzinfo=UTC)
    assert told.decoded("DTSTAMP") == told.decoded("LAST-MODIFIED") == stamp
    assert told["SUMMARY"] == "Tiangong EVA-1"
    assert (told["STATUS"], told["TRANSP"]) == ("CONFIRMED", "TRANSPARENT")
    assert told["LOCATION"] == "Tiangong Space Station"
    assert told["CATEGORIES"].to_ical() == b"EVA"
    assert told["COLOR"] == "goldenrod"
    assert told["URL"] == f"{BASE_URL}id/309.html"
    assert told["IMAGE"] == f"{BASE_URL}pictures/1254-0123456789-320.webp"
    assert told["IMAGE"].params["FMTTYPE"] == "image/webp"
    assert told["CONFERENCE"] == "https://www.youtube.com/watch?v=1&t=2"
    assert told["CONFERENCE"].params["LABEL"] == "Webcast"
    assert told["DESCRIPTION"] == (
        "Two astronauts worked outside.\n\n"
        "Time: 4 July 2021, 00:11 UTC. The length, 6 hours 30 minutes, is nominal: "
        "the source has none.\n\n"
        "Webcast: https://www.youtube.com/watch?v=1&t=2\n"
        "More: https://spacenews.com/x\n"
        f"In the archive: {BASE_URL}id/309.html\n\n"
        f"Picture: CNSA\n{CREDIT}"
    )


def test_the_length_of_the_webcast_is_never_taken_for_that_of_the_event() -> None:
    streamed = _one(an_event(stream_length=timedelta(hours=9)))
    assert streamed.decoded("DTEND") - streamed.decoded("DTSTART") == timedelta(hours=6, minutes=30)


def test_a_calendar_introduces_itself_to_every_kind_of_program() -> None:
    files = rendered(a_site(an_event(type=DOCKING), base_url=BASE_URL))
    calendar = icalendar.Calendar.from_ical(files["types/docking.ics"])
    assert calendar["VERSION"] == "2.0"
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == "Docking · Spaceflight Events Archive"
    assert calendar["DESCRIPTION"] == calendar["X-WR-CALDESC"]
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert calendar["X-PUBLISHED-TTL"] == "PT6H"
    assert calendar["SOURCE"] == f"{BASE_URL}types/docking.ics"
    assert calendar["URL"] == f"{BASE_URL}types/docking.html"
    assert (calendar["COLOR"], calendar["X-APPLE-CALENDAR-COLOR"]) == ("steelblue", "#4682B4")
    assert "METHOD" not in calendar


def test_without_a_base_url_no_calendar_names_an_address_of_ours(tmp_path: Path) -> None:
    image = an_image()
    files = rendered(a_site(an_event(image=image)), thumbnails=pictures(tmp_path, image))
    for name, raw in files.items():
        if name.endswith(".ics"):
            (event,) = _events(raw).values() if b"VEVENT" in raw else (None,)
            assert event is None or not {"URL", "IMAGE"} & set(event)
            assert b"SOURCE" not in raw
            assert b"In the archive" not in raw


def test_every_family_has_a_colour_and_its_twin() -> None:
    assert set(COLOURS) == {family.key for family in CATEGORIES}


def test_an_event_is_the_same_component_in_every_calendar() -> None:
    files = rendered(a_site(an_event(309, slug="a"), base_url=BASE_URL, today="2021-07-01"))
    names = ("calendar", "calendar-all", "types/eva", "years/2021", "events/a")
    holding = [files[f"{name}.ics"] for name in names]
    parts = {raw[raw.index(b"BEGIN:VEVENT") : raw.index(b"END:VEVENT")] for raw in holding}
    assert len(holding) == 5
    assert len(parts) == 1


def test_the_rolling_calendar_holds_ninety_days_and_all_that_is_to_come() -> None:
    site = a_site(
        an_event(1, "2021-10-02T00:00:00Z"),
        an_event(2, "2021-10-03T00:00:00Z"),
        an_event(3, "2031-12-31T00:00:00Z", precision=14),
        an_event(4, None),
        today="2022-01-01",
    )
    files = rendered(site)
    assert list(_events(files["calendar.ics"])) == [
        "ll2-event-2@events-archive", "ll2-event-3@events-archive",
    ]  # fmt: skip
    assert len(_events(files["calendar-all.ics"])) == 3


def test_a_calendar_of_nothing_is_still_a_calendar() -> None:
    files = rendered(a_site(an_event(1, None)))
    for name in ("calendar.ics", "types/eva.ics"):
        calendar = icalendar.Calendar.from_ical(files[name])
        assert not calendar.walk("VEVENT")
        assert len(calendar.subcomponents) == 1
        assert vobject.readOne(files[name].decode())


def test_an_unchanged_event_keeps_its_bytes_whatever_happens_around_it() -> None:
    event = an_event(309, "2021-09-30T00:00:00Z", precision=7, slug="a")
    other = an_event(7, name="A newcomer")
    before = rendered(a_site(event, today="2022-01-01"))["events/a.ics"]
    after = rendered(a_site(event, other, today="2027-01-01"))["events/a.ics"]
    assert before == after


@pytest.mark.parametrize(
    "later",
    [
        {"last_updated": datetime(2025, 1, 1, tzinfo=UTC)},
        {"changes": (a_change("2025-01-01T00:00:00+00:00"),)},
        {"changes": (a_change("2023-01-01T00:00:00+00:00"),)},
    ],
    ids=["stamped", "silent", "silent and seen late"],
)
def test_a_change_reaches_those_who_go_by_the_sequence(later: dict[str, Any]) -> None:
    event, changes = an_event(309), later.pop("changes", ())
    before = _one(event)
    after = _one(replace(event, **later), history=a_history(*changes))
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.decoded("LAST-MODIFIED") >= before.decoded("LAST-MODIFIED")


def test_two_changes_in_one_second_are_two() -> None:
    first = a_change("2025-01-01T00:00:00+00:00")
    second = replace(first, change_type="renamed", old="a", new="b")
    once = _one(an_event(309), history=a_history(first))
    twice = _one(an_event(309), history=a_history(first, second))
    assert twice["SEQUENCE"] > once["SEQUENCE"]


def test_a_sequence_fits_the_integer_of_the_standard() -> None:
    far = _one(an_event(last_updated=datetime(2999, 1, 1, tzinfo=UTC)))
    missing = _one(an_event(last_updated=None))
    assert (far["SEQUENCE"], missing["SEQUENCE"]) == (2**31 - 1, 0)


def test_a_stamp_from_the_future_is_not_believed() -> None:
    contact = datetime(2025, 1, 1, tzinfo=UTC)
    event = an_event(309, last_updated=datetime(2030, 1, 1, tzinfo=UTC))
    told = _one(
        event, history=a_history(a_change("2024-06-01T00:00:00+00:00"), last_full_refresh=contact)
    )
    assert told.decoded("DTSTAMP") == datetime(2024, 6, 1, tzinfo=UTC)


def test_a_coarse_date_becomes_certain_when_its_period_ends_and_that_is_a_change() -> None:
    event = an_event(309, "2026-09-30T00:00:00Z", precision=7)
    coming, past = _one(event, today="2026-09-30"), _one(event, today="2026-10-01")
    assert (coming["STATUS"], past["STATUS"]) == ("TENTATIVE", "CONFIRMED")
    assert past["SEQUENCE"] > coming["SEQUENCE"]
    assert past.decoded("LAST-MODIFIED") == datetime(2026, 10, 1, tzinfo=UTC)


def _withdrawn(today: str) -> dict[str, bytes]:
    site = a_site(
        an_event(309, slug="gone"),
        an_event(7, slug="here"),
        today=today,
        base_url=BASE_URL,
        history=a_history(
            a_change("2025-03-02T06:00:00+00:00", "withdrawn"),
            withdrawn={309: date(2025, 3, 1)},
        ),
    )
    return rendered(site)


def test_what_was_withdrawn_is_cancelled_for_thirty_days() -> None:
    for today in ("2025-03-02", "2025-04-01"):
        files = _withdrawn(today)
        for name in ("calendar-all.ics", "types/eva.ics", "years/2021.ics", "events/gone.ics"):
            event = _events(files[name])["ll2-event-309@events-archive"]
            assert (event["STATUS"], event["SUMMARY"]) == ("CANCELLED", "Withdrawn: Event 309")
            assert event.decoded("LAST-MODIFIED") == datetime(2025, 3, 2, 6, tzinfo=UTC)


def test_after_thirty_days_it_is_left_out_but_for_its_own() -> None:
    files = _withdrawn("2025-04-02")
    own = _events(files["events/gone.ics"])["ll2-event-309@events-archive"]
    assert own["STATUS"] == "CANCELLED"
    assert list(_events(files["calendar-all.ics"])) == ["ll2-event-7@events-archive"]


def test_a_calendar_too_large_for_large_clients_is_warned_of() -> None:
    calendar = Calendar(name="", description="", path="calendar-all.ics", html_url="")
    assert size_warning(calendar, b"x" * 1_000_000) == ""
    assert "calendar-all.ics" in size_warning(calendar, b"x" * 1_000_001)
    many = replace(calendar, entries=(None,) * 1001)  # type: ignore[arg-type]
    assert "1,001 events" in size_warning(many, b"")


NASTY = {
    "control characters": "a\x00b\x07c\x1bd\x7fe",
    "a lone surrogate": "a\ud83db",
    "the end of CDATA": "a]]>b",
    "right-to-left": "אבג \u202e abc مرحبا",
    "emoji": "👩🏽‍🚀" * 40,
    "line ends": "a\r\nb\rc\u2028d\u0085e",
    "a property": "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil",
    "backslashes": "\\n\\\\;,\\",
    "length": "Sehr lang, und länger. " * 9000,
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_any_text_gives_a_valid_calendar(text: str) -> None:
    kind = EventType(id=99, name=text[:100])
    event = an_event(309, slug="a", name=text[:100], description=text, location=text, type=kind)
    site = a_site(event, base_url=BASE_URL, title=text[:100])
    site = replace(site, urls=replace(site.urls, type_slugs={99: "odd"}))
    for name, raw in rendered(site).items():
        if name.endswith(".ics"):
            assert max(map(len, raw.split(b"\r\n"))) <= 75
            assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
            uids = {f"ll2-event-309{kind}@events-archive" for kind in ("", "-anniversary")}
            assert set(_events(raw)) <= uids
            for component in vobject.readOne(raw.decode()).contents.get("vevent", []):
                assert component.uid.value in uids
