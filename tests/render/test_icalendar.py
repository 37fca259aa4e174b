"""The syntax of RFC 5545, for any text."""

import re

import icalendar
import vobject
from hypothesis import given
from hypothesis import strategies as st

from events_archive.render.calendars import (
    basic_format,
    content_line,
    text_value,
    uri_value,
)

ANY_TEXT = st.text(st.characters(), max_size=300)
NAMES = st.sampled_from(["SUMMARY", "DESCRIPTION", "X-WR-CALDESC"])


def _unfolded(line: str) -> str:
    return line.replace("\r\n ", "").removesuffix("\r\n")


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def _in_a_calendar(line: str) -> bytes:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        f"DTSTAMP:20260101T000000Z\r\nDTSTART:20260101T000000Z\r\n{line}"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


@given(NAMES, ANY_TEXT)
def test_a_line_is_folded_at_75_octets_between_characters(name: str, text: str) -> None:
    line = content_line(name, text_value(text))
    assert line.endswith("\r\n")
    for piece in line.removesuffix("\r\n").split("\r\n"):
        assert len(piece.encode()) <= 75
        assert "\n" not in piece
        assert "\r" not in piece
    assert _unfolded(line) == f"{name}:{text_value(text)}"


@given(ANY_TEXT)
def test_a_line_is_folded_as_late_as_possible(text: str) -> None:
    *full, _ = content_line("SUMMARY", text_value(text)).removesuffix("\r\n").split("\r\n")
    assert all(len(piece.encode()) > 75 - 4 for piece in full)


@given(ANY_TEXT)
def test_text_is_unescaped_to_itself_without_forbidden_characters(text: str) -> None:
    expected = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    expected = re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "", expected)
    assert _unescaped(text_value(text)) == expected


@given(ANY_TEXT)
def test_only_four_characters_are_escaped(text: str) -> None:
    assert set(re.findall(r"\\(.)", text_value(text))) <= {"\\", ";", ",", "n"}
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]", text_value(text))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_icalendar_reads_any_text(text: str) -> None:
    raw = _in_a_calendar(content_line("SUMMARY", text_value(text)))
    (event,) = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    expected = re.sub("[\u2028\u2029]", "\n", text)
    assert str(event["SUMMARY"]) == expected
    assert event.errors == []


def test_vobject_reads_text() -> None:
    text = "Hatch; open, \\ closed\nمرحبا 🚀 民間ロケット " * 9
    calendar = vobject.readOne(_in_a_calendar(content_line("SUMMARY", text_value(text))).decode())
    assert calendar.vevent.summary.value == text


def test_dates_have_the_format_of_the_standard() -> None:
    assert basic_format("2021-07-04T00:11:00Z") == "20210704T001100Z"
    assert basic_format("2021-07-04") == "20210704"


def test_a_uri_is_not_escaped_and_cannot_start_another_line() -> None:
    url = "https://example.org/a;b,c?d=1&e=%20"
    assert uri_value(url) == url
    assert "\n" not in uri_value("https://example.org/\r\nATTENDEE:mailto:x")


def test_every_character_that_must_be_is_escaped() -> None:
    assert text_value("a;b,c\\d\r\ne:f\"g'") == "a\\;b\\,c\\\\d\\ne:f\"g'"
