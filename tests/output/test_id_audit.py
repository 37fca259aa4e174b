"""The proof that what people subscribed to stays what it was."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from events_archive.errors import ArchiveError
from events_archive.output.id_audit import IdPatterns, IdAudit
from events_archive.site.page import Page
from events_archive.site.plan import plan_site
from tests.factories import DOCKING, a_change, a_history, a_site, an_event
from tests.render.rendered import BASE_URL, is_followed, rendered

Alter = Callable[[str, bytes], bytes]


@cache
def _site() -> tuple[dict[str, Page], dict[str, bytes]]:
    memory = a_history(a_change("2022-01-01T00:00:00+00:00", "withdrawn", event_id=2))
    site = a_site(
        an_event(2, slug="a"), an_event(22, slug="b", type=DOCKING),
        base_url=BASE_URL, history=memory,
    )  # fmt: skip
    return {page.path: page for page in plan_site(site) if is_followed(page)}, rendered(site)


def _proof(published: IdPatterns, alter: Alter = lambda name, raw: raw) -> IdAudit:
    proof = IdAudit(published=published)
    pages, files = _site()
    for name, raw in files.items():
        proof.collect(pages[name], alter(name, raw))
    return proof


PUBLISHED = {
    "calendars": "ll2-event-{0}@events-archive",
    "changes": "tag:thespacedevs.com,2020:ll2:change:{0}:{1}:{2}",
    "feeds": "tag:thespacedevs.com,2020:ll2:event:{0}",
}


def test_a_first_site_says_what_its_ids_are() -> None:
    assert PUBLISHED.items() <= _proof({}).verify().items()


def test_a_site_with_the_same_ids_is_published() -> None:
    assert PUBLISHED.items() <= _proof(PUBLISHED).verify().items()


def test_an_id_on_two_lines_is_one_id() -> None:
    def folded(name: str, raw: bytes) -> bytes:
        return raw.replace(b"UID:ll2-event-", b"UID:ll2-\r\n event-\r\n ")

    assert PUBLISHED.items() <= _proof(PUBLISHED, folded).verify().items()


CHANGES: dict[str, tuple[bytes, bytes]] = {
    "another uid": (b"UID:ll2-event-", b"UID:event-"),
    "another authority": (b"@events-archive", b"@example.org"),
    "another guid": (b">tag:thespacedevs.com,2020:ll2:event:", b">https://example.org/"),
    "another json id": (b'"id":"tag:', b'"id":"urn:'),
    "another change": (b":ll2:change:", b":changes:"),
}


@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
def test_ids_that_are_not_what_they_were_are_refused(old: bytes, new: bytes) -> None:
    proof = _proof(PUBLISHED, lambda name, raw: raw.replace(old, new))
    with pytest.raises(ArchiveError, match=r"would become.*--allow-id-change"):
        proof.verify()
    assert set(proof.verify(allow_change=True)) >= set(PUBLISHED)


def test_one_changed_id_is_enough() -> None:
    def alter(name: str, raw: bytes) -> bytes:
        return (
            raw.replace(b"ll2-event-22@", b"ll2-event-23@") if name == "types/docking.ics" else raw
        )

    with pytest.raises(ArchiveError, match=r"ll2-event-22@.* would become ll2-event-23@"):
        _proof(PUBLISHED, alter).verify()


def test_an_id_that_an_event_took_from_another_is_refused_from_the_first_site_on() -> None:
    def alter(name: str, raw: bytes) -> bytes:
        swapped = raw.replace(b"ll2-event-22@", b"ll2-event-X@")
        return swapped.replace(b"ll2-event-2@", b"ll2-event-22@").replace(b"X@", b"2@")

    with pytest.raises(ArchiveError, match="would become"):
        _proof({}, alter).verify()


@pytest.mark.parametrize("name", ["calendar-all.ics", "feed.rss", "feed.atom", "feed.json"])
def test_an_id_that_repeats_is_refused_and_never_allowed(name: str) -> None:
    def alter(address: str, raw: bytes) -> bytes:
        if address != name:
            return raw
        return raw.replace(b"event-22@", b"event-2@").replace(b"event:22", b"event:2")

    with pytest.raises(ArchiveError, match=f"{name} has 1 different ids for 2 entries"):
        _proof(PUBLISHED, alter).verify(allow_change=True)


def test_an_entry_that_lost_its_id_is_refused() -> None:
    with pytest.raises(ArchiveError, match="0 different ids"):
        _proof(PUBLISHED, lambda name, raw: raw.replace(b"<guid", b"<uuid")).verify()


def test_an_id_in_a_text_is_not_taken_for_one() -> None:
    text = '\r\nUID:evil\n</content><id>evil</id><guid>evil</guid> ,"id":"evil"'
    site = a_site(an_event(2, name=text[:90], description=text, location=text), base_url=BASE_URL)
    proof, pages = IdAudit(published=PUBLISHED), {page.path: page for page in plan_site(site)}
    for name, raw in rendered(site).items():
        proof.collect(pages[name], raw)
    assert PUBLISHED.items() <= proof.verify().items()


def test_calendars_that_clients_cut_off_are_warned_of() -> None:
    pages, files = _site()
    proof = IdAudit(published={})
    proof.collect(pages["calendar.ics"], files["calendar.ics"] + b" " * 1_000_000)
    (warning,) = proof.warnings
    assert re.match(r"calendar\.ics holds \d events in 1\.0 MB", warning)


def test_the_complete_calendar_may_be_large_and_is_only_remarked_on() -> None:
    pages, files = _site()
    proof = IdAudit(published={})
    proof.collect(pages["calendar-all.ics"], files["calendar-all.ics"] + b" " * 1_000_000)
    assert proof.warnings == []
    assert proof.remarks[0].startswith("calendar-all.ics holds 2 events in 1.0 MB")


def test_what_is_no_feed_or_calendar_is_of_no_interest() -> None:
    proof = IdAudit(published={})
    proof.collect(replace(_site()[0]["feed.rss"], context={}), b"<guid>x</guid>")
    assert proof.verify() == {}
