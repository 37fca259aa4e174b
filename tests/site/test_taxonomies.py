"""Taxonomies: their terms, indexes and lists."""

import re
from collections.abc import Iterator

import pytest

from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from events_archive.model.catalogue import Catalogue, grouped
from events_archive.model.slugs import SlugRegistry
from events_archive.pages.plan import plan_site
from events_archive.pages.redirects import is_permanent_list
from events_archive.site.page import Page
from events_archive.site.taxonomies import TAXONOMIES
from events_archive.site.terms import Taxonomy, Term
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


def test_each_term_has_a_list_and_each_taxonomy_an_index() -> None:
    event = an_event(
        agencies=(an_agency(),),
        programs=(a_program(15, "Artemis"),),
        stations=(a_station(),),
        astronauts=(an_astronaut(),),
    )
    plan = _plan(a_site(event, an_event(2, location="Moon")))
    for path in (
        "agencies/nasa-44.html",
        "programs/artemis-15.html",
        "stations/international-space-station-4.html",
        "astronauts/ada-example-1.html",
        "places/tiangong-space-station.html",
    ):
        assert _shown(plan[path]) == [309]
        index = plan[path.split("/")[0] + "/index.html"]
        assert index.context["count"] in (1, 2)
        assert plan[path].breadcrumbs[-1].url == index.path


def test_a_taxonomy_without_terms_has_no_index() -> None:
    assert not [path for path in _plan(a_site(an_event())) if path.startswith("agenc")]


def test_all_names_of_a_place_have_one_page() -> None:
    plan = _plan(
        a_site(an_event(1, location="ISS"), an_event(2, location="International Space Station"))
    )
    page = plan["places/international-space-station.html"]
    assert sorted(_shown(page)) == [1, 2]
    assert ("Also written", "ISS") in page.context["term"].facts


def test_terms_with_one_name_have_different_titles() -> None:
    events = [
        an_event(1, astronauts=(an_astronaut(1, "María"),)),
        an_event(2, astronauts=(an_astronaut(2, "Maria"),)),
        an_event(3, astronauts=(an_astronaut(3, "Maria"),)),
    ]
    plan = _plan(a_site(*events))
    found = [plan[f"astronauts/maria-{id}.html"] for id in (1, 2, 3)]
    assert len({page.title for page in found}) == 3


def test_a_name_without_latin_letters_has_a_slug() -> None:
    plan = _plan(a_site(an_event(astronauts=(an_astronaut(9, "例 太郎"),))))
    assert "astronauts/astronaut-9.html" in plan


def test_a_renamed_term_has_the_name_of_its_latest_event() -> None:
    events = [
        an_event(1, "2020-01-01T00:00:00Z", agencies=(an_agency(63, "Russian Space Agency"),)),
        an_event(2, "2021-01-01T00:00:00Z", agencies=(an_agency(63, "Roscosmos"),)),
    ]
    assert len(_shown(_plan(a_site(*events))["agencies/roscosmos-63.html"])) == 2


def test_the_former_paths_of_a_renamed_agency_redirect() -> None:
    published = (
        "agencies/russian-space-agency-63.html",
        "agencies/russian-space-agency-63/2020.html",
    )
    history = ArchiveHistory(state=ArchiveState(published_lists=dict.fromkeys(published, 1)))
    plan = _plan(a_site(an_event(agencies=(an_agency(63, "Roscosmos"),)), history=history))
    for path in published:
        assert plan[path].context["target"] == "agencies/roscosmos-63.html"


def test_a_place_found_to_be_another_redirects_to_it() -> None:
    history = ArchiveHistory(state=ArchiveState(published_lists={"places/iss.html": 1}))
    plan = _plan(a_site(an_event(location="International Space Station"), history=history))
    target = plan["places/iss.html"].context["target"]
    assert target == "places/international-space-station.html"


def test_a_term_without_events_redirects_to_its_index_or_home() -> None:
    published = ("astronauts/ada-1.html", "places/atlantis.html", "astronauts/index.html")
    history = ArchiveHistory(state=ArchiveState(published_lists=dict.fromkeys(published, 1)))
    plan = _plan(a_site(an_event(), history=history))
    targets = [plan[path].context["target"] for path in published]
    assert targets == ["index.html", "places/index.html", "index.html"]


def test_lists_of_terms_are_recorded() -> None:
    event = an_event(agencies=(an_agency(),))
    recorded = {page.path for page in plan_site(a_site(event)) if is_permanent_list(page)}
    assert {"agencies/nasa-44.html", "agencies/index.html", "places/index.html"} <= recorded


def test_a_long_list_is_split_and_no_event_is_lost() -> None:
    events = [
        an_event(n, f"{2020 + n % 3}-{n % 12 + 1:02}-01T00:00:00Z", agencies=(an_agency(),))
        for n in range(1, 121)
    ]
    plan = _plan(a_site(*events, list_limit=30))
    lists = re.compile(r"agencies/nasa-44.*\.html")
    pages = [page for path, page in plan.items() if lists.fullmatch(path)]
    assert max(len(_shown(page)) for page in pages) <= 30
    assert {id for page in pages for id in _shown(page)} == {event.id for event in events}


def test_a_long_index_is_split() -> None:
    events = [an_event(n, location=f"Place number {n}") for n in range(1, 71)]
    plan = _plan(a_site(*events, list_limit=30))
    assert {"places/index.html", "places/index/2.html", "places/index/3.html"} <= plan.keys()


def test_withdrawn_events_have_no_terms() -> None:
    history = ArchiveHistory(state=ArchiveState(withdrawn={1: an_event().date.utc.date()}))
    site = a_site(an_event(1, location="ISS"), an_event(2), history=history)
    assert site.taxonomies.place(site.catalogue.withdrawn[0]) is None
    assert "places/international-space-station.html" not in _plan(site)


def test_an_event_has_its_neighbours_in_a_series() -> None:
    events = [
        an_event(n, f"2021-07-{n:02}T00:00:00Z", name=f"US EVA-{n}", slug=f"us-eva-{n}")
        for n in (1, 2, 3)
    ]
    plan = _plan(a_site(*events))
    ((term, before, after),) = plan["events/us-eva-2.html"].context["series"]
    assert (term.url, before.id, after.id) == ("series/us-eva.html", 1, 3)
    assert _shown(plan["series/us-eva.html"]) == [3, 2, 1]


def test_a_place_called_index_has_another_slug_than_the_index() -> None:
    plan = _plan(a_site(an_event(location="Index"), an_event(2, location="CON")))
    assert {"places/index-place.html", "places/con-place.html"} <= plan.keys()


def test_an_empty_archive_lists_types_years_and_days_alone() -> None:
    listed = a_site(list_limit=5).taxonomies.listed
    assert [taxonomy.name for taxonomy, _ in listed] == ["types", "years", "days"]


def test_a_row_is_all_that_a_new_taxonomy_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(taxonomy: Taxonomy, catalogue: Catalogue, slugs: SlugRegistry) -> Iterator[Term]:
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
        min_events=2,
    )
    monkeypatch.setattr("events_archive.site.site.TAXONOMIES", (*TAXONOMIES, row))
    plan = _plan(a_site(*[an_event(n) for n in range(1, 6)]))
    assert {"ids/index.html", "ids/odd.atom", "ids/even.feed.json", "ids/odd.ics"} <= plan.keys()
    assert _shown(plan["ids/odd.html"]) == [5, 3, 1]
    assert [entry.event.id for entry in plan["ids/even.rss"].context["feed"].entries] == [4, 2]
    assert plan["ids/index.html"].description == "Even and odd ids: 2 in this archive."
