"""The plan of all pages."""

import pytest

from events_archive.errors import ArchiveError
from events_archive.model.event import EventType
from events_archive.pages.plan import plan_site, refuse_duplicate_paths
from events_archive.site.page import Page
from tests.factories import DOCKING, a_site, an_event


def _paths(*events, **facts) -> set[str]:
    return {page.path for page in plan_site(a_site(*events, **facts))}


def test_an_event_has_a_page_and_a_permalink_by_id() -> None:
    paths = _paths(an_event(309, slug="tiangong-eva-1"))
    assert {"events/tiangong-eva-1.html", "id/309.html"} <= paths


def test_types_years_and_months_have_lists_feeds_and_calendars() -> None:
    paths = _paths(an_event(1, type=DOCKING))
    assert {"types/index.html", "years/index.html", "months/2021-07.html"} <= paths
    assert {f"types/docking{suffix}" for suffix in (".html", ".rss", ".atom", ".ics")} <= paths
    assert {"years/2021.html", "feed.rss", "feed.atom", "calendar.ics"} <= paths


def test_an_empty_archive_has_a_home_page() -> None:
    paths = _paths()
    assert {"index.html", "404.html", "about.html", "types/index.html"} <= paths


def test_a_sitemap_needs_a_base_url() -> None:
    assert "sitemap.xml" not in _paths(an_event())
    assert "sitemap.xml" in _paths(an_event(), base_url="https://example.org/")


def test_two_pages_with_one_path_are_refused_ignoring_case() -> None:
    pages = [Page(path=a, template="x", title=a) for a in ("events/a.html", "events/A.html")]
    with pytest.raises(ArchiveError, match=r"events/a\.html.*events/A\.html"):
        refuse_duplicate_paths(pages)


def _many(count: int, *, days: int = 28, months: int = 12, years: int = 1) -> list:
    return [
        an_event(
            n + 1,
            f"{2020 + n % years}-{n % months + 1:02}-{n % days + 1:02}T{n % 24:02}:00:00Z",
        )
        for n in range(count)
    ]


def _listed(site, prefix: str) -> dict[str, list[int]]:
    return {
        page.path: [e.id for s in page.context["event_list"].sections for e in s.events]
        for page in plan_site(site)
        if page.path.startswith(prefix) and "event_list" in page.context
    }


def test_no_page_of_a_list_exceeds_the_limit_and_no_event_is_lost() -> None:
    events = _many(977, years=3)
    site = a_site(*events, list_limit=50)
    for prefix in ("types/", "years/", "months/"):
        assert max(len(ids) for ids in _listed(site, prefix).values()) <= 12 * 6 + 50
    of_type_by_year = {
        id for a, ids in _listed(site, "types/").items() if a.count("/") > 1 for id in ids
    }
    assert of_type_by_year == {event.id for event in events}
    of_months = [id for ids in _listed(site, "months/").values() for id in ids]
    assert sorted(of_months) == sorted(event.id for event in events)


def test_a_list_within_the_limit_is_one_page() -> None:
    site = a_site(*_many(40), list_limit=50)
    assert set(_listed(site, "types/")) == {"types/eva.html"}
    assert len(_listed(site, "years/")["years/2020.html"]) == 40


def test_a_split_year_shows_all_events_not_known_to_the_month() -> None:
    coarse = [an_event(1000 + n, "2020-12-31T00:00:00Z", precision=14) for n in range(120)]
    site = a_site(*_many(100), *coarse, list_limit=50)
    shown = [id for ids in _listed(site, "years/").values() for id in ids]
    assert {event.id for event in coarse} <= set(shown)


def test_undated_events_of_a_split_type_have_a_page_of_their_own() -> None:
    site = a_site(*_many(60), an_event(999, None), list_limit=50)
    assert _listed(site, "types/")["types/eva/undated.html"] == [999]


def test_pages_of_events_with_one_name_have_different_titles() -> None:
    pages = plan_site(
        a_site(
            an_event(1, "2021-07-04T00:00:00Z", name="Static Fire"),
            an_event(2, "2021-08-04T00:00:00Z", name="Static Fire"),
        )
    )
    titles = [page.title for page in pages if page.path.startswith("events/event-")]
    html_titles = {
        page.title for page in pages if page.path in ("events/event-1.html", "events/event-2.html")
    }
    assert len(html_titles) == 2, titles


def test_a_type_with_an_unknown_id_has_a_page() -> None:
    assert "types/moon-walk.html" in _paths(an_event(type=EventType(id=77, name="Moon walk")))
