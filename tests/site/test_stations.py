"""A space station has one page, although it is a place and a programme as well."""

from typing import Any

from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from events_archive.pages.plan import plan_site
from events_archive.pages.redirects import is_permanent_list
from events_archive.site.page import Page
from events_archive.site.site import Site
from tests.factories import a_program, a_site, a_station, an_event

STATION = "stations/international-space-station-4"
PLACE = "places/international-space-station"
PROGRAM = "programs/international-space-station-17"


def _events(**fields: Any) -> list:
    return [
        an_event(1, "2021-01-01T00:00:00Z", location="ISS", **fields),
        an_event(2, "2021-01-02T00:00:00Z", location="Online", stations=(a_station(),)),
        an_event(3, "2021-01-03T00:00:00Z", location="Online", programs=(a_program(),)),
        an_event(4, "2021-01-04T00:00:00Z", location="Online"),
    ]


def _plan(site: Site) -> dict[str, Page]:
    return {page.path: page for page in plan_site(site)}


def _published(*paths: str) -> ArchiveHistory:
    return ArchiveHistory(state=ArchiveState(published_lists=dict.fromkeys(paths, 1)))


def test_the_page_of_a_station_has_the_events_of_its_place_and_programme() -> None:
    page = _plan(a_site(*_events()))[f"{STATION}.html"]
    (section,) = page.context["event_list"].sections
    assert [event.id for event in section.events] == [3, 2, 1]
    assert ("Also written", "ISS") in page.context["term"].facts


def test_a_place_and_a_programme_that_are_a_station_lead_to_its_page() -> None:
    site = a_site(*_events())
    plan = _plan(site)
    for path in (f"{PLACE}.html", f"{PROGRAM}.html"):
        assert plan[path].context["target"] == f"{STATION}.html"
        assert not plan[path].indexable
    (group,) = [terms for title, terms in plan["places/index.html"].context["groups"]][:1]
    assert [(term.name, term.url) for term in group] == [
        ("International Space Station", f"{STATION}.html")
    ]
    assert f"{PLACE}.rss" not in plan
    assert f"{STATION}.rss" in plan


def test_the_address_of_a_programme_that_is_a_station_stays_when_no_event_has_it() -> None:
    before = a_site(*_events())
    recorded = {page.path for page in plan_site(before) if is_permanent_list(page)}
    without_it = [event for event in _events() if not event.programs]
    plan = _plan(a_site(*without_it, history=_published(*recorded)))
    assert plan[f"{PROGRAM}.html"].context["target"] in plan
    assert recorded <= plan.keys()


def test_an_event_names_a_station_once() -> None:
    once = {"stations": (a_station(),), "programs": (a_program(), a_program(15, "Artemis"))}
    plan = _plan(a_site(*_events(), an_event(5, location="ISS", **once)))
    there, elsewhere = plan["events/event-5.html"], plan["events/event-2.html"]
    assert there.context["place"].url == f"{STATION}.html"
    assert there.context["members"]["stations"] == ()
    assert [one.name for one in there.context["members"]["programs"]] == ["Artemis"]
    assert [one.name for one in elsewhere.context["members"]["stations"]] == [a_station().name]


def test_years_and_feeds_of_a_place_stay_when_it_is_found_to_be_a_station() -> None:
    history = _published(f"{PLACE}.html", f"{PLACE}/2021.html", f"{PLACE}.rss")
    plan = _plan(a_site(*_events(), history=history))
    assert plan[f"{PLACE}/2021.html"].context["target"] == f"{STATION}.html"
    for suffix in (".rss", ".atom", ".feed.json", ".ics"):
        assert plan[PLACE + suffix].context == plan[STATION + suffix].context


def test_feeds_of_a_place_stay_although_the_station_has_few_events() -> None:
    event = an_event(1, location="ISS", stations=(a_station(),))
    plan = _plan(a_site(event, history=_published(f"{PLACE}.rss")))
    assert {f"{PLACE}.rss", f"{STATION}.rss"} <= plan.keys()
    assert f"{STATION}.rss" not in _plan(a_site(event))


def test_of_two_stations_with_one_name_the_first_is_the_place() -> None:
    site = a_site(an_event(1, location="ISS", stations=(a_station(), a_station(99))))
    assert site.taxonomies.place(site.catalogue.events[0]).url == f"{STATION}.html"
    assert len(_plan(site)["stations/international-space-station-99.html"].context) > 0
