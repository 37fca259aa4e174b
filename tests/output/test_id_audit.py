"""The ids that subscribers know stay the same, or nothing is published."""

import re
from collections.abc import Callable
from functools import cache

import pytest
from msgspec.structs import replace

from events_archive.errors import ArchiveError
from events_archive.output.id_audit import IdAudit, IdPatterns
from events_archive.pages.plan import plan_site
from events_archive.site.page import Page
from tests.factories import DOCKING, a_change, a_history, a_site, an_event
from tests.render.rendered import BASE_URL, is_feed_or_calendar, render_site

Alter = Callable[[str, bytes], bytes]


@cache
def _site() -> tuple[dict[str, Page], dict[str, bytes]]:
    history = a_history(a_change("2022-01-01T00:00:00+00:00", "withdrawn", event_id=2))
    site = a_site(
        an_event(2, slug="a"), an_event(22, slug="b", type=DOCKING),
        base_url=BASE_URL, history=history,
    )  # fmt: skip
    return {page.path: page for page in plan_site(site) if is_feed_or_calendar(page)}, render_site(
        site
    )


def _audit(published: IdPatterns, alter: Alter = lambda name, raw: raw) -> IdAudit:
    audit = IdAudit(published=published)
    pages, files = _site()
    for name, raw in files.items():
        audit.collect(pages[name], alter(name, raw))
    return audit


PUBLISHED = {
    "calendars": "ll2-event-{0}@events-archive",
    "changes": "tag:thespacedevs.com,2020:ll2:change:{0}:{1}:{2}",
    "feeds": "tag:thespacedevs.com,2020:ll2:event:{0}",
}


def test_the_first_site_establishes_the_patterns() -> None:
    assert PUBLISHED.items() <= _audit({}).verify().items()


def test_a_site_with_the_same_ids_is_published() -> None:
    assert PUBLISHED.items() <= _audit(PUBLISHED).verify().items()


def test_an_id_on_two_lines_is_one_id() -> None:
    def folded(name: str, raw: bytes) -> bytes:
        return raw.replace(b"UID:ll2-event-", b"UID:ll2-\r\n event-\r\n ")

    assert PUBLISHED.items() <= _audit(PUBLISHED, folded).verify().items()


CHANGES: dict[str, tuple[bytes, bytes]] = {
    "another uid": (b"UID:ll2-event-", b"UID:event-"),
    "another authority": (b"@events-archive", b"@example.org"),
    "another guid": (b">tag:thespacedevs.com,2020:ll2:event:", b">https://example.org/"),
    "another json id": (b'"id":"tag:', b'"id":"urn:'),
    "another change": (b":ll2:change:", b":changes:"),
}


@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
def test_changed_ids_are_refused(old: bytes, new: bytes) -> None:
    audit = _audit(PUBLISHED, lambda name, raw: raw.replace(old, new))
    with pytest.raises(ArchiveError, match=r"would become.*--allow-id-change"):
        audit.verify()
    assert set(audit.verify(allow_change=True)) >= set(PUBLISHED)


def test_one_changed_id_is_enough() -> None:
    def alter(name: str, raw: bytes) -> bytes:
        return (
            raw.replace(b"ll2-event-22@", b"ll2-event-23@") if name == "types/docking.ics" else raw
        )

    with pytest.raises(ArchiveError, match=r"ll2-event-22@.* would become ll2-event-23@"):
        _audit(PUBLISHED, alter).verify()


def test_ids_that_two_events_have_swapped_are_refused_from_the_first_site_on() -> None:
    def alter(name: str, raw: bytes) -> bytes:
        swapped = raw.replace(b"ll2-event-22@", b"ll2-event-X@")
        return swapped.replace(b"ll2-event-2@", b"ll2-event-22@").replace(b"X@", b"2@")

    with pytest.raises(ArchiveError, match="would become"):
        _audit({}, alter).verify()


@pytest.mark.parametrize("name", ["calendar-all.ics", "feed.rss", "feed.atom", "feed.json"])
def test_a_repeated_id_is_refused_and_cannot_be_allowed(name: str) -> None:
    def alter(path: str, raw: bytes) -> bytes:
        if path != name:
            return raw
        return raw.replace(b"event-22@", b"event-2@").replace(b"event:22", b"event:2")

    with pytest.raises(ArchiveError, match=f"{name} has 1 different ids for 2 entries"):
        _audit(PUBLISHED, alter).verify(allow_change=True)


def test_an_entry_that_lost_its_id_is_refused() -> None:
    with pytest.raises(ArchiveError, match="0 different ids"):
        _audit(PUBLISHED, lambda name, raw: raw.replace(b"<guid", b"<uuid")).verify()


def test_text_of_an_event_that_looks_like_an_id_is_ignored() -> None:
    text = '\r\nUID:evil\n</content><id>evil</id><guid>evil</guid> ,"id":"evil"'
    site = a_site(an_event(2, name=text[:90], description=text, location=text), base_url=BASE_URL)
    audit, pages = IdAudit(published=PUBLISHED), {page.path: page for page in plan_site(site)}
    for name, raw in render_site(site).items():
        audit.collect(pages[name], raw)
    assert PUBLISHED.items() <= audit.verify().items()


def test_a_calendar_larger_than_clients_keep_is_a_warning() -> None:
    pages, files = _site()
    audit = IdAudit(published={})
    audit.collect(pages["calendar.ics"], files["calendar.ics"] + b" " * 1_000_000)
    (warning,) = audit.warnings
    assert re.match(r"calendar\.ics holds \d events in 1\.0 MB", warning)


def test_a_large_complete_calendar_is_a_remark_only() -> None:
    pages, files = _site()
    audit = IdAudit(published={})
    audit.collect(pages["calendar-all.ics"], files["calendar-all.ics"] + b" " * 1_000_000)
    assert audit.warnings == []
    assert (audit.remark or "").startswith("calendar-all.ics holds 2 events in 1.0 MB")


def test_pages_that_are_no_feed_or_calendar_are_ignored() -> None:
    audit = IdAudit(published={})
    audit.collect(replace(_site()[0]["feed.rss"], context={}), b"<guid>x</guid>")
    assert audit.verify() == {}
