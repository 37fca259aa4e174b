"""A month as a grid of days."""

from typing import Any

import pytest

from events_archive.pages.month_grid import MonthGrid, month_grid
from events_archive.pages.plan import plan_site
from tests.factories import a_site, an_event
from tests.published_site import PublishedPage
from tests.render.rendered import render_site

WEEK, MONTH = 6, 7
"""Ids of precisions."""

JULY = (
    an_event(1, "2021-07-01T00:30:00Z"),
    an_event(2, "2021-07-04T00:11:00Z", name="<b>Crew-2</b> docking"),
    an_event(3, "2021-07-04T10:00:00Z"),
    an_event(4, "2021-07-05T00:00:00Z", precision=WEEK),
    an_event(5, "2021-07-31T00:00:00Z", precision=MONTH),
    an_event(6, "2021-07-31T23:59:00Z"),
)


def _ids(grid: MonthGrid) -> list[list[tuple[int, list[int]]]]:
    return [[(day, [event.id for event in events]) for day, events in w] for w in grid.weeks]


def _grids(**settings: Any) -> dict[str, MonthGrid | None]:
    plan = plan_site(a_site(*JULY, **settings))
    return {page.path: page.context["grid"] for page in plan if page.path.startswith("months/")}


def test_each_event_is_on_its_day_in_weeks_from_monday() -> None:
    grid = month_grid(2021, 7, JULY)
    assert grid
    weeks = _ids(grid)
    assert weeks[0] == [(0, []), (0, []), (0, []), (1, [1]), (2, []), (3, []), (4, [2, 3])]
    assert weeks[-1][5:] == [(31, [6]), (0, [])]
    assert [len(week) for week in weeks] == [7] * 5
    assert [event.id for event in grid.coarse] == [4, 5]


@pytest.mark.parametrize(("year", "weeks", "days"), [(2021, 4, 28), (2024, 5, 29), (9999, 4, 28)])
def test_a_february_has_its_days(year: int, weeks: int, days: int) -> None:
    grid = month_grid(year, 2, (an_event(1, f"{year}-02-28T00:00:00Z"),))
    assert grid
    assert len(grid.weeks) == weeks
    numbers = [day for week in grid.weeks for day, _ in week if day]
    assert numbers == list(range(1, days + 1))


def test_a_month_of_which_no_day_is_known_has_no_grid() -> None:
    assert month_grid(2021, 7, JULY[3:5]) is None


def test_of_a_month_on_several_pages_the_first_has_the_grid_of_all_events() -> None:
    grids = _grids(list_limit=4)
    assert grids["months/2021-07.html"] == month_grid(2021, 7, JULY)
    assert grids["months/2021-07/2.html"] is None


def test_the_grid_is_a_table_with_a_caption_and_headers_and_each_event_is_a_link() -> None:
    path = "months/2021-07.html"
    html = render_site(a_site(*JULY), lambda page: page.path == path)[path]
    page = PublishedPage(path=path, html=html)
    assert page.parse_errors == []
    table = page.first("table")
    [caption] = table.findall(".//{*}caption")
    assert caption.text == "The days of July 2021 with their events"
    headers = table.findall(".//{*}th")
    assert [header.attrib for header in headers] == [{"scope": "col"}] * 7
    days = [header.findall(".//{*}abbr")[0].attrib["title"] for header in headers]
    assert (days[0], days[-1]) == ("Monday", "Sunday")
    cells = {
        time.attrib["datetime"]: [
            "".join(link.itertext()).strip() for link in cell.findall(".//{*}a")
        ]
        for cell in table.findall(".//{*}td")
        for time in cell.findall(".//{*}time")
    }
    assert len(cells) == 31
    assert {day: names for day, names in cells.items() if names} == {
        "2021-07-01": ["Event 1"],
        "2021-07-04": ["<b>Crew-2</b> docking", "Event 3"],
        "2021-07-31": ["Event 6"],
    }
    [coarse] = [
        ["".join(item.itertext()) for item in element.findall(".//{*}li")]
        for element in page.elements("ul")
        if element.attrib.get("class") == "coarse"
    ]
    assert coarse == ["Event 4 week of 5 July 2021", "Event 5 July 2021"]
