"""The navigation, and the page that leads to all taxonomies."""

from events_archive.pages.plan import plan_site
from tests.factories import a_program, a_site, a_station, an_agency, an_astronaut, an_event


def test_the_navigation_leads_to_what_people_look_for() -> None:
    assert list(a_site().navigation.items()) == [
        ("Upcoming", "upcoming.html"),
        ("Browse", "browse.html"),
        ("Years", "years/index.html"),
        ("On this day", "days/index.html"),
        ("Search", "explore.html"),
        ("Subscribe", "subscribe.html"),
    ]


def test_the_page_browse_leads_to_all_taxonomies_and_to_the_terms_with_most_events() -> None:
    site = a_site(
        *[an_event(n, location=f"Place {n % 20}") for n in range(20)],
        an_event(
            20,
            name="US EVA-1",
            location="Place 7",
            agencies=(an_agency(),),
            programs=(a_program(),),
            stations=(a_station(),),
            astronauts=(an_astronaut(),),
        ),
        an_event(21, name="US EVA-2", location="Place 7"),
    )
    (page,) = (page for page in plan_site(site) if page.path == "browse.html")
    groups = {taxonomy.name: (all, shown) for taxonomy, all, shown in page.context["groups"]}
    order = ["series", "places", "stations", "agencies", "programs", "astronauts"]
    assert list(groups) == order
    places, shown = groups["places"]
    assert (len(places), len(shown), shown[0].name) == (20, 12, "Place 7")
