"""The catalogue: order of events, groups and neighbours."""

from datetime import UTC, date, datetime

from events_archive.model.catalogue import Catalogue
from events_archive.model.event import EventType
from tests.factories import DOCKING, EVA, a_catalogue, an_event, an_image


def test_events_are_in_order_of_time_and_ties_in_order_of_id() -> None:
    later = an_event(1, "2021-08-01T00:00:00Z")
    second, first = an_event(9), an_event(3)
    assert a_catalogue(later, second, first).events == (first, second, later)


def test_an_event_known_to_the_month_follows_all_days_of_that_month() -> None:
    some_day = an_event(1, "2021-07-31T00:00:00Z", precision=7)
    last_day = an_event(2, "2021-07-31T23:59:00Z")
    august = an_event(3, "2021-08-01T00:00:00Z", precision=0)
    assert a_catalogue(august, some_day, last_day).events == (last_day, some_day, august)


def test_an_event_without_a_date_comes_last_and_is_never_past() -> None:
    undated = an_event(1, None)
    catalogue = a_catalogue(undated, an_event(2))
    assert catalogue.events[-1] is undated
    assert catalogue.upcoming == (undated,)
    assert catalogue.undated == (undated,)


def test_an_event_of_today_is_upcoming() -> None:
    today = an_event(1, "2022-01-01T03:00:00Z")
    yesterday = an_event(2, "2021-12-31T23:59:00Z")
    catalogue = a_catalogue(today, yesterday, today="2022-01-01")
    assert catalogue.upcoming == (today,)
    assert catalogue.past == (yesterday,)


def test_an_event_of_this_month_is_upcoming_until_the_month_is_over() -> None:
    some_day = an_event(1, "2021-07-31T00:00:00Z", precision=7)
    assert a_catalogue(some_day, today="2021-07-31").upcoming == (some_day,)
    assert a_catalogue(some_day, today="2021-08-01").past == (some_day,)


def test_a_type_has_the_name_of_the_event_updated_last() -> None:
    old = an_event(1, type=EventType(id=8, name="Undocking"), last_updated=None)
    updated = datetime(2025, 1, 1, tzinfo=UTC)
    new = an_event(2, type=EventType(id=8, name="Spacecraft Undocking"), last_updated=updated)
    assert [type.name for type in a_catalogue(new, old).types] == ["Spacecraft Undocking"]


def test_neighbours_are_in_order_of_time() -> None:
    first, second, third = (an_event(n, f"2021-07-0{n}T00:00:00Z") for n in (1, 2, 3))
    catalogue = a_catalogue(third, first, second)
    assert catalogue.neighbours == {1: (None, second), 2: (first, third), 3: (second, None)}


def test_others_of_a_type_are_the_nearest_ones_without_the_event_itself() -> None:
    evas = [an_event(n, f"2021-07-{n:02}T00:00:00Z") for n in range(1, 21)]
    docking = an_event(99, type=DOCKING)
    catalogue = a_catalogue(*evas, docking)
    assert [other.id for other in catalogue.others_of_type(evas[9], 4)] == [8, 9, 11, 12]
    assert [other.id for other in catalogue.others_of_type(evas[0], 4)] == [2, 3, 4, 5]
    assert [other.id for other in catalogue.others_of_type(evas[19], 4)] == [16, 17, 18, 19]
    assert catalogue.others_of_type(docking, 4) == ()


def test_a_shared_image_is_listed_once() -> None:
    catalogue = a_catalogue(an_event(1, image=an_image()), an_event(2, image=an_image()))
    assert catalogue.images == (an_image(),)


def test_withdrawn_events_are_in_no_list_but_among_all_events() -> None:
    withdrawn, live = an_event(1), an_event(2)
    catalogue = Catalogue.from_events((withdrawn, live), today=date(2022, 1, 1), withdrawn={1})
    assert catalogue.events == (live,)
    assert catalogue.by_type[EVA.id] == (live,)
    assert catalogue.all_events == (live, withdrawn)
    assert withdrawn.id not in catalogue.neighbours
    assert catalogue.others_of_type(withdrawn, 3) == (live,)


def test_years_and_months_are_in_order() -> None:
    events = (
        an_event(1, "2022-02-01T00:00:00Z"),
        an_event(2, "2019-12-01T00:00:00Z"),
        an_event(3, "2019-12-31T00:00:00Z", precision=14),
    )
    catalogue = a_catalogue(*events)
    assert list(catalogue.by_year) == [2019, 2022]
    assert list(catalogue.by_month) == [(2019, 12), (2022, 2)]


def test_images_with_excluded_licences_are_left_out() -> None:
    free, unknown = an_image(id=1, licence=None), an_image(id=2)
    catalogue = a_catalogue(an_event(1, image=free), an_event(2, image=unknown))
    assert catalogue.images_excluding({1}) == (free,)
    assert catalogue.images_excluding(()) == (free, unknown)
