"""The records of the archive: what is claimed, and what is not."""

import pytest

from events_archive.model.event import Event
from events_archive.pages.superlatives import Superlative, superlatives
from tests.factories import DOCKING, a_site, an_astronaut, an_event
from tests.published_site import PublishedPage
from tests.render.rendered import render_site

MINUTE, DAY, WEEK, MONTH, YEAR = 1, 5, 6, 7, 14
"""Ids of precisions."""


def _records(*events: Event, today: str = "2022-01-01") -> dict[str, Superlative]:
    return {one.title: one for one in superlatives(a_site(*events, today=today)).records}


def _names(record: Superlative) -> list[str]:
    return [holder.name for holder in record.holders]


BUSY = (
    an_event(1, "2021-06-13T23:00:00Z", location=""),
    an_event(2, "2021-06-14T00:00:00Z", type=DOCKING, location="ISS"),
    an_event(3, "2021-06-20T09:00:00Z", type=DOCKING, location="ISS"),
    an_event(4, "2021-06-20T23:59:00Z", type=DOCKING, location="Moon"),
    an_event(5, "2021-07-01T00:00:00Z", type=DOCKING, location="Mars"),
    an_event(6, "2021-07-31T00:00:00Z", type=DOCKING, precision=MONTH, location=""),
)


def test_the_busiest_day_week_and_month_are_those_with_most_events_of_a_known_date() -> None:
    records = _records(*BUSY)
    day, week, month = (records[f"Busiest {noun}"] for noun in ("day", "week", "month"))
    assert (day.figure, _names(day)) == ("2 events", ["20 June 2021"])
    assert day.basis == "Among 5 past events whose day is known"
    assert (week.figure, _names(week)) == ("3 events", ["Week of 14 June 2021"])
    assert (month.figure, _names(month)) == ("4 events", ["June 2021"])
    assert month.basis == "Among 6 past events whose month is known"
    assert [holder.url for holder in day.holders + month.holders] == ["months/2021-06.html"] * 2


def test_announced_and_coarse_events_make_no_busiest_day() -> None:
    coarse = [an_event(n, "2021-06-30T00:00:00Z", precision=MONTH) for n in range(10, 20)]
    announced = [an_event(n, "2022-02-02T10:00:00Z") for n in range(20, 30)]
    records = _records(*BUSY, *coarse, *announced)
    assert _names(records["Busiest day"]) == ["20 June 2021"]
    assert records["Busiest month"].figure == "14 events"
    # A week in two months is in neither.
    weeks = [an_event(n, "2021-06-30T00:00:00Z", precision=WEEK) for n in range(30, 50)]
    assert _records(*BUSY, *weeks)["Busiest month"].figure == "4 events"


def test_what_several_hold_is_shown_with_all_and_what_many_hold_is_no_record() -> None:
    pairs = [an_event(n, f"2021-05-{n // 2 + 1:02}T10:00:00Z") for n in range(12)]
    assert len(_records(*pairs[:10])["Busiest day"].holders) == 5
    assert "Busiest day" not in _records(*pairs)
    assert _records(an_event()) == {}


WALKS = (
    an_event(1, "2021-01-01T10:00:00Z"),
    an_event(2, "2021-03-01T10:00:00Z"),
    an_event(3, "2021-03-11T10:00:00Z"),
    an_event(4, "2022-12-01T10:00:00Z"),
)


def test_the_longest_time_between_spacewalks_is_that_of_two_that_follow_each_other() -> None:
    docking = an_event(9, "2021-02-01T10:00:00Z", type=DOCKING)
    gap = _records(*WALKS, docking)["Longest time between spacewalks"]
    assert gap.figure == "59 days"
    assert [event.id for event in gap.holders[0].events] == [1, 2]
    assert gap.basis == "Among 3 spacewalks whose day is known"


@pytest.mark.parametrize(
    ("text", "precision", "is_claimed"),
    [
        ("2021-02-28T00:00:00Z", MONTH, False),
        ("2021-12-31T00:00:00Z", YEAR, False),
        (None, None, False),
        ("2021-04-30T00:00:00Z", MONTH, True),
        ("2020-12-31T00:00:00Z", MONTH, True),
    ],
)
def test_a_gap_in_which_another_spacewalk_may_have_been_is_not_claimed(
    text: str | None, precision: int | None, is_claimed: bool
) -> None:
    records = _records(*WALKS, an_event(9, text, precision=precision))
    assert ("Longest time between spacewalks" in records) is is_claimed


def test_most_events_of_a_spacecraft_a_person_and_a_place_are_those_of_their_lists() -> None:
    names = ("Docking", "Undocking", "Landing")
    flights = [an_event(n, name=f"Soyuz MS-18 {name}") for n, name in enumerate(names, start=1)]
    crew = [
        an_event(n, name=f"Soyuz MS-19 {name}", astronauts=(an_astronaut(7, "Ada"),))
        for n, name in enumerate(names[:2], start=11)
    ]
    records = _records(*flights, *crew)
    spacecraft = records["Most events of one spacecraft"]
    assert (spacecraft.figure, _names(spacecraft)) == ("3 events", ["Soyuz MS-18"])
    assert spacecraft.holders[0].url == "series/soyuz-ms-18.html"
    assert spacecraft.basis == "Among 2 spacecraft, announced events included"
    assert _names(records["Most events of one person"]) == ["Ada"]
    assert records["Most events at one place"].figure == "5 events"


def _firsts(*events: Event) -> list[tuple[int, str]]:
    found = superlatives(a_site(*events, today="2022-01-01"))
    return [(first.event.id, first.search) for first in found.firsts]


def test_the_first_of_a_type_is_one_that_no_other_can_have_preceded() -> None:
    assert _firsts(*WALKS) == [(1, "explore.html?type=3&ordering=date")]
    assert _firsts(*WALKS, an_event(9, "2021-01-31T00:00:00Z", precision=MONTH)) == []
    assert _firsts(*WALKS, an_event(9, "2021-01-01T00:00:00Z", precision=DAY)) == []
    assert _firsts(*WALKS, an_event(9, None)) == []
    assert _firsts(an_event(1)) == []
    assert _firsts(*(an_event(n, f"2023-01-0{n}T00:00:00Z") for n in (1, 2))) == []


def test_each_figure_says_of_which_day_the_data_are() -> None:
    html = render_site(a_site(*BUSY), lambda page: page.path == "records.html")
    page = PublishedPage(path="records.html", html=html["records.html"])
    assert page.parse_errors == []
    [section] = [one for one in page.elements("ul") if one.attrib.get("class") == "superlatives"]
    for item in section:
        assert "As of 1 January 2022." in "".join(item.itertext())
    assert "past events from 13 June 2021 to 1 July 2021" in page.text


def test_an_empty_archive_has_no_records() -> None:
    found = superlatives(a_site())
    assert (found.records, found.firsts, found.span) == ((), (), None)
    html = render_site(a_site(), lambda page: page.path == "records.html")["records.html"]
    assert b"Nothing stands out yet" in html
