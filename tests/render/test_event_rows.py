"""Rows of lists say what the headings above them do not."""

import re
from functools import cache

import pytest

from events_archive.render.renderer import row_date
from tests.date_precisions import TABLE
from tests.factories import DOCKING, a_site, an_event, an_event_date
from tests.published_site import XHTML, PublishedPage
from tests.render.rendered import render_site

EVENTS = (
    an_event(1, "2021-07-04T00:11:00Z", location="ISS"),
    an_event(2, "2021-07-31T00:00:00Z", location="Moon", type=DOCKING, precision=7),
    an_event(3, "2021-08-04T00:00:00Z", location="", type=DOCKING, precision=4),
)


@cache
def _pages() -> dict[str, bytes]:
    return render_site(a_site(*EVENTS), lambda page: "event_list" in page.context)


def _rows(path: str) -> list[str]:
    page = PublishedPage(path, _pages()[path])
    rows = (row for row in page.elements("li") if row.find(XHTML + "div") is not None)
    return [re.sub(r"\s+", " ", "".join(row.itertext())).strip() for row in rows]


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("months/2021-07.html", [
            "Event 1 4 00:11 UTC EVA International Space Station",
            "Event 2 day unknown DockingMoon",
        ]),
        ("types/docking.html", ["Event 3 4 Aug local afternoon", "Event 2 July 2021 Moon"]),
        ("places/moon.html", ["Event 2 July 2021 Docking"]),
        ("places/international-space-station.html", ["Event 1 4 Jul 00:11 UTC EVA"]),
        ("days/07-04.html", ["Event 1 00:11 UTC EVA International Space Station"]),
    ],
)  # fmt: skip
def test_a_row_leaves_out_what_the_headings_say(path: str, rows: list[str]) -> None:
    assert [row.replace(" ", "") for row in _rows(path)] == [row.replace(" ", "") for row in rows]


OF_ALL = ("Calendar of all events", "calendar.ics"), ("Feed of all events", "feed.rss")
OF_2021 = ("Calendar of 2021", "years/2021.ics"), ("Feed of all events", "feed.rss")
OF_DAYS = ("Calendar of anniversaries", "anniversaries.ics"), ("Feed of anniversaries", "days.rss")


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("types/eva.html", (("Calendar", "types/eva.ics"), ("Feed", "types/eva.rss"))),
        ("years/2021.html", OF_2021),
        ("months/2021-07.html", OF_2021),
        ("places/moon.html", OF_ALL),
        ("days/07-04.html", OF_DAYS),
        ("upcoming.html", OF_ALL),
    ],
)
def test_below_its_heading_a_list_says_where_to_subscribe(
    path: str, links: tuple[tuple[str, str], ...]
) -> None:
    page = PublishedPage(path, _pages()[path])
    (line,) = (p for p in page.elements("p") if p.attrib.get("class") == "subscribe-line")
    shown = ((a.text, a.attrib["href"].removeprefix("../")) for a in line.iter(XHTML + "a"))
    assert tuple(shown) == links


def test_on_the_web_the_calendar_of_a_list_is_subscribed_to_and_not_imported() -> None:
    site = a_site(*EVENTS, base_url="https://example.org/archive/")
    pages = render_site(site, lambda page: page.path == "types/eva.html")
    assert b'href="webcal://example.org/archive/types/eva.ics"' in pages["types/eva.html"]


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_without_a_heading_that_states_a_part_of_it_a_row_has_the_whole_date(row) -> None:
    date = an_event_date(row.date, row.precision)
    shown = " ".join(filter(None, row_date(date, "")))
    if not date.day:
        assert shown == date.display
    else:
        assert shown.split()[:3] == [str(date.day.day), date.day.strftime("%b"), str(date.day.year)]
