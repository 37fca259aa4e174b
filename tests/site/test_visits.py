"""Visits and stories of missions, as pages show them."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from events_archive.model.event import Event, EventType
from events_archive.output.fingerprints import Fingerprints
from events_archive.pages.plan import plan_site
from events_archive.pages.station_visits import StationVisits, YearChart, station_visits
from events_archive.site.missions import Step, gap
from events_archive.site.site import Site
from tests.factories import a_history, a_launch, a_site, an_event, an_event_date
from tests.render.rendered import no_thumbnails

TYPES = {
    "Docking": 2, "Berthing": 4, "Undocking": 8, "Relocation": 25, "Landing": 9, "Conference": 20,
    "Launch": 24,
}  # fmt: skip
ISS = "international-space-station"
LAUNCH = replace(
    a_launch("a", "Falcon 9 Block 5 | Crew-2"), date=an_event_date("2021-04-23T09:49:00Z")
)


def _event(id: int, name: str, when: str, **fields: Any) -> Event:
    word = name.rsplit(maxsplit=1)[-1]
    type = EventType(id=TYPES.get(word, 3), name=word)
    return an_event(id, when, name=name, type=type, **{"location": "ISS", **fields})


def _events() -> list[Event]:
    return [
        _event(1, "Crew-2 News Conference", "2021-03-01T19:00:00Z", location="Houston"),
        _event(
            2, 'SpaceX Crew-2 "Endeavour" Crew Dragon Docking', "2021-04-24T09:08:00Z",
            launches=(LAUNCH,),
        ),
        _event(3, "US EVA-75", "2021-06-20T11:42:00Z"),
        _event(4, "Crew-2 Relocation", "2021-07-21T10:45:00Z"),
        _event(5, "Crew-2 Undocking", "2021-11-08T19:05:00Z"),
        _event(6, "Crew-2 Landing", "2021-11-09T03:33:00Z", location="Gulf of Mexico"),
        _event(7, "Soyuz MS-19 Docking", "2021-10-05T12:22:00Z"),
        _event(8, "Soyuz MS-21 Docking", "2022-03-18T19:12:00Z"),
        _event(9, "Tianzhou-3 Docking", "2021-09-20T14:08:00Z", location="Tiangong"),
    ]  # fmt: skip


SITE = a_site(*_events(), today="2022-01-15")


def _station(site: Site = SITE) -> StationVisits:
    visits = station_visits(site.visit_index, ISS)
    assert visits
    return visits


# Stories of missions


def test_a_story_has_launch_events_and_spacewalks_in_order_with_the_time_between() -> None:
    story = SITE.stories[1]["SpaceX Crew-2"]
    assert [(step.name, step.gap) for step in story.steps] == [
        ("Launch on Falcon 9 Block 5", ""),
        ("Docking", "23 hours later"),
        ("Relocation", "88 days later"),
        ("Undocking", "110 days later"),
        ("Landing", "8 hours later"),
    ]
    assert [[walk.name for walk in step.spacewalks] for step in story.steps] == [
        [], ["US EVA-75"], [], [], [],
    ]  # fmt: skip
    assert [visit.days for visit in story.visits] == [198]
    assert story.url == "series/spacex-crew-2.html"


def test_a_story_has_the_spacewalks_at_its_station_while_the_craft_certainly_was_there() -> None:
    others = (
        _event(10, "US EVA-73", "2021-04-23T20:00:00Z"),  # before the docking
        _event(11, "US EVA-78", "2021-11-08T22:00:00Z"),  # after the undocking
        _event(12, "US EVA-77", "2021-11-01T00:00:00Z", precision=7),  # some time in the month
        _event(13, "Tiangong EVA-1", "2021-07-04T00:11:00Z", location="Tiangong"),
    )
    story = a_site(*_events(), *others, today="2022-01-15").stories[1]["SpaceX Crew-2"]
    walks = [walk.name for step in story.steps for walk in step.spacewalks]
    assert walks == ["US EVA-75"]


def test_all_events_of_a_mission_have_its_story() -> None:
    by_event, by_name = SITE.stories
    assert [event_id for event_id, story in by_event.items() if story.name == "SpaceX Crew-2"] == [
        1, 2, 4, 5, 6,
    ]  # fmt: skip
    # An arrival alone is a visit whose departure is not recorded.
    assert by_event[7].visits[0].departure is None
    assert 3 not in by_event
    assert set(by_name) == {"SpaceX Crew-2", "Soyuz MS-19", "Soyuz MS-21", "Tianzhou 3"}


def test_a_launch_that_is_late_unclear_or_an_event_itself_is_no_step() -> None:
    def steps(*events: Event) -> list[str]:
        return [step.name for step in a_site(*events).stories[1]["SpaceX Crew-2"].steps]

    docking = _event(2, "Crew-2 Docking", "2021-04-24T09:08:00Z")
    late = replace(LAUNCH, date=an_event_date("2021-04-25T09:49:00Z"))
    undated = replace(LAUNCH, date=an_event_date(None))
    for launches in ((late,), (undated,), (LAUNCH, replace(LAUNCH, id="b"))):
        assert steps(replace(docking, launches=launches)) == ["Docking"]
    own = _event(3, "Crew-2 Launch", "2021-04-23T09:49:00Z", location="Florida")
    assert steps(replace(docking, launches=(LAUNCH,)), own) == ["Launch", "Docking"]
    nameless = replace(LAUNCH, name="")
    assert steps(replace(docking, launches=(nameless,))) == ["Launch", "Docking"]


def test_craft_without_a_mission_have_a_story_for_each_visit() -> None:
    events = [
        _event(1, "Nyx Docking", "2021-01-01T10:00:00Z"),
        _event(2, "Nyx Undocking", "2021-02-01T10:00:00Z"),
        _event(3, "Nyx Docking", "2021-03-01T10:00:00Z"),
        _event(4, "Nyx Undocking", "2021-04-01T10:00:00Z"),
    ]
    by_event, by_name = a_site(*events).stories
    assert [step.id for step in by_event[1].steps] == [1, 2]
    assert by_event[4] is by_event[3]
    assert by_event[4] is not by_event[1]
    assert by_name == {}


@pytest.mark.parametrize(
    ("earlier", "later", "text"),
    [
        (("2021-04-24T09:08:00Z", 1), ("2021-04-24T09:09:00Z", 1), "1 minute later"),
        (("2021-04-24T09:08:00Z", 1), ("2021-04-24T10:38:00Z", 1), "90 minutes later"),
        (("2021-04-24T09:08:00Z", 1), ("2021-04-25T09:08:00Z", 1), "24 hours later"),
        (("2021-04-24T23:08:00Z", 1), ("2021-04-27T01:08:00Z", 1), "3 days later"),
        (("2021-04-24T23:08:00Z", 1), ("2025-02-07T01:08:00Z", 1), "1,385 days later"),
        (("2021-04-24T23:08:00Z", 1), ("2021-04-25T00:00:00Z", 5), "1 day later"),
        (("2021-04-24T23:08:00Z", 1), ("2021-04-24T00:00:00Z", 5), ""),
        (("2021-04-24T23:08:00Z", 1), ("2021-05-31T00:00:00Z", 7), ""),
        (("2021-04-24T23:08:00Z", 1), ("2021-05-31T00:00:00Z", None), ""),
        (("2021-04-24T23:08:00Z", 1), (None, 1), ""),
    ],
)
def test_the_time_between_two_dates_is_as_exact_as_they_are(
    earlier: tuple[str, int], later: tuple[str | None, int | None], text: str
) -> None:
    assert gap(an_event_date(*earlier), an_event_date(*later)) == text


# Who was there


def test_an_event_at_a_station_has_the_craft_that_were_there_that_day() -> None:
    presence = SITE.visit_index.present_at(_events()[2])
    assert presence
    assert [craft.name for craft in presence.certain] == ["SpaceX Crew-2"]
    later = SITE.visit_index.present_at(_event(10, "US EVA-80", "2021-12-20T11:42:00Z"))
    assert later
    assert (later.certain, [craft.name for craft in later.possible]) == ((), ["Soyuz MS-19"])


@pytest.mark.parametrize(
    "event",
    [
        _event(10, "Conference", "2021-06-20T11:42:00Z", location="Houston"),
        _event(10, "US EVA-80", "2022-01-16T11:42:00Z"),
        _event(10, "US EVA-80", "2021-06-30T00:00:00Z", precision=7),
        _event(10, "US EVA-80", "2021-06-30T00:00:00Z", precision=None),
        _event(10, "US EVA-80", "2019-06-30T10:00:00Z"),
    ],
)
def test_elsewhere_and_on_other_days_nothing_is_said_of_a_station(event: Event) -> None:
    assert SITE.visit_index.present_at(event) is None


def test_a_day_of_the_year_has_the_craft_at_each_station_in_each_year() -> None:
    ((year, stations),) = SITE.visit_index.present_on(11, 1)
    assert year == 2021
    assert [(one.station, len(one.certain), len(one.possible)) for one in stations] == [
        ("International Space Station", 1, 1),
        ("Tiangong space station", 0, 1),
    ]
    assert [year for year, _ in SITE.visit_index.present_on(1, 10)] == [2022]
    assert SITE.visit_index.present_on(2, 29) == ()


# The page of a station


def test_a_station_shows_who_is_there_on_the_day_of_the_archive() -> None:
    visits = _station(a_site(*_events(), today="2021-10-20"))
    assert [row.craft for row in visits.certain] == ["SpaceX Crew-2"]
    assert [row.craft for row in visits.possible] == ["Soyuz MS-19"]
    assert [row.craft for row in visits.rows] == ["Soyuz MS-21", "Soyuz MS-19", "SpaceX Crew-2"]
    assert visits.rows[2].times == (
        "2021-04-24T09:08:00Z 2021-04-24T09:09:00Z 2021-11-08T19:05:00Z 2021-11-08T19:06:00Z"
    )
    assert station_visits(SITE.visit_index, "moon") is None


def _chart(year: int, site: Site = SITE) -> YearChart:
    return next(chart for chart in _station(site).charts if chart.year == year)


def test_a_bar_goes_from_arrival_to_departure_and_is_thin_where_the_record_is_open() -> None:
    crew, soyuz = _chart(2021).bars
    assert crew.certain == pytest.approx((31.07, 54.36), abs=0.1)
    assert crew.title == "SpaceX Crew-2: 24 April 2021 – 8 November 2021"
    assert soyuz.certain == pytest.approx((76.03, 0.4), abs=0.1)
    assert soyuz.possible == pytest.approx((76.03, 23.97), abs=0.1)
    assert [chart.year for chart in _station().charts] == [2022, 2021]
    # Beyond the day of the archive nothing is said of a departure that is not recorded.
    soyuz, planned = _chart(2022).bars
    assert (soyuz.certain, soyuz.possible) == (None, pytest.approx((0, 3.84), abs=0.1))
    assert planned.certain == planned.possible == pytest.approx((21.04, 0.4), abs=0.1)


def test_bars_and_their_names_in_one_row_do_not_overlap() -> None:
    events = [
        _event(number, f"{'Very Long Name of a ' * (number % 3)}Craft {number} Docking", when)
        for number in range(1, 40)
        for when in (f"2021-{1 + number % 12:02}-{1 + number % 28:02}T10:00:00Z",)
    ]
    events += [
        replace(event, id=event.id + 100, name=event.name.replace("Docking", "Undocking"),
                type=EventType(id=8, name="Undocking"),
                date=an_event_date(f"2022-{event.date.utc:%m-%d}T10:00:00Z"))
        for event in events[::2] if event.date.utc
    ]  # fmt: skip
    chart = _chart(2021, a_site(*events))
    places: dict[int, list[tuple[float, float]]] = {}
    for bar in chart.bars:
        start, length = bar.possible
        width = len(bar.name) * 1.8
        left = min(start, start + length - width) if bar.is_name_at_end else start
        right = start + length if bar.is_name_at_end else start + max(length, width)
        assert left >= -0.1
        assert right <= 100.1
        assert bar.name == bar.title.split(":")[0] or bar.name.endswith("…")
        places.setdefault(bar.row, []).append((left, right))
    assert set(places) == set(range(chart.rows))
    assert any(bar.is_name_at_end for bar in chart.bars)
    for row in places.values():
        row.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(row))


# Which pages change


def _fingerprints(*events: Event) -> dict[str, str]:
    site = a_site(*events, today="2022-01-15")
    fingerprints = Fingerprints(site, no_thumbnails())
    return {page.path: fingerprints.page(page) for page in plan_site(site)}


def _changed_by(event: Event) -> set[str]:
    before = _fingerprints(*_events())
    others = [other for other in _events() if other.id != event.id]
    after = _fingerprints(*others, event)
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_a_departure_that_moves_changes_the_pages_that_show_the_visit_and_no_others() -> None:
    later = _event(5, "Crew-2 Undocking", "2021-11-10T19:05:00Z", digest="later")
    changed = _changed_by(later)
    assert {f"events/event-{number}.html" for number in (1, 2, 4, 5, 6)} <= changed
    assert "events/event-3.html" not in changed
    days = {path for path in changed if path.startswith("days/")}
    assert days - {"days/index.html"} == {
        "days/11-08.html", "days/11-09.html", "days/11-10.html",
    }  # fmt: skip
    assert {"places/international-space-station.html", "series/spacex-crew-2.html"} <= changed
    assert "places/tiangong-space-station.html" not in changed


def test_a_description_changes_no_page_that_shows_only_the_visit() -> None:
    rewritten = replace(_events()[1], description="Rewritten", digest="rewritten")
    changed = _changed_by(rewritten)
    assert {f"events/event-{number}.html" for number in (4, 5, 6)}.isdisjoint(changed)
    assert {path for path in changed if path.startswith("days/")} == {"days/04-24.html"}
    assert "series/spacex-crew-2.html" in changed  # It lists the event.


def test_a_withdrawn_event_is_part_of_no_visit() -> None:
    site = a_site(
        *_events(), today="2022-01-15", history=a_history(withdrawn={5: date(2022, 1, 1)})
    )
    (visit,) = [visit for visit in site.visits if visit.craft == "SpaceX Crew-2"]
    assert visit.departures == ()
    assert 5 not in site.stories[0]
    assert isinstance(site.stories[0][2].steps[0], Step)
