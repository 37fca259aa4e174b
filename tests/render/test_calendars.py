"""Calendars, as other programs read them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
import vobject
from msgspec.structs import replace

from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.event import EventType, Licence
from events_archive.model.slugs import SlugRegistry, SlugTable
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
from tests.render.rendered import BASE_URL, make_thumbnails, render_site


def _events(raw: bytes) -> dict[str, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(raw)
    assert not calendar.errors
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def _only_event(*events: Any, **facts: Any) -> icalendar.Event:
    """Return the only event of a site's complete calendar."""
    site = a_site(*events, **{"base_url": BASE_URL, **facts})
    (event,) = _events(render_site(site)["calendar-all.ics"]).values()
    return event


def test_an_event_has_all_properties(tmp_path: Path) -> None:
    image = an_image(licence=Licence(id=1, name="Unknown", url=""))
    event = an_event(
        309,
        name="Tiangong EVA-1",
        image=image,
        links=(a_link(url="https://spacenews.com/x"),),
        videos=(a_video(url="https://www.youtube.com/watch?v=1&t=2"),),
    )
    site = a_site(event, base_url=BASE_URL)
    files = render_site(site, thumbnails=make_thumbnails(tmp_path, image))
    (component,) = _events(files["calendar-all.ics"]).values()
    assert component["UID"] == "ll2-event-309@events-archive"
    assert component.decoded("DTSTART") == datetime(2021, 7, 4, 0, 11, tzinfo=UTC)
    assert component.decoded("DTEND") == datetime(2021, 7, 4, 6, 41, tzinfo=UTC)
    stamp = datetime(2024, 3, 5, 17, 26, 40, tzinfo=UTC)
    assert component.decoded("DTSTAMP") == component.decoded("LAST-MODIFIED") == stamp
    assert component["SUMMARY"] == "Tiangong EVA-1"
    assert (component["STATUS"], component["TRANSP"]) == ("CONFIRMED", "TRANSPARENT")
    assert component["LOCATION"] == "Tiangong Space Station"
    assert component["CATEGORIES"].to_ical() == b"EVA"
    assert component["COLOR"] == "goldenrod"
    assert component["URL"] == f"{BASE_URL}id/309.html"
    assert component["IMAGE"] == f"{BASE_URL}pictures/1254-0123456789-320.webp"
    assert component["IMAGE"].params["FMTTYPE"] == "image/webp"
    assert component["CONFERENCE"] == "https://www.youtube.com/watch?v=1&t=2"
    assert component["CONFERENCE"].params["LABEL"] == "Webcast"
    assert component["DESCRIPTION"] == (
        "Two astronauts worked outside.\n\n"
        "Time: 4 July 2021, 00:11 UTC. The length, 6 hours 30 minutes, is nominal: "
        "the source has none.\n\n"
        "Webcast: https://www.youtube.com/watch?v=1&t=2\n"
        "More: https://spacenews.com/x\n"
        f"In the archive: {BASE_URL}id/309.html\n\n"
        f"Picture: CNSA\n{CREDIT}"
    )


def test_the_duration_of_an_event_is_not_that_of_its_webcast() -> None:
    streamed = _only_event(an_event(stream_length=timedelta(hours=9)))
    assert streamed.decoded("DTEND") - streamed.decoded("DTSTART") == timedelta(hours=6, minutes=30)


def test_a_calendar_has_the_properties_of_the_standard_and_those_of_apple() -> None:
    files = render_site(a_site(an_event(type=DOCKING), base_url=BASE_URL))
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


def test_without_a_base_url_calendars_have_no_links_to_the_site(tmp_path: Path) -> None:
    image = an_image()
    files = render_site(a_site(an_event(image=image)), thumbnails=make_thumbnails(tmp_path, image))
    for name, raw in files.items():
        if name.endswith(".ics"):
            (event,) = _events(raw).values() if b"VEVENT" in raw else (None,)
            assert event is None or not {"URL", "IMAGE"} & set(event)
            assert b"SOURCE" not in raw
            assert b"In the archive" not in raw


def test_every_category_has_a_colour() -> None:
    assert set(COLOURS) == {category.key for category in CATEGORIES}


def test_an_event_is_the_same_component_in_every_calendar_but_for_its_colour() -> None:
    files = render_site(a_site(an_event(309, slug="a"), base_url=BASE_URL, today="2021-07-01"))
    names = ("calendar", "calendar-all", "years/2021", "types/eva", "events/a", "id/309")
    holding = [files[f"{name}.ics"] for name in names]
    parts = [raw[raw.index(b"BEGIN:VEVENT") : raw.index(b"END:VEVENT")] for raw in holding]
    assert len({part.replace(b"COLOR:goldenrod\r\n", b"") for part in parts}) == 1
    # Calendars of one category have a colour themselves, and others have none.
    assert [b"COLOR" in part for part in parts] == [True] * 3 + [False] * 3
    assert [b"\nCOLOR" in raw.partition(b"BEGIN:VEVENT")[0] for raw in holding] == [
        not has_colours for has_colours in [True] * 3 + [False] * 3
    ]


def test_the_calendar_of_an_event_hangs_on_its_id_and_lies_beside_its_page_too() -> None:
    files = render_site(a_site(an_event(309, slug="a"), base_url=BASE_URL))
    assert files["id/309.ics"] == files["events/a.ics"]
    assert f"\r\nSOURCE;VALUE=URI:{BASE_URL}id/309.ics\r\n".encode() in files["id/309.ics"]
    assert f"\r\nURL:{BASE_URL}id/309.html\r\nSOURCE".encode() in files["id/309.ics"]


def test_the_rolling_calendar_has_the_last_ninety_days_and_all_upcoming_events() -> None:
    site = a_site(
        an_event(1, "2021-10-02T00:00:00Z"),
        an_event(2, "2021-10-03T00:00:00Z"),
        an_event(3, "2031-12-30T00:00:00Z", precision=5),
        an_event(4, None),
        today="2022-01-01",
    )
    files = render_site(site)
    assert list(_events(files["calendar.ics"])) == [
        "ll2-event-2@events-archive", "ll2-event-3@events-archive",
    ]  # fmt: skip
    assert len(_events(files["calendar-all.ics"])) == 3


def test_what_is_not_known_to_the_day_is_in_a_calendar_of_its_own_and_the_complete_one() -> None:
    coarse = [
        an_event(precision, "2021-12-31T00:00:00Z", precision=precision, slug=f"e-{precision}")
        for precision in range(6, 17)
    ]
    exact = [an_event(n, "2021-12-01T00:00:00Z", precision=p) for n, p in ((21, 1), (22, 3))]
    files = render_site(a_site(*coarse, *exact, an_event(30, None), today="2021-12-15"))

    def ids(path: str) -> set[int]:
        return {int(uid.split("-")[2].partition("@")[0]) for uid in _events(files[path])}

    for path in ("calendar.ics", "types/eva.ics", "years/2021.ics"):
        assert ids(path) == {21, 22}
    assert ids("calendar-approximate.ics") == set(range(6, 17))
    assert ids("calendar-all.ics") == {*range(6, 17), 21, 22}
    assert ids("events/e-14.ics") == {14}


def test_an_event_moves_between_calendars_when_its_day_becomes_known() -> None:
    month = an_event(1, "2026-09-30T00:00:00Z", precision=7)
    day = an_event(1, "2026-09-17T00:00:00Z", precision=5)
    for event, path, other in (
        (month, "calendar-approximate.ics", "calendar.ics"),
        (day, "calendar.ics", "calendar-approximate.ics"),
    ):
        files = render_site(a_site(event, today="2026-01-01"))
        assert list(_events(files[path])) == ["ll2-event-1@events-archive"]
        assert not _events(files[other])


def test_a_calendar_without_events_is_valid() -> None:
    files = render_site(a_site(an_event(1, None)))
    for name in ("calendar.ics", "types/eva.ics"):
        calendar = icalendar.Calendar.from_ical(files[name])
        assert not calendar.walk("VEVENT")
        assert len(calendar.subcomponents) == 1
        assert vobject.readOne(files[name].decode())


def test_an_unchanged_event_has_the_same_bytes_if_other_events_change() -> None:
    event = an_event(309, "2021-09-30T00:00:00Z", precision=7, slug="a")
    other = an_event(7, name="A newcomer")
    before = render_site(a_site(event, today="2022-01-01"))["events/a.ics"]
    after = render_site(a_site(event, other, today="2027-01-01"))["events/a.ics"]
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
def test_a_change_increases_the_sequence(later: dict[str, Any]) -> None:
    event, changes = an_event(309), later.pop("changes", ())
    before = _only_event(event)
    after = _only_event(replace(event, **later), history=a_history(*changes))
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.decoded("LAST-MODIFIED") >= before.decoded("LAST-MODIFIED")


def test_two_changes_in_one_second_increase_the_sequence_twice() -> None:
    first = a_change("2025-01-01T00:00:00+00:00")
    second = replace(first, change_type="renamed", old="a", new="b")
    once = _only_event(an_event(309), history=a_history(first))
    twice = _only_event(an_event(309), history=a_history(first, second))
    assert twice["SEQUENCE"] > once["SEQUENCE"]


def test_a_sequence_is_an_integer_of_the_standard() -> None:
    far = _only_event(an_event(last_updated=datetime(2999, 1, 1, tzinfo=UTC)))
    missing = _only_event(an_event(last_updated=None))
    assert (far["SEQUENCE"], missing["SEQUENCE"]) == (2**31 - 1, 0)


def test_a_modification_date_in_the_future_is_ignored() -> None:
    contact = datetime(2025, 1, 1, tzinfo=UTC)
    event = an_event(309, last_updated=datetime(2030, 1, 1, tzinfo=UTC))
    component = _only_event(
        event, history=a_history(a_change("2024-06-01T00:00:00+00:00"), last_full_refresh=contact)
    )
    assert component.decoded("DTSTAMP") == datetime(2024, 6, 1, tzinfo=UTC)


def test_a_coarse_date_is_confirmed_when_its_period_ends_and_that_is_a_change() -> None:
    event = an_event(309, "2026-09-30T00:00:00Z", precision=7)
    coming, past = _only_event(event, today="2026-09-30"), _only_event(event, today="2026-10-01")
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
    return render_site(site)


def test_a_withdrawn_event_is_cancelled_for_thirty_days() -> None:
    for today in ("2025-03-02", "2025-04-01"):
        files = _withdrawn(today)
        for name in ("calendar-all.ics", "types/eva.ics", "years/2021.ics", "events/gone.ics"):
            event = _events(files[name])["ll2-event-309@events-archive"]
            assert (event["STATUS"], event["SUMMARY"]) == ("CANCELLED", "Withdrawn: Event 309")
            assert event.decoded("LAST-MODIFIED") == datetime(2025, 3, 2, 6, tzinfo=UTC)


def test_after_thirty_days_a_withdrawn_event_is_in_its_own_calendar_only() -> None:
    files = _withdrawn("2025-04-02")
    own = _events(files["events/gone.ics"])["ll2-event-309@events-archive"]
    assert own["STATUS"] == "CANCELLED"
    assert list(_events(files["calendar-all.ics"])) == ["ll2-event-7@events-archive"]


def test_a_calendar_that_is_too_large_has_a_warning() -> None:
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
    history = ArchiveHistory(slugs=SlugRegistry(types=SlugTable(slugs={99: "odd"})))
    site = a_site(event, base_url=BASE_URL, history=history, title=text[:100])
    for name, raw in render_site(site).items():
        if name.endswith(".ics"):
            assert max(map(len, raw.split(b"\r\n"))) <= 75
            assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
            uids = {f"ll2-event-309{kind}@events-archive" for kind in ("", "-anniversary")}
            assert set(_events(raw)) <= uids
            for component in vobject.readOne(raw.decode()).contents.get("vevent", []):
                assert component.uid.value in uids
