"""What is upcoming: its page, and its place in other lists."""

import pytest

from events_archive.pages.plan import plan_site
from events_archive.pages.redirects import is_permanent_list
from events_archive.site.page import Page
from events_archive.site.site import Site
from tests.factories import EVA, a_site, an_event

YEAR, MONTH, DECADE = 14, 7, 16
"""Ids of precisions."""

EVENTS = (
    an_event(1, "2019-05-01T00:00:00Z"),
    an_event(2, "2021-06-29T10:00:00Z"),
    an_event(3, "2021-06-30T10:00:00Z"),
    an_event(4, "2021-07-30T10:00:00Z"),
    an_event(5, "2021-07-31T00:00:00Z", precision=MONTH),
    an_event(6, "2021-12-31T00:00:00Z", precision=YEAR),
    an_event(7, "2023-01-01T00:00:00Z"),
    an_event(8, "2020-01-01T00:00:00Z", precision=DECADE),
    an_event(9, None),
)
TODAY = "2021-06-30"

Sections = list[tuple[str, list[int]]]


def _plan(site: Site) -> dict[str, Page]:
    return {page.path: page for page in plan_site(site)}


def _sections(page: Page) -> Sections:
    sections = page.context["event_list"].sections
    return [(section.title, [event.id for event in section.events]) for section in sections]


def test_upcoming_events_are_listed_by_month_and_those_of_no_known_day_come_last() -> None:
    page = _plan(a_site(*EVENTS, today=TODAY))["upcoming.html"]
    assert _sections(page) == [
        ("June 2021", [3]),
        ("July 2021", [4]),
        ("January 2023", [7]),
        ("Day not known yet", [5, 6, 8, 9]),
    ]


def test_a_long_list_of_upcoming_events_is_split_and_its_pages_stay() -> None:
    plan = _plan(a_site(*EVENTS, today=TODAY, list_limit=3))
    assert _sections(plan["upcoming/2.html"]) == [("Day not known yet", [5, 6, 8])]
    assert is_permanent_list(plan["upcoming/2.html"])


@pytest.mark.parametrize("path", ["types/eva.html", "places/tiangong-space-station.html"])
def test_a_list_begins_with_the_next_event_and_ends_with_unknown_dates(path: str) -> None:
    assert _sections(_plan(a_site(*EVENTS, today=TODAY))[path]) == [
        ("Upcoming", [3, 4, 5, 6, 7]),
        ("2021", [2]),
        ("2019", [1]),
        ("Date unknown", [8, 9]),
    ]


def test_a_list_split_by_year_begins_with_what_is_next_and_what_was_last() -> None:
    plan = _plan(a_site(*EVENTS, today=TODAY, list_limit=6))
    overview = plan["types/eva.html"]
    assert _sections(overview) == [("Upcoming", [3, 4, 5, 6, 7]), ("Latest", [2, 1])]
    links = [link.label for link in overview.context["event_list"].pages]
    assert links == ["2023", "2021", "2019", "Date unknown"]
    assert _sections(plan["types/eva/undated.html"]) == [("Date unknown", [8, 9])]
    assert _sections(plan["types/eva/2021.html"]) == [("Upcoming", [3, 4, 5, 6]), ("June", [2])]


def test_the_year_of_a_list_leads_to_the_years_before_and_after_it() -> None:
    plan = _plan(a_site(*EVENTS, today=TODAY, list_limit=6))
    before, after = plan["types/eva/2021.html"].context["neighbours"]
    assert (before.url, after.url) == ("types/eva/2019.html", "types/eva/2023.html")
    before, after = plan["types/eva/2023.html"].context["neighbours"]
    assert (before.label, after) == ("2021", None)


def test_each_part_of_a_list_leads_to_the_parts_or_lists_before_and_after_it() -> None:
    days = [an_event(n, f"2021-06-{n:02}T00:00:00Z") for n in range(1, 8)]
    plan = _plan(a_site(*days, an_event(8, "2021-07-01T00:00:00Z"), today=TODAY, list_limit=3))
    labels = [
        [link.label if link else None for link in plan[path].context["neighbours"]]
        for path in ("months/2021-06.html", "months/2021-06/2.html", "months/2021-06/3.html")
    ]
    assert labels == [[None, "Part 2"], ["Part 1", "Part 3"], ["Part 2", "July 2021"]]


def test_each_year_of_a_list_has_one_anchor() -> None:
    site = a_site(*EVENTS, today=TODAY)
    sections = _plan(site)[site.urls.type(EVA)].context["event_list"].sections
    assert [section.anchor for section in sections] == ["upcoming", "y2021", "y2019", "undated"]
    assert dict(sections[0].anchors) == {7: "y2023"}
