"""Places, agencies, programmes, stations, astronauts and series as ways in."""

from collections.abc import Iterator

import pytest

from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from events_archive.model.catalogue import Catalogue, grouped
from events_archive.model.slugs import SlugRegistry
from events_archive.site.page import Page
from events_archive.site.plan import plan_site
from events_archive.site.redirects import is_permanent_list
from events_archive.site.taxonomies import TAXONOMIES
from events_archive.site.terms import Taxonomy, Term
from events_archive.site.urls import Urls
from tests.factories import (
    a_program,
    a_site,
    a_station,
    an_agency,
    an_astronaut,
    an_event,
)


def _plan(site) -> dict[str, Page]:
    return {page.path: page for page in plan_site(site)}


def _shown(page: Page) -> list[int]:
    return [event.id for s in page.context["event_list"].sections for event in s.events]


def test_each_way_has_a_page_with_its_events_and_an_index_with_counts() -> None:
    event = an_event(
        agencies=(an_agency(),),
        programs=(a_program(),),
        stations=(a_station(),),
        astronauts=(an_astronaut(),),
    )
    plan = _plan(a_site(event, an_event(2, location="ISS")))
    for address in (
        "agencies/nasa-44.html",
        "programs/international-space-station-17.html",
        "stations/international-space-station-4.html",
        "astronauts/ada-example-1.html",
        "places/tiangong-space-station.html",
    ):
        assert _shown(plan[address]) == [309]
        index = plan[address.split("/")[0] + "/index.html"]
        assert index.context["count"] in (1, 2)
        assert plan[address].breadcrumbs[-1].url == index.path


def test_there_is_no_index_of_what_no_event_names() -> None:
    assert not [address for address in _plan(a_site(an_event())) if address.startswith("agenc")]


def test_names_of_one_place_share_a_page_that_says_so() -> None:
    plan = _plan(
        a_site(an_event(1, location="ISS"), an_event(2, location="International Space Station"))
    )
    page = plan["places/international-space-station.html"]
    assert sorted(_shown(page)) == [1, 2]
    assert ("Also written", "ISS") in page.context["term"].facts


def test_two_of_one_name_are_told_apart() -> None:
    events = [
        an_event(1, astronauts=(an_astronaut(1, "María"),)),
        an_event(2, astronauts=(an_astronaut(2, "Maria"),)),
        an_event(3, astronauts=(an_astronaut(3, "Maria"),)),
    ]
    plan = _plan(a_site(*events))
    found = [plan[f"astronauts/maria-{id}.html"] for id in (1, 2, 3)]
    assert len({page.title for page in found}) == 3


def test_a_name_without_latin_letters_has_an_address() -> None:
    plan = _plan(a_site(an_event(astronauts=(an_astronaut(9, "例 太郎"),))))
    assert "astronauts/astronaut-9.html" in plan


def test_of_a_name_that_changed_the_latest_events_counts() -> None:
    events = [
        an_event(1, "2020-01-01T00:00:00Z", agencies=(an_agency(63, "Russian Space Agency"),)),
        an_event(2, "2021-01-01T00:00:00Z", agencies=(an_agency(63, "Roscosmos"),)),
    ]
    assert len(_shown(_plan(a_site(*events))["agencies/roscosmos-63.html"])) == 2


def test_a_renamed_agency_is_found_at_its_old_address() -> None:
    published = (
        "agencies/russian-space-agency-63.html",
        "agencies/russian-space-agency-63/2020.html",
    )
    memory = ArchiveHistory(state=ArchiveState(published_lists=published), slugs=SlugRegistry())
    plan = _plan(a_site(an_event(agencies=(an_agency(63, "Roscosmos"),)), history=memory))
    for address in published:
        assert plan[address].context["target"] == "agencies/roscosmos-63.html"


def test_a_place_that_joined_another_leads_there() -> None:
    memory = ArchiveHistory(
        state=ArchiveState(published_lists=("places/iss.html",)), slugs=SlugRegistry()
    )
    plan = _plan(a_site(an_event(location="International Space Station"), history=memory))
    target = plan["places/iss.html"].context["target"]
    assert target == "places/international-space-station.html"


def test_a_way_that_nobody_names_any_more_leads_to_its_index_or_home() -> None:
    published = ("astronauts/ada-1.html", "places/atlantis.html", "astronauts/index.html")
    memory = ArchiveHistory(state=ArchiveState(published_lists=published), slugs=SlugRegistry())
    plan = _plan(a_site(an_event(), history=memory))
    targets = [plan[address].context["target"] for address in published]
    assert targets == ["index.html", "places/index.html", "index.html"]


def test_ways_are_remembered_as_lists() -> None:
    event = an_event(agencies=(an_agency(),))
    remembered = {page.path for page in plan_site(a_site(event)) if is_permanent_list(page)}
    assert {"agencies/nasa-44.html", "agencies/index.html", "places/index.html"} <= remembered


def test_a_long_way_is_split_and_loses_no_event() -> None:
    events = [
        an_event(n, f"{2020 + n % 3}-{n % 12 + 1:02}-01T00:00:00Z", agencies=(an_agency(),))
        for n in range(1, 121)
    ]
    plan = _plan(a_site(*events, list_limit=30))
    pages = [page for address, page in plan.items() if address.startswith("agencies/nasa-44")]
    assert max(len(_shown(page)) for page in pages) <= 30
    assert {id for page in pages for id in _shown(page)} == {event.id for event in events}


def test_a_long_index_is_split() -> None:
    events = [an_event(n, location=f"Place number {n}") for n in range(1, 71)]
    plan = _plan(a_site(*events, list_limit=30))
    assert {"places/index.html", "places/index/2.html", "places/index/3.html"} <= plan.keys()


def test_withdrawn_events_are_on_no_way() -> None:
    memory = ArchiveHistory(
        state=ArchiveState(withdrawn={1: an_event().date.utc.date()}), slugs=SlugRegistry()
    )
    site = a_site(an_event(1, location="ISS"), an_event(2), history=memory)
    assert site.taxonomies.place(site.catalogue.withdrawn[0]) is None
    assert "places/international-space-station.html" not in _plan(site)


def test_series_lead_to_the_events_before_and_after() -> None:
    events = [
        an_event(n, f"2021-07-{n:02}T00:00:00Z", name=f"US EVA-{n}", slug=f"us-eva-{n}")
        for n in (1, 2, 3)
    ]
    plan = _plan(a_site(*events))
    ((term, before, after),) = plan["events/us-eva-2.html"].context["series"]
    assert (term.url, before.id, after.id) == ("series/us-eva.html", 1, 3)
    assert _shown(plan["series/us-eva.html"]) == [1, 2, 3]


def test_a_place_called_index_does_not_take_the_indexs_address() -> None:
    plan = _plan(a_site(an_event(location="Index"), an_event(2, location="CON")))
    assert {"places/index-place.html", "places/con-place.html"} <= plan.keys()


def test_an_empty_archive_lists_types_years_and_days_alone() -> None:
    listed = a_site(list_limit=5).taxonomies.listed
    assert [taxonomy.name for taxonomy, _ in listed] == ["types", "years", "days"]


def test_a_row_is_all_that_a_new_taxonomy_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(taxonomy: Taxonomy, catalogue: Catalogue, urls: Urls) -> Iterator[Term]:
        for id, events in grouped(catalogue.events, lambda event: event.id % 2).items():
            name = "Odd" if id else "Even"
            yield Term(taxonomy=taxonomy, key=id, slug=name.lower(), name=name, events=events)

    row = Taxonomy(
        name="ids",
        title="Ids",
        singular="Id",
        intro="Even and odd ids.",
        find=find,
        feed_id="id",
        calendar_refresh="P1D",
    )
    monkeypatch.setattr("events_archive.site.site.TAXONOMIES", (*TAXONOMIES, row))
    plan = _plan(a_site(*[an_event(n) for n in range(1, 6)]))
    assert {"ids/index.html", "ids/odd.atom", "ids/even.feed.json", "ids/odd.ics"} <= plan.keys()
    assert _shown(plan["ids/odd.html"]) == [5, 3, 1]
    assert [entry.event.id for entry in plan["ids/even.rss"].context["feed"].entries] == [4, 2]
    assert plan["ids/index.html"].description == "Even and odd ids: 2 in this archive."
