"""Every path that was ever published has a page."""

from datetime import date

from msgspec.structs import replace

from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from events_archive.model.catalogue import Catalogue
from events_archive.model.slugs import SlugRegistry, SlugTable
from events_archive.pages.plan import plan_site
from events_archive.pages.redirects import is_permanent_list
from events_archive.site.page import Page
from tests.factories import DOCKING, a_site, an_event


def _published(*lists: str, **former: dict[str, int]) -> ArchiveHistory:
    """A history in which ``lists`` were published, and events and types had other slugs."""
    tables = {
        name: SlugTable(owners={slug: (id,) for slug, id in slugs.items()})
        for name, slugs in former.items()
    }
    state = ArchiveState(published_lists=dict.fromkeys(lists, 1))
    return ArchiveHistory(state=state, slugs=SlugRegistry(**tables))


def _plan(site) -> dict[str, Page]:
    return {page.path: page for page in plan_site(site)}


def test_the_former_path_of_an_event_redirects() -> None:
    history = _published(events={"russian-eva-46": 188})
    site = a_site(an_event(188, slug="russian-eva-47"), history=history)
    page = _plan(site)["events/russian-eva-46.html"]
    assert page.context["target"] == "events/russian-eva-47.html"
    assert not page.indexable


def test_a_renamed_type_has_its_feeds_and_calendar_at_both_paths() -> None:
    site = a_site(an_event(1, type=DOCKING), history=_published(types={"berthing": 2}))
    plan = _plan(site)
    assert plan["types/berthing.html"].context["target"] == "types/docking.html"
    for suffix in (".rss", ".atom", ".ics"):
        old, new = plan[f"types/berthing{suffix}"], plan[f"types/docking{suffix}"]
        assert (old.template, old.context) == (new.template, new.context)


def test_a_month_without_events_redirects_to_its_year() -> None:
    site = a_site(an_event(1, "2026-10-01T00:00:00Z"), history=_published("months/2026-09.html"))
    assert _plan(site)["months/2026-09.html"].context["target"] == "years/2026.html"


def test_a_year_without_events_redirects_to_all_years() -> None:
    published = ("years/2031.html", "months/2031-09/2.html")
    plan = _plan(a_site(an_event(), history=_published(*published)))
    assert plan["years/2031.html"].context["target"] == "years/index.html"
    assert plan["months/2031-09/2.html"].context["target"] == "years/index.html"


def test_a_page_of_a_list_that_is_shorter_now_redirects_to_its_first() -> None:
    published = ("types/eva/2021.html", "years/2021/2.html", "months/2021-07/3.html")
    plan = _plan(a_site(an_event(), history=_published(*published)))
    targets = [plan[path].context["target"] for path in published]
    assert targets == ["types/eva.html", "years/2021.html", "months/2021-07.html"]


def test_only_lists_are_recorded() -> None:
    many = [an_event(n, f"2021-07-{n % 28 + 1:02}T00:00:00Z") for n in range(1, 90)]
    recorded = {
        page.path for page in plan_site(a_site(*many, list_limit=40)) if is_permanent_list(page)
    }
    assert {"months/2021-07.html", "months/2021-07/3.html", "years/2021.html"} <= recorded
    assert "types/eva/2021.html" in recorded
    assert not [a for a in recorded if a.startswith(("events/", "id/", "index"))]


def test_an_event_with_a_damaged_record_has_a_placeholder() -> None:
    history = _published(events={"lost": 77, "lost-once": 77})
    plan = _plan(a_site(an_event(1), history=history))
    for path in ("events/lost.html", "events/lost-once.html", "id/77.html"):
        assert plan[path].template == "pages/unavailable.html"


def test_the_calendar_of_a_year_stays_without_events() -> None:
    plan = _plan(a_site(an_event(), history=_published("years/2031.html")))
    assert plan["years/2031.ics"].context["calendar"].entries == ()


def test_archive_documents_stay_when_the_feed_is_short() -> None:
    plan = _plan(a_site(an_event(), history=_published("happened/2021.rss", "feed/0-99.rss")))
    for path in (
        "happened/2021.rss",
        "happened/2021.atom",
        "feed/0-99.rss",
        "feed/300-399.atom",
    ):
        assert plan[path].context["feed"].main


def test_archive_documents_of_a_renamed_type_are_at_both_paths() -> None:
    history = _published("types/berthing.happened/2020.rss", types={"berthing": 2})
    site = a_site(an_event(1, type=DOCKING), history=history)
    assert {"types/berthing.happened/2020.rss", "types/docking.happened/2020.rss"} <= set(
        _plan(site)
    )


def test_the_calendar_of_a_renamed_event_is_at_its_former_path() -> None:
    history = _published(events={"russian-eva-46": 188})
    site = a_site(an_event(188, slug="russian-eva-47"), history=history)
    assert "events/russian-eva-46.ics" in _plan(site)


def test_a_withdrawn_event_has_its_own_calendar() -> None:
    event = an_event(7)
    gone = ArchiveHistory(state=ArchiveState(withdrawn={7: date(2020, 1, 1)}))
    site = a_site(event, history=gone)
    catalogue = Catalogue.from_events([event], today=date(2022, 1, 1), withdrawn={7})
    calendar = _plan(replace(site, catalogue=catalogue))["events/event-7.ics"].context["calendar"]
    assert [entry.status for entry in calendar.entries] == ["CANCELLED"]


def test_a_type_that_no_event_has_any_more_keeps_its_addresses() -> None:
    plan = _plan(a_site(an_event(1), history=_published(types={"static-fire": 5})))
    assert plan["types/static-fire.html"].context["target"] == "types/index.html"
    for suffix in (".rss", ".atom", ".feed.json", ".happened.rss", ".happened.json"):
        feed = plan[f"types/static-fire{suffix}"].context["feed"]
        assert (feed.entries, feed.id.partition(":happened")[0]) == (
            (), "tag:thespacedevs.com,2020:ll2:events:type:5",
        )  # fmt: skip
    assert plan["types/static-fire.ics"].context["calendar"].entries == ()


def test_an_event_whose_record_is_damaged_keeps_an_empty_calendar() -> None:
    plan = _plan(a_site(an_event(1), history=_published(events={"lost": 7})))
    assert {"id/7.html", "id/7.ics", "events/lost.html", "events/lost.ics"} <= set(plan)
    assert plan["id/7.ics"].context["calendar"].entries == ()
