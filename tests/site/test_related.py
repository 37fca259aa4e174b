"""Which events are related, and why."""

from hypothesis import given
from hypothesis import strategies as st

from events_archive.model.event import Event
from events_archive.site.related import MAX_RELATED, find_related
from tests.factories import a_launch, a_program, a_station, an_astronaut, an_event


def _related(*events: Event, series=None) -> dict[int, list[tuple[int, str]]]:
    ordered = tuple(sorted(events, key=lambda event: event.sort_key))
    found = find_related(ordered, series=series or {})
    return {
        id: [(one.id, reason) for reason, others in groups.items() for one in others]
        for id, groups in found.items()
    }


def test_the_same_launch_relates_events_however_far_apart() -> None:
    found = _related(
        an_event(1, "2020-01-01T00:00:00Z", launches=(a_launch(),)),
        an_event(2, "2025-01-01T00:00:00Z", launches=(a_launch(),)),
    )
    assert found == {
        1: [(2, "Same launch: Falcon 9 | Crew-3")],
        2: [(1, "Same launch: Falcon 9 | Crew-3")],
    }


def test_an_astronaut_relates_events() -> None:
    found = _related(
        an_event(1, astronauts=(an_astronaut(),)), an_event(2, astronauts=(an_astronaut(),))
    )
    assert found[1] == [(2, "Also with Ada Example")]


def test_station_and_programme_relate_events_of_the_same_weeks_only() -> None:
    there = {"stations": (a_station(),), "programs": (a_program(),)}
    near = (
        an_event(1, "2021-07-01T00:00:00Z", **there),
        an_event(2, "2021-07-20T00:00:00Z", **there),
    )
    far = an_event(3, "2022-07-20T00:00:00Z", **there)
    found = _related(*near, far)
    assert found[1] == [(2, "Around the same time: International Space Station")]
    assert 3 not in found
    assert _related(near[0], an_event(4, "2021-07-02T00:00:00Z", stations=(a_station(),))) == {}


def test_the_strongest_reason_is_given() -> None:
    shared = {"launches": (a_launch(),), "astronauts": (an_astronaut(),)}
    found = _related(an_event(1, **shared), an_event(2, **shared))
    assert found[1][0][1].startswith("Same launch")


def test_events_of_one_series_are_not_related() -> None:
    one, another = frozenset({"crew-3"}), frozenset({"crew-3", "dockings"})
    events = an_event(1, launches=(a_launch(),)), an_event(2, launches=(a_launch(),))
    assert _related(*events, series={1: one, 2: another}) == {}
    assert set(_related(*events, series={1: one, 2: frozenset({"dockings"})})) == {1, 2}


def test_events_without_a_date_or_anything_in_common_are_not_related() -> None:
    assert _related(an_event(1), an_event(2)) == {}
    undated = an_event(1, None, launches=(a_launch(),)), an_event(2, launches=(a_launch(),))
    assert _related(*undated) == {}


_EVENTS = st.lists(
    st.builds(
        lambda day, launch, person: (day, launch, person),
        st.integers(1, 28),
        st.sampled_from(["a", "b", None]),
        st.sampled_from([1, 2, None]),
    ),
    max_size=25,
)


@given(_EVENTS)
def test_relations_are_mutual_and_few(facts: list[tuple]) -> None:
    events = [
        an_event(
            id,
            f"2021-07-{day:02}T00:00:00Z",
            launches=(a_launch(launch),) if launch else (),
            astronauts=(an_astronaut(person),) if person else (),
        )
        for id, (day, launch, person) in enumerate(facts, start=1)
    ]
    found = _related(*events)
    for id, others in found.items():
        assert len(others) <= MAX_RELATED
        assert len({other for other, _ in others}) == len(others)
        for other, reason in others:
            assert (id, reason) in found[other]
            assert other != id
