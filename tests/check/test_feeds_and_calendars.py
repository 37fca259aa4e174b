"""Which feeds and calendars are valid, and what is reported of those that are not."""

from collections.abc import Callable, Iterator

import pytest

from events_archive.check.feeds_and_calendars import (
    validate_atom,
    validate_calendar,
    validate_json_feed,
    validate_rss,
)

RSS = (
    '<rss version="2.0"><channel><title>T</title><link>https://x/</link>'
    "<description>D</description>{}</channel></rss>"
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title>T</title><updated>2021</updated>{}</feed>'
ENTRY = "<entry><id>{}</id><title>E</title><updated>2021</updated></entry>"
EVENT = "BEGIN:VEVENT\r\nUID:{}\r\nDTSTAMP:2\r\nDTSTART:3\r\nSUMMARY:S\r\nEND:VEVENT\r\n"
ALARM = (
    "BEGIN:VALARM\r\nUID:{}\r\nACTION:DISPLAY\r\nTRIGGER:-PT1H\r\nDESCRIPTION:D\r\nEND:VALARM\r\n"
)
WITH_ALARM = EVENT.replace("END:VEVENT", f"{ALARM}END:VEVENT")
CALENDAR = "BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n"

Validate = Callable[[bytes], Iterator[str]]


@pytest.mark.parametrize(
    ("validate", "content"),
    [
        (validate_rss, RSS.format("<item><guid>1</guid></item><item><guid>2</guid></item>")),
        (validate_atom, ATOM.format(ENTRY.format(1) + ENTRY.format(2))),
        (
            validate_json_feed,
            '{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[]}',
        ),
        (validate_calendar, CALENDAR.format(EVENT.format(1) + EVENT.format(2))),
        (validate_calendar, CALENDAR.format(EVENT.format("a\r\n b"))),
        (validate_calendar, CALENDAR.format(WITH_ALARM.format(1, 2) + WITH_ALARM.format(3, 4))),
    ],
)
def test_a_valid_file_has_no_problem(validate: Validate, content: str) -> None:
    assert list(validate(content.encode())) == []


@pytest.mark.parametrize(
    ("validate", "content", "expected"),
    [
        (validate_rss, "<feed/>", "not RSS"),
        (validate_rss, RSS.format("").replace("<title>T</title>", ""), "no title"),
        (
            validate_rss,
            RSS.format("<item><guid>1</guid></item>" * 2),
            "the id 1 occurs 2 times",
        ),
        (validate_rss, RSS.format("<item/>"), "no id"),
        (validate_atom, "<rss/>", "not an Atom feed"),
        (validate_atom, ATOM.format(ENTRY.format(1) * 2), "the id 1 occurs 2 times"),
        (
            validate_atom,
            ATOM.format("<entry><id>1</id><title>E</title></entry>"),
            "1 has no updated",
        ),
        (validate_json_feed, "{}", "not a JSON Feed"),
        (validate_calendar, CALENDAR.format(EVENT.format(1) * 2), "the id 1 occurs 2 times"),
        (
            validate_calendar,
            CALENDAR.format(EVENT.format(1).replace("DTSTAMP:2\r\n", "")),
            "DTSTAMP",
        ),
        (
            validate_calendar,
            CALENDAR.format(WITH_ALARM.format(1, 2).replace("TRIGGER", "TRIGGERS")),
            "a VALARM has no TRIGGER",
        ),
        (validate_calendar, CALENDAR.format(WITH_ALARM.format(1, 1)), "the id 1 occurs 2 times"),
        (validate_calendar, CALENDAR.format(EVENT.format(1)).replace("\r\n", "\n"), "CR LF"),
        (validate_calendar, CALENDAR.format(EVENT.format("x" * 75)), "75 octets"),
        (validate_calendar, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "not one whole calendar"),
        (validate_calendar, "END:VEVENT\r\n", "closes what is not open"),
        (validate_calendar, CALENDAR.format("END:VCALENDAR\r\n"), "closes what is not open"),
    ],
)
def test_an_invalid_file_has_a_problem_that_is_named(
    validate: Validate, content: str, expected: str
) -> None:
    assert any(expected in problem for problem in validate(content.encode()))


def test_xml_with_a_document_type_is_refused() -> None:
    with pytest.raises(ValueError, match="document type"):
        list(validate_rss(b"<!DOCTYPE rss []>" + RSS.format("").encode()))
