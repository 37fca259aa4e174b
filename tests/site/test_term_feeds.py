"""Which places, stations, agencies, programmes, astronauts and series have feeds and calendars."""

import re
from typing import Any

import pytest
from msgspec.structs import replace

from events_archive.images.thumbnails import Thumbnails
from events_archive.model.archive_state import ArchiveHistory, ArchiveState
from events_archive.output.fingerprints import Fingerprints
from events_archive.pages import calendar_pages
from events_archive.pages.plan import plan_site
from events_archive.pages.redirects import is_permanent_list
from events_archive.site.page import Page
from events_archive.site.site import Site
from tests.factories import (
    a_program,
    a_site,
    a_station,
    an_agency,
    an_astronaut,
    an_event,
)
from tests.render.rendered import BASE_URL, no_thumbnails, render_site

SUFFIXES = (".rss", ".atom", ".feed.json", ".ics", ".reminders.ics")
TERMS = (
    "places/tiangong-space-station",
    "stations/international-space-station-4",
    "agencies/nasa-44",
    "programs/artemis-15",
    "astronauts/ada-example-1",
    "series/us-eva",
)
"""Those of `_events`."""


def _events(count: int, **fields: Any) -> list[Any]:
    """Return events that have one place, station, agency, programme, astronaut and series."""
    terms = {
        "agencies": (an_agency(),), "stations": (a_station(),),
        "programs": (a_program(15, "Artemis"),),
        "astronauts": (an_astronaut(),), **fields,
    }  # fmt: skip
    return [
        an_event(n, f"2021-07-{n:02}T00:00:00Z", name=f"US EVA-{n}", slug=f"us-eva-{n}", **terms)
        for n in range(1, count + 1)
    ]


def _plan(*events: Any, published: tuple[str, ...] = (), **fields: Any) -> dict[str, Page]:
    history = ArchiveHistory(state=ArchiveState(published_lists=dict.fromkeys(published, 1)))
    site = a_site(*events, base_url=BASE_URL, history=history, **fields)
    return {page.path: page for page in plan_site(site)}


def _uids(page: Page) -> list[int]:
    return [entry.event.id for entry in page.context["calendar"].entries]


def _ids(page: Page) -> list[int]:
    return [entry.event.id for entry in page.context["feed"].entries]


@pytest.mark.parametrize("term", TERMS)
def test_a_term_with_three_events_has_feeds_and_calendars_and_its_page_announces_them(
    term: str,
) -> None:
    plan = _plan(*_events(3), an_event(9, location="Moon"))
    assert _ids(plan[f"{term}.rss"]) == _ids(plan[f"{term}.feed.json"]) == [3, 2, 1]
    assert _uids(plan[f"{term}.ics"]) == [1, 2, 3]
    announced = {alternate.url for alternate in plan[f"{term}.html"].alternates}
    assert announced == {term + suffix for suffix in SUFFIXES if suffix != ".reminders.ics"}


def test_a_term_with_two_events_announces_the_feeds_of_the_archive() -> None:
    plan = _plan(*_events(2))
    for term in TERMS:
        assert not [suffix for suffix in SUFFIXES if term + suffix in plan]
        announced = {alternate.url for alternate in plan[f"{term}.html"].alternates}
        assert {"feed.rss", "calendar.ics"} <= announced


@pytest.mark.parametrize("term", TERMS)
def test_a_term_that_once_had_feeds_keeps_them(term: str) -> None:
    before = _plan(*_events(3))
    recorded = tuple(path for path, page in before.items() if is_permanent_list(page))
    assert f"{term}.rss" in recorded
    for remaining in (2, 1):
        plan = _plan(*_events(remaining), published=recorded)
        assert {term + suffix for suffix in SUFFIXES} <= plan.keys()
        page = plan[f"{term}.html"]
        announced = {link.url for link in page.alternates}
        assert f"{term}.rss" in announced or page.template == "pages/redirect.html"
    gone = _plan(an_event(9, location="Moon"), published=recorded)
    for suffix in SUFFIXES:
        context = gone[term + suffix].context
        assert context.get("feed", context.get("calendar")).entries == ()
    assert gone[f"{term}.rss"].context["feed"].id == before[f"{term}.rss"].context["feed"].id


def test_a_renamed_agency_has_its_feeds_and_calendars_at_both_paths() -> None:
    former, present = "agencies/russian-space-agency-63", "agencies/roscosmos-63"
    events = _events(2, agencies=(an_agency(63, "Roscosmos"),))
    plan = _plan(*events, published=(f"{former}.rss", f"{former}.html"))
    for suffix in SUFFIXES:
        assert plan[former + suffix].context == plan[present + suffix].context
    assert plan[f"{present}.rss"].context["feed"].id.endswith(":agency:63")
    assert not is_permanent_list(plan[f"{former}.rss"])


def test_a_place_found_to_be_another_has_its_calendar_at_both_paths() -> None:
    events = [an_event(n, location="International Space Station") for n in range(1, 3)]
    plan = _plan(*events, published=("places/iss.rss",))
    assert _uids(plan["places/iss.ics"]) == [1, 2]
    assert plan["places/iss.rss"].context == plan["places/international-space-station.rss"].context


def test_the_years_and_types_have_what_they_had_whatever_their_events() -> None:
    plan = _plan(an_event(1))
    assert {"types/eva.happened.rss", "types/eva.ics", "years/2021.ics"} <= plan.keys()
    assert "years/2021.reminders.ics" not in plan


def test_an_entry_is_the_same_in_every_feed_and_calendar() -> None:
    site = a_site(*_events(3), base_url=BASE_URL, today="2021-07-01")
    files = render_site(site)

    def parts(path: str, pattern: bytes) -> set[bytes]:
        found = set(re.findall(pattern, files[path], re.DOTALL))
        assert len(found) == 3, path
        return found

    for suffix, json, pattern in (
        (".rss", ".rss", rb"<item>.*?</item>"),
        (".atom", ".atom", rb"<entry>.*?</entry>"),
        (".json", ".feed.json", rb'\{"date_published.*?\}(?=,?\n)'),
    ):
        expected = parts(f"feed{suffix}", pattern)
        assert all(parts(term + json, pattern) == expected for term in TERMS)
    for path, suffix in (("calendar.ics", ".ics"), ("calendar.reminders.ics", ".reminders.ics")):
        expected = parts(path, rb"BEGIN:VEVENT.*?END:VEVENT")
        assert all(
            parts(term + suffix, rb"BEGIN:VEVENT.*?END:VEVENT") == expected for term in TERMS
        )


def test_an_entry_is_rendered_once_however_many_files_it_is_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    summarised: list[int] = []
    monkeypatch.setattr(
        "events_archive.render.calendars.description",
        lambda entry, url, image: summarised.append(entry.event.id) or "x",
    )
    files = render_site(a_site(*_events(3), base_url=BASE_URL, today="2021-07-01"))
    assert sum(raw.count(b"\nUID:ll2-event-1@") for raw in files.values()) > 15
    assert sorted(summarised) == [1, 2, 3]


def test_the_feeds_of_terms_have_twenty_entries_and_no_archive() -> None:
    plan = _plan(*_events(28))
    feed = plan["agencies/nasa-44.rss"].context["feed"]
    assert len(feed.entries) == 20
    assert not feed.prev_archive
    assert len(_uids(plan["agencies/nasa-44.ics"])) == 28
    assert not [path for path in plan if path.startswith("agencies/nasa-44/")]


def test_a_calendar_has_no_more_events_than_large_clients_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calendar_pages, "MAX_EVENTS", 5)
    plan = _plan(*_events(8))
    for path in ("series/us-eva.ics", "types/eva.ics"):
        assert _uids(plan[path]) == [4, 5, 6, 7, 8]
    assert len(_uids(plan["calendar-all.ics"])) == 8


def test_a_counted_series_is_in_order_of_time_in_its_calendar() -> None:
    first, second, third = _events(3)
    late = replace(first, date=replace(first.date, utc=first.date.utc.replace(year=2022)))
    assert _uids(_plan(late, second, third)["series/us-eva.ics"]) == [2, 3, 1]


def test_the_calendar_of_a_series_has_the_only_event_whose_day_is_known() -> None:
    first, *others = _events(3)
    years = [replace(event, date=replace(event.date, precision_id=14)) for event in others]
    assert _uids(_plan(first, *years)["series/us-eva.ics"]) == [1]


def test_terms_of_one_name_have_feeds_with_different_titles_and_ids() -> None:
    name = "Artemis"
    plan = _plan(*_events(3, agencies=(an_agency(15, name),), programs=(a_program(15, name),)))
    feeds = [
        plan[f"{folder}/artemis-15.rss"].context["feed"] for folder in ("agencies", "programs")
    ]
    assert [feed.title for feed in feeds] == [
        f"{name} · {title} · Spaceflight Events Archive" for title in ("Agencies", "Programmes")
    ]
    assert len({feed.id for feed in feeds}) == 2


def test_a_changed_event_changes_the_feeds_and_calendars_that_show_it_alone() -> None:
    events = [*_events(3), *(an_event(n, location="Moon") for n in range(11, 14))]

    def fingerprints(*shown: Any) -> dict[str, str]:
        site: Site = a_site(*shown, base_url=BASE_URL)
        thumbnails: Thumbnails = no_thumbnails()
        found = Fingerprints(site, thumbnails)
        return {page.path: found.page(page) for page in plan_site(site)}

    before = fingerprints(*events)
    changed = replace(events[0], digest="another", description="Rewritten")
    after = fingerprints(changed, *events[1:])
    touched = {path for path in before if before[path] != after[path]}
    files = {term + suffix for term in TERMS for suffix in SUFFIXES[:4]}
    assert files <= touched
    assert not {path for path in touched if path.startswith("places/moon")}
    # All are over, so that no calendar with reminders shows them.
    assert not {path for path in touched if path.endswith(".reminders.ics")}
    assert "subscribe.html" not in touched
