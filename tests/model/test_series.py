"""Series of events, recognised by their names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.model.catalogue import with_neighbours
from events_archive.model.event import Event, EventType
from events_archive.model.series import Series, find_series, memberships
from tests.factories import DOCKING, EVA, an_event


def _named(*names: str, type: EventType = EVA) -> list[Event]:
    return [
        an_event(number, f"2021-07-{number:02}T00:00:00Z", name=name, type=type)
        for number, name in enumerate(names, start=1)
    ]


def _series(name: str, events: list[Event]) -> Series | None:
    return next((series for series in find_series(events) if series.name == name), None)


@pytest.mark.parametrize(
    ("name", "series", "number"),
    [
        ("US EVA-76", "US EVA", 76),
        ("Russian EVA-47", "Russian EVA", 47),
        ("Tiangong EVA-1", "Tiangong EVA", 1),
        ("CSS EVA-2", "Tiangong EVA", 2),
        ("NASA Mars 2020 Ingenuity Eighth Flight", "Ingenuity flights", 8),
        ("NASA Mars 2020 Ingenuity 14th Flight", "Ingenuity flights", 14),
        ("NASA Mars 2020 Ingenuity Flight 33", "Ingenuity flights", 33),
        ("ISS Expedition 64-65 Change of Command Ceremony", "ISS changes of command", 64),
    ],
)
def test_a_running_number_makes_a_counted_series(name: str, series: str, number: int) -> None:
    assert list(memberships(name, EVA.id)) == [(series, number)]


@pytest.mark.parametrize(
    "name",
    [
        "US EVA-76 Post-EVA Briefing",
        "NASA Mars 2020 Ingenuity Pre-Flight Press Conference",
        "MOMO Flight 7 Press Conference",
        "US EVA-99999",
        "FAA SpaceX Starship at Boca Chica Virtual Public Hearing #2",
        "Total Solar Eclipse",
        "",
    ],
)
def test_a_name_that_only_resembles_a_series_is_in_none(name: str) -> None:
    assert list(memberships(name, EVA.id)) == []


@pytest.mark.parametrize(
    ("name", "mission"),
    [
        ("Progress MS-17 Docking", "Progress MS-17"),
        ("Tianzhou-3 Docking", "Tianzhou 3"),
        ('SpaceX Crew-1 "Resilience" Crew Dragon Docking', "SpaceX Crew-1"),
        ("Crew-3 Crew Dragon Relocation", "SpaceX Crew-3"),
        ("CRS-21 Dragon Docking", "SpaceX CRS-21"),
        ("NG-15 Cygnus Release & Reentry", "Cygnus NG-15"),
        ("Cygnus NG-15 Berthing", "Cygnus NG-15"),
        ("Dragon CRS-2 SpX-21 Docking", "SpaceX CRS-21"),
        ("SpaceX AX-1 Crew Dragon Undocking", "Axiom Mission 1"),
        ("Boeing Starliner OFT 2 Docking", "Starliner OFT-2"),
        ("Boeing Starliner CFT Docking", "Starliner CFT"),
        ("SpX-DM2 Docking", "SpaceX Demo-2"),
        ("HTV9 Release", "HTV-9"),
        ("SpaceX Crew\N{NON-BREAKING HYPHEN}2 Undocking", "SpaceX Crew-2"),
        ("Starship SN9 2nd Static Fire", "Starship SN9"),
        ("JUICE Earth Flyby", "Juice"),
    ],
)
def test_all_events_of_a_spacecraft_are_its_mission(name: str, mission: str) -> None:
    assert (mission, None) in memberships(name, EVA.id)


def test_a_number_is_not_taken_for_one_that_begins_with_it() -> None:
    assert list(memberships("Soyuz MS-2 Relocation", 25)) == [("Soyuz MS-2", None)]
    assert ("Soyuz MS-20", None) in memberships("Soyuz MS-20 Relocation", 25)


def test_a_counted_series_is_in_the_order_of_its_numbers() -> None:
    events = _named("US EVA-76", "US EVA-74", "US EVA-75")
    series = _series("US EVA", events)
    assert series
    assert [event.name for event in series.events] == ["US EVA-74", "US EVA-75", "US EVA-76"]
    first, second, third = series.events
    assert list(with_neighbours(series.events)) == [
        (first, None, second),
        (second, first, third),
        (third, second, None),
    ]


def test_a_mission_is_in_the_order_of_time() -> None:
    events = _named("Progress MS-17 Docking", "US EVA-1", "Progress MS-17 Undocking")
    series = _series("Progress MS-17", events)
    assert series
    assert [event.id for event in series.events] == [1, 3]


def test_two_events_with_the_same_number_are_left_out() -> None:
    series = _series("US EVA", _named("US EVA-74", "US EVA-75", "US EVA-75", "US EVA-76"))
    assert series
    assert [event.id for event in series.events] == [1, 4]


def test_a_single_event_is_no_series() -> None:
    assert find_series(_named("US EVA-74", "Progress MS-17 Docking")) == ()


def test_dockings_of_one_kind_of_spacecraft_are_a_counted_series() -> None:
    events = _named("Progress MS-18 Docking", "Progress MS-17 Docking", type=DOCKING)
    series = _series("Progress MS dockings", events)
    assert series
    assert [event.id for event in series.events] == [2, 1]


_NAMES = st.lists(
    st.one_of(
        st.integers(0, 5).map(lambda n: f"US EVA-{n}"),
        st.integers(1, 4).map(lambda n: f"Progress MS-{n} Docking"),
        st.text(max_size=20),
    ),
    max_size=12,
)


@given(_NAMES)
def test_the_event_after_another_has_it_before(names: list[str]) -> None:
    for series in find_series(_named(*names, type=DOCKING)):
        assert len({event.id for event in series.events}) == len(series.events) > 1
        neighbours = {
            event.id: (before, after) for event, before, after in with_neighbours(series.events)
        }
        assert list(neighbours) == [event.id for event in series.events]
        for event in series.events:
            _, after = neighbours[event.id]
            assert after is None or neighbours[after.id][0] is event
