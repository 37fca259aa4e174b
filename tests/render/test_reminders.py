"""Calendars with reminders, as other programs read them."""

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import vobject
from ical.alarm import Action
from ical.calendar_stream import IcsCalendarStream

from tests.factories import a_history, a_site, an_event
from tests.render.rendered import BASE_URL, render_site

TODAY = "2026-09-10"


def _files(*events, today: str = TODAY, **fields) -> dict[str, bytes]:
    return render_site(a_site(*events, today=today, base_url=BASE_URL, **fields))


def _events(raw: bytes) -> dict[str, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(raw)
    assert not calendar.errors
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def _triggers(raw: bytes) -> dict[str, timedelta | None]:
    """Return when the alarm of each event goes off, from its start, by UID."""
    found = {}
    for uid, event in _events(raw).items():
        alarms = event.walk("VALARM")
        assert len(alarms) <= 1
        found[uid] = alarms[0].decoded("TRIGGER") if alarms else None
    return found


def _uid(number: int) -> str:
    return f"ll2-event-{number}@events-archive"


PRECISIONS = {
    0: timedelta(hours=-1), 1: timedelta(hours=-1), 2: timedelta(hours=-1),
    3: timedelta(hours=-6), 4: timedelta(hours=-6), 5: timedelta(hours=-6),
}  # fmt: skip


@pytest.mark.parametrize(("precision", "expected"), PRECISIONS.items())
def test_an_alarm_is_an_hour_before_a_time_or_on_the_evening_before_a_day(
    precision: int, expected: timedelta
) -> None:
    files = _files(an_event(1, "2026-09-30T15:00:00Z", precision=precision))
    for path in ("calendar.reminders.ics", "types/eva.reminders.ics"):
        assert _triggers(files[path]) == {_uid(1): expected}


def test_the_evening_before_is_that_of_the_reader() -> None:
    """A day has no time zone: its start is local midnight, and six hours earlier it is 18:00."""
    files = _files(an_event(1, "2026-09-30T00:00:00Z", precision=5))
    (event,) = _events(files["calendar.reminders.ics"]).values()
    assert event.decoded("DTSTART") == date(2026, 9, 30)
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].params["RELATED"] == "START"


def test_an_alarm_has_all_that_the_standards_require_and_a_stable_id() -> None:
    event = an_event(309, "2026-09-30T15:00:00Z", name="Docking, 2; a\\b")
    renamed = an_event(309, "2026-10-02T00:00:00Z", precision=5, name="Another")
    ids = set()
    for shown in (event, renamed):
        (component,) = _events(_files(shown)["calendar.reminders.ics"]).values()
        (alarm,) = component.walk("VALARM")
        assert alarm["ACTION"] == "DISPLAY"
        assert alarm["DESCRIPTION"] == component["SUMMARY"]
        ids.add(str(alarm["UID"]))
    assert ids == {"ll2-event-309-reminder@events-archive"}


def test_what_is_not_known_to_the_day_has_no_alarm_in_any_calendar() -> None:
    events = [an_event(p, "2026-09-30T00:00:00Z", precision=p) for p in range(6, 17)]
    files = _files(*events)
    assert not [path for path, raw in files.items() if b"VALARM" in raw]
    assert not _events(files["calendar.reminders.ics"])
    assert "calendar-approximate.reminders.ics" not in files


def test_no_calendar_has_alarms_unless_its_address_says_so() -> None:
    files = _files(an_event(1, "2026-09-30T15:00:00Z"), an_event(2, "2020-01-01T00:00:00Z"))
    with_alarms = {path for path, raw in files.items() if b"VALARM" in raw}
    assert with_alarms == {"calendar.reminders.ics", "types/eva.reminders.ics"}


def test_an_event_is_the_same_with_and_without_a_reminder() -> None:
    events = [
        an_event(1, "2026-09-30T15:00:00Z"),
        an_event(2, "2026-10-30T00:00:00Z", precision=5),
        an_event(3, "2026-07-30T15:00:00Z"),
    ]
    files = _files(*events)
    for path in ("calendar", "types/eva"):
        plain, twin = files[f"{path}.ics"], files[f"{path}.reminders.ics"]
        assert _events(plain).keys() == _events(twin).keys()
        start, end = twin.index(b"BEGIN:VEVENT"), b"BEGIN:VALARM"
        lines = twin[start:].split(b"\r\n")
        depth, kept = 0, []
        for line in lines:
            depth += line == end
            kept += [] if depth else [line]
            depth -= line == b"END:VALARM"
        assert b"\r\n".join(kept) == plain[plain.index(b"BEGIN:VEVENT") :]


def test_an_alarm_that_would_have_gone_off_before_today_is_left_out() -> None:
    """Programs may show all that they have missed, when they import a calendar."""
    events = [
        an_event(1, "2026-09-09T23:00:00Z"),
        an_event(2, "2026-09-10T00:30:00Z"),
        an_event(3, "2026-09-10T01:00:00Z"),
        an_event(4, "2026-09-10T00:00:00Z", precision=5),
        an_event(5, "2026-09-11T00:00:00Z", precision=5),
    ]
    triggers = _triggers(_files(*events)["calendar.reminders.ics"])
    assert triggers == {
        _uid(1): None, _uid(2): None, _uid(3): timedelta(hours=-1),
        _uid(4): None, _uid(5): timedelta(hours=-6),
    }  # fmt: skip


def test_a_withdrawn_event_is_shown_as_cancelled_without_an_alarm() -> None:
    history = a_history(withdrawn={1: date(2026, 9, 9)})
    files = _files(an_event(1, "2026-09-30T15:00:00Z"), an_event(2), history=history)
    (event,) = _events(files["calendar.reminders.ics"]).values()
    assert (event["STATUS"], event.walk("VALARM")) == ("CANCELLED", [])


def test_calendars_with_reminders_go_back_as_far_as_the_rolling_calendar() -> None:
    events = [an_event(1, "2026-06-11T00:00:00Z"), an_event(2, "2026-06-12T00:00:00Z")]
    files = _files(*events, an_event(3, "2030-01-01T00:00:00Z"))
    rolling = _events(files["calendar.ics"]).keys()
    assert rolling == {_uid(2), _uid(3)}
    for path in ("calendar.reminders.ics", "types/eva.reminders.ics"):
        assert _events(files[path]).keys() == rolling
    assert len(_events(files["types/eva.ics"])) == 3


def test_home_assistants_parser_and_vobject_read_the_alarms() -> None:
    files = _files(
        an_event(1, "2026-09-30T15:00:00Z"), an_event(2, "2026-10-30T00:00:00Z", precision=5)
    )
    raw = files["calendar.reminders.ics"].decode()
    timed, day = IcsCalendarStream.calendar_from_ics(raw).events
    assert timed.start == datetime(2026, 9, 30, 15, tzinfo=UTC)
    for event, trigger in ((timed, timedelta(hours=-1)), (day, timedelta(hours=-6))):
        (alarm,) = event.alarm
        assert (alarm.action, alarm.trigger) == (Action.DISPLAY, trigger)
    first, second = vobject.readOne(raw).vevent_list
    assert first.valarm.trigger.value == timedelta(hours=-1)
    assert second.valarm.trigger.value == timedelta(hours=-6)


def test_a_calendar_with_reminders_says_so_in_its_name_and_names_its_own_address() -> None:
    raw = _files(an_event(1, "2026-09-30T15:00:00Z"))["types/eva.reminders.ics"]
    calendar = icalendar.Calendar.from_ical(raw)
    assert calendar["NAME"] == "EVA · Spaceflight Events Archive (with reminders)"
    assert calendar["SOURCE"] == f"{BASE_URL}types/eva.reminders.ics"
    assert "the past 90 days and all that are announced, with an alarm" in calendar["DESCRIPTION"]
