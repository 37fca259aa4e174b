"""A page's key changes with all that the page is made from, and with nothing else."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from events_archive.output.fingerprints import Fingerprints
from events_archive.images.thumbnails import Thumbnails
from events_archive.site.page import Page
from events_archive.site.plan import plan_site
from events_archive.site.site import Site
from events_archive.ll2.parse import parse_event
from tests.factories import a_change, a_history, a_site, an_event
from tests.ll2_server import grow_records
from tests.render.rendered import no_pictures, pictures

RECORDS = grow_records(40, pictures=5)


def _events() -> list[Any]:
    return [parse_event(record, f"digest of {record['id']}") for record in RECORDS]


def _keys(site: Site, thumbnails: Thumbnails | None = None) -> dict[str, bytes]:
    prints = Fingerprints(site, thumbnails or no_pictures())
    return {page.path: prints.page(page) for page in plan_site(site)}


def _changed(first: dict[str, bytes], second: dict[str, bytes]) -> set[str]:
    return {address for address in first if first[address] != second.get(address)}


BEFORE = _keys(a_site(*_events(), base_url="https://example.org/"))


def test_the_same_records_give_the_same_keys() -> None:
    assert _keys(a_site(*reversed(_events()), base_url="https://example.org/")) == BEFORE


def test_a_changed_record_touches_what_tells_of_it_and_no_more() -> None:
    events = _events()
    events[7] = replace(events[7], digest="another", description="Told anew")
    site = a_site(*events, base_url="https://example.org/")
    touched = _changed(BEFORE, _keys(site))
    own = {site.urls.event(events[7], suffix) for suffix in (".html", ".ics")}
    assert own <= touched
    assert {"index.html", "calendar-all.ics", "feed.rss"} <= touched
    of_events = {address for address in touched if address.startswith("events/")}
    assert len(of_events) < 30
    assert not {address for address in touched if address.startswith("id/")}


def test_a_part_of_a_list_depends_on_its_own_events_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    fingerprint = Fingerprints.event
    monkeypatch.setattr(
        Fingerprints,
        "event",
        lambda self, event: asked.append(event.id) or fingerprint(self, event),
    )
    events = [
        an_event(number, f"2021-07-{number % 28 + 1:02}T00:00:00Z", location="Moon")
        for number in range(1, 601)
    ]
    site = a_site(*events, list_limit=10)
    prints = Fingerprints(site, no_pictures())
    lists = ("pages/term.html", "pages/type.html", "pages/day.html", "pages/month.html")
    pages = [page for page in plan_site(site) if page.template in lists]
    assert len([page for page in pages if page.path.startswith("types/")]) > 60
    for page in pages:
        prints.page(page)
    # Each stands on one page of its type, place, day and month, and on those of all of these.
    assert len(asked) <= 8 * len(events)


def test_what_is_remembered_of_an_event_counts() -> None:
    event = _events()[3]
    history = a_history(a_change("2026-01-01T00:00:00Z", event_id=event.id))
    site = a_site(*_events(), base_url="https://example.org/", history=history)
    assert site.urls.event(event) in _changed(BEFORE, _keys(site))


def test_a_picture_counts_on_every_page_that_shows_it(tmp_path: Path) -> None:
    site = a_site(*_events(), base_url="https://example.org/")
    event = next(event for event in site.catalogue.events if event.image)
    touched = _changed(BEFORE, _keys(site, pictures(tmp_path, event.image)))
    assert {site.urls.event(event), site.urls.type(event.type)} <= touched
    assert "credits.html" in touched


def test_a_function_is_nothing_that_a_page_may_depend_on() -> None:
    prints = Fingerprints(a_site(), no_pictures())
    page = Page(path="a.html", template="pages/404.html", context={"call": print})
    with pytest.raises(TypeError, match="builtin_function"):
        prints.page(page)


def test_a_stamp_that_lay_ahead_of_the_last_contact_counts_once_it_is_past() -> None:
    events = _events()
    ahead = events[3] = replace(events[3], last_updated=datetime(2026, 9, 1, tzinfo=UTC))

    def keys(contact: datetime) -> dict[str, bytes]:
        history = a_history(last_full_refresh=contact)
        return _keys(a_site(*events, base_url="https://example.org/", history=history))

    touched = _changed(
        keys(datetime(2026, 8, 31, tzinfo=UTC)), keys(datetime(2026, 9, 2, tzinfo=UTC))
    )
    site = a_site(*events)
    assert {"feed.rss", "feed.json", site.urls.type(ahead.type, ".atom")} <= touched
    others = {event.type for event in events} - {ahead.type}
    assert not {site.urls.type(type, ".atom") for type in others} & touched


def test_calendars_know_when_a_coarse_date_is_past() -> None:
    coarse = an_event(1, "2026-09-30T00:00:00Z", precision=7)
    other = an_event(2, "2026-09-15T00:00:00Z", precision=5)

    def keys(today: str) -> dict[str, bytes]:
        return _keys(a_site(coarse, other, today=today))

    site = a_site(coarse, other)
    touched = _changed(keys("2026-09-30"), keys("2026-10-01"))
    assert {"calendar-all.ics", "years/2026.ics", site.urls.event(coarse, ".ics")} <= touched
    assert site.urls.event(other, ".ics") not in touched
