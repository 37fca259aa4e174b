"""Charts of events, as shapes and numbers."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from events_archive.model.event import Event
from events_archive.pages.charts import (
    BAR,
    COLUMN,
    FULL,
    MIN_YEARS,
    WEEKS,
    Chart,
    bar_chart,
    month_heatmap,
    type_timeline,
    week_bars,
    year_bars,
    year_overview,
    years_of_type,
)
from tests.factories import DOCKING, EVA, a_site, an_event


def _year_chart(*events: Event, most: int = 0) -> Chart:
    return bar_chart(week_bars(events), WEEKS, most)


def _bars(chart: Chart) -> list[tuple[int, int, int]]:
    """Each bar as (column, bottom, height), from the bottom of the box."""
    paths = "".join(shape.path for mark in chart.marks for shape in mark.shapes)
    bars = re.findall(r"M(\d+) (\d+)v(-?\d+)h(\d+)v(-?\d+)z", paths)
    assert "".join(f"M{a} {b}v{c}h{d}v{e}z" for a, b, c, d, e in bars) == paths
    return sorted((int(x) // COLUMN, FULL - int(y), -int(up)) for x, y, up, _, _ in bars)


def test_a_year_has_fifty_three_weeks_and_a_day_has_one_of_them() -> None:
    days = ("2020-01-07", "2020-01-08", "2020-12-31")
    bars = week_bars(tuple(an_event(n, f"{day}T00:00:00Z") for n, day in enumerate(days)))
    assert [bar.column for bar in bars] == [0, 1, 52]


def test_a_bar_is_as_high_as_its_week_is_busy() -> None:
    events = [an_event(n, "2021-01-01T00:00:00Z") for n in range(4)]
    chart = _year_chart(*events, an_event(9, "2021-01-15T00:00:00Z"))
    assert _bars(chart) == [(0, 0, 100), (2, 0, 25)]


def test_categories_are_stacked() -> None:
    chart = _year_chart(
        an_event(1, "2021-01-01T00:00:00Z", type=EVA),
        an_event(2, "2021-01-02T00:00:00Z", type=DOCKING),
    )
    (mark,) = chart.marks
    assert [shape.category.key for shape in mark.shapes] == ["vehicles", "crew"]
    assert _bars(chart) == [(0, 0, 50), (0, 50, 50)]


def test_a_mark_links_to_its_month_and_has_a_label() -> None:
    events = (an_event(1, "2021-01-01T00:00:00Z"), an_event(2, "2021-01-20T00:00:00Z"))
    (mark,) = _year_chart(*events).marks
    assert (mark.url, mark.label) == ("months/2021-01.html", "January 2021: 2 events")


def test_an_event_not_known_to_the_month_is_not_shown() -> None:
    assert _year_chart(an_event(1, "2021-12-31T00:00:00Z", precision=14)).marks == ()
    assert week_bars((an_event(1, None),)) == []


def test_the_bar_of_a_year_links_to_it() -> None:
    site = a_site(an_event(1, "2019-05-01T00:00:00Z"), an_event(2, "2021-05-01T00:00:00Z"))
    chart, counts, most = years_of_type(site, EVA)
    assert chart.width == MIN_YEARS * COLUMN
    assert [(mark.url, mark.label) for mark in chart.marks] == [
        ("types/eva.html#y2019", "2019: 1 event"),
        ("types/eva.html#y2021", "2021: 1 event"),
    ]
    assert counts == {2019: ("types/eva.html#y2019", 1), 2021: ("types/eva.html#y2021", 1)}
    assert most == 1


def test_lists_of_years_begin_with_the_latest() -> None:
    site = a_site(*[an_event(year, f"{year}-05-01T00:00:00Z") for year in (2019, 2020, 2021)])
    assert [year for year, *_ in year_overview(site)] == [2021, 2020, 2019]
    assert [year for year, *_ in year_bars(site.catalogue.by_year)] == [2021, 2020, 2019]


def test_each_event_of_a_short_timeline_has_its_own_dot() -> None:
    site = a_site(*(an_event(n, f"2021-07-0{n}T00:00:00Z") for n in (1, 2, 3)))
    chart, years = type_timeline(site, EVA)
    assert (chart.height, years) == (3 * COLUMN, range(2021, 2022))
    assert [mark.shapes[0].path for mark in chart.marks] == ["M65 25h0", "M65 15h0", "M65 5h0"]
    assert chart.marks[0].url == "events/event-1.html"


def test_a_long_timeline_has_monthly_bars_that_link_to_their_years() -> None:
    events = (an_event(n, f"2021-{n % 12 + 1:02}-01T00:00:00Z") for n in range(1, 200))
    chart, _ = type_timeline(a_site(*events, list_limit=100), EVA)
    assert [mark.url for mark in chart.marks] == ["types/eva/2021.html"]
    assert len(_bars(chart)) == 12


def test_the_chart_of_a_month_begins_on_its_weekday() -> None:
    # The 1st of July 2021 was a Thursday.
    heatmap = month_heatmap(a_site(), 2021, 7, ())
    assert heatmap.empty_days.startswith("M35 5h0M45 5h0")
    assert heatmap.empty_days.count("h0") == 31


def test_a_day_with_events_is_a_larger_dot_that_links_to_it() -> None:
    events = tuple(an_event(n, "2021-07-04T00:11:00Z") for n in (1, 2))
    heatmap = month_heatmap(a_site(*events), 2021, 7, events)
    (mark,) = heatmap.marks
    assert (mark.url, mark.label) == ("months/2021-07.html#d04", "4 July: 2 events")
    assert (mark.shapes[0].size, mark.shapes[0].path) == (2, "M65 5h0")
    assert heatmap.empty_days.count("h0") == 30


_DAYS = st.lists(st.dates(date(2020, 1, 1), date(2022, 12, 31)), min_size=1, max_size=40)


@given(_DAYS)
def test_bars_are_inside_the_box_and_do_not_overlap(days: list[date]) -> None:
    events = tuple(
        an_event(n, f"{day}T12:00:00Z", type=(EVA, DOCKING)[n % 2]) for n, day in enumerate(days)
    )
    years = {
        year: week_bars(tuple(event for event in events if event.date.year == year))
        for year in range(2020, 2023)
    }
    most = max(len(week.events) for weeks in years.values() for week in weeks)
    for weeks in years.values():
        chart = bar_chart(weeks, WEEKS, most)
        tops: dict[int, int] = {}
        for column, bottom, height in _bars(chart):
            assert 0 <= column * COLUMN + BAR <= chart.width
            assert bottom == tops.get(column, 0)
            tops[column] = bottom + height
            assert height > 0
            assert tops[column] <= FULL
        counted = sum(int(re.search(r": (\d+) ", mark.label)[1]) for mark in chart.marks)
        assert counted == sum(len(week.events) for week in weeks)
