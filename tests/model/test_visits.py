"""Visits: which arrival and departure belong together, and what is known of each day."""

import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from events_archive.model.event import Event, EventType
from events_archive.model.visits import Visit, find_visits
from tests.factories import a_launch, a_station, an_event, an_event_date

TYPES = {
    "Docking": 2, "Berthing": 4, "Capture": 29, "Undocking": 8, "Unberthing": 8, "Release": 13,
    "Relocation": 25, "Landing": 9, "EVA": 3, "Flyby": 23, "Press Event": 20,
}  # fmt: skip
ISS, TIANGONG = a_station(), a_station(18, "Tiangong space station")


def _event(
    name: str, when: str, precision: int | None = 1, *, type: str = "", **fields: Any
) -> Event:
    """Return an event; its type is the last word of its name unless that is given."""
    type = type or name.rsplit(maxsplit=1)[-1].title()
    launches = tuple(
        replace(a_launch(id), date=an_event_date(net)) for id, net in fields.pop("launches", ())
    )
    return an_event(
        fields.pop("id", None) or zlib.crc32(f"{name} {when} {type}".encode()),
        when if "T" in when else f"{when}T12:00:00Z",
        name=name,
        type=EventType(id=TYPES[type], name=type),
        launches=launches,
        precision=precision,
        **{"location": "International Space Station", **fields},
    )


def _summary(visits: Iterable[Visit]) -> list[tuple[str, str, str]]:
    """Return (craft, name of the first event, name of the last one); "" for an open end."""
    return [
        (
            visit.craft,
            visit.arrivals[0].name if visit.arrivals else "",
            visit.departures[-1].name if visit.departures else "",
        )
        for visit in visits
    ]


def _days(visit: Visit) -> tuple[str, str]:
    """Return the first and the last day on which the craft was certainly there."""
    first = visit.arrived.start.date() - timedelta(days=3)
    days = [first + timedelta(days=n) for n in range(1000)]
    certain = [day for day in days if visit.is_certain(day)]
    assert all(visit.is_possible(day) for day in certain)
    return (str(certain[0]), str(certain[-1])) if certain else ("", "")


@pytest.mark.parametrize(
    ("arrival", "departure", "craft"),
    [
        ("SpaceX CRS-21 Dragon Docking", "CRS-21 Dragon Undocking", "SpaceX CRS-21"),
        ("Cargo Dragon CRS-22 docking", "SpaceX CRS-22 Dragon Undocking", "SpaceX CRS-22"),
        ("Soyuz MS-18 Docking", "Soyuz MS-18 Undocking", "Soyuz MS-18"),
        ("Progress MS-09 docking", "Progress MS-9 undocking", "Progress MS-9"),
        ("Cygnus NG-15 berthing", "NG-15 Cygnus Release & Reentry", "Cygnus NG-15"),
        ("NG-20 Cygnus Capture", "NG-20 Cygnus Release", "Cygnus NG-20"),
        ("HTV-9 berthing", "HTV-9 release", "HTV-9"),
        ("HTV-X1 Capture", "HTV-X1 Release", "HTV-X1"),
        (
            'SpaceX Crew-1 "Resilience" Crew Dragon Docking',
            "Crew-1 Crew Dragon Undocking",
            "SpaceX Crew-1",
        ),
        ("Starliner OFT-2 docking", "Boeing Starliner OFT 2 Undocking", "Starliner OFT-2"),
        ("Boeing Starliner CFT Docking", "Starliner CFT Undocking", "Starliner CFT"),
        ("Axiom-1 docking", "SpaceX AX-1 Crew Dragon Undocking", "Axiom Mission 1"),
        ("Progress-M-UM & Prichal Docking", "Progress-M-UM Undocking", "Progress M-UM"),
        ("Crew Dragon docking with ISS", "Crew Dragon undocking from ISS", "Crew Dragon"),
        ("Nyx Docking", "Nyx Undocking", "Nyx"),
    ],
)
def test_an_arrival_and_a_departure_of_one_craft_are_one_visit(
    arrival: str, departure: str, craft: str
) -> None:
    kinds = {"dock": "Docking", "bert": "Berthing", "capt": "Capture", "rele": "Release"}
    kinds |= {"undo": "Undocking"}

    def typed(name: str, when: str) -> Event:
        verb = next(word[:4].lower() for word in name.split() if word[:4].lower() in kinds)
        return _event(name, when, type=kinds[verb])

    (visit,) = find_visits([typed(departure, "2021-06-29"), typed(arrival, "2021-02-22")])
    assert _summary([visit]) == [(craft, arrival, departure)]
    assert visit.days == 127
    assert visit.station.slug == "international-space-station"
    assert _days(visit) == ("2021-02-22", "2021-06-29")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Soyuz MS-18 Docking", {}), ("Soyuz MS-1 Undocking", {})),
        (("CRS-21 Docking", {}), ("NG-21 Cygnus Undocking", {})),
        (("SpaceX CRS-21 Docking", {}), ("Northrop Grumman CRS-21 Undocking", {})),
        (("SpaceX Crew-2 Endeavour Docking", {}), ("Ax-1 Dragon Endeavour Undocking", {})),
        (("Shenzhou 12 Docking", {"location": "ISS"}), (
            "Shenzhou 12 Undocking", {"location": "Tiangong"}
        )),
        (("Crew Dragon Docking", {}), ("Dragon Undocking", {})),
        (("Nyx Docking", {"launches": [("a", "2021-02-20T00:00:00Z")]}), (
            "Nyx Undocking", {"launches": [("b", "2021-02-20T00:00:00Z")]}
        )),
    ],
)  # fmt: skip
def test_what_may_be_two_craft_is_never_paired(
    first: tuple[str, dict], second: tuple[str, dict]
) -> None:
    arrival = _event(first[0], "2021-02-22", **first[1])
    departure = _event(second[0], "2021-04-22", **second[1])
    visits = find_visits([departure, arrival])
    assert sorted(len(visit.events) for visit in visits) == [1, 1]
    assert [visit.days for visit in visits] == [None, None]


@pytest.mark.parametrize(
    "event",
    [
        _event("Chang'e 5 Ascent Stage-Orbiter Docking", "2020-12-03", location="Lunar orbit"),
        _event("Artemis 2 Lunar Flyby", "2026-04-06", location="Moon"),
        _event("Crew-2 Arrival News Conference", "2021-04-24", type="Press Event"),
        _event("Soyuz MS-14 Docking Attempt", "2019-08-24", type="Docking"),
        _event("Soyuz MS-18 Undocking", "2021-04-09", type="Docking"),
        _event("Crew-1 Undocking and Crew-2 Docking", "2021-04-09", type="Docking"),
        _event("MLM Nauka Docking", "2021-07-29"),
        _event("RamSat CubeSat Release", "2021-06-14"),
        _event("Docking", "2021-06-14"),
        _event("Cygnus Arrival Event", "2021-06-14", type="Docking", location="Wallops Island"),
        _event("Soyuz MS-18 Docking", "2021-04-09", stations=(ISS,), location="Tiangong"),
        _event("Soyuz MS-18 Docking", "2021-04-09", stations=(ISS, TIANGONG), location=""),
        _event("Museum Display", "2021-04-09", type="Capture"),
    ],
)
def test_what_is_no_arrival_at_a_station_is_no_visit(event: Event) -> None:
    assert find_visits([event]) == ()


def test_an_event_without_a_date_is_no_visit() -> None:
    event = an_event(1, None, name="Soyuz MS-18 Docking", type=EventType(id=2, name="Docking"))
    assert find_visits([event]) == ()


def test_a_station_is_known_from_the_details_of_the_record() -> None:
    haven = a_station(99, "Haven-1")
    events = [
        _event("Vast-1 Dragon Docking", "2026-05-01", location="", stations=(haven,)),
        _event("Vast-1 Dragon Undocking", "2026-05-15", location="Haven-1"),
    ]
    (visit,) = find_visits(events)
    assert (visit.station.slug, visit.days) == ("haven-1", 14)


# Relocations, and moves in parts


def test_a_relocation_belongs_to_the_visit() -> None:
    events = [
        _event("Soyuz MS-18 Docking", "2021-04-09"),
        _event("Soyuz MS-18 Relocation", "2021-09-28"),
        _event("Soyuz MS-18 Undocking", "2021-10-17"),
    ]
    (visit,) = find_visits(events)
    assert visit.relocations == (events[1],)
    assert visit.days == 191


@pytest.mark.parametrize("hours", [1, 27, 70])
def test_an_undocking_and_a_docking_soon_after_are_a_relocation(hours: int) -> None:
    again = datetime(2021, 10, 20, 23, 42, tzinfo=UTC) + timedelta(hours=hours)
    events = [
        _event("Progress MS-17 Docking", "2021-07-02"),
        _event("Progress MS-17 Undocking", "2021-10-20T23:42:00Z"),
        _event("Progress MS-17 Redocking", again.isoformat(), type="Docking"),
        _event("Progress MS-17 Undocking", "2021-11-25"),
    ]
    (visit,) = find_visits(events)
    assert visit.events == (events[0], events[1], events[2], events[3])
    assert (visit.arrivals, visit.departures) == ((events[0],), (events[3],))


def test_a_craft_that_comes_back_after_weeks_is_on_another_visit() -> None:
    events = [
        _event("Tianzhou-5 Docking", "2022-11-12", location="Tiangong"),
        _event("Tianzhou-5 Undocking", "2023-05-05", location="Tiangong"),
        _event("Tianzhou-5 Docking", "2023-06-05", location="Tiangong"),
        _event("Tianzhou-5 Undocking", "2023-09-11", location="Tiangong"),
    ]
    assert [visit.days for visit in find_visits(events)] == [174, 98]


def test_one_name_that_departs_and_arrives_may_be_two_craft() -> None:
    events = [
        _event("Crew Dragon Undocking", "2021-05-01T12:00:00Z"),
        _event("Crew Dragon Docking", "2021-05-02T12:00:00Z"),
    ]
    assert [len(visit.events) for visit in find_visits(events)] == [1, 1]


def test_capture_and_berthing_are_one_arrival_unberthing_and_release_one_departure() -> None:
    events = [
        _event("HTV-X1 Capture", "2025-10-29T15:58:00Z"),
        _event("HTV-X1 Berthing", "2025-10-30T11:10:00Z"),
        _event("HTV-X1 Unberthing", "2026-03-06T09:00:00Z"),
        _event("HTV-X1 Release", "2026-03-06T17:00:00Z"),
    ]
    (visit,) = find_visits(events)
    assert (visit.arrivals, visit.departures) == (tuple(events[:2]), tuple(events[2:]))
    assert visit.arrived.start == events[0].date.utc
    assert visit.departed.start == events[3].date.utc
    unnamed = [_event("Cygnus Capture", "2025-10-29"), _event("Cygnus Berthing", "2025-10-29")]
    assert len(find_visits(unnamed)) == 1


# Two craft of one name


def test_two_craft_of_one_name_are_told_apart_by_their_launches() -> None:
    one, other = [("a", "2021-02-20T00:00:00Z")], [("b", "2021-03-20T00:00:00Z")]
    events = [
        _event("Dragon Docking", "2021-02-22", launches=one),
        _event("Dragon Docking", "2021-03-22", launches=other),
        _event("Dragon Undocking", "2021-04-22", launches=other),
        _event("Dragon Undocking", "2021-05-22", launches=one),
    ]
    assert [visit.days for visit in find_visits(events)] == [89, 31]


def test_two_craft_of_one_name_without_launches_are_not_paired() -> None:
    events = [
        _event("Dragon Docking", "2021-02-22"),
        _event("Dragon Docking", "2021-03-22"),
        _event("Dragon Undocking", "2021-04-22"),
    ]
    assert [visit.days for visit in find_visits(events)] == [None, None, None]


def test_a_departure_that_names_the_craft_only_is_found_by_its_launch() -> None:
    launches = [("a", "2021-11-24T00:00:00Z")]
    events = [
        _event("Progress MS-16 Docking", "2021-11-26", launches=launches),
        _event("Cargo Ship Undocking", "2021-12-22", launches=launches),
    ]
    assert [visit.days for visit in find_visits(events)] == [26]


# Open ends


def test_an_arrival_without_a_departure_is_certain_for_one_day_only() -> None:
    (visit,) = find_visits([_event("Soyuz MS-19 Docking", "2021-10-05")])
    assert _days(visit) == ("2021-10-05", "2021-10-05")
    assert not visit.is_possible(date(2021, 10, 4))
    assert visit.is_possible(date(2022, 3, 1))
    assert not visit.is_possible(date(2023, 1, 1))


def test_a_relocation_proves_that_the_craft_was_still_there() -> None:
    events = [
        _event("Crew-3 Crew Dragon Docking", "2021-11-11"),
        _event("Crew-3 Relocation", "2021-11-21"),
    ]
    (visit,) = find_visits(events)
    assert _days(visit) == ("2021-11-11", "2021-11-21")
    (alone,) = find_visits(events[1:])
    assert _days(alone) == ("2021-11-21", "2021-11-21")


def test_a_launch_limits_an_arrival_that_is_not_recorded() -> None:
    launches = [("a", "2021-04-23T09:49:00Z")]
    (visit,) = find_visits([_event("Crew-2 Undocking", "2021-11-08", launches=launches)])
    assert _days(visit) == ("2021-04-30", "2021-11-08")
    assert visit.is_possible(date(2021, 4, 24))
    assert not visit.is_possible(date(2021, 4, 22))
    for net in ("2019-04-23T09:49:00Z", "2021-11-23T09:49:00Z", None):
        (visit,) = find_visits([_event("Crew-2 Undocking", "2021-11-08", launches=[("a", net)])])
        assert visit.launch is None
        assert _days(visit) == ("2021-11-08", "2021-11-08")


def test_a_landing_limits_a_departure_that_is_not_recorded() -> None:
    events = [
        _event("Shenzhou 12 Docking", "2021-06-17", location="Tiangong"),
        _event("Shenzhou 12 Landing", "2021-09-17", location="Dongfeng"),
        _event("Shenzhou 12 Landing", "2031-09-17", location="Dongfeng"),
        _event("Shenzhou 13 Landing", "2021-08-17", location="Dongfeng"),
    ]
    (visit,) = find_visits(events)
    assert visit.landing == events[1]
    assert _days(visit) == ("2021-06-17", "2021-09-13")
    assert visit.is_possible(date(2021, 9, 17))
    assert not visit.is_possible(date(2021, 9, 18))
    assert visit.days is None


def test_other_arrivals_and_departures_of_the_craft_limit_an_open_end() -> None:
    events = [
        _event("Tianzhou-5 Docking", "2022-11-12", location="Tiangong"),
        _event("Tianzhou-5 Docking", "2023-06-05", location="Tiangong"),
        _event("Tianzhou-5 Undocking", "2023-09-11", location="Tiangong"),
        _event("Tianzhou-5 Undocking", "2023-11-11", location="Tiangong"),
    ]
    first, second, third = find_visits(events)
    assert [visit.days for visit in (first, second, third)] == [None, 98, None]
    assert first.is_possible(date(2023, 6, 5))
    assert not first.is_possible(date(2023, 6, 6))
    assert third.is_possible(date(2023, 9, 11))
    assert not third.is_possible(date(2023, 9, 10))


def test_no_visit_is_longer_than_any_was() -> None:
    events = [
        _event("Soyuz MS-18 Docking", "2021-04-09"),
        _event("Soyuz MS-18 Undocking", "2022-06-09"),
    ]
    assert [len(visit.events) for visit in find_visits(events)] == [1, 1]


# Dates


def test_a_visit_crosses_years() -> None:
    events = [
        _event("NG-14 Cygnus Berthing", "2020-10-05"),
        _event("NG-14 Cygnus Release", "2021-01-06"),
    ]
    (visit,) = find_visits(events)
    assert visit.days == 93
    assert _days(visit) == ("2020-10-05", "2021-01-06")


def test_a_coarse_date_makes_no_day_certain() -> None:
    events = [
        _event("Soyuz MS-19 Docking", "2021-10-05"),
        _event("Soyuz MS-19 Undocking", "2022-03-31T00:00:00Z", precision=7),
    ]
    (visit,) = find_visits(events)
    assert visit.days is None
    assert _days(visit) == ("2021-10-05", "2022-03-01")
    assert visit.is_possible(date(2022, 3, 31))
    assert not visit.is_possible(date(2022, 4, 1))


def test_midnight_without_a_precision_is_a_placeholder_for_a_day_of_the_month() -> None:
    events = [
        _event("CRS-24 Dragon Docking", "2021-12-22T09:30:00Z", precision=None),
        _event("CRS-24 Dragon Undocking", "2022-01-31T00:00:00Z", precision=None),
    ]
    (visit,) = find_visits(events)
    assert visit.days is None
    assert _days(visit) == ("2021-12-22", "2022-01-01")  # It left on the 23rd.


def test_a_departure_in_the_month_of_the_arrival_is_paired() -> None:
    events = [
        _event("Soyuz MS-20 Docking", "2021-12-08"),
        _event("Soyuz MS-20 Undocking", "2021-12-31T00:00:00Z", precision=7),
    ]
    (visit,) = find_visits(events)
    assert _days(visit) == ("2021-12-08", "2021-12-08")


def test_coarse_dates_that_leave_the_order_open_pair_nothing() -> None:
    events = [
        _event("Tianzhou-5 Docking", "2022-11-12", location="Tiangong"),
        _event("Tianzhou-5 Undocking", "2023-06-30T00:00:00Z", location="Tiangong", precision=7),
        _event("Tianzhou-5 Docking", "2023-06-05", location="Tiangong"),
        _event("Tianzhou-5 Undocking", "2023-09-11", location="Tiangong"),
    ]
    assert [len(visit.events) for visit in find_visits(events)] == [1, 1, 1, 1]


# Properties

LETTERS = {
    "Soyuz MS-{}": ("Docking", "Undocking"),
    "SpaceX CRS-{} Dragon": ("Docking", "Undocking"),
    "NG-{} Cygnus": ("Berthing", "Release"),
    "HTV-X{}": ("Capture", "Release"),
}


class TrueVisit(NamedTuple):
    """What happened, and what of it is recorded."""

    arrival: datetime
    departure: datetime
    records: list[Event]
    has_two_departures: bool
    """Whether it moved to another port, of which the record has an undocking and a docking."""


def _true_visits(random: Random) -> list[TrueVisit]:
    """Draw visits, of which records are missing and dates are coarse."""
    visits, ids = [], iter(range(1, 1000))
    for number in range(random.randint(1, 6)):
        pattern = random.choice(list(LETTERS))
        craft, (arriving, departing) = pattern.format(number + 1), LETTERS[pattern]
        launch = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=random.randrange(2 * 525600))
        arrival = launch + timedelta(hours=random.uniform(4, 100))
        departure = arrival + timedelta(days=random.choice([0.5, 2, 10, 180, 390]))
        moves = [(arriving, arrival), (departing, departure)]
        moves.append(("Landing", departure + timedelta(hours=random.uniform(3, 60))))
        moves = [move for move in moves if random.random() < 0.75]
        moved = arrival + (departure - arrival) * random.random()
        has_two = random.random() < 0.3 and departure - moved > timedelta(hours=2)
        if random.random() < 0.3:
            moves.append(("Relocation", moved))
        if has_two:
            moves += [("Undocking", moved), ("Docking", moved + timedelta(hours=1))]
        launches = [(f"launch-{number}", launch.isoformat())] * random.randint(0, 1)
        records = [
            _event(
                f"{craft} {type}", *_recorded(random, when), type=type, id=next(ids),
                launches=[] if random.random() < 0.3 else launches,
            )
            for type, when in moves
        ]  # fmt: skip
        visits.append(TrueVisit(arrival, departure, records, has_two))
    return visits


def _recorded(random: Random, when: datetime) -> tuple[str, int | None]:
    """Return a date-time and a precision as LL2 may record ``when``."""
    last_day = (when.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return random.choices(
        [
            (when.isoformat(), random.choice([1, None])),
            (f"{when.date()}T00:00:00Z", 5),
            (f"{last_day.date()}T00:00:00Z", random.choice([7, None])),
        ],
        (8, 1, 1),
    )[0]


@given(st.builds(Random, st.integers()))
def test_what_is_certain_is_true_and_what_is_true_is_possible(random: Random) -> None:
    truth = _true_visits(random)
    visits = find_visits([event for one in truth for event in one.records])
    for one in truth:
        of_craft = [visit for visit in visits if set(visit.events) & set(one.records)]
        first, last = one.arrival.date(), one.departure.date()
        days = {
            end + timedelta(days=n) for end in (first, last) for n in (-35, -5, -1, 0, 1, 5, 35)
        }
        for day in days | {first + random.random() * (last - first) for _ in range(9)}:
            if any(visit.is_certain(day) for visit in of_craft):
                assert first <= day <= last
            # Of two departures the record may have lost the last.
            if of_craft and first <= day <= last and not one.has_two_departures:
                assert any(visit.is_possible(day) for visit in of_craft)


@given(st.builds(Random, st.integers()))
def test_neither_the_order_of_the_records_nor_other_craft_change_a_visit(random: Random) -> None:
    truth = _true_visits(random)
    events = [event for one in truth for event in one.records]
    visits = find_visits(events)
    random.shuffle(events)
    assert find_visits(events) == visits
    alone = [visit for one in truth for visit in find_visits(one.records)]
    assert sorted(alone, key=str) == sorted(visits, key=str)


@given(st.builds(Random, st.integers()))
def test_each_arrival_and_departure_is_in_one_visit(random: Random) -> None:
    events = [event for one in _true_visits(random) for event in one.records]
    shown = [event.id for visit in find_visits(events) for event in visit.events]
    assert len(shown) == len(set(shown))
    assert {
        event.id for event in events if event.type.name not in ("Relocation", "Landing")
    } <= set(shown)
    for visit in find_visits(events):
        assert visit.arrived.start < visit.arrived.end
        assert visit.departed.start < visit.departed.end
        assert visit.days is None or visit.days >= 0
