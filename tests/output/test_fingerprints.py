"""A page's fingerprint changes with everything that the page is made from, and nothing else."""

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from events_archive.images.thumbnails import Thumbnails
from events_archive.ll2.parse import parse_event
from events_archive.output.fingerprints import Fingerprints
from events_archive.pages.plan import plan_site
from events_archive.site.page import Page
from events_archive.site.site import Site
from events_archive.site.urls import permalink
from tests.factories import a_change, a_history, a_site, an_event
from tests.ll2_server import generate_records
from tests.render.rendered import make_thumbnails, no_thumbnails

RECORDS = generate_records(40, images=5)


def _events() -> list[Any]:
    return [parse_event(record, f"digest of {record['id']}") for record in RECORDS]


def _fingerprints(site: Site, thumbnails: Thumbnails | None = None) -> dict[str, str]:
    fingerprints = Fingerprints(site, thumbnails or no_thumbnails())
    return {page.path: fingerprints.page(page) for page in plan_site(site)}


def _changed(first: dict[str, str], second: dict[str, str]) -> set[str]:
    return {path for path in first if first[path] != second.get(path)}


BEFORE = _fingerprints(a_site(*_events(), base_url="https://example.org/"))


def test_the_same_records_give_the_same_fingerprints() -> None:
    assert _fingerprints(a_site(*reversed(_events()), base_url="https://example.org/")) == BEFORE


def test_a_changed_record_changes_the_pages_that_show_it_and_no_others() -> None:
    events = _events()
    events[7] = replace(events[7], digest="another", description="Rewritten")
    site = a_site(*events, base_url="https://example.org/")
    changed = _changed(BEFORE, _fingerprints(site))
    own = {site.urls.event(events[7], suffix) for suffix in (".html", ".ics")}
    calendar = permalink(events[7].id, ".ics")
    assert {calendar, *own} <= changed
    assert {"index.html", "calendar-all.ics", "feed.rss"} <= changed
    assert len({path for path in changed if path.startswith("events/")}) < 30
    assert {path for path in changed if path.startswith("id/")} == {calendar}


def test_a_page_of_a_list_depends_on_its_own_events_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    computed: list[int] = []
    fingerprint = Fingerprints.event
    monkeypatch.setattr(
        Fingerprints,
        "event",
        lambda self, event: computed.append(event.id) or fingerprint(self, event),
    )
    events = [
        an_event(number, f"2021-07-{number % 28 + 1:02}T00:00:00Z", location="Moon")
        for number in range(1, 601)
    ]
    site = a_site(*events, list_limit=10)
    fingerprints = Fingerprints(site, no_thumbnails())
    lists = ("pages/term.html", "pages/type.html", "pages/day.html", "pages/month.html")
    pages = [page for page in plan_site(site) if page.template in lists]
    assert len([page for page in pages if page.path.startswith("types/")]) > 60
    for page in pages:
        fingerprints.page(page)
    # Each is on one page of its type, place, day and month, and on the overview of each of these.
    assert len(computed) <= 8 * len(events)


def test_the_history_of_an_event_counts() -> None:
    event = _events()[3]
    history = a_history(a_change("2026-01-01T00:00:00Z", event_id=event.id))
    site = a_site(*_events(), base_url="https://example.org/", history=history)
    assert site.urls.event(event) in _changed(BEFORE, _fingerprints(site))


def test_an_image_counts_on_every_page_that_shows_it(tmp_path: Path) -> None:
    site = a_site(*_events(), base_url="https://example.org/")
    event = next(event for event in site.catalogue.events if event.image)
    changed = _changed(BEFORE, _fingerprints(site, make_thumbnails(tmp_path, event.image)))
    assert {site.urls.event(event), site.urls.type(event.type)} <= changed
    assert "credits.html" in changed


def test_a_function_in_the_context_of_a_page_is_an_error_that_names_both() -> None:
    fingerprints = Fingerprints(a_site(), no_thumbnails())
    page = Page(path="a.html", template="pages/404.html", context={"call": print})
    with pytest.raises(TypeError, match=r"a\.html: .* builtin_function"):
        fingerprints.page(page)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1, "1"),
        (True, 1),
        (None, "None"),
        (2**70, 2**70 + 1),
        ("\ud83d", "\ud83e"),
        ("a\ud83d", "a?"),
        (("a", ("b",)), ("a", "b")),
        ({"a": 1}, {"b": 1}),
        (range(3), range(4)),
        (frozenset("ab"), frozenset("ac")),
        (datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 1, 1, tzinfo=UTC)),
    ],
)
def test_values_that_differ_give_fingerprints_that_differ(first: Any, second: Any) -> None:
    fingerprints = Fingerprints(a_site(), no_thumbnails())
    one, same, other = (
        Page(path="a.html", template="a.html", context={"value": value})
        for value in (first, copy.deepcopy(first), second)
    )
    assert fingerprints.page(one) == fingerprints.page(same)
    assert fingerprints.page(one) != fingerprints.page(other)


def test_a_date_after_the_last_refresh_counts_once_it_is_past() -> None:
    events = _events()
    ahead = events[3] = replace(events[3], last_updated=datetime(2026, 9, 1, tzinfo=UTC))

    def fingerprints(refreshed: datetime) -> dict[str, str]:
        history = a_history(last_full_refresh=refreshed)
        return _fingerprints(a_site(*events, base_url="https://example.org/", history=history))

    changed = _changed(
        fingerprints(datetime(2026, 8, 31, tzinfo=UTC)),
        fingerprints(datetime(2026, 9, 2, tzinfo=UTC)),
    )
    site = a_site(*events)
    assert {"feed.rss", "feed.json", site.urls.type(ahead.type, ".atom")} <= changed
    others = {event.type for event in events} - {ahead.type}
    assert not {site.urls.type(type, ".atom") for type in others} & changed


def test_calendars_know_when_a_coarse_date_is_past() -> None:
    coarse = an_event(1, "2026-09-30T00:00:00Z", precision=7)
    other = an_event(2, "2026-09-15T00:00:00Z", precision=5)

    def fingerprints(today: str) -> dict[str, str]:
        return _fingerprints(a_site(coarse, other, today=today))

    site = a_site(coarse, other)
    changed = _changed(fingerprints("2026-09-30"), fingerprints("2026-10-01"))
    calendars = {"calendar-all.ics", "calendar-approximate.ics", site.urls.event(coarse, ".ics")}
    assert calendars <= changed
    assert site.urls.event(other, ".ics") not in changed
